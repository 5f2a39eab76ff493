/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_PLACES_H
#define KIPC_CLIENT_FACTS_PLACES_H

/* All IPC namespaces that have a visible process: for --ipc-of=all. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PLACE_NAME_MAX 80
#define PLACE_PATH_MAX 1024

struct place {
	dev_t device;
	ino_t inode;
	int fd;	   /* of the namespace; -1: it may not be opened */
	int error; /* why it cannot be entered; 0: not tried, or it worked */
	bool is_ours;
	pid_t pid;    /* the lowest of its processes except this one */
	bool is_unit; /* the name is that of a unit or container, or "host" */

	/*
	 * "web.service", "docker:3f2a9c1b2d4e", the slice of a pod, "host", or "4711 perl" where no unit or container is known.
	 * If several have the same name, with the number of the namespace: "session-3.scope [4026532281]".
	 */
	char name[PLACE_NAME_MAX];
	char path[PLACE_PATH_MAX]; /* of the control group that contains all its processes */
};

struct places {
	struct place *items; /* ours first, then by name */
	size_t n_items;
	size_t n_unseen; /* processes with a namespace that we may not see */
};

/* -ENOMEM; errors of opening /proc. */
int places_read(struct places *ret_places);
void places_done(struct places *places);

/* Enters it, unless it is the current one or NULL. -EPERM. */
int place_enter(struct place *place);

/* The name of a unit or container in the path of a control group; false: none. Pure. */
bool place_name_from_path(const char *path, char name[static PLACE_NAME_MAX]);

#endif
