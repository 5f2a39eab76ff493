/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A short sleep, on a futex that no process wakes. */

#include "lib/ring/nap.h"

#include <errno.h>

#include "lib/base/monotonic.h"
#include "lib/ring/futex.h"

int ring_nap(long nanoseconds, const struct timespec *until)
{
	static const uint32_t unchanging;
	const struct ring_futex futex = { &unchanging, 0, FUTEX_PRIVATE_FLAG };
	struct timespec end = monotonic_in(nanoseconds / 1000), now;
	int r;

	if (until != NULL && monotonic_is_before(until, &end)) {
		now = monotonic_in(0);
		if (!monotonic_is_before(&now, until))
			return -ETIMEDOUT;
		end = *until;
	}
	/* futex_waitv(2) is the only timed sleep that continues after a handler installed with SA_RESTART. */
	r = ring_futex_wait_any(&futex, 1, &end);
	if (r == -ENOSYS)
		r = ring_futex_wait(&futex, &end);
	return r == -EINTR ? r : 0;
}
