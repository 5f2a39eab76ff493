/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_CARD_H
#define KIPC_CLIENT_SEE_CARD_H

/* Everything that is known about one channel, collected by show.c, printed by card-text.c or card-json.c. */

#include "client/doctor/findings.h"
#include "client/facts/view.h"
#include "client/table/value.h"
#include "common/history.h"

struct card {
	const struct view_row *row;
	struct json_object *declared;	   /* NULL: nothing, or unknown */
	struct kipc_semaphore *semaphores; /* NULL: not a set, or it may not be read */
	size_t n_semaphores;
	int semaphores_error;		   /* why not */
	struct history *history;	   /* what kipcd kept of it; NULL: nothing */
	uint64_t history_interval;	   /* microseconds between two samples */
	const struct processes *processes; /* the users of all objects; NULL: the object is gone */
	const struct findings *findings;   /* about this channel */
};

void card_done(struct card *card);

#define CLEANUP_CARD __attribute__((cleanup(card_done)))

#endif
