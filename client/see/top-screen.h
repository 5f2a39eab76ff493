/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_TOP_SCREEN_H
#define KIPC_CLIENT_SEE_TOP_SCREEN_H

/* Top on a terminal. */

#include "client/see/top-view.h"

/* Runs until a key, a signal or --count ends it. Errors have been reported. */
enum status top_screen_run(struct top *top);

#endif
