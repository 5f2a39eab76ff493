/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CONFIG_KEYS_H
#define KIPC_COMMON_CONFIG_KEYS_H

/*
 * The keys of a configuration as a table, a row a key: in which sections it may stand, how its value is read and printed, its
 * default and limits, and what completion says about it. A parser looks at nothing but its own value; what depends on other
 * keys is judged when everything is read.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_SENTENCE_MAX 512

struct config_key;

/* One KEY = VALUE on its way into a struct. */
struct config_input {
	const struct config_key *row;
	const char *key,
		*value;	     /* as written; `key` differs from row->name where that stands for many keys */
	const void *context; /* what the table's own parsers need; NULL: nothing */
	char sentence
		[CONFIG_SENTENCE_MAX]; /* what is wrong with it, and what would be right; set on -EINVAL */
};

enum config_type {
	CONFIG_TEXT = 1,
	CONFIG_NUMBER, /* of 32 bits */
	CONFIG_SIZE,   /* of 64 bits */
	CONFIG_YESNO,
	CONFIG_NUMBERS,
};

/* A value as it is in force. */
struct config_value {
	enum config_type type;
	const char *text; /* in the struct that was printed, or in `buffer` */
	uint64_t number;
	const unsigned short *numbers;
	size_t n_numbers;
	char buffer[96];
};

struct config_key {
	const char *name;  /* "mode"; "field.NAME" stands for every name behind the dot */
	unsigned sections; /* a bit for each section that may have it */
	unsigned flags;	   /* the table's own */
	size_t offset;	   /* of its member in the struct that parse and print are given */
	/* Reads input->value into the struct, in place of an earlier value. 0; -EINVAL with a sentence; -ENOMEM. */
	int (*parse)(struct config_input *input, void *object);
	/* False: it has no value. */
	bool (*print)(const struct config_key *row, const void *object, struct config_value *ret_value);

	const char *preset;	  /* its default, as a file would say it; NULL: none, or computed */
	const char *least, *most; /* its limits, as a file would say them; NULL: none */
	const char *const *words; /* all values that it can have, NULL-terminated; NULL: any of its type */
	const char *example;	  /* a value for a key that must be given; NULL: it need not */
	const char *help;	  /* for completion */
};

/* Sets the sentence; returns -EINVAL. */
int config_refuse(struct config_input *input, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Its member in the struct. */
void *config_member(const struct config_key *row, void *object);
const void *config_member_of(const struct config_key *row, const void *object);

/* -- the types of values --------------------------------------------------------------------------------------- */

int config_parse_mode(struct config_input *input, void *object);    /* mode_t */
int config_parse_percent(struct config_input *input, void *object); /* unsigned; 0: unset */
int config_parse_size(struct config_input *input, void *object);    /* uint64_t; 0: unset */
int config_parse_span(struct config_input *input, void *object);    /* uint64_t, microseconds */
int config_parse_text(struct config_input *input,
		      void *object); /* char *, owned by the struct; NULL: empty */
int config_parse_word(struct config_input *input, void *object);  /* an enum: the index into row->words */
int config_parse_yesno(struct config_input *input, void *object); /* bool */

bool config_print_mode(const struct config_key *row, const void *object, struct config_value *ret_value);
bool config_print_percent(const struct config_key *row, const void *object, struct config_value *ret_value);
bool config_print_size(const struct config_key *row, const void *object, struct config_value *ret_value);
bool config_print_text(const struct config_key *row, const void *object, struct config_value *ret_value);
bool config_print_word(const struct config_key *row, const void *object, struct config_value *ret_value);
bool config_print_yesno(const struct config_key *row, const void *object, struct config_value *ret_value);

/* In one form for equal values; the caller frees it. NULL: no memory. */
char *config_value_to_string(const struct config_value *value);

/* -- tables ---------------------------------------------------------------------------------------------------- */

/* The row that a key means in one of these sections; -ENOENT: none. */
int config_rows_find(const struct config_key *rows, unsigned n_rows, const char *key, unsigned sections,
		     unsigned *ret_index);

/* Sets the sentence for a key that is in no row: the key that was probably meant, or all that there are. */
void config_rows_explain(const struct config_key *rows, unsigned n_rows, unsigned sections,
			 struct config_input *input);

/* Gives the struct the defaults of all keys of these sections. -ENOMEM. */
int config_rows_preset(const struct config_key *rows, unsigned n_rows, unsigned sections, void *object);

#endif
