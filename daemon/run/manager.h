/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_MANAGER_H
#define KIPC_DAEMON_RUN_MANAGER_H

/* All that one running kipcd has: its configuration, its channels, its runtime folder, its event loop. */

#include <systemd/sd-event.h>

#include "common/service/budget.h"
#include "daemon/bus/caller.h"
#include "daemon/bus/channel-bus.h"
#include "daemon/bus/plan-pages.h"
#include "daemon/channel/channel.h"
#include "daemon/config/config.h"
#include "daemon/run/copy.h"
#include "daemon/run/damage.h"
#include "daemon/run/events.h"
#include "daemon/run/statistics.h"
#include "daemon/start/namespace.h"
#include "daemon/start/refusal.h"
#include "daemon/start/runtime.h"
#include "daemon/start/sole.h"

struct bus_server;
struct system_bus;
struct report;
struct waiting;

struct manager_options {
	const char *config_file;
	bool config_must_exist; /* it was named on the command line */
	const char *runtime_dir;
	const char *state_dir; /* NULL: none */
	bool uses_system_bus;
	int ready_fd; /* gets a newline when ready, and is closed; -1: none */
};

struct manager {
	struct manager_options options;
	struct runtime runtime;
	struct sole sole;
	struct namespace namespace;

	struct config_source *sources; /* as last read: create and set build on them */
	size_t n_sources;
	struct config *config;

	struct channel *channels; /* sorted by name */
	size_t n_channels;
	bool may_exceed_msgmnb; /* CAP_SYS_RESOURCE, until the kernel says otherwise */

	struct damage damage;
	struct copy copy;
	struct events events;
	struct statistics statistics;
	struct adopting *adopting; /* what the reconcile that runs is to take over; NULL: nothing */

	uint64_t watched_until; /* somebody asks for histories: keep them until then; CLOCK_MONOTONIC */
	bool is_watched;	/* at the last sample */
	pid_t receiver;		/* that was looked at last in this sample; 0: none */
	bool has_receiver_ended;

	sd_event *event;
	sd_event_source *sample_timer;
	sd_event_source *key_watch; /* a file that a key is made of may be another one */
	struct waiting *waiting;
	struct refusal refusal;
	int passed_fd;	       /* the control socket that systemd listens on, until it is served; -1: none */
	bool is_socket_passed; /* … which stays when we go */
	struct bus_server *bus;
	struct system_bus *system_bus; /* NULL: not for us */
	struct budget budget;
	struct callers callers;
	struct plan_pages plan_pages;
	struct channel_shown shown; /* the one that D-Bus asked for last */
	sd_event_source *any_event; /* follows each */
	sd_event_source *publish;   /* what happened may have changed what D-Bus shows */
};

/* -EBADMSG: the configuration has mistakes (they are logged); other failures are logged too. */
int manager_new(const struct manager_options *options, struct manager **ret_manager);
struct manager *manager_free(struct manager *manager);

/*
 * Runs until SIGTERM or SIGINT, then removes what lives no longer than the daemon. MANAGER_START_AGAIN: the runtime folder
 * is lost, and only another start can have a new one.
 */
#define MANAGER_START_AGAIN 1
int manager_run(struct manager *manager);

/*
 * Reads the configuration again and reconciles. -EBADMSG: it has mistakes (in `problems`), and nothing has changed. The
 * report has what was not simply kept.
 */
int manager_reload(struct manager *manager, struct problems *problems, struct report *report);

/*
 * Ends a doubt about the registry (namespace.h), and reloads. -EALREADY: there is none; else as namespace_confirm() and
 * manager_reload().
 */
int manager_recover_registry(struct manager *manager, bool is_ours, struct problems *problems,
			     struct report *report, char **reterr_text);

/* What a reload would do now: all channels. Errors as above. */
int manager_plan(struct manager *manager, struct problems *problems, struct report *ret_report);

/* The channel of that name, or NULL. */
struct channel *manager_find(const struct manager *manager, const char *name);

/* Has kipcd listen itself from now on, where the socket that systemd passed can be found no more; nothing if there is none. */
void manager_leave_passed_socket(struct manager *manager);

/* Tells systemd how many channels there are and how many are in trouble. */
void manager_notify_status(const struct manager *manager);

#endif
