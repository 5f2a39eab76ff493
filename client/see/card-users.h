/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_CARD_USERS_H
#define KIPC_CLIENT_SEE_CARD_USERS_H

/* The lines of a card about the processes that use the object. */

#include "client/see/card-line.h"

/* The processes that have the segment attached. */
void card_users_attached(const struct card_line *line);

/* The threads that are blocked on the object. */
void card_users_blocked(const struct card_line *line);

#endif
