/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_SPEC_H
#define KIPC_DAEMON_CONFIG_SPEC_H

/* What a section declares: plain values, no kernel state. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/channel-words.h"
#include "lib/kipc.h"

/* The place of a value that is in force. */
struct value_place {
	unsigned source; /* index into config::origins */
	unsigned line;
	unsigned char key;  /* enum config_key_id */
	unsigned char verb; /* enum layer_verb: what gave it */
};

/* A field of a raw segment: "u32@0", "char[16]@8", "f64be[4]@64". */
struct field_spec {
	char *name;
	char *type; /* as written, without the offset: "f64be[4]" */
	uint64_t offset;
	uint64_t size; /* bytes in all */
	struct value_place place;
};

struct channel_spec {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	const char *origin; /* the first file that declares it; owned by the config */
	unsigned line;
	bool is_of_layer; /* only kipcctl create or adopt declares it */
	const struct value_place
		*places; /* of the keys that are given, without fields; owned by the config */
	unsigned n_places;

	key_t key;     /* 0: that of a file that has never answered */
	char *path;    /* key = ftok:PATH:N; NULL: a number, or derived from the name */
	int project;   /* N */
	int key_error; /* of ftok(3) on `path` now; 0: it makes `key` */
	uid_t owner;
	gid_t group;
	mode_t mode;
	enum manage manage;
	enum lifetime lifetime;
	char *description; /* NULL: none */
	unsigned warn_at;  /* per cent; 0: unset */
	bool activate;

	/* queue */
	uint64_t capacity; /* 0: kernel.msgmnb */

	/* segment */
	uint64_t size;
	enum layout layout;
	uint64_t max_message;	   /* ring; 0: an eighth of the size */
	struct field_spec *fields; /* sorted by offset, then by name */
	size_t n_fields;

	/* semaphore: the initial values */
	unsigned short *values;
	size_t n_values;
};

/* Whether an object with that key got it from the declared file, which was replaced since. */
bool channel_spec_has_other_file(const struct channel_spec *spec, key_t key);

/* Whether the error says that the file is gone; with any other, kipcd cannot tell. */
bool channel_spec_file_is_gone(int error);

/* What is wrong with the file, for a sentence. */
const char *channel_spec_file_error_to_string(int error);

/* The largest message of a declared ring, in bytes. */
uint64_t channel_spec_max_message(const struct channel_spec *spec);

/* Free what the struct points to. */
void field_spec_done(struct field_spec *field);
void channel_spec_done(struct channel_spec *spec);

#endif
