/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From an address to the kernel object that it stands for. A name stands for the object that the registry
 * names, for this boot and IPC namespace, and only if that object has the same id, key and creator: an object
 * that another program made with a declared key is never used. A channel keeps its address, so that it can be
 * looked up again when its object is removed.
 */

#include "lib/channel.h"

#include <errno.h>

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
	if (name.in_conflict) /* programs that start now find another program's object by its key */
		return -EEXIST;
	r = kipc_object_stat(name.kind, name.id, &object);
	if (r == -EIDRM || (r == 0 && (object.cuid != name.creator || object.key != name.key)))
		return -ESTALE;
	if (r < 0)
		return r;
	*ret_object = object;
	return 0;
}

/* A key or an id: looks in all kinds that the caller accepts. -ENOTUNIQ: more than one of them has it. */
static int resolve_number(const struct kipc_channel *channel, int32_t key, struct kipc_object *ret_object)
{
	struct kipc_object object, found = { 0 };
	int r;

	for (unsigned kind = KIPC_QUEUE; kind <= KIPC_SEMAPHORE; kind <<= 1) {
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

int channel_resolve(const struct kipc_channel *channel, struct kipc_object *ret_object)
{
	int32_t key = 0;
	int r = 0;

	if (channel->address.form == KIPC_BY_NAME)
		return resolve_name(channel, ret_object);
	/* At each lookup, because a replaced file gives another key, as it does for programs that start now. */
	if (channel->address.form != KIPC_BY_ID)
		r = kipc_address_to_key(&channel->address, &key);
	return r < 0 ? r : resolve_number(channel, key, ret_object);
}

void channel_take_object(struct kipc_channel *channel, const struct kipc_object *object)
{
	if (object->kind == KIPC_QUEUE)
		atomic_store_explicit(&channel->capacity, object->queue.capacity, memory_order_relaxed);
	/* Relaxed: nothing else is published with the id. */
	atomic_store_explicit(&channel->id, object->id, memory_order_relaxed);
}

int channel_refresh(struct kipc_channel *channel, int dead_id)
{
	struct kipc_object object;
	int r;

	if (channel->address.form == KIPC_BY_ID)
		return -EIDRM;
	r = channel_resolve(channel, &object);
	if (r < 0)
		return r;
	if (object.kind != channel->kind)
		return -EPROTOTYPE;
	if (object.id == dead_id)
		return -EIDRM;
	channel_take_object(channel, &object);
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
