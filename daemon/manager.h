/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_MANAGER_H
#define KIPC_DAEMON_MANAGER_H

/* All that one running kipcd has: its configuration, its channels, its runtime folder, its event loop. */

#include <systemd/sd-event.h>

#include "daemon/channel.h"
#include "daemon/config.h"
#include "daemon/runtime.h"

struct bus_server;

struct manager_options {
	const char *config_file;
	bool config_must_exist; /* it was named on the command line */
	const char *runtime_dir;
	int ready_fd; /* gets a newline when ready, and is closed; -1: none */
};

struct manager {
	struct manager_options options;
	struct runtime runtime;

	struct config_source *sources; /* as last read: create and set build on them */
	size_t n_sources;
	struct config *config;

	struct channel *channels; /* sorted by name */
	size_t n_channels;
	bool may_exceed_msgmnb; /* CAP_SYS_RESOURCE, until the kernel says otherwise */

	sd_event *event;
	sd_event_source *sample_timer;
	struct bus_server *bus;
};

/* -- manager.c: the life of a kipcd ------------------------------------------------------------------------ */

/* -EBADMSG: the configuration has mistakes (they are logged); other failures are logged too. */
int manager_new(const struct manager_options *options, struct manager **ret_manager);
struct manager *manager_free(struct manager *manager);

/* Runs until SIGTERM or SIGINT, then removes what lives no longer than the daemon. */
int manager_run(struct manager *manager);

/*
 * Reads the configuration again and reconciles. -EBADMSG: it has mistakes (in `problems`), and nothing has changed. The
 * report has what was not simply kept.
 */
struct report;
int manager_reload(struct manager *manager, struct problems *problems, struct report *report);

/* What a reload would do now: all channels. Errors as above. */
int manager_plan(struct manager *manager, struct problems *problems, struct report *ret_report);

/* The channel of that name, or NULL. */
struct channel *manager_find(const struct manager *manager, const char *name);

/* Whether the kernel still holds the object that the channel's link means; *ret_object (may be NULL) is it. */
bool channel_is_there(const struct channel *channel, struct kipc_object *ret_object);

/* Tells systemd how many channels there are and how many are in trouble. */
void manager_notify_status(const struct manager *manager);

/* -- reconcile.c: from declared to done -------------------------------------------------------------------- */

enum reconcile_reason {
	RECONCILE_START,
	RECONCILE_RELOAD,
	RECONCILE_HEAL, /* a sample found something: only what is safe unasked */
	RECONCILE_ONE,	/* one channel, after create, set, recover */
};

/* One line of what a reconcile did, or of what a plan would do. */
struct report_line {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	enum plan_action action;
	enum channel_state state;
	char *detail; /* NULL: nothing to say */
};

struct report {
	struct report_line *lines; /* sorted by name */
	size_t n_lines;
	size_t n_failed;
};

void report_done(struct report *report);

/*
 * Makes the kernel hold what `config` declares. On success the manager owns the config (and the old one is freed); on
 * failure (-ENOMEM, or the registry cannot be written) nothing is taken over. `only`: RECONCILE_ONE's channel.
 * The report (may be NULL) has what was not simply kept.
 */
int reconcile(struct manager *manager, struct config *config, enum reconcile_reason reason, const char *only,
	      struct report *report);

/* What reconcile() would do for a reload of `config`, as a report of all channels. */
int reconcile_plan(struct manager *manager, const struct config *config, struct report *ret_report);

/* -- sample.c: looking at the channels now and then --------------------------------------------------------- */

int sample_start(struct manager *manager);

/* -- runtime-layer.c: what kipcctl create, set, remove and recover change ---------------------------------- */

/* All give a sentence in *reterr_text on failure. */
int runtime_layer_create(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
			 struct report *report, char **reterr_text);
int runtime_layer_set(struct manager *manager, const char *name, char **assignments, struct report *report,
		      char **reterr_text);
int runtime_layer_remove(struct manager *manager, const char *name, bool force, bool dry_run, char **ret_lost,
			 char **reterr_text);
int runtime_layer_recover(struct manager *manager, const char *name, struct report *report,
			  char **reterr_text);

#endif
