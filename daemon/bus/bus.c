/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Puts the room together: both ways in share one struct control; events and the changes that they bring are signalled to
 * the clients of both; and what each call did to the budget, and to the registry's copy, is settled right after it.
 */

#include "daemon/bus/bus.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/bus/channel-bus.h"
#include "daemon/bus/control-socket.h"
#include "daemon/bus/events-bus.h"
#include "daemon/bus/system-bus.h"
#include "daemon/run/copy.h"

struct bus {
	struct control control;
	struct control_socket *socket;
	struct system_bus *system_bus; /* NULL: not used */
	sd_event_source *after_event;
	sd_event_source *publish; /* an event may have changed what channel-bus.c shows */
};

static void on_event(const struct event *event, void *userdata)
{
	struct bus *bus = userdata;

	clients_tell(&bus->control.clients, events_bus_send, event);
	(void)sd_event_source_set_enabled(bus->publish, SD_EVENT_ONESHOT);
}

/* Once for all that a reconcile did. */
static int on_publish(sd_event_source *source, void *userdata)
{
	struct bus *bus = userdata;

	channel_bus_publish(&bus->control);
	return 0;
}

static int after_event(sd_event_source *source, void *userdata)
{
	struct bus *bus = userdata;

	budget_settle(&bus->control.budget);
	if (bus->system_bus != NULL)
		system_bus_catch_up(bus->system_bus);
	copy_update(bus->control.manager);
	return 0;
}

static int serve_control(int fd, void *userdata)
{
	struct bus *bus = userdata;

	return control_socket_listen(bus->socket, fd);
}

static void listen_to(struct bus *bus, struct manager *manager)
{
	manager->serve_control = serve_control;
	manager->serve_userdata = bus;
	manager->events.listener = on_event;
	manager->events.userdata = bus;
}

int bus_new(struct manager *manager, int fd, struct bus **ret_bus)
{
	struct bus *bus = calloc(1, sizeof *bus);
	struct control *control;
	int r;

	if (bus == NULL) {
		close(fd);
		return -ENOMEM;
	}
	control = &bus->control;
	control->manager = control->plan_pages.manager = manager;
	control->callers.manager = manager;
	control->callers.clients = &control->clients;
	control->plan_pages.callers = &control->callers;
	r = control_socket_new(control, fd, &bus->socket);
	if (r >= 0)
		r = sd_event_add_defer(manager->event, &bus->publish, on_publish, bus);
	if (r >= 0)
		r = sd_event_add_post(manager->event, &bus->after_event, after_event, bus);
	if (r >= 0) /* before anything else: the cost of a call is measured by it */
		r = sd_event_source_set_priority(bus->after_event, SD_EVENT_PRIORITY_IMPORTANT);
	if (r >= 0 && manager->options.uses_system_bus)
		r = system_bus_new(control, &bus->system_bus);
	if (r < 0) {
		bus_free(bus);
		return r;
	}
	listen_to(bus, manager);
	*ret_bus = bus;
	return 0;
}

struct bus *bus_free(struct bus *bus)
{
	struct manager *manager;

	if (bus == NULL)
		return NULL;
	manager = bus->control.manager;
	manager->serve_control = NULL;
	manager->events.listener = NULL;
	control_socket_free(bus->socket);
	system_bus_free(bus->system_bus);
	callers_forget(&bus->control.callers);
	plan_pages_done(&bus->control.plan_pages);
	sd_event_source_unref(bus->publish);
	sd_event_source_unref(bus->after_event);
	free(bus);
	return NULL;
}
