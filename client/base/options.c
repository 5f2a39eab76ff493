/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What does not depend on the verb: the options of every verb, those that exclude each other, and the runtime folder.
 */

#include "client/base/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/escape.h"
#include "lib/kipc.h"

const struct option_set options_everywhere =
	OPTION_SET(O(HELP), O(VERSION), O(USER), O(SYSTEM), O(RUNTIME_DIR), O(QUIET), O(IPC_OF));

const struct option_set options_exclusive[N_OPTIONS_EXCLUSIVE] = {
	OPTION_SET(O(TYPE), O(MAX_TYPE), O(NOT_TYPE)),
	OPTION_SET(O(COUNT), O(ALL), O(FOLLOW)),
	OPTION_SET(O(NULL), O(WHOLE), O(FRAMES), O(RAW), O(JSON)),
	OPTION_SET(O(NO_WAIT), O(TIMEOUT)),
	OPTION_SET(O(NO_WAIT), O(FOLLOW)),
	OPTION_SET(O(USER), O(SYSTEM), O(RUNTIME_DIR)),
	OPTION_SET(O(DRY_RUN), O(FORCE)),
};

const char *const options_groups[] = { "owner", "creator", "process", NULL };
const char *const options_registries[] = { "ours", "another", NULL };
const char *const options_severities[] = { "warning", "danger", NULL };

enum status options_runtime_dir(const struct options *options, char buffer[static PATH_MAX],
				const char **ret_dir)
{
	const char *from_environment = secure_getenv("KIPC_RUNTIME_DIR");

	if (options->user && (from_environment == NULL || !*from_environment)) {
		const char *parent = getenv("XDG_RUNTIME_DIR");

		if (parent == NULL || parent[0] != '/' ||
		    (size_t)snprintf(buffer, PATH_MAX, "%s/kipcd", parent) >= PATH_MAX) {
			escape_print_line("kipcctl: --user needs XDG_RUNTIME_DIR, which is not set to an "
					  "absolute path; use --runtime-dir=DIR");
			return STATUS_USAGE;
		}
		*ret_dir = buffer;
	} else if (options_has(options, OPTION_SYSTEM)) {
		*ret_dir = KIPC_RUNTIME_PARENT "/kipcd";
	} else {
		*ret_dir = options->runtime_dir != NULL ? options->runtime_dir : kipc_runtime_dir();
	}
	return STATUS_DONE;
}
