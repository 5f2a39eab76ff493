/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHECK_H
#define KIPC_DAEMON_CHECK_H

/* What is wrong with the configuration, as the kipcd of the runtime folder would find it, and what it declares. */

#include "daemon/run/manager.h"

/* kipcd --check: says all of it on standard error. -EBADMSG: a start would be refused; other errors: that cannot be told. */
int check_configuration(const struct manager_options *options);

/*
 * kipcd --check-consumer: says what kipc-consume@NAME lacks: a channel that activates, an executable. -EBADMSG: something is
 * missing; 0 also when the configuration cannot be read, since that says nothing about this channel.
 */
int check_consumer(const struct manager_options *options, const char *name);

#endif
