/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl show: collects what is known about each channel, from the view, kipcd's declaration and /proc, and prints it as a card or
 * as JSON. One pass over /proc serves all channels of a call.
 */

#include "client/see/show.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "client/base/errors.h"
#include "client/base/verbs.h"
#include "client/doctor/findings.h"
#include "client/facts/declared.h"
#include "client/facts/look.h"
#include "client/facts/past.h"
#include "client/facts/view-find.h"
#include "client/facts/view-note.h"
#include "client/see/card-json.h"
#include "client/see/card-text.h"
#include "client/table/table.h"

struct show {
	const struct invocation *invocation;
	struct value_style style;
	struct view *view;
	struct processes processes;
	bool has_processes;
	struct kipc_limits limits;
	struct json_object *array; /* --json */
};

/* Made once, and only if a channel that is shown has an object. */
static int look_at_processes(struct show *show, struct card *card)
{
	int r;

	if (card->row->object == NULL)
		return 0;
	if (!show->has_processes) {
		r = processes_read(&show->processes);
		if (r < 0)
			return r;
		show->has_processes = true;
	}
	card->processes = &show->processes;
	return 0;
}

static void take_history(const char *name, struct history *history, void *userdata)
{
	struct card *card = userdata;

	(void)name;
	free(card->history);
	card->history = history;
}

static int collect(struct show *show, struct card *card)
{
	const struct view_row *row = card->row;
	int r;

	if (show->view->bus != NULL && row->name != NULL) {
		/* Without it the card has no declared values. */
		r = declared_read(show->view->bus, row->name, &show->style, &card->declared);
		if (r == -ENOMEM)
			return r;
		(void)past_read(show->view->bus, (const char *const[]){ row->name, NULL }, take_history, card,
				&card->history_interval);
	}
	if (row->kind == KIPC_SEMAPHORE && row->object != NULL) {
		r = kipc_object_semaphores(row->id, &card->semaphores, &card->n_semaphores);
		card->semaphores_error = r < 0 ? r : 0;
	}
	r = look_at_rows(show->view, &row, 1, LOOK_INTO_QUEUE | LOOK_AT_HEAD);
	return r < 0 ? r : look_at_processes(show, card);
}

static int print(struct show *show, const struct card *card, bool is_first)
{
	struct json_object *object;
	int r;

	if (show->array == NULL) {
		if (!is_first)
			putchar('\n');
		card_text_print(card, &show->style, stdout);
		return 0;
	}
	r = card_json_make(card, &show->style, &object);
	if (r < 0)
		return r;
	if (json_object_array_add(show->array, object) < 0) {
		json_object_put(object);
		return -ENOMEM;
	}
	return 0;
}

static struct findings findings_of(struct show *show)
{
	return (struct findings){
		.view = show->view,
		.processes = &show->processes,
		.limits = &show->limits,
		.root = "",
		.accounts = &show->style.accounts,
		.invocation = show->invocation,
		.now = time(NULL),
	};
}

static enum status show_one(struct show *show, const char *address, bool is_first)
{
	CLEANUP_FINDINGS struct findings findings = findings_of(show);
	CLEANUP_CARD struct card card = { .findings = &findings };
	enum status status;
	int r;

	card.row = view_find(show->invocation, show->view, address, &status);
	if (card.row == NULL)
		return status;
	r = collect(show, &card);
	if (r == 0) {
		findings_examine_row(&findings, card.row);
		findings_conclude(&findings);
		r = findings.failed ? -ENOMEM : print(show, &card, is_first);
	}
	return errors_end(show->invocation, address, r);
}

static void show_done(struct show *show)
{
	json_object_put(show->array);
	processes_done(&show->processes);
	accounts_done(&show->style.accounts);
}

#define CLEANUP_SHOW __attribute__((cleanup(show_done)))

int show_card(const struct invocation *invocation, struct view *view, const struct view_row *row, FILE *out)
{
	CLEANUP_SHOW struct show show = {
		.invocation = invocation,
		.style.bytes = invocation->options->bytes,
		.view = view,
	};
	CLEANUP_FINDINGS struct findings findings = findings_of(&show);
	CLEANUP_CARD struct card card = { .row = row, .findings = &findings };
	int r;

	r = kipc_limits(&show.limits);
	if (r == 0)
		r = collect(&show, &card);
	if (r < 0)
		return r;
	findings_examine_row(&findings, row);
	findings_conclude(&findings);
	card_text_print(&card, &show.style, out);
	return 0;
}

static enum status show_all(struct show *show)
{
	const struct invocation *invocation = show->invocation;
	enum status worst = STATUS_DONE;
	bool is_first = true;

	for (int i = 0; i < invocation->n_args; i++) {
		enum status status = show_one(show, invocation->args[i], is_first);

		if (status == STATUS_DONE)
			is_first = false;
		else if (worst == STATUS_DONE)
			worst = status;
	}
	if (show->array != NULL && table_print_json(show->array) < 0)
		return errors_end(invocation, NULL, -ENOMEM);
	return worst;
}

enum status command_show(const struct invocation *invocation)
{
	CLEANUP_VIEW struct view *view = NULL;
	CLEANUP_SHOW struct show show = {
		.invocation = invocation,
		.style.bytes = invocation->options->bytes,
	};
	int r = 0;

	if (invocation->options->json) {
		show.array = json_object_new_array();
		r = show.array == NULL ? -ENOMEM : 0;
	}
	if (r == 0)
		r = kipc_limits(&show.limits);
	if (r == 0)
		r = view_read(invocation, &view);
	if (r < 0)
		return errors_end(invocation, NULL, r);
	view_note(invocation, view);
	show.view = view;
	return show_all(&show);
}
