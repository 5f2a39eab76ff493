/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The sentences for errors, in one table by errno, so that all verbs of both halves report the same error alike. A
 * sentence says what happened and, behind a semicolon, what to do.
 */

#include "client/base/errors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/names.h"
#include "client/base/report.h"
#include "client/base/ring-errors.h"
#include "lib/kipc.h"

static const struct sentence {
	int error; /* positive errno */
	enum status status;
	const char *text;  /* NULL: made by a function below */
	const char *shown; /* what 'kipcctl show ADDR' shows about it; NULL: nothing */
} sentences[] = {
	{ ENOENT, STATUS_NO_SUCH_CHANNEL, "no such channel" },
	{ ESTALE, STATUS_NO_SUCH_CHANNEL,
	  "the object with this name was removed, and kipcd has not recreated it",
	  "the reason, and how to recover it" },
	{ EAGAIN, STATUS_NOTHING,
	  "not possible without waiting; omit --no-wait, or give a longer --timeout" },
	{ ENOMSG, STATUS_NOTHING, "no such message" },
	{ ETIMEDOUT, STATUS_NOTHING, "timed out" },
	{ EACCES, STATUS_NOT_ALLOWED, "its mode does not allow you to do this", "its owner and mode" },
	{ EPERM, STATUS_NOT_ALLOWED, "only its owner, its creator and root may do this",
	  "its owner and creator" },
	{ EIDRM, STATUS_REMOVED, "it was removed" },
	{ EINVAL, STATUS_USAGE,
	  "this is not an address; use a name (orders), a key (0x4b01), an id (@5) or ftok:PATH:N, and "
	  "NAME[1] for one semaphore of a set" },
	{ ERANGE, STATUS_USAGE,
	  "the number is out of range for a key, id or index; a key is 1 to 0xffffffff" },
	{ ENOTUNIQ, STATUS_USAGE, NULL },
	{ EPROTOTYPE, STATUS_USAGE, NULL },
	{ EXDEV, STATUS_FAILED,
	  "this kipcd belongs to another boot or another IPC namespace; use a key or an id, or choose "
	  "another "
	  "kipcd with --runtime-dir" },
	{ EMSGSIZE, STATUS_FAILED, "the message is too large; 'kipcctl limits' shows the limits" },
	{ ENODATA, STATUS_FAILED,
	  "without /proc, it is unknown whether names belong to this boot and IPC namespace; mount "
	  "/proc, or use a key or an id" },
	{ ENOSYS, STATUS_FAILED,
	  "this kernel cannot show a message without taking it (CONFIG_CHECKPOINT_RESTORE is off); take "
	  "it with 'kipcctl recv'" },
	{ EFBIG, STATUS_FAILED, "the set has no semaphore with this number", "how many it has" },
	{ EOPNOTSUPP, STATUS_USAGE,
	  "a ring is first in, first out, so messages cannot be selected by type; omit the type" },
	{ EBADMSG, STATUS_FAILED,
	  "its entry in the registry is damaged; a running kipcd repairs it within seconds, otherwise "
	  "'kipcctl show' says why not" },
	{ EBUSY, STATUS_FAILED, "all real-time signals are in use, and --timeout needs one" },
	{ EINTR, STATUS_FAILED, "interrupted" },
	{ ENOBUFS, STATUS_FAILED,
	  "the kernel has no memory for this segment, which was created without a reservation "
	  "(SHM_NORESERVE), or has too few huge pages (vm.nr_hugepages)" },
};

static const struct sentence *find_sentence(int error)
{
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		if (sentences[i].error == -error)
			return &sentences[i];
	return NULL;
}

enum status errors_status(int error)
{
	const struct sentence *sentence = find_sentence(error);

	return sentence != NULL ? sentence->status : STATUS_FAILED;
}

/* Whether the name could not be looked up at all. */
static bool is_registry_closed(const struct invocation *invocation, const char *address)
{
	struct kipc_address parsed = { 0 };

	return kipc_address_parse(address, &parsed) == 0 && parsed.form == KIPC_BY_NAME &&
	       kipc_registry_check(invocation->runtime_dir) == -EACCES;
}

/* The sentence with its advice ("; 'kipcctl show ADDR' shows its owner and mode"). */
static enum status report_sentence(const struct invocation *invocation, const char *address, int error,
				   const char *more)
{
	const struct sentence *sentence = find_sentence(error);
	const char *text = sentence != NULL && sentence->text != NULL ? sentence->text : strerror(-error);

	if (address == NULL || sentence == NULL || sentence->shown == NULL)
		return report(invocation, address, errors_status(error), "%s%s", text, more);
	return report(invocation, address, errors_status(error), "%s; 'kipcctl show %.*s' shows %s%s", text,
		      (int)strcspn(address, "["), address, sentence->shown, more);
}

char *(*errors_explain_name)(const struct invocation *invocation, const char *name);

/* If the channel is declared and has no object now, or is in conflict, kipcd knows why and what to do. */
static bool report_reason(const struct invocation *invocation, const char *address, const char *name,
			  enum status status)
{
	char *sentence = errors_explain_name != NULL ? errors_explain_name(invocation, name) : NULL;

	if (sentence != NULL)
		(void)report(invocation, address, status, "%s", sentence);
	free(sentence);
	return sentence != NULL;
}

/* A name without a safe meaning: kipcd can say to which object its key belongs. */
static enum status report_conflict(const struct invocation *invocation, const char *address, const char *more)
{
	struct kipc_address parsed = { 0 };

	if (*more == '\0' && kipc_address_parse(address, &parsed) == 0 && parsed.form == KIPC_BY_NAME &&
	    report_reason(invocation, address, parsed.name, STATUS_NO_SUCH_CHANNEL))
		return STATUS_NO_SUCH_CHANNEL;
	return report(invocation, address, STATUS_NO_SUCH_CHANNEL,
		      "conflict: its key belongs to an object that kipcd did not create, so the name is not "
		      "safe to use; 'kipcctl list --foreign' shows that object%s",
		      more);
}

/* There is no such channel, or no registry that could name it. */
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
				      "ftok(3) fails on '%.*s': %s", (int)parsed.path_length, parsed.path,
				      strerror(-r));
		return report(
			invocation, address, STATUS_NO_SUCH_CHANNEL,
			"no object has the key 0x%08x, which ftok(3) now computes from this file; 'kipcctl "
			"list --foreign' lists all objects",
			(unsigned)key);
	}
	if (r == 0 && parsed.form == KIPC_BY_NAME) {
		if (kipc_registry_check(invocation->runtime_dir) == -ENOENT)
			return report(invocation, address, STATUS_NO_SUCH_CHANNEL,
				      "no kipcd has run in %s, so no channel has a name; start kipcd, or "
				      "use a key or an id",
				      invocation->runtime_dir);
		if (report_reason(invocation, address, parsed.name, STATUS_NO_SUCH_CHANNEL))
			return STATUS_NO_SUCH_CHANNEL;
		if (names_nearest(invocation->runtime_dir, parsed.name, nearest))
			return report(
				invocation, address, STATUS_NO_SUCH_CHANNEL,
				"no such channel (did you mean '%s'?); 'kipcctl list' lists all channels",
				nearest);
	}
	return report(invocation, address, STATUS_NO_SUCH_CHANNEL,
		      "no such channel; 'kipcctl list --foreign' lists all objects");
}

/* Several kinds have this key or id: prints an unambiguous address for each. */
static enum status report_ambiguous(const struct invocation *invocation, const char *address)
{
	char forms[256] = "";
	size_t used = 0;

	for (const char *const *kind = channel_kinds; *kind != NULL && used < sizeof forms; kind++) {
		struct kipc_channel *channel;

		if (kipc_open(address, invocation->runtime_dir, kipc_kind_from_string(*kind), &channel) < 0)
			continue;
		kipc_close(channel);
		used += (size_t)snprintf(forms + used, sizeof forms - used, "%s%s:%s", used ? " or " : "",
					 *kind, address);
	}
	return report(invocation, address, STATUS_USAGE, "objects of several kinds have this number; use %s",
		      forms);
}

/*
 * Only an attached segment shows whether it is a ring. To attach it counts as use of it, after which it is no longer empty. So this
 * relies on what the verb accepts.
 */
static const char *wrong_class(const struct invocation *invocation, enum kipc_kind kind)
{
	bool takes_rings = (invocation->command->offers & CHANNEL_RING) != 0;

	switch (kind) {
	case KIPC_QUEUE:
		return channel_class_to_string(CHANNEL_QUEUE);
	case KIPC_SEGMENT:
		return takes_rings ? channel_class_to_string(CHANNEL_RAW) : "a segment";
	case KIPC_SEMAPHORE:
		break;
	}
	return channel_class_to_string(CHANNEL_SEMAPHORE);
}

static enum status report_wrong_class(const struct invocation *invocation, const char *address)
{
	struct kipc_channel *channel;
	const char *word = "a channel of this kind";

	if (kipc_open(address, invocation->runtime_dir, KIPC_ANY_KIND, &channel) == 0) {
		word = wrong_class(invocation, kipc_channel_kind(channel));
		kipc_close(channel);
	}
	return report(invocation, address, STATUS_USAGE,
		      "'%s' cannot be used with %s; 'kipcctl help' lists the verbs",
		      invocation->command->name, word);
}

enum status errors_report_and(const struct invocation *invocation, const char *address, int error,
			      const char *more)
{
	enum status status = errors_status(error);

	if (status == STATUS_NOTHING && invocation->options->quiet)
		return status;
	if (*more == '\0' && error == -ENOENT)
		return report_missing(invocation, address);
	if (error == -EEXIST)
		return report_conflict(invocation, address, more);
	if (*more == '\0' && error == -ENOTUNIQ)
		return report_ambiguous(invocation, address);
	if (*more == '\0' && error == -EPROTOTYPE)
		return report_wrong_class(invocation, address);
	if (error == -EACCES && is_registry_closed(invocation, address))
		return report(invocation, address, status,
			      "you may not read the registry in %s; use a key or an id%s",
			      invocation->runtime_dir, more);
	if (ring_errors_report(invocation, address, error, more, &status))
		return status;
	return report_sentence(invocation, address, error, more);
}

enum status errors_report(const struct invocation *invocation, const char *address, int error)
{
	return errors_report_and(invocation, address, error, "");
}

enum status errors_end(const struct invocation *invocation, const char *subject, int r)
{
	return r < 0 ? report(invocation, subject, errors_status(r), "%s", strerror(-r)) : STATUS_DONE;
}
