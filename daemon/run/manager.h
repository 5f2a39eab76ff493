/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_MANAGER_H
#define KIPC_DAEMON_RUN_MANAGER_H

/*
 * The state of one running kipcd: its configuration, its channels, its runtime folder, its event loop. A group of members
 * that one file of this room keeps names that file. life.c sets it up and takes it down.
 */

#include <systemd/sd-event.h>

#include "daemon/channel/channel.h"
#include "daemon/config/config.h"
#include "daemon/config/source.h"
#include "daemon/run/events.h"
#include "daemon/run/waiting.h"
#include "daemon/start/namespace.h"
#include "daemon/start/passed-socket.h"
#include "daemon/start/refusal.h"
#include "daemon/start/runtime.h"
#include "daemon/start/sole.h"

struct manager_options {
	const char *config_file;
	bool config_must_exist; /* it was named on the command line */
	const char *runtime_dir;
	const char *state_dir; /* NULL: none */
	bool uses_system_bus;
	int ready_fd; /* gets a newline when all channels are ready, and is closed; -1: none */
};

struct manager {
	struct manager_options options;
	struct runtime runtime;
	struct sole sole;
	struct namespace namespace;
	struct refusal refusal;
	struct passed_socket passed_socket;

	struct config_source *sources; /* as last read: create and set build on them */
	size_t n_sources;
	struct config *config;

	struct channel *channels; /* sorted by name */
	size_t n_channels;
	bool may_exceed_msgmnb;	   /* CAP_SYS_RESOURCE, until the kernel refuses a capacity */
	struct adopting *adopting; /* what the current reconcile takes over; NULL: nothing */

	struct events events;
	struct waiting *waiting;
	sd_event *event;
	sd_event_source *sample_timer;
	sd_event_source *key_changes; /* the threads of key-files have an answer */

	/* Serves a new control socket after the old one is lost, and takes `fd` over. NULL until bus.c sets it. */
	int (*serve_control)(int fd, void *userdata);
	void *serve_userdata;
	bool is_name_refused; /* by the system bus; shown in the status */

	/* damage.c: what the registry's folder must contain */
	struct {
		char place[REGISTRY_NAMESPACE_MAX]; /* what ".ns" says … */
		struct nsid nsid;		    /* … and ".nsid", if it exists */
		bool has_nsid;
		struct timespec seen; /* its mtime when all of it was last found intact; 0: not yet */
		bool is_logged;	      /* that the runtime folder cannot be made again */
	} damage;

	/* copy.c: the copy of the registry in the state folder */
	struct {
		char *path;	     /* NULL: no state folder */
		bool is_due;	     /* something may have changed since it was written */
		bool is_kept;	     /* it exists and is up to date */
		bool is_logged;	     /* that it cannot be written */
		uint64_t hash, size; /* of what was written last */
	} copy;

	/* sample.c */
	struct {
		uint64_t
			histories_until; /* a client asked for histories: keep them until then; CLOCK_MONOTONIC */
		bool keeps_histories; /* at the last sample */
		pid_t receiver;	      /* the process checked last in this sample; 0: none */
		bool has_receiver_ended;
	} sample;

	/* Counted since the start, for `kipcctl metrics`. */
	struct {
		uint64_t started_usec; /* CLOCK_REALTIME */
		uint64_t reloads, reloads_failed;
		uint64_t healings, losses, conflicts;
		uint64_t samples, sample_usec_last, sample_usec_max;
	} statistics;
};

/* What sd_event_loop() returns when the runtime folder is lost and only another start can have a new one. */
#define MANAGER_START_AGAIN 1

/* The channel of that name, or NULL. */
struct channel *manager_find(const struct manager *manager, const char *name);

#endif
