/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verbs that only hand something to kipcd and print its answer: create, set, recover, plan, reload. An answer is a
 * step or a list of steps; what a step means is kipcd's business alone.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/bus.h"
#include "client/control-half.h"
#include "client/report.h"
#include "client/steps.h"
#include "common/bus-names.h"
#include "common/grammar.h"
#include "lib/kipc.h"

/* Connects, or says why not. */
static enum status connect_or_report(const struct invocation *invocation, const char *subject,
				     sd_bus **ret_bus)
{
	int r = bus_connect(invocation, ret_bus);

	return r < 0 ? bus_report_unreachable(invocation, subject, r) : STATUS_DONE;
}

/* Adds the answer's steps. Returns how many it had; on failure *reterr has kipcd's sentence. */
static int call_for_steps(sd_bus *bus, sd_bus_message *call, sd_bus_error *reterr, struct steps *steps)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	int r;

	r = bus_call(bus, call, reterr, &reply);
	return r < 0 ? r : steps_add_page(steps, reply);
}

static int call_plan(sd_bus *bus, const char *after, sd_bus_error *reterr, struct steps *steps)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *call = NULL;
	int r;

	r = bus_new_call(bus, "Plan", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "su", after, (uint32_t)BUS_LIST_PAGE);
	return r < 0 ? r : call_for_steps(bus, call, reterr, steps);
}

/* All pages; a full one is followed by another. */
static int read_plan(sd_bus *bus, sd_bus_error *reterr, struct steps *steps)
{
	const char *after = "";
	int r;

	do {
		r = call_plan(bus, after, reterr, steps);
		if (r > 0 && strcmp(steps->items[steps->n_items - 1].name, after) <= 0)
			return -EPROTO; /* it would not end */
		if (r > 0)
			after = steps->items[steps->n_items - 1].name;
	} while (r == BUS_LIST_PAGE);
	return r;
}

static enum status print_plan(const struct invocation *invocation, const struct steps *steps)
{
	const struct options *options = invocation->options;
	int r;

	r = steps_print(invocation, steps);
	if (r == 0 && !options->quiet && !options->json)
		fprintf(stderr, "nothing to do: %zu channel%s as declared\n", steps->n_items,
			steps->n_items == 1 ? " is" : "s are");
	return control_half_end(invocation, NULL, r);
}

enum status command_plan(const struct invocation *invocation)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS sd_bus *bus = NULL;
	struct steps steps = { 0 };
	enum status status;
	int r;

	status = connect_or_report(invocation, NULL, &bus);
	if (status != STATUS_DONE)
		return status;
	r = read_plan(bus, &error, &steps);
	status = r < 0 ? bus_report(invocation, NULL, r, &error) : print_plan(invocation, &steps);
	steps_done(&steps);
	return status;
}

static enum status print_reload(const struct invocation *invocation, const struct steps *steps)
{
	size_t n_failed = 0;
	int r = 0;

	if (!invocation->options->quiet)
		r = steps_print(invocation, steps);
	for (size_t i = 0; i < steps->n_items; i++)
		n_failed += strcmp(steps->items[i].state, "failed") == 0;
	if (r < 0 || n_failed == 0)
		return control_half_end(invocation, NULL, r);
	return report(invocation, NULL, STATUS_FAILED,
		      "%zu channel%s failed; 'kipcctl list --state=failed --columns=name,reason' says why",
		      n_failed, n_failed == 1 ? "" : "s");
}

enum status command_reload(const struct invocation *invocation)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS_MESSAGE sd_bus_message *call = NULL;
	CLEANUP_BUS sd_bus *bus = NULL;
	struct steps steps = { 0 };
	enum status status;
	int r;

	status = connect_or_report(invocation, NULL, &bus);
	if (status != STATUS_DONE)
		return status;
	r = bus_new_call(bus, "Reload", &call);
	if (r >= 0)
		r = call_for_steps(bus, call, &error, &steps);
	status = r < 0 ? bus_report(invocation, NULL, r, &error) : print_reload(invocation, &steps);
	steps_done(&steps);
	return status;
}

/* What the user wanted has not come about, though kipcd did what it could. */
static bool is_short_of_the_wish(const char *state)
{
	static const char *const states[] = { "failed", "conflict", "stale", "lost" };

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i], state) == 0)
			return true;
	return false;
}

/* The answer to create, set and recover: one step, as a sentence. */
static enum status print_answer(const struct invocation *invocation, const char *name, sd_bus_message *reply)
{
	struct step step = { .name = name, .action = "keep", .state = "nothing to change", .detail = "" };
	const char *colon;
	int r;

	r = step_read(reply, &step);
	if (r < 0)
		return control_half_end(invocation, name, r);
	colon = step.detail[0] != '\0' ? ": " : "";
	if (is_short_of_the_wish(step.state))
		return report(invocation, name, STATUS_FAILED, "%s%s%s", step.state, colon, step.detail);
	if (!invocation->options->quiet)
		printf("%s: %s, %s%s%s\n", step.name, step.action, step.state, colon, step.detail);
	return STATUS_DONE;
}

/* Sends a call whose first arguments are `words` and whose last, if there is any, is the list of assignments. */
static enum status call_for_one(const struct invocation *invocation, const char *member, const char *name,
				const char *const *words, char **assignments)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS_MESSAGE sd_bus_message *call = NULL, *reply = NULL;
	CLEANUP_BUS sd_bus *bus = NULL;
	enum status status;
	int r;

	status = connect_or_report(invocation, name, &bus);
	if (status != STATUS_DONE)
		return status;
	r = bus_new_call(bus, member, &call);
	for (; r >= 0 && *words != NULL; words++)
		r = sd_bus_message_append(call, "s", *words);
	if (r >= 0 && assignments != NULL)
		r = sd_bus_message_append_strv(call, assignments);
	if (r >= 0)
		r = bus_call(bus, call, &error, &reply);
	if (r < 0)
		return bus_report(invocation, name, r, &error);
	return print_answer(invocation, name, reply);
}

/* "key=value" each; what key and value may be is for kipcd to judge. */
static bool are_assignments(const struct invocation *invocation, const char *name, char **words)
{
	for (; *words != NULL; words++) {
		const char *equals = strchr(*words, '=');

		if (equals == NULL || equals == *words) {
			(void)report(invocation, name, STATUS_USAGE, "'%s' is not of the form key=value",
				     *words);
			return false;
		}
	}
	return true;
}

enum status command_create(const struct invocation *invocation)
{
	static const char *const kinds[] = { "queue", "segment", "semaphore", NULL };
	const char *words[] = { invocation->args[0], invocation->args[1], NULL };
	const char *nearest;

	if (kipc_kind_from_string(words[0]) == 0) {
		nearest = grammar_nearest(words[0], kinds);
		return report(invocation, words[1], STATUS_USAGE, "'%s' is no kind; did you mean %s?",
			      words[0], nearest != NULL ? nearest : "queue, segment or semaphore");
	}
	if (!kipc_name_is_valid(words[1]))
		return report(invocation, words[1], STATUS_USAGE,
			      "a name is a letter and up to %d more of A-Za-z0-9._-", KIPC_NAME_MAX - 1);
	if (!are_assignments(invocation, words[1], invocation->args + 2))
		return STATUS_USAGE;
	return call_for_one(invocation, "Create", words[1], words, invocation->args + 2);
}

enum status command_set(const struct invocation *invocation)
{
	const char *words[] = { invocation->args[0], NULL };

	if (!are_assignments(invocation, words[0], invocation->args + 1))
		return STATUS_USAGE;
	return call_for_one(invocation, "Set", words[0], words, invocation->args + 1);
}

enum status command_recover(const struct invocation *invocation)
{
	const char *words[] = { invocation->args[0], NULL };

	return call_for_one(invocation, "Recover", words[0], words, NULL);
}
