/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Called by the methods of manager-bus.c, change-bus.c, events-bus.c and figures-bus.c. */

#include "daemon/bus/reply.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus-names.h"

int reply_fail(sd_bus_error *reterr, int error, char *text)
{
	const char *name = BUS_ERROR_FAILED;

	assert(error < 0);
	switch (error) {
	case -ENOENT:
		name = BUS_ERROR_NO_SUCH_CHANNEL;
		break;
	case -EBUSY:
		name = BUS_ERROR_NOT_EMPTY;
		break;
	case -EEXIST:
		name = BUS_ERROR_EXISTS;
		break;
	case -EINVAL:
	case -EBADMSG:
		name = BUS_ERROR_INVALID;
		break;
	case -EDQUOT:
		name = BUS_ERROR_LIMIT;
		break;
	}
	sd_bus_error_set(reterr, name, text != NULL ? text : strerror(-error));
	free(text);
	return error;
}

int reply_fail_config(sd_bus_error *reterr, int error, const struct problems *problems)
{
	char *text;

	if (error != -EBADMSG)
		return reply_fail(reterr, error, NULL);
	text = problems_to_string(problems, false);
	sd_bus_error_set(reterr, BUS_ERROR_BAD_CONFIGURATION,
			 text != NULL ? text : "the configuration has mistakes");
	free(text);
	return error;
}

int reply_open(sd_bus_message *call, const char *contents, sd_bus_message **ret_reply)
{
	int r;

	r = sd_bus_message_new_method_return(call, ret_reply);
	return r < 0 ? r : sd_bus_message_open_container(*ret_reply, 'a', contents);
}

int reply_close(sd_bus_message *reply, int r)
{
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}

int reply_append_step(sd_bus_message *reply, const struct step *step)
{
	return sd_bus_message_append(reply, BUS_STEP, step->name, kipc_kind_to_string(step->kind),
				     plan_action_words[step->action], channel_state_words[step->state],
				     step->detail != NULL ? step->detail : "");
}

int reply_steps(sd_bus_message *message, const struct steps *steps)
{
	sd_bus_message *reply = NULL;
	size_t n_sent = 0;
	int r;

	r = reply_open(message, BUS_STEP, &reply);
	for (int failures = 1; failures >= 0; failures--)
		for (size_t i = 0; r >= 0 && i < steps->n_items && n_sent < BUS_LIST_PAGE; i++) {
			if ((steps->items[i].state == STATE_FAILED) != failures)
				continue;
			r = reply_append_step(reply, &steps->items[i]);
			n_sent++;
		}
	return reply_close(reply, r);
}
