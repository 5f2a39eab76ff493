/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Errors on a ring: the sentence needs a look at the ring, which tells what the errno alone cannot. */

#include "client/base/ring-errors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/report.h"
#include "common/escape.h"
#include "lib/kipc.h"

/* A thread's or process's name, escaped by report(); "" if it is gone. */
static void name_of(pid_t id, char name[static 32])
{
	char path[64];
	FILE *file;

	name[0] = '\0';
	(void)snprintf(path, sizeof path, "/proc/%d/comm", (int)id);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(name, 32, file) != NULL)
		name[strcspn(name, "\n")] = '\0';
	(void)fclose(file);
}

static enum status say_held(const struct invocation *invocation, const char *address,
			    const struct kipc_ring *ring, const char *more)
{
	pid_t holder = ring->producer_lock ? ring->producer_lock : ring->consumer_lock;
	char name[32], shown[160];
	char *escaped;

	if (holder == 0)
		return report(invocation, address, STATUS_FAILED,
			      "another thread held it for a second and did not go on; now it is free again%s",
			      more);
	name_of(holder, name);
	escaped = escape_text(name, strlen(name));
	(void)snprintf(shown, sizeof shown, "%s", escaped != NULL ? escaped : "?");
	free(escaped);
	if (name[0] == '\0')
		return report(invocation, address, STATUS_FAILED,
			      "it is held by thread %d, which does not exist: somebody wrote into it; "
			      "'kipcctl reset %s' makes it anew%s",
			      (int)holder, address, more);
	return report(invocation, address, STATUS_FAILED,
		      "thread %d (%s) holds it and does not go on; continue it ('kill -CONT %d') or end it "
		      "('kill -KILL "
		      "%d')%s",
		      (int)holder, shown, (int)holder, (int)holder, more);
}

/* Header and positions say what they can by themselves; the oldest record is looked at too. */
static enum kipc_ring_fault find_fault(struct kipc_channel *ring, const struct kipc_ring *stat)
{
	size_t size;

	if (stat->fault != KIPC_RING_SOUND)
		return stat->fault;
	return kipc_next_size(ring, &size) == -EBADMSG ? kipc_ring_fault(ring) : KIPC_RING_SOUND;
}

static enum status say_broken(const struct invocation *invocation, const char *address,
			      enum kipc_ring_fault fault, const char *more)
{
	if (fault == KIPC_RING_SOUND)
		return report(invocation, address, STATUS_FAILED,
			      "this ring was written to by somebody else while it was in use; nothing is "
			      "wrong with it "
			      "now%s",
			      more);
	return report(invocation, address, STATUS_FAILED,
		      "this ring is broken: %s; 'kipcctl reset %s' makes it anew, without what is in it%s",
		      kipc_ring_fault_to_string(fault), address, more);
}

static bool say(const struct invocation *invocation, const char *address, struct kipc_channel *channel,
		int error, const char *more, enum status *ret_status)
{
	int is_ring = kipc_channel_is_ring(channel);
	struct kipc_ring ring = { 0 };

	if (is_ring == 0 || (is_ring < 0 && is_ring != -EBADMSG) || kipc_ring_stat(channel, &ring) < 0)
		return false;
	switch (-error) {
	case EBADMSG:
		*ret_status = say_broken(invocation, address, find_fault(channel, &ring), more);
		return true;
	case ENOLCK:
		*ret_status = say_held(invocation, address, &ring, more);
		return true;
	case EXDEV:
		*ret_status = report(
			invocation, address, STATUS_FAILED,
			"this ring belongs to another PID namespace, where our thread's number may be a "
			"stranger's; only peek and show are possible from here%s",
			more);
		return true;
	case EACCES:
		*ret_status =
			report(invocation, address, STATUS_NOT_ALLOWED,
			       "sending and receiving change a ring, so both need permission to read and to "
			       "write; yours lets you peek%s",
			       more);
		return true;
	case EMSGSIZE:
		*ret_status = report(invocation, address, STATUS_FAILED,
				     "the message is larger than %llu bytes, the most that this ring takes "
				     "(max_message)%s",
				     (unsigned long long)ring.max_message, more);
		return true;
	}
	return false;
}

bool ring_errors_report(const struct invocation *invocation, const char *address, int error, const char *more,
			enum status *ret_status)
{
	struct kipc_channel *channel;
	bool is_said;

	if (kipc_open(address, invocation->runtime_dir, KIPC_SEGMENT, &channel) < 0)
		return false;
	is_said = say(invocation, address, channel, error, more, ret_status);
	kipc_close(channel);
	return is_said;
}
