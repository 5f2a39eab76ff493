/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CHANNEL_WORDS_H
#define KIPC_COMMON_CHANNEL_WORDS_H

/*
 * The words for what a channel is and what happens to it, as the configuration, the registry and every output write them. Each
 * array is in the order of its enum, and ends with NULL.
 */

enum manage {
	MANAGE_OWN = 0,
	MANAGE_OBSERVE,
};
extern const char *const manage_words[];

/* When kipcd removes the object by itself, if it is empty. */
enum lifetime {
	LIFETIME_BOOT = 0, /* never */
	LIFETIME_CONFIG,   /* when its section is removed */
	LIFETIME_DAEMON,   /* when kipcd stops */
};
extern const char *const lifetime_words[];

enum layout {
	LAYOUT_RAW = 0,
	LAYOUT_RING,
};
extern const char *const layout_words[];

enum channel_state {
	STATE_ACTIVE = 0,
	STATE_ABSENT,
	STATE_CONFLICT,
	STATE_STALE,
	STATE_FAILED,
	STATE_LOST,
	STATE_RETAINED,
};
/* Behind these, "foreign": kipcctl's word for an object that is no channel. */
extern const char *const channel_state_words[];

/* What a plan, a reload or a change does to a channel. */
enum plan_action {
	PLAN_KEEP = 0,
	PLAN_RESUME,
	PLAN_CREATE,
	PLAN_ALTER,
	PLAN_RECREATE,
	PLAN_RETAIN,
	PLAN_REMOVE,
	PLAN_ADOPT,
	PLAN_RENAME, /* only reported: a plan is made from a registry in which the name has changed already */
	PLAN_CONFLICT,
};
extern const char *const plan_action_words[];

/* In a sentence with commands, this says that a human has to act between them: doctor does not join such commands. */
#define STOP_ITS_USERS "stop its users"

#endif
