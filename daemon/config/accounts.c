/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Used by the parsers of owner and group. One table serves either users or groups. */

#include "daemon/config/accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(uid_t) == sizeof(gid_t), "one struct serves users and groups");

void accounts_done(struct accounts *accounts)
{
	for (size_t i = 0; i < accounts->n_items; i++)
		free(accounts->items[i].name);
	free(accounts->items);
	*accounts = (struct accounts){ 0 };
}

static int look_up_new(struct accounts *accounts, const char *name,
		       int (*look_up)(const char *name, uid_t *ret_id))
{
	struct account account = { 0 }, *items;

	items = reallocarray(accounts->items, accounts->n_items + 1, sizeof *items);
	if (items == NULL)
		return -ENOMEM;
	accounts->items = items;
	account.name = strdup(name);
	if (account.name == NULL)
		return -ENOMEM;
	account.result = look_up(name, &account.id);
	items[accounts->n_items++] = account;
	return 0;
}

/* The account that was asked for last is at the end, and found at once. */
static void move_to_end(struct accounts *accounts, size_t i)
{
	struct account account = accounts->items[i];

	accounts->items[i] = accounts->items[accounts->n_items - 1];
	accounts->items[accounts->n_items - 1] = account;
}

int accounts_find(struct accounts *accounts, const char *name,
		  int (*look_up)(const char *name, uid_t *ret_id), uid_t *ret_id)
{
	const struct account *found;
	size_t i = accounts->n_items;
	int r;

	while (i > 0 && strcmp(accounts->items[i - 1].name, name) != 0)
		i--;
	if (i > 0) {
		move_to_end(accounts, i - 1);
	} else {
		r = look_up_new(accounts, name, look_up);
		if (r < 0)
			return r;
	}
	found = &accounts->items[accounts->n_items - 1];
	if (found->result == 0)
		*ret_id = found->id;
	return found->result;
}
