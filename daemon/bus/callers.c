/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * On the control socket the kernel says which user a peer is. On the system bus its driver does, and is asked once for each
 * connection: libsystemd (252) would ask it for the user only, and take the groups from /proc, which are neither those that the
 * connection had nor always readable. Called by both ways in and by every method that changes something.
 */

#include "daemon/bus/callers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "common/clock.h"
#include "daemon/bus/reply.h"

#define DRIVER_USEC (2 * USEC_PER_SEC) /* the watchdog waits 30 s */

static void caller_done(struct caller *caller)
{
	free(caller->name);
	free(caller->groups);
	*caller = (struct caller){ 0 };
}

void callers_forget(struct callers *callers)
{
	for (size_t i = 0; i < CALLERS_MAX; i++)
		caller_done(&callers->items[i]);
	callers->next = 0;
}

/* -- what the driver of a bus says ---------------------------------------------------------------------------- */

static int read_uid(sd_bus_message *reply, struct caller *caller)
{
	uint32_t uid;
	int r = sd_bus_message_read(reply, "v", "u", &uid);

	if (r >= 0)
		caller->uid = uid;
	return r;
}

static int read_groups(sd_bus_message *reply, struct caller *caller)
{
	const void *groups;
	size_t size;
	int r;

	r = sd_bus_message_enter_container(reply, 'v', "au");
	if (r >= 0)
		r = sd_bus_message_read_array(reply, 'u', &groups, &size);
	if (r < 0)
		return r;
	if (size > 0) {
		free(caller->groups);
		caller->groups = malloc(size);
		if (caller->groups == NULL)
			return -ENOMEM;
		memcpy(caller->groups, groups, size); /* a gid_t is a uint32_t on Linux */
		caller->n_groups = size / sizeof *caller->groups;
	}
	return sd_bus_message_exit_container(reply);
}

/* One entry of a{sv}. */
static int read_credential(sd_bus_message *reply, struct caller *caller)
{
	const char *key;
	int r;

	r = sd_bus_message_read(reply, "s", &key);
	if (r >= 0 && strcmp(key, "UnixUserID") == 0)
		r = read_uid(reply, caller);
	else if (r >= 0 && strcmp(key, "UnixGroupIDs") == 0)
		r = read_groups(reply, caller);
	else if (r >= 0)
		r = sd_bus_message_skip(reply, "v");
	return r < 0 ? r : sd_bus_message_exit_container(reply);
}

/* The sender of a reply chooses which call it answers, but the bus guarantees its name. */
static bool is_from_driver(sd_bus_message *reply)
{
	const char *sender = sd_bus_message_get_sender(reply);

	return sender != NULL && strcmp(sender, "org.freedesktop.DBus") == 0;
}

static int ask_driver(sd_bus *bus, const char *name, struct caller *ret_caller)
{
	struct caller caller = { .name = strdup(name), .uid = (uid_t)-1 };
	CLEANUP_MESSAGE sd_bus_message *call = NULL, *reply = NULL;
	int r = caller.name == NULL ? -ENOMEM : 0;

	if (r >= 0)
		r = sd_bus_message_new_method_call(bus, &call, "org.freedesktop.DBus",
						   "/org/freedesktop/DBus", "org.freedesktop.DBus",
						   "GetConnectionCredentials");
	if (r >= 0)
		r = sd_bus_message_append(call, "s", name);
	if (r >= 0)
		r = sd_bus_call(bus, call, DRIVER_USEC, NULL, &reply);
	if (r >= 0 && !is_from_driver(reply))
		r = -EACCES;
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0)
		r = read_credential(reply, &caller);
	if (r >= 0 && caller.uid == (uid_t)-1)
		r = -EACCES;
	if (r < 0) {
		caller_done(&caller);
		return r;
	}
	*ret_caller = caller;
	return 0;
}

static int find_on_bus(struct callers *callers, sd_bus *bus, const char *name,
		       const struct caller **ret_caller)
{
	struct caller caller, *place;
	int r;

	for (size_t i = 0; i < CALLERS_MAX; i++)
		if (callers->items[i].name != NULL && strcmp(callers->items[i].name, name) == 0) {
			*ret_caller = &callers->items[i];
			return 0;
		}
	r = ask_driver(bus, name, &caller);
	if (r < 0)
		return r;
	place = &callers->items[callers->next];
	callers->next = (callers->next + 1) % CALLERS_MAX;
	caller_done(place);
	*place = caller;
	*ret_caller = place;
	return 0;
}

/* -- both ways -------------------------------------------------------------------------------------------------- */

static bool is_one_of(gid_t group, const gid_t *groups, size_t n_groups)
{
	for (size_t i = 0; i < n_groups; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* libsystemd would describe kipcd itself, which is its peer (connection.c). */
static int look_at_peer(const struct callers *callers, const sd_bus *bus, const gid_t *group, uid_t *ret_uid,
			bool *ret_is_member)
{
	const struct client *client = clients_find(callers->clients, bus);
	const struct peer *peer = client != NULL ? client->peer : NULL;

	if (peer == NULL)
		return -EACCES;
	*ret_uid = peer->uid;
	if (group != NULL)
		*ret_is_member = peer->gid == *group || is_one_of(*group, peer->groups, peer->n_groups);
	return 0;
}

static int look_at_caller(struct callers *callers, sd_bus_message *message, const gid_t *group,
			  uid_t *ret_uid, bool *ret_is_member)
{
	sd_bus *bus = sd_bus_message_get_bus(message);
	const struct caller *caller;
	const char *name;
	int r;

	/* Only a bus guarantees the sender's name. A peer can write any name there, and would answer the question itself. */
	if (sd_bus_is_bus_client(bus) <= 0)
		return look_at_peer(callers, bus, group, ret_uid, ret_is_member);
	name = sd_bus_message_get_sender(message);
	r = name != NULL ? find_on_bus(callers, bus, name, &caller) : -EACCES;
	if (r < 0)
		return r;
	*ret_uid = caller->uid;
	if (group != NULL)
		*ret_is_member = is_one_of(*group, caller->groups, caller->n_groups);
	return 0;
}

int callers_judge(struct callers *callers, sd_bus_message *message, uid_t *ret_uid, bool *ret_may_change)
{
	const struct config *config = callers->manager->config;
	bool is_member = false;
	int r;

	r = look_at_caller(callers, message, config->has_admin_group ? &config->admin_group : NULL, ret_uid,
			   &is_member);
	if (r < 0)
		return r == -ETIMEDOUT ? r : -EACCES;
	*ret_may_change = *ret_uid == 0 || *ret_uid == geteuid() || is_member;
	return 0;
}

int callers_authorize(struct callers *callers, sd_bus_message *message, sd_bus_error *reterr)
{
	const struct config *config = callers->manager->config;
	bool may_change = false;
	uid_t uid = (uid_t)-1;

	if (callers_judge(callers, message, &uid, &may_change) == 0 && may_change)
		return 0;
	if (config != NULL && config->has_admin_group)
		return sd_bus_error_setf(reterr, BUS_ERROR_NOT_ALLOWED,
					 "uid %u may not change channels: only root, kipcd's own user and "
					 "members of the group %s ([daemon] group) may",
					 (unsigned)uid, config->admin_group_name);
	return sd_bus_error_setf(reterr, BUS_ERROR_NOT_ALLOWED,
				 "uid %u may not change channels: only root and kipcd's own user may; "
				 "[daemon] group in kipcd.conf "
				 "allows the members of a group",
				 (unsigned)uid);
}
