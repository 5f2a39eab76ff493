/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The sentences for errors of a ring, with facts from the ring itself. */

#include "client/base/ring-errors.h"

#include <errno.h>

#include "client/base/channel.h"
#include "client/base/process.h"
#include "client/base/report.h"
#include "lib/kipc.h"

static enum status report_held(const struct invocation *invocation, const char *address,
			       const struct kipc_ring *ring, const char *more)
{
	pid_t holder = ring->producer_lock != 0 ? ring->producer_lock : ring->consumer_lock;
	char name[PROCESS_COMMAND_MAX];

	if (holder == 0)
		return report(
			invocation, address, STATUS_FAILED,
			"another thread held the ring for a second without progress; it is free again%s",
			more);
	if (process_command(holder, name) < 0) /* has a thread's folder, too */
		return report(
			invocation, address, STATUS_FAILED,
			"thread %d, which does not exist, holds the ring, so another program has written "
			"into it; 'kipcctl reset %s' repairs it%s",
			(int)holder, address, more);
	return report(invocation, address, STATUS_FAILED,
		      "thread %d (%s) holds the ring and makes no progress; continue it ('kill -CONT %d') or "
		      "end it ('kill -KILL %d')%s",
		      (int)holder, name, (int)holder, (int)holder, more);
}

/* The fault of the header and the positions or, if they are sound, of the oldest record. */
static enum kipc_ring_fault find_fault(struct kipc_channel *channel, const struct kipc_ring *ring)
{
	size_t size;

	if (ring->fault != KIPC_RING_SOUND)
		return ring->fault;
	return kipc_next_size(channel, &size) == -EBADMSG ? kipc_ring_fault(channel) : KIPC_RING_SOUND;
}

static enum status report_broken(const struct invocation *invocation, const char *address,
				 enum kipc_ring_fault fault, const char *more)
{
	if (fault == KIPC_RING_SOUND)
		return report(invocation, address, STATUS_FAILED,
			      "another program wrote into the ring while it was in use; it is sound now%s",
			      more);
	return report(invocation, address, STATUS_FAILED,
		      "the ring is broken: %s; 'kipcctl reset %s' repairs it, and discards its messages%s",
		      kipc_ring_fault_to_string(fault), address, more);
}

static bool report_by_facts(const struct invocation *invocation, const char *address,
			    struct kipc_channel *channel, int error, const char *more,
			    enum status *ret_status)
{
	struct kipc_ring ring = { 0 };

	if (kipc_ring_stat(channel, &ring) < 0)
		return false;
	switch (-error) {
	case EBADMSG:
		*ret_status = report_broken(invocation, address, find_fault(channel, &ring), more);
		return true;
	case ENOLCK:
		*ret_status = report_held(invocation, address, &ring, more);
		return true;
	case EXDEV:
		*ret_status = report(
			invocation, address, STATUS_FAILED,
			"the ring belongs to another PID namespace; only peek, list and show work here%s",
			more);
		return true;
	case EACCES:
		*ret_status = report(invocation, address, STATUS_NOT_ALLOWED,
				     "sending and receiving change the ring, so both need read and write "
				     "permission; yours is enough for peek%s",
				     more);
		return true;
	case EMSGSIZE:
		*ret_status =
			report(invocation, address, STATUS_FAILED,
			       "the message is too large; the limit is %llu bytes (the ring's max_message)%s",
			       (unsigned long long)ring.max_message, more);
		return true;
	}
	return false;
}

bool ring_errors_report(const struct invocation *invocation, const char *address, int error, const char *more,
			enum status *ret_status)
{
	CLEANUP_CHANNEL struct kipc_channel *channel = NULL;

	return kipc_open(address, invocation->runtime_dir, KIPC_SEGMENT, &channel) == 0 &&
	       report_by_facts(invocation, address, channel, error, more, ret_status);
}
