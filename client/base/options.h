/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_OPTIONS_H
#define KIPC_CLIENT_BASE_OPTIONS_H

/*
 * What a command line can say. The one table of options is in option-rows.c; a verb's row in the table of commands
 * says which of them it takes.
 */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct command;

/* (struct option is getopt_long's.) */
enum option_id {
	/* everywhere */
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_USER,
	OPTION_SYSTEM,
	OPTION_RUNTIME_DIR,
	OPTION_QUIET,
	OPTION_IPC_OF,
	/* messages */
	OPTION_TYPE,
	OPTION_MAX_TYPE,
	OPTION_NOT_TYPE,
	OPTION_COUNT,
	OPTION_ALL,
	OPTION_FOLLOW,
	OPTION_NULL,
	OPTION_WHOLE,
	OPTION_FRAMES,
	OPTION_RAW,
	OPTION_KEEP,
	/* semaphores */
	OPTION_MAX,
	/* waiting */
	OPTION_NO_WAIT,
	OPTION_TIMEOUT,
	/* segments */
	OPTION_OFFSET,
	OPTION_LENGTH,
	OPTION_LOCK,
	/* semaphores */
	OPTION_BUSY_STATUS,
	/* what is shown */
	OPTION_JSON,
	OPTION_BYTES,
	OPTION_NO_LEGEND,
	OPTION_FOREIGN,
	OPTION_KIND,
	OPTION_STATE,
	OPTION_SORT,
	OPTION_COLUMNS,
	OPTION_GROUP_BY,
	OPTION_SINCE,
	OPTION_FAIL_ON,
	/* changing */
	OPTION_DRY_RUN,
	OPTION_FORCE,
	OPTION_CONFIG,
	OPTION_OUTPUT,
	OPTION_OPENMETRICS,
	OPTION_REGISTRY,
	/* leftovers */
	OPTION_OWNER,
	OPTION_PRIVATE,
	OPTION_CREATOR_GONE,
	OPTION_UNATTACHED,
	OPTION_IDLE,
	OPTION_WITH_CONTENTS,
	/* watching */
	OPTION_INTERVAL,
	OPTION_ONCE,
	/* measuring */
	OPTION_SIZES,
	OPTION_PRODUCERS,
	OPTION_CONSUMERS,
	OPTION_BATCH,
	OPTION_TIME,

	N_OPTIONS,
};

/* Some of the options: { .has = { [OPTION_TYPE] = true } }. */
struct option_set {
	bool has[N_OPTIONS];
};

/* Those that every verb takes. */
extern const struct option_set options_everywhere;

#define IPC_OF_ALL (-1)

/* What the command line said. Strings point into argv. */
struct options {
	struct option_set given;

	bool user;
	const char *runtime_dir; /* NULL: not said */
	bool quiet;
	int64_t ipc_of; /* a process, or IPC_OF_ALL; 0: not said */

	long type;	/* as kipc_recv() wants it: 0 any, N, -N for --max-type */
	bool not_type;	/* with type N: any but it */
	uint64_t count; /* -n; 1 unless given */
	uint64_t keep;
	int64_t max; /* of a semaphore; 0: not said */
	bool all, follow, null, whole, frames, raw;

	int64_t timeout; /* microseconds, for the whole command: KIPC_FOREVER, KIPC_NOW (--no-wait), or a span */

	const char *lock;	 /* a semaphore; NULL: none */
	uint64_t busy_status;	 /* of the verb lock */
	uint64_t offset, length; /* length UINT64_MAX: to the end */

	uint64_t since; /* microseconds back from now */

	bool json, bytes, no_legend, foreign;
	const char *kind, *state, *sort, *columns, *group_by, *fail_on;

	int64_t interval; /* microseconds, where it is given */
	bool once;

	const char *output; /* a file; NULL: standard output */
	bool openmetrics;

	bool dry_run, force;

	const char *owner; /* a list of users */
	bool is_private, creator_gone, unattached, with_contents;
	uint64_t idle; /* microseconds */

	const char *config; /* kipcctl check --config= */

	const char *registry; /* kipcctl recover --registry= */

	const char *sizes;
	uint64_t producers, consumers, batch; /* 1 each unless given */
	int64_t duration;		      /* microseconds; a second unless given */
};

/*
 * Parses argv: options may stand before and behind the verb, "--" ends them. Writes the verb's row, the options and
 * the index of the first operand behind the verb; the operands are in order and reach to the end of argv, which is
 * permuted. Prints what is wrong, or what --help, --version and `help` ask for, itself: then it returns false, and
 * *ret_status is what to exit with.
 */
bool options_parse(int argc, char **argv, const struct command *commands, struct options *ret_options,
		   const struct command **ret_command, int *ret_first_argument, int *ret_status);

/*
 * The runtime folder: that of --runtime-dir, --system, the environment, --user, else the system's; as kipcd has it. 0, or
 * STATUS_USAGE after having said why not.
 */
int options_runtime_dir(const struct options *options, char buffer[static PATH_MAX], const char **ret_dir);

/* Whether an option was not given yet, and may be given beside those that were. */
bool options_may_join(const struct options *options, const struct command *command, enum option_id option);

/* The help of all verbs, or of one (NULL: all), from the rows. */
void options_print_help(FILE *out, const struct command *commands, const struct command *command);

/* The verbs that are used most, for a command line without one. */
void options_print_common(FILE *out, const struct command *commands);

/* Whether an option was given. */
static inline bool options_has(const struct options *options, enum option_id option)
{
	return options->given.has[option];
}

#endif
