/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_NSID_H
#define KIPC_COMMON_NSID_H

/*
 * What "channels/.nsid" adds to ".ns": which IPC namespace the registry belongs to, beyond an inode number that the kernel gives
 * out again at once. Written by kipcd, one line:
 *
 *	BOOTID:INODE[:id=N][:marker=ID,CTIME,CREATOR,CONTENT]
 *
 * N is the kernel's own number of the namespace (ioctl NS_GET_ID), never given out twice in one boot. Where the kernel has
 * none, there is a marker: a private semaphore set that kipcd made, whose random values are CONTENT. The line says
 * "marker=begun,CONTENT" while one is being made.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/kipc.h"

#define NSID_FILE ".nsid"
#define NSID_PLACE_MAX 64
#define NSID_VALUES 8

/* A set of this shape is a marker. The kernel gives the permission to execute no meaning, and programs do not set it. */
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

/* -EBADMSG: it is not such a line. Unknown words are passed over. */
int nsid_from_string(const char *text, struct nsid *ret_nsid);

/* Whether a text has the form of BOOTID:INODE, which ".ns" has, too. */
bool nsid_is_place(const char *text);

/* Reads the file in the registry's folder. -ENOENT; -EBADMSG; errors of reading. */
int nsid_read(int channels_fd, struct nsid *ret_nsid);

/* Whether an object is the marker that `nsid` names. Needs no right to the object. */
bool nsid_is_marker(const struct nsid *nsid, const struct kipc_object *object);

/*
 * Whether an object has the shape of a marker that `creator` made, for any kipcd, and nobody ever operated on it. Such an object
 * is not a leftover, and must be neither adopted nor swept.
 */
bool nsid_is_like_marker(const struct kipc_object *object, uid_t creator);

#endif
