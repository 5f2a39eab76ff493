/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names of channels: addresses as users write them, the key of a channel that declares none, and the
 * text of the registry's links. Tables of texts and values.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/registry.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_OF_31 "a234567890123456789012345678901"

#define FTOK(file, letter) .path = (file), .path_length = sizeof(file) - 1, .project = (letter)

static void addresses(void **state)
{
	static const struct {
		const char *text;
		struct kipc_address expected;
	} rows[] = {
		{ "orders", { .form = KIPC_BY_NAME, .name = "orders", .index = -1 } },
		{ "ftok", { .form = KIPC_BY_NAME, .name = "ftok", .index = -1 } },
		{ "a", { .form = KIPC_BY_NAME, .name = "a", .index = -1 } },
		{ "Z9._-", { .form = KIPC_BY_NAME, .name = "Z9._-", .index = -1 } },
		{ NAME_OF_31, { .form = KIPC_BY_NAME, .name = NAME_OF_31, .index = -1 } },
		{ "queue:orders", { KIPC_QUEUE, KIPC_BY_NAME, .name = "orders", .index = -1 } },
		{ "segment:prices", { KIPC_SEGMENT, KIPC_BY_NAME, .name = "prices", .index = -1 } },
		{ "semaphore:build", { KIPC_SEMAPHORE, KIPC_BY_NAME, .name = "build", .index = -1 } },
		{ "queue", { .form = KIPC_BY_NAME, .name = "queue", .index = -1 } },
		{ "build[0]", { .form = KIPC_BY_NAME, .name = "build", .index = 0 } },
		{ "semaphore:build[65535]",
		  { KIPC_SEMAPHORE, KIPC_BY_NAME, .name = "build", .index = 65535 } },
		{ "1234", { .form = KIPC_BY_KEY, .key = 1234, .index = -1 } },
		{ "01234", { .form = KIPC_BY_KEY, .key = 1234, .index = -1 } },
		{ "0x4b01", { .form = KIPC_BY_KEY, .key = 0x4b01, .index = -1 } },
		{ "0X4B01", { .form = KIPC_BY_KEY, .key = 0x4b01, .index = -1 } },
		{ "0xffffffff", { .form = KIPC_BY_KEY, .key = -1, .index = -1 } },
		{ "4294967295", { .form = KIPC_BY_KEY, .key = -1, .index = -1 } },
		{ "queue:1234", { KIPC_QUEUE, KIPC_BY_KEY, .key = 1234, .index = -1 } },
		{ "semaphore:1234[2]", { KIPC_SEMAPHORE, KIPC_BY_KEY, .key = 1234, .index = 2 } },
		{ "@0", { .form = KIPC_BY_ID, .id = 0, .index = -1 } },
		{ "@32769", { .form = KIPC_BY_ID, .id = 32769, .index = -1 } },
		{ "@2147483647", { .form = KIPC_BY_ID, .id = INT_MAX, .index = -1 } },
		{ "segment:@7", { KIPC_SEGMENT, KIPC_BY_ID, .id = 7, .index = -1 } },
		{ "@5[1]", { .form = KIPC_BY_ID, .id = 5, .index = 1 } },
		{ "ftok:/etc/passwd:7", { .form = KIPC_BY_FTOK, .index = -1, FTOK("/etc/passwd", 7) } },
		{ "queue:ftok:/srv/a:b:255",
		  { KIPC_QUEUE, KIPC_BY_FTOK, .index = -1, FTOK("/srv/a:b", 255) } },
		{ "ftok:./file:'R'", { .form = KIPC_BY_FTOK, .index = -1, FTOK("./file", 'R') } },
		{ "ftok:file:':'", { .form = KIPC_BY_FTOK, .index = -1, FTOK("file", ':') } },
		{ "ftok:a:0x52", { .form = KIPC_BY_FTOK, .index = -1, FTOK("a", 0x52) } },
		{ "ftok:/a[0]:1", { .form = KIPC_BY_FTOK, .index = -1, FTOK("/a[0]", 1) } },
		{ "ftok:/a:1[2]", { .form = KIPC_BY_FTOK, .index = 2, FTOK("/a", 1) } },
		{ "semaphore:ftok:/a:'x'[0]", { KIPC_SEMAPHORE, KIPC_BY_FTOK, .index = 0, FTOK("/a", 'x') } },
	};

	for (size_t i = 0; i < N(rows); i++) {
		const struct kipc_address *expected = &rows[i].expected;
		struct kipc_address got;
		int r = kipc_address_parse(rows[i].text, &got);

		if (r != 0 || got.kind != expected->kind || got.form != expected->form ||
		    strcmp(got.name, expected->name) != 0 || got.key != expected->key ||
		    got.id != expected->id || got.index != expected->index ||
		    got.project != expected->project || got.path_length != expected->path_length ||
		    (expected->path != NULL && memcmp(got.path, expected->path, got.path_length) != 0))
			fail_msg("'%s': %d, kind %d, form %d, name '%s', key %x, id %d, index %d",
				 rows[i].text, r, (int)got.kind, (int)got.form, got.name, (unsigned)got.key,
				 got.id, got.index);
	}
}

static void texts_that_are_not_addresses(void **state)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
		{ "", -EINVAL },
		{ "@", -EINVAL },
		{ "queue:", -EINVAL },
		{ "queue: orders", -EINVAL },
		{ "ring:orders", -EINVAL },
		{ "queue:segment:orders", -EINVAL },
		{ "-1", -EINVAL },
		{ "+1", -EINVAL },
		{ " 1", -EINVAL },
		{ "1 ", -EINVAL },
		{ "12ab", -EINVAL },
		{ "0x", -EINVAL },
		{ "0xg", -EINVAL },
		{ "0x-1", -EINVAL },
		{ "@0x", -EINVAL },
		{ "@-1", -EINVAL },
		{ "@@1", -EINVAL },
		{ "_orders", -EINVAL },
		{ ".ns", -EINVAL },
		{ "or ders", -EINVAL },
		{ "orders/x", -EINVAL },
		{ "../orders", -EINVAL },
		{ "Aufträge", -EINVAL },
		{ "build[", -EINVAL },
		{ "build[]", -EINVAL },
		{ "build[-1]", -EINVAL },
		{ "build[1", -EINVAL },
		{ "build[1]x", -EINVAL },
		{ "build[1][2]", -EINVAL },
		{ "queue:orders[1]", -EINVAL },
		{ "segment:@7[1]", -EINVAL },
		{ "build[65536]", -ERANGE },
		{ "0", -ERANGE }, /* IPC_PRIVATE */
		{ "0x0", -ERANGE },
		{ "queue:0", -ERANGE },
		{ "0x100000000", -ERANGE },
		{ "4294967296", -ERANGE },
		{ "99999999999999999999999", -ERANGE },
		{ "@2147483648", -ERANGE },
		{ NAME_OF_31 "x", -ERANGE },
		{ "ftok:", -EINVAL },
		{ "ftok:/a", -EINVAL },
		{ "ftok:/a:", -EINVAL },
		{ "ftok::1", -EINVAL },
		{ "ftok:/a:x", -EINVAL },
		{ "ftok:/a:1x", -EINVAL },
		{ "ftok:/a:''", -EINVAL },
		{ "ftok:/a:'ab'", -EINVAL },
		{ "ftok:/a:0", -ERANGE },
		{ "ftok:/a:256", -ERANGE },
		{ "segment:ftok:/a:1[0]", -EINVAL },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct kipc_address untouched, got;
		int r;

		memset(&untouched, 0x5a, sizeof untouched);
		got = untouched;
		r = kipc_address_parse(rows[i].text, &got);
		if (r != rows[i].result || memcmp(&got, &untouched, sizeof got) != 0)
			fail_msg("'%s': %d, expected %d", rows[i].text, r, rows[i].result);
	}
}

static void names(void **state)
{
	static const struct {
		const char *text;
		bool is_valid;
	} rows[] = {
		{ "a", true },
		{ "orders", true },
		{ "a.b_c-d9", true },
		{ NAME_OF_31, true },
		{ "", false },
		{ "9a", false },
		{ "-a", false },
		{ ".ns", false },
		{ "_a", false },
		{ "a b", false },
		{ "a/b", false },
		{ "a:b", false },
		{ "a[1]", false },
		{ "a\n", false },
		{ "\xc3\xa4", false },
		{ "..", false },
		{ NAME_OF_31 "x", false },
	};

	for (size_t i = 0; i < N(rows); i++)
		if (kipc_name_is_valid(rows[i].text) != rows[i].is_valid)
			fail_msg("'%s'", rows[i].text);
}

/* Computed with another implementation of FNV-1a, which gives the published values for "a" and "foobar". */
static void keys_of_names(void **state)
{
	static const struct {
		enum kipc_kind kind;
		const char *name;
		uint32_t key;
	} rows[] = {
		{ KIPC_QUEUE, "orders", 0x5f0b0a97 },
		{ KIPC_SEGMENT, "orders", 0x09c18a0d },
		{ KIPC_SEMAPHORE, "orders", 0x420afeac },
		{ KIPC_QUEUE, "a", 0xebb4d545 },
		{ KIPC_SEGMENT, "prices", 0x31f100b6 },
		{ KIPC_SEMAPHORE, "build", 0x31ce6863 },
		{ KIPC_QUEUE, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0xd3d620fa },
	};

	for (size_t i = 0; i < N(rows); i++) {
		uint32_t key = (uint32_t)kipc_key_from_name(rows[i].kind, rows[i].name);

		if (key != rows[i].key)
			fail_msg("%d:%s: 0x%08x", (int)rows[i].kind, rows[i].name, key);
	}
}

static void words_of_kinds(void **state)
{
	static const enum kipc_kind kinds[] = { KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE };

	for (size_t i = 0; i < N(kinds); i++)
		assert_int_equal(kipc_kind_from_string(kipc_kind_to_string(kinds[i])), kinds[i]);
	assert_null(kipc_kind_to_string(0));
	assert_null(kipc_kind_to_string(KIPC_ANY_KIND));
	assert_int_equal(kipc_kind_from_string("Queue"), 0);
	assert_int_equal(kipc_kind_from_string(""), 0);
}

/* -- the registry's links ---------------------------------------------------------------------------------- */

static const struct {
	struct registry_link link;
	const char *text;
} link_rows[] = {
	{ { KIPC_QUEUE, 0x4b01, 32769, 995, .maker = 0 }, "queue:0x00004b01:32769:995" },
	{ { KIPC_SEGMENT, (key_t)0x9c18a0d7, 0, 0, .maker = 0 }, "segment:0x9c18a0d7:0:0" },
	{ { KIPC_QUEUE, -1, INT_MAX, UINT32_MAX - 1, .maker = 0 }, "queue:0xffffffff:2147483647:4294967294" },
	{ { KIPC_QUEUE, 1, 2, 3, .observed = true }, "queue:0x00000001:2:3:observed" },
	{ { KIPC_SEMAPHORE, 1, 2, 3, .maker = 4711 }, "semaphore:0x00000001:2:3:maker=4711" },
	{ { KIPC_SEMAPHORE, 1, 2, 3, .maker = INT_MAX, .lifetime = "config" },
	  "semaphore:0x00000001:2:3:maker=2147483647:lifetime=config" },
	{ { KIPC_QUEUE, 1, 2, 3, .in_conflict = true }, "queue:0x00000001:2:3:conflict" },
	{ { KIPC_SEGMENT, 1, 2, 3, .lifetime = "daemon" }, "segment:0x00000001:2:3:lifetime=daemon" },
};

static void assert_link_equal(const char *text, const struct registry_link *a, const struct registry_link *b)
{
	if (a->kind != b->kind || a->key != b->key || a->id != b->id || a->creator != b->creator ||
	    a->observed != b->observed || a->in_conflict != b->in_conflict || a->maker != b->maker ||
	    strcmp(a->lifetime, b->lifetime) != 0)
		fail_msg("'%s'", text);
}

static void links(void **state)
{
	for (size_t i = 0; i < N(link_rows); i++) {
		char text[REGISTRY_LINK_MAX];
		struct registry_link link;

		registry_link_to_string(&link_rows[i].link, text);
		assert_string_equal(text, link_rows[i].text);
		assert_int_equal(registry_link_from_string(text, &link), 0);
		assert_link_equal(text, &link, &link_rows[i].link);
	}
}

static void readers_ignore_unknown_words(void **state)
{
	static const struct {
		const char *words;
		struct registry_link expected;
	} rows[] = {
		{ "", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
		{ ":", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
		{ ":colour=blue", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
		{ ":colour=blue:observed", { KIPC_QUEUE, 1, 2, 3, .observed = true } },
		{ "::maker=5:", { KIPC_QUEUE, 1, 2, 3, .maker = 5 } },
		{ ":maker=", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
		{ ":maker=-5", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
		{ ":maker=99999999999999999999", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
		{ ":observedly", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
		{ ":lifetime=", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
		{ ":lifetime=fortnight", { KIPC_QUEUE, 1, 2, 3, .maker = 0 } },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct registry_link link;
		char text[128];

		snprintf(text, sizeof text, "queue:0x1:2:3%s", rows[i].words);
		assert_int_equal(registry_link_from_string(text, &link), 0);
		assert_link_equal(text, &link, &rows[i].expected);
	}
}

static void texts_that_are_not_links(void **state)
{
	static const char *const rows[] = {
		"",
		"nonsense",
		"queue",
		"queue:",
		"queue:0x1",
		"queue:0x1:2",
		"queue:0x1:2:",
		"ring:0x1:2:3",
		"queue0x1:2:3",
		"queue:-1:2:3",
		"queue:0x1:-2:3",
		"queue:0x1:2:-3",
		"queue:0x1: 2:3",
		"queue:0x1:2x:3",
		"queue:0x1:2:3x",
		"queue:0x100000000:2:3",
		"queue:0x1:2147483648:3",
		"queue:0x1:99999999999999999999:3",
		"queue:0x1:2:4294967296",
		"queue:/etc/passwd:2:3",
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct registry_link untouched, got;

		memset(&untouched, 0x5a, sizeof untouched);
		got = untouched;
		if (registry_link_from_string(rows[i], &got) != -EBADMSG ||
		    memcmp(&got, &untouched, sizeof got) != 0)
			fail_msg("'%s'", rows[i]);
	}
}

/* -- the registry's folder --------------------------------------------------------------------------------- */

static char folder[] = "/tmp/kipc-test-address-XXXXXX";

static int set_up(void **state)
{
	return mkdtemp(folder) == NULL || chdir(folder) < 0 || mkdir(REGISTRY_FOLDER, 0755) < 0 ||
			       symlink("queue:0x1:2:3", REGISTRY_FOLDER "/orders") < 0 ||
			       symlink("segment:0x4:5:6:observed", REGISTRY_FOLDER "/a") < 0 ||
			       symlink("nonsense", REGISTRY_FOLDER "/bad") < 0 ||
			       symlink("queue:0x1:2:3", REGISTRY_FOLDER "/.hidden") < 0 ||
			       mkdir(REGISTRY_FOLDER "/folder", 0755) < 0
		       ? -1
		       : 0;
}

static int tear_down(void **state)
{
	static const char *const entries[] = { "orders", "a", "bad", ".hidden", REGISTRY_NAMESPACE };

	if (chdir(REGISTRY_FOLDER) < 0)
		return -1;
	for (size_t i = 0; i < N(entries); i++)
		(void)unlink(entries[i]);
	return rmdir("folder") < 0 || chdir("..") < 0 || rmdir(REGISTRY_FOLDER) < 0 || rmdir(folder) < 0 ? -1
													 : 0;
}

static void registry(void **state)
{
	struct kipc_name name, *all;
	size_t n;

	assert_int_equal(kipc_registry_lookup(folder, "orders", &name), 0);
	assert_string_equal(name.name, "orders");
	assert_int_equal(name.kind, KIPC_QUEUE);
	assert_int_equal(name.id, 2);
	assert_false(name.observed);
	assert_int_equal(kipc_registry_lookup(folder, "missing", &name), -ENOENT);
	assert_int_equal(kipc_registry_lookup(folder, "bad", &name), -EBADMSG);
	assert_int_equal(kipc_registry_lookup(folder, "folder", &name), -EBADMSG);
	assert_int_equal(kipc_registry_lookup(folder, "../channels/orders", &name), -ENOENT);
	assert_int_equal(kipc_registry_lookup(folder, ".hidden", &name), -ENOENT);
	assert_int_equal(kipc_registry_lookup("/dev/null", "orders", &name), -ENOTDIR);

	assert_int_equal(kipc_registry_list(folder, &all, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(all[0].name, "a");
	assert_true(all[0].observed);
	assert_string_equal(all[1].name, "orders");
	free(all);
	assert_int_equal(kipc_registry_list("/nowhere/at/all", &all, &n), -ENOENT);
}

static void registry_of_another_boot(void **state)
{
	char ours[REGISTRY_NAMESPACE_MAX];

	assert_int_equal(kipc_registry_check(folder), -ENOENT);
	assert_int_equal(symlink("another-boot:1", REGISTRY_FOLDER "/" REGISTRY_NAMESPACE), 0);
	assert_int_equal(kipc_registry_check(folder), -EXDEV);
	assert_int_equal(unlink(REGISTRY_FOLDER "/" REGISTRY_NAMESPACE), 0);
	assert_int_equal(registry_namespace_of_caller(ours), 0);
	assert_int_equal(symlink(ours, REGISTRY_FOLDER "/" REGISTRY_NAMESPACE), 0);
	assert_int_equal(kipc_registry_check(folder), 0);
	/* As written where the kernel's boot id cannot be read: only the namespace counts. */
	assert_int_equal(registry_namespace_is_of_caller(ours), 1);
	memmove(ours + 1, strchr(ours, ':'), strlen(strchr(ours, ':')) + 1);
	ours[0] = '*';
	assert_int_equal(registry_namespace_is_of_caller(ours), 1);
	assert_int_equal(registry_namespace_is_of_caller("*:1"), 0);
	assert_int_equal(registry_namespace_is_of_caller("*"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(texts_that_are_not_addresses),
		cmocka_unit_test(names),
		cmocka_unit_test(keys_of_names),
		cmocka_unit_test(words_of_kinds),
		cmocka_unit_test(links),
		cmocka_unit_test(readers_ignore_unknown_words),
		cmocka_unit_test(texts_that_are_not_links),
		cmocka_unit_test_setup_teardown(registry, set_up, NULL),
		cmocka_unit_test_setup_teardown(registry_of_another_boot, NULL, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
