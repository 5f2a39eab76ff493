/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One sentence for what a removal would destroy: the plan, a refusal and a dry run say it alike. */

#include "common/loss.h"

#include <stdio.h>

#include "common/grammar.h"

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

char *loss_to_string(const struct kipc_object *object, bool is_empty, char buffer[static LOSS_MAX])
{
	unsigned long long messages = object->queue.messages, bytes = object->queue.bytes;
	unsigned long long attached = object->segment.attached;
	char size[GRAMMAR_SIZE_MAX];

	if (is_empty)
		snprintf(buffer, LOSS_MAX, "it is empty");
	else if (object->kind == KIPC_QUEUE)
		snprintf(buffer, LOSS_MAX, "it holds %llu message%s (%llu byte%s)", messages,
			 plural(messages), bytes, plural(bytes));
	else if (object->kind == KIPC_SEGMENT && attached > 0)
		snprintf(buffer, LOSS_MAX, "it holds %s of data and is attached %llu time%s",
			 grammar_size_to_string(object->segment.size, size), attached, plural(attached));
	else if (object->kind == KIPC_SEGMENT)
		snprintf(buffer, LOSS_MAX, "it holds %s of data",
			 grammar_size_to_string(object->segment.size, size));
	else
		snprintf(buffer, LOSS_MAX, "it has been operated on, so somebody may hold it or wait for it");
	return buffer;
}

char *loss_of_ring_to_string(const struct kipc_ring *ring, uint64_t attached, char buffer[static LOSS_MAX])
{
	unsigned long long messages = ring->messages, bytes = ring->bytes, times = attached;

	if (ring->fault != KIPC_RING_SOUND)
		snprintf(buffer, LOSS_MAX, "it is broken, so that nobody knows what it holds");
	else if (messages > 0 && times > 0)
		snprintf(buffer, LOSS_MAX,
			 "it holds %llu message%s (%llu byte%s) and is attached %llu time%s", messages,
			 plural(messages), bytes, plural(bytes), times, plural(times));
	else if (messages == 0 && times == 0)
		snprintf(buffer, LOSS_MAX, "it is empty");
	else if (times > 0)
		snprintf(buffer, LOSS_MAX, "it is attached %llu time%s", times, plural(times));
	else
		snprintf(buffer, LOSS_MAX, "it holds %llu message%s (%llu byte%s)", messages,
			 plural(messages), bytes, plural(bytes));
	return buffer;
}
