/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The columns of a channel. A new fact is a new row here: tables, cards, JSON, --sort=, --columns= and completions follow. A column has
 * the name of the configuration key for the same thing, if there is one.
 */

#include "client/facts/columns.h"

#include <stdlib.h>
#include <string.h>

#include "client/base/process.h"
#include "client/facts/attached.h"
#include "client/facts/look.h"
#include "client/facts/view.h"
#include "common/grammar.h"
#include "common/plural.h"

static void get_from_object(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_object *object = ((const struct view_row *)row)->object;

	if (object != NULL && (column->kinds == 0 || (column->kinds & object->kind) != 0))
		column_get_member(column, object, value);
}

static void get_namespace(const struct column *column, const void *row, struct value *value)
{
	const struct view_row *channel = row;

	if (channel->place != NULL)
		value_set_text(value, channel->place->name);
}

static void get_kind(const struct column *column, const void *row, struct value *value)
{
	value_set_text(value, kipc_kind_to_string(((const struct view_row *)row)->kind));
}

static void get_id(const struct column *column, const void *row, struct value *value)
{
	const struct view_row *channel = row;

	if (channel->id >= 0)
		value_set_number(value, VALUE_NUMBER, (uint64_t)channel->id);
}

static void get_command(const struct column *column, const void *row, struct value *value)
{
	char command[PROCESS_COMMAND_MAX];
	pid_t pid;

	get_from_object(column, row, value);
	if (value->type == VALUE_NONE)
		return;
	pid = (pid_t)value->number;
	value_done(value);
	if (process_command(pid, command) == 0)
		value_set_format(value, "%s", command);
}

static const struct kipc_ring *ring_of(const void *row)
{
	return ring_figures_get(((const struct view_row *)row)->ring);
}

static void get_from_ring(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_ring *ring = ring_of(row);

	if (ring != NULL && ring->fault != KIPC_RING_GEOMETRY)
		column_get_member(column, ring, value);
}

/* Queues and rings have these. */
static void get_messages(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_object *object = ((const struct view_row *)row)->object;
	const struct kipc_ring *ring = ring_of(row);

	if (object != NULL && object->kind == KIPC_QUEUE)
		value_set_number(value, VALUE_NUMBER, object->queue.messages);
	else if (ring != NULL)
		value_set_number(value, VALUE_NUMBER, ring->messages);
}

static void get_bytes(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_object *object = ((const struct view_row *)row)->object;
	const struct kipc_ring *ring = ring_of(row);

	if (object != NULL && object->kind == KIPC_QUEUE)
		value_set_number(value, VALUE_SIZE, object->queue.bytes);
	else if (ring != NULL)
		value_set_number(value, VALUE_SIZE, ring->bytes);
}

static void get_capacity(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_object *object = ((const struct view_row *)row)->object;
	const struct kipc_ring *ring = ring_of(row);

	if (object != NULL && object->kind == KIPC_QUEUE)
		value_set_number(value, VALUE_SIZE, object->queue.capacity);
	else if (ring != NULL)
		value_set_number(value, VALUE_SIZE, ring->capacity);
}

static void get_fault(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_ring *ring = ring_of(row);

	if (ring != NULL && ring->fault != KIPC_RING_SOUND)
		value_set_text(value, kipc_ring_fault_to_string(ring->fault));
}

/* With its headers; per cent. */
static unsigned ring_fullness(const struct kipc_ring *ring)
{
	return ring->capacity == 0 ? 0 : (unsigned)(ring->used * 100 / ring->capacity);
}

/* Per cent; a queue that may hold nothing is full. */
static unsigned fullness(const struct kipc_object *queue)
{
	return queue->queue.capacity == 0 ? 100
					  : (unsigned)(queue->queue.bytes * 100 / queue->queue.capacity);
}

static void get_full(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_object *object = ((const struct view_row *)row)->object;
	const struct kipc_ring *ring = ring_of(row);

	if (object != NULL && object->kind == KIPC_QUEUE)
		value_set_number(value, VALUE_PERCENT, fullness(object));
	else if (ring != NULL)
		value_set_number(value, VALUE_PERCENT, ring_fullness(ring));
}

/* A system call for each semaphore of the set, and it needs read permission. */
static void get_values(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_object *object = ((const struct view_row *)row)->object;
	struct kipc_semaphore *semaphores;
	size_t n_semaphores;

	if (object == NULL || object->kind != KIPC_SEMAPHORE ||
	    place_enter(((const struct view_row *)row)->place) < 0 ||
	    kipc_object_semaphores(object->id, &semaphores, &n_semaphores) < 0)
		return;
	value->list = calloc(n_semaphores + 1, sizeof *value->list);
	if (value->list != NULL) {
		for (size_t i = 0; i < n_semaphores; i++)
			value->list[i] = (uint64_t)semaphores[i].value;
		value->n_list = n_semaphores;
		value->type = VALUE_LIST;
	}
	free(semaphores);
}

static void get_use_of_queue(const struct kipc_object *object, struct value *value)
{
	if (object->queue.messages == 0)
		value_set_text(value, "empty");
	else
		value_set_format(value, "%llu %s, %u%%", (unsigned long long)object->queue.messages,
				 plural(object->queue.messages, "message", "messages"), fullness(object));
}

static void get_use_of_ring(const struct kipc_ring *ring, struct value *value)
{
	if (ring->fault != KIPC_RING_SOUND)
		value_set_text(value, "broken");
	else if (ring->messages == 0)
		value_set_text(value, "empty");
	else
		value_set_format(value, "%llu %s, %u%%", (unsigned long long)ring->messages,
				 plural(ring->messages, "message", "messages"), ring_fullness(ring));
}

static void get_use_of_segment(const struct kipc_object *object, struct value *value)
{
	char size[GRAMMAR_SIZE_MAX];

	value_set_format(value, "%s, %llu attached%s", grammar_size_to_string(object->segment.size, size),
			 (unsigned long long)object->segment.attached,
			 object->segment.removed ? ", removed" : "");
}

static void get_use(const struct column *column, const void *row, struct value *value)
{
	const struct kipc_object *object = ((const struct view_row *)row)->object;

	if (object == NULL)
		return;
	switch (object->kind) {
	case KIPC_QUEUE:
		get_use_of_queue(object, value);
		break;
	case KIPC_SEGMENT:
		if (ring_of(row) != NULL)
			get_use_of_ring(ring_of(row), value);
		else
			get_use_of_segment(object, value);
		break;
	case KIPC_SEMAPHORE:
		get_values(column, row, value);
		break;
	}
}

/* A figure about the messages in a queue; none if they were not, or may not be, looked at. */
static void get_from_look(const struct column *column, const void *row, struct value *value)
{
	const struct look *look = ((const struct view_row *)row)->look;

	if (look != NULL && look->n_looked > 0)
		column_get_member(column, look, value);
}

static void get_head_since(const struct column *column, const void *row, struct value *value)
{
	const struct look *look = ((const struct view_row *)row)->look;

	if (look != NULL)
		value_set_number(value, VALUE_TIME, look->head_since);
}

static void get_attached_by(const struct column *column, const void *row, struct value *value)
{
	const struct view_row *channel = row;
	uint64_t n_missing;

	if (channel->processes == NULL || channel->kind != KIPC_SEGMENT || channel->object == NULL ||
	    attached_to_text(channel->processes, channel->object, &value->own_text) < 0 ||
	    attached_to_json(channel->processes, channel->object, &value->json, &n_missing) < 0)
		return;
	value->type = VALUE_TEXT;
	value->text = value->own_text != NULL ? value->own_text : "-";
}

/* Figures of kipcd about its channels. */
static void get_of_named(const struct column *column, const void *row, struct value *value)
{
	if (((const struct view_row *)row)->name != NULL)
		column_get_member(column, row, value);
}

static const char *color_of_state(const void *row)
{
	static const struct {
		const char *state, *color;
	} colors[] = {
		{ "conflict", "red" }, { "failed", "red" },	 { "lost", "red" },
		{ "stale", "yellow" }, { "retained", "yellow" }, { "absent", "yellow" },
	};
	const char *state = ((const struct view_row *)row)->state;

	for (size_t i = 0; state != NULL && i < sizeof colors / sizeof *colors; i++)
		if (strcmp(state, colors[i].state) == 0)
			return colors[i].color;
	return NULL;
}

#define NAMED(member) get_of_named, COLUMN_MEMBER(struct view_row, member)
#define ROW(member) column_get_member, COLUMN_MEMBER(struct view_row, member)
#define OBJECT(member) get_from_object, COLUMN_MEMBER(struct kipc_object, member)
#define RING(member) get_from_ring, COLUMN_MEMBER(struct kipc_ring, member)
#define LOOKED(member)                                                                                       \
	get_from_look, COLUMN_MEMBER(struct look, member), .looks = LOOK_INTO_QUEUE, .kinds = KIPC_QUEUE
#define COMMAND(member) get_command, COLUMN_MEMBER(struct kipc_object, member), .type = VALUE_PID

/* clang-format off */
const struct column channel_columns[] = {
	{ "namespace", "NAMESPACE", "with --ipc-of=all: the unit or container that the IPC namespace belongs to",
	  COLUMN_PLACE | COLUMN_IN_TITLE, get_namespace },
	{ "name", "NAME", "its name; a foreign object has none", COLUMN_DEFAULT | COLUMN_NAME | COLUMN_IN_TITLE,
	  ROW(name), .type = VALUE_TEXT },
	{ "kind", "KIND", "queue, segment or semaphore", COLUMN_DEFAULT | COLUMN_IN_TITLE, get_kind },
	{ "layout", "LAYOUT", "layout of a segment: raw or ring", 0, ROW(layout), .type = VALUE_TEXT },
	{ "key", "KEY", "its key", COLUMN_DEFAULT, ROW(key), .type = VALUE_KEY },
	{ "id", "ID", "its id in the kernel", COLUMN_DEFAULT | COLUMN_RIGHT, get_id },
	{ "state", "STATE", "active, absent, conflict, stale, failed, lost, retained or foreign",
	  COLUMN_DEFAULT | COLUMN_IN_TITLE, ROW(state), .color = color_of_state, .type = VALUE_TEXT },
	{ "reason", "REASON", "why it is not active", COLUMN_ELASTIC | COLUMN_IN_TITLE,
	  ROW(reason), .type = VALUE_TEXT },
	{ "owner", "OWNER", "user that owns it", COLUMN_DEFAULT | COLUMN_ELASTIC,
	  OBJECT(uid), .type = VALUE_USER },
	{ "group", "GROUP", "group that owns it", COLUMN_ELASTIC, OBJECT(gid), .type = VALUE_GROUP },
	{ "uid", "UID", "numeric id of its owner", COLUMN_RIGHT | COLUMN_IN_TITLE,
	  OBJECT(uid), .type = VALUE_NUMBER },
	{ "gid", "GID", "numeric id of its group", COLUMN_RIGHT | COLUMN_IN_TITLE,
	  OBJECT(gid), .type = VALUE_NUMBER },
	{ "mode", "MODE", "its permissions", COLUMN_DEFAULT, OBJECT(mode), .type = VALUE_MODE },
	{ "use", "USE", "how full it is, or how much it is used",
	  COLUMN_DEFAULT | COLUMN_TEXT_ONLY | COLUMN_ELASTIC, get_use },
	{ "creator", "CREATOR", "user that created it", COLUMN_ELASTIC, OBJECT(cuid), .type = VALUE_USER },
	{ "creator_group", "CREATOR-GROUP", "group of the creator", COLUMN_ELASTIC,
	  OBJECT(cgid), .type = VALUE_GROUP },
	{ "creator_uid", "CREATOR-UID", "numeric id of its creator", COLUMN_RIGHT | COLUMN_IN_TITLE,
	  OBJECT(cuid), .type = VALUE_NUMBER },
	{ "creator_gid", "CREATOR-GID", "numeric id of the creator's group", COLUMN_RIGHT | COLUMN_IN_TITLE,
	  OBJECT(cgid), .type = VALUE_NUMBER },
	{ "changed", "CHANGED", "time of its creation, or of the last change of owner, mode or capacity", 0,
	  OBJECT(ctime), .type = VALUE_TIME },

	{ "messages", "MESSAGES", "messages in a queue or ring", COLUMN_RIGHT, get_messages },
	{ "bytes", "BYTES", "bytes of these messages", COLUMN_RIGHT, get_bytes },
	{ "capacity", "CAPACITY", "bytes that a queue or ring can hold", COLUMN_RIGHT, get_capacity },
	{ "full", "FULL", "percentage of the capacity in use", COLUMN_RIGHT, get_full },
	{ "types", "TYPES", "types of messages in a queue", COLUMN_RIGHT,
	  LOOKED(n_types), .type = VALUE_NUMBER },
	{ "smallest", "SMALLEST", "bytes of the smallest message in a queue", COLUMN_RIGHT,
	  LOOKED(smallest), .type = VALUE_SIZE },
	{ "largest", "LARGEST", "bytes of the largest message in a queue", COLUMN_RIGHT,
	  LOOKED(largest), .type = VALUE_SIZE },
	{ "looked_at", "LOOKED-AT", "number of messages examined for types, smallest and largest", COLUMN_RIGHT | COLUMN_IN_TITLE,
	  LOOKED(n_looked), .type = VALUE_NUMBER },
	{ "head_type", "HEAD-TYPE", "type of the next message in a queue", COLUMN_RIGHT,
	  LOOKED(head_type), .type = VALUE_NUMBER },
	{ "head_size", "HEAD-SIZE", "bytes of the next message in a queue", COLUMN_RIGHT,
	  LOOKED(head_size), .type = VALUE_SIZE },
	{ "head_since", "HEAD-SINCE", "since when, at least, it has been the next message, judged by kipcd", 0,
	  get_head_since, .looks = LOOK_AT_HEAD, .kinds = KIPC_QUEUE },
	{ "last_sender", "SENDER", "process that last sent to a queue", COLUMN_RIGHT,
	  OBJECT(queue.lspid), .type = VALUE_PID, .kinds = KIPC_QUEUE },
	{ "last_sender_command", "SENDER-COMMAND", "its command, while it runs", COLUMN_COSTLY,
	  COMMAND(queue.lspid), .kinds = KIPC_QUEUE },
	{ "last_sent", "SENT", "time of the last send to a queue", 0,
	  OBJECT(queue.stime), .type = VALUE_TIME, .kinds = KIPC_QUEUE },
	{ "last_receiver", "RECEIVER", "process that last received from a queue", COLUMN_RIGHT,
	  OBJECT(queue.lrpid), .type = VALUE_PID, .kinds = KIPC_QUEUE },
	{ "last_receiver_command", "RECEIVER-COMMAND", "its command, while it runs", COLUMN_COSTLY,
	  COMMAND(queue.lrpid), .kinds = KIPC_QUEUE },
	{ "last_received", "RECEIVED", "time of the last receive from a queue", 0,
	  OBJECT(queue.rtime), .type = VALUE_TIME, .kinds = KIPC_QUEUE },

	{ "size", "SIZE", "bytes of a segment", COLUMN_RIGHT,
	  OBJECT(segment.size), .type = VALUE_SIZE, .kinds = KIPC_SEGMENT },
	{ "attached", "ATTACHED", "mappings of a segment", COLUMN_RIGHT,
	  OBJECT(segment.attached), .type = VALUE_NUMBER, .kinds = KIPC_SEGMENT },
	{ "attached_by", "ATTACHED-BY", "processes that have a segment attached",
	  COLUMN_ELASTIC | COLUMN_IN_TITLE, get_attached_by, .looks = LOOK_AT_PROCESSES },
	{ "creator_pid", "CREATOR-PID", "process that created a segment", COLUMN_RIGHT,
	  OBJECT(segment.cpid), .type = VALUE_PID, .kinds = KIPC_SEGMENT },
	{ "creator_command", "CREATOR-COMMAND", "its command, while it runs", COLUMN_COSTLY,
	  COMMAND(segment.cpid), .kinds = KIPC_SEGMENT },
	{ "last_user", "USER", "process that last attached or detached a segment", COLUMN_RIGHT,
	  OBJECT(segment.lpid), .type = VALUE_PID, .kinds = KIPC_SEGMENT },
	{ "last_user_command", "USER-COMMAND", "its command, while it runs", COLUMN_COSTLY,
	  COMMAND(segment.lpid), .kinds = KIPC_SEGMENT },
	{ "last_attached", "ATTACHED-AT", "time of the last attach of a segment", 0,
	  OBJECT(segment.atime), .type = VALUE_TIME, .kinds = KIPC_SEGMENT },
	{ "last_detached", "DETACHED-AT", "time of the last detach of a segment", 0,
	  OBJECT(segment.dtime), .type = VALUE_TIME, .kinds = KIPC_SEGMENT },
	{ "removed", "REMOVED", "whether a segment was removed, and disappears at the last detach", 0,
	  OBJECT(segment.removed), .type = VALUE_BOOL, .kinds = KIPC_SEGMENT },
	{ "locked", "LOCKED", "whether a segment is locked into memory", 0,
	  OBJECT(segment.locked), .type = VALUE_BOOL, .kinds = KIPC_SEGMENT },

	{ "max_message", "MAX-MESSAGE", "bytes of the largest message that a ring takes", COLUMN_RIGHT,
	  RING(max_message), .type = VALUE_SIZE },
	{ "sent_messages", "SENT-MESSAGES", "messages ever sent to a ring", COLUMN_RIGHT,
	  RING(sent_messages), .type = VALUE_NUMBER },
	{ "sent_bytes", "SENT-BYTES", "bytes of these messages", COLUMN_RIGHT,
	  RING(sent_bytes), .type = VALUE_SIZE },
	{ "received_messages", "RECEIVED-MESSAGES", "messages ever received from a ring", COLUMN_RIGHT,
	  RING(received_messages), .type = VALUE_NUMBER },
	{ "received_bytes", "RECEIVED-BYTES", "bytes of these messages", COLUMN_RIGHT,
	  RING(received_bytes), .type = VALUE_SIZE },
	{ "sender_waits", "SENDER-WAITS", "how often a sender waited for room in a ring", COLUMN_RIGHT,
	  RING(producer_waits), .type = VALUE_NUMBER },
	{ "receiver_waits", "RECEIVER-WAITS", "how often a receiver waited for a message in a ring",
	  COLUMN_RIGHT, RING(consumer_waits), .type = VALUE_NUMBER },
	{ "sending", "SENDING", "thread that is sending to a ring now", COLUMN_RIGHT,
	  RING(producer_lock), .type = VALUE_PID },
	{ "receiving", "RECEIVING", "thread that is receiving from a ring now", COLUMN_RIGHT,
	  RING(consumer_lock), .type = VALUE_PID },
	{ "reserved_by", "RESERVED-BY", "process that has reserved room in a ring", COLUMN_RIGHT,
	  RING(producer_claim), .type = VALUE_PID },
	{ "acquired_by", "ACQUIRED-BY", "process that is reading the oldest message in a ring",
	  COLUMN_RIGHT, RING(consumer_claim), .type = VALUE_PID },
	{ "retired", "RETIRED", "whether another ring has taken its key", 0,
	  RING(retired), .type = VALUE_BOOL },
	{ "fault", "FAULT", "what is wrong with a broken ring", COLUMN_ELASTIC, get_fault },

	{ "semaphores", "SEMAPHORES", "semaphores in a set", COLUMN_RIGHT,
	  OBJECT(semaphore.semaphores), .type = VALUE_NUMBER, .kinds = KIPC_SEMAPHORE },
	{ "values", "VALUES", "value of each semaphore in a set, if it may be read", COLUMN_ELASTIC,
	  get_values },
	{ "last_operation", "OPERATION", "time of the last operation on a semaphore set", 0,
	  OBJECT(semaphore.otime), .type = VALUE_TIME, .kinds = KIPC_SEMAPHORE },

	{ "manage", "MANAGE", "own or observe", 0, ROW(manage), .type = VALUE_TEXT },
	{ "lifetime", "LIFETIME", "boot, config or daemon", 0, ROW(lifetime), .type = VALUE_TEXT },
	{ "origin", "ORIGIN", "file that declares it", COLUMN_ELASTIC, ROW(origin), .type = VALUE_TEXT },
	{ "healings", "HEALINGS", "how often kipcd repaired it since kipcd started", COLUMN_RIGHT,
	  NAMED(healings), .type = VALUE_NUMBER },
	{ "losses", "LOSSES", "how often it was lost since kipcd started", COLUMN_RIGHT,
	  NAMED(losses), .type = VALUE_NUMBER },
	{ "description", "DESCRIPTION", "what it is for", COLUMN_ELASTIC | COLUMN_IN_TITLE,
	  ROW(description), .type = VALUE_TEXT },
};
/* clang-format on */

const size_t n_channel_columns = sizeof channel_columns / sizeof *channel_columns;

const struct column *columns_find(const char *name)
{
	for (size_t i = 0; i < n_channel_columns; i++)
		if (strcmp(channel_columns[i].name, name) == 0)
			return &channel_columns[i];
	return NULL;
}
