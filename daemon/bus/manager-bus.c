/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * org.kipc1.Manager: its table of methods, and those that show channels and plans, which everyone may call. Translation between
 * messages and functions, nothing else.
 */

#include "daemon/bus/manager-bus.h"

#include <string.h>

#include "config.h"
#include "common/bus-names.h"
#include "common/service/page.h"
#include "daemon/bus/change-bus.h"
#include "daemon/bus/describe.h"
#include "daemon/bus/events-bus.h"
#include "daemon/bus/figures-bus.h"
#include "daemon/bus/reply.h"

/* The strings that may be long. */
static size_t shown_size(const struct shown *shown)
{
	return strlen(shown->name) + strlen(shown->reason) + strlen(shown->description) +
	       strlen(shown->origin);
}

static int append_shown(sd_bus_message *reply, const struct shown *shown)
{
	return sd_bus_message_append(reply, BUS_CHANNEL, shown->name, shown->kind, shown->layout, shown->key,
				     shown->id, shown->state, shown->reason, shown->manage, shown->lifetime,
				     shown->description, shown->origin, shown->needs, shown->healings,
				     shown->losses);
}

static int read_page(sd_bus_message *message, const char **ret_after, struct page *ret_page)
{
	uint32_t limit;
	int r;

	r = sd_bus_message_read(message, BUS_LIST_TAKES, ret_after, &limit);
	if (r >= 0)
		*ret_page = page_new(limit);
	return r;
}

static int method_list(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct control *control = userdata;
	const struct manager *manager = control->manager;
	sd_bus_message *reply = NULL;
	const char *after;
	struct page page;
	size_t i = 0;
	int r;

	r = read_page(message, &after, &page);
	if (r < 0)
		return r;
	r = reply_open(message, BUS_CHANNEL, &reply);
	while (i < manager->n_channels && strcmp(manager->channels[i].name, after) <= 0)
		i++;
	for (; r >= 0 && i < manager->n_channels; i++) {
		struct shown shown;

		shown_fill(&manager->channels[i], &shown);
		if (!page_take(&page, shown_size(&shown)))
			break;
		r = append_shown(reply, &shown);
	}
	return reply_close(reply, r);
}

static int method_describe(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct control *control = userdata;
	const struct channel *channel;
	sd_bus_message *reply = NULL;
	const char *name;
	int r;

	r = sd_bus_message_read(message, BUS_DESCRIBE_TAKES, &name);
	if (r < 0)
		return r;
	channel = manager_find(control->manager, name);
	if (channel == NULL)
		return sd_bus_error_setf(reterr, BUS_ERROR_NO_SUCH_CHANNEL, "no such channel");
	r = reply_open(message, "{sv}", &reply);
	if (r >= 0 && channel->spec != NULL)
		r = describe_append(reply, control->manager->config, channel->spec);
	return reply_close(reply, r);
}

static int method_plan(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct control *control = userdata;
	struct problems problems = PROBLEMS_INIT;
	const struct steps *steps;
	sd_bus_message *reply = NULL;
	const char *after;
	struct page page;
	size_t i = 0, first;
	int r;

	r = read_page(message, &after, &page);
	if (r < 0)
		return r;
	r = plan_pages_get(&control->plan_pages, message, after, &problems, &steps);
	if (r < 0) {
		r = reply_fail_config(reterr, r, &problems);
		problems_done(&problems);
		return r;
	}
	problems_done(&problems);
	r = reply_open(message, BUS_STEP, &reply);
	while (i < steps->n_items && strcmp(steps->items[i].name, after) <= 0)
		i++;
	for (first = i; r >= 0 && i < steps->n_items; i++) {
		const struct step *step = &steps->items[i];

		if (!page_take(&page, strlen(step->name) + (step->detail != NULL ? strlen(step->detail) : 0)))
			break;
		r = reply_append_step(reply, step);
	}
	if (i == first)
		plan_pages_end(&control->plan_pages, message);
	return reply_close(reply, r);
}

static int get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
		       sd_bus_message *reply, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_message_append(reply, "s", PACKAGE_VERSION);
}

#define METHOD(member, MEMBER, takes, gives, handler)                                                        \
	SD_BUS_METHOD_WITH_NAMES(member, BUS_##MEMBER##_TAKES, takes, BUS_##MEMBER##_GIVES, gives, handler,  \
				 SD_BUS_VTABLE_UNPRIVILEGED)
#define P SD_BUS_PARAM

/* clang-format off */
static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	METHOD("List", LIST, P(after) P(limit), P(channels), method_list),
	METHOD("Describe", DESCRIBE, P(name), P(declared), method_describe),
	METHOD("Plan", PLAN, P(after) P(limit), P(steps), method_plan),
	METHOD("Reload", RELOAD, "", P(steps), change_bus_reload),
	METHOD("Create", CREATE, P(kind) P(name) P(assignments), P(step), change_bus_create),
	METHOD("Set", SET, P(name) P(assignments), P(step), change_bus_set),
	METHOD("Unset", UNSET, P(name) P(keys), P(step), change_bus_unset),
	METHOD("Remove", REMOVE, P(name) P(force) P(dry_run), P(lost), change_bus_remove),
	METHOD("Recover", RECOVER, P(name), P(step), change_bus_recover),
	METHOD("RecoverRegistry", RECOVER_REGISTRY, P(is_ours), P(steps), change_bus_recover_registry),
	METHOD("Reset", RESET, P(name), "", change_bus_reset),
	METHOD("Adopt", ADOPT, P(kind) P(id) P(key) P(name) P(dry_run), P(uid) P(step), change_bus_adopt),
	METHOD("Events", EVENTS, P(after) P(limit), P(events), events_bus_events),
	METHOD("Subscribe", SUBSCRIBE, "", "", events_bus_subscribe),
	METHOD("History", HISTORY, P(names), P(interval) P(histories), figures_bus_history),
	METHOD("Heads", HEADS, P(names), P(heads), figures_bus_heads),
	METHOD("Statistics", STATISTICS, "", P(statistics), figures_bus_statistics),
	SD_BUS_SIGNAL_WITH_NAMES("Event", BUS_EVENT, P(event), 0),
	SD_BUS_VTABLE_END,
};
/* clang-format on */

int manager_bus_add(struct control *control, sd_bus *bus)
{
	return sd_bus_add_object_vtable(bus, NULL, BUS_PATH, BUS_MANAGER, manager_vtable, control);
}
