/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What calls cost, and what each uid has left. Asked by both ways in (bus.c, system-bus.c) for every message, before anybody
 * else sees it: also those that libsystemd would answer by itself.
 */

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "common/bus-names.h"
#include "daemon/budget.h"

#define CALLS_PER_SECOND 500
#define CALLS_AT_ONCE 1000
#define COSTLY 50 /* calls: reading and parsing the whole configuration, or naming every channel */

static unsigned price(sd_bus_message *message)
{
	const char *path = sd_bus_message_get_path(message);
	bool names_all = path != NULL && strcmp(path, BUS_CHANNELS) == 0;

	return names_all || sd_bus_message_is_method_call(message, BUS_MANAGER, "Plan") > 0 ? COSTLY : 1;
}

/* The place of a uid. Who was not heard of for longest gives it up: by now it would have its full budget back anyway. */
static size_t find_place(struct budget *budget, uid_t uid)
{
	size_t oldest = 0;

	for (size_t i = 0; i < BUDGET_UIDS; i++) {
		if (budget->uids[i].last_call > 0 && budget->uids[i].uid == uid)
			return i;
		if (budget->uids[i].last_call < budget->uids[oldest].last_call)
			oldest = i;
	}
	budget->uids[oldest].uid = uid;
	budget->uids[oldest].calls_left = CALLS_AT_ONCE;
	budget->uids[oldest].last_call = 0;
	return oldest;
}

static bool take(struct budget *budget, uid_t uid, unsigned n_calls)
{
	size_t i = find_place(budget, uid);
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	if (budget->uids[i].last_call > 0)
		budget->uids[i].calls_left += (seconds - budget->uids[i].last_call) * CALLS_PER_SECOND;
	if (budget->uids[i].calls_left > CALLS_AT_ONCE)
		budget->uids[i].calls_left = CALLS_AT_ONCE;
	budget->uids[i].last_call = seconds;
	if (budget->uids[i].calls_left < n_calls)
		return false;
	budget->uids[i].calls_left -= n_calls;
	return true;
}

int budget_charge(struct budget *budget, uid_t uid, sd_bus_message *message)
{
	int r;

	if (sd_bus_message_is_method_call(message, NULL, NULL) <= 0 || take(budget, uid, price(message)))
		return 0;
	r = sd_bus_reply_method_errorf(message, BUS_ERROR_LIMIT,
				       "more than %d calls a second of one user: slow down",
				       CALLS_PER_SECOND);
	return r < 0 ? r : 1; /* 0: who called wants no answer */
}
