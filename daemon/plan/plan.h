/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_PLAN_H
#define KIPC_DAEMON_PLAN_PLAN_H

/*
 * What has to be done so that the kernel holds what is declared: a pure function from three values (configuration,
 * registry, kernel) to a list of steps, one a channel. Start, reload, healing and `kipcctl plan` all use it.
 */

#include "daemon/config/config.h"
#include "daemon/plan/kernel-view.h"
#include "lib/registry.h"

enum plan_action {
	PLAN_KEEP = 0,
	PLAN_RESUME,
	PLAN_CREATE,
	PLAN_ALTER,
	PLAN_RECREATE,
	PLAN_RETAIN,
	PLAN_REMOVE,
	PLAN_ADOPT,
	PLAN_RENAME, /* only reported: the plan is made from a registry in which it has happened */
	PLAN_CONFLICT,
};

enum channel_state {
	STATE_ACTIVE = 0,
	STATE_ABSENT,
	STATE_CONFLICT,
	STATE_STALE,
	STATE_FAILED,
	STATE_LOST,
	STATE_RETAINED,
};

/* The words of every output; NULL-terminated. */
extern const char *const plan_action_words[];
extern const char *const channel_state_words[];

/* What the registry knows. */
struct registry_entry {
	char name[KIPC_NAME_MAX + 1];
	bool has_link;
	struct registry_link link;
	/* A kipcd was about to make it and was killed: made or not. */
	bool has_intent;
	enum kipc_kind intent_kind;
	key_t intent_key;
	bool is_held; /* kipcd has it attached itself, against kernel.shm_rmid_forced */
};

struct registry {
	struct registry_entry *entries; /* sorted by name */
	size_t n_entries;
};

struct plan_step {
	char name[KIPC_NAME_MAX + 1];
	const struct channel_spec *spec;    /* NULL: not declared any more */
	const struct registry_entry *entry; /* NULL: not in the registry */
	enum kipc_kind kind;
	enum plan_action action;
	enum channel_state state; /* once the step is done */
	bool has_object;
	struct kipc_object object; /* the one that is meant: ours, observed or in the way */
	bool is_used;		   /* a semaphore set on which somebody else operated */
	unsigned changes;	   /* PLAN_ALTER, PLAN_ADOPT: KIPC_ALTER_* */
	bool has_messages;	   /* PLAN_RETAIN */
	bool is_ring;		   /* PLAN_ADOPT: it is laid out as one */
	bool has_former; /* PLAN_ADOPT: its own, empty and under a key that is not declared any more: to be removed first */
	struct kipc_object former;
	bool has_leftover; /* half made before a crash, and of no use: to be removed first of all */
	struct kipc_object leftover;
	bool keeps_intent; /* whether something is left cannot be told: the next reconcile asks again */
	char *trouble;	   /* of what is active: what is wrong with it all the same; NULL: nothing */
	char *detail;	   /* what changes, or what stands in the way; NULL: nothing to say */
};

struct plan {
	struct plan_step *steps; /* sorted by name */
	size_t n_steps;
};

struct adopting {
	const char *name;
	enum kipc_kind kind;
	int id;
	bool is_ring;	      /* it is laid out as one … */
	uint64_t max_message; /* … for messages of up to so many bytes */
};

struct plan_input {
	const struct config *config;
	const struct registry *registry;
	const struct kernel_view *view;
	uid_t uid;	/* kipcd's own: the creator of what is ours */
	bool is_start;	/* what is found and right is `resume`, not `keep` */
	bool is_reload; /* somebody asks: what is empty is made anew under the key that its file has now */
	/* whether a declared channel was removed by hand and stays gone; NULL: none was */
	bool (*is_removed_by_hand)(const char *name, void *userdata);
	void *userdata;
	const char
		*doubt; /* why nothing may be done: it cannot be told whose the registry is; NULL: it can */
	/* What somebody hands over: this object becomes that channel's. NULL: nothing */
	const struct adopting *adopting;
};

/* -ENOMEM. The plan points into all three inputs. */
int plan_make(const struct plan_input *input, struct plan *ret_plan);
void plan_done(struct plan *plan);

/* The capacity that a queue gets: as declared, within what the kernel allows. */
uint64_t plan_capacity(const struct channel_spec *spec, const struct kernel_view *view);

#endif
