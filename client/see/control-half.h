/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_CONTROL_HALF_H
#define KIPC_CLIENT_SEE_CONTROL_HALF_H

/* The verbs of the control half, by the files that have them. */

#include "client/base/command.h"
#include "client/data/complete.h"

enum status command_list(const struct invocation *invocation);	 /* list.c */
enum status command_show(const struct invocation *invocation);	 /* show.c */
enum status command_limits(const struct invocation *invocation); /* limits.c */
enum status command_remove(const struct invocation *invocation); /* remove.c */
enum status command_create(const struct invocation *invocation); /* manage.c */
enum status command_set(const struct invocation *invocation);
enum status command_unset(const struct invocation *invocation);	   /* manage.c */
enum status command_recover(const struct invocation *invocation);  /* manage.c */
enum status command_doctor(const struct invocation *invocation);   /* doctor.c */
enum status command_metrics(const struct invocation *invocation);  /* metrics.c */
enum status command_get(const struct invocation *invocation);	   /* get-put.c */
enum status command_put(const struct invocation *invocation);	   /* get-put.c */
enum status command_watch(const struct invocation *invocation);	   /* watch.c */
enum status command_top(const struct invocation *invocation);	   /* top.c */
enum status command_events(const struct invocation *invocation);   /* events.c */
enum status command_adopt(const struct invocation *invocation);	   /* adopt.c */
enum status command_generate(const struct invocation *invocation); /* generate.c */
enum status command_bench(const struct invocation *invocation);	   /* bench.c */
enum status command_sweep(const struct invocation *invocation);	   /* sweep.c */
enum status command_reset(const struct invocation *invocation);	   /* reset.c */
enum status command_plan(const struct invocation *invocation);	   /* plan.c */
enum status command_reload(const struct invocation *invocation);   /* plan.c */
enum status plan_recover_registry(const struct invocation *invocation, bool is_ours);

/* doctor --ipc-of=all (ipc-all.c). */
enum status ipc_all_doctor(const struct invocation *invocation);

/* What only this half can tell of the command line in progress (complete-words.c). */
void complete_words(const struct invocation *invocation, enum complete_what what, complete_tell *tell,
		    void *context);

/* What a verb returns that ended with r: STATUS_DONE, or the status of a negative errno after having said it. */
enum status control_half_end(const struct invocation *invocation, const char *subject, int r);

#endif
