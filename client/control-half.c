/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The one symbol that kipcctl-control.so exports, and what its verbs have in common: whether all that was printed has arrived. */

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "client/base/control.h"
#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/base/verbs.h"
#include "client/facts/view.h"
#include "client/see/complete-words.h"
#include "client/see/message-json.h"

/* A verb of the data half has no function here. */
#define DATA_ROW(name, ...)
#define CONTROL_ROW(name, ...) { #name, command_##name },
static const struct {
	const char *name;
	enum status (*run)(const struct invocation *invocation);
} verbs[] = { VERBS(DATA_ROW, CONTROL_ROW) };

/* A full disk must not look like an empty list. A reader that left has seen what it wanted. */
static enum status finish_output(const struct invocation *invocation, enum status status)
{
	int error;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	error = errno;
	if (error == EPIPE)
		return status != STATUS_DONE ? status : STATUS_FAILED;
	return report(invocation, NULL, STATUS_FAILED, "standard output: %s", strerror(error));
}

/* A verb that a signal ended dies of it, as kipcctl's other half does; this one has caught it for itself. */
static enum status end(const struct invocation *invocation, enum status status)
{
	status = finish_output(invocation, status);
	signals_pass_on();
	return status;
}

static char *explain_name(const struct invocation *invocation, const char *name)
{
	char *sentence = NULL;
	struct view *view;

	if (view_read_one(invocation, &view) < 0)
		return NULL;
	for (size_t i = 0; i < view->n_named && sentence == NULL; i++) {
		const struct view_row *row = &view->rows[i];

		if (strcmp(row->name, name) == 0 && row->reason != NULL && row->reason[0] != '\0' &&
		    asprintf(&sentence, "%s: %s", row->state, row->reason) < 0)
			sentence = NULL;
	}
	view_free(view);
	return sentence;
}

static enum status run(const struct invocation *invocation)
{
	errors_explain_name = explain_name;
	/* The library stays loaded until the program ends. glibc's own buffer is a page, which makes 400 writes of a long table. */
	static char buffer[65536];

	if (!isatty(STDOUT_FILENO))
		(void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	/* Widths of characters in tables; everything else stays as in the C locale. */
	setlocale(LC_CTYPE, "");
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, invocation->command->name) == 0)
			return end(invocation, verbs[i].run(invocation));
	return report(invocation, NULL, STATUS_FAILED, "this verb is not part of %s", "kipcctl-control.so");
}

const struct control_half kipcctl_control_half __attribute__((visibility("default"))) = {
	.version = PACKAGE_VERSION,
	.run = run,
	.message_to_json = message_to_json,
	.message_from_json = message_from_json,
	.explain_name = explain_name,
	.complete = complete_words,
};
