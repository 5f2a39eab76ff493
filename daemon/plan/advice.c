/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Pure; called by plan.c. Every printed command is safe to paste: it helps with what it is printed for, and harms nothing else. */

#include "daemon/plan/advice.h"

#include <stdio.h>
#include <string.h>

char *plan_loss(const struct decision *decision, const struct kernel_object *found,
		char buffer[static LOSS_MAX])
{
	const struct registry_entry *entry = decision->step->entry;

	if (found->ring == NULL || !found->ring->is_laid_out)
		return loss_to_string(&found->object, false, LOSS_PRESENT, buffer);
	return loss_of_ring_to_string(&found->ring->stat, found->object.segment.attached - entry->is_held,
				      LOSS_PRESENT, buffer);
}

void plan_advise_foreign(struct decision *decision, const struct kernel_object *foreign)
{
	const struct registry_entry *owner = plan_owner_of(decision, foreign);
	const struct kipc_object *object = &foreign->object;
	const char *kind = kipc_kind_to_string(object->kind);
	unsigned key = (unsigned)object->key;

	if (owner != NULL)
		plan_say(decision, "its key 0x%08x belongs to %s @%d, which is kipcd's %s: remove that first",
			 key, kind, object->id, owner->name);
	else
		plan_say(decision,
			 "its key 0x%08x belongs to %s @%d, created by uid %u, not by kipcd: choose another "
			 "key, have that object removed, or take it over with 'kipcctl adopt %s:0x%08x %s'",
			 key, kind, object->id, (unsigned)object->cuid, kind, key, decision->step->name);
}

/* Messages can be moved to a channel of the same shape, and back. */
static void advise_moving(struct decision *decision, const struct kernel_object *found, const char *why)
{
	const struct kipc_object *object = &found->object;
	const char *name = decision->step->name;
	bool is_attached = found->ring != NULL && object->segment.attached > decision->step->entry->is_held;
	char aside[KIPC_NAME_MAX + 1], loss[LOSS_MAX], like[128];

	snprintf(aside, sizeof aside, "%.*s.kept", KIPC_NAME_MAX - 5, name);
	if (found->ring != NULL)
		snprintf(like, sizeof like, "segment %s size=%llu layout=ring max_message=%llu", aside,
			 (unsigned long long)object->segment.size,
			 (unsigned long long)found->ring->stat.max_message);
	else
		snprintf(like, sizeof like, "queue %s capacity=%llu", aside,
			 (unsigned long long)object->queue.capacity);
	plan_say(decision,
		 "%s requires a new %s, but %s: move them aside with 'kipcctl create %s' and 'kipcctl move "
		 "%s %s', then%s 'kipcctl reload' and 'kipcctl move %s %s'",
		 why, kipc_kind_to_string(object->kind), plan_loss(decision, found, loss), like, name, aside,
		 is_attached ? " " STOP_ITS_USERS "," : "", aside, name);
}

static bool takes_messages(const struct channel_spec *spec)
{
	return spec->kind == KIPC_QUEUE || (spec->kind == KIPC_SEGMENT && spec->layout == LAYOUT_RING);
}

void plan_advise_stale(struct decision *decision, const struct channel_spec *spec,
		       const struct kernel_object *found, const char *why)
{
	char loss[LOSS_MAX];

	if (plan_has_messages(found) && takes_messages(spec))
		advise_moving(decision, found, why);
	else
		plan_say(decision,
			 "%s requires a new %s, but %s: empty it and run 'kipcctl reload', or remove it with "
			 "--force",
			 why, kipc_kind_to_string(found->object.kind), plan_loss(decision, found, loss));
}

void plan_advise_blocked(struct decision *decision, const struct kernel_object *in_the_way)
{
	const char *owner = plan_owner_of(decision, in_the_way)->name, *name = decision->step->name;
	unsigned key = (unsigned)in_the_way->object.key;

	if (config_find(decision->input->config, owner) != NULL)
		plan_say(decision,
			 "its key 0x%08x still belongs to %s, which must give it up first: 'kipcctl show %s' "
			 "shows why it has not",
			 key, owner, owner);
	else
		plan_say(decision,
			 "its key 0x%08x belongs to %s, which is no longer declared: after 'kipcctl remove "
			 "%s' "
			 "and 'kipcctl reload', %s continues as %s",
			 key, owner, name, owner, name);
}

void plan_advise_joining(struct decision *decision, const struct registry_entry *owner, key_t key)
{
	const char *name = decision->step->name;

	plan_say(decision,
		 "its key 0x%08x belongs to %s, which is no longer declared: after 'kipcctl move %s %s', "
		 "'kipcctl "
		 "remove %s' and 'kipcctl reload', %s continues as %s",
		 (unsigned)key, owner->name, name, owner->name, name, owner->name, name);
}

void plan_advise_take_over(struct decision *decision, const struct kernel_object *found,
			   const struct kernel_object *foreign, const char *why)
{
	const char *kind = kipc_kind_to_string(foreign->object.kind), *name = decision->step->name;
	unsigned key = (unsigned)foreign->object.key;
	int id = found->object.id;
	char loss[LOSS_MAX];

	if (found->is_empty)
		plan_say(decision,
			 "%s; kipcd's own, @%d, is empty: 'kipcctl adopt %s:0x%08x %s' takes over the other",
			 why, id, kind, key, name);
	else if (plan_has_messages(found))
		plan_say(decision,
			 "%s; kipcd's own is @%d, but %s: 'kipcctl move %s:0x%08x %s:0x%08x' and 'kipcctl "
			 "adopt %s:0x%08x %s' join the two",
			 why, id, plan_loss(decision, found, loss), kind, (unsigned)found->object.key, kind,
			 key, kind, key, name);
	else
		plan_say(decision,
			 "%s; kipcd's own is @%d, but %s: when it is no longer needed, 'kipcctl remove "
			 "--force %s', 'kipcctl reload' and 'kipcctl adopt %s:0x%08x %s' take over the other",
			 why, id, plan_loss(decision, found, loss), name, kind, key, name);
}
