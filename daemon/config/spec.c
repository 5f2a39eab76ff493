/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Questions about one spec, and its end. Used wherever the daemon reads or shows specs. */

#include "daemon/config/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/channel-keys.h"

/* ftok(3) puts the project into the upper 8 bits. */
bool channel_spec_has_other_file(const struct channel_spec *spec, key_t key)
{
	return spec->path != NULL && spec->key != 0 && spec->key != key &&
	       (uint32_t)key >> 24 == (unsigned)spec->project;
}

bool channel_spec_file_is_gone(int error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -ELOOP;
}

const char *channel_spec_file_error_to_string(int error)
{
	return error == -ETIMEDOUT ? "no answer (a dead mount?)" : strerror(-error);
}

uint64_t channel_spec_max_message(const struct channel_spec *spec)
{
	return spec->max_message != 0 ? spec->max_message : spec->size / 8; /* as kipc_ring_format() has it */
}

void field_spec_done(struct field_spec *field)
{
	free(field->name);
	free(field->type);
	*field = (struct field_spec){ 0 };
}

void channel_spec_done(struct channel_spec *spec)
{
	for (size_t i = 0; i < spec->n_fields; i++)
		field_spec_done(&spec->fields[i]);
	free(spec->fields);
	free(spec->values);
	free(spec->path);
	/* The spec owns the text of each key that has text as its value. */
	/* clang-format off */
#define FREE_TEXT(id, key, classes, type, member, ...) free(_Generic(spec->member, char *: spec->member, default: NULL));
	CHANNEL_KEYS(FREE_TEXT)
#undef FREE_TEXT
	/* clang-format on */
	*spec = (struct channel_spec){ 0 };
}
