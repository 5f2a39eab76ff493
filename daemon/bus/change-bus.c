/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The methods that change channels, each for the callers that callers.c lets, judged at each call. Translation only; they
 * are rows of the vtable in manager-bus.c.
 */

#include "daemon/bus/change-bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "common/cleanup.h"
#include "daemon/bus/control.h"
#include "daemon/bus/reply.h"
#include "daemon/change/adopt.h"
#include "daemon/change/change.h"
#include "daemon/change/recover.h"
#include "daemon/change/reload.h"
#include "daemon/change/remove.h"
#include "daemon/change/reset.h"

int change_bus_reload(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	CLEANUP_PROBLEMS struct problems problems = PROBLEMS_INIT;
	CLEANUP_STEPS struct steps steps = { 0 };
	int r;

	r = callers_authorize(&control->callers, message, reterr);
	if (r < 0)
		return r;
	r = reload(control->manager, &problems, &steps);
	return r < 0 ? reply_fail_config(reterr, r, &problems) : reply_steps(message, &steps);
}

int change_bus_recover_registry(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	CLEANUP_PROBLEMS struct problems problems = PROBLEMS_INIT;
	CLEANUP_STEPS struct steps steps = { 0 };
	char *text = NULL;
	int is_ours, r;

	r = callers_authorize(&control->callers, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, BUS_RECOVER_REGISTRY_TAKES, &is_ours);
	if (r < 0)
		return r;
	r = recover_registry(control->manager, is_ours, &problems, &steps, &text);
	if (r < 0 && text != NULL)
		return reply_fail(reterr, r, text);
	return r < 0 ? reply_fail_config(reterr, r, &problems) : reply_steps(message, &steps);
}

/* Whether the caller may change channels, and kipcd may change anything (namespace.h). */
static int authorize_change(struct control *control, sd_bus_message *message, sd_bus_error *reterr)
{
	int r;

	r = callers_authorize(&control->callers, message, reterr);
	if (r < 0 || control->manager->namespace.doubt == NULL)
		return r;
	return sd_bus_error_set(reterr, BUS_ERROR_FAILED, control->manager->namespace.doubt);
}

/* The reply to a call that changed one channel. */
static int reply_step(sd_bus_message *message, int result, char *text, const struct steps *steps,
		      sd_bus_error *reterr)
{
	CLEANUP_MESSAGE sd_bus_message *reply = NULL;
	int r;

	if (result < 0)
		return reply_fail(reterr, result, text);
	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0 && steps->n_items > 0)
		r = reply_append_step(reply, &steps->items[0]);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

int change_bus_create(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	CLEANUP_STEPS struct steps steps = { 0 };
	const char *kind, *name;
	CLEANUP_STRINGS char **assignments = NULL;
	char *text = NULL;
	int r;

	r = authorize_change(control, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "ss", &kind, &name);
	if (r >= 0)
		r = sd_bus_message_read_strv(message, &assignments);
	if (r < 0)
		return r;
	r = change_create(control->manager, kipc_kind_from_string(kind), name, assignments, &steps, &text);
	return reply_step(message, r, text, &steps, reterr);
}

/* Set and Unset: a name, and what to change of it. */
static int alter(sd_bus_message *message, struct control *control, sd_bus_error *reterr,
		 int (*change)(struct manager *manager, const char *name, char **words, struct steps *steps,
			       char **reterr_sentence))
{
	CLEANUP_STEPS struct steps steps = { 0 };
	CLEANUP_STRINGS char **words = NULL;
	char *text = NULL;
	const char *name;
	int r;

	r = authorize_change(control, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "s", &name);
	if (r >= 0)
		r = sd_bus_message_read_strv(message, &words);
	if (r < 0)
		return r;
	r = change(control->manager, name, words, &steps, &text);
	return reply_step(message, r, text, &steps, reterr);
}

int change_bus_set(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	return alter(message, userdata, reterr, change_set);
}

int change_bus_unset(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	return alter(message, userdata, reterr, change_unset);
}

int change_bus_recover(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	CLEANUP_STEPS struct steps steps = { 0 };
	char *text = NULL;
	const char *name;
	int r;

	r = authorize_change(control, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, BUS_RECOVER_TAKES, &name);
	if (r < 0)
		return r;
	r = recover_channel(control->manager, name, &steps, &text);
	return reply_step(message, r, text, &steps, reterr);
}

int change_bus_remove(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	CLEANUP_FREE char *lost = NULL;
	char *text = NULL;
	int force, dry_run, r;
	const char *name;

	r = authorize_change(control, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, BUS_REMOVE_TAKES, &name, &force, &dry_run);
	if (r < 0)
		return r;
	r = remove_channel(control->manager, name, force, dry_run, &lost, &text);
	if (r < 0)
		return reply_fail(reterr, r, text);
	return sd_bus_reply_method_return(message, BUS_REMOVE_GIVES, lost != NULL ? lost : "");
}

int change_bus_reset(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	char *text = NULL;
	const char *name;
	int r;

	r = authorize_change(control, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, BUS_RESET_TAKES, &name);
	if (r < 0)
		return r;
	r = reset_ring(control->manager, name, &text);
	if (r < 0)
		return reply_fail(reterr, r, text);
	return sd_bus_reply_method_return(message, BUS_RESET_GIVES);
}

static int reply_adoption(sd_bus_message *message, const struct steps *steps)
{
	static const struct step nothing = { .action = PLAN_ADOPT, .state = STATE_CONFLICT };
	const struct step *step = steps->n_items > 0 ? &steps->items[0] : &nothing;
	CLEANUP_MESSAGE sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_append(reply, "u", (uint32_t)geteuid());
	if (r >= 0)
		r = reply_append_step(reply, step);
	return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

int change_bus_adopt(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	CLEANUP_STEPS struct steps steps = { 0 };
	struct adoption adoption;
	char *text = NULL;
	const char *kind;
	int key, dry_run, r;

	r = authorize_change(control, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, BUS_ADOPT_TAKES, &kind, &adoption.id, &key, &adoption.name,
					&dry_run);
	if (r < 0)
		return r;
	adoption.kind = kipc_kind_from_string(kind);
	adoption.key = (key_t)key;
	if (adoption.kind == 0)
		return reply_fail(reterr, -EINVAL, NULL);
	r = dry_run ? adopt_check(control->manager, &adoption, &text)
		    : adopt(control->manager, &adoption, &steps, &text);
	return r < 0 ? reply_fail(reterr, r, text) : reply_adoption(message, &steps);
}
