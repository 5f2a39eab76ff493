/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_LOG_H
#define KIPC_COMMON_SERVICE_LOG_H

/* The log: to the journal with structured fields if systemd reads our standard error, otherwise to standard error. */

#include <syslog.h>

#include "lib/kipc.h"

/* Finds out where standard error goes. */
void log_init(void);

/* LOG_DEBUG shows all; the default is LOG_INFO. */
void log_set_max_level(int level);
int log_max_level(void);

/* Otherwise it goes to standard error. */
bool log_is_to_journal(void);

void log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line about a channel: "queue orders: …", in the journal with KIPC_CHANNEL=, KIPC_KIND= and KIPC_KEY=. */
void log_channel(int level, const char *name, enum kipc_kind kind, key_t key, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* An event: the same with MESSAGE_ID= and KIPC_EVENT=, in the journal at any level. kind 0: of kipcd itself. */
void log_event(int level, const char *message_id, const char *event, const char *name, enum kipc_kind kind,
	       key_t key, const char *text);

#endif
