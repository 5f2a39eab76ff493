/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_DECLARED_H
#define KIPC_CLIENT_FACTS_DECLARED_H

/* The declaration of a channel, to be compared with its object. */

#include <systemd/sd-bus.h>

#include "client/table/value.h"

/*
 * Asks kipcd (Manager.Describe) for the declaration, as a JSON object with the keys of the configuration; each value is written
 * as the column of that name writes it. NULL if nothing is declared. Errors of the bus; -ENOMEM.
 */
int declared_read(sd_bus *bus, const char *name, struct value_style *style, struct json_object **ret_json);

#endif
