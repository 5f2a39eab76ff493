/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The life of a kipcd: set up in order, run, taken down in reverse. Reading the configuration and reconciling it with
 * the kernel happen before the control socket appears, so that whoever can connect finds every channel in place.
 */

#include "daemon/run/manager.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "common/sentence.h"
#include "common/service/log.h"
#include "daemon/bus/bus-objects.h"
#include "daemon/bus/bus.h"
#include "daemon/bus/events-bus.h"
#include "daemon/bus/system-bus.h"
#include "daemon/change/rename.h"
#include "daemon/channel/store.h"
#include "daemon/config/source.h"
#include "daemon/run/key-watch.h"
#include "daemon/run/reconcile.h"
#include "daemon/run/sample.h"
#include "daemon/run/waiting.h"
#include "daemon/start/refusal.h"
#include "lib/object-remove.h"

static int compare_channels(const void *name, const void *channel)
{
	return strcmp(name, ((const struct channel *)channel)->name);
}

struct channel *manager_find(const struct manager *manager, const char *name)
{
	return manager->n_channels == 0 ? NULL
					: bsearch(name, manager->channels, manager->n_channels,
						  sizeof *manager->channels, compare_channels);
}

/* -- reading the configuration ---------------------------------------------------------------------------- */

/* A configuration, its sources, and the channels that it renames. */
struct loaded {
	struct config_source *sources;
	size_t n_sources;
	struct config *config;
	struct renames renames;
	struct registry registry; /* at a start, if it was read already; else empty */
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
		key_watch_fill(manager, loaded->config);
	if (r < 0)
		loaded_done(loaded);
	return r;
}

/* What the runtime layer says of a channel follows its name, which changes the configuration. */
static int find_renames(struct manager *manager, enum reconcile_reason reason, struct problems *problems,
			struct loaded *loaded)
{
	int r;

	if (manager->namespace.doubt != NULL)
		return 0; /* nothing is altered then */
	r = reconcile_find_renames(manager, loaded->config, reason, &loaded->registry, &loaded->renames);
	if (r < 0 || loaded->renames.n_items == 0)
		return r;
	r = rename_sources(manager, &loaded->renames, loaded->sources, loaded->n_sources);
	if (r < 0)
		return r;
	loaded->config = config_free(loaded->config);
	problems_done(problems); /* the second parse finds all of them again */
	r = config_load(loaded->sources, loaded->n_sources, &config_world_of_this_machine, problems,
			&loaded->config);
	if (r == 0)
		key_watch_fill(manager, loaded->config);
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

/* Names that cannot be written stay as they are; the rest of the configuration is carried out. */
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
			      struct problems *problems, struct report *report)
{
	struct loaded loaded;
	int r;

	r = load_and_find_renames(manager, reason, problems, &loaded);
	if (r == 0)
		r = carry_out_renames(manager, problems, &loaded);
	if (r < 0)
		return r;
	if (reason == RECONCILE_START)
		r = reconcile_start(manager, loaded.config, &loaded.registry, report);
	else
		r = reconcile(manager, loaded.config, reason, NULL, report);
	if (r == 0) {
		source_list_free(manager->sources, manager->n_sources);
		manager->sources = loaded.sources;
		manager->n_sources = loaded.n_sources;
		loaded.config = NULL;
		loaded.sources = NULL;
		loaded.n_sources = 0;
		(void)rename_report(&loaded.renames, manager, report);
		copy_update(manager); /* before anybody is told that it is done, here and everywhere */
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

int manager_plan(struct manager *manager, struct problems *problems, struct report *ret_report)
{
	struct loaded loaded;
	int r;

	r = load_and_find_renames(manager, RECONCILE_RELOAD, problems, &loaded);
	if (r < 0)
		return r;
	r = reconcile_plan(manager, loaded.config, &loaded.renames, ret_report);
	if (r == 0)
		r = rename_report(&loaded.renames, manager, ret_report);
	loaded_done(&loaded);
	return r;
}

static void notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
}

/* The path may mean another file by now, and that one another kipcd's. */
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

int manager_reload(struct manager *manager, struct problems *problems, struct report *report)
{
	int r;

	notify_reloading();
	r = retake_config(manager, problems);
	if (r == 0)
		r = load_and_reconcile(manager, RECONCILE_RELOAD, problems, report);
	log_problems(problems);
	if (r == -EBADMSG)
		log_line(LOG_ERR, "reload: the configuration has mistakes (%zu); what runs stays as it is",
			 problems->n_mistakes);
	else if (r < 0)
		log_line(LOG_ERR, "reload: %s; what runs stays as it is", strerror(-r));
	if (r < 0)
		manager->statistics.reloads_failed++;
	else
		manager->statistics.reloads++;
	if (r == 0)
		r = sample_start(manager); /* the interval may be another */
	sd_notify(0, "READY=1");
	manager_notify_status(manager);
	return r;
}

/* They belong to another namespace, whose registry is kept. */
static void forget_links(struct manager *manager)
{
	for (size_t i = 0; i < manager->n_channels; i++)
		manager->channels[i].has_link = manager->channels[i].has_intent = false;
}

int manager_recover_registry(struct manager *manager, bool is_ours, struct problems *problems,
			     struct report *report, char **reterr_text)
{
	int r;

	if (manager->namespace.doubt == NULL)
		return sentence_fail(
			reterr_text, -EALREADY,
			"there is no doubt about the registry %s/%s: it belongs to this IPC namespace",
			manager->runtime.path, REGISTRY_FOLDER);
	r = namespace_confirm(&manager->runtime, &manager->namespace, is_ours, reterr_text);
	if (r < 0)
		return r;
	if (!is_ours)
		forget_links(manager);
	damage_learn(manager);
	return manager_reload(manager, problems, report);
}

void manager_notify_status(const struct manager *manager)
{
	size_t n_active = 0, n_in_trouble = 0;
	bool is_refused;

	for (size_t i = 0; i < manager->n_channels; i++) {
		n_active += manager->channels[i].state == STATE_ACTIVE;
		n_in_trouble += manager->channels[i].reason != NULL &&
				manager->channels[i].state != STATE_RETAINED &&
				manager->channels[i].state != STATE_ABSENT;
	}
	is_refused = manager->system_bus != NULL && system_bus_is_refused(manager->system_bus);
	sd_notifyf(0, "STATUS=%zu channel%s, %zu active, %zu in trouble%s", manager->n_channels,
		   manager->n_channels == 1 ? "" : "s", n_active, n_in_trouble,
		   is_refused ? "; the system bus refuses it the name " BUS_NAME : "");
}

/* -- set up, run, take down ------------------------------------------------------------------------------- */

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

	(void)manager_reload(userdata, &problems, NULL);
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
	/* Whoever reads our standard error may leave; that ends nobody's channels. */
	if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	r = sd_event_default(&manager->event);
	if (r >= 0)
		r = sd_event_add_signal(manager->event, NULL, SIGTERM, NULL,
					NULL); /* no handler: leave the loop */
	if (r >= 0)
		r = sd_event_add_signal(manager->event, NULL, SIGINT, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(manager->event, NULL, SIGHUP, on_reload_signal, manager);
	if (r >= 0)
		r = sd_event_set_watchdog(manager->event, true);
	return r < 0 ? r : 0;
}

static int settle_namespace(struct manager *manager)
{
	char *text = NULL;
	int r;

	r = namespace_settle(&manager->runtime, &manager->namespace, &text);
	if (r < 0)
		log_line(LOG_ERR, "%s", text != NULL ? text : strerror(-r));
	free(text);
	return r;
}

/* `is_first`: says what is wrong; later looks only check whether that is corrected. */
static int load_at_start(struct manager *manager, bool is_first)
{
	struct problems problems = PROBLEMS_INIT;
	int r;

	r = load_and_reconcile(manager, RECONCILE_START, &problems, NULL);
	if (r == 0 || is_first)
		log_problems(&problems);
	if (r == -EBADMSG && is_first)
		log_line(LOG_ERR, "the configuration has mistakes (%zu): mend them and start again",
			 problems.n_mistakes);
	else if (r < 0 && is_first)
		log_line(LOG_ERR, "the channels cannot be set up: %s", strerror(-r));
	if (r < 0) {
		bool is_again = refusal_note(&manager->runtime, &problems, strerror(-r));

		manager->refusal.is_again |= is_first && is_again;
	}
	problems_done(&problems);
	return r;
}

static int load_in_the_end(struct manager *manager)
{
	int r = load_at_start(manager, true);

	while (r < 0 && refusal_wait(&manager->refusal, manager->passed_fd))
		r = load_at_start(manager, false);
	return r;
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
		log_line(LOG_ERR, "a rename that was begun, as %s/%s/.renames says, cannot be finished: %s",
			 manager->runtime.path, REGISTRY_FOLDER, strerror(-r));
		return r;
	}
	r = load_in_the_end(manager);
	if (r == 0) {
		refusal_clear(&manager->runtime);
		store_prune_aside(manager->runtime.fd);
	}
	return r;
}

static void on_event(const struct event *event, void *userdata)
{
	struct manager *manager = userdata;

	bus_objects_tell(manager, watch_bus_send_event, event);
	if (manager->publish != NULL)
		(void)sd_event_source_set_enabled(manager->publish, SD_EVENT_ONESHOT);
}

/* Once for all that a reconcile did. */
static int on_publish(sd_event_source *source, void *userdata)
{
	channel_bus_publish(userdata);
	return 0;
}

static int on_any_event(sd_event_source *source, void *userdata)
{
	struct manager *manager = userdata;

	budget_settle(&manager->budget);
	if (manager->system_bus != NULL)
		system_bus_catch_up(manager->system_bus);
	copy_update(manager);
	return 0;
}

/* The control socket that systemd listens on for us (kipcd.socket), if it does. */
static int take_passed_socket(struct manager *manager)
{
	int n = sd_listen_fds(true), fd = SD_LISTEN_FDS_START;

	if (n == 0)
		return 0;
	if (n != 1 || sd_is_socket(fd, AF_UNIX, SOCK_STREAM, true) <= 0 ||
	    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0) {
		log_line(LOG_ERR, "what was passed as the control socket is not one listening AF_UNIX stream "
				  "socket: mend kipcd.socket");
		return n < 0 ? n : -EINVAL;
	}
	manager->passed_fd = fd;
	manager->is_socket_passed = true;
	return 0;
}

void manager_leave_passed_socket(struct manager *manager)
{
	if (!manager->is_socket_passed)
		return;
	log_line(LOG_WARNING,
		 "the control socket that systemd listens on is not the one in %s any more: kipcd listens "
		 "itself; "
		 "'systemctl stop kipcd.socket kipcd && systemctl start kipcd' has systemd listen again",
		 manager->runtime.path);
	manager->is_socket_passed = false;
	if (manager->passed_fd >= 0)
		close(manager->passed_fd);
	manager->passed_fd = -1;
}

static int start_bus(struct manager *manager)
{
	char *text = NULL;
	int fd, r;

	/* Somebody removed it, perhaps with its folder, and systemd knows nothing of that. */
	if (!runtime_is_listened(&manager->runtime))
		manager_leave_passed_socket(manager);
	fd = manager->is_socket_passed ? manager->passed_fd : runtime_listen(&manager->runtime, &text);
	if (fd < 0) {
		log_line(LOG_ERR, "%s", text != NULL ? text : strerror(-fd));
		free(text);
		return fd;
	}
	manager->passed_fd = -1;
	r = bus_server_new(manager, fd, &manager->bus);
	if (r >= 0)
		r = sd_event_add_defer(manager->event, &manager->publish, on_publish, manager);
	if (r >= 0)
		r = sd_event_add_post(manager->event, &manager->any_event, on_any_event, manager);
	if (r >= 0) /* right behind it: what a call costs is measured so */
		r = sd_event_source_set_priority(manager->any_event, SD_EVENT_PRIORITY_IMPORTANT);
	if (r >= 0 && manager->options.uses_system_bus)
		r = system_bus_new(manager, &manager->system_bus);
	if (r < 0)
		log_line(LOG_ERR, "the control socket cannot be served: %s", strerror(-r));
	return r < 0 ? r : 0;
}

static int open_runtime(struct manager *manager)
{
	char *text = NULL;
	int r;

	r = runtime_open(&manager->runtime, manager->options.runtime_dir, &text);
	if (r < 0)
		log_line(LOG_ERR, "%s", text != NULL ? text : strerror(-r));
	free(text);
	return r;
}

static int take_config(struct manager *manager)
{
	char *text = NULL;
	int r;

	r = sole_take(&manager->sole, manager->options.config_file, &text);
	if (r < 0)
		log_line(LOG_ERR, "%s: %s", manager->options.config_file, text != NULL ? text : strerror(-r));
	free(text);
	return r;
}

int manager_new(const struct manager_options *options, struct manager **ret_manager)
{
	struct manager *manager = calloc(1, sizeof *manager);
	struct timespec now;
	int r;

	if (manager == NULL)
		return -ENOMEM;
	manager->options = *options;
	manager->passed_fd = -1;
	manager->sole = SOLE_NONE;
	manager->runtime = (struct runtime){ .fd = -1, .channels_fd = -1, .lock_fd = -1 };
	clock_gettime(CLOCK_REALTIME, &now);
	manager->statistics.started_usec = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	manager->events.listener = on_event;
	manager->events.userdata = manager;
	manager->may_exceed_msgmnb = has_cap_sys_resource();
	if (manager->may_exceed_msgmnb && geteuid() != 0)
		log_line(LOG_INFO, "with CAP_SYS_RESOURCE: capacities may be more than kernel.msgmnb");
	umask(0022); /* whatever the service's: everybody reads the registry */
	r = take_passed_socket(manager);
	if (r == 0)
		r = open_runtime(manager);
	if (r == 0)
		r = take_config(manager);
	if (r == 0)
		r = copy_new(manager);
	if (r == 0) {
		r = set_up_events(manager);
		if (r < 0)
			log_line(LOG_ERR, "the event loop cannot be set up: %s", strerror(-r));
	}
	if (r == 0) {
		r = waiting_new(manager->event, &manager->runtime, &manager->waiting);
		if (r < 0)
			log_line(LOG_ERR, "what waits cannot be watched: %s", strerror(-r));
	}
	if (r == 0)
		r = start_channels(manager);
	if (r == 0)
		r = start_bus(manager);
	if (r == 0)
		r = key_watch_start(manager);
	if (r == 0)
		r = sample_start(manager);
	if (r < 0) {
		while (refusal_wait(&manager->refusal, manager->passed_fd))
			; /* there is nothing to check again: clients that call are sent away */
		manager_free(manager);
		return r;
	}
	*ret_manager = manager;
	return 0;
}

struct manager *manager_free(struct manager *manager)
{
	if (manager == NULL)
		return NULL;
	if (manager->bus != NULL) {
		if (!manager->is_socket_passed)
			runtime_unlisten(&manager->runtime);
		manager->bus = bus_server_free(manager->bus);
	}
	manager->system_bus = system_bus_free(manager->system_bus);
	callers_done(&manager->callers);
	plan_pages_done(&manager->plan_pages);
	sd_event_source_unref(manager->publish);
	sd_event_source_unref(manager->any_event);
	waiting_free(manager->waiting);
	sd_event_source_unref(manager->sample_timer);
	sd_event_source_unref(manager->key_watch);
	sd_event_unref(manager->event);
	for (size_t i = 0; i < manager->n_channels; i++)
		channel_done(&manager->channels[i]);
	free(manager->channels);
	config_free(manager->config);
	source_list_free(manager->sources, manager->n_sources);
	events_done(&manager->events);
	copy_done(&manager->copy);
	sole_release(&manager->sole);
	free(manager->namespace.doubt);
	runtime_close(&manager->runtime);
	free(manager);
	return NULL;
}

static void tell_ready(struct manager *manager)
{
	sd_notify(0, "READY=1");
	manager_notify_status(manager);
	if (manager->options.ready_fd >= 0) {
		if (write(manager->options.ready_fd, "\n", 1) < 0)
			log_line(LOG_WARNING, "--ready-fd=%d: %s", manager->options.ready_fd,
				 strerror(errno));
		close(manager->options.ready_fd);
		manager->options.ready_fd = -1;
	}
}

/* Stopped for good: what was to live as long as the daemon goes now, if it is empty. */
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
		    !channel_is_there(channel, &object))
			continue;
		r = object_remove(&object, 0, channel->link.maker, channel->held != NULL, NULL);
		if (r == 0) {
			(void)store_drop_link(manager->runtime.channels_fd, channel->name);
			channel->has_link = false;
			manager->copy.is_due = true;
			events_tell(&manager->events, LOG_INFO, EVENT_REMOVED, channel->name, channel->kind,
				    object.key, "removed: kipcd stops");
		} else {
			log_channel(LOG_WARNING, channel->name, channel->kind, object.key,
				    "stays although kipcd stops: %s",
				    r == -EBUSY ? "it is not empty" : strerror(-r));
		}
	}
}

int manager_run(struct manager *manager)
{
	int r;

	tell_ready(manager);
	r = sd_event_loop(manager->event);
	sd_notify(0, "STOPPING=1");
	manager->waiting = waiting_free(manager->waiting); /* before any queue goes that a thread waits on */
	if (r < 0)
		log_line(LOG_ERR, "the event loop failed: %s", strerror(-r));
	else if (r != MANAGER_START_AGAIN)
		remove_daemons_own(manager);
	copy_update(manager);
	return r;
}
