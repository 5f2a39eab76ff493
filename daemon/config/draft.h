/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_DRAFT_H
#define KIPC_DAEMON_CONFIG_DRAFT_H

/* A section while the files are being read: what it will be, and where each part of it stands. */

#include <limits.h>

#include "daemon/config/keys.h"

struct place {
	unsigned source; /* index into the sources */
	unsigned line;	 /* 0: nowhere */
	unsigned offset; /* of the line in the text */
	unsigned verb;	 /* enum layer_verb */
};

/* "FILE:LINE", or of what is given right now "'key=value'". */
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
	struct channel_spec spec; /* of [daemon]: unused */
	struct place first;	  /* its header, where it first stands */
	struct place header;	  /* its header that was read last */
	bool is_stray; /* its header is wrong: kept only to judge its keys; may have no kind or name */
	char *written; /* what its header says, where that is a mistake; else NULL */

	uint32_t given; /* KEY_BIT()s: keys that some file has */
	uint32_t bad; /* those whose value, the last one, is a mistake: what depends on them is not judged */
	struct place places[CONFIG_N_KEYS];

	struct field_draft *fields; /* as they were read */
	size_t n_fields;
};

#define KEY_BIT(id) (UINT32_C(1) << (id))
_Static_assert(CONFIG_N_KEYS <= 32, "a key is a bit of draft::given");

void draft_done(struct draft *draft);

/*
 * Notes that a value of the runtime layer (`value`, by `verb`) stands in place of another at `old`: the first of these is
 * what is declared. -ENOMEM.
 */
int config_override_note(struct config *config, const struct config_source *sources, const char *name,
			 const char *key, struct place old, enum layer_verb verb, const char *value);
int config_aside_note(struct config *config, const char *name, bool declares, const char *why);
/* Sorts the overrides, drops those that change nothing, and warns of the rest. The channels must be there by now. */
void config_overrides_settle(struct config *config, struct problems *problems);
void config_overrides_done(struct config *config);

/*
 * Judges what can be judged only when everything is read (config/check.c): what is missing, does not belong
 * together, or collides. Fills in what was left out, and turns field drafts into fields. 0 or -ENOMEM.
 */
int config_check(struct draft *drafts, size_t n_drafts, const struct config_source *sources,
		 const struct config_world *world, struct problems *problems);

#endif
