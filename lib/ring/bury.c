/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The end of a retired ring in this process: its memory goes back to the kernel while other threads may still
 * read it. An empty ring of our own replaces the mapping in one step.
 */

#include "lib/ring/bury.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "lib/ring/format.h"
#include "lib/ring/lock.h"

/*
 * An empty, retired ring in our own memory. Its positions differ from the ring's, so that waiting threads see
 * a move. MAP_FAILED.
 */
static struct ring_header *make_grave(const struct ring *ring)
{
	const struct ring_header *header = ring->header;
	uint64_t position =
		ring_word_position(atomic_load_explicit(&header->consumers.word, memory_order_relaxed));
	struct ring_header *grave;

	grave = mmap(NULL, ring->segment_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (grave == MAP_FAILED)
		return grave;
	ring_format_write(grave, ring->capacity * RING_UNIT, ring->max_message, ring->pid_namespace);
	atomic_store_explicit(&grave->retired, 1, memory_order_relaxed);
	for (unsigned i = 0; i < 2; i++) {
		struct ring_side *side = i == 0 ? &grave->producers : &grave->consumers;

		atomic_store_explicit(&side->word, ring_word_at(position + 1), memory_order_relaxed);
		atomic_store_explicit(&side->counts[0].position, (position + 1) & RING_POSITION_MASK,
				      memory_order_relaxed);
	}
	return grave;
}

/*
 * Replaces the ring's mapping by the grave, in one step. False: the kernel refuses, perhaps because of huge
 * pages.
 */
static bool lay_to_rest(struct ring *ring)
{
	struct ring_header *grave = make_grave(ring);

	if (grave == MAP_FAILED)
		return false;
	if (mremap(grave, ring->segment_size, ring->segment_size, MREMAP_MAYMOVE | MREMAP_FIXED,
		   ring->header) == MAP_FAILED) {
		munmap(grave, ring->segment_size);
		return false;
	}
	ring->is_buried = true;
	return true;
}

/*
 * Takes both locks, so that no other party is inside; through a second mapping, through which it unlocks them
 * when the first is gone. If we die in between, the kernel frees one of the locks; a call that waits for the
 * other learns that the ring is retired.
 */
static void bury_locked(struct ring *ring, struct ring_header *second)
{
	static const struct timespec long_ago;
	uint64_t producers, consumers;

	if (ring_lock_take(&second->producers, &long_ago, &producers) < 0)
		return;
	if (ring_lock_take(&second->consumers, &long_ago, &consumers) == 0) {
		(void)lay_to_rest(ring);
		(void)ring_lock_drop(&second->consumers, consumers);
	}
	(void)ring_lock_drop(&second->producers, producers);
}

void ring_bury(struct ring *ring)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	struct ring_header *second;

	if (!ring->is_writable || ring->is_buried || ring_admit(ring) < 0 ||
	    ring_hold_is_ours(&ring->reserved) || ring_hold_is_ours(&ring->acquired) ||
	    pthread_mutex_trylock(&one_at_a_time) != 0)
		return;
	/*
	 * No other segment gets the id while the first mapping exists. Another thread may just have replaced
	 * that mapping, so check again, under the mutex.
	 */
	second = ring->is_buried ? (void *)-1 : shmat(ring->id, NULL, 0);
	if (second != (void *)-1) {
		bury_locked(ring, second);
		shmdt(second);
	}
	pthread_mutex_unlock(&one_at_a_time);
}
