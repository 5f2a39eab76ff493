/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Opening a channel: from an address to a kernel object that is really the one meant. A name means what the registry
 * says, of this boot and IPC namespace, with the same id, key and creator; a squatter on a declared key is never met.
 * The handle keeps the address, so that a dead id can be looked up again.
 */

#include "lib/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const enum kipc_kind every_kind[] = { KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE };

static int resolve_name(const struct kipc_channel *channel, struct kipc_object *ret_object)
{
	struct kipc_object object;
	struct kipc_name name;
	int r;

	r = kipc_registry_lookup(channel->runtime_dir, channel->address.name, &name);
	if (r < 0)
		return r;
	r = kipc_registry_check(channel->runtime_dir);
	if (r < 0)
		return r;
	if (!(channel->kinds & name.kind))
		return -EPROTOTYPE;
	if (name.in_conflict) /* programs that start now meet somebody else by its key */
		return -EEXIST;
	r = kipc_object_stat(name.kind, name.id, &object);
	if (r == -EIDRM || (r == 0 && (object.cuid != name.creator || object.key != name.key)))
		return -ESTALE;
	if (r < 0)
		return r;
	*ret_object = object;
	return 0;
}

/* A key or an id: in every kind that will do, and in one only. */
static int resolve_number(const struct kipc_channel *channel, int32_t key, struct kipc_object *ret_object)
{
	struct kipc_object object, found = { 0 };
	int r;

	for (size_t i = 0; i < 3; i++) {
		enum kipc_kind kind = every_kind[i];

		if (!(channel->kinds & kind))
			continue;
		if (channel->address.form == KIPC_BY_ID)
			r = kipc_object_stat(kind, channel->address.id, &object);
		else
			r = kipc_object_find(kind, key, &object);
		if (r == -ENOENT || r == -EIDRM)
			continue;
		if (r < 0)
			return r;
		if (found.kind != 0)
			return -ENOTUNIQ;
		found = object;
	}
	if (found.kind == 0)
		return -ENOENT;
	*ret_object = found;
	return 0;
}

static int resolve(const struct kipc_channel *channel, struct kipc_object *ret_object)
{
	int32_t key = 0;
	int r = 0;

	if (channel->address.form == KIPC_BY_NAME)
		return resolve_name(channel, ret_object);
	/* At each look-up: a replaced file gives another key, as it does for programs that start now. */
	if (channel->address.form != KIPC_BY_ID)
		r = kipc_address_to_key(&channel->address, &key);
	return r < 0 ? r : resolve_number(channel, key, ret_object);
}

static void adopt_object(struct kipc_channel *channel, const struct kipc_object *object)
{
	if (object->kind == KIPC_QUEUE)
		atomic_store_explicit(&channel->capacity, object->queue.capacity, memory_order_relaxed);
	/* Relaxed: the id is a number of its own, nothing else is published with it. */
	atomic_store_explicit(&channel->id, object->id, memory_order_relaxed);
}

int kipc_open(const char *address, const char *runtime_dir, unsigned kinds, struct kipc_channel **ret_channel)
{
	struct kipc_channel *channel;
	struct kipc_object object;
	int r;

	channel = calloc(1, sizeof *channel);
	if (channel == NULL)
		return -ENOMEM;
	r = kipc_address_parse(address, &channel->address);
	if (r < 0)
		goto fail;
	if (kinds & ~(unsigned)KIPC_ANY_KIND) {
		r = -EINVAL;
		goto fail;
	}
	channel->kinds = kinds;
	if (channel->address.kind != 0)
		channel->kinds &= channel->address.kind;
	if (channel->kinds == 0) {
		r = -EPROTOTYPE;
		goto fail;
	}
	if ((runtime_dir != NULL && (channel->runtime_dir = strdup(runtime_dir)) == NULL) ||
	    (channel->address.form == KIPC_BY_FTOK &&
	     (channel->path = strndup(channel->address.path, channel->address.path_length)) == NULL)) {
		r = -ENOMEM;
		goto fail;
	}
	channel->address.path = channel->path; /* the text is the caller's */
	r = resolve(channel, &object);
	if (r < 0)
		goto fail;
	channel->kind = object.kind; /* for good: threads read it without a lock */
	adopt_object(channel, &object);
	*ret_channel = channel;
	return 0;
fail:
	kipc_close(channel);
	return r;
}

struct kipc_channel *kipc_close(struct kipc_channel *channel)
{
	if (channel == NULL)
		return NULL;
	channel_free_rings(channel);
	segment_detach(channel);
	free(channel->runtime_dir);
	free(channel->path);
	free(channel);
	return NULL;
}

int channel_refresh(struct kipc_channel *channel, int dead_id)
{
	struct kipc_object object;
	int r;

	if (channel->address.form == KIPC_BY_ID)
		return -EIDRM;
	r = resolve(channel, &object);
	if (r < 0)
		return r;
	if (object.kind != channel->kind)
		return -EPROTOTYPE;
	if (object.id == dead_id)
		return -EIDRM;
	adopt_object(channel, &object);
	return 0;
}

int channel_id_of_kind(const struct kipc_channel *channel, enum kipc_kind kind)
{
	return channel->kind == kind ? kipc_channel_id(channel) : -EPROTOTYPE;
}

enum kipc_kind kipc_channel_kind(const struct kipc_channel *channel)
{
	return channel->kind;
}

int kipc_channel_id(const struct kipc_channel *channel)
{
	return atomic_load_explicit(&channel->id, memory_order_relaxed);
}

int kipc_channel_index(const struct kipc_channel *channel)
{
	return channel->address.index < 0 ? 0 : channel->address.index;
}

int kipc_stat(struct kipc_channel *channel, struct kipc_object *ret_object)
{
	int id = kipc_channel_id(channel), r;

	r = kipc_object_stat(channel->kind, id, ret_object);
	if (r != -EIDRM)
		return r;
	r = channel_refresh(channel, id);
	return r < 0 ? r : kipc_object_stat(channel->kind, kipc_channel_id(channel), ret_object);
}
