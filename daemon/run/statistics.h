/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_RUN_STATISTICS_H
#define KIPC_DAEMON_RUN_STATISTICS_H

/* How kipcd itself is: counted since it started, for `kipcctl metrics`. */

#include <stdint.h>

struct statistics {
	uint64_t started_usec; /* CLOCK_REALTIME */
	uint64_t reloads, reloads_failed;
	uint64_t healings, losses, conflicts;
	uint64_t samples, sample_usec_last, sample_usec_max; /* one is a look at all channels */
};

#endif
