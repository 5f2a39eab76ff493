/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The deadline of a call, computed only when the call has to wait. */

#include "lib/ring/patience.h"

#include "lib/base/monotonic.h"
#include "lib/kipc.h"

const struct timespec *ring_patience_end(struct ring_patience *patience)
{
	static const struct timespec long_ago;

	if (patience->timeout < 0)
		return NULL;
	if (patience->timeout == KIPC_NOW)
		return &long_ago;
	if (!patience->is_bounded) {
		patience->end = monotonic_in(patience->timeout);
		patience->is_bounded = true;
	}
	return &patience->end;
}

bool ring_patience_is_over(struct ring_patience *patience)
{
	const struct timespec *until = ring_patience_end(patience);
	struct timespec now;

	if (until == NULL)
		return false;
	now = monotonic_in(0);
	return !monotonic_is_before(&now, until);
}
