/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The memory orders of a ring, checked by Relacy: it tries interleavings, and all values that a weakly
 * ordered load may return. This is a port of the few atomic operations that carry the data from one side to
 * the other; comments name their places in lib/. The slots are plain memory, so that an order that is too
 * weak is a race, which Relacy reports. There are two producers and one consumer. With one slot, it is
 * written again after it was read; with two, one producer follows the other without the consumer in between.
 *
 * ORDER_OF_MOVE, ORDER_OF_TAKE and ORDER_OF_LOOK can be weakened from outside; Relacy must then find a race.
 */

#include <relacy/relacy.hpp>

#ifndef N_SLOTS
#define N_SLOTS 1
#endif
#ifndef ORDER_OF_MOVE
#define ORDER_OF_MOVE rl::mo_release /* ring_lock_move() */
#endif
#ifndef ORDER_OF_TAKE
#define ORDER_OF_TAKE rl::mo_acquire /* ring_lock_try() */
#endif
#ifndef ORDER_OF_LOOK
#define ORDER_OF_LOOK rl::mo_acquire /* ring_cursor_make_room_slowly(), ring_cursor_look_ahead() */
#endif

enum {
	SLOTS = N_SLOTS,
	MESSAGES = 2,
	OWNED = 1,
	ONE = 2
}; /* a word is twice the position, plus 1 while it is held */

struct ring_orders : rl::test_suite<ring_orders, 3> {
	rl::atomic<unsigned> producers, consumers;
	rl::var<unsigned> slots[SLOTS];
	rl::var<unsigned> sent, received; /* as the counts: only under the lock of their side */

	void before()
	{
		producers($).store(0, rl::mo_relaxed);
		consumers($).store(0, rl::mo_relaxed);
		sent($) = 0;
		received($) = 0;
	}

	/* ring_lock_try(): the word, with the lock held. */
	unsigned take(rl::atomic<unsigned> &side)
	{
		rl::linear_backoff backoff;

		for (;;) {
			unsigned word = side($).load(rl::mo_relaxed);

			if (!(word & OWNED) && side($).compare_exchange_strong(word, word | OWNED,
									       ORDER_OF_TAKE, rl::mo_relaxed))
				return word;
			backoff.yield($);
		}
	}

	/* ring_lock_move() */
	void move(rl::atomic<unsigned> &side, unsigned word, unsigned to)
	{
		unsigned held = word | OWNED;

		RL_ASSERT(side($).compare_exchange_strong(held, to, ORDER_OF_MOVE, rl::mo_relaxed));
	}

	/* ring_send() */
	void produce(unsigned message)
	{
		rl::linear_backoff backoff;

		for (;;) {
			unsigned word = take(producers), seen = consumers($).load(ORDER_OF_LOOK) & ~OWNED;

			if (word - seen < SLOTS * ONE) {
				slots[word / ONE % SLOTS]($) = message;
				sent($) = sent($) + 1;
				move(producers, word, word + ONE);
				return;
			}
			move(producers, word, word); /* ring_lock_drop() */
			backoff.yield($);
		}
	}

	/* ring_recv() */
	unsigned consume()
	{
		rl::linear_backoff backoff;

		for (;;) {
			unsigned word = take(consumers), seen = producers($).load(ORDER_OF_LOOK) & ~OWNED;

			if (seen != word) {
				unsigned message = slots[word / ONE % SLOTS]($);

				received($) = received($) + 1;
				move(consumers, word, word + ONE);
				return message;
			}
			move(consumers, word, word);
			backoff.yield($);
		}
	}

	void thread(unsigned index)
	{
		if (index < 2) {
			produce(index + 1);
			return;
		}
		unsigned sum = 0;

		for (unsigned i = 0; i < MESSAGES; i++)
			sum += consume();
		RL_ASSERT(sum == 1 + 2);
	}

	void after()
	{
		RL_ASSERT(sent($) == MESSAGES && received($) == MESSAGES);
	}
};

int main()
{
	rl::test_params parameters;

	parameters.iteration_count = ITERATIONS;
	parameters.search_type = rl::random_scheduler_type;
	return rl::simulate<ring_orders>(parameters) ? 0 : 1;
}
