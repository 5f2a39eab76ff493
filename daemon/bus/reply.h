/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_BUS_REPLY_H
#define KIPC_DAEMON_BUS_REPLY_H

/* Replies of org.kipc1.Manager that several methods give. */

#include <systemd/sd-bus.h>

#include "common/config/problems.h"
#include "daemon/run/steps.h"

/* An error with our sentence, which is freed (NULL: what the errno means). Returns a negative errno. */
int reply_fail(sd_bus_error *reterr, int error, char *text);

/* The same for a configuration: -EBADMSG is all that is in `problems`. */
int reply_fail_config(sd_bus_error *reterr, int error, const struct problems *problems);

/* An array of `contents`, to which the caller appends. reply_close() sends it, or frees it if r < 0; returns r or an error. */
int reply_open(sd_bus_message *call, const char *contents, sd_bus_message **ret_reply);
int reply_close(sd_bus_message *reply, int r);

int reply_append_step(sd_bus_message *reply, const struct step *step);

/* At most BUS_LIST_PAGE steps, failures first. */
int reply_steps(sd_bus_message *call, const struct steps *steps);

#define CLEANUP_MESSAGE __attribute__((cleanup(reply_unref)))

static inline void reply_unref(sd_bus_message **message)
{
	sd_bus_message_unref(*message);
}

#endif
