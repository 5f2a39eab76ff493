/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From an address to the row that it means, or to an error that names the candidates. */

#include "client/facts/view-find.h"

#include <errno.h>
#include <string.h>

#include "client/base/errors.h"
#include "client/base/report.h"

static bool row_matches(const struct view_row *row, const struct kipc_address *address)
{
	if (address->kind != 0 && row->kind != address->kind)
		return false;
	return address->form == KIPC_BY_KEY ? row->key == address->key : row->id == address->id;
}

const struct view_row *view_find_name(const struct view *view, const char *name)
{
	size_t low = 0, high = view->n_named;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int r = strcmp(view->rows[middle].name, name);

		if (r == 0)
			return &view->rows[middle];
		if (r < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int find_name(const struct view *view, const struct kipc_address *address,
		     const struct view_row **ret_row)
{
	*ret_row = view_find_name(view, address->name);
	if (*ret_row == NULL)
		return -ENOENT;
	return address->kind != 0 && (*ret_row)->kind != address->kind ? -EPROTOTYPE : 0;
}

/*
 * -ENOENT; -ENOTUNIQ: a key or id that two kinds have (*ret_row and *ret_other are both); -EPROTOTYPE: a name of
 * another kind than the address says (*ret_row is it).
 */
static int find_row(const struct view *view, const struct kipc_address *address,
		    const struct view_row **ret_row, const struct view_row **ret_other)
{
	const struct view_row *found[N_CHANNEL_KINDS] = { NULL };
	bool has_object = false;
	int n_found = 0;

	if (address->form == KIPC_BY_NAME)
		return find_name(view, address, ret_row);
	for (size_t i = 0; i < view->n_rows; i++) {
		const struct view_row *row = &view->rows[i];
		const struct view_row **place = &found[channel_kind_index(row->kind)];

		/* The first wins, unless it has no object and only declares the key. */
		if (row_matches(row, address) && (*place == NULL || (*place)->object == NULL))
			*place = row;
	}
	for (size_t i = 0; i < N_CHANNEL_KINDS; i++)
		has_object |= found[i] != NULL && found[i]->object != NULL;
	for (size_t i = 0; i < N_CHANNEL_KINDS; i++) {
		if (found[i] == NULL || (has_object && found[i]->object == NULL))
			continue;
		*(n_found == 0 ? ret_row : ret_other) = found[i];
		n_found++;
	}
	return n_found == 0 ? -ENOENT : n_found == 1 ? 0 : -ENOTUNIQ;
}

const struct view_row *view_find(const struct invocation *invocation, const struct view *view,
				 const char *text, enum status *ret_status)
{
	char one[VIEW_ADDRESS_MAX], two[VIEW_ADDRESS_MAX];
	const struct view_row *row = NULL, *other = NULL;
	struct kipc_address address;
	int r;

	r = kipc_address_parse(text, &address);
	if (r == 0 && address.form == KIPC_BY_FTOK) {
		r = kipc_address_to_key(&address, &address.key);
		address.form = KIPC_BY_KEY;
	}
	if (r == 0)
		r = find_row(view, &address, &row, &other);
	if (r == 0)
		return row;
	if (r == -ENOTUNIQ)
		*ret_status =
			report(invocation, text, STATUS_USAGE,
			       "this could be %s %s or %s %s; write queue:, segment: or semaphore: in front",
			       kipc_kind_to_string(row->kind), view_row_to_address(row, one),
			       kipc_kind_to_string(other->kind), view_row_to_address(other, two));
	else if (r == -EPROTOTYPE)
		*ret_status = report(invocation, text, errors_status(r), "%s is a %s", row->name,
				     kipc_kind_to_string(row->kind));
	else if (r == -ENOENT && view->registry_error < 0 && view->registry_error != -ENOENT)
		*ret_status = report(invocation, text, errors_status(view->registry_error),
				     "the registry in %s cannot be read: %s", invocation->runtime_dir,
				     strerror(-view->registry_error));
	else
		*ret_status = errors_report(invocation, text, r);
	return NULL;
}
