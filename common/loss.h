/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_LOSS_H
#define KIPC_COMMON_LOSS_H

/* What removing an object would lose, as a sentence. */

#include <stddef.h>

#include "lib/kipc.h"

#define LOSS_MAX 128

/* Before the removal, "it holds"; after it, "it held". */
enum loss_tense {
	LOSS_PRESENT,
	LOSS_PAST,
};

/* "it holds 3 messages (120 bytes)"; "it is empty" if nothing would be lost. Returns buffer. */
char *loss_to_string(const struct kipc_object *object, bool is_empty, enum loss_tense tense,
		     char buffer[static LOSS_MAX]);

/* The same for a ring; `attached`: how often other processes have it attached. */
char *loss_of_ring_to_string(const struct kipc_ring *ring, uint64_t attached, enum loss_tense tense,
			     char buffer[static LOSS_MAX]);

#endif
