/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names of users and groups for the tables, remembered: two arrays sorted by number. Owned by the run of one verb.
 * A text that was handed out stays where it is until accounts_free().
 */

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/accounts.h"

struct account {
	unsigned number;
	char *name;
};

struct account_list {
	struct account *items;
	size_t n_items;
};

struct accounts {
	struct account_list users, groups;
};

struct accounts *accounts_new(void)
{
	return calloc(1, sizeof(struct accounts));
}

static void account_list_done(struct account_list *list)
{
	for (size_t i = 0; i < list->n_items; i++)
		free(list->items[i].name);
	free(list->items);
}

struct accounts *accounts_free(struct accounts *accounts)
{
	if (accounts == NULL)
		return NULL;
	account_list_done(&accounts->users);
	account_list_done(&accounts->groups);
	free(accounts);
	return NULL;
}

/* Where `number` is or belongs. */
static size_t find_place(const struct account_list *list, unsigned number)
{
	size_t low = 0, high = list->n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->items[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The database's answer as a string of our own. */
static char *make_name(const char *name, unsigned number)
{
	char *text;

	if (name != NULL)
		return strdup(name);
	return asprintf(&text, "%u", number) < 0 ? NULL : text;
}

static const char *insert_account(struct account_list *list, size_t place, unsigned number, const char *name)
{
	struct account *items;
	char *text;

	items = reallocarray(list->items, list->n_items + 1, sizeof *items);
	if (items == NULL)
		return "?";
	list->items = items;
	text = make_name(name, number);
	if (text == NULL)
		return "?";
	memmove(items + place + 1, items + place, (list->n_items - place) * sizeof *items);
	items[place] = (struct account){ .number = number, .name = text };
	list->n_items++;
	return text;
}

const char *accounts_user(struct accounts *accounts, uid_t uid)
{
	struct account_list *list = &accounts->users;
	size_t place = find_place(list, uid);
	struct passwd *entry;

	if (place < list->n_items && list->items[place].number == uid)
		return list->items[place].name;
	entry = getpwuid(uid);
	return insert_account(list, place, uid, entry != NULL ? entry->pw_name : NULL);
}

const char *accounts_group(struct accounts *accounts, gid_t gid)
{
	struct account_list *list = &accounts->groups;
	size_t place = find_place(list, gid);
	struct group *entry;

	if (place < list->n_items && list->items[place].number == gid)
		return list->items[place].name;
	entry = getgrgid(gid);
	return insert_account(list, place, gid, entry != NULL ? entry->gr_name : NULL);
}
