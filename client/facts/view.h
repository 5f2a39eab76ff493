/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_VIEW_H
#define KIPC_CLIENT_FACTS_VIEW_H

/*
 * All channels and objects as rows: the channels that kipcd knows (or, without it, those in the registry), joined with their objects
 * in the kernel; then the foreign objects.
 */

#include <stdbool.h>
#include <stddef.h>

#include "client/base/channel.h"
#include "client/facts/pages.h"
#include "client/facts/places.h"
#include "client/facts/processes.h"
#include "client/facts/ring-figures.h"
#include "lib/kipc.h"

struct look;

struct view_row {
	const char *name; /* NULL: foreign */
	enum kipc_kind kind;
	const char *layout;
	key_t key;
	int id;								       /* -1: none now */
	const char *state, *reason, *manage, *lifetime, *description, *origin; /* "" or NULL: unknown */
	uint32_t healings, losses;					       /* since kipcd started */
	uint64_t needs; /* the declared capacity, size or number of semaphores; 0: unknown */
	const struct kipc_object *object;  /* NULL: gone, or not visible from here */
	struct ring_figures *ring;	   /* NULL: not known to be a ring */
	struct look *look;		   /* NULL: not looked into (look.h) */
	struct place *place;		   /* --ipc-of=all: its IPC namespace; otherwise NULL */
	const struct processes *processes; /* the users of all objects; NULL: not collected (look.h) */
};

struct view {
	struct view_row *rows; /* by name, then the foreign ones by kind and id */
	size_t n_rows, n_named;

	sd_bus *bus;	    /* NULL: kipcd was not reachable */
	int bus_error;	    /* why not */
	int registry_error; /* without kipcd: why there are no names */
	bool is_elsewhere;  /* the registry belongs to another boot or IPC namespace: its ids are not ours */

	/* --ipc-of=all: the namespaces and, in the same order, a view of each that could be entered. */
	struct places places;
	struct view **parts;

	struct processes processes; /* filled by look.c */
	bool has_processes;

	/* What the rows point into. */
	struct pages pages;
	struct kipc_name *names;
	struct view_objects {
		struct kipc_object *items; /* by id */
		bool *is_named;
		size_t n_items;
	} objects[N_CHANNEL_KINDS];
};

/* Reads everything; without kipcd, what the registry and the kernel know. -ENOMEM. */
int view_read(const struct invocation *invocation, struct view **ret_view);
struct view *view_free(struct view *view);

#define CLEANUP_VIEW __attribute__((cleanup(view_cleanup)))

static inline void view_cleanup(struct view **view)
{
	view_free(*view);
}

/* The same for the current IPC namespace, and for all of them (view-all.c); view_read() is one or the other. */
int view_read_one(const struct invocation *invocation, struct view **ret_view);
int view_read_all(const struct invocation *invocation, struct view **ret_view);

/*
 * Attaches a foreign segment to find out whether it is a ring, and then shows it as one. Only for a verb that is about to change it,
 * since this changes its times. -ENOMEM.
 */
int view_look_for_ring(struct view *view, const struct view_row *row);

/* Whether it is a channel whose object kipcd creates and removes (manage = own). */
bool view_row_is_kipcds(const struct view_row *row);

/* How a row is addressed: its name, or "queue:@5". */
#define VIEW_ADDRESS_MAX 48
const char *view_row_to_address(const struct view_row *row, char buffer[static VIEW_ADDRESS_MAX]);

#endif
