/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHECK_H
#define KIPC_DAEMON_CHECK_H

/* kipcd --check: what is wrong with the configuration, as the kipcd of the runtime folder would find it. */

struct manager_options;

/* Says all of it on standard error. 0; -EBADMSG: a start would be refused; another error: that cannot be told. */
int check_configuration(const struct manager_options *options);

#endif
