/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Steps out of messages and onto the screen. What a step means is kipcd's business: here they are five texts. They
 * live in the messages, which are kept for that.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/steps.h"
#include "client/table.h"
#include "common/bus-names.h"

static void get_text(const struct column *column, const void *row, struct value *value)
{
	column_get_member(column, row, value);
}

#define TEXT(member) get_text, COLUMN_MEMBER(struct step, member), .type = VALUE_TEXT

static const struct column columns[] = {
	{ "name", "NAME", "the channel", COLUMN_DEFAULT, TEXT(name) },
	{ "kind", "KIND", "queue, segment or semaphore", COLUMN_DEFAULT, TEXT(kind) },
	{ "action", "ACTION", "what is done", COLUMN_DEFAULT, TEXT(action) },
	{ "state", "STATE", "its state afterwards", COLUMN_DEFAULT, TEXT(state) },
	{ "detail", "DETAIL", "what changes, what stands in the way", COLUMN_DEFAULT | COLUMN_ELASTIC,
	  TEXT(detail) },
};
#define N_COLUMNS (sizeof columns / sizeof *columns)

int step_read(sd_bus_message *message, struct step *ret_step)
{
	struct step step;
	int r;

	if (sd_bus_message_at_end(message, 0) > 0)
		return 0;
	r = sd_bus_message_read(message, BUS_STEP, &step.name, &step.kind, &step.action, &step.state,
				&step.detail);
	if (r <= 0)
		return r;
	*ret_step = step;
	return 1;
}

static int keep_page(struct steps *steps, sd_bus_message *page)
{
	sd_bus_message **pages = reallocarray(steps->pages, steps->n_pages + 1, sizeof(sd_bus_message *));

	if (pages == NULL)
		return -ENOMEM;
	steps->pages = pages;
	pages[steps->n_pages++] = sd_bus_message_ref(page);
	return 0;
}

int steps_add_page(struct steps *steps, sd_bus_message *page)
{
	struct step *items = reallocarray(steps->items, steps->n_items + BUS_LIST_PAGE, sizeof *items);
	int n = 0, r;

	if (items == NULL)
		return -ENOMEM;
	steps->items = items;
	r = keep_page(steps, page);
	if (r == 0)
		r = sd_bus_message_enter_container(page, 'a', BUS_STEP);
	while (r >= 0 && n < BUS_LIST_PAGE && (r = step_read(page, &items[steps->n_items])) > 0) {
		steps->n_items++;
		n++;
	}
	return r < 0 ? r : n;
}

void steps_done(struct steps *steps)
{
	for (size_t i = 0; i < steps->n_pages; i++)
		sd_bus_message_unref(steps->pages[i]);
	free(steps->pages);
	free(steps->items);
	*steps = (struct steps){ 0 };
}

int steps_print(const struct invocation *invocation, const struct steps *steps)
{
	const void **rows = reallocarray(NULL, steps->n_items + 1, sizeof *rows);
	const struct value_style style = { 0 };
	struct column_list chosen = { 0 };
	size_t n_rows = 0;
	int r = rows == NULL ? -ENOMEM : 0;

	if (r == 0)
		r = column_list_choose(invocation, columns, N_COLUMNS, &chosen);
	if (r == 0) {
		for (size_t i = 0; i < steps->n_items; i++)
			if (invocation->options->json || strcmp(steps->items[i].action, "keep") != 0)
				rows[n_rows++] = &steps->items[i];
		r = table_print(invocation, &chosen, &style, rows, n_rows);
	}
	column_list_done(&chosen);
	free(rows);
	return r < 0 ? r : (int)n_rows;
}
