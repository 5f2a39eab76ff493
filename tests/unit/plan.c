/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The plan: every action and every state, from tables of declarations, links and objects. Nothing here touches the kernel.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/config/keys.h"
#include "daemon/plan/plan.h"
#include "daemon/plan/renames.h"
#include "daemon/plan/shape.h"

/* The tables below give defaults first, and then the differences of a row. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define US 995	   /* kipcd's uid */
#define STRANGER 7 /* another user */
#define MSGMNB 16384
#define KEY 0x4b01
#define OTHER_KEY 0x4b02
#define OBJECTS_MAX 3

static unsigned short one[] = { 1 }, one_zero[] = { 1, 0 }, five[] = { 5 }, zero[] = { 0 };

/* -- what is declared ---------------------------------------------------------------------------------------- */

#define SPEC(...)                                                                                            \
	(&(const struct channel_spec){                                                                       \
		.name = "it", .key = KEY, .owner = US, .group = US, .mode = 0660, __VA_ARGS__ })
#define QUEUE(...) SPEC(.kind = KIPC_QUEUE, __VA_ARGS__)
#define SEGMENT(...) SPEC(.kind = KIPC_SEGMENT, .size = 65536, __VA_ARGS__)
#define RING(...) SEGMENT(.layout = LAYOUT_RING, __VA_ARGS__)
#define SEMAPHORE(...) SPEC(.kind = KIPC_SEMAPHORE, .values = one, .n_values = 1, __VA_ARGS__)

/* -- what the registry knows --------------------------------------------------------------------------------- */

#define ENTRY(...) (&(const struct registry_entry){ .name = "it", __VA_ARGS__ })
#define LINK_OF(the_kind, the_key, ...)                                                                      \
	.has_link = true, .link = { .kind = the_kind, .key = the_key, .id = 1, .creator = US, __VA_ARGS__ }
#define INTENT_OF(the_kind, the_key) .has_intent = true, .intent_kind = the_kind, .intent_key = the_key
#define OUR_QUEUE ENTRY(LINK_OF(KIPC_QUEUE, KEY, .maker = 0))
#define OUR_SEGMENT ENTRY(LINK_OF(KIPC_SEGMENT, KEY, .maker = 0))
#define OUR_RING ENTRY(LINK_OF(KIPC_SEGMENT, KEY, .is_ring = true))
#define OUR_SEMAPHORE ENTRY(LINK_OF(KIPC_SEMAPHORE, KEY, .maker = 100))

/* -- what the kernel holds ----------------------------------------------------------------------------------- */

#define OBJECT(...)                                                                                          \
	.id = 1, .key = KEY, .uid = US, .gid = US, .cuid = US, .cgid = US, .mode = 0660, __VA_ARGS__
#define K_QUEUE(...)                                                                                         \
	{                                                                                                    \
		.object = { .kind = KIPC_QUEUE, OBJECT(.queue.capacity = MSGMNB, __VA_ARGS__) },             \
		.is_empty = true                                                                             \
	}
#define K_FULL_QUEUE(...)                                                                                    \
	{                                                                                                    \
		.object = {                                                                                  \
			.kind = KIPC_QUEUE,                                                                  \
			OBJECT(.queue = { .capacity = MSGMNB, .messages = 3, .bytes = 120 }, __VA_ARGS__)    \
		}                                                                                            \
	}
#define K_SEGMENT(...)                                                                                       \
	{                                                                                                    \
		.object = { .kind = KIPC_SEGMENT, OBJECT(.segment.size = 65536, __VA_ARGS__) },              \
		.is_empty = true                                                                             \
	}
#define K_USED_SEGMENT(...)                                                                                  \
	{                                                                                                    \
		.object = {                                                                                  \
			.kind = KIPC_SEGMENT,                                                                \
			OBJECT(.segment = { .size = 65536, .atime = 1 }, __VA_ARGS__)                        \
		}                                                                                            \
	}
/* A ring, as declared by RING(); it was attached when it was laid out. `emptiness`: as the view found it. */
#define K_RING(emptiness, the_ring, ...)                                                                     \
	{                                                                                                    \
		.object = { .kind = KIPC_SEGMENT,                                                            \
			    OBJECT(.segment = { .size = 65536, .atime = 1, .cpid = 100 }, __VA_ARGS__) },    \
		.is_empty = emptiness, .ring = the_ring                                                      \
	}
#define FOUND(...)                                                                                           \
	(&(struct kernel_ring){ .is_laid_out = true,                                                         \
				.stat = { .capacity = 61440, .max_message = 8192, __VA_ARGS__ } })
#define K_EMPTY_RING(...) K_RING(true, FOUND(.used = 0), __VA_ARGS__)
#define K_FULL_RING(...) K_RING(false, FOUND(.used = 64, .messages = 2, .bytes = 7), __VA_ARGS__)
#define K_SEMAPHORE(the_values, ...)                                                                         \
	{                                                                                                    \
		.object = { .kind = KIPC_SEMAPHORE,                                                          \
			    OBJECT(.semaphore.semaphores = N(the_values), __VA_ARGS__) },                    \
		.is_empty = true, .values = the_values                                                       \
	}
#define K_USED_SEMAPHORE(the_values, ...)                                                                    \
	{                                                                                                    \
		.object = { .kind = KIPC_SEMAPHORE,                                                          \
			    OBJECT(.semaphore.semaphores = N(the_values), __VA_ARGS__) },                    \
		.values = the_values                                                                         \
	}

#define K_UNCLEAR(the_kind, ...)                                                                             \
	{                                                                                                    \
		.object = { .kind = the_kind, OBJECT(.key = KEY, __VA_ARGS__) }, .is_unclear = true          \
	}

/* -- one channel, one row ------------------------------------------------------------------------------------ */

struct row {
	const char *what;
	const struct channel_spec *spec;
	const struct registry_entry *entry;
	struct kernel_object objects[OBJECTS_MAX];
	bool is_start, is_reload, may_exceed_msgmnb, is_removed_by_hand;
	int adopting, former; /* ids; 0: none */

	enum plan_action action;
	enum channel_state state;
	int id; /* of the object that is meant; 0: none */
	unsigned changes;
	int leftover;
	bool keeps_intent;
	const char *doubt;
	const char *detail;  /* a part of it; NULL: none */
	const char *trouble; /* the same */
};

static bool yes(const char *name, void *userdata)
{
	assert_string_equal(name, "it");
	return true;
}

/* Takes a copy of the table, as the view owns its objects. */
static void make_view(const struct kernel_object *objects, size_t n, struct kernel_view *view)
{
	struct kernel_object *copies = calloc(n + 1, sizeof *copies);

	assert_non_null(copies);
	for (size_t i = 0; i < n; i++) {
		size_t size = objects[i].object.semaphore.semaphores * sizeof *copies[i].values;

		copies[i] = objects[i];
		if (objects[i].ring != NULL) {
			copies[i].ring = malloc(sizeof *copies[i].ring);
			assert_non_null(copies[i].ring);
			*copies[i].ring = *objects[i].ring;
		}
		if (objects[i].values == NULL)
			continue;
		copies[i].values = malloc(size);
		assert_non_null(copies[i].values);
		memcpy(copies[i].values, objects[i].values, size);
	}
	assert_int_equal(kernel_view_init(view, copies, n), 0);
	view->msgmnb = MSGMNB;
}

static bool step_is_expected(const struct plan_step *step, const struct row *row)
{
	return step->action == row->action && step->state == row->state &&
	       step->has_object == (row->id != 0) && (row->id == 0 || step->object.id == row->id) &&
	       step->changes == row->changes && step->has_leftover == (row->leftover != 0) &&
	       step->keeps_intent == row->keeps_intent &&
	       (row->leftover == 0 || step->leftover.id == row->leftover) &&
	       step->has_former == (row->former != 0) &&
	       (row->former == 0 || step->former.id == row->former) &&
	       (step->detail != NULL) == (row->detail != NULL) &&
	       (row->detail == NULL || strstr(step->detail, row->detail) != NULL) &&
	       (step->trouble != NULL) == (row->trouble != NULL) &&
	       (row->trouble == NULL || strstr(step->trouble, row->trouble) != NULL);
}

static void check_row(const struct row *row)
{
	struct config config = { .channels = (struct channel_spec *)row->spec,
				 .n_channels = row->spec != NULL };
	const struct registry registry = {
		.entries = (struct registry_entry *)row->entry,
		.n_entries = row->entry != NULL,
	};
	const struct adopting adopting = { "it", KIPC_QUEUE, row->adopting, false, 0 };
	struct kernel_view view;
	struct plan_input input = {
		.config = &config,
		.registry = &registry,
		.view = &view,
		.uid = US,
		.is_start = row->is_start,
		.is_reload = row->is_reload,
		.adopting = row->adopting != 0 ? &adopting : NULL,
		.is_removed_by_hand = row->is_removed_by_hand ? yes : NULL,
		.doubt = row->doubt,
	};
	struct plan plan;
	size_t n = 0;

	while (n < OBJECTS_MAX && row->objects[n].object.kind != 0)
		n++;
	make_view(row->objects, n, &view);
	view.may_exceed_msgmnb = row->may_exceed_msgmnb;
	assert_int_equal(plan_make(&input, &plan), 0);
	assert_int_equal(plan.n_steps, 1);
	if (!step_is_expected(&plan.steps[0], row))
		fail_msg("%s: %s, %s, object %d, changes %x, leftover %d: %s; %s", row->what,
			 plan_action_words[plan.steps[0].action], channel_state_words[plan.steps[0].state],
			 plan.steps[0].has_object ? plan.steps[0].object.id : 0, plan.steps[0].changes,
			 plan.steps[0].has_leftover ? plan.steps[0].leftover.id : 0,
			 plan.steps[0].detail != NULL ? plan.steps[0].detail : "no detail",
			 plan.steps[0].trouble != NULL ? plan.steps[0].trouble : "no trouble");
	plan_done(&plan);
	kernel_view_done(&view);
}

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_row(&rows[i]);
}

#define GIVES(the_action, the_state, the_id, the_detail)                                                     \
	.action = PLAN_##the_action, .state = STATE_##the_state, .id = the_id, .detail = the_detail

/* -- rows ---------------------------------------------------------------------------------------------------- */

static void nothing_is_there(void **state)
{
	const struct row rows[] = {
		{ "a queue", QUEUE(), GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "a segment", SEGMENT(), GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "a semaphore", SEMAPHORE(), GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "observed", QUEUE(.manage = MANAGE_OBSERVE), GIVES(KEEP, ABSENT, 0, NULL) },
		{ "removed by hand", QUEUE(), .is_removed_by_hand = true,
		  GIVES(KEEP, ABSENT, 0, "removed by hand") },
		{ "another kind has the key", QUEUE(), .objects = { K_SEGMENT(.cuid = STRANGER) },
		  GIVES(CREATE, ACTIVE, 0, NULL) },
	};

	check_rows(rows, N(rows));
}

static void ours_and_right(void **state)
{
	const struct row rows[] = {
		{ "a queue", QUEUE(), OUR_QUEUE, { K_FULL_QUEUE() }, GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "at start",
		  QUEUE(),
		  OUR_QUEUE,
		  { K_FULL_QUEUE() },
		  .is_start = true,
		  GIVES(RESUME, ACTIVE, 1, NULL) },
		{ "a segment", SEGMENT(), OUR_SEGMENT, { K_USED_SEGMENT() }, GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "a semaphore",
		  SEMAPHORE(),
		  OUR_SEMAPHORE,
		  { K_SEMAPHORE(one) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "a semaphore at work has other values",
		  SEMAPHORE(),
		  OUR_SEMAPHORE,
		  { K_USED_SEMAPHORE(zero) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "handed to another uid",
		  QUEUE(.owner = STRANGER, .group = STRANGER),
		  OUR_QUEUE,
		  { K_QUEUE(.uid = STRANGER, .gid = STRANGER) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "made by a kipcd of another uid",
		  QUEUE(),
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .creator = STRANGER)),
		  { K_QUEUE(.cuid = STRANGER) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "adopted, and still ours",
		  QUEUE(),
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .creator = STRANGER, .adopted = true)),
		  { K_QUEUE(.cuid = STRANGER) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "an intent that was carried out",
		  QUEUE(),
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .maker = 0), INTENT_OF(KIPC_QUEUE, KEY)),
		  { K_QUEUE() },
		  .is_start = true,
		  GIVES(RESUME, ACTIVE, 1, NULL) },
	};

	check_rows(rows, N(rows));
}

static void altered_in_place(void **state)
{
	const struct row rows[] = {
		{ "mode",
		  QUEUE(.mode = 0640),
		  OUR_QUEUE,
		  { K_FULL_QUEUE() },
		  .changes = KIPC_ALTER_MODE,
		  GIVES(ALTER, ACTIVE, 1, "mode 0660 -> 0640") },
		{ "owner",
		  QUEUE(.owner = 12),
		  OUR_QUEUE,
		  { K_FULL_QUEUE() },
		  .changes = KIPC_ALTER_UID,
		  GIVES(ALTER, ACTIVE, 1, "owner 995 -> 12") },
		{ "group",
		  SEGMENT(.group = 12),
		  OUR_SEGMENT,
		  { K_USED_SEGMENT() },
		  .changes = KIPC_ALTER_GID,
		  GIVES(ALTER, ACTIVE, 1, "group 995 -> 12") },
		{ "capacity",
		  QUEUE(.capacity = 8192),
		  OUR_QUEUE,
		  { K_FULL_QUEUE() },
		  .changes = KIPC_ALTER_CAPACITY,
		  GIVES(ALTER, ACTIVE, 1, "capacity 16K -> 8K") },
		{ "all at once",
		  QUEUE(.owner = 1, .group = 2, .mode = 0600, .capacity = 8192),
		  OUR_QUEUE,
		  { K_FULL_QUEUE() },
		  .changes = KIPC_ALTER_UID | KIPC_ALTER_GID | KIPC_ALTER_MODE | KIPC_ALTER_CAPACITY,
		  GIVES(ALTER, ACTIVE, 1,
			"owner 995 -> 1, group 995 -> 2, mode 0660 -> 0600, capacity 16K -> 8K") },
		{ "a capacity that is not declared is nobody's wish",
		  QUEUE(),
		  OUR_QUEUE,
		  { K_QUEUE(.queue.capacity = 999) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "killed between its name and its opening",
		  QUEUE(),
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .maker = 0), INTENT_OF(KIPC_QUEUE, KEY)),
		  { K_QUEUE(.mode = 0600) },
		  .changes = KIPC_ALTER_MODE,
		  GIVES(ALTER, ACTIVE, 1, "mode 0600 -> 0660") },
		{ "killed inside a fence",
		  SEMAPHORE(),
		  OUR_SEMAPHORE,
		  { K_SEMAPHORE(one, .mode = 0400) },
		  .changes = KIPC_ALTER_MODE,
		  GIVES(ALTER, ACTIVE, 1, "mode 0400 -> 0660") },
	};

	check_rows(rows, N(rows));
}

static void a_capacity_beyond_the_limit(void **state)
{
	const struct row rows[] = {
		{ "runs at the limit",
		  QUEUE(.capacity = 1 << 20),
		  OUR_QUEUE,
		  { K_QUEUE() },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "is brought up to the limit",
		  QUEUE(.capacity = 1 << 20),
		  OUR_QUEUE,
		  { K_QUEUE(.queue.capacity = 8192) },
		  .changes = KIPC_ALTER_CAPACITY,
		  GIVES(ALTER, ACTIVE, 1, "capacity 8K -> 16K") },
		{ "is given with the capability",
		  QUEUE(.capacity = 1 << 20),
		  OUR_QUEUE,
		  { K_QUEUE() },
		  .may_exceed_msgmnb = true,
		  .changes = KIPC_ALTER_CAPACITY,
		  GIVES(ALTER, ACTIVE, 1, "capacity 16K -> 1M") },
		{ "and kept with it",
		  QUEUE(.capacity = 1 << 20),
		  OUR_QUEUE,
		  { K_QUEUE(.queue.capacity = 1 << 20) },
		  .may_exceed_msgmnb = true,
		  GIVES(KEEP, ACTIVE, 1, NULL) },
	};
	const struct kernel_view modest = { .msgmnb = MSGMNB },
				 mighty = { .msgmnb = MSGMNB, .may_exceed_msgmnb = true };

	check_rows(rows, N(rows));
	assert_int_equal(plan_shape_capacity(QUEUE(), &modest), MSGMNB);
	assert_int_equal(plan_shape_capacity(QUEUE(.capacity = 100), &modest), 100);
	assert_int_equal(plan_shape_capacity(QUEUE(.capacity = MSGMNB + 1), &modest), MSGMNB);
	assert_int_equal(plan_shape_capacity(QUEUE(.capacity = MSGMNB + 1), &mighty), MSGMNB + 1);
}

static void what_cannot_be_altered(void **state)
{
	const struct row rows[] = {
		{ "an empty queue gets another key",
		  QUEUE(.key = OTHER_KEY),
		  OUR_QUEUE,
		  { K_QUEUE() },
		  GIVES(RECREATE, ACTIVE, 1, "key 0x00004b01 -> 0x00004b02") },
		{ "one with messages does not",
		  QUEUE(.key = OTHER_KEY),
		  OUR_QUEUE,
		  { K_FULL_QUEUE() },
		  GIVES(KEEP, STALE, 1,
			"requires a new queue, but it holds 3 messages (120 bytes): move them aside with "
			"'kipcctl create queue it.kept capacity=16384' and 'kipcctl move it it.kept'") },
		{ "a new key that a stranger has",
		  QUEUE(.key = OTHER_KEY),
		  OUR_QUEUE,
		  { K_QUEUE(), K_QUEUE(.id = 2, .key = OTHER_KEY, .cuid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 2, "its key 0x00004b02 belongs to queue @2, created by uid 7") },
		{ "a segment nobody attached gets another size",
		  SEGMENT(.size = 4096),
		  OUR_SEGMENT,
		  { K_SEGMENT() },
		  GIVES(RECREATE, ACTIVE, 1, "size 64K -> 4K") },
		{ "one that holds data does not",
		  SEGMENT(.size = 4096),
		  OUR_SEGMENT,
		  { K_USED_SEGMENT() },
		  GIVES(KEEP, STALE, 1, "size 64K -> 4K requires a new segment, but it holds 64K of data") },
		{ "a queue becomes a segment",
		  SEGMENT(),
		  OUR_QUEUE,
		  { K_QUEUE() },
		  GIVES(RECREATE, ACTIVE, 1, "kind queue -> segment") },
		{ "one with messages does not",
		  SEMAPHORE(),
		  OUR_QUEUE,
		  { K_FULL_QUEUE() },
		  GIVES(KEEP, STALE, 1, "kind queue -> semaphore requires a new queue") },
		{ "a key that the new kind's stranger has",
		  SEGMENT(),
		  OUR_QUEUE,
		  { K_QUEUE(), K_SEGMENT(.id = 2, .cuid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 2, "belongs to segment @2") },
		{ "other starting values",
		  SEMAPHORE(.values = five),
		  OUR_SEMAPHORE,
		  { K_SEMAPHORE(one) },
		  GIVES(RECREATE, ACTIVE, 1, "other initial values") },
		{ "more semaphores",
		  SEMAPHORE(.values = one_zero, .n_values = 2),
		  OUR_SEMAPHORE,
		  { K_SEMAPHORE(one) },
		  GIVES(RECREATE, ACTIVE, 1, "values: 1 -> 2 semaphores") },
		{ "not of a set at work",
		  SEMAPHORE(.values = one_zero, .n_values = 2),
		  OUR_SEMAPHORE,
		  { K_USED_SEMAPHORE(one) },
		  GIVES(KEEP, STALE, 1, "it has been operated on") },
		{ "not of a set that is closed to us",
		  SEMAPHORE(.values = one_zero, .n_values = 2),
		  OUR_SEMAPHORE,
		  { { .object = { .kind = KIPC_SEMAPHORE, OBJECT(.semaphore.semaphores = 1) } } },
		  GIVES(KEEP, STALE, 1, "it has been operated on") },
	};

	check_rows(rows, N(rows));
}

static void somebody_else_has_the_key(void **state)
{
	const struct row rows[] = {
		{ "a stranger", QUEUE(), .objects = { K_QUEUE(.cuid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 1,
			"its key 0x00004b01 belongs to queue @1, created by uid 7, not") },
		{ "our uid, but not in the registry", QUEUE(), .objects = { K_QUEUE() },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "our uid, empty and closed, but no intent", QUEUE(), .objects = { K_QUEUE(.mode = 0600) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "the id came back with another key",
		  QUEUE(),
		  OUR_QUEUE,
		  { K_QUEUE(.key = OTHER_KEY) },
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "the id came back with another creator",
		  QUEUE(),
		  OUR_QUEUE,
		  { K_QUEUE(.cuid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 1, "created by uid 7") },
		{ "the key came back with another id",
		  QUEUE(),
		  OUR_QUEUE,
		  { K_QUEUE(.id = 2, .cuid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 2, "belongs to queue @2") },
		{ "a lost key is a conflict first",
		  SEMAPHORE(),
		  OUR_SEMAPHORE,
		  { K_USED_SEMAPHORE(one, .id = 2, .cuid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 2, "belongs to semaphore @2") },
		{ "adopted, and taken back by its maker",
		  QUEUE(),
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .creator = STRANGER, .adopted = true)),
		  { K_QUEUE(.cuid = STRANGER, .uid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 1, "created by uid 7") },
		{ "one that was observed is not ours",
		  QUEUE(),
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .observed = true)),
		  { K_QUEUE() },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
	};

	check_rows(rows, N(rows));
}

/* 0x52 is 'R': ftok(3) puts it in front. */
#define FILE_KEY 0x52000001
#define NEW_FILE_KEY 0x52000002
#define OF_FILE(...) .path = (char *)"/srv/app", .project = 'R', __VA_ARGS__
#define OUR_FILE_QUEUE ENTRY(LINK_OF(KIPC_QUEUE, FILE_KEY, .maker = 0))
#define K_OLD(...) K_QUEUE(.key = FILE_KEY, __VA_ARGS__)
#define K_OLD_FULL(...) K_FULL_QUEUE(.key = FILE_KEY, __VA_ARGS__)
#define K_NEW(...) K_QUEUE(.id = 2, .key = NEW_FILE_KEY, .cuid = STRANGER, __VA_ARGS__)
#define WAS_REPLACED                                                                                         \
	"/srv/app was replaced: programs that start now compute 0x52000002, but this queue has "             \
	"0x52000001"

static void the_file_of_a_key_was_replaced(void **state)
{
	const struct row rows[] = {
		{ "the same",
		  QUEUE(OF_FILE(.key = FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD() },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "another, and there are messages",
		  QUEUE(OF_FILE(.key = NEW_FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD_FULL() },
		  GIVES(KEEP, STALE, 1,
			WAS_REPLACED "; that key requires a new queue, but it holds 3 messages") },
		{ "another at a start, and it is empty",
		  QUEUE(OF_FILE(.key = NEW_FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD() },
		  .is_start = true,
		  GIVES(KEEP, STALE, 1, WAS_REPLACED ": it is empty, and 'kipcctl reload'") },
		{ "... at a reload",
		  QUEUE(OF_FILE(.key = NEW_FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD() },
		  .is_reload = true,
		  GIVES(RECREATE, ACTIVE, 1, WAS_REPLACED) },
		{ "messages at a reload",
		  QUEUE(OF_FILE(.key = NEW_FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD_FULL() },
		  .is_reload = true,
		  GIVES(KEEP, STALE, 1, WAS_REPLACED "; that key requires a new") },
		{ "a number that is another one is no file",
		  QUEUE(.key = NEW_FILE_KEY),
		  OUR_FILE_QUEUE,
		  { K_OLD() },
		  GIVES(RECREATE, ACTIVE, 1, "key 0x52000001 -> 0x52000002") },
		{ "nor is another project of it",
		  QUEUE(OF_FILE(.project = 'S', .key = 0x53000002)),
		  OUR_FILE_QUEUE,
		  { K_OLD() },
		  GIVES(RECREATE, ACTIVE, 1, "key 0x52000001 -> 0x53000002") },
		{ "a stranger has the new key",
		  QUEUE(OF_FILE(.key = NEW_FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD_FULL(), K_NEW() },
		  .is_reload = true,
		  GIVES(KEEP, STALE, 1,
			"holds 3 messages (120 bytes): 'kipcctl move queue:0x52000001 queue:0x52000002' and "
			"'kipcctl "
			"adopt queue:0x52000002 it' join") },
		{ "... and ours is empty",
		  QUEUE(OF_FILE(.key = NEW_FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD(), K_NEW() },
		  .is_reload = true,
		  GIVES(KEEP, STALE, 1,
			"kipcd's own, @1, is empty: 'kipcctl adopt queue:0x52000002 it' takes") },
		{ "the stranger's is handed over",
		  QUEUE(OF_FILE(.key = NEW_FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD(), K_NEW(.uid = US) },
		  .adopting = 2,
		  .former = 1,
		  GIVES(ADOPT, ACTIVE, 2, "@2, created by uid 7") },
		{ "... while ours has messages",
		  QUEUE(OF_FILE(.key = NEW_FILE_KEY)),
		  OUR_FILE_QUEUE,
		  { K_OLD_FULL(), K_NEW(.uid = US) },
		  .adopting = 2,
		  GIVES(CONFLICT, CONFLICT, 2, "'kipcctl move queue:0x52000001 queue:0x52000002'") },
		{ "a number that a stranger has is handed over",
		  QUEUE(.key = NEW_FILE_KEY),
		  OUR_FILE_QUEUE,
		  { K_OLD(), K_NEW(.uid = US) },
		  .adopting = 2,
		  .former = 1,
		  GIVES(ADOPT, ACTIVE, 2, "@2, created by uid 7") },
		{ "a number that a stranger has, and ours has messages",
		  QUEUE(.key = NEW_FILE_KEY),
		  OUR_FILE_QUEUE,
		  { K_OLD_FULL(), K_NEW() },
		  GIVES(CONFLICT, CONFLICT, 2,
			"its key 0x52000002 belongs to queue @2, created by uid 7, not by kipcd; kipcd's "
			"own is @1, but") },
		{ "ours was removed meanwhile", QUEUE(OF_FILE(.key = NEW_FILE_KEY)), OUR_FILE_QUEUE,
		  .objects = { { .object.kind = 0 } }, GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "the file is gone",
		  QUEUE(OF_FILE(.key = FILE_KEY, .key_error = -ENOENT)),
		  OUR_FILE_QUEUE,
		  { K_OLD() },
		  GIVES(KEEP, STALE, 1,
			"/srv/app: No such file or directory; programs that start now get no key") },
		{ "it does not answer",
		  QUEUE(OF_FILE(.key = FILE_KEY, .key_error = -ETIMEDOUT)),
		  OUR_FILE_QUEUE,
		  { K_OLD() },
		  GIVES(KEEP, ACTIVE, 1, NULL),
		  .trouble = "/srv/app: no answer (a dead mount?); kipcd cannot tell whether programs" },
		{ "it cannot be looked at, which says nothing either",
		  QUEUE(OF_FILE(.key = FILE_KEY, .key_error = -EACCES)),
		  OUR_FILE_QUEUE,
		  { K_OLD() },
		  GIVES(KEEP, ACTIVE, 1, NULL),
		  .trouble = "/srv/app: Permission denied; kipcd cannot tell whether programs" },
		{ "it has never answered, and nothing is known of it",
		  QUEUE(OF_FILE(.key = 0, .key_error = -ETIMEDOUT)), .objects = { { .object.kind = 0 } },
		  GIVES(KEEP, FAILED, 0,
			"/srv/app: no answer (a dead mount?); kipcd creates the queue when it succeeds") },
	};

	check_rows(rows, N(rows));
}

static void what_a_crash_left(void **state)
{
#define INTENT ENTRY(INTENT_OF(KIPC_QUEUE, KEY))
#define BEGUN_SEMAPHORE ENTRY(LINK_OF(KIPC_SEMAPHORE, KEY, .maker = 100, .is_begun = true))
	const struct row rows[] = {
		{ "an intent alone", QUEUE(), INTENT, .is_start = true, GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "a half-made queue",
		  QUEUE(),
		  INTENT,
		  { K_QUEUE(.mode = 0600) },
		  GIVES(CREATE, ACTIVE, 1, "finish what a crash interrupted") },
		{ "a half-made segment",
		  SEGMENT(),
		  ENTRY(INTENT_OF(KIPC_SEGMENT, KEY)),
		  { K_SEGMENT(.mode = 0600) },
		  GIVES(CREATE, ACTIVE, 1, "finish") },
		{ "a half-made semaphore",
		  SEMAPHORE(),
		  ENTRY(INTENT_OF(KIPC_SEMAPHORE, KEY)),
		  { K_SEMAPHORE(zero, .mode = 0600) },
		  GIVES(CREATE, ACTIVE, 1, "finish") },
		{ "one in whose removal a kipcd was killed",
		  QUEUE(),
		  INTENT,
		  { K_QUEUE(.mode = 0) },
		  GIVES(CREATE, ACTIVE, 1, "finish") },
		{ "a semaphore with values, of our own uid",
		  SEMAPHORE(),
		  ENTRY(INTENT_OF(KIPC_SEMAPHORE, KEY)),
		  { K_SEMAPHORE(five, .mode = 0600) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "one that was operated on, and is zero again",
		  SEMAPHORE(),
		  ENTRY(INTENT_OF(KIPC_SEMAPHORE, KEY)),
		  { K_SEMAPHORE(zero, .mode = 0600, .semaphore = { .semaphores = 1, .otime = 1 }) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "one that cannot be looked into",
		  SEMAPHORE(),
		  ENTRY(INTENT_OF(KIPC_SEMAPHORE, KEY)),
		  { K_UNCLEAR(KIPC_SEMAPHORE, .mode = 0600) },
		  .keeps_intent = true,
		  GIVES(KEEP, FAILED, 1, "whose creation a crash interrupted") },
		{ "... and is a stranger's",
		  SEMAPHORE(),
		  ENTRY(INTENT_OF(KIPC_SEMAPHORE, KEY)),
		  { K_UNCLEAR(KIPC_SEMAPHORE, .mode = 0600, .cuid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "linked, and not prepared, whatever its values",
		  SEMAPHORE(),
		  BEGUN_SEMAPHORE,
		  { K_USED_SEMAPHORE(five, .mode = 0600) },
		  GIVES(CREATE, ACTIVE, 1, "finish") },
		{ "... and of another size by now",
		  SEMAPHORE(.values = one_zero, .n_values = 2),
		  BEGUN_SEMAPHORE,
		  { K_USED_SEMAPHORE(five, .mode = 0600) },
		  .leftover = 1,
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "... and no longer declared",
		  NULL,
		  BEGUN_SEMAPHORE,
		  { K_USED_SEMAPHORE(five, .mode = 0600) },
		  .leftover = 1,
		  GIVES(REMOVE, ABSENT, 0, "interrupted by a crash") },
		{ "... and removed by now: nobody ever held it", SEMAPHORE(), BEGUN_SEMAPHORE,
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "a stranger's, made meanwhile",
		  QUEUE(),
		  INTENT,
		  { K_QUEUE(.mode = 0600, .cuid = STRANGER) },
		  GIVES(CONFLICT, CONFLICT, 1, "created by uid 7") },
		{ "an open one",
		  QUEUE(),
		  INTENT,
		  { K_QUEUE() },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "one with messages",
		  QUEUE(),
		  INTENT,
		  { K_FULL_QUEUE(.mode = 0600) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "one that was sent to",
		  QUEUE(),
		  INTENT,
		  { K_QUEUE(.mode = 0600, .queue.stime = 1) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "one that was received from",
		  QUEUE(),
		  INTENT,
		  { K_QUEUE(.mode = 0600, .queue.rtime = 1) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "one that was attached",
		  SEGMENT(),
		  ENTRY(INTENT_OF(KIPC_SEGMENT, KEY)),
		  { K_USED_SEGMENT(.mode = 0600) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "the new one of a recreation",
		  QUEUE(.key = OTHER_KEY),
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .maker = 0), INTENT_OF(KIPC_QUEUE, OTHER_KEY)),
		  { K_QUEUE(.id = 2, .key = OTHER_KEY, .mode = 0600) },
		  GIVES(CREATE, ACTIVE, 2, "finish") },
		{ "a recreation between removing and making", SEMAPHORE(),
		  ENTRY(LINK_OF(KIPC_SEMAPHORE, KEY, .maker = 100), INTENT_OF(KIPC_SEMAPHORE, KEY)),
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "declared otherwise meanwhile: another key",
		  QUEUE(.key = OTHER_KEY),
		  INTENT,
		  { K_QUEUE(.mode = 0600) },
		  .leftover = 1,
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "another kind",
		  SEMAPHORE(),
		  INTENT,
		  { K_QUEUE(.mode = 0600) },
		  .leftover = 1,
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "another size",
		  SEGMENT(.size = 4096),
		  ENTRY(INTENT_OF(KIPC_SEGMENT, KEY)),
		  { K_SEGMENT(.mode = 0600) },
		  .leftover = 1,
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "more semaphores",
		  SEMAPHORE(.values = one_zero, .n_values = 2),
		  ENTRY(INTENT_OF(KIPC_SEMAPHORE, KEY)),
		  { K_SEMAPHORE(zero, .mode = 0600) },
		  .leftover = 1,
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "no longer declared",
		  NULL,
		  INTENT,
		  { K_QUEUE(.mode = 0600) },
		  .leftover = 1,
		  GIVES(REMOVE, ABSENT, 0, "interrupted by a crash") },
		{ "no longer declared, and never made", NULL, INTENT,
		  GIVES(REMOVE, ABSENT, 0, "interrupted by a crash") },
		{ "no longer declared, and used",
		  NULL,
		  INTENT,
		  { K_FULL_QUEUE(.mode = 0600) },
		  GIVES(REMOVE, ABSENT, 0, "interrupted by a crash") },
	};

	check_rows(rows, N(rows));
}

static void what_cannot_be_looked_at(void **state)
{
	const struct row rows[] = {
		{ "a queue",
		  QUEUE(),
		  OUR_QUEUE,
		  { K_UNCLEAR(KIPC_QUEUE) },
		  GIVES(KEEP, FAILED, 1, "does not let kipcd look") },
		{ "a semaphore, which might be lost",
		  SEMAPHORE(),
		  OUR_SEMAPHORE,
		  { K_UNCLEAR(KIPC_SEMAPHORE) },
		  GIVES(KEEP, FAILED, 1, "so kipcd leaves it alone") },
		{ "no longer declared",
		  NULL,
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .lifetime = "config")),
		  { K_UNCLEAR(KIPC_QUEUE) },
		  GIVES(RETAIN, RETAINED, 1, "no longer declared") },
		{ "declared otherwise",
		  QUEUE(.key = OTHER_KEY),
		  OUR_QUEUE,
		  { K_UNCLEAR(KIPC_QUEUE) },
		  GIVES(KEEP, FAILED, 1, "does not let kipcd look") },
	};

	check_rows(rows, N(rows));
}

static void whose_the_registry_is(void **state)
{
	const struct row rows[] = {
		{ "as declared",
		  QUEUE(),
		  OUR_QUEUE,
		  { K_QUEUE() },
		  .doubt = "who knows",
		  GIVES(KEEP, FAILED, 0, "who knows") },
		{ "to be made", QUEUE(), .doubt = "who knows", GIVES(KEEP, FAILED, 0, "who knows") },
		{ "observed", QUEUE(.manage = MANAGE_OBSERVE), .doubt = "who knows",
		  GIVES(KEEP, FAILED, 0, "who knows") },
		{ "begun",
		  QUEUE(),
		  INTENT,
		  { K_QUEUE(.mode = 0600) },
		  .doubt = "who knows",
		  .keeps_intent = true,
		  GIVES(KEEP, FAILED, 0, "who knows") },
		{ "no longer declared, and empty",
		  NULL,
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .lifetime = "config")),
		  { K_QUEUE() },
		  .doubt = "who knows",
		  GIVES(KEEP, FAILED, 0, "who knows") },
	};

	check_rows(rows, N(rows));
}

static void rings(void **state)
{
#define INTENT_OF_RING INTENT_OF(KIPC_SEGMENT, KEY)
#define BEGUN_RING ENTRY(LINK_OF(KIPC_SEGMENT, KEY, .is_ring = true, .is_begun = true), INTENT_OF_RING)
	const struct row rows[] = {
		{ "nothing is there", RING(), GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "as declared", RING(), OUR_RING, { K_FULL_RING() }, GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "at start",
		  RING(),
		  OUR_RING,
		  { K_FULL_RING() },
		  .is_start = true,
		  GIVES(RESUME, ACTIVE, 1, NULL) },
		{ "mode",
		  RING(.mode = 0600),
		  OUR_RING,
		  { K_FULL_RING() },
		  .changes = KIPC_ALTER_MODE,
		  GIVES(ALTER, ACTIVE, 1, "mode 0660 -> 0600") },
		{ "one that kipcd may not look into is as declared, for all it knows",
		  RING(.max_message = 4096),
		  OUR_RING,
		  { K_RING(false, NULL) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },

		{ "an empty one gets another largest message",
		  RING(.max_message = 4096),
		  OUR_RING,
		  { K_EMPTY_RING() },
		  GIVES(RECREATE, ACTIVE, 1, "max_message 8K -> 4K") },
		{ "one with messages does not",
		  RING(.max_message = 4096),
		  OUR_RING,
		  { K_FULL_RING() },
		  GIVES(KEEP, STALE, 1,
			"max_message 8K -> 4K requires a new segment, but it holds 2 messages (7 bytes): "
			"move them aside with 'kipcctl create segment it.kept size=65536 layout=ring "
			"max_message=8192'") },
		{ "nor does one in use",
		  RING(.max_message = 4096),
		  OUR_RING,
		  { K_RING(false, FOUND(.used = 0), .segment.attached = 1) },
		  GIVES(KEEP, STALE, 1, "but it is attached 1 time: empty") },
		{ "kipcd itself is no use",
		  RING(.max_message = 4096),
		  ENTRY(LINK_OF(KIPC_SEGMENT, KEY, .is_ring = true), .is_held = true),
		  { K_RING(false, FOUND(.used = 32, .messages = 1), .segment.attached = 3) },
		  GIVES(KEEP, STALE, 1,
			"it holds 1 message (0 bytes) and is attached 2 times: move them aside with 'kipcctl "
			"create segment it.kept size=65536 layout=ring max_message=8192' and 'kipcctl move "
			"it it.kept', then stop its users, 'kipcctl reload'") },
		{ "what is declared is what the default gives",
		  RING(.max_message = 8192),
		  OUR_RING,
		  { K_EMPTY_RING() },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "another size",
		  RING(.size = 16384),
		  OUR_RING,
		  { K_EMPTY_RING() },
		  GIVES(RECREATE, ACTIVE, 1, "size 64K -> 16K") },
		{ "another size, and messages",
		  RING(.size = 16384),
		  OUR_RING,
		  { K_FULL_RING() },
		  GIVES(KEEP, STALE, 1, "size 64K -> 16K requires a new segment, but it holds 2 messages") },
		{ "a raw segment that nobody attached becomes one",
		  RING(),
		  OUR_SEGMENT,
		  { K_SEGMENT() },
		  GIVES(RECREATE, ACTIVE, 1, "layout raw -> ring") },
		{ "one that holds data does not",
		  RING(),
		  OUR_SEGMENT,
		  { K_USED_SEGMENT() },
		  GIVES(KEEP, STALE, 1,
			"layout raw -> ring requires a new segment, but it holds 64K of data") },
		{ "an empty ring becomes raw",
		  SEGMENT(),
		  OUR_RING,
		  { K_EMPTY_RING() },
		  GIVES(RECREATE, ACTIVE, 1, "layout ring -> raw") },
		{ "one with messages does not",
		  SEGMENT(),
		  OUR_RING,
		  { K_FULL_RING() },
		  GIVES(KEEP, STALE, 1, "layout ring -> raw requires a new segment, but it holds 2 mess") },

		{ "overwritten",
		  RING(),
		  OUR_RING,
		  { K_RING(false, &(struct kernel_ring){ .is_laid_out = false }) },
		  .trouble = "its header was overwritten: 'kipcctl reset it'",
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "of a wrong geometry, whatever largest message it then says",
		  RING(),
		  OUR_RING,
		  { K_RING(false, FOUND(.fault = KIPC_RING_GEOMETRY, .max_message = 1)) },
		  .trouble = "it is broken: the sizes in its header contradict",
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "broken, and to be smaller",
		  RING(.size = 16384),
		  OUR_RING,
		  { K_RING(false, FOUND(.fault = KIPC_RING_COUNTS)) },
		  GIVES(KEEP, STALE, 1, "but it is broken, so its contents are unknown: empty it") },
		{ "retired by a kipcd that was killed then",
		  RING(),
		  OUR_RING,
		  { K_RING(true, FOUND(.retired = true)) },
		  GIVES(RECREATE, ACTIVE, 1, "it is marked as removed") },
		{ "retired, with messages",
		  RING(),
		  OUR_RING,
		  { K_RING(false, FOUND(.retired = true, .used = 32, .messages = 1)) },
		  .trouble = "receive what it holds, then 'kipcctl reset it'",
		  GIVES(KEEP, ACTIVE, 1, NULL) },

		{ "half-made, not attached yet",
		  RING(),
		  ENTRY(INTENT_OF_RING),
		  { K_SEGMENT(.mode = 0600) },
		  GIVES(CREATE, ACTIVE, 1, "finish") },
		{ "half-made, attached to be laid out",
		  RING(),
		  BEGUN_RING,
		  { K_RING(false, &(struct kernel_ring){ .is_laid_out = false }, .mode = 0600) },
		  GIVES(CREATE, ACTIVE, 1, "finish") },
		{ "half-made, and laid out",
		  RING(),
		  BEGUN_RING,
		  { K_EMPTY_RING(.mode = 0600) },
		  GIVES(CREATE, ACTIVE, 1, "finish") },
		{ "one of that key that somebody else made and attached",
		  RING(),
		  ENTRY(INTENT_OF_RING),
		  { K_RING(true, NULL, .mode = 0600) },
		  GIVES(CONFLICT, CONFLICT, 1, "not by kipcd") },
		{ "half-made, and raw is declared by now",
		  SEGMENT(),
		  BEGUN_RING,
		  { K_RING(false, &(struct kernel_ring){ .is_laid_out = false }, .mode = 0600) },
		  .leftover = 1,
		  GIVES(CREATE, ACTIVE, 0, NULL) },

		{ "no longer declared, lifetime = config: goes when empty",
		  NULL,
		  ENTRY(LINK_OF(KIPC_SEGMENT, KEY, .is_ring = true, .lifetime = "config")),
		  { K_EMPTY_RING() },
		  GIVES(REMOVE, ABSENT, 1, "and empty") },
		{ "stays with messages",
		  NULL,
		  ENTRY(LINK_OF(KIPC_SEGMENT, KEY, .is_ring = true, .lifetime = "config")),
		  { K_FULL_RING() },
		  GIVES(RETAIN, RETAINED, 1, "") },
		{ "removed while it is attached",
		  RING(),
		  OUR_RING,
		  { K_USED_SEGMENT(.key = 0, .segment = { .size = 65536, .attached = 2, .removed = true }) },
		  GIVES(KEEP, LOST, 1, "segment @1 was removed and is still attached 2 times") },
		{ "removed, and nobody has it", RING(), OUR_RING, GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "observed", RING(.manage = MANAGE_OBSERVE), .objects = { K_USED_SEGMENT(.cuid = STRANGER) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
	};

	check_rows(rows, N(rows));
}

static void what_vanished(void **state)
{
	const struct row rows[] = {
		{ "a queue is recreated", QUEUE(), OUR_QUEUE, GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "a segment is recreated", SEGMENT(), OUR_SEGMENT, GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "one that is still attached is lost",
		  SEGMENT(),
		  OUR_SEGMENT,
		  { K_USED_SEGMENT(.key = 0, .segment = { .size = 65536, .attached = 2, .removed = true }) },
		  GIVES(KEEP, LOST, 1, "segment @1 was removed and is still attached 2 times") },
		{ "its id, with somebody else's removed segment",
		  SEGMENT(),
		  OUR_SEGMENT,
		  { K_USED_SEGMENT(.key = 0, .cuid = STRANGER, .segment.removed = true) },
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "its id, with somebody's private segment",
		  SEGMENT(),
		  OUR_SEGMENT,
		  { K_USED_SEGMENT(.key = 0) },
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "a semaphore is lost", SEMAPHORE(), OUR_SEMAPHORE,
		  GIVES(KEEP, LOST, 0, "kipcctl recover it") },
		{ "at start too", SEMAPHORE(), OUR_SEMAPHORE, .is_start = true,
		  GIVES(KEEP, LOST, 0, "kipcctl recover it") },
		{ "one that got another key meanwhile is made", SEMAPHORE(.key = OTHER_KEY), OUR_SEMAPHORE,
		  GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "one that was only observed is made", SEMAPHORE(),
		  ENTRY(LINK_OF(KIPC_SEMAPHORE, KEY, .observed = true)), GIVES(CREATE, ACTIVE, 0, NULL) },
		{ "removed by hand", SEMAPHORE(), OUR_SEMAPHORE, .is_removed_by_hand = true,
		  GIVES(KEEP, ABSENT, 0, "removed by hand: 'kipcctl reload' recreates it") },
		{ "an observed one is absent", QUEUE(.manage = MANAGE_OBSERVE),
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .observed = true)), GIVES(KEEP, ABSENT, 0, NULL) },
	};

	check_rows(rows, N(rows));
}

static void observed(void **state)
{
#define OBSERVED QUEUE(.manage = MANAGE_OBSERVE)
	const struct row rows[] = {
		{ "it appears", OBSERVED, .objects = { K_FULL_QUEUE(.cuid = STRANGER, .mode = 0600) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "it stays",
		  OBSERVED,
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .observed = true, .creator = STRANGER)),
		  { K_FULL_QUEUE(.cuid = STRANGER) },
		  GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "it was replaced",
		  OBSERVED,
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .observed = true)),
		  { K_QUEUE(.id = 2, .cuid = STRANGER) },
		  GIVES(KEEP, ACTIVE, 2, NULL) },
		{ "one that was ours", OBSERVED, OUR_QUEUE, { K_QUEUE() }, GIVES(KEEP, ACTIVE, 1, NULL) },
		{ "another kind's key", OBSERVED, .objects = { K_SEGMENT() }, GIVES(KEEP, ABSENT, 0, NULL) },
	};

	check_rows(rows, N(rows));
}

static void declared_no_more(void **state)
{
#define LIVES(the_lifetime) ENTRY(LINK_OF(KIPC_QUEUE, KEY, .lifetime = the_lifetime))
	const struct row rows[] = {
		{ "boot: stays even when empty",
		  NULL,
		  OUR_QUEUE,
		  { K_QUEUE() },
		  GIVES(RETAIN, RETAINED, 1, "'kipcctl remove it'") },
		{ "daemon: until kipcd stops",
		  NULL,
		  LIVES("daemon"),
		  { K_QUEUE() },
		  GIVES(RETAIN, RETAINED, 1, "") },
		{ "config: goes when empty",
		  NULL,
		  LIVES("config"),
		  { K_QUEUE() },
		  GIVES(REMOVE, ABSENT, 1, "lifetime = config, and empty") },
		{ "config: stays with messages",
		  NULL,
		  LIVES("config"),
		  { K_FULL_QUEUE() },
		  GIVES(RETAIN, RETAINED, 1, "") },
		{ "already gone", NULL, OUR_QUEUE, GIVES(REMOVE, ABSENT, 0, "gone, and no longer declared") },
		{ "its id is somebody else's by now",
		  NULL,
		  LIVES("config"),
		  { K_QUEUE(.cuid = STRANGER) },
		  GIVES(REMOVE, ABSENT, 0, "gone") },
		{ "adopted, and taken back: only the name goes",
		  NULL,
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .creator = STRANGER, .adopted = true, .lifetime = "config")),
		  { K_QUEUE(.cuid = STRANGER, .uid = STRANGER) },
		  GIVES(REMOVE, ABSENT, 0, "gone") },
		{ "observed: only the name goes",
		  NULL,
		  ENTRY(LINK_OF(KIPC_QUEUE, KEY, .observed = true)),
		  { K_QUEUE() },
		  GIVES(REMOVE, ABSENT, 0, "no longer observed") },
	};

	check_rows(rows, N(rows));
}

/* -- several channels ---------------------------------------------------------------------------------------- */

static void make_plan(struct channel_spec *specs, size_t n_specs, struct registry_entry *entries,
		      size_t n_entries, const struct kernel_object *objects, size_t n_objects,
		      struct kernel_view *view, struct plan *plan)
{
	const struct config config = { .channels = specs, .n_channels = n_specs };
	const struct registry registry = { .entries = entries, .n_entries = n_entries };
	const struct plan_input input = { .config = &config, .registry = &registry, .view = view, .uid = US };

	make_view(objects, n_objects, view);
	assert_int_equal(plan_make(&input, plan), 0);
}

static void every_name_once_and_in_order(void **state)
{
	struct channel_spec specs[] = { { .name = "b", .kind = KIPC_QUEUE, .key = 1 },
					{ .name = "c", .kind = KIPC_QUEUE, .key = 2 },
					{ .name = "e", .kind = KIPC_QUEUE, .key = 3 } };
	struct registry_entry entries[] = { { .name = "a", INTENT_OF(KIPC_SEGMENT, 9) },
					    { .name = "c", INTENT_OF(KIPC_QUEUE, 2) },
					    { .name = "d", LINK_OF(KIPC_SEMAPHORE, 4, .maker = 0) },
					    { .name = "f", INTENT_OF(KIPC_QUEUE, 6) } };
	static const struct {
		const char *name;
		enum kipc_kind kind;
		bool is_declared, is_known;
	} expected[] = {
		{ "a", KIPC_SEGMENT, false, true }, { "b", KIPC_QUEUE, true, false },
		{ "c", KIPC_QUEUE, true, true },    { "d", KIPC_SEMAPHORE, false, true },
		{ "e", KIPC_QUEUE, true, false },   { "f", KIPC_QUEUE, false, true },
	};
	struct kernel_view view;
	struct plan plan;

	make_plan(specs, N(specs), entries, N(entries), NULL, 0, &view, &plan);
	assert_int_equal(plan.n_steps, N(expected));
	for (size_t i = 0; i < N(expected); i++) {
		assert_string_equal(plan.steps[i].name, expected[i].name);
		assert_int_equal(plan.steps[i].kind, expected[i].kind);
		assert_int_equal(plan.steps[i].spec != NULL, expected[i].is_declared);
		assert_int_equal(plan.steps[i].entry != NULL, expected[i].is_known);
	}
	plan_done(&plan);
	kernel_view_done(&view);
}

/* "old" is no longer declared, and its key is declared for "young". */
static void a_key_goes_to_another_name(void **state)
{
	struct channel_spec young = { .name = "young", .kind = KIPC_QUEUE, .key = KEY };
	const struct {
		const char *lifetime;
		struct kernel_object object;
		enum plan_action old_action, young_action;
		const char *young_detail;
	} rows[] = {
		{ "config", K_QUEUE(), PLAN_REMOVE, PLAN_CREATE, NULL },
		{ "config", K_FULL_QUEUE(), PLAN_RETAIN, PLAN_CONFLICT,
		  "queue @1, which is kipcd's old: remove that first" },
		{ "", K_QUEUE(), PLAN_RETAIN, PLAN_CONFLICT,
		  "queue @1, which is kipcd's old: remove that first" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct registry_entry old = { .name = "old", LINK_OF(KIPC_QUEUE, KEY, .maker = 0) };
		struct kernel_view view;
		struct plan plan;

		strcpy(old.link.lifetime, rows[i].lifetime);
		make_plan(&young, 1, &old, 1, &rows[i].object, 1, &view, &plan);
		assert_int_equal(plan.n_steps, 2);
		assert_int_equal(plan.steps[0].action, rows[i].old_action);
		assert_int_equal(plan.steps[1].action, rows[i].young_action);
		if (rows[i].young_detail != NULL)
			assert_non_null(strstr(plan.steps[1].detail, rows[i].young_detail));
		plan_done(&plan);
		kernel_view_done(&view);
	}
}

#define KEYED(the_name, the_key, ...)                                                                        \
	{                                                                                                    \
		.name = the_name, .kind = KIPC_QUEUE, .key = the_key, .owner = US, .group = US,              \
		.mode = 0660, __VA_ARGS__                                                                    \
	}
#define KNOWN(the_name, the_key, the_id, ...)                                                                \
	{                                                                                                    \
		.name = the_name, LINK_OF(KIPC_QUEUE, the_key, .id = the_id, __VA_ARGS__)                    \
	}
#define CHANNELS_MAX 3

struct step_row {
	enum plan_action action;
	enum channel_state state;
	const char *detail; /* a part of it; NULL: none */
};

struct exchange_row {
	const char *what;
	struct channel_spec specs[CHANNELS_MAX];
	struct registry_entry entries[CHANNELS_MAX];
	struct kernel_object objects[CHANNELS_MAX];
	struct step_row steps[CHANNELS_MAX];
};

static void check_exchange(const struct exchange_row *row)
{
	struct exchange_row copy = *row;
	size_t n_specs = 0, n_entries = 0, n_objects = 0;
	struct kernel_view view;
	struct plan plan;

	while (n_specs < CHANNELS_MAX && copy.specs[n_specs].kind != 0)
		n_specs++;
	while (n_entries < CHANNELS_MAX && copy.entries[n_entries].has_link)
		n_entries++;
	while (n_objects < CHANNELS_MAX && copy.objects[n_objects].object.kind != 0)
		n_objects++;
	make_plan(copy.specs, n_specs, copy.entries, n_entries, copy.objects, n_objects, &view, &plan);
	for (size_t i = 0; i < plan.n_steps; i++) {
		const struct plan_step *step = &plan.steps[i];
		const struct step_row *expected = &row->steps[i];

		if (step->action != expected->action || step->state != expected->state ||
		    (step->detail != NULL) != (expected->detail != NULL) ||
		    (step->detail != NULL && strstr(step->detail, expected->detail) == NULL))
			fail_msg("%s: %s: %s, %s: %s", row->what, step->name, plan_action_words[step->action],
				 channel_state_words[step->state], step->detail);
	}
	plan_done(&plan);
	kernel_view_done(&view);
}

static void channels_exchange_their_keys(void **state)
{
	static const struct exchange_row rows[] = {
		{ "two, empty",
		  { KEYED("a", 2), KEYED("b", 1) },
		  { KNOWN("a", 1, 1), KNOWN("b", 2, 2) },
		  { K_QUEUE(.key = 1), K_QUEUE(.id = 2, .key = 2) },
		  { { PLAN_RECREATE, STATE_ACTIVE, "key 0x00000001 -> 0x00000002" },
		    { PLAN_RECREATE, STATE_ACTIVE, "key 0x00000002 -> 0x00000001" } } },
		{ "three, empty, in a circle",
		  { KEYED("a", 2), KEYED("b", 3), KEYED("c", 1) },
		  { KNOWN("a", 1, 1), KNOWN("b", 2, 2), KNOWN("c", 3, 3) },
		  { K_QUEUE(.key = 1), K_QUEUE(.id = 2, .key = 2), K_QUEUE(.id = 3, .key = 3) },
		  { { PLAN_RECREATE, STATE_ACTIVE, "" },
		    { PLAN_RECREATE, STATE_ACTIVE, "" },
		    { PLAN_RECREATE, STATE_ACTIVE, "" } } },
		{ "one moves to the key that another gives up",
		  { KEYED("a", 2), KEYED("b", 3) },
		  { KNOWN("a", 1, 1), KNOWN("b", 2, 2) },
		  { K_QUEUE(.key = 1), K_QUEUE(.id = 2, .key = 2) },
		  { { PLAN_RECREATE, STATE_ACTIVE, "" }, { PLAN_RECREATE, STATE_ACTIVE, "" } } },
		{ "... and a new one to the key of the first",
		  { KEYED("a", 2), KEYED("b", 1) },
		  { KNOWN("a", 1, 1) },
		  { K_QUEUE(.key = 1) },
		  { { PLAN_RECREATE, STATE_ACTIVE, "" }, { PLAN_CREATE, STATE_ACTIVE, NULL } } },
		{ "one that holds messages keeps both as they are",
		  { KEYED("a", 2), KEYED("b", 1) },
		  { KNOWN("a", 1, 1), KNOWN("b", 2, 2) },
		  { K_FULL_QUEUE(.key = 1), K_QUEUE(.id = 2, .key = 2) },
		  { { PLAN_KEEP, STATE_STALE, "'kipcctl move a a.kept'" },
		    { PLAN_KEEP, STATE_STALE,
		      "its key 0x00000001 still belongs to a, which must give it up" } } },
		{ "both that hold messages",
		  { KEYED("a", 2), KEYED("b", 1) },
		  { KNOWN("a", 1, 1), KNOWN("b", 2, 2) },
		  { K_FULL_QUEUE(.key = 1), K_FULL_QUEUE(.id = 2, .key = 2) },
		  { { PLAN_KEEP, STATE_STALE, "'kipcctl move a a.kept'" },
		    { PLAN_KEEP, STATE_STALE, "'kipcctl move b b.kept'" } } },
		{ "a stranger in the circle",
		  { KEYED("a", 2), KEYED("b", 3) },
		  { KNOWN("a", 1, 1), KNOWN("b", 2, 2) },
		  { K_QUEUE(.key = 1), K_QUEUE(.id = 2, .key = 2),
		    K_QUEUE(.id = 3, .key = 3, .cuid = STRANGER) },
		  { { PLAN_KEEP, STATE_STALE, "still belongs to b" },
		    { PLAN_CONFLICT, STATE_CONFLICT,
		      "kipcd's own, @2, is empty: 'kipcctl adopt queue:0x00000003 b' takes" } } },
		{ "the key of one that is no longer declared",
		  { KEYED("b", 1) },
		  { KNOWN("a", 1, 1), KNOWN("b", 2, 2) },
		  { K_FULL_QUEUE(.key = 1), K_QUEUE(.id = 2, .key = 2) },
		  { { PLAN_RETAIN, STATE_RETAINED, "no longer declared, but it holds 3 messages" },
		    { PLAN_KEEP, STATE_STALE,
		      "'kipcctl remove b' and 'kipcctl reload', a continues as b" } } },
		{ "... by one that holds messages, too",
		  { KEYED("b", 1) },
		  { KNOWN("a", 1, 1), KNOWN("b", 2, 2) },
		  { K_FULL_QUEUE(.key = 1), K_FULL_QUEUE(.id = 2, .key = 2) },
		  { { PLAN_RETAIN, STATE_RETAINED, "no longer declared" },
		    { PLAN_KEEP, STATE_STALE,
		      "'kipcctl move b a', 'kipcctl remove b' and 'kipcctl reload'" } } },
		{ "another name and another key",
		  { KEYED("b", 2) },
		  { KNOWN("a", 1, 1) },
		  { K_FULL_QUEUE(.key = 1) },
		  { { PLAN_RETAIN, STATE_RETAINED, "if b is its new name: 'kipcctl move a b'" },
		    { PLAN_CREATE, STATE_ACTIVE, NULL } } },
		{ "... of which there are two",
		  { KEYED("b", 2), KEYED("c", 3) },
		  { KNOWN("a", 1, 1) },
		  { K_FULL_QUEUE(.key = 1) },
		  { { PLAN_RETAIN, STATE_RETAINED, "once it is empty, 'kipcctl remove a' removes it" },
		    { PLAN_CREATE, STATE_ACTIVE, NULL },
		    { PLAN_CREATE, STATE_ACTIVE, NULL } } },
	};

	for (size_t i = 0; i < N(rows); i++)
		check_exchange(&rows[i]);
}

/* -- the registry as it is planned with ----------------------------------------------------------------------- */

static struct value_place of_key[] = { { .line = 1, .key = CONFIG_KEY_KEY } };
#define EXPLICIT .places = of_key, .n_places = 1

struct rename_row {
	const char *what;
	struct channel_spec specs[CHANNELS_MAX];
	struct registry_entry entries[CHANNELS_MAX];
	struct kernel_object objects[CHANNELS_MAX];
	struct config_aside aside;
	const char *from, *to; /* NULL: nothing is renamed */
};

static void check_rename(const struct rename_row *row)
{
	struct rename_row copy = *row;
	struct config config = { .channels = copy.specs };
	struct registry registry = { .entries = copy.entries };
	struct renames renames;
	struct kernel_view view;
	size_t n = 0;

	while (config.n_channels < CHANNELS_MAX && copy.specs[config.n_channels].kind != 0)
		config.n_channels++;
	while (registry.n_entries < CHANNELS_MAX && copy.entries[registry.n_entries].has_link)
		registry.n_entries++;
	while (n < CHANNELS_MAX && copy.objects[n].object.kind != 0)
		n++;
	if (copy.aside.name[0] != '\0') {
		config.asides = &copy.aside;
		config.n_asides = 1;
	}
	make_view(copy.objects, n, &view);
	assert_int_equal(plan_renames_find(&config, &registry, &view, US, &renames), 0);
	if (renames.n_items != (row->from != NULL) ||
	    (row->from != NULL &&
	     (strcmp(renames.items[0].from, row->from) != 0 || strcmp(renames.items[0].to, row->to) != 0)))
		fail_msg("%s: %zu, %s -> %s", row->what, renames.n_items, renames.items[0].from,
			 renames.items[0].to);
	plan_renames_apply(&renames, &registry);
	for (size_t i = 1; i < registry.n_entries; i++)
		assert_true(strcmp(registry.entries[i - 1].name, registry.entries[i].name) < 0);
	plan_renames_done(&renames);
	kernel_view_done(&view);
}

static void what_is_certain_is_renamed(void **state)
{
	static const struct rename_row rows[] = {
		{ "the same kind and key",
		  { KEYED("z", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1), KNOWN("m", 7, 2) },
		  { K_FULL_QUEUE(), K_QUEUE(.id = 2, .key = 7) },
		  .from = "a",
		  .to = "z" },
		{ "an empty one that would go, too",
		  { KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1, .lifetime = "config") },
		  { K_QUEUE() },
		  .from = "a",
		  .to = "b" },
		{ "adopted",
		  { KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1, .creator = STRANGER, .adopted = true) },
		  { K_QUEUE(.cuid = STRANGER) },
		  .from = "a",
		  .to = "b" },
		{ "a key that is made of the name is no evidence",
		  { KEYED("b", KEY) },
		  { KNOWN("a", KEY, 1) },
		  { K_QUEUE() } },
		{ "another key", { KEYED("b", OTHER_KEY, EXPLICIT) }, { KNOWN("a", KEY, 1) }, { K_QUEUE() } },
		{ "another kind",
		  { { .name = "b", .kind = KIPC_SEGMENT, .key = KEY, EXPLICIT } },
		  { KNOWN("a", KEY, 1) },
		  { K_QUEUE() } },
		{ "the old name is declared still",
		  { KEYED("a", OTHER_KEY, EXPLICIT), KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1) },
		  { K_QUEUE() } },
		{ "the new name is known already",
		  { KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1), KNOWN("b", OTHER_KEY, 2) },
		  { K_QUEUE(), K_QUEUE(.id = 2, .key = OTHER_KEY) } },
		{ "the new name only observes",
		  { KEYED("b", KEY, EXPLICIT, .manage = MANAGE_OBSERVE) },
		  { KNOWN("a", KEY, 1) },
		  { K_QUEUE() } },
		{ "the old name only observed",
		  { KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1, .observed = true) },
		  { K_QUEUE(.cuid = STRANGER) } },
		{ "it is gone", { KEYED("b", KEY, EXPLICIT) }, { KNOWN("a", KEY, 1) }, { { { 0 } } } },
		{ "its id is a stranger's by now",
		  { KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1) },
		  { K_QUEUE(.cuid = STRANGER) } },
		{ "its maker took it back",
		  { KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1, .creator = STRANGER, .adopted = true) },
		  { K_QUEUE(.cuid = STRANGER, .uid = STRANGER) } },
		{ "what declares it is set aside",
		  { KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1) },
		  { K_QUEUE() },
		  .aside = { .name = "a", .declares = true } },
		{ "what overrides it goes along",
		  { KEYED("b", KEY, EXPLICIT) },
		  { KNOWN("a", KEY, 1) },
		  { K_QUEUE() },
		  .aside = { .name = "a" },
		  .from = "a",
		  .to = "b" },
	};

	for (size_t i = 0; i < N(rows); i++)
		check_rename(&rows[i]);
}

static void what_was_observed_is_ours_again(void **state)
{
	static const struct {
		enum manage manage; /* MANAGE_OWN + 9: not declared */
		bool observed, owned, still_observed;
	} rows[] = {
		{ MANAGE_OWN, true, true, false },     { MANAGE_OBSERVE, true, true, true },
		{ (enum manage)9, true, true, false }, { MANAGE_OWN, true, false, true },
		{ MANAGE_OWN, false, false, false },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct channel_spec spec = KEYED("it", KEY, .manage = rows[i].manage);
		const struct config config = { .channels = &spec,
					       .n_channels = rows[i].manage <= MANAGE_OBSERVE };
		struct registry_entry entry =
			KNOWN("it", KEY, 1, .observed = rows[i].observed, .owned = rows[i].owned);
		struct registry registry = { .entries = &entry, .n_entries = 1 };

		plan_registry_own_again(&registry, &config);
		assert_int_equal(entry.link.observed, rows[i].still_observed);
	}
}

static void finding_in_the_view(void **state)
{
	const struct kernel_object objects[] = {
		{ .object = { .kind = KIPC_SEMAPHORE, .id = 5, .key = 1 } },
		{ .object = { .kind = KIPC_QUEUE, .id = 5, .key = -1 } },
		{ .object = { .kind = KIPC_QUEUE, .id = 0, .key = 1 } },
		{ .object = { .kind = KIPC_SEGMENT, .id = 7, .key = 0 } },
	};
	struct kernel_view view;

	make_view(objects, N(objects), &view);
	assert_int_equal(kernel_view_find_id(&view, KIPC_QUEUE, 5)->object.key, -1);
	assert_int_equal(kernel_view_find_id(&view, KIPC_SEGMENT, 7)->object.key, 0);
	assert_null(kernel_view_find_id(&view, KIPC_SEGMENT, 5));
	assert_int_equal(kernel_view_find_key(&view, KIPC_QUEUE, -1)->object.id, 5);
	assert_int_equal(kernel_view_find_key(&view, KIPC_QUEUE, 1)->object.id, 0);
	assert_int_equal(kernel_view_find_key(&view, KIPC_SEMAPHORE, 1)->object.id, 5);
	assert_null(kernel_view_find_key(&view, KIPC_SEGMENT, 1));
	assert_null(kernel_view_find_key(&view, KIPC_SEGMENT, 0)); /* private ones have no key */
	kernel_view_done(&view);
	make_view(NULL, 0, &view);
	assert_null(kernel_view_find_id(&view, KIPC_QUEUE, 0));
	assert_null(kernel_view_find_key(&view, KIPC_QUEUE, 1));
	kernel_view_done(&view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_there),
		cmocka_unit_test(ours_and_right),
		cmocka_unit_test(altered_in_place),
		cmocka_unit_test(a_capacity_beyond_the_limit),
		cmocka_unit_test(what_cannot_be_altered),
		cmocka_unit_test(somebody_else_has_the_key),
		cmocka_unit_test(the_file_of_a_key_was_replaced),
		cmocka_unit_test(what_a_crash_left),
		cmocka_unit_test(what_cannot_be_looked_at),
		cmocka_unit_test(whose_the_registry_is),
		cmocka_unit_test(rings),
		cmocka_unit_test(what_vanished),
		cmocka_unit_test(observed),
		cmocka_unit_test(declared_no_more),
		cmocka_unit_test(every_name_once_and_in_order),
		cmocka_unit_test(a_key_goes_to_another_name),
		cmocka_unit_test(channels_exchange_their_keys),
		cmocka_unit_test(what_is_certain_is_renamed),
		cmocka_unit_test(what_was_observed_is_ours_again),
		cmocka_unit_test(finding_in_the_view),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
