/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_OPTIONS_H
#define KIPC_CLIENT_BASE_OPTIONS_H

/* The options of all verbs. Their table is in option-rows.c; the row of a verb (verbs.h) lists those that it takes. */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/base/status.h"

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

/* Some of the options: OPTION_SET(O(TYPE), O(COUNT)). */
struct option_set {
	bool has[N_OPTIONS];
};
#define OPTION_SET(...)                                                                                      \
	{                                                                                                    \
		.has = { __VA_ARGS__ }                                                                       \
	}
#define O(name) [OPTION_##name] = true

/* Those that every verb takes. */
extern const struct option_set options_everywhere;

/* Sets of options of which a verb takes one at most, unless its row says otherwise. */
#define N_OPTIONS_EXCLUSIVE 7
extern const struct option_set options_exclusive[N_OPTIONS_EXCLUSIVE];

/* The words of --group-by, --registry and --fail-on; NULL ends each. */
extern const char *const options_groups[];
extern const char *const options_registries[];
extern const char *const options_severities[];

#define IPC_OF_ALL (-1)

/* The options of a command line. Strings point into argv. */
struct options {
	struct option_set given;

	bool user;
	const char *runtime_dir; /* NULL: not given */
	bool quiet;
	int64_t ipc_of; /* a process, or IPC_OF_ALL; 0: not given */

	long type;	/* for kipc_recv(): 0 for any, N, -N for --max-type */
	bool not_type;	/* any type except `type` */
	uint64_t count; /* -n; 1 unless given */
	uint64_t keep;
	int64_t max; /* of a semaphore; 0: not given */
	bool all, follow, null, whole, frames, raw;

	int64_t timeout; /* microseconds, for the whole command: KIPC_FOREVER, KIPC_NOW (--no-wait), or a span */

	const char *lock;	 /* a semaphore; NULL: none */
	uint64_t busy_status;	 /* of the verb lock */
	uint64_t offset, length; /* length UINT64_MAX: to the end */

	uint64_t since; /* microseconds before now */

	bool json, bytes, no_legend, foreign;
	const char *kind, *state, *sort, *columns, *group_by, *fail_on;

	int64_t interval; /* microseconds, if it is given */
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
 * The runtime folder, chosen as kipcd chooses it: --runtime-dir, --system, the environment, --user, otherwise the
 * system's. STATUS_DONE, or STATUS_USAGE, which has been reported.
 */
enum status options_runtime_dir(const struct options *options, char buffer[static PATH_MAX],
				const char **ret_dir);

/* Whether an option was given. */
static inline bool options_has(const struct options *options, enum option_id option)
{
	return options->given.has[option];
}

#endif
