/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHECK_H
#define KIPC_DAEMON_CHECK_H

/* What is wrong with the configuration, as the kipcd of the runtime folder would find it. */

#include "daemon/run/manager.h"

/*
 * kipcd --check: prints all mistakes to standard error. -EBADMSG: a start would be refused; any other error: the check
 * failed.
 */
int check_configuration(const struct manager_options *options);

/*
 * kipcd --check-consumer: prints what kipc-consume@NAME needs and does not have: a channel with `activate`, an executable.
 * -EBADMSG: something is missing. 0 also if the configuration has mistakes, which say nothing about this channel.
 */
int check_consumer(const struct manager_options *options, const char *name);

#endif
