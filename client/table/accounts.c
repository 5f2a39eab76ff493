/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Names of users and groups, cached by number. A name stays valid until accounts_done(). */

#include "client/table/accounts.h"

#include <grp.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct account {
	unsigned number;
	char name[];
};

void accounts_done(struct accounts *accounts)
{
	tdestroy(accounts->users, free);
	tdestroy(accounts->groups, free);
	*accounts = (struct accounts){ 0 };
}

static int compare_accounts(const void *a, const void *b)
{
	unsigned one = ((const struct account *)a)->number, other = ((const struct account *)b)->number;

	return one < other ? -1 : one > other;
}

/* `name` NULL: the number. */
static struct account *account_new(unsigned number, const char *name)
{
	char decimal[3 * sizeof number + 1];
	struct account *account;

	snprintf(decimal, sizeof decimal, "%u", number);
	if (name == NULL)
		name = decimal;
	account = malloc(sizeof *account + strlen(name) + 1);
	if (account == NULL)
		return NULL;
	account->number = number;
	strcpy(account->name, name);
	return account;
}

static const char *look_up_user(unsigned uid)
{
	struct passwd *entry = getpwuid(uid);

	return entry != NULL ? entry->pw_name : NULL;
}

static const char *look_up_group(unsigned gid)
{
	struct group *entry = getgrgid(gid);

	return entry != NULL ? entry->gr_name : NULL;
}

static const char *find_name(void **tree, unsigned number, const char *(*look_up)(unsigned number))
{
	const struct account wanted = { .number = number };
	struct account **found = tfind(&wanted, tree, compare_accounts), *account;

	if (found != NULL)
		return (*found)->name;
	account = account_new(number, look_up(number));
	if (account == NULL || tsearch(account, tree, compare_accounts) == NULL) {
		free(account);
		return "?";
	}
	return account->name;
}

const char *accounts_user(struct accounts *accounts, uid_t uid)
{
	return find_name(&accounts->users, uid, look_up_user);
}

const char *accounts_group(struct accounts *accounts, gid_t gid)
{
	return find_name(&accounts->groups, gid, look_up_group);
}
