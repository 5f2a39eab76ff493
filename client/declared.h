/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DECLARED_H
#define KIPC_CLIENT_DECLARED_H

/* What the configuration says of a channel, word by word, to be laid beside what is. */

#include <systemd/sd-bus.h>

#include "client/value.h"

struct declared {
	struct declared_word {
		char *word;	    /* "capacity" */
		char *text;	    /* what a text value points to; NULL for the others */
		struct value value; /* its type says only: text, number or list */
	} * items;
	size_t n_items;
};

/* Asks kipcd (Manager.Describe). -ENOENT: it declares no such channel; errors of the bus; -ENOMEM. */
int declared_read(sd_bus *bus, const char *name, struct declared *ret_declared);
void declared_done(struct declared *declared);

/* The value of a word, or NULL. */
const struct value *declared_find(const struct declared *declared, const char *word);

#endif
