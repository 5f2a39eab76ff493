/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_GUARD_H
#define KIPC_CLIENT_BASE_GUARD_H

/* --lock: the semaphore that is held while a segment is read or written, so that nobody sees half of a change. */

#include "client/base/command.h"
#include "lib/kipc.h"

struct guard {
	const struct invocation *invocation;
	struct kipc_channel *semaphore; /* NULL: no --lock */
};

/* Opens --lock's semaphore, if there is one. Else than STATUS_DONE: it was said why. */
enum status guard_open(const struct invocation *invocation, struct guard *ret_guard);
void guard_close(struct guard *guard);

/* Waits for it (--timeout, --no-wait) and takes it, with SEM_UNDO. Else than STATUS_DONE: it was said why. */
enum status guard_take(struct guard *guard);
void guard_release(struct guard *guard);

/*
 * Copies up to `length` bytes from `offset` on under the guard; *ret_data is the caller's to free. What lies beyond the end
 * is left out. Else than STATUS_DONE: it was said why.
 */
enum status guard_copy(struct guard *guard, struct kipc_channel *segment, uint64_t offset, uint64_t length,
		       unsigned char **ret_data, size_t *ret_size);

#endif
