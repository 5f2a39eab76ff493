/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The protocol of a ring's words (lib/ring/lock.c, lib/ring/send.c, lib/ring/recv.c) as a model: PRODUCERS and CONSUMERS on a data area of
 * CAPACITY messages, and DEATHS of any of them at any step. Each step of a process is one atomic operation on shared memory, or one
 * that the kernel does under a lock of its own.
 *
 * Checked: a consumer receives exactly what was published at that position (assertions at both moves; a position moves once, so
 * nothing is lost or repeated); and when nothing moves any more, no living party waits for what is there.
 *
 * Not in the model: positions that wrap (31 bits), messages of several sizes and padding, claims, retiring, a contender's
 * naps (it waits until the lock is free), timeouts and signals.
 */

#ifndef PRODUCERS
#define PRODUCERS 2
#endif
#ifndef CONSUMERS
#define CONSUMERS 2
#endif
#ifndef MESSAGES
#define MESSAGES 2 /* by each producer */
#endif
#ifndef CAPACITY
#define CAPACITY 2
#endif
#ifndef BATCH
#define BATCH 1 /* messages that one move publishes at most */
#endif
#ifndef TAKES
#define TAKES 0 /* messages after which a consumer stops; 0: it never does */
#endif
#ifndef DEATHS
#define DEATHS 1
#endif

#define PARTIES (PRODUCERS + CONSUMERS)
#define TOTAL (PRODUCERS * MESSAGES)

/* The two sides, and neither. */
#define NONE 2
#define P 0
#define C 1

/* The word of each side. Owners are parties, counted from 1; 0: none. */
byte position[2];
bit sleepers[2], waiters[2], died[2];
byte owner[2];

/* The data area: a message has two halves, written and read one after the other. */
byte first[CAPACITY], second[CAPACITY];

/* What was published at each position. Only assertions read it. */
byte published[TOTAL + 1];

/* The parties as the kernel knows them: what they announced, and what they sleep on. */
byte announced[PARTIES + 1] = NONE;
byte on_lock[PARTIES + 1] = NONE;     /* queued on the lower half of that side's word */
byte on_position[PARTIES + 1] = NONE; /* on the upper half */
bit woken[PARTIES + 1], dead[PARTIES + 1], done[PARTIES + 1];

/* -- the kernel -- */

inline wake(party)
{
	on_lock[party] = NONE;
	on_position[party] = NONE;
	woken[party] = 1;
}

/* FUTEX_WAKE of all on the upper half. */
inline wake_all(side, i)
{
	d_step {
		i = 1;
		do
		:: i <= PARTIES ->
			if
			:: on_position[i] == side -> wake(i)
			:: else
			fi;
			i++
		:: else -> break
		od;
		i = 0
	}
}

/* The party that the kernel finds first: any of them. */
inline wake_one_on_lock(side)
{
	if
	:: on_lock[1] == side -> wake(1)
	:: on_lock[2] == side -> wake(2)
#if PARTIES > 2
	:: on_lock[3] == side -> wake(3)
#endif
#if PARTIES > 3
	:: on_lock[4] == side -> wake(4)
#endif
	:: else
	fi
}

/* SIGKILL at any moment, and then exit_robust_list(): first the word, then the wake. */
proctype killer()
{
	byte victim, side, deaths;
	bit wakes;

	do
	:: deaths < DEATHS ->
		atomic {
			if
			:: !dead[1] && !done[1] -> victim = 1
			:: !dead[2] && !done[2] -> victim = 2
#if PARTIES > 2
			:: !dead[3] && !done[3] -> victim = 3
#endif
#if PARTIES > 3
			:: !dead[4] && !done[4] -> victim = 4
#endif
			fi;
			dead[victim] = 1;
			on_lock[victim] = NONE;
			on_position[victim] = NONE;
			deaths++
		}
		d_step {
			side = announced[victim];
			wakes = 0;
			if
			:: side != NONE && owner[side] == victim ->
				wakes = waiters[side];
				owner[side] = 0;
				died[side] = 1
			:: side != NONE && owner[side] == 0 -> wakes = 1
			:: else
			fi
		}
		if
		:: wakes -> atomic { wake_one_on_lock(side) }
		:: else
		fi
	:: break
	od
}

/* -- lib/ring/lock.c -- */

/*
 * ring_lock_take(). A load and the compare-and-swap that relies on it are one step here: if anything had changed in between, the
 * loop would try again. A contender polls the word; here it waits until polling helps.
 */
inline take(side)
{
	atomic {
		announced[me] = side;
		owner[side] == 0 ->
		owner[side] = me;
		died[side] = 0
	}
}

/* ring_lock_move() and ring_lock_leave(). `to` is published if it differs from the side's position. */
inline move(side, to)
{
	atomic {
		assert(owner[side] == me);
		if
		:: !waiters[side] && !sleepers[side] ->
			publish(side, to);
			owner[side] = 0;
			announced[me] = NONE
		:: sleepers[side] && position[side] == to ->
			owner[side] = 0;
			announced[me] = NONE
		:: else ->
#ifdef BREAK_BLIND_FAST_PATH
			publish(side, to);
			owner[side] = 0;
			waiters[side] = 0;
			sleepers[side] = 0;
			announced[me] = NONE
#else
			publish(side, to);
			sleepers[side] = 0;
#ifdef BREAK_CLEAR_WAITERS
			waiters[side] = 0;
#else
			waiters[side] = 1;
#endif
			slow = 1
#endif
		fi
	}
	if
	:: slow ->
		wake_all(side, i);
		let_go(side)
	:: else
	fi
}

inline let_go(side)
{
	atomic {
#ifdef BREAK_BLIND_RELEASE
		sleepers[side] = 0;
#endif
		if
		:: sleepers[side] -> waiters[side] = 1
		:: else -> waiters[side] = 0
		fi;
		owner[side] = 0;
		announced[me] = NONE; /* not a step: a death just before it only wakes one more party */
		slow = 0
	}
}

/* The move itself; the rest is assertions. Message n of producer k is k * MESSAGES + n, counted from 1. */
inline publish(side, to)
{
	if
	:: side == P && to != position[P] ->
		assert(to <= position[C] + CAPACITY);
		do
		:: position[P] < to ->
			assert(written || (first[position[P] % CAPACITY] == mine && second[position[P] % CAPACITY] == mine));
			published[position[P]] = mine;
			mine++;
			position[P]++
		:: else -> break
		od
	:: side == C && to != position[C] ->
		assert(to == position[C] + 1 && position[C] < position[P]);
		assert(got_first == published[position[C]] && got_second == published[position[C]]);
		position[C] = to
	:: else
	fi
}

inline pay_owed_wake(side)
{
#ifdef BREAK_NO_REPAIR
	skip
#else
	if
	:: atomic {
		owner[side] == 0 && waiters[side] && !sleepers[side] ->
		announced[me] = side;
		owner[side] = me;
		died[side] = 0;
		to = position[side]
	   };
	   move(side, to);
	   to = 0
	:: else
	fi
#endif
}

/*
 * ring_lock_sleep(): until the side has left `from`. The load and the compare-and-swap that sets the bits are one step, as
 * in take(); each compare of futex_waitv() is a step of its own.
 */
inline sleep(side, from)
{
	do
	:: atomic {
		if
		:: position[side] != from -> break
		:: else
		fi;
		waiters[side] = 1;
		sleepers[side] = 1;
		v_died = died[side];
		v_owner = owner[side];
#ifndef BREAK_NO_PENDING_SLEEP
		announced[me] = side;
#endif
		woken[me] = 0
	   };
	   /* Queued on the lower half, */
	   atomic {
		if
		:: waiters[side] && died[side] == v_died && owner[side] == v_owner -> on_lock[me] = side
		:: else -> woken[me] = 1
		fi;
		v_died = 0;
		v_owner = 0
	   };
	   /* and on the upper. If a value differs, or it was woken meanwhile, it leaves both queues. */
	   atomic {
		if
#ifdef BREAK_ONE_HALF
		:: !woken[me] -> on_position[me] = side
#else
		:: !woken[me] && position[side] == from && sleepers[side] -> on_position[me] = side
#endif
		:: else -> on_lock[me] = NONE; woken[me] = 1
		fi
	   };
	   atomic { woken[me] -> woken[me] = 0 };
	   pay_owed_wake(side)
	od;
	announced[me] = NONE
}

/* -- lib/ring/send.c, lib/ring/recv.c -- */

#define LOCALS \
	byte i, from, to, mine, written, got_first, got_second, v_owner; \
	bit slow, v_died

proctype producer(byte me; byte number) provided (!dead[me])
{
	LOCALS;
	byte sent, batch;

	do
	:: sent < MESSAGES ->
		take(P);
		atomic {
			from = position[C]; /* the step is this one load */
			to = position[P];
			batch = CAPACITY - (to - from);
			batch = (batch < BATCH -> batch : BATCH);
			batch = (batch < MESSAGES - sent -> batch : MESSAGES - sent);
			mine = number * MESSAGES + sent + 1
		};
		if
		:: batch == 0 ->
			move(P, to);
			atomic { to = 0; mine = 0 };
			sleep(C, from)
		:: else ->
#ifdef BREAK_PUBLISH_FIRST
			written = 1;
			move(P, to + batch);
			mine = mine - batch;
#endif
			do
			:: i < batch ->
				first[(to + i) % CAPACITY] = mine + i;
				atomic { second[(to + i) % CAPACITY] = mine + i; i++ }
			:: else -> break
			od;
			i = 0;
#ifndef BREAK_PUBLISH_FIRST
			move(P, to + batch);
#endif
			atomic { sent = sent + batch; to = 0; mine = 0; batch = 0 }
		fi;
		from = 0
	:: else -> break
	od;
	done[me] = 1
}

proctype consumer(byte me) provided (!dead[me])
{
	LOCALS;
	byte taken;

	do
	:: TAKES == 0 || taken < TAKES ->
		take(C);
		atomic {
			from = position[P]; /* the step is this one load */
			to = position[C]
		};
		if
		:: from == to ->
			move(C, to);
			to = 0;
			sleep(P, from)
		:: else ->
			got_first = first[to % CAPACITY];
			got_second = second[to % CAPACITY];
			move(C, to + 1);
			atomic {
				to = 0;
				got_first = 0;
				got_second = 0;
				taken = taken + (TAKES > 0 -> 1 : 0)
			}
		fi;
		from = 0
	:: else -> break
	od;
	done[me] = 1
}

/* When nothing moves any more, no living party waits for what is there. */
#define LIVES(party) (!dead[party] && !done[party])

init
{
	byte i;

	atomic {
		i = 1;
		do
		:: i <= PARTIES ->
			announced[i] = NONE;
			on_lock[i] = NONE;
			on_position[i] = NONE;
			i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < PRODUCERS -> run producer(i + 1, i); i++
		:: else -> break
		od;
		do
		:: i < PARTIES -> run consumer(i + 1); i++
		:: else -> break
		od;
		i = 0;
		run killer()
	}
	timeout;
	d_step {
		/* A living consumer has emptied the ring. */
		i = PRODUCERS + 1;
		do
		:: i <= PARTIES -> assert(!LIVES(i) || position[P] == position[C]); i++
		:: else -> break
		od;
		/* A living producer has filled the ring, or has sent all its messages. */
		i = 1;
		do
		:: i <= PRODUCERS -> assert(!LIVES(i) || position[P] - position[C] == CAPACITY); i++
		:: else -> break
		od
	}
}
