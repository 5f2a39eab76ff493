/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_SCREEN_H
#define KIPC_CLIENT_SEE_SCREEN_H

/* The whole terminal, for watch and top: taken, and always restored. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/base/command.h"

/* Takes the terminal, and catches the signals that would end us (signals_catch()). Any status but STATUS_DONE has been reported. */
enum status screen_start(const struct invocation *invocation);

/* Restores it. Harmless if repeated. */
void screen_stop(void);

/* Shows what was drawn; only changes are sent. */
void screen_show(void);

/*
 * Waits for a key, at most `usec` microseconds: its ncurses code, KEY_RESIZE after a change of size, 0 when the time is up,
 * -EINTR after a signal that is to end us, -EPIPE if the terminal is gone.
 */
int screen_wait_key(int64_t usec);

/* Writes text, cut at `width` columns, and returns the columns that it takes. Bytes that cannot be shown are escaped. */
int screen_write(int line, int column, int width, const char *text);

/* Whether colors may be used; then pairs 1, 2 and 3 are red, yellow and green on the terminal's own background. */
bool screen_has_colors(void);

/* How many of the bytes of printable text fit into `width` columns; at least one character. */
size_t screen_fit(const char *text, size_t size, int width);

#endif
