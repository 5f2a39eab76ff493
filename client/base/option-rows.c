/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The table of options, and how the text of each becomes a value. A new option is a row here, a constant and a member
 * in options.h, a word in the rows of the verbs that take it (verbs.h), and an entry in kipcctl(1).
 */

#include "client/base/option-rows.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "client/base/channel.h"
#include "common/channel-words.h"
#include "common/grammar.h"

#define SEMAPHORE_VALUE_MAX 32767

/* For an option that is only given or not. */
static int set_nothing(struct options *options, size_t offset, const char *text)
{
	return 0;
}

static int set_flag(struct options *options, size_t offset, const char *text)
{
	*(bool *)((char *)options + offset) = true;
	return 0;
}

static int set_text(struct options *options, size_t offset, const char *text)
{
	*(const char **)((char *)options + offset) = text;
	return 0;
}

static int set_number(struct options *options, size_t offset, const char *text)
{
	int64_t number;
	int r = grammar_number_from_string(text, 0, INT64_MAX, &number);

	if (r < 0)
		return r;
	*(uint64_t *)((char *)options + offset) = (uint64_t)number;
	return 0;
}

static int set_status(struct options *options, size_t offset, const char *text)
{
	int64_t number;
	int r = grammar_number_from_string(text, 0, 255, &number);

	if (r < 0)
		return r;
	*(uint64_t *)((char *)options + offset) = (uint64_t)number;
	return 0;
}

/* Also 0x…, since hexdump prints offsets that way. */
static int set_size(struct options *options, size_t offset, const char *text)
{
	uint64_t *size = (uint64_t *)((char *)options + offset);

	return strncmp(text, "0x", 2) == 0 ? set_number(options, offset, text)
					   : grammar_size_from_string(text, size);
}

static int set_type(struct options *options, size_t offset, const char *text)
{
	int64_t type;
	int r = grammar_number_from_string(text, 1, LONG_MAX, &type);

	if (r < 0)
		return r;
	options->type = (long)type;
	return 0;
}

static int set_not_type(struct options *options, size_t offset, const char *text)
{
	options->not_type = true;
	return set_type(options, offset, text);
}

static int set_max_type(struct options *options, size_t offset, const char *text)
{
	int r = set_type(options, offset, text);

	options->type = -options->type;
	return r;
}

static int set_no_wait(struct options *options, size_t offset, const char *text)
{
	options->timeout = KIPC_NOW;
	return 0;
}

static int set_timeout(struct options *options, size_t offset, const char *text)
{
	uint64_t usec;
	int r = grammar_span_from_string(text, &usec);

	if (r < 0)
		return r;
	options->timeout = usec > INT64_MAX ? KIPC_FOREVER : (int64_t)usec;
	return 0;
}

static int set_span(struct options *options, size_t offset, const char *text)
{
	return grammar_span_from_string(text, (uint64_t *)((char *)options + offset));
}

static int set_pid(struct options *options, size_t offset, const char *text)
{
	if (strcmp(text, "all") == 0) {
		*(int64_t *)((char *)options + offset) = IPC_OF_ALL;
		return 0;
	}
	return grammar_number_from_string(text, 1, INT_MAX, (int64_t *)((char *)options + offset));
}

static int set_semaphore_value(struct options *options, size_t offset, const char *text)
{
	return grammar_number_from_string(text, 1, SEMAPHORE_VALUE_MAX,
					  (int64_t *)((char *)options + offset));
}

static int set_interval(struct options *options, size_t offset, const char *text)
{
	uint64_t usec;
	int r = grammar_span_from_string(text, &usec);

	if (r < 0 || usec > INT64_MAX)
		return r < 0 ? r : -ERANGE;
	options->interval = (int64_t)usec;
	return 0;
}

static int set_duration(struct options *options, size_t offset, const char *text)
{
	uint64_t usec;
	int r = grammar_span_from_string(text, &usec);

	if (r < 0)
		return r;
	options->duration = usec > INT32_MAX ? INT32_MAX : (int64_t)usec;
	return 0;
}

static const struct option_form nothing = { set_nothing, NULL };
static const struct option_form flag = { set_flag, NULL };
static const struct option_form text = { set_text, NULL };
static const struct option_form number = { set_number, "a whole number, 0 or more" };
static const struct option_form status = { set_status, "an exit status from 0 to 255" };
static const struct option_form size = { set_size, "a size like 4096, 64K or 0x40" };
static const struct option_form type = { set_type, "a message type (a whole number above 0)" };
static const struct option_form not_type = { set_not_type, "a message type (a whole number above 0)" };
static const struct option_form max_type = { set_max_type, "a message type (a whole number above 0)" };
static const struct option_form no_wait = { set_no_wait, NULL };
static const struct option_form duration = { set_duration, "a time span like 500ms or 2s" };
static const struct option_form span = { set_span, "a time span like 10min or 2h" };
static const struct option_form interval = { set_interval, "a time span like 500ms or 2s" };
static const struct option_form semaphore_value = { set_semaphore_value, "a whole number from 1 to 32767" };
static const struct option_form pid = { set_pid, "a process ID, or all" };
static const struct option_form timeout = { set_timeout, "a time span like 500ms or 1min 30s" };

#define AT(member) offsetof(struct options, member)

const struct option_row option_rows[] = {
	{ OPTION_TYPE, "type", 't', "N", &type, AT(type), "only messages of type N" },
	{ OPTION_MAX_TYPE, "max-type", 0, "N", &max_type, AT(type), "only types up to N, the lowest first" },
	{ OPTION_NOT_TYPE, "not-type", 0, "N", &not_type, AT(type), "only messages of types other than N" },
	{ OPTION_COUNT, "count", 'n', "N", &number, AT(count), "number of messages (1)" },
	{ OPTION_ALL, "all", 0, NULL, &flag, AT(all), "all messages there now; succeed if there are none" },
	{ OPTION_FOLLOW, "follow", 'f', NULL, &flag, AT(follow), "continue until interrupted" },
	{ OPTION_NULL, "null", '0', NULL, &flag, AT(null), "messages end with a NUL, not with a newline" },
	{ OPTION_WHOLE, "whole", 0, NULL, &flag, AT(whole), "all of standard input is one message" },
	{ OPTION_FRAMES, "frames", 0, NULL, &flag, AT(frames), "each message follows its 4-byte length" },
	{ OPTION_RAW, "raw", 0, NULL, &flag, AT(raw), "print bytes as they are, with nothing in between" },
	{ OPTION_KEEP, "keep", 0, "N", &number, AT(keep), "keep the newest N messages" },
	{ OPTION_MAX, "max", 0, "N", &semaphore_value, AT(max), "do not raise the semaphore above N" },
	{ OPTION_NO_WAIT, "no-wait", 'N', NULL, &no_wait, AT(timeout), "fail instead of waiting" },
	{ OPTION_TIMEOUT, "timeout", 0, "SPAN", &timeout, AT(timeout), "give up after SPAN (2s, 500ms)" },
	{ OPTION_OFFSET, "offset", 0, "SIZE", &size, AT(offset), "start at this offset (0)" },
	{ OPTION_LENGTH, "length", 0, "SIZE", &size, AT(length), "at most this many bytes" },
	{ OPTION_LOCK, "lock", 0, "SEMAPHORE", &text, AT(lock), "hold SEMAPHORE while copying the bytes" },
	{ OPTION_BUSY_STATUS, "busy-status", 0, "N", &status, AT(busy_status),
	  "exit status if the semaphore is busy (4)" },
	{ OPTION_JSON, "json", 0, NULL, &flag, AT(json), "print JSON" },
	{ OPTION_BYTES, "bytes", 0, NULL, &flag, AT(bytes), "print sizes in bytes" },
	{ OPTION_NO_LEGEND, "no-legend", 0, NULL, &flag, AT(no_legend), "print no headings or notes" },
	{ OPTION_FOREIGN, "foreign", 0, NULL, &flag, AT(foreign), "include foreign objects" },
	{ OPTION_KIND, "kind", 0, "KIND", &text, AT(kind), "only these kinds: queue, segment, semaphore",
	  channel_kinds, .is_list = true },
	{ OPTION_STATE, "state", 0, "STATE", &text, AT(state), "only channels in these states",
	  channel_state_words, .is_list = true },
	{ OPTION_SORT, "sort", 0, "COLUMN", &text, AT(sort), "sort by COLUMN (-COLUMN: descending)" },
	{ OPTION_COLUMNS, "columns", 0, "LIST", &text, AT(columns), "print these columns (help: list them)",
	  .is_list = true },
	{ OPTION_GROUP_BY, "group-by", 0, "GROUP", &text, AT(group_by), "sums by owner, creator or process",
	  options_groups },
	{ OPTION_SINCE, "since", 0, "SPAN", &span, AT(since), "only events of the last SPAN" },
	{ OPTION_FAIL_ON, "fail-on", 0, "SEVERITY", &text, AT(fail_on),
	  "exit with 8 at this severity or worse (danger)", options_severities },
	{ OPTION_INTERVAL, "interval", 0, "SPAN", &interval, AT(interval), "time between two updates" },
	{ OPTION_ONCE, "once", 0, NULL, &flag, AT(once), "print one frame and exit" },
	{ OPTION_OUTPUT, "output", 0, "FILE", &text, AT(output), "write to FILE, in one step" },
	{ OPTION_OPENMETRICS, "openmetrics", 0, NULL, &flag, AT(openmetrics),
	  "use the strict OpenMetrics format" },
	{ OPTION_REGISTRY, "registry", 0, "CHOICE", &text, AT(registry),
	  "keep the registry (ours) or start one (another)", options_registries },
	{ OPTION_OWNER, "owner", 0, "USER", &text, AT(owner), "only objects of these users",
	  .is_list = true },
	{ OPTION_PRIVATE, "private", 0, NULL, &flag, AT(is_private), "only objects without a key" },
	{ OPTION_CREATOR_GONE, "creator-gone", 0, NULL, &flag, AT(creator_gone),
	  "only objects whose creator has ended" },
	{ OPTION_UNATTACHED, "unattached", 0, NULL, &flag, AT(unattached),
	  "only segments that no process has attached" },
	{ OPTION_IDLE, "idle", 0, "SPAN", &span, AT(idle), "only objects not used for SPAN" },
	{ OPTION_WITH_CONTENTS, "with-contents", 0, NULL, &flag, AT(with_contents),
	  "include objects with contents" },
	{ OPTION_DRY_RUN, "dry-run", 0, NULL, &flag, AT(dry_run),
	  "print what would happen, and change nothing" },
	{ OPTION_FORCE, "force", 0, NULL, &flag, AT(force), "proceed even if something is lost" },
	{ OPTION_CONFIG, "config", 0, "FILE", &text, AT(config), "the configuration to check" },
	{ OPTION_SIZES, "sizes", 0, "LIST", &text, AT(sizes), "message sizes (64,1K,8K)" },
	{ OPTION_PRODUCERS, "producers", 0, "N", &number, AT(producers), "number of senders (1)" },
	{ OPTION_CONSUMERS, "consumers", 0, "N", &number, AT(consumers), "number of receivers (1)" },
	{ OPTION_BATCH, "batch", 0, "N", &number, AT(batch), "messages per call (1)" },
	{ OPTION_TIME, "time", 0, "SPAN", &duration, AT(duration), "time for each measurement (1s)" },
	{ OPTION_USER, "user", 0, NULL, &flag, AT(user), "use your own kipcd" },
	{ OPTION_SYSTEM, "system", 0, NULL, &nothing, 0, "use the system's kipcd" },
	{ OPTION_RUNTIME_DIR, "runtime-dir", 0, "DIR", &text, AT(runtime_dir),
	  "use the kipcd with this runtime folder" },
	{ OPTION_IPC_OF, "ipc-of", 0, "PID", &pid, AT(ipc_of), "work in the IPC namespace of process PID" },
	{ OPTION_QUIET, "quiet", 'q', NULL, &flag, AT(quiet),
	  "print no notes, progress or expected failures" },
	{ OPTION_HELP, "help", 'h', NULL, &nothing, 0, "print this help" },
	{ OPTION_VERSION, "version", 0, NULL, &nothing, 0, "print the version" },
};

_Static_assert(sizeof option_rows / sizeof option_rows[0] == N_OPTIONS, "each option has one row");

const struct option_row *option_rows_find_letter(int letter)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (option_rows[i].letter != 0 && option_rows[i].letter == letter)
			return &option_rows[i];
	return NULL;
}

const struct option_row *option_rows_find_name(const char *name, size_t n)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (strlen(option_rows[i].name) == n && memcmp(option_rows[i].name, name, n) == 0)
			return &option_rows[i];
	return NULL;
}
