/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Called by apply.c. */

#include "daemon/channel/explain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/grammar.h"
#include "common/plural.h"

static char *explain_limit(const char *what, const char *sysctl, uint64_t limit)
{
	char *sentence;

	if (asprintf(&sentence,
		     "the kernel's limit on %s is reached (%s = %llu): remove some, or raise it with 'sysctl "
		     "%s=N'",
		     what, sysctl, (unsigned long long)limit, sysctl) < 0)
		return NULL;
	return sentence;
}

static char *explain_no_space(const struct channel_spec *spec)
{
	struct kipc_limits limits;

	if (kipc_limits(&limits) < 0)
		return strdup("a limit of the kernel is reached: see 'kipcctl limits'");
	if (spec->kind == KIPC_QUEUE)
		return explain_limit("queues", "kernel.msgmni", limits.msgmni);
	if (spec->kind == KIPC_SEGMENT && limits.segments >= limits.shmmni)
		return explain_limit("segments", "kernel.shmmni", limits.shmmni);
	if (spec->kind == KIPC_SEGMENT)
		return explain_limit("the pages of all segments", "kernel.shmall", limits.shmall);
	if (limits.semaphore_sets >= limits.semmni)
		return explain_limit("semaphore sets (the fourth number)", "kernel.sem", limits.semmni);
	return explain_limit("semaphores in all (the second number)", "kernel.sem", limits.semmns);
}

char *channel_explain(const struct channel_spec *spec, int error)
{
	char size[GRAMMAR_SIZE_MAX], *sentence;
	int n;

	if (error == -ENOSPC)
		return explain_no_space(spec);
	if (error == -EINVAL && spec->kind == KIPC_SEGMENT)
		n = asprintf(&sentence,
			     "the kernel allows no segment of %s: 'sysctl kernel.shmmax' shows the limit",
			     grammar_size_to_string(spec->size, size));
	else if (error == -EINVAL && spec->kind == KIPC_SEMAPHORE)
		n = asprintf(
			&sentence,
			"the kernel allows no set of %zu %s: the first number of 'sysctl kernel.sem' is the "
			"limit",
			spec->n_values, plural(spec->n_values, "semaphore", "semaphores"));
	else if (error == -ENOMEM)
		n = asprintf(&sentence, "the kernel does not have enough memory for it");
	else if (error == -EXDEV)
		n = asprintf(&sentence, "the PID namespace, which a ring records, cannot be read from "
					"/proc/self/ns/pid: mount /proc");
	else if (error == -EBUSY)
		n = asprintf(
			&sentence,
			"another program attached it before kipcd had initialized it: stop that program");
	else
		n = asprintf(&sentence, "the kernel refused: %s", strerror(-error));
	return n < 0 ? NULL : sentence;
}
