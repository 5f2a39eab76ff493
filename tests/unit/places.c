/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The owner of an IPC namespace, from the path of a control group. */

#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "client/facts/places.h"

#define ID "3f2a9c1b2d4e5f60718293a4b5c6d7e8f901234567890abcdef0123456789abc"

static const struct {
	const char *path, *name; /* NULL: it says nothing */
} cases[] = {
	{ "", NULL },
	{ "/", NULL },
	{ "/init.scope", NULL },
	{ "/system.slice/web.service", "web.service" },
	{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/editor.service/child", "editor.service" },
	{ "/machine.slice/systemd-nspawn@web.service/payload", "systemd-nspawn@web.service" },
	{ "/machine.slice/systemd-nspawn@web.service/payload/init.scope", "systemd-nspawn@web.service" },
	{ "/system.slice/docker-" ID ".scope", "docker:3f2a9c1b2d4e" },
	{ "/docker/" ID, "docker:3f2a9c1b2d4e" },
	{ "/" ID, "3f2a9c1b2d4e" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
	  "libpod:3f2a9c1b2d4e" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1234.slice",
	  "kubepods-burstable-pod1234.slice" },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1234.slice/cri-containerd-" ID
	  ".scope",
	  "cri-containerd:3f2a9c1b2d4e" },
	{ "/lxc.payload.web/system.slice", "system.slice" },
	{ "/.service", NULL },
};

static void name(void **state)
{
	size_t i = (size_t)(uintptr_t)*state;
	char found[PLACE_NAME_MAX];

	assert_int_equal(place_name_from_path(cases[i].path, found), cases[i].name != NULL);
	if (cases[i].name != NULL)
		assert_string_equal(found, cases[i].name);
}

int main(void)
{
	struct CMUnitTest tests[sizeof cases / sizeof *cases];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].path,
						.test_func = name,
						.initial_state = (void *)(uintptr_t)i };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
