/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Owns the folder waiting/, its files, the waits for messages (queue-wait.c) and the timer for channels that must be polled.
 * pace.c decides. Called by reconcile.c, by sample.c and by the event loop. A file exists if and only if the last look
 * found messages. What goes wrong with one channel is one warning, and affects no other.
 *
 * At most WAITS_MAX threads wait, in the order of the names. Polled are: the other queues; queues on which kipcd may not
 * both receive and send (it could not put a message without bytes back); queues to which such a message came; and rings, to
 * which kipcd must not stay attached (see sample.c).
 */

#include "daemon/run/waiting.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/service/log.h"
#include "daemon/channel/kernel.h"
#include "daemon/run/pace.h"
#include "daemon/run/queue-wait.h"

#define FOLDER "waiting"
#define WAITS_MAX 64
#define ACCURACY UINT64_C(1000)	 /* microseconds; the default of sd-event is a quarter of a second */
#define TOGETHER (PACE_FAST / 2) /* looks that are due within this time share a wake-up */

/* A channel with activate = yes. */
struct wanted {
	char name[KIPC_NAME_MAX + 1];
	struct registry_link link; /* its object, if has_link */
	bool has_link;
	bool has_file, wants_file;
	bool is_logged;	   /* that something is wrong with its file or a look at it */
	bool has_no_bytes; /* a message without bytes came: it is polled from now on */
	struct pace pace;
	struct queue_wait *wait; /* the current wait, or NULL */
	uint64_t wait_began;
	uint64_t next_look; /* CLOCK_MONOTONIC; 0: none */
};

struct waiting {
	sd_event *event;
	sd_event_source *timer, *waits;
	const struct runtime *runtime;
	int folder_fd;	/* -1: it cannot be opened … */
	bool is_logged; /* … which was logged */
	bool is_swept;	/* the files of an earlier kipcd are removed */
	int event_fd;	/* counts the waits that are over */
	size_t n_waits;
	uint64_t interval;    /* of samples */
	struct wanted *items; /* sorted by name */
	size_t n_items;
};

static uint64_t now_usec(const struct waiting *waiting)
{
	uint64_t now;

	return sd_event_now(waiting->event, CLOCK_MONOTONIC, &now) < 0 ? 0 : now;
}

/* Once, until it works again. */
static void warn_once(struct wanted *item, const char *what, int error)
{
	if (!item->is_logged)
		log_channel(LOG_WARNING, item->name, item->link.kind, item->link.key, "activate: %s: %s",
			    what, strerror(error));
	item->is_logged = true;
}

/* -- files ---------------------------------------------------------------------------------------------------- */

/* If another process removed it, its files are gone, too. */
static void forget_folder(struct waiting *waiting)
{
	struct stat st;

	if (waiting->folder_fd < 0 || fstat(waiting->folder_fd, &st) < 0 || st.st_nlink > 0)
		return;
	close(waiting->folder_fd);
	waiting->folder_fd = -1;
	for (size_t i = 0; i < waiting->n_items; i++)
		waiting->items[i].has_file = false;
}

static void open_folder(struct waiting *waiting)
{
	char *text = NULL;

	forget_folder(waiting);
	if (waiting->folder_fd >= 0)
		return;
	waiting->folder_fd = runtime_open_subfolder(waiting->runtime, FOLDER, &text);
	if (waiting->folder_fd < 0 && !waiting->is_logged)
		log_line(LOG_WARNING, "activate starts no consumer: %s", text != NULL ? text : "no memory");
	waiting->is_logged = waiting->folder_fd < 0;
	free(text);
}

static int make_file(const struct waiting *waiting, const char *name)
{
	int fd = openat(waiting->folder_fd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
			0644);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void settle_file(struct waiting *waiting, struct wanted *item)
{
	int r = 0;

	if (item->has_file == item->wants_file || waiting->folder_fd < 0)
		return;
	if (item->wants_file)
		r = make_file(waiting, item->name);
	else if (unlinkat(waiting->folder_fd, item->name, 0) < 0 && errno != ENOENT)
		r = -errno;
	if (r < 0) {
		warn_once(item,
			  item->wants_file ? "its file cannot be created" : "its file cannot be removed", -r);
		return;
	}
	item->has_file = item->wants_file;
	item->is_logged = false;
	log_channel(LOG_DEBUG, item->name, item->link.kind, item->link.key, "%s",
		    item->has_file ? "messages wait" : "no more messages wait");
}

static int compare_names(const void *name, const void *item)
{
	return strcmp(name, ((const struct wanted *)item)->name);
}

static struct wanted *find(const struct waiting *waiting, const char *name)
{
	return waiting->n_items == 0 ? NULL
				     : bsearch(name, waiting->items, waiting->n_items, sizeof *waiting->items,
					       compare_names);
}

/* Removes the files that a killed kipcd left. */
static void sweep(struct waiting *waiting)
{
	int fd = openat(waiting->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct wanted *item;
	struct dirent *entry;

	if (folder == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		item = find(waiting, entry->d_name);
		if (item == NULL || !item->has_file)
			(void)unlinkat(waiting->folder_fd, entry->d_name, 0);
	}
	closedir(folder);
	waiting->is_swept = true;
}

/* -- waits ---------------------------------------------------------------------------------------------------- */

/* Ends the current wait, if any, and notes its result. */
static void end_wait(struct waiting *waiting, struct wanted *item)
{
	enum queue_wait_result result;

	if (item->wait == NULL)
		return;
	item->wait = queue_wait_free(item->wait, &result);
	waiting->n_waits--;
	if (result != QUEUE_WAIT_EMPTY_MESSAGE && result != QUEUE_WAIT_LOST_MESSAGE)
		return;
	item->has_no_bytes = true;
	log_channel(LOG_INFO, item->name, item->link.kind, item->link.key,
		    "activate: an empty message came, and kipcd cannot wait for these: it now polls the "
		    "queue ten times a second");
	if (result == QUEUE_WAIT_LOST_MESSAGE)
		log_channel(LOG_ERR, item->name, item->link.kind, item->link.key,
			    "activate: the empty message was lost: the queue was full, or kipcd had no "
			    "access, so it could not be sent back");
}

static bool may_wait(const struct waiting *waiting, const struct wanted *item)
{
	return item->link.kind == KIPC_QUEUE && !item->has_no_bytes && waiting->n_waits < WAITS_MAX &&
	       kernel_may_exchange(item->link.key, item->link.id);
}

static void begin_wait(struct waiting *waiting, struct wanted *item, uint64_t now)
{
	if (queue_wait_new(item->link.id, waiting->event_fd, &item->wait) < 0) {
		item->wait = NULL;
		item->next_look = now + PACE_SLOW;
		return;
	}
	waiting->n_waits++;
	item->wait_began = now;
}

/* -- looks ---------------------------------------------------------------------------------------------------- */

/* How many messages a ring has; none, if it is broken or cannot be read. */
static uint64_t count_in_ring(struct wanted *item, const struct kipc_object *object)
{
	struct kernel_ring ring;
	int r = kernel_look_into_ring(object, &ring);

	if (r == -EACCES)
		warn_once(item, "kipcd may not read the ring", -r);
	if (r < 0 || !ring.is_laid_out || ring.stat.fault != KIPC_RING_SOUND || ring.stat.used == 0)
		return 0;
	return ring.stat.messages > 0 ? ring.stat.messages : 1;
}

/* `after_wait`: one has just ended. This look decides whether another begins. */
static void look(struct waiting *waiting, struct wanted *item, bool after_wait, uint64_t now)
{
	struct pace_look look = { .after_wait = after_wait, .idle = PACE_SLOW, .fastest = PACE_FAST };
	struct kipc_object object;
	int there = item->has_link ? channel_look_at_link(&item->link, &object) : 0;
	struct pace_step step = { 0 };

	item->next_look = 0;
	if (there < 0) { /* kipcd cannot tell: the file stays as it is until a look succeeds */
		item->next_look = now + PACE_SLOW;
		return;
	}
	if (there > 0) {
		if (object.kind == KIPC_QUEUE) {
			look.messages = object.queue.messages;
			look.stime = object.queue.stime;
			look.rtime = object.queue.rtime;
		} else {
			look.messages = count_in_ring(item, &object);
			look.idle = waiting->interval;
			look.fastest = PACE_SLOW;
		}
		look.may_wait = look.messages == 0 && may_wait(waiting, item);
		look.waited = now - item->wait_began;
		step = pace_next(&item->pace, &look);
	}
	item->wants_file = step.file;
	settle_file(waiting, item);
	if (step.wait)
		begin_wait(waiting, item, now);
	else if (step.delay > 0)
		item->next_look = now + step.delay;
}

static void set_timer(struct waiting *waiting)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < waiting->n_items; i++)
		if (waiting->items[i].next_look > 0 && waiting->items[i].next_look < next)
			next = waiting->items[i].next_look;
	if (next < UINT64_MAX)
		(void)sd_event_source_set_time(waiting->timer, next);
	(void)sd_event_source_set_enabled(waiting->timer,
					  next < UINT64_MAX ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct waiting *waiting = userdata;
	uint64_t now = now_usec(waiting);

	for (size_t i = 0; i < waiting->n_items; i++) {
		struct wanted *item = &waiting->items[i];

		if (item->next_look > 0 && item->next_look <= now + TOGETHER)
			look(waiting, item, false, now);
	}
	set_timer(waiting);
	return 0;
}

static int on_wait_over(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct waiting *waiting = userdata;
	uint64_t now = now_usec(waiting);
	eventfd_t n;

	(void)eventfd_read(fd, &n);
	for (size_t i = 0; i < waiting->n_items; i++) {
		struct wanted *item = &waiting->items[i];

		if (item->wait == NULL || !queue_wait_is_done(item->wait))
			continue;
		end_wait(waiting, item);
		look(waiting, item, true, now);
	}
	set_timer(waiting);
	return 0;
}

/* -- which channels ------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct channel *channel)
{
	return channel->spec != NULL && channel->spec->activate &&
	       (channel->kind == KIPC_QUEUE || channel->spec->layout == LAYOUT_RING);
}

static bool means_the_same(const struct wanted *item, const struct channel *channel)
{
	const struct registry_link *a = &item->link, *b = &channel->link;

	return item->has_link == channel->has_link &&
	       (!item->has_link ||
		(a->kind == b->kind && a->key == b->key && a->id == b->id && a->creator == b->creator));
}

static void drop(struct waiting *waiting, struct wanted *item)
{
	end_wait(waiting, item);
	item->wants_file = false;
	settle_file(waiting, item);
}

/* Moves the old item of that name to the new ones. Old items before it are no longer wanted. */
static void take_from(struct waiting *waiting, const char *name, size_t *n_taken, struct wanted *item)
{
	while (*n_taken < waiting->n_items) {
		struct wanted *old = &waiting->items[*n_taken];
		int order = strcmp(old->name, name);

		if (order > 0)
			break;
		++*n_taken;
		if (order == 0) {
			*item = *old;
			return;
		}
		drop(waiting, old);
	}
	memcpy(item->name, name, sizeof item->name);
}

/* Old and new items are sorted by name. -ENOMEM: nothing has changed. */
static int renew_items(struct waiting *waiting, const struct channel *channels, size_t n_channels)
{
	struct wanted *items;
	size_t n_wanted = 0, n = 0, n_taken = 0;

	for (size_t i = 0; i < n_channels; i++)
		n_wanted += is_wanted(&channels[i]);
	items = calloc(n_wanted + 1, sizeof *items);
	if (items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n_channels; i++)
		if (is_wanted(&channels[i]))
			take_from(waiting, channels[i].name, &n_taken, &items[n++]);
	while (n_taken < waiting->n_items)
		drop(waiting, &waiting->items[n_taken++]);
	free(waiting->items);
	waiting->items = items;
	waiting->n_items = n;
	return 0;
}

/* Whether it must be looked at now. */
static bool is_due(struct waiting *waiting, struct wanted *item, const struct channel *channel)
{
	if (!means_the_same(item, channel)) {
		end_wait(waiting, item);
		item->link = channel->link;
		item->has_link = channel->has_link;
		return true;
	}
	if (item->has_file && faccessat(waiting->folder_fd, item->name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		item->has_file = false;
	settle_file(waiting, item);
	if (item->wait != NULL && !kernel_may_exchange(item->link.key, item->link.id)) {
		end_wait(waiting, item);
		return true;
	}
	return item->wait == NULL && item->next_look == 0;
}

static bool may_continue(const struct wanted *item, const struct channel *channel)
{
	return channel != NULL && is_wanted(channel) && means_the_same(item, channel) &&
	       kernel_may_exchange(item->link.key, item->link.id);
}

/* All at once: a wait with a message in hand may take seconds to end, and kipcd blocks meanwhile. */
static void stop_waits(struct waiting *waiting, const struct channel *channels, size_t n_channels)
{
	for (size_t i = 0; i < waiting->n_items; i++) {
		struct wanted *item = &waiting->items[i];

		if (item->wait != NULL && !may_continue(item, channel_find(channels, n_channels, item->name)))
			queue_wait_stop(item->wait);
	}
}

void waiting_update(struct waiting *waiting, const struct channel *channels, size_t n_channels,
		    uint64_t interval)
{
	uint64_t now = now_usec(waiting);

	stop_waits(waiting, channels, n_channels);
	open_folder(waiting);
	if (renew_items(waiting, channels, n_channels) < 0)
		return; /* the next sample tries again */
	waiting->interval = interval;
	for (size_t i = 0; i < waiting->n_items; i++) {
		struct wanted *item = &waiting->items[i];

		if (is_due(waiting, item, channel_find(channels, n_channels, item->name)))
			look(waiting, item, false, now);
	}
	if (!waiting->is_swept && waiting->folder_fd >= 0)
		sweep(waiting);
	set_timer(waiting);
}

void waiting_release(struct waiting *waiting, const char *name)
{
	struct wanted *item = find(waiting, name);

	if (item == NULL || item->wait == NULL)
		return;
	end_wait(waiting, item);
	item->next_look = now_usec(waiting) + PACE_FAST; /* in case the queue is not removed after all */
	set_timer(waiting);
}

/* -- from start to stop --------------------------------------------------------------------------------------- */

int waiting_new(sd_event *event, const struct runtime *runtime, struct waiting **ret_waiting)
{
	struct waiting *waiting = calloc(1, sizeof *waiting);
	int r;

	if (waiting == NULL)
		return -ENOMEM;
	waiting->event = sd_event_ref(event);
	waiting->runtime = runtime;
	waiting->folder_fd = -1;
	waiting->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = waiting->event_fd < 0 ? -errno : 0;
	if (r >= 0)
		r = sd_event_add_io(event, &waiting->waits, waiting->event_fd, EPOLLIN, on_wait_over,
				    waiting);
	if (r >= 0)
		r = sd_event_add_time(event, &waiting->timer, CLOCK_MONOTONIC, UINT64_MAX, ACCURACY, on_timer,
				      waiting);
	if (r < 0) {
		waiting_free(waiting);
		return r;
	}
	*ret_waiting = waiting;
	return 0;
}

struct waiting *waiting_free(struct waiting *waiting)
{
	if (waiting == NULL)
		return NULL;
	/* All of them, before drop() waits for each. */
	for (size_t i = 0; i < waiting->n_items; i++)
		if (waiting->items[i].wait != NULL)
			queue_wait_stop(waiting->items[i].wait);
	for (size_t i = 0; i < waiting->n_items; i++)
		drop(waiting, &waiting->items[i]);
	sd_event_source_unref(waiting->timer);
	sd_event_source_unref(waiting->waits);
	sd_event_unref(waiting->event);
	if (waiting->folder_fd >= 0)
		close(waiting->folder_fd);
	if (waiting->event_fd >= 0)
		close(waiting->event_fd);
	free(waiting->items);
	free(waiting);
	return NULL;
}
