/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "common/channel-words.h"

#include <stddef.h>

const char *const manage_words[] = { [MANAGE_OWN] = "own", [MANAGE_OBSERVE] = "observe", NULL };

const char *const lifetime_words[] = {
	[LIFETIME_BOOT] = "boot",
	[LIFETIME_CONFIG] = "config",
	[LIFETIME_DAEMON] = "daemon",
	NULL,
};

const char *const layout_words[] = { [LAYOUT_RAW] = "raw", [LAYOUT_RING] = "ring", NULL };

const char *const channel_state_words[] = {
	[STATE_ACTIVE] = "active",     [STATE_ABSENT] = "absent",	 [STATE_CONFLICT] = "conflict",
	[STATE_STALE] = "stale",       [STATE_FAILED] = "failed",	 [STATE_LOST] = "lost",
	[STATE_RETAINED] = "retained", [STATE_RETAINED + 1] = "foreign", NULL,
};

const char *const plan_action_words[] = {
	[PLAN_KEEP] = "keep",
	[PLAN_RESUME] = "resume",
	[PLAN_CREATE] = "create",
	[PLAN_ALTER] = "alter",
	[PLAN_RECREATE] = "recreate",
	[PLAN_RETAIN] = "retain",
	[PLAN_REMOVE] = "remove",
	[PLAN_ADOPT] = "adopt",
	[PLAN_RENAME] = "rename",
	[PLAN_CONFLICT] = "conflict",
	NULL,
};
