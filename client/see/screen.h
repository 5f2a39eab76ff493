/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_SCREEN_H
#define KIPC_CLIENT_SEE_SCREEN_H

/* The whole terminal, for watch and top: taken, and always given back as it was. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/base/command.h"

/* Takes the terminal, and signals that would end us (signals_catch()). Else than STATUS_DONE: it was said why. */
enum status screen_start(const struct invocation *invocation);

/* Gives it back. Again is fine. */
void screen_stop(void);

/* Shows what was drawn. The hardware sends only what has changed since the last time. */
void screen_show(void);

/*
 * Waits for a key, at most `usec` microseconds: its ncurses code, KEY_RESIZE when the terminal has another size, 0 when the
 * time is up, -EINTR when a signal wants us to end, -EPIPE when the terminal is gone.
 */
int screen_wait_key(int64_t usec);

/* Writes text at a place, cut at `width` columns; the columns it takes. Bytes that cannot be shown come escaped. */
int screen_write(int line, int column, int width, const char *text);

/* Whether colors may be used; then pairs 1, 2 and 3 are red, yellow and green on the terminal's own background. */
bool screen_has_colors(void);

/* How many of the bytes at `text`, which is printable, have room in `width` places; at least one character. */
size_t screen_fit(const char *text, size_t size, int width);

#endif
