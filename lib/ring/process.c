/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whose a claim is, and whether that process is still there. Called by ring/claim.c and ring/lock.c.
 *
 * The death of a process must be proven: its number is free, or it is a zombie none of whose threads lives, or its number
 * belongs to another process by now. /proc counts only if it can be read and shows our own PID namespace. It gives the start
 * of a process in the reader's time namespace; claims hold it as the initial one has it.
 */

#include "lib/ring/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STAT_SIZE 1024
#define MAPS_SIZE 8192
#define NSEC_PER_SEC 1000000000

/* proc(5): fields of /proc/PID/stat, counted from the state, which is the third. */
#define THREADS_BEHIND_STATE 17
#define START_BEHIND_STATE 19

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* As <linux/pidfd.h> since Linux 6.11. */
#define PIDFD_GET_PID_NAMESPACE_IOCTL _IO(0xFF, 5)

/* -- this process -- */

static struct page {
	_Atomic uint32_t mark;
	_Atomic uint32_t pid;		/* 0: it has made no claim yet; then the next is nothing either */
	_Atomic uint64_t started;	/* as in struct ring_claim */
	_Atomic uint64_t pid_namespace; /* 0: nothing tells */
} * _Atomic the_page;

static int map_page(struct page **ret_page)
{
	struct page *found = NULL, *page;

	page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	if (madvise(page, sizeof *page, MADV_WIPEONFORK) < 0) {
		munmap(page, sizeof *page);
		return -ENOSYS;
	}
	/* Another thread may have been faster. */
	if (!atomic_compare_exchange_strong_explicit(&the_page, &found, page, memory_order_acq_rel,
						     memory_order_acquire)) {
		munmap(page, sizeof *page);
		page = found;
	}
	*ret_page = page;
	return 0;
}

int ring_process_know(const _Atomic uint32_t **ret_mark)
{
	static _Atomic uint32_t last_mark; /* a child goes on counting where its parent was */
	struct page *page = atomic_load_explicit(&the_page, memory_order_acquire);
	uint32_t unknown = 0;
	uint64_t inode = 0;
	int r = 0;

	if (page == NULL)
		r = map_page(&page);
	if (r < 0)
		return r;
	if (atomic_load_explicit(&page->mark, memory_order_acquire) == 0) {
		if (ring_process_namespace(&inode) < 0)
			inode = 0;
		/* Relaxed: each thread stores the same. */
		atomic_store_explicit(&page->pid_namespace, inode, memory_order_relaxed);
		/* Release: the rest is there; pairs with the acquire above, in another thread. */
		atomic_compare_exchange_strong_explicit(
			&page->mark, &unknown,
			atomic_fetch_add_explicit(&last_mark, 1, memory_order_relaxed) + 1,
			memory_order_release, memory_order_relaxed);
	}
	*ret_mark = &page->mark;
	return 0;
}

/* Where /proc cannot be seen, a new kernel tells as well. */
static int namespace_of_self(struct stat *ret_stat)
{
	int self, fd = -1, r = -EXDEV;

	self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (self >= 0)
		fd = ioctl(self, PIDFD_GET_PID_NAMESPACE_IOCTL, 0);
	if (fd >= 0 && fstat(fd, ret_stat) == 0)
		r = 0;
	if (fd >= 0)
		syscall(SYS_close, fd);
	if (self >= 0)
		syscall(SYS_close, self);
	return r;
}

int ring_process_namespace(uint64_t *ret_inode)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) < 0 && namespace_of_self(&st) < 0)
		return -EXDEV;
	*ret_inode = st.st_ino;
	return 0;
}

int ring_process_check_namespace(uint64_t inode)
{
	const struct page *page = atomic_load_explicit(&the_page, memory_order_acquire);
	uint64_t ours = atomic_load_explicit(&page->pid_namespace, memory_order_relaxed);

	return ours != 0 && ours != inode ? -EXDEV : 0;
}

/* Of the program that runs: random to everybody else, and another one after an execve(2). Never 0. */
static uint32_t image(void)
{
	static _Atomic uint32_t known;
	const unsigned char *random;
	uint32_t hash = atomic_load_explicit(&known, memory_order_relaxed);

	if (hash != 0)
		return hash;
	/* A hash, since parts of these 16 bytes are secrets of the C library. */
	random = (const unsigned char *)getauxval(AT_RANDOM);
	hash = 2166136261U;
	for (size_t i = 0; random != NULL && i < 16; i++)
		hash = (hash ^ random[i]) * 16777619U;
	hash = (hash ^ hash >> 16) & 0xffff;
	hash = hash == 0 ? 1 : hash;
	/* Relaxed: a number that stays. */
	atomic_store_explicit(&known, hash, memory_order_relaxed);
	return hash;
}

/* -- /proc -- */

static int open_proc(const char *pid, const char *file)
{
	char path[48];

	snprintf(path, sizeof path, "/proc/%s/%s", pid, file);
	/* Here and below, not the functions of libc, which are points of cancellation. */
	return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
}

/* Reads all of a small file as text. -errno. */
static int read_proc(const char *pid, const char *file, char *text, size_t size)
{
	size_t at = 0;
	ssize_t n = 0;
	int fd, r = 0;

	fd = open_proc(pid, file);
	if (fd < 0)
		return -errno;
	while (at < size - 1 && (n = syscall(SYS_read, fd, text + at, size - 1 - at)) > 0)
		at += (size_t)n;
	if (n < 0)
		r = -errno;
	syscall(SYS_close, fd);
	text[at] = '\0';
	return r;
}

struct process {
	char state;
	unsigned long threads; /* that have not been reaped, the first included */
	uint64_t started;      /* ticks since boot, as our time namespace has it */
};

/* Field n of a line, counted from `at`. NULL: it has fewer. */
static const char *field(const char *at, unsigned n)
{
	for (; n > 0; n--) {
		at = strchr(at, ' ');
		if (at == NULL)
			return NULL;
		at++;
	}
	return at;
}

/* -errno; -EBADMSG: it does not say. */
static int read_process(const char *pid, struct process *ret_process)
{
	const char *at, *threads, *started;
	char text[STAT_SIZE];
	int r;

	r = read_proc(pid, "stat", text, sizeof text);
	if (r < 0)
		return r;
	at = strrchr(text, ')'); /* a command may contain anything */
	if (at == NULL || at[1] != ' ')
		return -EBADMSG;
	threads = field(at + 2, THREADS_BEHIND_STATE);
	started = field(at + 2, START_BEHIND_STATE);
	if (threads == NULL || started == NULL)
		return -EBADMSG;
	ret_process->state = at[2];
	ret_process->threads = strtoul(threads, NULL, 10);
	ret_process->started = strtoull(started, NULL, 10);
	return 0;
}

/* Whether the numbers there are those of our own PID namespace: then it knows one number of ours, and this one. */
static bool proc_is_ours(void)
{
	char text[4096], *at, *end;

	if (read_proc("self", "status", text, sizeof text) < 0)
		return false;
	at = strstr(text, "\nNSpid:");
	if (at == NULL)
		return false;
	return strtol(at + strlen("\nNSpid:"), &end, 10) == getpid() && *end == '\n';
}

/* How many ticks our time namespace is ahead of the initial one. False: nothing tells. */
static bool time_offset(int64_t *ret_ticks)
{
	char ours[64], of_children[64], text[256], *at;
	ssize_t n = readlink("/proc/self/ns/time", ours, sizeof ours);
	long long seconds, nanoseconds;

	*ret_ticks = 0;
	if (n < 0)
		return errno == ENOENT; /* a kernel without them */
	/* What follows is about the children's. */
	if (readlink("/proc/self/ns/time_for_children", of_children, sizeof of_children) != n ||
	    memcmp(ours, of_children, (size_t)n) != 0)
		return false;
	if (read_proc("self", "timens_offsets", text, sizeof text) < 0)
		return false;
	at = strstr(text, "boottime");
	if (at == NULL || sscanf(at, "boottime %lld %lld", &seconds, &nanoseconds) != 2)
		return false;
	*ret_ticks = (int64_t)(seconds * sysconf(_SC_CLK_TCK) +
			       nanoseconds / (NSEC_PER_SEC / sysconf(_SC_CLK_TCK)));
	return true;
}

/* -- claims -- */

static int learn_start(struct page *page)
{
	struct process process;
	int64_t offset;
	int r;

	r = read_process("self", &process);
	if (r == -EMFILE || r == -ENFILE)
		return r;
	if (r < 0)
		return -ENOSYS;
	/* Relaxed: each thread stores the same. */
	atomic_store_explicit(&page->started, time_offset(&offset) ? process.started - (uint64_t)offset : 0,
			      memory_order_relaxed);
	/* Release: the start is there; pairs with the acquire in ring_process_claim(). */
	atomic_store_explicit(&page->pid, (uint32_t)getpid(), memory_order_release);
	return 0;
}

int ring_process_claim(struct ring_claimant *ret_claim)
{
	static _Atomic uint32_t last_ticket;
	struct page *page = atomic_load_explicit(&the_page, memory_order_acquire);
	uint32_t ticket;
	int r;

	if (atomic_load_explicit(&page->pid, memory_order_acquire) == 0) {
		r = learn_start(page);
		if (r < 0)
			return r;
	}
	/* Relaxed: all that matters is that no two get the same. */
	ticket = atomic_fetch_add_explicit(&last_ticket, 1, memory_order_relaxed) & 0xffff;
	ticket |= image() << RING_TICKET_IMAGE_SHIFT;
	ret_claim->owner = (uint64_t)ticket << RING_CLAIM_TICKET_SHIFT |
			   (uint64_t)atomic_load_explicit(&page->pid, memory_order_relaxed)
				   << RING_CLAIM_PID_SHIFT;
	ret_claim->started = atomic_load_explicit(&page->started, memory_order_relaxed);
	return 0;
}

/* The same but for what two roundings to a tick may make of it. In doubt it is. */
static bool is_same_start(uint64_t claimed, uint64_t now)
{
	int64_t offset, difference;

	if (claimed == 0 || claimed == now || !time_offset(&offset))
		return true;
	difference = (int64_t)(now - (uint64_t)offset - claimed);
	return difference >= -1 && difference <= 1;
}

bool ring_process_is_dead(const struct ring_claimant *claim)
{
	uint32_t pid = ring_claimant_pid(claim->owner);
	struct process process;
	char number[16];

	if (pid == 0 || pid > INT_MAX || (kill((pid_t)pid, 0) < 0 && errno == ESRCH))
		return true;
	snprintf(number, sizeof number, "%d", (int)pid);
	if (read_process(number, &process) < 0)
		return false; /* hidden from us, or there is no descriptor; it is there */
	/* A process whose first thread has ended is shown as a zombie while others run. */
	if (((process.state == 'Z' || process.state == 'X') && process.threads <= 1) ||
	    !is_same_start(claim->started, process.started))
		return proc_is_ours();
	return false;
}

/* Whether a line of /proc/PID/maps is a mapping of that segment. */
static bool is_of_segment(const char *line, int id)
{
	unsigned long inode;

	return strstr(line, "/SYSV") != NULL && sscanf(line, "%*s %*s %*s %*s %lu", &inode) == 1 &&
	       inode == (unsigned long)id;
}

/* Takes the whole lines off a text. True: one of them is of the segment. */
static bool search_lines(char *text, size_t *size, int id)
{
	char *line = text, *end;
	bool found = false;

	while ((end = memchr(line, '\n', (size_t)(text + *size - line))) != NULL && !found) {
		*end = '\0';
		found = is_of_segment(line, id);
		line = end + 1;
	}
	*size -= (size_t)(line - text);
	memmove(text, line, *size);
	return found;
}

/* False: it has other memory mapped, and not the segment. In doubt it has. */
static bool has_mapped(uint32_t pid, int id)
{
	char number[16], text[MAPS_SIZE];
	bool has_memory = false, found = false;
	size_t size = 0;
	ssize_t n = 0;
	int fd;

	snprintf(number, sizeof number, "%d", (int)pid);
	fd = open_proc(number, "maps");
	if (fd < 0)
		return true;
	while (!found && size < sizeof text &&
	       (n = syscall(SYS_read, fd, text + size, sizeof text - size)) > 0) {
		has_memory = true;
		size += (size_t)n;
		found = search_lines(text, &size, id);
	}
	syscall(SYS_close, fd);
	/* With its first thread gone, the memory of a process is not shown. */
	return found || !has_memory || n != 0;
}

bool ring_process_is_another(const struct ring_claimant *claim, int id)
{
	uint32_t pid = ring_claimant_pid(claim->owner),
		 of_claim = ring_claimant_ticket(claim->owner) >> RING_TICKET_IMAGE_SHIFT;

	if (pid == (uint32_t)getpid())
		return of_claim != 0 && of_claim != image();
	return !has_mapped(pid, id) && proc_is_ours();
}
