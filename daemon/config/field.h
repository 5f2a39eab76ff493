/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_FIELD_H
#define KIPC_DAEMON_CONFIG_FIELD_H

/* What the bytes of a raw segment mean: "field.price = f64be@8". */

#include "daemon/config/keys.h"

/* A parser of the table of keys: reads input into a struct field_spec, its name from the key. */
int field_parse(struct key_input *input, void *member);

#endif
