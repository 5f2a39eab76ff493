/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_NSID_H
#define KIPC_COMMON_NSID_H

/*
 * "channels/.nsid": which IPC namespace the registry belongs to. The inode number in ".ns" does not tell that, because the kernel
 * reuses it at once. kipcd writes one line:
 *
 *	BOOTID:INODE[:id=N][:marker=ID,CTIME,CREATOR,CONTENT]
 *
 * N is the kernel's number of the namespace (ioctl NS_GET_ID), which is never reused in one boot. If the kernel has none, kipcd
 * creates a marker: a private semaphore set whose random values are CONTENT. The line says "marker=begun,CONTENT" meanwhile.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/kipc.h"

#define NSID_FILE ".nsid"
#define NSID_PLACE_MAX 64
#define NSID_VALUES 8

/* A set of this shape is a marker: the permission to execute means nothing to the kernel, and programs do not set it. */
#define NSID_MARKER_MODE 0611

struct nsid {
	char place[NSID_PLACE_MAX]; /* BOOTID:INODE */
	bool has_id;
	uint64_t id;
	bool is_marker_begun;
	bool has_marker;
	int marker;
	int64_t marker_ctime;
	uid_t marker_creator;
	uint16_t values[NSID_VALUES];
};

#define NSID_TEXT_MAX 256
void nsid_to_string(const struct nsid *nsid, char buffer[static NSID_TEXT_MAX]);

/* -EBADMSG: not such a line. Skips unknown words. */
int nsid_from_string(const char *text, struct nsid *ret_nsid);

/* Whether a text has the form BOOTID:INODE, as in ".ns". */
bool nsid_is_place(const char *text);

/* Reads the file in the registry's folder. -ENOENT; -EBADMSG; errors of reading. */
int nsid_read(int channels_fd, struct nsid *ret_nsid);

/* Whether an object is the marker that `nsid` names. Needs no right to the object. */
bool nsid_is_marker(const struct nsid *nsid, const struct kipc_object *object);

/*
 * Whether an object has the shape of a marker that `creator` created, for any kipcd, and was never operated on. Such an object is not
 * a leftover, and must be neither adopted nor swept.
 */
bool nsid_is_like_marker(const struct kipc_object *object, uid_t creator);

#endif
