/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The boot and the namespace of a registry, from tables of what was found, and the text of .nsid. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/plan/identity.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define OURS "b1:5"
#define NSID(where, ...) (&(const struct nsid){ .place = where, __VA_ARGS__ })

static const struct row {
	const char *what;
	struct identity_facts facts;
	enum identity_verdict verdict;
} rows[] = {
	{ "the same, by boot and inode alone", { OURS, "b1:5" }, IDENTITY_OURS },
	{ "another boot", { OURS, "b2:5" }, IDENTITY_ANOTHER_BOOT },
	{ "a boot whose name begins the same", { OURS, "b:5" }, IDENTITY_ANOTHER_BOOT },
	{ "another boot, another inode", { OURS, "b2:6" }, IDENTITY_ANOTHER_BOOT },
	{ "another inode", { OURS, "b1:6" }, IDENTITY_ANOTHER_NAMESPACE },
	{ "a boot that is not known is no other boot", { OURS, "*:5" }, IDENTITY_OURS },
	{ "... nor where ours is not", { "*:5", "b2:5" }, IDENTITY_OURS },
	{ "... the inode counts", { OURS, "*:6" }, IDENTITY_ANOTHER_NAMESPACE },
	{ "... in both", { "*:5", "b2:6" }, IDENTITY_ANOTHER_NAMESPACE },
	{ "nothing says anything", { OURS, NULL }, IDENTITY_BY_LINKS },

	{ "the same id", { OURS, "b1:5", NSID("b1:5", .has_id = true, .id = 7), true, 7 }, IDENTITY_OURS },
	{ "another id",
	  { OURS, "b1:5", NSID("b1:5", .has_id = true, .id = 7), true, 8 },
	  IDENTITY_ANOTHER_NAMESPACE },
	{ "the same id in another boot",
	  { OURS, "b2:5", NSID("b2:5", .has_id = true, .id = 7), true, 7 },
	  IDENTITY_ANOTHER_BOOT },
	{ "another id, and a boot that is not known",
	  { "*:5", "b1:5", NSID("b1:5", .has_id = true, .id = 7), true, 8 },
	  IDENTITY_ANOTHER_NAMESPACE },
	{ ".nsid without .ns",
	  { OURS, NULL, NSID("b1:5", .has_id = true, .id = 7), true, 7 },
	  IDENTITY_OURS },
	{ "... of another boot",
	  { OURS, NULL, NSID("b2:5", .has_id = true, .id = 7), true, 7 },
	  IDENTITY_ANOTHER_BOOT },
	{ "an older kipcd has written .ns since",
	  { OURS, "b1:5", NSID("b1:6", .has_id = true, .id = 7), true, 8 },
	  IDENTITY_OURS },
	{ "an id, which cannot be asked for now",
	  { OURS, "b1:5", NSID("b1:5", .has_id = true, .id = 7) },
	  IDENTITY_BY_LINKS },
	{ ".nsid without a word, and an id now", { OURS, "b1:5", NSID("b1:5"), true, 7 }, IDENTITY_OURS },

	{ "the marker is there",
	  { OURS, "b1:5", NSID("b1:5", .has_marker = true), .marker = IDENTITY_MARKER_FOUND },
	  IDENTITY_OURS },
	{ "the marker is gone",
	  { OURS, "b1:5", NSID("b1:5", .has_marker = true), .marker = IDENTITY_MARKER_GONE },
	  IDENTITY_BY_LINKS },
	{ "the marker cannot be looked at",
	  { OURS, "b1:5", NSID("b1:5", .has_marker = true), .marker = IDENTITY_MARKER_UNCLEAR },
	  IDENTITY_UNKNOWN },
	{ "a marker that was begun when kipcd was killed",
	  { OURS, "b1:5", NSID("b1:5", .is_marker_begun = true) },
	  IDENTITY_OURS },
	{ "a marker, and the kernel has an id now: the marker counts",
	  { OURS, "b1:5", NSID("b1:5", .has_marker = true), true, 7, IDENTITY_MARKER_GONE },
	  IDENTITY_BY_LINKS },
	{ "both, and an id to compare: the id counts",
	  { OURS, "b1:5", NSID("b1:5", .has_marker = true, .has_id = true, .id = 7), true, 8,
	    IDENTITY_MARKER_FOUND },
	  IDENTITY_ANOTHER_NAMESPACE },
};

static void verdicts(void **state)
{
	for (size_t i = 0; i < N(rows); i++)
		if (identity_decide(&rows[i].facts) != rows[i].verdict)
			fail_msg("%s: %d, expected %d", rows[i].what, identity_decide(&rows[i].facts),
				 rows[i].verdict);
	assert_int_equal(identity_by_links(true), IDENTITY_UNKNOWN);
	assert_int_equal(identity_by_links(false), IDENTITY_ANOTHER_NAMESPACE);
}

static void text_of_nsid(void **state)
{
	static const char *const texts[] = {
		"b1:5",
		"*:5:id=18446744073709551615",
		("3f2a9c1e-0000-0000-0000-000000000000:4026531839:id=7:marker=32769,1795820846,995,"
		 "00017fff0002000300040005000600ff"),
		"b1:5:marker=begun,00017fff0002000300040005000600ff",
	};
	char text[NSID_TEXT_MAX];
	struct nsid nsid;

	for (size_t i = 0; i < N(texts); i++) {
		assert_int_equal(nsid_from_string(texts[i], &nsid), 0);
		nsid_to_string(&nsid, text);
		assert_string_equal(text, texts[i]);
	}
	assert_int_equal(nsid_from_string("b1:5:id=7:of-the-future=1\nmore", &nsid), 0);
	assert_true(nsid.has_id && nsid.id == 7);
}

static void what_is_no_nsid(void **state)
{
	static const char *const texts[] = {
		"",
		":",
		"b1",
		"b1:",
		"b1:x",
		"b1:5:id=",
		"b1:5:id=7x",
		"b1:5:id=99999999999999999999",
		"b1:5:marker=1,2,3",
		"b1:5:marker=begun",
		"b1:5:marker=1,2,3,0001",
		"b1:5:marker=-1,2,3,00017fff0002000300040005000600ff",
		"b1:5:marker=1,2,3,0001 fff0002000300040005000600f",
		"a-boot-whose-name-is-much-longer-than-that-of-any-boot-in-the-whole-world:5",
	};
	struct nsid nsid;

	for (size_t i = 0; i < N(texts); i++)
		if (nsid_from_string(texts[i], &nsid) != -EBADMSG)
			fail_msg("'%s' is taken for one", texts[i]);
}

static void what_is_a_place(void **state)
{
	static const char *const good[] = { "b1:5", "*:5",
					    "3f2a9c1e-0000-0000-0000-000000000000:4026531839" };
	static const char *const bad[] = { "", ":", "b1", "b1:", ":5", "b1:x", "b1:5x", "b1:5:6", "b1: 5" };

	for (size_t i = 0; i < N(good); i++)
		assert_true(nsid_is_place(good[i]));
	for (size_t i = 0; i < N(bad); i++)
		if (nsid_is_place(bad[i]))
			fail_msg("'%s' is taken for one", bad[i]);
}

static void markers(void **state)
{
	const struct nsid nsid = {
		.has_marker = true, .marker = 5, .marker_ctime = 100, .marker_creator = 995
	};
	const struct kipc_object marker = { .kind = KIPC_SEMAPHORE,
					    .id = 5,
					    .cuid = 995,
					    .ctime = 100,
					    .mode = NSID_MARKER_MODE,
					    .semaphore.semaphores = NSID_VALUES };
	struct kipc_object other;

	assert_true(nsid_is_marker(&nsid, &marker));
	assert_true(nsid_is_like_marker(&marker, 995));
	assert_false(nsid_is_like_marker(&marker, 0));
	other = marker;
	other.mode = 0600;
	assert_false(nsid_is_like_marker(&other, 995));
	other = marker;
	other.semaphore.otime = 1;
	assert_false(nsid_is_like_marker(&other, 995));
	assert_false(nsid_is_marker(&(const struct nsid){ 0 }, &marker));
	for (int i = 0; i < 6; i++) {
		other = marker;
		other.id += i == 0;
		other.cuid += i == 1;
		other.ctime += i == 2;
		other.semaphore.semaphores += i == 3;
		other.key += i == 4;
		other.kind = i == 5 ? KIPC_QUEUE : KIPC_SEMAPHORE;
		assert_false(nsid_is_marker(&nsid, &other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),	   cmocka_unit_test(text_of_nsid),
		cmocka_unit_test(what_is_no_nsid), cmocka_unit_test(what_is_a_place),
		cmocka_unit_test(markers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
