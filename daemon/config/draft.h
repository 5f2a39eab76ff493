/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_DRAFT_H
#define KIPC_DAEMON_CONFIG_DRAFT_H

/* A section while the files are being read: what it will be, and where each part of it stands. */

#include <limits.h>

#include "daemon/config/keys.h"
#include "daemon/config/source.h"

struct place {
	unsigned source; /* index into the sources */
	unsigned line;	 /* 0: nowhere */
	unsigned offset; /* of the line in the text */
	unsigned verb;	 /* enum layer_verb */
};

/* "FILE:LINE"; for an argument of the current call "'key=value'". */
#define PLACE_TEXT_MAX (PATH_MAX + 64)
const char *place_to_string(const struct config_source *sources, struct place place, const char *key,
			    char buffer[static PLACE_TEXT_MAX]);

/* The value that stands there; the caller frees it. NULL: no memory. */
char *place_value(const struct config_source *sources, struct place place);

struct field_draft {
	struct field_spec field;
	struct place place;
};

struct draft {
	struct channel_spec spec; /* unused for [daemon] */
	struct place first;	  /* its header, where it stands first */
	struct place header;	  /* its header that was read last */
	bool is_stray; /* its header is a mistake: it is kept only to judge its keys, and may have no kind or name */
	char *written; /* its header as written, if that is a mistake; else NULL */

	uint32_t given; /* KEY_BIT()s: keys that a file has */
	uint32_t bad;	/* keys whose last value is a mistake: what depends on them is not judged */
	struct place places[CONFIG_N_KEYS];

	struct field_draft *fields; /* in the order in which they were read */
	size_t n_fields;
};

#define KEY_BIT(id) (UINT32_C(1) << (id))
_Static_assert(CONFIG_N_KEYS <= 32, "a key is a bit of draft::given");

bool draft_has(const struct draft *draft, enum config_key_id id);
bool draft_is_bad(const struct draft *draft, enum config_key_id id);

/* The field of that key ("field.price") that was read last; NULL: none. */
const struct field_draft *draft_find_field(const struct draft *draft, const char *key);

/* Takes the field over. -ENOMEM. */
int draft_add_field(struct draft *draft, const struct field_draft *field);

void draft_done(struct draft *draft);

#endif
