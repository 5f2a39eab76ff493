/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Declarations of fields. Called through the row field.NAME of the table of keys; the grammar of the value is common/field.c's.
 * Whether a field lies within its segment is judged by config/check.c, when the size is known.
 */

#include "daemon/config/field.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/field.h"

int field_parse(struct key_input *input, void *member)
{
	struct field_spec *spec = member;
	const char *name = strchr(input->key, '.') + 1;
	struct field field;
	char *sentence = NULL;
	int r;

	if (!kipc_name_is_valid(name))
		return key_refuse(input,
				  "'%s' is not a name; names are 1 to %d letters, digits, '.', '_' and '-', "
				  "a letter first",
				  name, KIPC_NAME_MAX);
	r = field_from_string(input->value, &field, &sentence);
	if (r < 0) {
		r = sentence != NULL ? key_refuse(input, "%s", sentence) : -ENOMEM;
		free(sentence);
		return r;
	}
	*spec = (struct field_spec){ .name = strdup(name),
				     .offset = field.offset,
				     .size = field_size(&field) };
	spec->type = strndup(input->value, (size_t)(strrchr(input->value, '@') - input->value));
	if (spec->name == NULL || spec->type == NULL) {
		field_spec_done(spec);
		return -ENOMEM;
	}
	return 0;
}
