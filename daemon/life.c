/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Sets kipcd up in order, runs it, and takes it down in reverse. The configuration is read and reconciled with the kernel
 * before the control socket appears, so that every client that can connect finds every channel in place.
 */

#include "daemon/life.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/service/log.h"
#include "daemon/bus/bus.h"
#include "daemon/change/reload.h"
#include "daemon/change/rename.h"
#include "daemon/channel/store.h"
#include "daemon/config/source.h"
#include "daemon/run/copy.h"
#include "daemon/run/damage.h"
#include "daemon/run/key-changes.h"
#include "daemon/run/sample.h"
#include "daemon/run/status.h"
#include "lib/object-remove.h"

struct life {
	struct manager manager;
	struct bus *bus;
};

/* -- set up ------------------------------------------------------------------------------------------------ */

/* Logs a failure; `sentence` NULL: as what the errno means. Returns `r`. */
static int log_failure(int r, const char *sentence)
{
	if (r < 0)
		log_line(LOG_ERR, "%s", sentence != NULL ? sentence : strerror(-r));
	return r;
}

static bool has_cap_sys_resource(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	return data[CAP_TO_INDEX(CAP_SYS_RESOURCE)].effective & CAP_TO_MASK(CAP_SYS_RESOURCE);
}

static int on_reload_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct problems problems = PROBLEMS_INIT;

	(void)reload(userdata, &problems, NULL);
	problems_done(&problems);
	return 0;
}

static int set_up_events(struct manager *manager)
{
	sigset_t mask;
	int r;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	/* The reader of our standard error may exit without ending kipcd. */
	if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	r = sd_event_default(&manager->event);
	if (r >= 0) /* without a handler, SIGTERM ends the loop, and so does SIGINT */
		r = sd_event_add_signal(manager->event, NULL, SIGTERM, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(manager->event, NULL, SIGINT, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(manager->event, NULL, SIGHUP, on_reload_signal, manager);
	if (r >= 0)
		r = sd_event_set_watchdog(manager->event, true);
	if (r < 0)
		log_line(LOG_ERR, "the event loop cannot be set up: %s", strerror(-r));
	return r < 0 ? r : 0;
}

static int set_up_waiting(struct manager *manager)
{
	int r = waiting_new(manager->event, &manager->runtime, &manager->waiting);

	if (r < 0)
		log_line(LOG_ERR, "the files of waiting messages cannot be maintained: %s", strerror(-r));
	return r;
}

static int settle_namespace(struct manager *manager)
{
	CLEANUP_FREE char *sentence = NULL;
	int r;

	r = namespace_settle(&manager->runtime, &manager->namespace, &sentence);
	return log_failure(r, sentence);
}

static int start_channels(struct manager *manager)
{
	int r;

	r = copy_take(manager);
	if (r == 0)
		r = settle_namespace(manager);
	if (r < 0)
		return r;
	damage_learn(manager);
	if (manager->namespace.doubt == NULL)
		r = rename_finish(&manager->runtime);
	if (r < 0) {
		log_line(LOG_ERR, "the rename in %s/%s/.renames cannot be completed: %s",
			 manager->runtime.path, REGISTRY_FOLDER, strerror(-r));
		return r;
	}
	r = reload_at_start(manager);
	if (r == 0) {
		refusal_clear(&manager->runtime);
		store_prune_aside(manager->runtime.fd);
	}
	return r;
}

static int open_runtime(struct manager *manager)
{
	CLEANUP_FREE char *sentence = NULL;
	int r;

	r = runtime_open(&manager->runtime, manager->options.runtime_dir, &sentence);
	return log_failure(r, sentence);
}

static int take_config(struct manager *manager)
{
	const char *config_file = manager->options.config_file;
	CLEANUP_FREE char *sentence = NULL;
	int r;

	r = sole_take(&manager->sole, config_file, &sentence);
	if (r < 0)
		log_line(LOG_ERR, "%s: %s", config_file, sentence != NULL ? sentence : strerror(-r));
	return r;
}

static int start_bus(struct life *life)
{
	struct manager *manager = &life->manager;
	struct passed_socket *passed = &manager->passed_socket;
	CLEANUP_FREE char *sentence = NULL;
	int fd, r;

	/* It was removed, perhaps with its folder, and systemd does not know. */
	if (!runtime_is_listened(&manager->runtime))
		passed_socket_leave(passed, manager->runtime.path);
	fd = passed->is_in_use ? passed->fd : runtime_listen(&manager->runtime, &sentence);
	if (fd < 0)
		return log_failure(fd, sentence);
	passed->fd = -1;
	r = bus_new(manager, fd, &life->bus);
	if (r < 0)
		log_line(LOG_ERR, "the control socket cannot be served: %s", strerror(-r));
	return r;
}

static void init(struct manager *manager, const struct manager_options *options)
{
	*manager = (struct manager){
		.options = *options,
		.passed_socket = PASSED_SOCKET_NONE,
		.sole = SOLE_NONE,
		.runtime = RUNTIME_NONE,
		.statistics = { .started_usec = clock_usec(CLOCK_REALTIME) },
		.may_exceed_msgmnb = has_cap_sys_resource(),
	};
	if (manager->may_exceed_msgmnb && geteuid() != 0)
		log_line(LOG_INFO, "with CAP_SYS_RESOURCE: capacities may exceed kernel.msgmnb");
}

static int start(struct life *life)
{
	struct manager *manager = &life->manager;
	int r;

	r = passed_socket_take(&manager->passed_socket);
	if (r == 0)
		r = open_runtime(manager);
	if (r == 0)
		r = take_config(manager);
	if (r == 0)
		r = copy_new(manager);
	if (r == 0)
		r = set_up_events(manager);
	if (r == 0)
		r = set_up_waiting(manager);
	if (r == 0)
		r = start_channels(manager);
	if (r == 0)
		r = start_bus(life);
	if (r == 0)
		r = key_changes_start(manager);
	return r < 0 ? r : sample_start(manager);
}

int life_begin(const struct manager_options *options, struct life **ret_life)
{
	struct life *life = calloc(1, sizeof *life);
	int r;

	if (life == NULL)
		return -ENOMEM;
	umask(0022); /* whatever the service sets: everybody reads the registry */
	init(&life->manager, options);
	r = start(life);
	if (r < 0) {
		while (refusal_wait(&life->manager.refusal, life->manager.passed_socket.fd))
			; /* nothing here can be tried again: only send the callers away */
		life_end(life);
		return r;
	}
	*ret_life = life;
	return 0;
}

/* -- run, take down ---------------------------------------------------------------------------------------- */

struct life *life_end(struct life *life)
{
	struct manager *manager;

	if (life == NULL)
		return NULL;
	manager = &life->manager;
	if (life->bus != NULL && !manager->passed_socket.is_in_use)
		runtime_unlisten(&manager->runtime);
	bus_free(life->bus);
	waiting_free(manager->waiting);
	sd_event_source_unref(manager->sample_timer);
	sd_event_source_unref(manager->key_changes);
	sd_event_unref(manager->event);
	for (size_t i = 0; i < manager->n_channels; i++)
		channel_done(&manager->channels[i]);
	free(manager->channels);
	config_free(manager->config);
	source_list_free(manager->sources, manager->n_sources);
	events_done(&manager->events);
	copy_done(manager);
	sole_release(&manager->sole);
	free(manager->namespace.doubt);
	runtime_close(&manager->runtime);
	free(life);
	return NULL;
}

static void tell_ready(struct manager *manager)
{
	sd_notify(0, "READY=1");
	status_notify(manager);
	if (manager->options.ready_fd >= 0) {
		if (write(manager->options.ready_fd, "\n", 1) < 0)
			log_line(LOG_WARNING, "--ready-fd=%d: %s", manager->options.ready_fd,
				 strerror(errno));
		close(manager->options.ready_fd);
		manager->options.ready_fd = -1;
	}
}

/* lifetime = daemon: removed now, if it is empty. */
static void remove_daemons_own(struct manager *manager)
{
	if (manager->namespace.doubt != NULL)
		return;
	for (size_t i = 0; i < manager->n_channels; i++) {
		struct channel *channel = &manager->channels[i];
		struct kipc_object object;
		int r;

		if (channel->link.observed ||
		    strcmp(channel->link.lifetime, lifetime_words[LIFETIME_DAEMON]) != 0 ||
		    channel_look(channel, &object) <= 0) /* in doubt, it stays */
			continue;
		r = object_remove(&object, 0, channel->link.maker, channel->held != NULL, NULL);
		if (r == 0) {
			(void)store_drop_link(manager->runtime.channels_fd, channel->name);
			channel->has_link = false;
			manager->copy.is_due = true;
			events_tell(&manager->events, LOG_INFO, EVENT_REMOVED, channel->name, channel->kind,
				    object.key, "removed: kipcd stopped");
		} else {
			log_channel(LOG_WARNING, channel->name, channel->kind, object.key,
				    "not removed when kipcd stopped: %s",
				    r == -EBUSY ? "it is not empty" : strerror(-r));
		}
	}
}

int life_run(struct life *life)
{
	struct manager *manager = &life->manager;
	int r;

	tell_ready(manager);
	r = sd_event_loop(manager->event);
	sd_notify(0, "STOPPING=1");
	/* Before any queue is removed on which a thread waits. */
	manager->waiting = waiting_free(manager->waiting);
	if (r < 0)
		log_line(LOG_ERR, "the event loop failed: %s", strerror(-r));
	else if (r != MANAGER_START_AGAIN)
		remove_daemons_own(manager);
	copy_update(manager);
	return r;
}
