/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure; used by the plan, and by channel/apply.c for the capacity. */

#include "daemon/plan/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/grammar.h"
#include "common/plural.h"

uint64_t plan_shape_capacity(const struct channel_spec *spec, const struct kernel_view *view)
{
	uint64_t capacity = spec->capacity == 0 ? view->msgmnb : spec->capacity;

	return capacity > view->msgmnb && !view->may_exceed_msgmnb ? view->msgmnb : capacity;
}

unsigned plan_shape_changes(const struct channel_spec *spec, const struct kipc_object *object,
			    const struct kernel_view *view)
{
	unsigned changes = 0;

	if (spec->owner != object->uid)
		changes |= KIPC_ALTER_UID;
	if (spec->group != object->gid)
		changes |= KIPC_ALTER_GID;
	if (spec->mode != object->mode)
		changes |= KIPC_ALTER_MODE;
	/* Without a declared capacity, any capacity is right. */
	if (spec->kind == KIPC_QUEUE && spec->capacity != 0 &&
	    plan_shape_capacity(spec, view) != object->queue.capacity)
		changes |= KIPC_ALTER_CAPACITY;
	return changes;
}

char *plan_shape_changes_to_string(const struct channel_spec *spec, const struct kipc_object *object,
				   const struct kernel_view *view, unsigned changes)
{
	char from[GRAMMAR_SIZE_MAX], to[GRAMMAR_SIZE_MAX], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *separator = "";

	if (out == NULL)
		return NULL;
	if (changes & KIPC_ALTER_UID) {
		fprintf(out, "owner %u -> %u", (unsigned)object->uid, (unsigned)spec->owner);
		separator = ", ";
	}
	if (changes & KIPC_ALTER_GID) {
		fprintf(out, "%sgroup %u -> %u", separator, (unsigned)object->gid, (unsigned)spec->group);
		separator = ", ";
	}
	if (changes & KIPC_ALTER_MODE) {
		fprintf(out, "%smode %04o -> %04o", separator, (unsigned)object->mode, (unsigned)spec->mode);
		separator = ", ";
	}
	if (changes & KIPC_ALTER_CAPACITY)
		fprintf(out, "%scapacity %s -> %s", separator,
			grammar_size_to_string(object->queue.capacity, from),
			grammar_size_to_string(plan_shape_capacity(spec, view), to));
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* Not rounded: two different sizes must not look the same. */
static const char *exact_size(uint64_t bytes, char buffer[static GRAMMAR_SIZE_MAX])
{
	if (bytes % 1024 != 0 && bytes < UINT64_C(100000000000000))
		snprintf(buffer, GRAMMAR_SIZE_MAX, "%llu", (unsigned long long)bytes);
	else
		(void)grammar_size_to_string(bytes, buffer);
	return buffer;
}

bool plan_shape_differs(const struct channel_spec *spec, const struct kipc_object *object, bool is_ring,
			char why[static PLAN_WHY_MAX])
{
	char from[GRAMMAR_SIZE_MAX], to[GRAMMAR_SIZE_MAX];

	if (spec->kind != object->kind)
		snprintf(why, PLAN_WHY_MAX, "kind %s -> %s", kipc_kind_to_string(object->kind),
			 kipc_kind_to_string(spec->kind));
	else if (spec->key != object->key)
		snprintf(why, PLAN_WHY_MAX, "key 0x%08x -> 0x%08x", (unsigned)object->key,
			 (unsigned)spec->key);
	else if (spec->kind == KIPC_SEGMENT && spec->size != object->segment.size)
		snprintf(why, PLAN_WHY_MAX, "size %s -> %s", exact_size(object->segment.size, from),
			 exact_size(spec->size, to));
	else if (spec->kind == KIPC_SEGMENT && (spec->layout == LAYOUT_RING) != is_ring)
		snprintf(why, PLAN_WHY_MAX, "layout %s -> %s",
			 layout_words[is_ring ? LAYOUT_RING : LAYOUT_RAW], layout_words[spec->layout]);
	else if (spec->kind == KIPC_SEMAPHORE && spec->n_values != object->semaphore.semaphores)
		snprintf(why, PLAN_WHY_MAX, "values: %zu -> %zu %s", (size_t)object->semaphore.semaphores,
			 spec->n_values, plural(spec->n_values, "semaphore", "semaphores"));
	else
		return false;
	return true;
}

bool plan_shape_is_for_other_messages(const struct channel_spec *spec, uint64_t max_message,
				      char why[static PLAN_WHY_MAX])
{
	char from[GRAMMAR_SIZE_MAX], to[GRAMMAR_SIZE_MAX];

	if (max_message == channel_spec_max_message(spec))
		return false;
	snprintf(why, PLAN_WHY_MAX, "max_message %s -> %s", exact_size(max_message, from),
		 exact_size(channel_spec_max_message(spec), to));
	return true;
}

bool plan_shape_requires_new(const struct channel_spec *spec, const struct kernel_object *found, bool is_ring,
			     char why[static PLAN_WHY_MAX])
{
	if (plan_shape_differs(spec, &found->object, is_ring, why))
		return true;
	if (found->ring != NULL && found->ring->is_laid_out && found->ring->stat.fault == KIPC_RING_SOUND &&
	    plan_shape_is_for_other_messages(spec, found->ring->stat.max_message, why))
		return true;
	/* A kipcd was killed after it had retired the ring, before it had removed it. */
	if (found->ring != NULL && found->ring->stat.retired && found->is_empty) {
		snprintf(why, PLAN_WHY_MAX, "it is marked as removed");
		return true;
	}
	if (spec->kind != KIPC_SEMAPHORE || !found->is_empty || found->values == NULL ||
	    memcmp(spec->values, found->values, spec->n_values * sizeof *spec->values) == 0)
		return false;
	snprintf(why, PLAN_WHY_MAX, "values: other initial values, and no operation yet");
	return true;
}
