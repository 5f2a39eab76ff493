/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_ACCOUNTS_H
#define KIPC_CLIENT_TABLE_ACCOUNTS_H

/* The names of users and groups, each looked up once: ten thousand objects have a handful of owners. */

#include <sys/types.h>

/* Starts as { 0 }; two trees of tsearch(3). */
struct accounts {
	void *users, *groups;
};
void accounts_done(struct accounts *accounts);

#define CLEANUP_ACCOUNTS __attribute__((cleanup(accounts_done)))

/* The name, or the number in decimal if there is no name, or "?" if there is no memory. Valid until accounts_done(). */
const char *accounts_user(struct accounts *accounts, uid_t uid);
const char *accounts_group(struct accounts *accounts, gid_t gid);

#endif
