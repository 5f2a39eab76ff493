/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The sentences that the user reads, in one table by errno. Every verb of both halves reports through here, so that
 * the same mishap is worded alike everywhere. A sentence says what happened and, behind a semicolon, what to do.
 */

#include "client/base/errors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/names.h"
#include "client/base/report.h"
#include "client/base/ring-errors.h"
#include "lib/kipc.h"

static const struct {
	int error; /* positive errno */
	enum status status;
	const char *sentence; /* NULL: made by a function below, or strerror(3) */
	const char *tells;    /* what 'kipcctl show ADDR' does about it */
} sentences[] = {
	{ ENOENT, STATUS_NO_SUCH_CHANNEL, "no such channel" },
	{ ESTALE, STATUS_NO_SUCH_CHANNEL,
	  "what the name stands for was removed, and kipcd has not made it again",
	  "says why, and what brings it back" },
	{ EAGAIN, STATUS_NOTHING, "it would have to wait; leave out --no-wait or give a longer --timeout" },
	{ ENOMSG, STATUS_NOTHING, "no such message is there" },
	{ ETIMEDOUT, STATUS_NOTHING, "timed out" },
	{ EACCES, STATUS_NOT_ALLOWED, "its mode does not allow you this", "shows owner and mode" },
	{ EPERM, STATUS_NOT_ALLOWED, "only its owner and its creator may do this", "shows them" },
	{ EIDRM, STATUS_REMOVED, "it was removed" },
	{ EINVAL, STATUS_USAGE,
	  "this is no address; write a name (orders), a key (0x4b01), an id (@5) or ftok:PATH:N, "
	  "and for one semaphore of a set NAME[1]" },
	{ ERANGE, STATUS_USAGE, "the number is no key, id or index; a key is 1 to 0xffffffff" },
	{ ENOTUNIQ, STATUS_USAGE, NULL },
	{ EPROTOTYPE, STATUS_USAGE, NULL },
	{ EXDEV, STATUS_FAILED,
	  "this kipcd serves another boot or another IPC namespace; use a key or an id, "
	  "or choose another kipcd with --runtime-dir" },
	{ EMSGSIZE, STATUS_FAILED,
	  "the message is larger than one may be; 'kipcctl limits' shows the limits" },
	{ ENODATA, STATUS_FAILED,
	  "there is no /proc here, so it cannot be told whether names are of this boot and IPC namespace; "
	  "mount /proc, or use a key or an id" },
	{ ENOSYS, STATUS_FAILED,
	  "this kernel cannot show a message without taking it (CONFIG_CHECKPOINT_RESTORE); use 'kipcctl "
	  "recv'" },
	{ EFBIG, STATUS_FAILED, "the set has no semaphore of that number", "shows how many it has" },
	{ EOPNOTSUPP, STATUS_USAGE,
	  "a ring is first in, first out: no message can be chosen by its type; leave the type out" },
	{ EBADMSG, STATUS_FAILED,
	  "its entry in the registry is damaged: a running kipcd writes it again within seconds, or "
	  "'kipcctl show' says why it cannot" },
	{ EBUSY, STATUS_FAILED, "all real-time signals are in use, and a --timeout needs one" },
	{ EINTR, STATUS_FAILED, "interrupted" },
	{ ENOBUFS, STATUS_FAILED,
	  "the kernel has no memory for this segment: it was made without a reservation (SHM_NORESERVE, or "
	  "too "
	  "few huge pages, see vm.nr_hugepages)" },
};

static const char *sentence_of(int error)
{
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		if (sentences[i].error == -error && sentences[i].sentence != NULL)
			return sentences[i].sentence;
	return strerror(-error);
}

enum status errors_status(int error)
{
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		if (sentences[i].error == -error)
			return sentences[i].status;
	return STATUS_FAILED;
}

/* "; 'kipcctl show ADDR' shows owner and mode", or "". */
static const char *advice_of(int error, const char *address, char *buffer, size_t size)
{
	*buffer = '\0';
	for (size_t i = 0; address != NULL && i < sizeof sentences / sizeof sentences[0]; i++)
		if (sentences[i].error == -error && sentences[i].tells != NULL)
			(void)snprintf(buffer, size, "; 'kipcctl show %.*s' %s", (int)strcspn(address, "["),
				       address, sentences[i].tells);
	return buffer;
}

char *(*errors_explain_name)(const struct invocation *invocation, const char *name);

/* Declared, and without an object now, or in conflict: kipcd knows why, and the way out. */
static bool report_why(const struct invocation *invocation, const char *address, const char *name,
		       enum status status)
{
	char *sentence = errors_explain_name != NULL ? errors_explain_name(invocation, name) : NULL;

	if (sentence != NULL)
		(void)report(invocation, address, status, "%s", sentence);
	free(sentence);
	return sentence != NULL;
}

/* A name that stands for nothing that is safe to use: kipcd says whose its key is. */
static enum status report_conflict(const struct invocation *invocation, const char *address, const char *more)
{
	struct kipc_address parsed = { 0 };

	if (*more == '\0' && kipc_address_parse(address, &parsed) == 0 && parsed.form == KIPC_BY_NAME &&
	    report_why(invocation, address, parsed.name, STATUS_NO_SUCH_CHANNEL))
		return STATUS_NO_SUCH_CHANNEL;
	return report(invocation, address, STATUS_NO_SUCH_CHANNEL,
		      "conflict: its key belongs to an object that kipcd did not make, so what it stands for "
		      "cannot be told; 'kipcctl list --foreign' shows that object%s",
		      more);
}

/* No such channel, or no registry to find its name in. */
static enum status report_missing(const struct invocation *invocation, const char *address)
{
	char nearest[KIPC_NAME_MAX + 1];
	struct kipc_address parsed = { 0 };
	int32_t key;
	int r = kipc_address_parse(address, &parsed);

	if (r == 0 && parsed.form == KIPC_BY_FTOK) {
		r = kipc_address_to_key(&parsed, &key);
		if (r < 0)
			return report(invocation, address, STATUS_NO_SUCH_CHANNEL,
				      "ftok(3) cannot look at '%.*s': %s", (int)parsed.path_length,
				      parsed.path, strerror(-r));
		return report(
			invocation, address, STATUS_NO_SUCH_CHANNEL,
			"nothing has the key 0x%08x, which ftok(3) makes of this file now; 'kipcctl list "
			"--foreign' shows what there is",
			(unsigned)key);
	}
	if (r == 0 && parsed.form == KIPC_BY_NAME) {
		if (kipc_registry_check(invocation->runtime_dir) == -ENOENT)
			return report(invocation, address, STATUS_NO_SUCH_CHANNEL,
				      "no kipcd has been at work in %s, so there are no names; start it, "
				      "or use a key or an id",
				      invocation->runtime_dir);
		if (report_why(invocation, address, parsed.name, STATUS_NO_SUCH_CHANNEL))
			return STATUS_NO_SUCH_CHANNEL;
		if (names_nearest(invocation->runtime_dir, parsed.name, nearest))
			return report(
				invocation, address, STATUS_NO_SUCH_CHANNEL,
				"no such channel (did you mean '%s'?); 'kipcctl list' shows what there is",
				nearest);
	}
	return report(invocation, address, STATUS_NO_SUCH_CHANNEL,
		      "no such channel; 'kipcctl list --foreign' shows what there is");
}

/* A key or an id that several kinds have: names each in the form that says which. */
static enum status report_ambiguous(const struct invocation *invocation, const char *address)
{
	static const enum kipc_kind kinds[] = { KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE };
	char forms[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < 3 && used < sizeof forms; i++) {
		struct kipc_channel *channel;

		if (kipc_open(address, invocation->runtime_dir, kinds[i], &channel) < 0)
			continue;
		kipc_close(channel);
		used += (size_t)snprintf(forms + used, sizeof forms - used, "%s%s:%s", used ? " or " : "",
					 kipc_kind_to_string(kinds[i]), address);
	}
	return report(invocation, address, STATUS_USAGE, "more than one kind has this number; write %s",
		      forms);
}

static enum status report_wrong_kind(const struct invocation *invocation, const char *address)
{
	struct kipc_channel *channel;
	const char *kind = NULL;

	if (kipc_open(address, invocation->runtime_dir, KIPC_ANY_KIND, &channel) == 0) {
		kind = kipc_kind_to_string(kipc_channel_kind(channel));
		kipc_close(channel);
	}
	return report(invocation, address, STATUS_USAGE, "'%s' is not for %s%s; 'kipcctl help' shows what is",
		      invocation->command->name, kind != NULL ? "a " : "its kind", kind != NULL ? kind : "");
}

enum status errors_report_and(const struct invocation *invocation, const char *address, int error,
			      const char *more)
{
	enum status status = errors_status(error);
	char advice[512];

	if (status == STATUS_NOTHING && invocation->options->quiet)
		return status;
	if (*more == '\0' && error == -ENOENT)
		return report_missing(invocation, address);
	if (error == -EEXIST)
		return report_conflict(invocation, address, more);
	if (*more == '\0' && error == -ENOTUNIQ)
		return report_ambiguous(invocation, address);
	if (*more == '\0' && error == -EPROTOTYPE)
		return report_wrong_kind(invocation, address);
	if (ring_errors_report(invocation, address, error, more, &status))
		return status;
	return report(invocation, address, status, "%s%s%s", sentence_of(error),
		      advice_of(error, address, advice, sizeof advice), more);
}

enum status errors_report(const struct invocation *invocation, const char *address, int error)
{
	return errors_report_and(invocation, address, error, "");
}

enum status errors_end(const struct invocation *invocation, const char *subject, int r)
{
	return r < 0 ? report(invocation, subject, errors_status(r), "%s", strerror(-r)) : STATUS_DONE;
}
