/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_WATCH_SCREEN_H
#define KIPC_CLIENT_SEE_WATCH_SCREEN_H

/* Watch on a terminal. */

#include "client/see/watch-frame.h"

/* Runs until a key or a signal ends it, or the segment was removed. Errors have been reported. */
enum status watch_screen_run(struct watch *watch);

#endif
