/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_MESSAGE_JSON_H
#define KIPC_CLIENT_MESSAGE_JSON_H

/* A message as one JSON object: {"type":1,"size":5,"text":"hello"}, or "base64" where the body is not UTF-8. */

#include <stddef.h>

/* A line without newline, freed by the caller, its length in *ret_size; NULL when out of memory. */
char *message_to_json(long type, const void *body, size_t size, size_t *ret_size);

#endif
