/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * $JOURNAL_STREAM has the device and inode of the stream that systemd passed as standard error. If that still is our
 * standard error, the journal gets the fields as well (systemd.exec(5)).
 *
 * An error without fields is written to that stream all the same, since it may be the last line: the journal knows the unit
 * of a stream, but that of a datagram only while its sender runs. Otherwise `systemctl status` would not show why kipcd did
 * not start.
 */

#include "common/service/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "common/escape.h"

static bool to_journal;
static int max_level = LOG_INFO;

void log_init(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	to_journal = stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
		     fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_set_max_level(int level)
{
	max_level = level;
}

int log_max_level(void)
{
	return max_level;
}

bool log_is_to_journal(void)
{
	return to_journal;
}

__attribute__((format(printf, 2, 0))) static char *make_text(int level, const char *format, va_list arguments)
{
	char *text;

	if (level > max_level || vasprintf(&text, format, arguments) < 0)
		return NULL;
	return text;
}

void log_line(int level, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = make_text(level, format, arguments);
	va_end(arguments);
	if (text != NULL && to_journal && level <= LOG_ERR)
		escape_print_line("<%d>%s", level, text);
	else if (text != NULL && to_journal)
		sd_journal_send("PRIORITY=%d", level, "MESSAGE=%s", text, NULL);
	else if (text != NULL)
		escape_print_line("kipcd: %s", text);
	free(text);
}

void log_channel(int level, const char *name, enum kipc_kind kind, key_t key, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = make_text(level, format, arguments);
	va_end(arguments);
	if (text != NULL && to_journal)
		sd_journal_send("PRIORITY=%d", level, "MESSAGE=%s %s: %s", kipc_kind_to_string(kind), name,
				text, "KIPC_CHANNEL=%s", name, "KIPC_KIND=%s", kipc_kind_to_string(kind),
				"KIPC_KEY=0x%08x", (unsigned)key, NULL);
	else if (text != NULL)
		escape_print_line("kipcd: %s %s: %s", kipc_kind_to_string(kind), name, text);
	free(text);
}

/* The journal gets every event with its level, whatever the level of the log is: its readers filter. */
void log_event(int level, const char *message_id, const char *event, const char *name, enum kipc_kind kind,
	       key_t key, const char *text)
{
	if (level > max_level && !to_journal)
		return;
	if (to_journal && kind != 0)
		sd_journal_send("PRIORITY=%d", level, "MESSAGE=%s %s: %s", kipc_kind_to_string(kind), name,
				text, "MESSAGE_ID=%s", message_id, "KIPC_EVENT=%s", event, "KIPC_CHANNEL=%s",
				name, "KIPC_KIND=%s", kipc_kind_to_string(kind), "KIPC_KEY=0x%08x",
				(unsigned)key, NULL);
	else if (to_journal)
		sd_journal_send("PRIORITY=%d", level, "MESSAGE=%s", text, "MESSAGE_ID=%s", message_id,
				"KIPC_EVENT=%s", event, NULL);
	else if (kind != 0)
		escape_print_line("kipcd: %s %s: %s", kipc_kind_to_string(kind), name, text);
	else
		escape_print_line("kipcd: %s", text);
}
