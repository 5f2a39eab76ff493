/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_TOP_KEYS_H
#define KIPC_CLIENT_SEE_TOP_KEYS_H

/* The keys of top on a screen. */

#include "client/see/top-view.h"

/* Does what a key (an ncurses code) means; a page has so many lines. False: it ends top. */
bool top_keys_take(struct top *top, int key, size_t page);

#endif
