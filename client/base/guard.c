/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A semaphore around a copy, for every verb that reads or writes the bytes of a segment. It is held for the copy only,
 * never while the verb prints or waits; if kipcctl is killed meanwhile, the kernel gives the semaphore back.
 */

#include "client/base/guard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "common/plural.h"

enum status guard_open(const struct invocation *invocation, struct guard *ret_guard)
{
	const char *address = invocation->options->lock;
	int r;

	*ret_guard = (struct guard){ .invocation = invocation };
	if (address == NULL)
		return STATUS_DONE;
	r = kipc_open(address, invocation->runtime_dir, KIPC_SEMAPHORE, &ret_guard->semaphore);
	if (r == -EPROTOTYPE)
		return report(invocation, address, STATUS_USAGE, "this is not a semaphore; --lock needs one");
	return r < 0 ? errors_report(invocation, address, r) : STATUS_DONE;
}

void guard_close(struct guard *guard)
{
	guard->semaphore = kipc_close(guard->semaphore);
}

enum status guard_take(struct guard *guard)
{
	const struct options *options = guard->invocation->options;
	int r;

	if (guard->semaphore == NULL)
		return STATUS_DONE;
	r = kipc_down(guard->semaphore, kipc_channel_index(guard->semaphore), 1, KIPC_UNDO, options->timeout);
	return r < 0 ? errors_report(guard->invocation, options->lock, r) : STATUS_DONE;
}

void guard_release(struct guard *guard)
{
	if (guard->semaphore != NULL)
		(void)kipc_up(guard->semaphore, kipc_channel_index(guard->semaphore), 1, KIPC_UNDO);
}

enum status guard_report_offset(const struct invocation *invocation, uint64_t size)
{
	return report(invocation, invocation->args[0], STATUS_FAILED,
		      "--offset=%" PRIu64 " is beyond the end: the segment has %" PRIu64 " %s",
		      invocation->options->offset, size, plural(size, "byte", "bytes"));
}

enum status guard_copy(struct guard *guard, struct kipc_channel *segment, uint64_t offset, uint64_t length,
		       unsigned char **ret_data, size_t *ret_size)
{
	const struct invocation *invocation = guard->invocation;
	unsigned char *data;
	enum status status;
	void *address;
	size_t size;
	ssize_t n;
	int r;

	r = kipc_attach(segment, KIPC_READ_ONLY, &address, &size);
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	if (offset > size)
		return guard_report_offset(invocation, size);
	size -= (size_t)offset;
	if (length < size)
		size = (size_t)length;
	data = malloc(size + 1);
	if (data == NULL)
		return errors_report(invocation, invocation->args[0], -ENOMEM);
	status = guard_take(guard);
	if (status != STATUS_DONE) {
		free(data);
		return status;
	}
	n = kipc_read(segment, offset, data, size);
	guard_release(guard);
	if (n < 0) {
		free(data);
		return errors_report(invocation, invocation->args[0], (int)n);
	}
	*ret_data = data;
	*ret_size = (size_t)n;
	return STATUS_DONE;
}
