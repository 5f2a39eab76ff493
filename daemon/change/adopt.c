/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Adopts an object that another process created. Only its owner changes, and what a section declares of it. The caller of
 * `kipcctl adopt` makes kipcd the owner first, so kipcd needs no privilege. After a kill at any point, the object works for
 * its users as before, and the same command finishes the adoption.
 */

#include "daemon/change/adopt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/channel-keys.h"
#include "common/cleanup.h"
#include "common/sentence.h"
#include "daemon/change/change.h"
#include "daemon/channel/kernel.h"
#include "daemon/config/keys.h"
#include "daemon/plan/step.h"

#define ASSIGNMENTS_MAX 8

/* The channel whose object it is already, under any name. */
static const struct channel *find_owner(const struct manager *manager, const struct adoption *adoption)
{
	for (size_t i = 0; i < manager->n_channels; i++) {
		const struct channel *channel = &manager->channels[i];

		if (channel->has_link && !channel->link.observed && channel->link.kind == adoption->kind &&
		    channel->link.id == adoption->id && channel_look(channel, NULL) != 0)
			return channel;
	}
	return NULL;
}

static int find_object(const struct adoption *adoption, struct kipc_object *ret_object,
		       char **reterr_sentence)
{
	if (adoption->key == 0)
		return sentence_fail(reterr_sentence, -EINVAL,
				     "it has no key, so kipcd could not recreate it: only its programs can "
				     "give it one");
	if (kipc_object_stat(adoption->kind, adoption->id, ret_object) < 0 ||
	    ret_object->key != adoption->key)
		return sentence_fail(reterr_sentence, -ENOENT, "it is gone");
	return 0;
}

/* If the name still has an object under an older key, that must be empty: known before the new one is given to kipcd. */
static int refuse_to_forget(const struct channel *channel, const struct adoption *adoption,
			    char **reterr_sentence)
{
	struct kipc_object own;
	int r;

	if (channel == NULL || !channel->has_link || channel->link.observed || adoption->kind != KIPC_QUEUE)
		return 0;
	r = channel_look(channel, &own);
	if (r < 0)
		return sentence_fail(reterr_sentence, r, "kipcd cannot look at %s's own queue: %s",
				     channel->name, strerror(-r));
	if (r == 0 || own.queue.messages == 0)
		return 0;
	return sentence_fail(reterr_sentence, -EBUSY, "%s is %s: %s", channel->name,
			     channel_state_words[channel->state], channel->reason);
}

/* A name may be declared already if its section means this very object: it observes it, or is in conflict with it. */
static int check_name(const struct manager *manager, const struct adoption *adoption, char **reterr_sentence)
{
	const struct channel_spec *spec = config_find(manager->config, adoption->name);
	const struct channel *channel = manager_find(manager, adoption->name);

	if (!kipc_name_is_valid(adoption->name))
		return sentence_fail(reterr_sentence, -EINVAL, "'%s' is not a name; " CHANNEL_NAME_RULE,
				     adoption->name);
	if (spec == NULL && channel == NULL)
		return 0;
	if (spec != NULL && spec->kind == adoption->kind && spec->key == adoption->key &&
	    (spec->manage == MANAGE_OBSERVE ||
	     (channel != NULL && (channel->state == STATE_CONFLICT || channel->state == STATE_STALE))))
		return refuse_to_forget(channel, adoption, reterr_sentence);
	return sentence_fail(reterr_sentence, -EEXIST,
			     "the name %s is already in use%s%s: choose another one", adoption->name,
			     spec != NULL ? ", in " : "", spec != NULL ? spec->origin : "");
}

int adopt_check(const struct manager *manager, const struct adoption *adoption, char **reterr_sentence)
{
	const struct channel *owner;
	struct kipc_object object;
	int r;

	r = find_object(adoption, &object, reterr_sentence);
	if (r < 0)
		return r;
	owner = find_owner(manager, adoption);
	if (owner != NULL)
		return sentence_fail(reterr_sentence, -EEXIST, "kipcd already owns it, as %s", owner->name);
	return check_name(manager, adoption, reterr_sentence);
}

/* -- its section --------------------------------------------------------------------------------------------- */

/* Declared values have precedence; the object supplies the others. */
struct assignments {
	const struct channel_spec *spec; /* NULL: nothing declares the name */
	struct adopting *adopting;
	char *items[ASSIGNMENTS_MAX + 1]; /* NULL-terminated */
	size_t n;
	bool failed;
};

/* Values of an earlier adoption do not count. */
static bool is_declared(const struct assignments *assignments, enum config_key_id id)
{
	const struct channel_spec *spec = assignments->spec;

	for (unsigned i = 0; spec != NULL && i < spec->n_places; i++)
		if (spec->places[i].key == id)
			return spec->places[i].verb != LAYER_ADOPT;
	return false;
}

static void assign(struct assignments *assignments, enum config_key_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void assign(struct assignments *assignments, enum config_key_id id, const char *format, ...)
{
	va_list arguments;

	if (is_declared(assignments, id))
		return;
	va_start(arguments, format);
	if (vasprintf(&assignments->items[assignments->n], format, arguments) < 0) {
		assignments->items[assignments->n] = NULL;
		assignments->failed = true;
	} else {
		assignments->n++;
	}
	va_end(arguments);
}

static void assign_layout(struct assignments *assignments, const struct kipc_object *object)
{
	struct kernel_ring ring;

	assign(assignments, CONFIG_KEY_SIZE, "size=%llu", (unsigned long long)object->segment.size);
	if (kernel_look_into_ring(object, &ring) < 0 || !ring.is_laid_out)
		return;
	assignments->adopting->is_ring = true;
	assignments->adopting->max_message = ring.stat.max_message;
	assign(assignments, CONFIG_KEY_LAYOUT, "layout=ring");
	if (assignments->spec == NULL || !is_declared(assignments, CONFIG_KEY_LAYOUT) ||
	    assignments->spec->layout == LAYOUT_RING)
		assign(assignments, CONFIG_KEY_MAX_MESSAGE, "max_message=%llu",
		       (unsigned long long)ring.stat.max_message);
}

/* The current ones: a recreated set would start with them. */
static void assign_values(struct assignments *assignments, const struct kipc_object *object)
{
	CLEANUP_FREE struct kipc_semaphore *semaphores = NULL;
	CLEANUP_FREE char *text = NULL;
	size_t n = 0, size;
	FILE *out;

	if (kipc_object_semaphores(object->id, &semaphores, &n) < 0)
		n = object->semaphore.semaphores;
	out = open_memstream(&text, &size);
	for (size_t i = 0; out != NULL && i < n; i++)
		fprintf(out, "%s%d", i == 0 ? "" : ",", semaphores != NULL ? semaphores[i].value : 0);
	if (out != NULL && fclose(out) == 0)
		assign(assignments, CONFIG_KEY_VALUES, "values=%s", text);
	else
		assignments->failed = true;
}

static void describe(struct assignments *assignments, const struct kipc_object *object)
{
	if (assignments->spec == NULL)
		assign(assignments, CONFIG_KEY_KEY, "key=0x%08x", (unsigned)object->key);
	assign(assignments, CONFIG_KEY_GROUP, "group=%u", (unsigned)object->gid);
	assign(assignments, CONFIG_KEY_MODE, "mode=%04o", (unsigned)object->mode);
	switch (object->kind) {
	case KIPC_QUEUE:
		assign(assignments, CONFIG_KEY_CAPACITY, "capacity=%llu",
		       (unsigned long long)object->queue.capacity);
		break;
	case KIPC_SEGMENT:
		assign_layout(assignments, object);
		break;
	case KIPC_SEMAPHORE:
		assign_values(assignments, object);
		break;
	}
}

int adopt(struct manager *manager, const struct adoption *adoption, struct steps *steps,
	  char **reterr_sentence)
{
	struct adopting adopting = { .name = adoption->name, .kind = adoption->kind, .id = adoption->id };
	struct assignments assignments = {
		.spec = config_find(manager->config, adoption->name),
		.adopting = &adopting,
	};
	struct kipc_object object;
	int r;

	r = adopt_check(manager, adoption, reterr_sentence);
	if (r == 0)
		r = find_object(adoption, &object, reterr_sentence);
	if (r < 0)
		return r;
	if (object.uid != geteuid() && object.cuid != geteuid())
		return sentence_fail(reterr_sentence, -EPERM,
				     "it still belongs to uid %u: 'kipcctl adopt' gives it to kipcd first",
				     (unsigned)object.uid);
	/* The one key of a section that adopting overrides. */
	if (assignments.spec != NULL && assignments.spec->manage == MANAGE_OBSERVE)
		assignments.items[assignments.n++] = strdup("manage=own");
	describe(&assignments, &object);
	r = assignments.failed || (assignments.n > 0 && assignments.items[0] == NULL) ? -ENOMEM : 0;
	manager->adopting = &adopting;
	if (r == 0)
		r = change_adopt(manager, adoption->kind, adoption->name, assignments.items, steps,
				 reterr_sentence);
	manager->adopting = NULL;
	for (size_t i = 0; i < assignments.n; i++)
		free(assignments.items[i]);
	return r;
}
