/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_EXPLAIN_H
#define KIPC_DAEMON_CHANNEL_EXPLAIN_H

#include "daemon/config/spec.h"

/* Why creating or preparing the object failed, and what to do: a sentence that the caller frees. NULL: no memory. */
char *channel_explain(const struct channel_spec *spec, int error);

#endif
