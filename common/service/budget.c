/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Calls are counted, and charged with the processor time that they cost. The caller asks for every message before anything
 * else sees it, including those that libsystemd answers by itself, such as introspection.
 */

#include "common/service/budget.h"

#include <sys/param.h>

#include "common/bus-names.h"
#include "common/clock.h"

#define CALLS_PER_SECOND 500
#define CALLS_AT_ONCE 1000
#define WORK_PER_SECOND 0.25
#define WORK_AT_ONCE 0.1
#define DEBT_MAX 1.0 /* calls rarely cost more, and no user should be refused for minutes */

/* The place of a uid: its own, or that of the user that has not called for the longest time and has its full budget again. */
static struct budget_user *find_user(struct budget *budget, uid_t uid)
{
	struct budget_user *oldest = &budget->users[0];

	for (size_t i = 0; i < BUDGET_UIDS; i++) {
		struct budget_user *user = &budget->users[i];

		if (user->last_called > 0 && user->uid == uid)
			return user;
		if (user->last_called < oldest->last_called)
			oldest = user;
	}
	*oldest = (struct budget_user){
		.uid = uid,
		.calls_left = CALLS_AT_ONCE,
		.work_left = WORK_AT_ONCE,
		.last_called = (double)clock_usec(CLOCK_MONOTONIC) / 1e6,
	};
	return oldest;
}

static bool take(struct budget *budget, uid_t uid)
{
	struct budget_user *user = find_user(budget, uid);
	double now = (double)clock_usec(CLOCK_MONOTONIC) / 1e6, passed = now - user->last_called;

	user->calls_left = MIN(user->calls_left + passed * CALLS_PER_SECOND, CALLS_AT_ONCE);
	user->work_left = MIN(user->work_left + passed * WORK_PER_SECOND, WORK_AT_ONCE);
	user->last_called = now;
	if (user->calls_left < 1 || user->work_left <= 0)
		return false;
	user->calls_left--;
	return true;
}

void budget_settle(struct budget *budget)
{
	struct budget_user *user;

	if (budget->begun == 0)
		return;
	user = find_user(budget, budget->measured_uid);
	user->work_left -= (double)clock_usec(CLOCK_THREAD_CPUTIME_ID) / 1e6 - budget->begun;
	user->work_left = MAX(user->work_left, -DEBT_MAX);
	budget->begun = 0;
}

int budget_charge(struct budget *budget, uid_t uid, bool may_change, sd_bus_message *message)
{
	int r;

	budget_settle(budget);
	if (sd_bus_message_is_method_call(message, NULL, NULL) <= 0)
		return 0;
	if (take(budget, uid)) {
		budget->begun = may_change ? 0 : (double)clock_usec(CLOCK_THREAD_CPUTIME_ID) / 1e6;
		budget->measured_uid = uid;
		return 0;
	}
	r = sd_bus_reply_method_errorf(
		message, BUS_ERROR_LIMIT,
		"more than %d calls or %d ms of work in a second for one user: slow down", CALLS_PER_SECOND,
		(int)(WORK_PER_SECOND * 1000));
	return r < 0 ? r : 1; /* 0: the caller wants no reply */
}
