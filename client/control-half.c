/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The one symbol that kipcctl-control.so exports, and what its verbs have in common: whether all that was printed has
 * arrived.
 */

#include <assert.h>
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
#include "client/complete-words.h"
#include "client/facts/view.h"
#include "client/see/message-json.h"

#define DATA_ROW(name, ...) /* is not in this half */
#define CONTROL_ROW(name, ...) { #name, command_##name },
static const struct {
	const char *name;
	enum status (*run)(const struct invocation *invocation);
} verbs[] = { VERBS(DATA_ROW, CONTROL_ROW) };
#define N_VERBS (sizeof verbs / sizeof verbs[0])

/* A full disk must not look like an empty list. A reader that closed the pipe has seen enough. */
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

static char *explain_name(const struct invocation *invocation, const char *name)
{
	char *sentence = NULL;
	struct view *view;

	if (view_read_one(invocation, &view) < 0)
		return NULL;
	for (size_t i = 0; i < view->n_named && sentence == NULL; i++) {
		const struct view_row *row = &view->rows[i];
		const char *reason = row->reason;

		if (strcmp(row->name, name) != 0)
			continue;
		if ((reason == NULL || reason[0] == '\0') && row->state != NULL &&
		    strcmp(row->state, "absent") == 0)
			reason = "its program has not created it yet";
		if (reason != NULL && reason[0] != '\0' &&
		    asprintf(&sentence, "%s: %s", row->state, reason) < 0)
			sentence = NULL;
	}
	view_free(view);
	return sentence;
}

static void prepare_output(void)
{
	static char buffer[65536]; /* that of glibc is one page: 400 writes for a long table */

	if (!isatty(STDOUT_FILENO))
		(void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	setlocale(LC_CTYPE, ""); /* for the width of characters; all else is as in the C locale */
}

/* The other half of the same version has the same table. */
static enum status run(const struct invocation *invocation)
{
	enum status status;
	size_t i = 0;

	while (strcmp(verbs[i].name, invocation->command->name) != 0) {
		i++;
		assert(i < N_VERBS);
	}
	errors_explain_name = explain_name;
	prepare_output();
	status = finish_output(invocation, verbs[i].run(invocation));
	signals_pass_on(); /* main() cannot: the two halves have signals.c, and what it caught, each for itself */
	return status;
}

const struct control_half kipcctl_control_half __attribute__((visibility("default"))) = {
	.version = PACKAGE_VERSION,
	.run = run,
	.message_to_json = message_to_json,
	.message_from_json = message_from_json,
	.explain_name = explain_name,
	.complete = complete_words,
};
