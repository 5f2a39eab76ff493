/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used by the parser of keys, and by run/key-changes.c. A thread that hangs in stat(2) stays there (only the end of the process
 * ends it), and another thread continues with the other files. Files of the folder in which it hangs wait with it, so that a dead
 * mount takes one thread and not all. inotify does not help: it does not see what other machines do to a network mount, and setting
 * it up walks the path, too.
 */

#include "daemon/config/key-files.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

#include "common/clock.h"
#include "lib/kipc.h"

#define THREADS_MAX 16
#define STACK_SIZE ((size_t)64 * 1024)
#define SECOND ((int64_t)USEC_PER_SEC)
#define HANGS (1 * SECOND) /* a look that takes longer is left alone, and another thread continues … */
#define OVERDUE                                                                                              \
	(5 * SECOND) /* … and after this the file is reported; until then the machine may just be busy */
#define PATIENCE (2 * SECOND)	      /* how long all callers together may wait … */
#define PATIENCE_WINDOW (10 * SECOND) /* … in such a span */
#define PATIENCE_MIN (SECOND / 100)

struct key_file {
	char *path;
	int project;
	bool is_wanted; /* a look that begins from now on is wanted */
	bool is_busy;	/* a thread is in stat(2) */
	int64_t since;	/* since when a look that has not ended is wanted */
	bool is_known;
	int error;   /* of the last look; 0: it found `key` */
	int32_t key; /* the last one found; 0: none yet */
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wanted, ended;
	struct key_file **items; /* sorted; never removed, because a thread may hang in one */
	size_t n_items, next;	 /* where the next search begins */
	const struct key_file *busy[THREADS_MAX];
	size_t n_busy;
	unsigned n_threads;
	int event_fd;
	int64_t window, patience; /* what is left of it in the window that began at `window` */
} table = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wanted = PTHREAD_COND_INITIALIZER,
	.event_fd = -1,
};

/* The wait with a deadline uses the clock that is never set. */
static void set_up(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&table.ended, &attributes);
	pthread_condattr_destroy(&attributes);
}

static void lock(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, set_up);
	(void)pthread_mutex_lock(&table.lock);
}

static void unlock(void)
{
	(void)pthread_mutex_unlock(&table.lock);
}

/* -- the table; all of it under the lock ------------------------------------------------------------------ */

static int compare(const struct key_file *file, const char *path, int project)
{
	int r = strcmp(file->path, path);

	return r != 0 ? r : file->project - project;
}

/* The index of the file, or the one that a new file gets. */
static size_t find_place(const char *path, int project)
{
	size_t low = 0, high = table.n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(table.items[middle], path, project) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct key_file *find(const char *path, int project)
{
	size_t place = find_place(path, project);

	return place < table.n_items && compare(table.items[place], path, project) == 0 ? table.items[place]
											: NULL;
}

/* NULL: no memory. */
static struct key_file *find_or_add(const char *path, int project)
{
	struct key_file *file = find(path, project), **items;
	size_t place = find_place(path, project);

	if (file != NULL)
		return file;
	items = reallocarray(table.items, table.n_items + 1, sizeof *items);
	if (items == NULL)
		return NULL;
	table.items = items;
	file = calloc(1, sizeof *file);
	if (file == NULL)
		return NULL;
	file->path = strdup(path);
	file->project = project;
	if (file->path == NULL) {
		free(file);
		return NULL;
	}
	memmove(items + place + 1, items + place, (table.n_items - place) * sizeof *items);
	items[place] = file;
	table.n_items++;
	return file;
}

static bool is_pending(const struct key_file *file)
{
	return file->is_wanted || file->is_busy;
}

static bool is_overdue(const struct key_file *file, int64_t now)
{
	return is_pending(file) && now - file->since > OVERDUE;
}

static bool is_in_folder_of(const struct key_file *file, const struct key_file *other)
{
	size_t n = (size_t)(strrchr(file->path, '/') - file->path);

	return strncmp(file->path, other->path, n + 1) == 0 && strchr(other->path + n + 1, '/') == NULL;
}

static bool hangs(const struct key_file *busy, int64_t now)
{
	return now - busy->since > HANGS;
}

/* Whether a look hangs in its folder. */
static bool waits_for_another(const struct key_file *file, int64_t now)
{
	for (size_t i = 0; i < table.n_busy; i++)
		if (hangs(table.busy[i], now) && is_in_folder_of(file, table.busy[i]))
			return true;
	return false;
}

/* The next file to look at, in turn; NULL: none. */
static struct key_file *choose(void)
{
	int64_t now = (int64_t)clock_usec(CLOCK_MONOTONIC);

	for (size_t n = 0; n < table.n_items; n++) {
		struct key_file *file = table.items[table.next++ % table.n_items];

		if (file->is_wanted && !file->is_busy && !waits_for_another(file, now))
			return file;
	}
	return NULL;
}

static void begin_look(struct key_file *file)
{
	file->is_wanted = false;
	file->is_busy = true;
	table.busy[table.n_busy++] = file;
}

static void end_look(struct key_file *file)
{
	file->is_busy = false;
	file->since = (int64_t)clock_usec(CLOCK_MONOTONIC);
	for (size_t i = 0; i < table.n_busy; i++)
		if (table.busy[i] == file) {
			table.busy[i] = table.busy[--table.n_busy];
			return;
		}
}

/* -- the threads ------------------------------------------------------------------------------------------ */

static int compute(const char *path, int project, int32_t *ret_key)
{
	struct kipc_address address = {
		.form = KIPC_BY_FTOK,
		.path = path,
		.path_length = strlen(path),
		.project = project,
	};

	return kipc_address_to_key(&address, ret_key);
}

static void note_answer(struct key_file *file, int error, int32_t key)
{
	bool is_news = !file->is_known || file->error != error || (error == 0 && file->key != key);

	file->is_known = true;
	file->error = error;
	if (error == 0)
		file->key = key;
	end_look(file);
	(void)pthread_cond_broadcast(&table.ended);
	if (is_news && table.event_fd >= 0)
		(void)eventfd_write(table.event_fd, 1);
}

static void *look_at_files(void *userdata)
{
	(void)prctl(PR_SET_NAME, "kipcd-stat"); /* visible in ps(1) and top(1) */
	lock();
	for (;;) {
		struct key_file *file = choose();
		int32_t key = 0;
		int r;

		if (file == NULL) {
			(void)pthread_cond_wait(&table.wanted, &table.lock);
			continue;
		}
		begin_look(file);
		unlock();
		r = compute(file->path, file->project, &key);
		lock();
		note_answer(file, r, key);
	}
	return NULL;
}

/* The thread blocks all signals, which are for the main thread. If it cannot be started, the files wait for the other threads. */
static void start_thread(void)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;

	if (pthread_attr_init(&attributes) != 0)
		return;
	(void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, &attributes, look_at_files, NULL) == 0)
		table.n_threads++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
}

static bool has_thread_at_work(int64_t now)
{
	unsigned n_stuck = 0;

	for (size_t i = 0; i < table.n_busy; i++)
		n_stuck += hangs(table.busy[i], now);
	return table.n_threads > n_stuck;
}

static void want(struct key_file *file)
{
	int64_t now = (int64_t)clock_usec(CLOCK_MONOTONIC);

	if (!is_pending(file))
		file->since = now;
	file->is_wanted = true;
	if (!has_thread_at_work(now) && table.n_threads < THREADS_MAX)
		start_thread();
	(void)pthread_cond_signal(&table.wanted);
}

/* -- callers ---------------------------------------------------------------------------------------- */

static int answer_of(const struct key_file *file, int64_t now, int32_t *ret_key)
{
	*ret_key = file->key;
	if (is_overdue(file, now))
		return -ETIMEDOUT;
	return file->is_known ? file->error : -EAGAIN;
}

/* Waits for the look, while there is patience. False: it has not ended. */
static bool await(const struct key_file *file)
{
	int64_t start = (int64_t)clock_usec(CLOCK_MONOTONIC), end;
	struct timespec deadline;

	if (start - table.window > PATIENCE_WINDOW || table.window == 0) {
		table.window = start;
		table.patience = PATIENCE;
	}
	end = start + (table.patience > PATIENCE_MIN ? table.patience : PATIENCE_MIN);
	deadline = (struct timespec){ end / SECOND, end % SECOND * 1000 };
	while (is_pending(file) && (int64_t)clock_usec(CLOCK_MONOTONIC) < end)
		(void)pthread_cond_timedwait(&table.ended, &table.lock, &deadline);
	table.patience -= (int64_t)clock_usec(CLOCK_MONOTONIC) - start;
	return !is_pending(file);
}

int key_files_look(const char *path, int project, int32_t *ret_key)
{
	struct key_file *file;
	int r = -ENOMEM;

	lock();
	file = find_or_add(path, project);
	if (file != NULL) {
		int64_t now = (int64_t)clock_usec(CLOCK_MONOTONIC);
		bool is_hopeless = is_overdue(file, now) || waits_for_another(file, now);

		want(file);
		r = !is_hopeless && await(file) ? file->error : -ETIMEDOUT;
		*ret_key = file->key;
	}
	unlock();
	return r;
}

void key_files_want(const char *path, int project)
{
	struct key_file *file;

	lock();
	file = find_or_add(path, project);
	if (file != NULL)
		want(file);
	unlock();
}

int key_files_last(const char *path, int project, int32_t *ret_key)
{
	const struct key_file *file;
	int r = -EAGAIN;

	lock();
	file = find(path, project);
	if (file != NULL)
		r = answer_of(file, (int64_t)clock_usec(CLOCK_MONOTONIC), ret_key);
	unlock();
	return r;
}

int key_files_event_fd(void)
{
	int r;

	lock();
	if (table.event_fd < 0)
		table.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = table.event_fd < 0 ? -errno : table.event_fd;
	unlock();
	return r;
}
