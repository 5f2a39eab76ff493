/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_BASE_GUARD_H
#define KIPC_CLIENT_BASE_GUARD_H

/* --lock: a semaphore is held while a segment is read or written, so that no process sees half of a change. */

#include "client/base/command.h"
#include "lib/kipc.h"

struct guard {
	const struct invocation *invocation;
	struct kipc_channel *semaphore; /* NULL: no --lock */
};

/*
 * Opens the semaphore of --lock, if it is given. Here and below, any other status than STATUS_DONE has already been
 * reported.
 */
enum status guard_open(const struct invocation *invocation, struct guard *ret_guard);
void guard_close(struct guard *guard);
#define CLEANUP_GUARD __attribute__((cleanup(guard_close)))

/* Takes it with SEM_UNDO, waiting as --timeout and --no-wait say. */
enum status guard_take(struct guard *guard);
void guard_release(struct guard *guard);

/* Copies at most `length` bytes, and none beyond the end, while the semaphore is held. The caller frees *ret_data. */
enum status guard_copy(struct guard *guard, struct kipc_channel *segment, uint64_t offset, uint64_t length,
		       unsigned char **ret_data, size_t *ret_size);

/* Reports that --offset is beyond the end of a segment of `size` bytes; STATUS_FAILED. */
enum status guard_report_offset(const struct invocation *invocation, uint64_t size);

#endif
