/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A deployment that replaces a file changes the key that programs compute from then on, and does not tell kipcd. This puts
 * into the specs what the threads of key-files.c find, and tells the event; the plan decides what to do about it.
 */

#include "daemon/run/key-changes.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "common/service/log.h"
#include "daemon/config/key-files.h"
#include "daemon/run/reconcile.h"

static void tell_change(struct manager *manager, const struct channel_spec *spec, key_t key, int error)
{
	const struct channel *channel = manager_find(manager, spec->name);
	bool has_old = channel != NULL && channel->has_link && !channel->link.observed;
	key_t old = has_old ? channel->link.key : spec->key;
	struct events *events = &manager->events;

	if (error < 0 && !channel_spec_file_is_gone(error))
		return; /* it may not have changed: the channel's own warning says so */
	if (error < 0)
		events_tell(events, LOG_WARNING, EVENT_KEY_CHANGED, spec->name, spec->kind, old,
			    "ftok(3) cannot read %s: %s; programs that start now get no key, and running "
			    "ones still use 0x%08x",
			    spec->path, strerror(-error), (unsigned)old);
	else if (key != old)
		events_tell(events, LOG_WARNING, EVENT_KEY_CHANGED, spec->name, spec->kind, key,
			    "%s was replaced: programs that start now compute 0x%08x, and running ones still "
			    "use 0x%08x",
			    spec->path, (unsigned)key, (unsigned)old);
	else if (spec->key_error == 0 || channel_spec_file_is_gone(spec->key_error))
		events_tell(events, LOG_NOTICE, EVENT_KEY_CHANGED, spec->name, spec->kind, key,
			    "%s yields the key 0x%08x again", spec->path, (unsigned)key);
}

/* Updates the specs. True: a reconcile is needed. */
static bool take_answers(struct manager *manager)
{
	bool is_news = false;

	for (size_t i = 0; i < manager->config->n_channels; i++) {
		struct channel_spec *spec = &manager->config->channels[i];
		struct channel *channel;
		int32_t key;
		int r;

		if (spec->path == NULL)
			continue;
		r = key_files_last(spec->path, spec->project, &key);
		if (r == -EAGAIN || (r == spec->key_error && (r < 0 || key == spec->key)))
			continue;
		tell_change(manager, spec, key, r);
		if (r == 0)
			spec->key = key;
		spec->key_error = r;
		channel = manager_find(manager, spec->name);
		if (channel != NULL)
			channel->next_heal = 0; /* it need not wait any longer */
		is_news = true;
	}
	return is_news;
}

bool key_changes_sample(struct manager *manager)
{
	for (size_t i = 0; i < manager->config->n_channels; i++) {
		const struct channel_spec *spec = &manager->config->channels[i];

		if (spec->path != NULL)
			key_files_want(spec->path, spec->project);
	}
	return take_answers(manager);
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct manager *manager = userdata;
	eventfd_t ignored;

	(void)eventfd_read(fd, &ignored);
	if (take_answers(manager))
		reconcile_heal(manager);
	return 0;
}

int key_changes_start(struct manager *manager)
{
	int fd = key_files_event_fd();

	return fd < 0 ? fd
		      : sd_event_add_io(manager->event, &manager->key_changes, fd, EPOLLIN, on_answer,
					manager);
}

void key_changes_fill(const struct manager *manager, struct config *config)
{
	for (size_t i = 0; i < config->n_channels; i++) {
		struct channel_spec *spec = &config->channels[i];
		struct registry_link link;

		if (spec->path == NULL || spec->key != 0 ||
		    registry_link_read(manager->runtime.channels_fd, spec->name, &link) < 0 ||
		    link.kind != spec->kind || (uint32_t)link.key >> 24 != (unsigned)spec->project)
			continue;
		spec->key = link.key;
	}
}
