/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_OPTION_ROWS_H
#define KIPC_CLIENT_BASE_OPTION_ROWS_H

/* The table of options, for parsing, help and completion. */

#include <stddef.h>

#include "client/base/options.h"

/* How an option's text becomes a value. */
struct option_form {
	/*
	 * 0; -EINVAL: not of this form; -ERANGE: too large or too small. `text` is NULL if the option takes no
	 * argument.
	 */
	int (*set)(struct options *options, size_t offset, const char *text);
	const char *wanted; /* what the argument must be, for errors; NULL: it takes any, or none */
};

struct option_row {
	enum option_id option;
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* its name in help; NULL: none */
	const struct option_form *form;
	size_t offset; /* of its member in struct options */
	const char *help;
	const char *const *words; /* those that it takes; NULL: any */
	bool is_list;		  /* several, separated by commas */
};

/* N_OPTIONS rows, in the order of help. */
extern const struct option_row option_rows[];

/* The row of a short option, or of a long one whose name has n bytes; NULL: there is none. */
const struct option_row *option_rows_find_letter(int letter);
const struct option_row *option_rows_find_name(const char *name, size_t n);

#endif
