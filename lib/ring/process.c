/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What this process knows about itself, on a page that a fork clears. */

#include "lib/ring/process.h"

#include <assert.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/ring/image.h"
#include "lib/ring/proc.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* As <linux/pidfd.h> since Linux 6.11. */
#define PIDFD_GET_PID_NAMESPACE_IOCTL _IO(0xFF, 5)

static struct page {
	_Atomic uint32_t mark;
	_Atomic uint32_t pid;		/* 0: the process has made no claim, and `started` is not set */
	_Atomic uint64_t started;	/* as in struct ring_claim */
	_Atomic uint64_t pid_namespace; /* 0: not known */
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
	/* Another thread may have been faster: then its page counts. */
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
	static _Atomic uint32_t last_mark; /* a child continues its parent's count */
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
		/* Relaxed: each thread stores the same value. */
		atomic_store_explicit(&page->pid_namespace, inode, memory_order_relaxed);
		/* Release: the rest of the page is filled in. Pairs with the acquire above, in another thread. */
		atomic_compare_exchange_strong_explicit(
			&page->mark, &unknown,
			atomic_fetch_add_explicit(&last_mark, 1, memory_order_relaxed) + 1,
			memory_order_release, memory_order_relaxed);
	}
	*ret_mark = &page->mark;
	return 0;
}

/* Without /proc: the kernel tells since Linux 6.11. */
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
	uint64_t ours;

	assert(page != NULL);
	ours = atomic_load_explicit(&page->pid_namespace, memory_order_relaxed);
	return ours != 0 && ours != inode ? -EXDEV : 0;
}

static int learn_start(struct page *page)
{
	struct ring_proc process;
	int64_t offset;
	int r;

	r = ring_proc_read("self", &process);
	if (r == -EMFILE || r == -ENFILE)
		return r;
	if (r < 0)
		return -ENOSYS;
	/*
	 * As the initial time namespace has it, since the claim's readers may be in others. Relaxed: each
	 * thread stores the same.
	 */
	atomic_store_explicit(&page->started,
			      ring_proc_time_offset(&offset) ? process.started - (uint64_t)offset : 0,
			      memory_order_relaxed);
	/* Release: the start is filled in. Pairs with the acquire in ring_process_claim(). */
	atomic_store_explicit(&page->pid, (uint32_t)getpid(), memory_order_release);
	return 0;
}

int ring_process_claim(struct ring_claimant *ret_claim)
{
	static _Atomic uint32_t last_ticket;
	struct page *page = atomic_load_explicit(&the_page, memory_order_acquire);
	uint32_t ticket;
	int r;

	assert(page != NULL);
	if (atomic_load_explicit(&page->pid, memory_order_acquire) == 0) {
		r = learn_start(page);
		if (r < 0)
			return r;
	}
	/* Relaxed: all that matters is that no two claims get the same ticket. */
	ticket = atomic_fetch_add_explicit(&last_ticket, 1, memory_order_relaxed) & 0xffff;
	ticket |= ring_image() << RING_TICKET_IMAGE_SHIFT;
	ret_claim->owner = (uint64_t)ticket << RING_CLAIM_TICKET_SHIFT |
			   (uint64_t)atomic_load_explicit(&page->pid, memory_order_relaxed)
				   << RING_CLAIM_PID_SHIFT;
	ret_claim->started = atomic_load_explicit(&page->started, memory_order_relaxed);
	return 0;
}
