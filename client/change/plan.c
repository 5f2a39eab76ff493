/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl plan and reload: what kipcd would do, or did, one step for each channel. Only kipcd knows what a step means: here it is
 * five strings, which lie in the messages that they came with.
 */

#include "client/change/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/facts/pages.h"
#include "common/escape.h"
#include "common/plural.h"

struct step {
	const char *name, *kind, *action, *state, *detail;
};

struct steps {
	struct step *items;
	size_t n_items;
	struct pages pages;
};

#define TEXT(member) column_get_member, COLUMN_MEMBER(struct step, member), .type = VALUE_TEXT

const struct column step_columns[] = {
	{ "name", "NAME", "the channel", COLUMN_DEFAULT | COLUMN_NAME, TEXT(name) },
	{ "kind", "KIND", "queue, segment or semaphore", COLUMN_DEFAULT, TEXT(kind) },
	{ "action", "ACTION", "what kipcd does", COLUMN_DEFAULT, TEXT(action) },
	{ "state", "STATE", "its state afterwards", COLUMN_DEFAULT, TEXT(state) },
	{ "detail", "DETAIL", "what changes, or what prevents it", COLUMN_DEFAULT | COLUMN_ELASTIC,
	  TEXT(detail) },
};
const size_t n_step_columns = sizeof step_columns / sizeof *step_columns;

static void steps_done(struct steps *steps)
{
	pages_done(&steps->pages);
	free(steps->items);
}

/* A step, which points into the message. */
static int read_step(sd_bus_message *page, struct pages_place *ret_place, void *userdata)
{
	struct steps *steps = userdata;
	struct step *step;
	int r;

	if (steps->n_items % BUS_LIST_PAGE == 0) {
		struct step *items =
			reallocarray(steps->items, steps->n_items + BUS_LIST_PAGE, sizeof *items);

		if (items == NULL)
			return -ENOMEM;
		steps->items = items;
	}
	step = &steps->items[steps->n_items];
	r = sd_bus_message_read(page, BUS_STEP, &step->name, &step->kind, &step->action, &step->state,
				&step->detail);
	if (r <= 0)
		return r;
	steps->n_items++;
	ret_place->name = step->name;
	return 1;
}

static const struct pages_method plan_method = {
	.member = "Plan",
	.takes = BUS_PLAN_TAKES,
	.item = BUS_STEP,
	.read = read_step,
};

static int read_plan(sd_bus *bus, sd_bus_error *reterr, struct steps *steps)
{
	return pages_read(bus, &plan_method, &steps->pages, steps, reterr);
}

/* Text leaves out steps that change nothing, unless a change is pending or something is not as declared. */
static bool is_of_interest(const struct step *step)
{
	return strcmp(step->action, "keep") != 0 || step->detail[0] != '\0' ||
	       (strcmp(step->state, "active") != 0 && strcmp(step->state, "absent") != 0);
}

static int print_steps(const struct steps *steps, struct table *table)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < steps->n_items; i++)
		if (table->invocation->options->json || is_of_interest(&steps->items[i]))
			r = table_add(table, &steps->items[i]);
	return r < 0 ? r : table_print(table);
}

static enum status print_plan(const struct invocation *invocation, const struct steps *steps,
			      struct table *table)
{
	int r;

	r = print_steps(steps, table);
	if (r == 0 && table->n_rows == 0 && !invocation->options->quiet && !invocation->options->json)
		escape_print_line("nothing to do: %zu %s as declared", steps->n_items,
				  plural(steps->n_items, "channel is", "channels are"));
	return errors_end(invocation, NULL, r);
}

/* `types` and `is_ours`: what the method takes; NULL: nothing. */
static int read_steps(sd_bus *bus, const char *member, const char *types, int is_ours, sd_bus_error *reterr,
		      struct steps *steps)
{
	sd_bus_message *reply;
	int r;

	bus_expect_change(bus);
	r = bus_call(bus, member, reterr, &reply, types, is_ours);
	return r < 0 ? r : pages_read_reply(reply, &plan_method, &steps->pages, steps);
}

static int read_reload(sd_bus *bus, sd_bus_error *reterr, struct steps *steps)
{
	return read_steps(bus, "Reload", NULL, 0, reterr, steps);
}

static int read_recovery(sd_bus *bus, sd_bus_error *reterr, struct steps *steps)
{
	return read_steps(bus, "RecoverRegistry", BUS_RECOVER_REGISTRY_TAKES, true, reterr, steps);
}

static int read_parting(sd_bus *bus, sd_bus_error *reterr, struct steps *steps)
{
	return read_steps(bus, "RecoverRegistry", BUS_RECOVER_REGISTRY_TAKES, false, reterr, steps);
}

static enum status print_reload(const struct invocation *invocation, const struct steps *steps,
				struct table *table)
{
	size_t n_failed = 0;
	int r = 0;

	if (!invocation->options->quiet)
		r = print_steps(steps, table);
	for (size_t i = 0; i < steps->n_items; i++)
		n_failed += strcmp(steps->items[i].state, "failed") == 0;
	if (r < 0 || n_failed == 0)
		return errors_end(invocation, NULL, r);
	return report(invocation, NULL, STATUS_FAILED,
		      "%zu %s failed; 'kipcctl list --state=failed --columns=name,reason' shows why",
		      n_failed, plural(n_failed, "channel", "channels"));
}

static enum status run(const struct invocation *invocation,
		       int (*read)(sd_bus *bus, sd_bus_error *reterr, struct steps *steps),
		       enum status (*print)(const struct invocation *invocation, const struct steps *steps,
					    struct table *table))
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS sd_bus *bus = NULL;
	struct steps steps = { 0 };
	enum status status;
	struct table table;
	int r;

	if (!table_init(&table, invocation, step_columns, n_step_columns, &status))
		return status;
	status = bus_connect_or_report(invocation, NULL, &bus);
	if (status == STATUS_DONE) {
		r = read(bus, &error, &steps);
		status = r < 0 ? bus_report(invocation, NULL, r, &error) : print(invocation, &steps, &table);
	}
	steps_done(&steps);
	table_done(&table);
	return status;
}

enum status command_plan(const struct invocation *invocation)
{
	return run(invocation, read_plan, print_plan);
}

enum status command_reload(const struct invocation *invocation)
{
	return run(invocation, read_reload, print_reload);
}

enum status plan_recover_registry(const struct invocation *invocation, bool is_ours)
{
	return run(invocation, is_ours ? read_recovery : read_parting, print_reload);
}
