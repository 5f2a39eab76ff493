/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One reconcile from end to end: take the situation, carry out the steps of its plan that are due, and build the new table of
 * channels from them. Start, reload, healing and single changes differ only in which steps are due.
 */

#include "daemon/run/reconcile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/plural.h"
#include "common/service/log.h"
#include "daemon/channel/apply.h"
#include "daemon/channel/kernel.h"
#include "daemon/run/healing.h"
#include "daemon/run/intents.h"
#include "daemon/run/status.h"
#include "daemon/run/tell.h"
#include "lib/object-empty.h"

#define TELL_EACH_UP_TO 100 /* steps; more, as at a start with thousands, get one event with their sum */

/* A segment that was removed would exist only because kipcd has it attached, and would seem to be in use. */
static void let_go_of_removed(struct manager *manager)
{
	for (size_t i = 0; i < manager->n_channels; i++) {
		struct channel *channel = &manager->channels[i];

		if (channel->held != NULL && channel_look(channel, NULL) == 0)
			channel->held = kernel_let_go(channel->held);
	}
}

/* -- only planning ----------------------------------------------------------------------------------------- */

int reconcile_plan(struct manager *manager, const struct config *config, const struct renames *renames,
		   struct steps *ret_steps)
{
	struct situation situation;
	struct steps steps = { 0 };
	int r;

	r = situation_take(manager, config, RECONCILE_RELOAD, renames, NULL, &situation);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < situation.plan.n_steps; i++) {
		const struct plan_step *step = &situation.plan.steps[i];
		char *detail =
			tell_detail(config, step->name, step->detail != NULL ? step->detail : step->trouble);

		r = steps_add(&steps, step->name, step->kind, step->action, step->state, detail);
		free(detail);
	}
	situation_done(&situation);
	if (r < 0) {
		steps_done(&steps);
		return r;
	}
	*ret_steps = steps;
	return 0;
}

/* -- carrying out ----------------------------------------------------------------------------------------- */

/* Why a step is not carried out; error 0: nothing prevents it. */
struct obstacle {
	const char *what;
	int error;
};

struct run {
	struct manager *manager;
	const struct config *config;
	enum reconcile_reason reason;
	const char *only;
	uint64_t now, interval;
	struct apply apply;
	bool *is_due, *is_vacated, *is_made; /* one a step */
	struct obstacle *obstacles;	     /* one a step */
	struct channel *channels;
	size_t n_channels, n_due;
	size_t n_done[PLAN_CONFLICT + 1], n_failed; /* for the event of a start or reload */
	struct steps *steps;
};

static bool step_is_due(const struct run *run, const struct plan_step *step)
{
	if (run->only != NULL)
		return strcmp(run->only, step->name) == 0;
	if (run->reason == RECONCILE_HEAL)
		return healing_is_due(step, manager_find(run->manager, step->name), run->now);
	return true;
}

/* This reconcile settles an interrupted creation, unless the creation must not be finished now. */
static void take_intent(const struct plan_step *step, bool is_due, struct channel *channel)
{
	bool is_to_be_finished = step->action == PLAN_CREATE && step->has_object;

	channel->has_intent = false;
	if (step->entry == NULL || !step->entry->has_intent)
		return;
	channel->has_intent = step->keeps_intent || (is_to_be_finished && !is_due);
	channel->intent_kind = step->entry->intent_kind;
	channel->intent_key = step->entry->intent_key;
}

/* The channel as it was, with its new spec. It takes over what the old one owned. */
static void begin_channel(const struct run *run, const struct plan_step *step, bool is_due,
			  struct channel *channel)
{
	struct channel *before = manager_find(run->manager, step->name);

	*channel = (struct channel){ 0 };
	if (before != NULL) {
		*channel = *before;
		before->reason = NULL;
		before->history = NULL;
	} else if (step->entry != NULL && step->entry->has_link) {
		channel->has_link = true;
		channel->link = step->entry->link;
	}
	take_intent(step, is_due, channel);
	memcpy(channel->name, step->name, sizeof channel->name);
	channel->kind = step->kind;
	channel->spec = step->spec;
	if (run->reason == RECONCILE_START || run->reason == RECONCILE_RELOAD) {
		channel->is_removed_by_hand = false;
		channel->last_healed = channel->next_heal = channel->heal_delay = 0;
	}
}

static void add_step(const struct run *run, const struct plan_step *step, enum plan_action action,
		     const struct channel *channel)
{
	char *detail;

	if (run->steps == NULL)
		return;
	detail = tell_detail(run->config, step->name,
			     channel->reason != NULL ? channel->reason : step->detail);
	if (run->only != NULL || action != PLAN_KEEP || detail != NULL)
		(void)steps_add(run->steps, step->name, step->kind, action, channel->state, detail);
	free(detail);
}

/* Returns the action that was taken in the end. */
static enum plan_action try(struct run *run, const struct plan_step *step, struct channel *channel)
{
	const struct obstacle *obstacle = &run->obstacles[channel - run->channels];

	if (obstacle->error == 0)
		return apply_step(&run->apply, step, channel);
	apply_fail(channel, obstacle->what, obstacle->error);
	channel->has_intent = step->entry != NULL && step->entry->has_intent; /* so it is not settled */
	return PLAN_KEEP;
}

static void carry_out(struct run *run, const struct plan_step *step, struct channel *channel)
{
	enum channel_state state_before = channel->state;
	bool was_in_trouble = channel->reason != NULL;
	int id_before = channel->link.id;
	enum plan_action action;

	if (channel->spec != NULL) {
		channel->file_key = channel->spec->key;
		channel->file_error = channel->spec->key_error;
	}
	action = try(run, step, channel);
	if (channel->state == STATE_FAILED)
		run->n_failed++;
	else
		run->n_done[action]++;
	if (run->reason == RECONCILE_HEAL &&
	    (step->action == PLAN_CREATE || step->action == PLAN_ALTER || channel->state == STATE_FAILED))
		healing_note(channel, run->now, run->interval);
	if (channel->spec != NULL && channel->spec->manage == MANAGE_OBSERVE && run->reason == RECONCILE_HEAL)
		tell_observed(run->manager, channel, state_before, id_before);
	else if (channel->state != STATE_FAILED && run->reason == RECONCILE_HEAL)
		tell_healing(run->manager, step, action, channel, state_before);
	else if (channel->state != STATE_FAILED && run->n_due <= TELL_EACH_UP_TO)
		tell_deed(run->manager, step, action, channel);
	if (channel->reason != NULL && channel->state != STATE_ABSENT &&
	    (run->reason != RECONCILE_HEAL || channel->state != state_before || !was_in_trouble))
		tell_trouble(run->manager, channel);
	add_step(run, step, action, channel);
}

/* Nothing is left of it. */
static bool is_forgotten(const struct channel *channel)
{
	return channel->spec == NULL && !channel->has_link && !channel->has_intent;
}

/* Removals come first: another channel may need the key that one gives up. */
static void run_removals(struct run *run, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		if (!run->is_due[i] || (step->action != PLAN_REMOVE && step->action != PLAN_RECREATE))
			continue;
		waiting_release(run->manager->waiting, step->name);
		if (step->action == PLAN_REMOVE)
			carry_out(run, step, &run->channels[i]);
		else if (run->obstacles[i].error == 0)
			run->is_vacated[i] = apply_vacate(&run->apply, step, &run->channels[i]);
	}
}

static void run_steps(struct run *run, const struct plan *plan)
{
	run_removals(run, plan);
	for (size_t i = 0; i < plan->n_steps; i++) {
		if (!run->is_due[i] || plan->steps[i].action == PLAN_REMOVE)
			continue;
		run->apply.is_vacated = run->is_vacated[i];
		carry_out(run, &plan->steps[i], &run->channels[i]);
	}
}

/* What the channel is until its healing is due. One that failed is tried at longer and longer intervals. */
static void postpone(const struct run *run, const struct plan_step *step, struct channel *channel)
{
	if (run->reason != RECONCILE_HEAL)
		return;
	if (channel->state == STATE_FAILED) {
		if (run->now >= channel->next_heal)
			healing_note(channel, run->now, run->interval);
		return;
	}
	if (step->action != PLAN_CREATE)
		return;
	channel->state = STATE_ABSENT;
	channel_say_when(channel, run->now);
}

static void finish_table(struct run *run, const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		if (!run->is_due[i])
			postpone(run, &plan->steps[i], &run->channels[i]);
		if (is_forgotten(&run->channels[i]))
			channel_done(&run->channels[i]);
		else
			run->channels[n++] = run->channels[i];
	}
	run->n_channels = n;
}

static void take_over(struct manager *manager, struct config *config, const struct run *run)
{
	for (size_t i = 0; i < manager->n_channels; i++)
		channel_done(&manager->channels[i]);
	free(manager->channels);
	manager->channels = run->channels;
	manager->n_channels = run->n_channels;
	manager->copy.is_due = true;
	if (manager->config != config)
		config_free(manager->config);
	manager->config = config;
}

/* In a user namespace the kernel may refuse in spite of the capability: then plan for the limit. */
static void learn_limit(struct manager *manager)
{
	for (size_t i = 0; i < manager->n_channels && manager->may_exceed_msgmnb; i++) {
		const struct channel *channel = &manager->channels[i];

		if (channel->kind == KIPC_QUEUE && channel->state == STATE_ACTIVE && channel->spec != NULL &&
		    channel->spec->manage == MANAGE_OWN && channel->spec->capacity > channel->capacity)
			manager->may_exceed_msgmnb = false;
	}
}

static void tell_sum(const struct run *run)
{
	const size_t *n_done = run->n_done;

	if (run->reason != RECONCILE_START && run->reason != RECONCILE_RELOAD)
		return;
	events_tell(&run->manager->events, LOG_INFO,
		    run->reason == RECONCILE_START ? EVENT_STARTED : EVENT_RELOADED, "", 0, 0,
		    "%zu %s: %zu created, %zu unchanged, %zu altered, %zu recreated, %zu removed, %zu in "
		    "conflict, %zu failed",
		    run->n_channels, plural(run->n_channels, "channel", "channels"), n_done[PLAN_CREATE],
		    n_done[PLAN_KEEP] + n_done[PLAN_RESUME], n_done[PLAN_ALTER], n_done[PLAN_RECREATE],
		    n_done[PLAN_REMOVE], n_done[PLAN_CONFLICT], run->n_failed);
}

static void mark_due(struct run *run, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		run->is_due[i] = step_is_due(run, step);
		run->n_due += run->is_due[i] && step->action != PLAN_KEEP && step->action != PLAN_RESUME;
	}
}

/* A set or ring that was linked but not prepared counts as empty only in the plan. */
static unsigned flags_of_leftover(const struct plan_step *step)
{
	const struct kipc_object *leftover = &step->leftover;
	bool is_attached = leftover->kind == KIPC_SEGMENT && leftover->segment.attached > 0;

	return step->entry->has_link && step->entry->link.is_begun && !is_attached
		       ? KIPC_REMOVE_EVEN_IF_NOT_EMPTY
		       : 0;
}

/* To be called while the intents still say that they are kipcd's: a kill during this does no harm then. */
static void remove_leftovers(struct run *run, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct plan_step *step = &plan->steps[i];
		int r;

		if (!step->has_leftover)
			continue;
		r = kipc_object_remove(&step->leftover, flags_of_leftover(step), 0, NULL);
		if (r == 0 || r == -EIDRM)
			continue;
		run->obstacles[i] =
			(struct obstacle){ "the remains of an interrupted creation cannot be removed", r };
		run->channels[i].has_intent = step->entry->has_intent;
	}
}

static bool will_make(const struct run *run, const struct plan_step *step, size_t i)
{
	return run->is_due[i] && run->obstacles[i].error == 0 &&
	       (step->action == PLAN_CREATE || step->action == PLAN_RECREATE);
}

/* Before anything is made. What cannot be written there is not made: after a kill its owner would be unknown. */
static void note_intents(struct run *run, const struct plan *plan)
{
	int r;

	for (size_t i = 0; i < plan->n_steps; i++)
		run->is_made[i] = will_make(run, &plan->steps[i], i);
	r = intents_write(run->apply.channels_fd, plan, run->is_made, run->channels);
	for (size_t i = 0; r < 0 && i < plan->n_steps; i++)
		if (run->is_made[i])
			run->obstacles[i] = (struct obstacle){
				"it was not created, because the registry cannot be written", r
			};
}

/* -- all of it --------------------------------------------------------------------------------------------- */

static int run_begin(struct run *run, const struct situation *situation)
{
	size_t n = situation->plan.n_steps + 1;

	run->apply = (struct apply){
		.channels_fd = run->manager->runtime.channels_fd,
		.uid = geteuid(),
		.view = &situation->view,
		.holds_segments = object_rmid_is_forced(),
	};
	run->is_due = calloc(n, sizeof *run->is_due);
	run->is_vacated = calloc(n, sizeof *run->is_vacated);
	run->is_made = calloc(n, sizeof *run->is_made);
	run->obstacles = calloc(n, sizeof *run->obstacles);
	run->channels = calloc(n, sizeof *run->channels);
	if (run->is_due == NULL || run->is_vacated == NULL || run->is_made == NULL ||
	    run->obstacles == NULL || run->channels == NULL) {
		free(run->channels);
		return -ENOMEM;
	}
	mark_due(run, &situation->plan);
	for (size_t i = 0; i < situation->plan.n_steps; i++)
		begin_channel(run, &situation->plan.steps[i], run->is_due[i], &run->channels[i]);
	return 0;
}

static void run_done(struct run *run)
{
	free(run->is_due);
	free(run->is_vacated);
	free(run->is_made);
	free(run->obstacles);
}

/* No step could be carried out. An object that is gone must at least not be shown as active. */
static void fail_what_is_gone(struct manager *manager, int error)
{
	for (size_t i = 0; i < manager->n_channels; i++) {
		struct channel *channel = &manager->channels[i];
		int there = channel->state == STATE_ACTIVE ? channel_look(channel, NULL) : 1;

		if (there == 0)
			apply_fail(channel, "it is gone, and cannot be recreated now", error);
		else if (there < 0)
			apply_fail(channel, "its object cannot be read", there);
	}
}

static int run_plan(struct run *run, struct config *config, const struct situation *situation)
{
	struct manager *manager = run->manager;
	bool may_change = manager->namespace.doubt == NULL;
	int r;

	if (may_change)
		kernel_retire_removed(&situation->registry, &situation->view);
	r = run_begin(run, situation);
	if (r < 0)
		return r;
	remove_leftovers(run, &situation->plan);
	if (may_change)
		note_intents(run, &situation->plan);
	run_steps(run, &situation->plan);
	finish_table(run, &situation->plan);
	if (may_change)
		intents_drop(run->apply.channels_fd, run->channels, run->n_channels);
	tell_sum(run);
	take_over(manager, config, run);
	learn_limit(manager);
	waiting_update(manager->waiting, manager->channels, manager->n_channels, config->sample_interval);
	return 0;
}

static int reconcile_all(struct manager *manager, struct config *config, enum reconcile_reason reason,
			 const char *only, struct registry *found, struct steps *steps)
{
	struct situation situation;
	struct run run = {
		.manager = manager,
		.config = config,
		.reason = reason,
		.only = only,
		.now = clock_usec(CLOCK_MONOTONIC),
		.interval = config->sample_interval,
		.steps = steps,
	};
	int r;

	let_go_of_removed(manager);
	r = situation_take(manager, config, reason, NULL, found, &situation);
	if (r == 0) {
		r = run_plan(&run, config, &situation);
		run_done(&run);
		situation_done(&situation);
	}
	if (r < 0 && reason == RECONCILE_HEAL)
		fail_what_is_gone(manager, r);
	return r;
}

int reconcile_start(struct manager *manager, struct config *config, struct registry *found,
		    struct steps *steps)
{
	return reconcile_all(manager, config, RECONCILE_START, NULL, found, steps);
}

int reconcile(struct manager *manager, struct config *config, enum reconcile_reason reason, const char *only,
	      struct steps *steps)
{
	return reconcile_all(manager, config, reason, only, NULL, steps);
}

void reconcile_heal(struct manager *manager)
{
	int r = reconcile(manager, manager->config, RECONCILE_HEAL, NULL, NULL);

	if (r < 0)
		log_line(LOG_ERR, "healing: %s", strerror(-r));
	status_notify(manager);
}
