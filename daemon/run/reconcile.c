/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One reconcile from end to end: take the view, make the plan, carry out the steps that are due, and build the new table
 * of channels from them. Start, reload, healing and single changes differ only in which steps are due.
 */

#include "daemon/run/reconcile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/service/log.h"
#include "daemon/channel/apply.h"
#include "daemon/channel/kernel.h"
#include "daemon/channel/store.h"
#include "daemon/plan/registry.h"
#include "daemon/run/manager.h"
#include "daemon/run/waiting.h"
#include "lib/object-remove.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define MEND_DELAY_MAX (5 * 60 * USEC_PER_SEC)
#define MEND_QUIET                                                                                           \
	(60 * USEC_PER_SEC) /* undone again within this after a mending: the next one waits longer */
#define TELL_EACH_UP_TO 100 /* steps; a start with thousands is told as their sum */

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

/* -- inputs ------------------------------------------------------------------------------------------------ */

/* While kipcd runs, its channels are the registry; the folder is only written. */
static int registry_of_channels(const struct manager *manager, struct registry *ret_registry)
{
	struct registry registry = { 0 };

	registry.entries = calloc(manager->n_channels + 1, sizeof *registry.entries);
	if (registry.entries == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < manager->n_channels; i++) {
		const struct channel *channel = &manager->channels[i];
		struct registry_entry *entry;

		if (!channel->has_link && !channel->has_intent)
			continue;
		entry = &registry.entries[registry.n_entries++];
		memcpy(entry->name, channel->name, sizeof entry->name);
		entry->has_link = channel->has_link;
		if (channel->has_link)
			entry->link = channel->link;
		entry->has_intent = channel->has_intent;
		entry->intent_kind = channel->intent_kind;
		entry->intent_key = channel->intent_key;
		entry->is_held = channel->held != NULL;
	}
	*ret_registry = registry;
	return 0;
}

static bool is_removed_by_hand(const char *name, void *userdata)
{
	const struct channel *channel = manager_find(userdata, name);

	return channel != NULL && channel->is_removed_by_hand;
}

/* A segment that surely was removed would live on for us alone, and look as if somebody still used it. */
static void let_go_of_removed(struct manager *manager)
{
	for (size_t i = 0; i < manager->n_channels; i++) {
		struct channel *channel = &manager->channels[i];

		if (channel->held != NULL && channel_look(channel, NULL) == 0)
			channel->held = kernel_let_go(channel->held);
	}
}

/* Everything that a plan is made from and points into. */
struct situation {
	struct registry registry;
	struct kernel_view view;
	struct plan plan;
};

static void situation_done(struct situation *situation)
{
	plan_done(&situation->plan);
	kernel_view_done(&situation->view);
	store_registry_done(&situation->registry);
}

/* At a start from the folder; then from memory. */
static int take_registry(const struct manager *manager, const struct config *config,
			 enum reconcile_reason reason, struct registry *ret_registry)
{
	int r;

	*ret_registry = (struct registry){ 0 };
	if (reason == RECONCILE_START)
		r = store_read(manager->runtime.channels_fd, ret_registry);
	else
		r = registry_of_channels(manager, ret_registry);
	if (r < 0 && reason == RECONCILE_START)
		log_line(LOG_ERR, "the registry %s/%s cannot be read (%s), so nothing is touched",
			 manager->runtime.path, REGISTRY_FOLDER, strerror(-r));
	if (r == 0)
		plan_registry_own_again(ret_registry, config);
	return r;
}

int reconcile_find_renames(const struct manager *manager, const struct config *config,
			   enum reconcile_reason reason, struct registry *ret_registry,
			   struct renames *ret_renames)
{
	struct registry registry;
	struct kernel_view view = { 0 };
	int r;

	r = take_registry(manager, config, reason, &registry);
	if (r == 0)
		r = plan_renames_find(config, &registry, NULL, geteuid(), ret_renames);
	/* A look at all objects is seldom needed. */
	if (r == 0 && ret_renames->n_items > 0) {
		plan_renames_done(ret_renames);
		r = kernel_view_take(&registry, &view);
		if (r == 0)
			r = plan_renames_find(config, &registry, &view, geteuid(), ret_renames);
	}
	kernel_view_done(&view);
	if (r == 0 && reason == RECONCILE_START && ret_renames->n_items == 0)
		*ret_registry = registry;
	else
		store_registry_done(&registry);
	return r;
}

/*
 * `renames` are not carried out yet, and planned for all the same; NULL: there are none. `found`: the registry, if it was
 * read already, which is taken over; NULL: it was not.
 */
static int situation_take(struct manager *manager, const struct config *config, enum reconcile_reason reason,
			  const struct renames *renames, struct registry *found, struct situation *situation)
{
	struct plan_input input = {
		.config = config,
		.registry = &situation->registry,
		.view = &situation->view,
		.uid = geteuid(),
		.is_start = reason == RECONCILE_START,
		.is_reload = reason == RECONCILE_RELOAD,
		.userdata = manager,
		.adopting = manager->adopting,
		.doubt = manager->namespace.doubt,
	};
	int r = 0;

	*situation = (struct situation){ 0 };
	if (found != NULL && found->entries != NULL) {
		situation->registry = *found;
		*found = (struct registry){ 0 };
	} else {
		r = take_registry(manager, config, reason, &situation->registry);
	}
	if (r == 0 && renames != NULL)
		plan_registry_rename(&situation->registry, renames);
	if (r == 0)
		r = kernel_view_take(&situation->registry, &situation->view);
	situation->view.may_exceed_msgmnb = manager->may_exceed_msgmnb;
	/* A reload, like a start, brings back what was removed by hand. */
	if (reason == RECONCILE_HEAL || reason == RECONCILE_ONE)
		input.is_removed_by_hand = is_removed_by_hand;
	if (r == 0)
		r = plan_make(&input, &situation->plan);
	if (r < 0)
		situation_done(situation);
	return r;
}

/* -- which steps are due ---------------------------------------------------------------------------------- */

/* Healing mends what was done to us; what a human waits for, and all that destroys, is left to a reload. */
static bool is_due_for_healing(const struct plan_step *step, const struct channel *before, uint64_t now)
{
	if (before == NULL)
		return false;
	switch (step->action) {
	case PLAN_CREATE:
	case PLAN_ALTER:
		return now >= before->next_mend;
	case PLAN_REMOVE:
		return !step->has_object;
	case PLAN_KEEP:
	case PLAN_RESUME:
	case PLAN_CONFLICT:
	case PLAN_ADOPT:
	case PLAN_RENAME:
		return true;
	case PLAN_RECREATE:
		/* A reload asked for it, and only a stranger on its key was in the way. */
		return before->state == STATE_CONFLICT;
	case PLAN_RETAIN:
		return false;
	}
	return false;
}

static void note_mending(struct channel *channel, uint64_t now, uint64_t interval)
{
	if (channel->last_mended != 0 && now - channel->last_mended < channel->mend_delay + MEND_QUIET)
		channel->mend_delay *= 2;
	else
		channel->mend_delay = interval;
	if (channel->mend_delay > MEND_DELAY_MAX)
		channel->mend_delay = MEND_DELAY_MAX;
	channel->last_mended = now;
	channel->next_mend = now + channel->mend_delay;
}

/* -- what is told of a step ---------------------------------------------------------------------------------- */

/* Its detail, and the parts of its configuration that are not in force; freed by the caller. NULL: nothing, or no memory. */
static char *tell_step(const struct config *config, const char *name, const char *detail)
{
	const struct config_aside *aside = config_aside_of(config, name);
	char *overrides = config_overrides_to_string(config, name), *text;
	const char *parts[] = { detail, overrides,
				aside != NULL ? "what kipcctl said of it is set aside: " : NULL };
	bool has_some = false;
	size_t size;
	FILE *out;

	if (detail == NULL && overrides == NULL && aside == NULL)
		return NULL;
	out = open_memstream(&text, &size);
	for (size_t i = 0; out != NULL && i < sizeof parts / sizeof *parts; i++) {
		if (parts[i] != NULL)
			fprintf(out, "%s%s", has_some ? "; " : "", parts[i]);
		has_some |= parts[i] != NULL;
	}
	if (out != NULL && aside != NULL)
		fputs(aside->why, out);
	free(overrides);
	return out == NULL || fclose(out) != 0 ? NULL : text;
}

/* -- only planning ----------------------------------------------------------------------------------------- */

int reconcile_plan(struct manager *manager, const struct config *config, const struct renames *renames,
		   struct report *ret_report)
{
	struct situation situation;
	struct report report = { 0 };
	int r;

	r = situation_take(manager, config, RECONCILE_RELOAD, renames, NULL, &situation);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < situation.plan.n_steps; i++) {
		const struct plan_step *step = &situation.plan.steps[i];
		char *told =
			tell_step(config, step->name, step->detail != NULL ? step->detail : step->trouble);

		r = report_add(&report, step->name, step->kind, step->action, step->state, told);
		free(told);
	}
	situation_done(&situation);
	if (r < 0) {
		report_done(&report);
		return r;
	}
	*ret_report = report;
	return 0;
}

/* -- what the operator reads ------------------------------------------------------------------------------ */

static void tell_trouble(struct manager *manager, struct channel *channel)
{
	static const enum event_word words[] = {
		[STATE_ACTIVE] = EVENT_WARNING,	   [STATE_ABSENT] = EVENT_WARNING,
		[STATE_CONFLICT] = EVENT_CONFLICT, [STATE_STALE] = EVENT_STALE,
		[STATE_FAILED] = EVENT_FAILED,	   [STATE_LOST] = EVENT_LOST,
		[STATE_RETAINED] = EVENT_RETAINED,
	};
	key_t key = channel->spec != NULL ? channel->spec->key : channel->link.key;
	int level = channel->state == STATE_FAILED || channel->state == STATE_LOST ? LOG_ERR : LOG_WARNING;

	channel->losses += channel->state == STATE_LOST;
	manager->statistics.losses += channel->state == STATE_LOST;
	manager->statistics.conflicts += channel->state == STATE_CONFLICT;
	events_tell(&manager->events, level, words[channel->state], channel->name, channel->kind, key,
		    "%s: %s", channel_state_words[channel->state],
		    channel->reason != NULL ? channel->reason : "");
}

/* What others did with what is only observed. */
static void tell_observed(struct manager *manager, const struct channel *channel,
			  enum channel_state state_before, int id_before)
{
	struct events *events = &manager->events;

	if (channel->state == STATE_ABSENT && state_before == STATE_ACTIVE)
		events_tell(events, LOG_NOTICE, EVENT_REMOVED, channel->name, channel->kind,
			    channel->spec->key, "somebody removed it");
	else if (channel->state == STATE_ACTIVE && state_before == STATE_ABSENT)
		events_tell(events, LOG_NOTICE, EVENT_CREATED, channel->name, channel->kind,
			    channel->spec->key, "somebody made it, with id %d", channel->link.id);
	else if (channel->state == STATE_ACTIVE && channel->link.id != id_before)
		events_tell(events, LOG_NOTICE, EVENT_CREATED, channel->name, channel->kind,
			    channel->spec->key, "somebody removed it and made it anew, with id %d",
			    channel->link.id);
}

/* What healing did: nobody asked for it, so it is more than information. */
static void tell_healing(struct manager *manager, const struct plan_step *step, enum plan_action action,
			 struct channel *channel, enum channel_state state_before)
{
	struct events *events = &manager->events;
	bool is_healing = action == PLAN_ALTER || (action == PLAN_CREATE && state_before != STATE_CONFLICT &&
						   state_before != STATE_FAILED);

	channel->healings += is_healing;
	manager->statistics.healings += is_healing;
	if (action == PLAN_ALTER)
		events_tell(events, LOG_WARNING, EVENT_HEALED, step->name, step->kind, channel->link.key,
			    "changed from outside, and mended: %s", step->detail);
	else if ((action == PLAN_CREATE || action == PLAN_RECREATE) && state_before == STATE_CONFLICT)
		events_tell(events, LOG_NOTICE, EVENT_CREATED, step->name, step->kind, channel->link.key,
			    "its key is free again: made, with id %d", channel->link.id);
	else if (action == PLAN_CREATE && state_before == STATE_FAILED)
		events_tell(events, LOG_NOTICE, EVENT_CREATED, step->name, step->kind, channel->link.key,
			    "made after all, with id %d", channel->link.id);
	else if (action == PLAN_CREATE)
		events_tell(events, LOG_WARNING, EVENT_HEALED, step->name, step->kind, channel->link.key,
			    "somebody removed it: made anew, with id %d", channel->link.id);
}

/* Of thousands at once the sum is told, and nothing of each. */
static void tell_deed(struct manager *manager, const struct plan_step *step, enum plan_action action,
		      const struct channel *channel)
{
	static const struct {
		const char *deed;
		enum event_word word;
	} deeds[PLAN_CONFLICT + 1] = {
		[PLAN_CREATE] = { "created", EVENT_CREATED },	  [PLAN_ALTER] = { "altered", EVENT_ALTERED },
		[PLAN_RECREATE] = { "made anew", EVENT_CREATED }, [PLAN_ADOPT] = { "adopted", EVENT_ADOPTED },
		[PLAN_REMOVE] = { "removed", EVENT_REMOVED },
	};

	if (deeds[action].deed != NULL)
		events_tell(&manager->events, LOG_INFO, deeds[action].word, step->name, step->kind,
			    channel->link.key, "%s%s%s", deeds[action].deed, step->detail != NULL ? ": " : "",
			    step->detail != NULL ? step->detail : "");
}

/* -- carrying out ----------------------------------------------------------------------------------------- */

/* Why a step is not carried out; error 0: nothing is in its way. */
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
	bool *is_due, *is_vacated;
	struct obstacle *obstacles; /* one a step */
	struct channel *channels;
	size_t n_channels, n_due;
	size_t n_done[PLAN_CONFLICT + 1], n_failed; /* for the sum */
	struct report *report;
};

static bool step_is_due(const struct run *run, const struct plan_step *step)
{
	if (run->only != NULL)
		return strcmp(run->only, step->name) == 0;
	if (run->reason == RECONCILE_HEAL)
		return is_due_for_healing(step, manager_find(run->manager, step->name), run->now);
	return true;
}

/* This reconcile settles what an interrupted creation left, unless it must not be finished now. */
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

/* The channel as it was, under its new spec; it takes over what the old one owned. */
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
		channel->last_mended = channel->next_mend = channel->mend_delay = 0;
	}
}

static void report_step(const struct run *run, const struct plan_step *step, enum plan_action action,
			const struct channel *channel)
{
	char *told;

	if (run->report == NULL)
		return;
	told = tell_step(run->config, step->name, channel->reason != NULL ? channel->reason : step->detail);
	if (run->only != NULL || action != PLAN_KEEP || told != NULL)
		(void)report_add(run->report, step->name, step->kind, action, channel->state, told);
	free(told);
}

/* Returns what it came to. */
static enum plan_action try(struct run *run, const struct plan_step *step, struct channel *channel)
{
	const struct obstacle *obstacle = &run->obstacles[channel - run->channels];

	if (obstacle->error == 0)
		return apply_step(&run->apply, step, channel);
	apply_fail(channel, obstacle->what, obstacle->error);
	channel->has_intent = step->entry != NULL && step->entry->has_intent; /* not settled, then */
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
		note_mending(channel, run->now, run->interval);
	if (channel->spec != NULL && channel->spec->manage == MANAGE_OBSERVE && run->reason == RECONCILE_HEAL)
		tell_observed(run->manager, channel, state_before, id_before);
	else if (channel->state != STATE_FAILED && run->reason == RECONCILE_HEAL)
		tell_healing(run->manager, step, action, channel, state_before);
	else if (channel->state != STATE_FAILED && run->n_due <= TELL_EACH_UP_TO)
		tell_deed(run->manager, step, action, channel);
	if (channel->reason != NULL && channel->state != STATE_ABSENT &&
	    (run->reason != RECONCILE_HEAL || channel->state != state_before || !was_in_trouble))
		tell_trouble(run->manager, channel);
	report_step(run, step, action, channel);
}

/* What is gone for good has no place in the table. */
static bool is_forgotten(const struct channel *channel)
{
	return channel->spec == NULL && !channel->has_link && !channel->has_intent;
}

/* Removals come first: a key that one channel gives up may be another's from now on. */
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

/* A healing that has to wait: what the channel is until then. One that failed is looked at ever more seldom. */
static void postpone(const struct run *run, const struct plan_step *step, struct channel *channel)
{
	if (run->reason != RECONCILE_HEAL)
		return;
	if (channel->state == STATE_FAILED) {
		if (run->now >= channel->next_mend)
			note_mending(channel, run->now, run->interval);
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

/* The capability may be there and the kernel refuse all the same (in a user namespace): then plan for the limit. */
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
	events_tell(
		&run->manager->events, LOG_INFO,
		run->reason == RECONCILE_START ? EVENT_STARTED : EVENT_RELOADED, "", 0, 0,
		"%zu channel%s: %zu created, %zu found as left, %zu altered, %zu made anew, %zu removed, %zu "
		"in conflict, %zu failed",
		run->n_channels, run->n_channels == 1 ? "" : "s", n_done[PLAN_CREATE],
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

/* -- intents ----------------------------------------------------------------------------------------------- */

/* A set or ring that was linked but not prepared is empty only for the plan. */
static unsigned flags_of_leftover(const struct plan_step *step)
{
	const struct kipc_object *leftover = &step->leftover;
	bool is_attached = leftover->kind == KIPC_SEGMENT && leftover->segment.attached > 0;

	return step->entry->has_link && step->entry->link.is_begun && !is_attached
		       ? KIPC_REMOVE_EVEN_IF_NOT_EMPTY
		       : 0;
}

/* While the intents that say they are ours still stand: only then is it safe to be killed here. */
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
		run->obstacles[i] = (struct obstacle){ "what was begun before a crash cannot be removed", r };
		run->channels[i].has_intent = step->entry->has_intent;
	}
}

static bool will_make(const struct run *run, const struct plan_step *step, size_t i)
{
	return run->is_due[i] && run->obstacles[i].error == 0 &&
	       (step->action == PLAN_CREATE || step->action == PLAN_RECREATE);
}

/* What is about to be made, and what is not settled yet. */
static int write_intents(const struct run *run, const struct plan *plan)
{
	struct store_intent *intents = calloc(plan->n_steps + 1, sizeof *intents);
	size_t n = 0;
	int r;

	if (intents == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct plan_step *step = &plan->steps[i];
		const struct channel *channel = &run->channels[i];

		if (will_make(run, step, i))
			intents[n++] = (struct store_intent){ step->name, step->spec->kind, step->spec->key };
		else if (channel->has_intent)
			intents[n++] = (struct store_intent){ step->name, channel->intent_kind,
							      channel->intent_key };
	}
	/* Old ones do no harm until the end of the reconcile. */
	r = n == 0 ? 0 : store_write_intents(run->apply.channels_fd, intents, n);
	free(intents);
	return r;
}

/* Before anything is made. What cannot be noted is not made: after a kill its owner would be unknown. */
static void note_intents(struct run *run, const struct plan *plan)
{
	int r;

	r = write_intents(run, plan);
	for (size_t i = 0; r < 0 && i < plan->n_steps; i++)
		if (will_make(run, &plan->steps[i], i))
			run->obstacles[i] =
				(struct obstacle){ "it is not made, since the registry cannot be written",
						   r };
}

/* After everything was made: only what is not settled stays. Old intents do no harm, so a failure does not matter. */
static void drop_intents(const struct run *run)
{
	struct store_intent *intents = calloc(run->n_channels + 1, sizeof *intents);
	size_t n = 0;

	if (intents == NULL)
		return;
	for (size_t i = 0; i < run->n_channels; i++) {
		const struct channel *channel = &run->channels[i];

		if (channel->has_intent)
			intents[n++] = (struct store_intent){ channel->name, channel->intent_kind,
							      channel->intent_key };
	}
	(void)store_write_intents(run->apply.channels_fd, intents, n);
	free(intents);
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
	run->obstacles = calloc(n, sizeof *run->obstacles);
	run->channels = calloc(n, sizeof *run->channels);
	if (run->is_due == NULL || run->is_vacated == NULL || run->obstacles == NULL ||
	    run->channels == NULL) {
		free(run->channels);
		return -ENOMEM;
	}
	mark_due(run, &situation->plan);
	for (size_t i = 0; i < situation->plan.n_steps; i++)
		begin_channel(run, &situation->plan.steps[i], run->is_due[i], &run->channels[i]);
	return 0;
}

/* Healing was impossible altogether: what is gone must at least not be shown as if it were there. */
static void fail_what_is_gone(struct manager *manager, int error)
{
	for (size_t i = 0; i < manager->n_channels; i++) {
		struct channel *channel = &manager->channels[i];
		int there = channel->state == STATE_ACTIVE ? channel_look(channel, NULL) : 1;

		if (there == 0)
			apply_fail(channel, "it is gone, and nothing can be done about it", error);
		else if (there < 0)
			apply_fail(channel, "it cannot be looked at", there);
	}
}

static int reconcile_all(struct manager *manager, struct config *config, enum reconcile_reason reason,
			 const char *only, struct registry *found, struct report *report)
{
	struct situation situation;
	struct run run = {
		.manager = manager,
		.config = config,
		.reason = reason,
		.only = only,
		.now = now_usec(),
		.interval = config->sample_interval,
		.report = report,
	};
	int r;

	let_go_of_removed(manager);
	r = situation_take(manager, config, reason, NULL, found, &situation);
	if (r == 0) {
		if (manager->namespace.doubt == NULL)
			kernel_retire_removed(&situation.registry, &situation.view);
		r = run_begin(&run, &situation);
		if (r == 0) {
			remove_leftovers(&run, &situation.plan);
			if (manager->namespace.doubt == NULL)
				note_intents(&run, &situation.plan);
			run_steps(&run, &situation.plan);
			finish_table(&run, &situation.plan);
			if (manager->namespace.doubt == NULL)
				drop_intents(&run);
			tell_sum(&run);
			take_over(manager, config, &run);
			learn_limit(manager);
			waiting_update(manager->waiting, manager);
		}
		situation_done(&situation);
	}
	free(run.is_due);
	free(run.is_vacated);
	free(run.obstacles);
	if (r < 0 && reason == RECONCILE_HEAL)
		fail_what_is_gone(manager, r);
	return r;
}

int reconcile_start(struct manager *manager, struct config *config, struct registry *found,
		    struct report *report)
{
	return reconcile_all(manager, config, RECONCILE_START, NULL, found, report);
}

int reconcile(struct manager *manager, struct config *config, enum reconcile_reason reason, const char *only,
	      struct report *report)
{
	return reconcile_all(manager, config, reason, only, NULL, report);
}
