/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_MESSAGE_JSON_H
#define KIPC_CLIENT_SEE_MESSAGE_JSON_H

/* A message as one JSON object: {"type":1,"size":5,"text":"hello"}, or with "base64" if the body is not UTF-8. */

#include <stddef.h>

/* A line without a newline, freed by the caller, and its length; NULL: no memory. */
char *message_to_json(long type, const void *body, size_t size, size_t *ret_size);

/*
 * Parses such a line. "type" (0 if it is missing) and "size" are optional. The caller frees the body. -EBADMSG: it is
 * not a message, and *reterr_why says why (a constant); -ENOMEM.
 */
int message_from_json(const char *line, size_t n_line, long *ret_type, void **ret_body, size_t *ret_size,
		      const char **reterr_why);

#endif
