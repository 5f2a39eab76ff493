/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whether the process that made a claim still has it. Its death must be proven: its number is free, or it is
 * a zombie without any living thread, or its number now belongs to another process. That it executed another
 * program must be proven, too: it has memory mapped, but not the segment. In doubt it lives and holds the
 * claim.
 */

#include "lib/ring/claimant.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/ring/image.h"
#include "lib/ring/proc.h"

/*
 * `claimed` is in the initial time namespace, `now` in ours. The two were rounded to a tick each, so they may
 * differ by one. In doubt they are the same.
 */
static bool is_same_start(uint64_t claimed, uint64_t now)
{
	int64_t offset, difference;

	if (claimed == 0 || claimed == now || !ring_proc_time_offset(&offset))
		return true;
	difference = (int64_t)(now - (uint64_t)offset - claimed);
	return difference >= -1 && difference <= 1;
}

bool ring_claimant_is_dead(const struct ring_claimant *claim)
{
	uint32_t pid = ring_claimant_pid(claim->owner);
	struct ring_proc process;
	char number[16];

	if (pid == 0 || pid > INT_MAX || (kill((pid_t)pid, 0) < 0 && errno == ESRCH))
		return true;
	snprintf(number, sizeof number, "%d", (int)pid);
	if (ring_proc_read(number, &process) < 0)
		return false; /* hidden from us, or we have no free descriptor: but it exists */
	/* /proc shows a process whose first thread has ended as a zombie while other threads run. */
	if (((process.state == 'Z' || process.state == 'X') && process.threads <= 1) ||
	    !is_same_start(claim->started, process.started))
		return ring_proc_is_ours();
	return false;
}

bool ring_claimant_runs_another_program(const struct ring_claimant *claim, int id)
{
	uint32_t pid = ring_claimant_pid(claim->owner),
		 of_claim = ring_claimant_ticket(claim->owner) >> RING_TICKET_IMAGE_SHIFT;

	if (pid == (uint32_t)getpid())
		return of_claim != 0 && of_claim != ring_image();
	return !ring_proc_has_mapped(pid, id) && ring_proc_is_ours();
}
