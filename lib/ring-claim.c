/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Messages where they lie: reserve, commit, abort; acquire, release. The program works on the ring's own memory for as
 * long as it likes, so no lock is held meanwhile: a claim in the segment keeps others off that side. It holds as long as
 * the side stands where it stood, so that the one compare-and-swap that moves the side ends it too, and a death leaves
 * either claim or message. A claim says which process made it; the next who comes looks whether that one lives.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ring-cursor.h"

#define STAT_SIZE 1024
#define START_FIELDS_BEHIND_STATE 19 /* proc(5): state is field 3, starttime 22 */

/* The state and the start of a process, in ticks since boot. False: /proc does not say. */
static bool read_process(pid_t pid, char *ret_state, uint64_t *ret_started)
{
	char path[32], text[STAT_SIZE], *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strrchr(text, ')'); /* a command may contain anything */
	if (at == NULL || at[1] != ' ')
		return false;
	*ret_state = at[2];
	at += 2;
	for (unsigned i = 0; i < START_FIELDS_BEHIND_STATE; i++) {
		at = strchr(at, ' ');
		if (at == NULL)
			return false;
		at++;
	}
	*ret_started = strtoull(at, NULL, 10);
	return true;
}

static bool is_alive(uint32_t pid, uint64_t started)
{
	uint64_t started_now;
	char state;

	if (pid == 0 || pid > INT_MAX || (kill((pid_t)pid, 0) < 0 && errno == ESRCH))
		return false;
	if (!read_process((pid_t)pid, &state, &started_now))
		return true; /* hidden from us; it is there */
	return state != 'Z' && state != 'X' && started_now == started;
}

/* Relaxed throughout: claims are read and written under their side's lock. */

bool ring_claim_is_held(struct ring_side *side, uint64_t position)
{
	struct ring_claim *claim = &side->claim;

	if (atomic_load_explicit(&claim->position, memory_order_relaxed) != position)
		return false; /* the side has moved since */
	if (is_alive(atomic_load_explicit(&claim->pid, memory_order_relaxed),
		     atomic_load_explicit(&claim->started, memory_order_relaxed)))
		return true;
	atomic_store_explicit(&claim->pid, 0, memory_order_relaxed);
	return false;
}

bool ring_claim_is_own(const struct ring *ring, const struct ring_side *side)
{
	const struct ring_hold *hold = side == &ring->header->producers ? &ring->reserved : &ring->acquired;

	return atomic_load_explicit(&hold->is_held, memory_order_relaxed) &&
	       ring->ticket == atomic_load_explicit(&side->claim.ticket, memory_order_relaxed) &&
	       ring_thread.pid == atomic_load_explicit(&side->claim.pid, memory_order_relaxed);
}

static int know_thyself(void)
{
	char state;

	if (ring_thread.pid != 0)
		return 0;
	if (!read_process(getpid(), &state, &ring_thread.started))
		return -ENOSYS;
	ring_thread.pid = (uint32_t)getpid();
	return 0;
}

/* Claims the side at the position that the cursor's word shows, and lets go of the lock. */
static int claim_and_drop(struct ring *ring, struct ring_side *side, struct ring_hold *hold,
			  const struct ring_cursor *cursor, uint64_t position, uint32_t size)
{
	struct ring_claim *claim = &side->claim;

	/* Release, here and at the end: a claim cut short by death must not name somebody who lives. */
	atomic_store_explicit(&claim->pid, 0, memory_order_release);
	atomic_store_explicit(&claim->started, ring_thread.started, memory_order_release);
	atomic_store_explicit(&claim->ticket, ring->ticket, memory_order_relaxed);
	atomic_store_explicit(&claim->position, position, memory_order_relaxed);
	atomic_store_explicit(&claim->pid, ring_thread.pid, memory_order_release);
	if (ring_lock_drop(side, cursor->word) < 0)
		return ring_broken(ring, KIPC_RING_LOCK);
	hold->cursor = *cursor;
	hold->size = size;
	atomic_store_explicit(&hold->is_held, true, memory_order_relaxed);
	return 0;
}

/* Moves the side over the record and with that ends the claim. */
static int move_on(struct ring *ring, struct ring_side *side, struct ring_hold *hold)
{
	struct ring_cursor *cursor = &hold->cursor;
	int r;

	atomic_store_explicit(&hold->is_held, false, memory_order_relaxed);
	ring_cursor_pass(ring, cursor, hold->size);
	ring_cursor_write(side, cursor);
	r = ring_lock_move_claimed(side, ring_word_position(cursor->word), cursor->position);
	return r == -EBADMSG ? ring_broken(ring, KIPC_RING_LOCK) : r;
}

static int give_up(struct ring *ring, struct ring_side *side, struct ring_hold *hold)
{
	const bool is_own = ring_claim_is_own(ring, side);
	uint64_t word;
	int r;

	atomic_store_explicit(&hold->is_held, false, memory_order_relaxed);
	r = ring_lock_take(side, NULL, &word);
	if (r < 0)
		return r;
	if (is_own && ring_word_position(word) == ring_word_position(hold->cursor.word))
		atomic_store_explicit(&side->claim.pid, 0, memory_order_relaxed);
	/* Those who wait for the claim sleep until the side moves, which it does not. */
	return ring_lock_leave(side, ring_word_position(word), true) < 0 ? ring_broken(ring, KIPC_RING_LOCK)
									 : 0;
}

/* -- producers -- */

int ring_reserve(struct ring *ring, size_t size, int64_t timeout, void **ret_data)
{
	struct ring_patience patience = { .timeout = timeout };
	struct ring_side *side = &ring->header->producers;
	struct ring_cursor cursor;
	uint64_t seen, position;
	int r;

	if (size > ring->max_message)
		return -EMSGSIZE;
	if (atomic_load_explicit(&ring->reserved.is_held, memory_order_relaxed))
		return -EALREADY;
	r = know_thyself();
	while (r == 0) {
		r = ring_enter(ring, side, &patience, &cursor);
		if (r < 0)
			break;
		position = cursor.position;
		r = ring_make_room(ring, &cursor, ring_units(size), &seen);
		if (r > 0) {
			r = claim_and_drop(ring, side, &ring->reserved, &cursor, position, (uint32_t)size);
			if (r == 0)
				*ret_data = ring_record_at(ring, cursor.offset) + 1;
			return r;
		}
		if (ring_lock_drop(side, cursor.word) < 0)
			r = ring_broken(ring, KIPC_RING_LOCK);
		if (r == 0)
			r = ring_await_room(ring, seen, &patience);
	}
	return r;
}

int ring_commit(struct ring *ring, long type, size_t size)
{
	struct ring_hold *hold = &ring->reserved;

	if (!atomic_load_explicit(&hold->is_held, memory_order_relaxed) || type < 1 || size > hold->size)
		return -EINVAL;
	hold->size = (uint32_t)size;
	*ring_record_at(ring, hold->cursor.offset) =
		(struct ring_record){ hold->size, RING_RECORD_MESSAGE, type };
	return move_on(ring, &ring->header->producers, hold);
}

int ring_abort(struct ring *ring)
{
	if (!atomic_load_explicit(&ring->reserved.is_held, memory_order_relaxed))
		return -EINVAL;
	return give_up(ring, &ring->header->producers, &ring->reserved);
}

/* -- consumers -- */

ssize_t ring_acquire(struct ring *ring, int64_t timeout, const void **ret_data, long *ret_type)
{
	struct ring_patience patience = { .timeout = timeout };
	struct ring_side *side = &ring->header->consumers;
	struct ring_cursor cursor;
	struct ring_record record;
	uint64_t seen, position;
	int r;

	if (atomic_load_explicit(&ring->acquired.is_held, memory_order_relaxed))
		return -EALREADY;
	r = know_thyself();
	while (r == 0) {
		r = ring_enter(ring, side, &patience, &cursor);
		if (r < 0)
			break;
		position = cursor.position;
		r = ring_find_record(ring, &cursor, &record, &seen);
		if (r > 0) {
			r = claim_and_drop(ring, side, &ring->acquired, &cursor, position, record.size);
			if (r < 0)
				return r;
			*ret_data = ring_record_at(ring, cursor.offset) + 1;
			if (ret_type != NULL)
				*ret_type = (long)record.type;
			return record.size;
		}
		if (ring_lock_drop(side, cursor.word) < 0)
			r = ring_broken(ring, KIPC_RING_LOCK);
		if (r == 0)
			r = ring_await_message(ring, seen, &patience);
	}
	return r == -EAGAIN ? -ENOMSG : r;
}

int ring_release(struct ring *ring)
{
	if (!atomic_load_explicit(&ring->acquired.is_held, memory_order_relaxed))
		return -EINVAL;
	return move_on(ring, &ring->header->consumers, &ring->acquired);
}

void ring_let_go(struct ring *ring)
{
	(void)ring_abort(ring);
	if (atomic_load_explicit(&ring->acquired.is_held, memory_order_relaxed))
		(void)give_up(ring, &ring->header->consumers, &ring->acquired);
}
