/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_APPLY_H
#define KIPC_DAEMON_CHANNEL_APPLY_H

/* The edge under the plan: carries its steps out, in the kernel and in the registry. */

#include "daemon/channel/channel.h"
#include "daemon/plan/step.h"

struct apply {
	int channels_fd;
	uid_t uid;			/* kipcd's own: the creator of what it makes */
	const struct kernel_view *view; /* the one that the plan was made from */
	bool holds_segments;		/* kernel.shm_rmid_forced: our segments stay attached */
	bool is_vacated; /* apply_vacate() has removed the old object of the step that is carried out */
};

/*
 * The first half of a PLAN_RECREATE: removes the old object. False: it is no longer empty, and the channel says so. All first
 * halves come before anything is created, so that channels can exchange their keys.
 */
bool apply_vacate(const struct apply *apply, const struct plan_step *step, struct channel *channel);

/*
 * Carries out one step and brings `channel` up to date: link, state, reason, and how the object was left. The channel already
 * has the step's name, spec and kind, and its old link. A failure is only a state of the channel. Returns the action that was
 * taken: PLAN_KEEP for a PLAN_RECREATE whose object is no longer empty.
 */
enum plan_action apply_step(const struct apply *apply, const struct plan_step *step, struct channel *channel);

/* The channel is failed, with the reason "WHAT: what the error means". */
void apply_fail(struct channel *channel, const char *what, int error);

#endif
