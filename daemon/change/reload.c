/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reads the configuration, carries out the renames that it implies, and reconciles. Called by life.c at the start and on
 * SIGHUP, and for kipcctl reload, plan and recover --registry.
 */

#include "daemon/change/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/plural.h"
#include "common/service/log.h"
#include "daemon/change/rename.h"
#include "daemon/channel/store.h"
#include "daemon/config/load.h"
#include "daemon/config/source.h"
#include "daemon/run/copy.h"
#include "daemon/run/key-changes.h"
#include "daemon/run/reconcile.h"
#include "daemon/run/sample.h"
#include "daemon/run/status.h"
#include "daemon/start/refusal.h"

/* A configuration, its sources, and its renames. */
struct loaded {
	struct config_source *sources;
	size_t n_sources;
	struct config *config;
	struct renames renames;
	struct registry registry; /* at a start, if it has been read; otherwise empty */
};

static void loaded_done(struct loaded *loaded)
{
	config_free(loaded->config);
	source_list_free(loaded->sources, loaded->n_sources);
	plan_renames_done(&loaded->renames);
	store_registry_done(&loaded->registry);
	*loaded = (struct loaded){ 0 };
}

static int load(struct manager *manager, struct problems *problems, struct loaded *loaded)
{
	int r;

	*loaded = (struct loaded){ 0 };
	r = source_list_read(manager->options.config_file, manager->options.config_must_exist, geteuid(),
			     manager->runtime.path, geteuid(), problems, &loaded->sources,
			     &loaded->n_sources);
	if (r == 0)
		r = config_load(loaded->sources, loaded->n_sources, &config_world_of_this_machine, problems,
				&loaded->config);
	if (r == 0)
		key_changes_fill(manager, loaded->config);
	if (r < 0)
		loaded_done(loaded);
	return r;
}

/* The file of a renamed channel in the runtime layer gets the new name, which changes the configuration. */
static int find_renames(struct manager *manager, enum reconcile_reason reason, struct problems *problems,
			struct loaded *loaded)
{
	int r;

	if (manager->namespace.doubt != NULL)
		return 0; /* nothing may be changed */
	r = situation_find_renames(manager, loaded->config, reason, &loaded->registry, &loaded->renames);
	if (r < 0 || loaded->renames.n_items == 0)
		return r;
	r = rename_sources(manager, &loaded->renames, loaded->sources, loaded->n_sources);
	if (r < 0)
		return r;
	loaded->config = config_free(loaded->config);
	problems_done(problems); /* the second parse finds them again */
	r = config_load(loaded->sources, loaded->n_sources, &config_world_of_this_machine, problems,
			&loaded->config);
	if (r == 0)
		key_changes_fill(manager, loaded->config);
	return r;
}

static int load_and_find_renames(struct manager *manager, enum reconcile_reason reason,
				 struct problems *problems, struct loaded *loaded)
{
	int r;

	r = load(manager, problems, loaded);
	if (r < 0)
		return r;
	r = find_renames(manager, reason, problems, loaded);
	if (r < 0)
		loaded_done(loaded);
	return r;
}

/* If a rename fails, all names stay, and the rest of the configuration is reconciled. */
static int carry_out_renames(struct manager *manager, struct problems *problems, struct loaded *loaded)
{
	int r;

	if (loaded->renames.n_items == 0)
		return 0;
	r = rename_carry_out(manager, &loaded->renames);
	if (r == 0)
		return 0;
	log_line(LOG_ERR, "%s cannot be renamed to %s: %s", loaded->renames.items[0].from,
		 loaded->renames.items[0].to, strerror(-r));
	loaded_done(loaded);
	problems_done(problems);
	return load(manager, problems, loaded);
}

static int load_and_reconcile(struct manager *manager, enum reconcile_reason reason,
			      struct problems *problems, struct steps *steps)
{
	struct loaded loaded;
	int r;

	r = load_and_find_renames(manager, reason, problems, &loaded);
	if (r == 0)
		r = carry_out_renames(manager, problems, &loaded);
	if (r < 0)
		return r;
	if (reason == RECONCILE_START)
		r = reconcile_start(manager, loaded.config, &loaded.registry, steps);
	else
		r = reconcile(manager, loaded.config, reason, NULL, steps);
	if (r == 0) {
		source_list_free(manager->sources, manager->n_sources);
		manager->sources = loaded.sources;
		manager->n_sources = loaded.n_sources;
		loaded.config = NULL;
		loaded.sources = NULL;
		loaded.n_sources = 0;
		(void)rename_add_steps(&loaded.renames, manager, steps);
		copy_update(manager); /* before any client learns that it is done */
	}
	loaded_done(&loaded);
	return r;
}

static void log_problems(const struct problems *problems)
{
	for (size_t i = 0; i < problems->n_items; i++) {
		const struct problem *problem = &problems->items[i];
		int level = problem->is_warning ? LOG_WARNING : LOG_ERR;

		if (problem->line > 0)
			log_line(level, "%s:%u: %s", problem->file, problem->line, problem->sentence);
		else
			log_line(level, "%s: %s", problem->file, problem->sentence);
	}
}

int reload_plan(struct manager *manager, struct problems *problems, struct steps *ret_steps)
{
	struct loaded loaded;
	int r;

	r = load_and_find_renames(manager, RECONCILE_RELOAD, problems, &loaded);
	if (r < 0)
		return r;
	r = reconcile_plan(manager, loaded.config, &loaded.renames, ret_steps);
	if (r == 0)
		r = rename_add_steps(&loaded.renames, manager, ret_steps);
	loaded_done(&loaded);
	return r;
}

static void notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)clock_usec(CLOCK_MONOTONIC));
}

/* The path may be another file now, and that file another kipcd's. */
static int retake_config(struct manager *manager, struct problems *problems)
{
	char *text = NULL;
	int r;

	r = sole_take(&manager->sole, manager->options.config_file, &text);
	if (r < 0) {
		problems_add_mistake(problems, manager->options.config_file, 0, "%s",
				     text != NULL ? text : strerror(-r));
		r = -EBADMSG;
	}
	free(text);
	return r;
}

int reload(struct manager *manager, struct problems *problems, struct steps *steps)
{
	int r;

	notify_reloading();
	r = retake_config(manager, problems);
	if (r == 0)
		r = load_and_reconcile(manager, RECONCILE_RELOAD, problems, steps);
	log_problems(problems);
	if (r == -EBADMSG)
		log_line(LOG_ERR, "reload: %zu %s in the configuration; nothing was changed",
			 problems->n_mistakes, plural(problems->n_mistakes, "mistake", "mistakes"));
	else if (r < 0)
		log_line(LOG_ERR, "reload: %s; nothing was changed", strerror(-r));
	if (r < 0)
		manager->statistics.reloads_failed++;
	else
		manager->statistics.reloads++;
	if (r == 0)
		r = sample_start(manager); /* the interval may have changed */
	sd_notify(0, "READY=1");
	status_notify(manager);
	return r;
}

/* -- at a start -------------------------------------------------------------------------------------------- */

/* `is_first`: logs what is wrong; later attempts only check whether it has been corrected. */
static int load_at_start(struct manager *manager, bool is_first)
{
	struct problems problems = PROBLEMS_INIT;
	int r;

	r = load_and_reconcile(manager, RECONCILE_START, &problems, NULL);
	if (r == 0 || is_first)
		log_problems(&problems);
	if (r == -EBADMSG && is_first)
		log_line(LOG_ERR, "%zu %s in the configuration: correct %s and start kipcd again",
			 problems.n_mistakes, plural(problems.n_mistakes, "mistake", "mistakes"),
			 plural(problems.n_mistakes, "it", "them"));
	else if (r < 0 && is_first)
		log_line(LOG_ERR, "the channels cannot be set up: %s", strerror(-r));
	if (r < 0) {
		bool is_again = refusal_note(&manager->runtime, &problems, strerror(-r));

		manager->refusal.is_again |= is_first && is_again;
	}
	problems_done(&problems);
	return r;
}

int reload_at_start(struct manager *manager)
{
	int r = load_at_start(manager, true);

	while (r < 0 && refusal_wait(&manager->refusal, manager->passed_socket.fd))
		r = load_at_start(manager, false);
	return r;
}
