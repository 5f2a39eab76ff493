/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_DECLARED_VALUES_H
#define KIPC_CLIENT_DECLARED_VALUES_H

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/* The starting values that the configuration gives a semaphore set; free(3) them. None: *ret_n is 0. Errors of the bus. */
int declared_values_read(sd_bus *bus, const char *name, uint16_t **ret_values, size_t *ret_n);

#endif
