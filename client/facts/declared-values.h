/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_DECLARED_VALUES_H
#define KIPC_CLIENT_FACTS_DECLARED_VALUES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

/* The declared starting values of a semaphore set; free(3) them. None: *ret_n is 0. Errors of the bus. */
int declared_values_read(sd_bus *bus, const char *name, uint16_t **ret_values, size_t *ret_n);

struct declared_access {
	gid_t gid;
	mode_t mode;
};

/* The declared group and mode of a channel. Errors of the bus; -ENODATA: kipcd does not say. */
int declared_access_read(sd_bus *bus, const char *name, struct declared_access *ret_access);

#endif
