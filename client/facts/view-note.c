/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The notes on standard error that come with a view: that kipcd or an IPC namespace could not be reached. */

#include "client/facts/view-note.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/facts/bus.h"
#include "common/escape.h"
#include "common/plural.h"

void view_note_places(const struct invocation *invocation, const struct view *view)
{
	if (invocation->options->quiet)
		return;
	for (size_t i = 0; i < view->places.n_items; i++)
		if (view->places.items[i].error < 0)
			escape_print_line("kipcctl: %s: the IPC namespace of %s cannot be entered: %s; root "
					  "can enter it",
					  invocation->command->name, view->places.items[i].name,
					  strerror(-view->places.items[i].error));
	if (view->places.n_unseen > 0)
		escape_print_line(
			"kipcctl: %s: the IPC %s of %zu %s cannot be determined%s", invocation->command->name,
			plural(view->places.n_unseen, "namespace", "namespaces"), view->places.n_unseen,
			plural(view->places.n_unseen, "process", "processes"),
			geteuid() != 0 ? "; root can see them" : "");
}

void view_note(const struct invocation *invocation, const struct view *view)
{
	if (invocation->options->quiet)
		return;
	view_note_places(invocation, view);
	if (view->is_elsewhere && options_has(invocation->options, OPTION_IPC_OF)) {
		escape_print_line("kipcctl: %s: no kipcd in %s serves this IPC namespace; showing only what "
				  "the kernel knows "
				  "(--runtime-dir selects another kipcd)",
				  invocation->command->name, invocation->runtime_dir);
		return;
	}
	if (view->bus == NULL) {
		char *sentence = bus_explain(invocation, view->bus_error);

		escape_print_line("kipcctl: %s: %s; showing only what %s", invocation->command->name,
				  sentence != NULL ? sentence : strerror(ENOMEM),
				  view->registry_error < 0 ? "the kernel knows"
							   : "the registry and the kernel know");
		free(sentence);
	}
	if (view->is_elsewhere)
		escape_print_line("kipcctl: %s: the registry in %s belongs to another boot or IPC namespace; "
				  "the objects of its channels cannot be seen from here",
				  invocation->command->name, invocation->runtime_dir);
}

enum status view_note_status(const struct view *view)
{
	for (size_t i = 0; i < view->places.n_items; i++)
		if (view->places.items[i].error < 0)
			return STATUS_NOT_ALLOWED;
	return STATUS_DONE;
}
