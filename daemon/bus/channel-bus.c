/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * org.kipc1.Channel, and beside it .Queue, .Segment (and .Ring) or .Semaphore, on an object for each channel. They have
 * only properties, which everyone may read: what changes a channel is a method of the manager. State and id are signalled;
 * figures are looked up when a client asks, and are not signalled.
 *
 * A new property is a row of a vtable here, with a getter if no member of struct shown has its value.
 */

#include "daemon/bus/channel-bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus-names.h"
#include "common/clock.h"
#include "daemon/channel/kernel.h"

/* -- finding the object of a path ------------------------------------------------------------------------------ */

static struct channel *find_channel(const struct manager *manager, const char *path)
{
	struct channel *channel = NULL;
	char *name = NULL;

	if (sd_bus_path_decode(path, BUS_CHANNELS, &name) > 0)
		channel = manager_find(manager, name);
	free(name);
	return channel;
}

/* control->shown stays until the next call: sd-bus reads the properties right after this one. */
static int find(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
		sd_bus_error *reterr)
{
	struct control *control = userdata;
	const struct channel *channel = find_channel(control->manager, path);

	if (channel == NULL)
		return 0;
	shown_fill(channel, &control->shown);
	if (channel_look(channel, &control->shown.object) <= 0)
		control->shown.object = (struct kipc_object){ 0 };
	*ret_found = &control->shown;
	return 1;
}

/* The interfaces that not every channel has. */
static int find_kind(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
		     sd_bus_error *reterr)
{
	struct shown *shown = &((struct control *)userdata)->shown;
	int r = find(bus, path, interface, userdata, ret_found, reterr);
	bool has;

	if (r <= 0)
		return r;
	if (strcmp(interface, BUS_QUEUE) == 0)
		has = shown_kind(shown->channel) == KIPC_QUEUE;
	else if (strcmp(interface, BUS_SEGMENT) == 0)
		has = shown_kind(shown->channel) == KIPC_SEGMENT;
	else if (strcmp(interface, BUS_RING) == 0)
		has = shown_is_ring(shown->channel);
	else
		has = shown_kind(shown->channel) == KIPC_SEMAPHORE;
	/* All zero if the ring cannot be read. */
	if (has && strcmp(interface, BUS_RING) == 0 && shown->object.kind == KIPC_SEGMENT &&
	    kernel_look_into_ring(&shown->object, &shown->ring) < 0)
		shown->ring = (struct kernel_ring){ 0 };
	return has;
}

static int enumerate(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes, sd_bus_error *reterr)
{
	const struct control *control = userdata;
	const struct manager *manager = control->manager;
	char **nodes;

	if (strcmp(prefix, BUS_CHANNELS) != 0)
		return 0; /* nothing is below a channel */
	nodes = calloc(manager->n_channels + 1, sizeof *nodes);
	if (nodes == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < manager->n_channels; i++)
		if (sd_bus_path_encode(BUS_CHANNELS, manager->channels[i].name, &nodes[i]) < 0) {
			while (i > 0)
				free(nodes[--i]);
			free(nodes);
			return -ENOMEM;
		}
	*ret_nodes = nodes;
	return 0;
}

/* -- properties ------------------------------------------------------------------------------------------------- */

#define GETTER(name)                                                                                         \
	static int name(sd_bus *bus, const char *path, const char *interface, const char *property,          \
			sd_bus_message *reply, void *userdata, sd_bus_error *reterr)

GETTER(get_bool)
{
	return sd_bus_message_append(reply, "b", (int)*(const bool *)userdata);
}

/* Seconds become microseconds, as usual on D-Bus. */
GETTER(get_time)
{
	const int64_t *seconds = userdata;

	return sd_bus_message_append(reply, "t", (uint64_t)*seconds * USEC_PER_SEC);
}

/* Empty if kipcd may not read them. */
GETTER(get_values)
{
	const struct shown *shown = userdata;
	unsigned short *values = NULL;
	size_t n = 0;
	int r;

	if (shown->object.kind == KIPC_SEMAPHORE)
		values = kernel_read_values(&shown->object);
	if (values != NULL)
		n = shown->object.semaphore.semaphores;
	r = sd_bus_message_open_container(reply, 'a', "u");
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = sd_bus_message_append(reply, "u", (uint32_t)values[i]);
	free(values);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

#define SHOWN(name, signature, member, flags)                                                                \
	SD_BUS_PROPERTY(name, signature, NULL, offsetof(struct shown, member), flags)
#define TIME(name, member) SD_BUS_PROPERTY(name, "t", get_time, offsetof(struct shown, member), 0)
#define BOOL(name, member) SD_BUS_PROPERTY(name, "b", get_bool, offsetof(struct shown, member), 0)
#define RING(name, member) SHOWN(name, "t", ring.stat.member, 0)

static const sd_bus_vtable channel_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SHOWN("Name", "s", name, SD_BUS_VTABLE_PROPERTY_CONST),
	SHOWN("Kind", "s", kind, 0),
	SHOWN("Layout", "s", layout, 0),
	SHOWN("Key", "i", key, 0),
	SHOWN("Id", "i", id, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SHOWN("State", "s", state, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SHOWN("Reason", "s", reason, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SHOWN("Owner", "u", object.uid, 0),
	SHOWN("Group", "u", object.gid, 0),
	SHOWN("Mode", "u", object.mode, 0),
	SHOWN("Creator", "u", object.cuid, 0),
	SHOWN("CreatorGroup", "u", object.cgid, 0),
	TIME("Changed", object.ctime),
	SHOWN("Manage", "s", manage, 0),
	SHOWN("Lifetime", "s", lifetime, 0),
	SHOWN("Origin", "s", origin, 0),
	SHOWN("Description", "s", description, 0),
	SHOWN("Healings", "u", healings, 0),
	SHOWN("Losses", "u", losses, 0),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable queue_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SHOWN("Messages", "t", object.queue.messages, 0),
	SHOWN("Bytes", "t", object.queue.bytes, 0),
	SHOWN("Capacity", "t", object.queue.capacity, 0),
	SHOWN("LastSender", "i", object.queue.lspid, 0),
	TIME("LastSent", object.queue.stime),
	SHOWN("LastReceiver", "i", object.queue.lrpid, 0),
	TIME("LastReceived", object.queue.rtime),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable segment_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SHOWN("Size", "t", object.segment.size, 0),
	SHOWN("Attached", "t", object.segment.attached, 0),
	SHOWN("CreatorPid", "i", object.segment.cpid, 0),
	SHOWN("LastUser", "i", object.segment.lpid, 0),
	TIME("LastAttached", object.segment.atime),
	TIME("LastDetached", object.segment.dtime),
	BOOL("Removed", object.segment.removed),
	BOOL("Locked", object.segment.locked),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable ring_vtable[] = {
	SD_BUS_VTABLE_START(0),
	RING("Messages", messages),
	RING("Bytes", bytes),
	RING("Used", used),
	RING("Capacity", capacity),
	RING("MaxMessage", max_message),
	RING("SentMessages", sent_messages),
	RING("SentBytes", sent_bytes),
	RING("ReceivedMessages", received_messages),
	RING("ReceivedBytes", received_bytes),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable semaphore_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SHOWN("Semaphores", "t", object.semaphore.semaphores, 0),
	SD_BUS_PROPERTY("Values", "au", get_values, 0, 0),
	TIME("LastOperation", object.semaphore.otime),
	SD_BUS_VTABLE_END,
};

int channel_bus_add(struct control *control, sd_bus *bus)
{
	static const struct {
		const char *interface;
		const sd_bus_vtable *vtable;
		sd_bus_object_find_t find;
	} interfaces[] = {
		{ BUS_CHANNEL_INTERFACE, channel_vtable, find }, { BUS_QUEUE, queue_vtable, find_kind },
		{ BUS_SEGMENT, segment_vtable, find_kind },	 { BUS_RING, ring_vtable, find_kind },
		{ BUS_SEMAPHORE, semaphore_vtable, find_kind },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof interfaces / sizeof *interfaces; i++)
		r = sd_bus_add_fallback_vtable(bus, NULL, BUS_CHANNELS, interfaces[i].interface,
					       interfaces[i].vtable, interfaces[i].find, control);
	return r < 0 ? r : sd_bus_add_node_enumerator(bus, NULL, BUS_CHANNELS, enumerate, control);
}

/* -- signals ---------------------------------------------------------------------------------------------------- */

static int send_changed(sd_bus *bus, const void *news)
{
	char *path;
	int r;

	r = sd_bus_path_encode(BUS_CHANNELS, ((const struct channel *)news)->name, &path);
	if (r < 0)
		return r;
	r = sd_bus_emit_properties_changed(bus, path, BUS_CHANNEL_INTERFACE, "Id", "Reason", "State", NULL);
	free(path);
	return r;
}

void channel_bus_publish(struct control *control)
{
	struct manager *manager = control->manager;

	for (size_t i = 0; i < manager->n_channels; i++) {
		struct channel *channel = &manager->channels[i];
		int id = channel->has_link ? channel->link.id : -1;

		if (channel->signalled.is_known && channel->signalled.state == channel->state &&
		    channel->signalled.id == id)
			continue;
		if (channel->signalled.is_known)
			clients_tell(&control->clients, send_changed, channel);
		channel->signalled.is_known = true;
		channel->signalled.state = channel->state;
		channel->signalled.id = id;
	}
}
