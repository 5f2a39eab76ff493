/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The verbs that have kipcd change one channel and print its answer, one step: create, set, unset, recover. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/channel.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/change/plan.h"
#include "client/facts/bus.h"
#include "client/table/words.h"
#include "common/channel-words.h"
#include "lib/kipc.h"

/* What was done, for the action of a step. */
static const char *action_to_past(const char *action)
{
	static const char *const past[] = {
		[PLAN_KEEP] = "unchanged",    [PLAN_RESUME] = "resumed",     [PLAN_CREATE] = "created",
		[PLAN_ALTER] = "altered",     [PLAN_RECREATE] = "recreated", [PLAN_RETAIN] = "retained",
		[PLAN_REMOVE] = "removed",    [PLAN_ADOPT] = "adopted",	     [PLAN_RENAME] = "renamed",
		[PLAN_CONFLICT] = "conflict",
	};

	for (size_t i = 0; i < sizeof past / sizeof past[0]; i++)
		if (strcmp(action, plan_action_words[i]) == 0)
			return past[i];
	return action;
}

/* The step as a sentence; an empty answer means that there was nothing to change. */
static enum status print_answer(const struct invocation *invocation, const char *name, sd_bus_message *reply)
{
	const char *kind, *action = "keep", *state = "nothing to do", *detail = "", *colon;
	int r = 0;

	if (sd_bus_message_is_empty(reply) == 0)
		r = sd_bus_message_read(reply, BUS_STEP, &name, &kind, &action, &state, &detail);
	if (r < 0)
		return errors_end(invocation, name, r);
	colon = detail[0] != '\0' ? ": " : "";
	if (!invocation->options->quiet)
		printf("%s: %s, %s%s%s\n", name, action_to_past(action), state, colon, detail);
	return STATUS_DONE;
}

/* Calls with the first n_words arguments as strings and, if the method takes them, all others as a list. */
static enum status call(const struct invocation *invocation, const char *member, int n_words,
			bool has_assignments)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS_MESSAGE sd_bus_message *message = NULL, *reply = NULL;
	CLEANUP_BUS sd_bus *bus = NULL;
	const char *name = invocation->args[n_words - 1];
	enum status status;
	int r;

	status = bus_connect_or_report(invocation, name, &bus);
	if (status != STATUS_DONE)
		return status;
	bus_expect_change(bus);
	r = sd_bus_message_new_method_call(bus, &message, NULL, BUS_PATH, BUS_MANAGER, member);
	for (int i = 0; r >= 0 && i < n_words; i++)
		r = sd_bus_message_append(message, "s", invocation->args[i]);
	if (r >= 0 && has_assignments)
		r = sd_bus_message_append_strv(message, invocation->args + n_words);
	if (r >= 0)
		r = bus_call_message(bus, message, &error, &reply);
	return r < 0 ? bus_report(invocation, name, r, &error) : print_answer(invocation, name, reply);
}

/* "key=value" each; kipcd judges keys and values. */
static bool are_assignments(const struct invocation *invocation, const char *name, char **words)
{
	for (; *words != NULL; words++) {
		const char *equals = strchr(*words, '=');

		if (equals == NULL || equals == *words) {
			(void)report(invocation, name, STATUS_USAGE, "'%s' is not of the form KEY=VALUE",
				     *words);
			return false;
		}
	}
	return true;
}

enum status command_create(const struct invocation *invocation)
{
	const char *kind = invocation->args[0], *name = invocation->args[1];

	if (kipc_kind_from_string(kind) == 0)
		return words_report_unknown(invocation, "kind", kind, strlen(kind), channel_kinds,
					    "use queue, segment or semaphore");
	if (!kipc_name_is_valid(name))
		return report(invocation, name, STATUS_USAGE,
			      "a name is a letter followed by up to %d characters of A-Za-z0-9._-",
			      KIPC_NAME_MAX - 1);
	if (!are_assignments(invocation, name, invocation->args + 2))
		return STATUS_USAGE;
	return call(invocation, "Create", 2, true);
}

/* The name of an object in the registry; false: none, or it cannot be read. */
static bool find_name(const struct invocation *invocation, enum kipc_kind kind, int id,
		      char ret_name[static KIPC_NAME_MAX + 1])
{
	struct kipc_name *names = NULL;
	bool is_found = false;
	size_t n = 0;

	if (kipc_registry_list(invocation->runtime_dir, &names, &n) < 0)
		return false;
	for (size_t i = 0; i < n && !is_found; i++)
		if (names[i].kind == kind && names[i].id == id) {
			memcpy(ret_name, names[i].name, sizeof names[i].name);
			is_found = true;
		}
	free(names);
	return is_found;
}

/* kipcd changes channels by name. For a key or an id, reports the channel's name, or how a foreign object gets one. */
static bool is_name(const struct invocation *invocation, const char *address, enum status *ret_status)
{
	const char *verb = invocation->command->name;
	struct kipc_channel *channel;
	struct kipc_object object;
	char name[KIPC_NAME_MAX + 1];
	int r;

	if (kipc_name_is_valid(address))
		return true;
	r = kipc_open(address, invocation->runtime_dir, KIPC_ANY_KIND, &channel);
	if (r < 0) {
		*ret_status = errors_report(invocation, address, r);
		return false;
	}
	if (find_name(invocation, kipc_channel_kind(channel), kipc_channel_id(channel), name))
		*ret_status = report(invocation, address, STATUS_USAGE,
				     "the name of this channel is %s; use 'kipcctl %s %s'", name, verb, name);
	else if (kipc_stat(channel, &object) == 0 && object.key == 0)
		*ret_status = report(invocation, address, STATUS_USAGE,
				     "this is a foreign object without a key, which kipcd cannot own");
	else
		*ret_status = report(
			invocation, address, STATUS_USAGE,
			"this is a foreign object; hand it to kipcd first with 'kipcctl adopt %s NAME'",
			address);
	kipc_close(channel);
	return false;
}

enum status command_set(const struct invocation *invocation)
{
	enum status status;

	if (!is_name(invocation, invocation->args[0], &status))
		return status;
	if (!are_assignments(invocation, invocation->args[0], invocation->args + 1))
		return STATUS_USAGE;
	return call(invocation, "Set", 1, true);
}

enum status command_unset(const struct invocation *invocation)
{
	return call(invocation, "Unset", 1, true);
}

enum status command_recover(const struct invocation *invocation)
{
	const char *registry = invocation->options->registry;
	enum status status;

	if ((registry != NULL) == (invocation->args[0] != NULL))
		return report(invocation, NULL, STATUS_USAGE,
			      "give the name of a lost channel, or --registry=ours|another");
	if (registry != NULL)
		return plan_recover_registry(invocation, strcmp(registry, options_registries[0]) == 0);
	if (!is_name(invocation, invocation->args[0], &status))
		return status;
	return call(invocation, "Recover", 1, false);
}
