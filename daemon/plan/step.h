/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_STEP_H
#define KIPC_DAEMON_PLAN_STEP_H

/* What a plan is made from, and one line of it. */

#include "common/channel-words.h"
#include "daemon/config/config.h"
#include "daemon/plan/kernel-view.h"
#include "daemon/plan/registry.h"

struct plan_step {
	char name[KIPC_NAME_MAX + 1];
	const struct channel_spec *spec;    /* NULL: no longer declared */
	const struct registry_entry *entry; /* NULL: not in the registry */
	enum kipc_kind kind;
	enum plan_action action;
	enum channel_state state; /* after the step */
	bool has_object;
	struct kipc_object object; /* the one that the step is about: ours, observed or in the way */
	bool is_used;		   /* a semaphore set: a process other than its creator has operated on it */
	unsigned changes;	   /* PLAN_ALTER, PLAN_ADOPT: KIPC_ALTER_* */
	bool has_messages;	   /* PLAN_RETAIN */
	bool is_ring;		   /* PLAN_ADOPT: the object is laid out as one */
	/* PLAN_ADOPT: the channel's own empty object under an old key, which is removed first. */
	bool has_former;
	struct kipc_object former;
	/* A useless object that a crash left half made; it is removed before anything else. */
	bool has_leftover;
	struct kipc_object leftover;
	bool keeps_intent; /* kipcd cannot tell whether such an object is left: the next reconcile looks again */
	char *trouble;	   /* what is wrong with an active channel; NULL: nothing */
	char *detail;	   /* what changes, or what prevents it; NULL: nothing to say */
};

/* An object that its owner hands over. */
struct adopting {
	const char *name; /* the channel that it becomes */
	enum kipc_kind kind;
	int id;
	bool is_ring;	      /* laid out as one … */
	uint64_t max_message; /* … for messages of up to so many bytes */
};

struct plan_input {
	const struct config *config;
	const struct registry *registry;
	const struct kernel_view *view;
	uid_t uid;	/* kipcd's own: the creator of what is ours */
	bool is_start;	/* an object that is as declared is PLAN_RESUME, not PLAN_KEEP */
	bool is_reload; /* a user asked: an empty object is recreated under the key that its file has now */
	/* whether a declared channel was removed by hand and stays away; NULL: none was */
	bool (*is_removed_by_hand)(const char *name, void *userdata);
	void *userdata;
	const char *doubt; /* why kipcd cannot tell whose the registry is, and does nothing; NULL: it can */
	const struct adopting *adopting; /* NULL: nothing is handed over */
};

#endif
