/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verb check: executes `kipcd --check` in its own place, so that only one program parses configurations. kipcd
 * prints the mistakes, and exits with 0 or STATUS_BAD_CONFIGURATION.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/base/report.h"
#include "client/base/self.h"
#include "client/base/verbs.h"

enum status command_check(const struct invocation *invocation)
{
	const struct options *options = invocation->options;
	char kipcd_buffer[PATH_MAX], config[PATH_MAX + 16], runtime_dir[PATH_MAX + 16];
	const char *kipcd = self_find("kipcd", KIPC_SBINDIR "/kipcd", kipcd_buffer);
	const char *file = invocation->n_args > 0 ? invocation->args[0] : options->config;
	const char *arguments[6] = { "kipcd", "--check" };
	int n = 2;

	if (invocation->n_args > 0 && options->config != NULL)
		return report(invocation, NULL, STATUS_USAGE, "use FILE or --config=FILE, not both");
	if (options->user)
		arguments[n++] = "--user";
	if (file != NULL) {
		if ((size_t)snprintf(config, sizeof config, "--config=%s", file) >= sizeof config)
			return report(invocation, file, STATUS_USAGE, "%s", strerror(ENAMETOOLONG));
		arguments[n++] = config;
	}
	if (options->runtime_dir != NULL) {
		if ((size_t)snprintf(runtime_dir, sizeof runtime_dir, "--runtime-dir=%s",
				     options->runtime_dir) >= sizeof runtime_dir)
			return report(invocation, NULL, STATUS_USAGE, "--runtime-dir: %s",
				      strerror(ENAMETOOLONG));
		arguments[n++] = runtime_dir;
	}

	execv(kipcd, (char *const *)arguments);
	return report(invocation, NULL, STATUS_FAILED, "cannot run %s: %s; is kipcd installed?", kipcd,
		      strerror(errno));
}
