/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One sentence for what a removal would destroy, so that the plan, a refusal and a dry run say the same. */

#include "common/loss.h"

#include <stdio.h>
#include <string.h>

#include "common/grammar.h"
#include "common/plural.h"

static void describe_messages(uint64_t messages, uint64_t bytes, char buffer[static LOSS_MAX])
{
	snprintf(buffer, LOSS_MAX, "it holds %llu %s (%llu %s)", (unsigned long long)messages,
		 plural(messages, "message", "messages"), (unsigned long long)bytes,
		 plural(bytes, "byte", "bytes"));
}

static void describe_attachments(uint64_t attached, size_t n, char buffer[static LOSS_MAX])
{
	snprintf(buffer + n, LOSS_MAX - n, "%s is attached %llu %s", n == 0 ? "it" : " and",
		 (unsigned long long)attached, plural(attached, "time", "times"));
}

static void describe_segment(const struct kipc_object *segment, char buffer[static LOSS_MAX])
{
	char size[GRAMMAR_SIZE_MAX];
	int n;

	n = snprintf(buffer, LOSS_MAX, "it holds %s of data",
		     grammar_bytes_to_string(segment->segment.size, size));
	if (segment->segment.attached > 0)
		describe_attachments(segment->segment.attached, (size_t)n, buffer);
}

char *loss_to_string(const struct kipc_object *object, bool is_empty, char buffer[static LOSS_MAX])
{
	if (is_empty)
		snprintf(buffer, LOSS_MAX, "it is empty");
	else if (object->kind == KIPC_QUEUE)
		describe_messages(object->queue.messages, object->queue.bytes, buffer);
	else if (object->kind == KIPC_SEGMENT)
		describe_segment(object, buffer);
	else
		snprintf(buffer, LOSS_MAX,
			 "it has been operated on, so a process may hold it or wait for it");
	return buffer;
}

char *loss_of_ring_to_string(const struct kipc_ring *ring, uint64_t attached, char buffer[static LOSS_MAX])
{
	buffer[0] = '\0';
	if (ring->fault != KIPC_RING_SOUND)
		snprintf(buffer, LOSS_MAX, "it is broken, so its contents are unknown");
	else if (ring->messages == 0 && attached == 0)
		snprintf(buffer, LOSS_MAX, "it is empty");
	if (buffer[0] != '\0')
		return buffer;
	if (ring->messages > 0)
		describe_messages(ring->messages, ring->bytes, buffer);
	if (attached > 0)
		describe_attachments(attached, strlen(buffer), buffer);
	return buffer;
}
