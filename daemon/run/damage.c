/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called by sample.c. Any change of a name in a folder changes the folder's mtime, so ten thousand links are read only
 * after a change. Names that are not kipcd's are left alone.
 *
 * A folder that was removed is made again where that is possible. Inside the sandbox of the unit it is not: kipcd exits,
 * systemd makes the folder and starts kipcd again, and copy.c restores the registry.
 */

#include "daemon/run/damage.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "common/plural.h"
#include "common/service/log.h"
#include "daemon/channel/apply.h"
#include "daemon/channel/store.h"
#include "daemon/config/layer-file.h"
#include "daemon/run/copy.h"

#define NSEC_PER_SEC INT64_C(1000000000)
#define TICK_MAX (NSEC_PER_SEC / 10) /* two changes within a tick of the kernel's clock have the same mtime */

void damage_learn(struct manager *manager)
{
	if (store_read_namespace(manager->runtime.channels_fd, manager->damage.place) < 0)
		manager->damage.place[0] = '\0';
	manager->damage.has_nsid = nsid_read(manager->runtime.channels_fd, &manager->damage.nsid) == 0;
}

/* -- links ------------------------------------------------------------------------------------------------ */

static bool is_as_written(int channels_fd, const char *name, const char *text)
{
	char found[REGISTRY_LINK_MAX];
	ssize_t n = readlinkat(channels_fd, name, found, sizeof found);

	return n == (ssize_t)strlen(text) && memcmp(found, text, (size_t)n) == 0;
}

/* Logged once; each sample tries again. A channel whose name cannot be resolved is not active. */
static void lose_link(struct channel *channel, int error)
{
	static const char what[] = "its link in the registry was removed or altered, and cannot be restored";

	if (channel->is_link_lost)
		return;
	channel->is_link_lost = true;
	log_channel(LOG_ERR, channel->name, channel->kind, channel->link.key, "%s: %s", what,
		    strerror(-error));
	if (channel->state == STATE_ACTIVE)
		apply_fail(channel, what, error);
}

/* Returns whether the link had to be written again, even if that failed. */
static bool restore_link(struct manager *manager, struct channel *channel)
{
	int channels_fd = manager->runtime.channels_fd, r;
	char text[REGISTRY_LINK_MAX];
	bool is_right;

	registry_link_to_string(&channel->link, text);
	is_right = is_as_written(channels_fd, channel->name, text);
	r = is_right ? 0 : store_write_link(channels_fd, channel->name, &channel->link, false);
	if (r < 0) {
		lose_link(channel, r);
		return true;
	}
	if (channel->is_link_lost)
		channel->next_heal = 0; /* this same sample makes it active again */
	channel->is_link_lost = false;
	if (!is_right)
		events_tell(&manager->events, LOG_WARNING, EVENT_RESTORED, channel->name, channel->kind,
			    channel->link.key,
			    "another process removed or altered its link in the registry: restored");
	return !is_right;
}

static bool has_nsid(int channels_fd, const struct nsid *wanted)
{
	char found_text[NSID_TEXT_MAX], wanted_text[NSID_TEXT_MAX];
	struct nsid found;

	if (nsid_read(channels_fd, &found) < 0)
		return false;
	nsid_to_string(&found, found_text);
	nsid_to_string(wanted, wanted_text);
	return strcmp(found_text, wanted_text) == 0;
}

static bool restore_place(struct manager *manager)
{
	int channels_fd = manager->runtime.channels_fd, r = 0;
	bool is_damaged = false;

	if (manager->damage.place[0] != '\0' &&
	    !is_as_written(channels_fd, REGISTRY_NAMESPACE, manager->damage.place)) {
		is_damaged = true;
		r = store_write_namespace(channels_fd, manager->damage.place);
	}
	if (r == 0 && manager->damage.has_nsid && !has_nsid(channels_fd, &manager->damage.nsid)) {
		is_damaged = true;
		r = store_write_nsid(channels_fd, &manager->damage.nsid);
	}
	if (r < 0)
		log_line(LOG_ERR, "%s/%s/%s or %s was removed or altered, and cannot be restored: %s",
			 manager->runtime.path, REGISTRY_FOLDER, REGISTRY_NAMESPACE, NSID_FILE, strerror(-r));
	else if (is_damaged)
		events_tell(&manager->events, LOG_WARNING, EVENT_RESTORED, "", 0, 0,
			    "another process removed or altered the files by which the registry identifies "
			    "its IPC namespace: restored");
	return is_damaged;
}

static int64_t age_of(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec - then->tv_sec) * NSEC_PER_SEC + now.tv_nsec - then->tv_nsec;
}

static void restore_links(struct manager *manager)
{
	bool is_damaged;
	struct stat st;

	if (fstat(manager->runtime.channels_fd, &st) < 0 ||
	    (manager->damage.seen.tv_sec == st.st_mtim.tv_sec &&
	     manager->damage.seen.tv_nsec == st.st_mtim.tv_nsec))
		return;
	is_damaged = restore_place(manager);
	for (size_t i = 0; i < manager->n_channels; i++)
		if (manager->channels[i].has_link)
			is_damaged |= restore_link(manager, &manager->channels[i]);
	/* After a repair, and after a change within the current tick, the next sample checks again. */
	manager->damage.seen =
		is_damaged || age_of(&st.st_mtim) < TICK_MAX ? (struct timespec){ 0 } : st.st_mtim;
}

/* -- the folder ------------------------------------------------------------------------------------------- */

/* Whether `name` in the folder still is the file that kipcd has open. */
static bool is_the_same(int folder_fd, const char *name, int fd)
{
	struct stat named, opened;

	if (fstat(fd, &opened) < 0)
		return true; /* unknown */
	if (fstatat(folder_fd, name, &named, AT_SYMLINK_NOFOLLOW) < 0)
		return errno != ENOENT && errno != ENOTDIR;
	return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

static bool has_control(const struct manager *manager)
{
	struct stat st;

	return fstatat(manager->runtime.fd, BUS_SOCKET_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       errno != ENOENT;
}

/* The runtime layer, as it was last read or written. */
static void write_layer(const struct manager *manager)
{
	for (size_t i = 0; i < manager->n_sources; i++) {
		const struct config_source *source = &manager->sources[i];
		int r;

		if (!source->runtime_layer)
			continue;
		r = access(source->name, F_OK) == 0 ? 0 : layer_file_replace(source->name, source->text);
		if (r < 0)
			log_line(LOG_ERR, "%s cannot be restored: %s", source->name, strerror(-r));
		layer_file_settle(source->name);
	}
}

static int listen_again(struct manager *manager, char **reterr_sentence)
{
	int fd, r;

	assert(manager->serve_control != NULL); /* samples begin once the bus is there */
	fd = runtime_listen(&manager->runtime, reterr_sentence);
	if (fd < 0)
		return fd;
	r = manager->serve_control(fd, manager->serve_userdata);
	if (r < 0)
		return r;
	passed_socket_leave(&manager->passed_socket, manager->runtime.path);
	return 0;
}

/* Everything in the folder, in the order of a start. The socket comes last: clients may rely on the rest once it exists. */
static int fill_folder(struct manager *manager, char **reterr_sentence)
{
	int channels_fd = manager->runtime.channels_fd, r = 0;

	write_layer(manager);
	if (manager->damage.has_nsid)
		r = store_write_nsid(channels_fd, &manager->damage.nsid);
	if (r == 0 && manager->damage.place[0] != '\0')
		r = store_write_namespace(channels_fd, manager->damage.place);
	for (size_t i = 0; r == 0 && i < manager->n_channels; i++)
		if (manager->channels[i].has_link)
			r = store_write_link(channels_fd, manager->channels[i].name,
					     &manager->channels[i].link, true);
	manager->damage.seen = (struct timespec){ 0 };
	return r == 0 && !has_control(manager) ? listen_again(manager, reterr_sentence) : r;
}

/* The folder still exists, but something in it is missing. */
static int restore_folder(struct manager *manager, char **reterr_sentence)
{
	struct runtime *runtime = &manager->runtime;
	int r = 0;

	if (!is_the_same(runtime->fd, "lock", runtime->lock_fd))
		r = runtime_lock(runtime, reterr_sentence);
	if (r >= 0 && !is_the_same(runtime->fd, REGISTRY_FOLDER, runtime->channels_fd))
		r = runtime_open_channels(runtime, reterr_sentence);
	if (r >= 0)
		r = runtime_open_subfolder(runtime, RUNTIME_LAYER, reterr_sentence);
	if (r < 0)
		return r;
	close(r);
	return 0;
}

static int make_folder(struct manager *manager, char **reterr_sentence)
{
	struct runtime fresh;
	int r;

	r = runtime_open(&fresh, manager->runtime.path, reterr_sentence);
	if (r < 0) {
		runtime_close(&fresh);
		return r;
	}
	runtime_close(&manager->runtime);
	manager->runtime = fresh;
	return 0;
}

static int make_again(struct manager *manager, char **reterr_sentence)
{
	const struct runtime *runtime = &manager->runtime;
	bool is_there = is_the_same(AT_FDCWD, runtime->path, runtime->fd);
	int r;

	r = is_there ? restore_folder(manager, reterr_sentence) : make_folder(manager, reterr_sentence);
	return r < 0 ? r : fill_folder(manager, reterr_sentence);
}

/* Everything except the links: a lost lock or socket is as bad as a lost folder. */
static bool is_whole(const struct manager *manager)
{
	const struct runtime *runtime = &manager->runtime;

	return is_the_same(AT_FDCWD, runtime->path, runtime->fd) &&
	       is_the_same(runtime->fd, REGISTRY_FOLDER, runtime->channels_fd) &&
	       is_the_same(runtime->fd, "lock", runtime->lock_fd) &&
	       faccessat(runtime->fd, RUNTIME_LAYER, F_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (manager->serve_control == NULL || has_control(manager));
}

/* False: kipcd must exit. */
static bool stays_usable(struct manager *manager, int error, const char *text)
{
	const struct runtime *runtime = &manager->runtime;

	if (error == -EBUSY) { /* another kipcd was started with a new folder */
		log_line(LOG_ERR, "the runtime folder %s was removed, and %s", runtime->path, text);
		return false;
	}
	if (getenv("NOTIFY_SOCKET") != NULL && copy_is_kept(manager)) {
		log_line(LOG_ERR,
			 "the runtime folder %s was removed, and kipcd cannot recreate it (%s): kipcd exits, "
			 "so that systemd starts it with a new folder; its registry is saved in %s",
			 runtime->path, text, manager->options.state_dir);
		return false;
	}
	if (!manager->damage.is_logged)
		log_line(LOG_ERR,
			 "the runtime folder %s was removed, and kipcd cannot recreate it (%s): run 'install "
			 "-d -m 755 -o %u -g %u %s'; do not stop kipcd before that",
			 runtime->path, text, (unsigned)geteuid(), (unsigned)getegid(), runtime->path);
	manager->damage.is_logged = true;
	return true;
}

bool damage_restore(struct manager *manager)
{
	char *text = NULL;
	bool goes_on = true;
	size_t n = 0;
	int r;

	if (is_whole(manager)) {
		restore_links(manager);
		return true;
	}
	r = make_again(manager, &text);
	if (r < 0) {
		goes_on = stays_usable(manager, r, text != NULL ? text : strerror(-r));
	} else {
		manager->damage.is_logged = false;
		for (size_t i = 0; i < manager->n_channels; i++)
			n += manager->channels[i].has_link;
		events_tell(
			&manager->events, LOG_WARNING, EVENT_RESTORED, "", 0, 0,
			"another process removed the runtime folder %s or part of it: recreated, with %zu %s",
			manager->runtime.path, n, plural(n, "link", "links"));
	}
	free(text);
	return goes_on;
}
