/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One pass over /proc, into lists that are searched by halves. Processes come and go during the pass, and control what is read
 * of them: what cannot be read or understood is skipped, and what our rights hide is counted.
 */

#include "client/facts/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/base/grow.h"

#define FLAG_KERNEL_THREAD 0x00200000UL /* PF_KTHREAD in /proc/PID/stat */
#define NAMESPACE_MAX 64		/* "ipc:[4026531839]" */

struct pass {
	struct processes found;
	char our_namespace[NAMESPACE_MAX];
	struct mapping *mappings; /* of the process that is examined */
	size_t n_mappings;
};

/* The process that is examined. It gets its entry in the list when it turns out to use something. */
struct visit {
	int fd; /* of its folder */
	pid_t pid;
	bool is_elsewhere;
	bool has_entry;
	size_t entry;
};

static bool is_denied(ssize_t r)
{
	return r == -EACCES || r == -EPERM;
}

/* Finds or adds the entry of the process. -ENOMEM; -ESRCH: it has ended. */
static int enter(struct pass *pass, struct visit *visit)
{
	struct processes *found = &pass->found;
	struct process *process;
	struct stat st;

	if (visit->has_entry)
		return 0;
	if (grow(&found->items, found->n_items, sizeof *found->items) < 0)
		return -ENOMEM;
	process = &found->items[found->n_items];
	*process = (struct process){ .pid = visit->pid, .is_elsewhere = visit->is_elsewhere };
	if (process_command(visit->pid, process->command) < 0 || fstat(visit->fd, &st) < 0)
		return -ESRCH;
	process->uid = st.st_uid;
	process_unit(visit->fd, process->unit);
	visit->entry = found->n_items++;
	visit->has_entry = true;
	return 0;
}

/* -- what is attached ------------------------------------------------------------------------------------ */

/* "7f0a…-7f0b… rw-s 00000000 00:01 32769   /SYSV00004b01 (deleted)": name and inode are key and id; shmget(2), mm/shmem.c */
static bool parse_mapping(const char *line, struct mapping *ret_mapping)
{
	unsigned long long start, end, offset, inode;
	unsigned key;
	char rights[5];
	int n = 0;

	if (strstr(line, "/SYSV") == NULL ||
	    sscanf(line, "%llx-%llx %4s %llx %*x:%*x %llu /SYSV%8x (deleted)%n", &start, &end, rights,
		   &offset, &inode, &key, &n) != 6 ||
	    n == 0 || line[n] != '\0' || start >= end || inode > INT32_MAX)
		return false;
	*ret_mapping = (struct mapping){
		.start = start,
		.end = end,
		.offset = offset,
		.id = (int)inode,
		.key = (key_t)key,
		.can_write = rights[1] == 'w',
	};
	return true;
}

static int add_mapping(struct pass *pass, const struct mapping *mapping)
{
	if (grow(&pass->mappings, pass->n_mappings, sizeof *pass->mappings) < 0)
		return -ENOMEM;
	pass->mappings[pass->n_mappings++] = *mapping;
	return 0;
}

/* -EACCES, -EPERM: not allowed. */
static int read_mappings(struct pass *pass, const struct visit *visit)
{
	int fd = openat(visit->fd, "maps", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct mapping mapping;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int r = 0;

	pass->n_mappings = 0;
	if (file == NULL) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return is_denied(r) || r == -ENOMEM ? r : 0;
	}
	errno = 0;
	while (r == 0 && (n = getline(&line, &size, file)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (parse_mapping(line, &mapping))
			r = add_mapping(pass, &mapping);
	}
	if (r == 0 && is_denied(-errno))
		r = -errno;
	free(line);
	fclose(file);
	return r;
}

static struct attachment *find_attachment(struct pass *pass, const struct visit *visit, int id)
{
	struct processes *found = &pass->found;

	/* Those of one process are adjacent. */
	for (size_t i = found->n_attachments; visit->has_entry && i-- > 0;) {
		struct attachment *attachment = &found->attachments[i];

		if (attachment->process != visit->entry)
			break;
		if (attachment->id == id)
			return attachment;
	}
	return NULL;
}

static int add_attachment(struct pass *pass, struct visit *visit, const struct mapping *mapping)
{
	struct processes *found = &pass->found;
	struct attachment *attachment = find_attachment(pass, visit, mapping->id);
	int r;

	if (attachment == NULL) {
		r = enter(pass, visit);
		if (r == 0)
			r = grow(&found->attachments, found->n_attachments, sizeof *found->attachments);
		if (r < 0)
			return r;
		attachment = &found->attachments[found->n_attachments++];
		*attachment = (struct attachment){
			.id = mapping->id,
			.key = mapping->key,
			.process = visit->entry,
		};
	}
	attachment->n_mappings++;
	attachment->can_write |= mapping->can_write;
	return 0;
}

static int look_at_mappings(struct pass *pass, struct visit *visit)
{
	int r;

	r = read_mappings(pass, visit);
	for (size_t i = 0; r == 0 && i < pass->n_mappings; i++)
		r = add_attachment(pass, visit, &pass->mappings[i]);
	return r == -ESRCH ? 0 : r;
}

/* -- what is blocked -------------------------------------------------------------------------------------- */

/* -EACCES, -EPERM: not allowed; -ENOMEM. */
static int look_at_thread(struct pass *pass, struct visit *visit, int task_fd, const char *name)
{
	struct processes *found = &pass->found;
	struct blocked blocked;
	char path[32], line[256];
	ssize_t n;
	pid_t tid;
	int r;

	if (!process_id_from_string(name, &tid))
		return 0;
	snprintf(path, sizeof path, "%d/syscall", (int)tid);
	n = process_read(task_fd, path, line, sizeof line);
	if (is_denied(n))
		return (int)n;
	if (n <= 0 || !blocked_decode(line, tid, pass->mappings, pass->n_mappings, &blocked))
		return 0;
	r = enter(pass, visit);
	if (r == 0)
		r = grow(&found->blocked, found->n_blocked, sizeof *found->blocked);
	if (r < 0)
		return r == -ESRCH ? 0 : r;
	blocked.process = visit->entry;
	blocked.pid = visit->pid;
	snprintf(path, sizeof path, "%d/stat", (int)tid);
	blocked.is_stopped = process_state_is_stopped(process_state(task_fd, path));
	found->blocked[found->n_blocked++] = blocked;
	return 0;
}

static int look_at_threads(struct pass *pass, struct visit *visit)
{
	int fd = openat(visit->fd, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (folder == NULL) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return error == ENOMEM ? -ENOMEM : 0;
	}
	while (r == 0 && (entry = readdir(folder)) != NULL)
		r = look_at_thread(pass, visit, dirfd(folder), entry->d_name);
	closedir(folder);
	return r;
}

/* -- one process ----------------------------------------------------------------------------------------- */

/* Whether nothing is hidden although the look was denied: a kernel thread, or a process that has ended. */
static bool has_nothing_to_see(int process_fd)
{
	char stat[512], *p, state;
	unsigned long flags;
	ssize_t n;

	n = process_read(process_fd, "stat", stat, sizeof stat);
	if (n < 0)
		return !is_denied(n); /* hidepid=1 denies even this */
	p = strrchr(stat, ')');	      /* a command may hold anything, also ')' */
	if (p == NULL || sscanf(p + 1, " %c %*d %*d %*d %*d %*d %lu", &state, &flags) != 2)
		return true;
	return state == 'Z' || state == 'X' || (flags & FLAG_KERNEL_THREAD) != 0;
}

/* The size or a negative errno. */
static ssize_t read_namespace(int folder_fd, const char *path, char buffer[static NAMESPACE_MAX])
{
	ssize_t n = readlinkat(folder_fd, path, buffer, NAMESPACE_MAX - 1);

	if (n < 0)
		return -errno;
	buffer[n] = '\0';
	return n;
}

static int add_unseen(struct processes *found, const struct visit *visit)
{
	struct stat st;

	if (fstat(visit->fd, &st) < 0)
		return 0; /* gone */
	if (grow(&found->unseen, found->n_unseen, sizeof *found->unseen) < 0)
		return -ENOMEM;
	found->unseen[found->n_unseen++] = (struct unseen){ .pid = visit->pid, .uid = st.st_uid };
	return 0;
}

static int look_at_process(struct pass *pass, int proc_fd, const char *name)
{
	char namespace[NAMESPACE_MAX];
	struct visit visit = { 0 };
	ssize_t r;

	if (!process_id_from_string(name, &visit.pid))
		return 0;
	visit.fd = openat(proc_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (visit.fd < 0)
		return 0; /* gone */
	r = read_namespace(visit.fd, "ns/ipc", namespace);
	if (r >= 0) {
		visit.is_elsewhere = strcmp(namespace, pass->our_namespace) != 0;
		r = look_at_mappings(pass, &visit);
	}
	if (r >= 0 && !visit.is_elsewhere)
		r = look_at_threads(pass, &visit);
	if (is_denied(r) && !has_nothing_to_see(visit.fd))
		r = add_unseen(&pass->found, &visit);
	close(visit.fd);
	return r == -ENOMEM ? -ENOMEM : 0;
}

/* -- all of them ------------------------------------------------------------------------------------------ */

static int compare_attachments(const void *a, const void *b, void *context)
{
	const struct attachment *one = a, *other = b;
	const struct process *items = context;
	const struct process *process = &items[one->process], *other_process = &items[other->process];

	if (one->id != other->id)
		return one->id < other->id ? -1 : 1;
	if (process->is_elsewhere != other_process->is_elsewhere)
		return process->is_elsewhere ? 1 : -1;
	return process->pid < other_process->pid ? -1 : process->pid > other_process->pid;
}

static int compare_objects(const struct blocked *one, enum kipc_kind kind, int id)
{
	if (one->kind != kind)
		return one->kind < kind ? -1 : 1;
	return one->id < id ? -1 : one->id > id;
}

static int compare_blocked(const void *a, const void *b)
{
	const struct blocked *one = a, *other = b;
	int r = compare_objects(one, other->kind, other->id);

	if (r != 0)
		return r;
	if (one->pid != other->pid)
		return one->pid < other->pid ? -1 : 1;
	return one->tid < other->tid ? -1 : one->tid > other->tid;
}

static void sort(struct processes *found)
{
	if (found->n_attachments > 0)
		qsort_r(found->attachments, found->n_attachments, sizeof *found->attachments,
			compare_attachments, found->items);
	if (found->n_blocked > 0)
		qsort(found->blocked, found->n_blocked, sizeof *found->blocked, compare_blocked);
}

int processes_read(struct processes *ret_processes)
{
	struct pass pass = { 0 };
	struct dirent *entry;
	DIR *folder;
	int r;

	r = (int)read_namespace(AT_FDCWD, "/proc/self/ns/ipc", pass.our_namespace);
	if (r == -ENOENT) { /* no /proc here, as in a bare chroot: everything else can still be shown */
		*ret_processes = (struct processes){ .has_hidden = true };
		return 0;
	}
	if (r < 0)
		return r;
	folder = opendir("/proc");
	if (folder == NULL)
		return -errno;
	for (r = 0; r == 0;) {
		errno = 0;
		entry = readdir(folder);
		if (entry == NULL)
			break;
		r = look_at_process(&pass, dirfd(folder), entry->d_name);
	}
	/* The part that was not read may hide any process. */
	pass.found.has_hidden = r == 0 && errno != 0;
	closedir(folder);
	free(pass.mappings);
	/* Process 1 always exists; hidepid=2 hides it. */
	pass.found.has_hidden |= access("/proc/1", F_OK) < 0 && errno == ENOENT;
	if (r < 0) {
		processes_done(&pass.found);
		return r;
	}
	sort(&pass.found);
	*ret_processes = pass.found;
	return 0;
}

void processes_done(struct processes *processes)
{
	free(processes->items);
	free(processes->attachments);
	free(processes->blocked);
	free(processes->unseen);
	*processes = (struct processes){ 0 };
}

/* -- looking up ------------------------------------------------------------------------------------------- */

const struct attachment *processes_attached(const struct processes *processes,
					    const struct kipc_object *segment, size_t *ret_n)
{
	const struct attachment *first;
	size_t low = 0, high = processes->n_attachments, n = 0;
	uint64_t n_mappings = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (processes->attachments[middle].id < segment->id)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_n = 0;
	if (low == processes->n_attachments)
		return NULL;
	first = &processes->attachments[low];
	for (; low + n < processes->n_attachments && first[n].id == segment->id; n++) {
		/* A guess counts only while mappings are missing, and only with the right key. */
		if (processes->items[first[n].process].is_elsewhere &&
		    (n_mappings >= segment->segment.attached ||
		     (!segment->segment.removed && first[n].key != segment->key)))
			break;
		n_mappings += first[n].n_mappings;
	}
	*ret_n = n;
	return first;
}

const struct blocked *processes_blocked(const struct processes *processes, enum kipc_kind kind, int id,
					size_t *ret_n)
{
	const struct blocked *first;
	size_t low = 0, high = processes->n_blocked, n = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_objects(&processes->blocked[middle], kind, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_n = 0;
	if (low == processes->n_blocked)
		return NULL;
	first = &processes->blocked[low];
	while (low + n < processes->n_blocked && compare_objects(&first[n], kind, id) == 0)
		n++;
	*ret_n = n;
	return first;
}
