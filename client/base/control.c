/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Loads the control half. It stays loaded until the program ends. */

#include "client/base/control.h"

#include <dlfcn.h>
#include <string.h>

#include "config.h"
#include "client/base/report.h"
#include "client/base/self.h"

#define FILE_NAME "kipcctl-control.so"

const struct control_half *control_load(const struct invocation *invocation)
{
	char buffer[PATH_MAX];
	const char *path = self_find(".libs/" FILE_NAME, KIPC_PKGLIBDIR "/" FILE_NAME, buffer);
	const struct control_half *half;
	void *module;

	module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (module == NULL) {
		report(invocation, NULL, STATUS_FAILED,
		       "cannot load the module for this verb: %s; reinstall kipc", dlerror());
		return NULL;
	}

	half = dlsym(module, CONTROL_HALF_SYMBOL);
	if (half == NULL || strcmp(half->version, PACKAGE_VERSION) != 0) {
		report(invocation, NULL, STATUS_FAILED,
		       "%s has version %s, but this kipcctl has " PACKAGE_VERSION "; reinstall kipc", path,
		       half != NULL ? half->version : "unknown");
		return NULL;
	}
	return half;
}

char *control_explain_name(const struct invocation *invocation, const char *name)
{
	const struct control_half *half = control_load(invocation);

	return half != NULL ? half->explain_name(invocation, name) : NULL;
}

enum status control_run(const struct invocation *invocation)
{
	const struct control_half *half = control_load(invocation);

	return half != NULL ? half->run(invocation) : STATUS_FAILED;
}
