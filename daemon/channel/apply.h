/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_APPLY_H
#define KIPC_DAEMON_CHANNEL_APPLY_H

/* The edge under the plan: carries its steps out, in the kernel and in the registry. */

#include "daemon/channel/channel.h"
#include "daemon/plan/step.h"

struct apply {
	int channels_fd;
	uid_t uid;			/* ours: the creator of what we make */
	const struct kernel_view *view; /* the one that the plan was made from */
	bool holds_segments;		/* kernel.shm_rmid_forced: keep ours attached */
	bool is_vacated; /* of the step that is carried out: apply_vacate() removed the old object */
};

/*
 * The first half of a PLAN_RECREATE: removes the old object, unless something is in it by now (false, and the channel says so).
 * All of them come before anything is made, so that channels can exchange their keys.
 */
bool apply_vacate(const struct apply *apply, const struct plan_step *step, struct channel *channel);

/*
 * Carries out one step and brings `channel` up to date: link, state, reason, and how the object was left. The channel
 * has the step's name, spec and kind and its old link already. A failure is the channel's state, never more.
 * Returns the action that it came to: a recreate of what is not empty any more is PLAN_KEEP.
 */
enum plan_action apply_step(const struct apply *apply, const struct plan_step *step, struct channel *channel);

/* Says that nothing could be done for it: "WHAT: what the error means". */
void apply_fail(struct channel *channel, const char *what, int error);

#endif
