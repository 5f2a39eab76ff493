/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One line, or one JSON object, for each object that sweep has judged. */

#include "client/doctor/swept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/table/table.h"

const char *const swept_words[] = { "removed", "would be removed", "left", "not removed" };

void swept_done(struct swept *swept)
{
	free(swept->reason);
	free(swept->evidence);
}

void swept_print(const struct swept *swept)
{
	if (swept->reason == NULL)
		printf("%s: %s: %s\n", swept->address, swept_words[swept->fate], swept->evidence);
	else
		printf("%s: %s: %s (%s)\n", swept->address, swept_words[swept->fate], swept->reason,
		       swept->evidence);
}

/* -- as JSON -------------------------------------------------------------------------------------------------- */

static void get_address(const struct column *column, const void *row, struct value *value)
{
	value_set_text(value, ((const struct swept *)row)->address);
}

static void get_kind(const struct column *column, const void *row, struct value *value)
{
	value_set_text(value, kipc_kind_to_string(((const struct swept *)row)->object.kind));
}

static void get_action(const struct column *column, const void *row, struct value *value)
{
	static const char *const words[] = { "removed", "would_be_removed", "left", "failed" };

	value_set_text(value, words[((const struct swept *)row)->fate]);
}

#define SWEPT(member) column_get_member, COLUMN_MEMBER(struct swept, member)

/* clang-format off */
static const struct column columns[] = {
	{ "address", NULL, NULL, 0, get_address },
	{ "kind", NULL, NULL, 0, get_kind },
	{ "id", NULL, NULL, 0, SWEPT(object.id), .type = VALUE_NUMBER },
	{ "key", NULL, NULL, 0, SWEPT(object.key), .type = VALUE_KEY },
	{ "owner", NULL, NULL, 0, SWEPT(object.uid), .type = VALUE_USER },
	{ "uid", NULL, NULL, 0, SWEPT(object.uid), .type = VALUE_NUMBER },
	{ "creator", NULL, NULL, 0, SWEPT(object.cuid), .type = VALUE_USER },
	{ "creator_uid", NULL, NULL, 0, SWEPT(object.cuid), .type = VALUE_NUMBER },
	{ "creator_gone", NULL, NULL, 0, SWEPT(is_creator_gone), .type = VALUE_BOOL },
	{ "last_used", NULL, NULL, 0, SWEPT(last_used), .type = VALUE_TIME },
	{ "action", NULL, NULL, 0, get_action },
	{ "because", NULL, NULL, 0, SWEPT(because), .type = VALUE_TEXT },
	{ "reason", NULL, NULL, 0, SWEPT(reason), .type = VALUE_TEXT },
	{ "evidence", NULL, NULL, 0, SWEPT(evidence), .type = VALUE_TEXT },
};
/* clang-format on */

int swept_print_json(const struct invocation *invocation, const struct swept *items, size_t n_items)
{
	enum status status;
	struct table table;
	int r = 0;

	if (!table_init(&table, invocation, columns, sizeof columns / sizeof *columns, &status))
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < n_items; i++)
		r = table_add(&table, &items[i]);
	if (r == 0)
		r = table_print(&table);
	table_done(&table);
	return r;
}
