/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_CONTROL_H
#define KIPC_CLIENT_BASE_CONTROL_H

/*
 * kipcctl is two halves. The data half sends and receives; it is linked in and needs libc only. The control half
 * (kipcctl-control.so) uses the bus, tables and JSON; the verbs that need it load it, because loading its libraries
 * costs more than a whole `kipcctl send`. This is what the data half may ask of it.
 */

#include <stddef.h>

#include "client/base/command.h"

/* Words of a command line that only the control half knows. */
enum control_words {
	CONTROL_WORDS_COLUMNS,	  /* of the verb's table */
	CONTROL_WORDS_FIELDS,	  /* of the segment args[0], if kipcd declares any */
	CONTROL_WORDS_OVERRIDDEN, /* the keys of the channel args[0] that `kipcctl set` gave a value */
};

/* Takes one word and what it means. */
typedef void control_tell(void *context, const char *word, const char *help);

struct control_half {
	const char *version; /* must be ours */
	/* the verb of the invocation */
	enum status (*run)(const struct invocation *invocation);
	/* see message-json.h */
	char *(*message_to_json)(long type, const void *body, size_t size, size_t *ret_size);
	int (*message_from_json)(const char *line, size_t n_line, long *ret_type, void **ret_body,
				 size_t *ret_size, const char **reterr_why);
	/* see errors.h */
	char *(*explain_name)(const struct invocation *invocation, const char *name);
	/* tells the words that there are; none if they cannot be known */
	void (*complete)(const struct invocation *invocation, enum control_words words, control_tell *tell,
			 void *context);
};

/* The symbol that kipcctl-control.so exports: a struct control_half. */
#define CONTROL_HALF_SYMBOL "kipcctl_control_half"

/* Loads it. NULL: it cannot be loaded, which has been reported. */
const struct control_half *control_load(const struct invocation *invocation);

/* Loads it and runs the verb, or asks it about a name. */
enum status control_run(const struct invocation *invocation);
char *control_explain_name(const struct invocation *invocation, const char *name);

#endif
