/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The words of the tables of the control half, and the fields and overridden keys of a channel. */

#include "client/complete-words.h"

#include <json-c/json.h>
#include <string.h>

#include "client/change/plan.h"
#include "client/facts/bus.h"
#include "client/facts/columns.h"
#include "client/facts/declared.h"
#include "client/see/limits.h"
#include "common/channel-words.h"

static const struct {
	const char *verb;
	const struct column *columns;
	const size_t *n_columns;
} tables[] = {
	{ "list", channel_columns, &n_channel_columns }, { "top", channel_columns, &n_channel_columns },
	{ "limits", limit_columns, &n_limit_columns },	 { "plan", step_columns, &n_step_columns },
	{ "reload", step_columns, &n_step_columns },
};

static void tell_columns(const char *verb, control_tell *tell, void *context)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (size_t j = 0; strcmp(tables[i].verb, verb) == 0 && j < *tables[i].n_columns; j++)
			tell(context, tables[i].columns[j].name, tables[i].columns[j].help);
}

/* The members of one part of a declaration; with `is_ours`, only those that kipcctl has set. */
static void tell_members(const struct invocation *invocation, const char *part, bool is_ours,
			 control_tell *tell, void *context)
{
	struct value_style style = { 0 };
	struct json_object *all = NULL, *members;
	CLEANUP_BUS sd_bus *bus = NULL;

	if (bus_connect(invocation, &bus) >= 0 &&
	    declared_read(bus, invocation->args[0], &style, &all) >= 0) {
		members = json_object_object_get(all, part);
		if (members != NULL) {
			json_object_object_foreach(members, name, value)
			{
				const char *text = json_object_get_string(value);

				if (!is_ours || strcmp(text, "kipcctl set") == 0 ||
				    strcmp(text, "kipcctl adopt") == 0)
					tell(context, name, text);
			}
		}
	}
	json_object_put(all);
	accounts_done(&style.accounts);
}

void complete_words(const struct invocation *invocation, enum control_words words, control_tell *tell,
		    void *context)
{
	switch (words) {
	case CONTROL_WORDS_COLUMNS:
		tell_columns(invocation->command->name, tell, context);
		break;
	case CONTROL_WORDS_FIELDS:
		tell_members(invocation, "fields", false, tell, context);
		break;
	case CONTROL_WORDS_OVERRIDDEN:
		tell_members(invocation, "origins", true, tell, context);
		break;
	}
}
