/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Turns of producers that wait for room (lib/ring/turn.c) as a model: PARTIES producers, of which the first LARGES need 2 free units
 * at one look and the others 1, and a consumer. A look is one step, because it happens under the lock. Each party that is not stopped
 * looks again and again; the model assumes nothing else about its speed (weak fairness).
 *
 * Checked: each producer that is not stopped sends again and again, even while the owner of the turn is stopped. The ring never
 * contains more than its capacity.
 *
 * Not in the model: time. A producer that has waited for 10 ms is one that has looked in vain before; only a stopped producer sleeps
 * through the 100 ms in which there is room for all.
 */

#ifndef PARTIES
#define PARTIES 3
#endif
#ifndef LARGES
#define LARGES 1
#endif
#define CAPACITY 3
#define NOBODY 0

byte used;
chan ring = [CAPACITY] of { byte }; /* the sizes of what is in it */
byte turn = NOBODY;		    /* the producer whose claim it is */
byte age[PARTIES + 1];		    /* of a producer that waits: 1 began last; 0: it does not wait */
bit sent[PARTIES + 1];
byte stopped = NOBODY;

/* ring_turn_lets_pass(): there is no turn, or it is our own, or its owner has waited less, or has slept through it. */
inline look(me)
{
	is_free = turn == NOBODY || turn == me;
#ifndef BREAK_YOUNGER_FIRST
	is_free = is_free || age[me] > age[turn];
#endif
#ifndef BREAK_TURNS_FOR_EVER
	is_free = is_free || (turn == stopped && used == 0)
#endif
}

/* When a producer has sent, all that have waited longer become younger by one. */
inline serve(me)
{
	ring!units;
	used = used + units;
	assert(used <= CAPACITY);
	turn = NOBODY; /* the side has moved */
	i = 1;
	do
	:: i <= PARTIES ->
		age[i] = (age[me] > 0 && age[i] > age[me] -> age[i] - 1 : age[i]);
		i++
	:: else -> break
	od;
	i = 0;
	age[me] = 0;
	sent[me] = 1
}

inline begin_to_wait(me)
{
	i = 1;
	do
	:: i <= PARTIES ->
		age[i] = (age[i] > 0 -> age[i] + 1 : 0);
		i++
	:: else -> break
	od;
	i = 0;
	age[me] = 1
}

proctype producer(byte me; byte units)
{
	byte i;
	bit is_free;

	do
	:: d_step {
		sent[me] = 0;
		look(me);
		if
		:: is_free && used + units <= CAPACITY -> serve(me)
		:: !(is_free && used + units <= CAPACITY) && age[me] == 0 -> begin_to_wait(me)
#ifndef BREAK_NO_TURNS
		:: is_free && used + units > CAPACITY && age[me] > 0 -> turn = me
#endif
		:: else
		fi;
		is_free = 0
	   }
#ifdef STOPS
	:: atomic { turn == me && stopped == NOBODY -> stopped = me; break }
#endif
	od
}

proctype consumer()
{
	byte units;

	do
	:: atomic { ring?units -> used = used - units; units = 0 }
	od
}

init
{
	byte i;

	atomic {
		i = 1;
		do
		:: i <= PARTIES -> run producer(i, (i <= LARGES -> 2 : 1)); i++
		:: else -> break
		od;
		i = 0;
		run consumer()
	}
}

ltl first { []<> (sent[1] || stopped == 1) }
ltl second { []<> (sent[2] || stopped == 2) }
ltl last { []<> (sent[PARTIES] || stopped == PARTIES) }
