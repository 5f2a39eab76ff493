/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One sentence for what a removal would destroy, so that the plan, a refusal and a dry run say the same. */

#include "common/loss.h"

#include <stdio.h>
#include <string.h>

#include "common/grammar.h"
#include "common/plural.h"

static const char *const be[] = { [LOSS_PRESENT] = "is", [LOSS_PAST] = "was" };
static const char *const hold[] = { [LOSS_PRESENT] = "holds", [LOSS_PAST] = "held" };
static const char *const of_semaphores[] = {
	[LOSS_PRESENT] = "it has been operated on, so a process may hold it or wait for it",
	[LOSS_PAST] = "it had been operated on, so a process may have held it or waited for it",
};

static void describe_messages(uint64_t messages, uint64_t bytes, enum loss_tense tense,
			      char buffer[static LOSS_MAX])
{
	snprintf(buffer, LOSS_MAX, "it %s %llu %s (%llu %s)", hold[tense], (unsigned long long)messages,
		 plural(messages, "message", "messages"), (unsigned long long)bytes,
		 plural(bytes, "byte", "bytes"));
}

/* Behind the first n bytes of the sentence. */
static void describe_attachments(uint64_t attached, size_t n, enum loss_tense tense,
				 char buffer[static LOSS_MAX])
{
	snprintf(buffer + n, LOSS_MAX - n, "%s %s attached %llu %s", n == 0 ? "it" : " and", be[tense],
		 (unsigned long long)attached, plural(attached, "time", "times"));
}

static void describe_segment(const struct kipc_object *segment, enum loss_tense tense,
			     char buffer[static LOSS_MAX])
{
	char size[GRAMMAR_SIZE_MAX];
	int n;

	n = snprintf(buffer, LOSS_MAX, "it %s %s of data", hold[tense],
		     grammar_bytes_to_string(segment->segment.size, size));
	if (segment->segment.attached > 0)
		describe_attachments(segment->segment.attached, (size_t)n, tense, buffer);
}

char *loss_to_string(const struct kipc_object *object, bool is_empty, enum loss_tense tense,
		     char buffer[static LOSS_MAX])
{
	if (is_empty)
		snprintf(buffer, LOSS_MAX, "it %s empty", be[tense]);
	else if (object->kind == KIPC_QUEUE)
		describe_messages(object->queue.messages, object->queue.bytes, tense, buffer);
	else if (object->kind == KIPC_SEGMENT)
		describe_segment(object, tense, buffer);
	else
		snprintf(buffer, LOSS_MAX, "%s", of_semaphores[tense]);
	return buffer;
}

char *loss_of_ring_to_string(const struct kipc_ring *ring, uint64_t attached, enum loss_tense tense,
			     char buffer[static LOSS_MAX])
{
	buffer[0] = '\0';
	if (ring->fault != KIPC_RING_SOUND)
		snprintf(buffer, LOSS_MAX, "it %s broken, so its contents are unknown", be[tense]);
	else if (ring->messages == 0 && attached == 0)
		snprintf(buffer, LOSS_MAX, "it %s empty", be[tense]);
	if (buffer[0] != '\0')
		return buffer;
	if (ring->messages > 0)
		describe_messages(ring->messages, ring->bytes, tense, buffer);
	if (attached > 0)
		describe_attachments(attached, strlen(buffer), tense, buffer);
	return buffer;
}
