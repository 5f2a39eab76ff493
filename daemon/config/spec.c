/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The words of a declared channel's properties, and the end of one. Used by all of the daemon that reads or
 * shows specs. The order of the words is the order of the enums.
 */

#include "daemon/config/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const manage_words[] = { [MANAGE_OWN] = "own", [MANAGE_OBSERVE] = "observe", NULL };

const char *const lifetime_words[] = {
	[LIFETIME_BOOT] = "boot", [LIFETIME_CONFIG] = "config", [LIFETIME_DAEMON] = "daemon", NULL
};

const char *const layout_words[] = { [LAYOUT_RAW] = "raw", [LAYOUT_RING] = "ring", NULL };

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
	return error == -ETIMEDOUT ? "it does not answer (on a dead mount?)" : strerror(-error);
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
	free(spec->description);
	free(spec->path);
	*spec = (struct channel_spec){ 0 };
}
