/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The only file that knows the format of "channels/.nsid". kipcd reads it at its start; kipcctl asks whether an object is the marker,
 * which is not a leftover.
 */

#include "common/nsid.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void nsid_to_string(const struct nsid *nsid, char buffer[static NSID_TEXT_MAX])
{
	int n = snprintf(buffer, NSID_TEXT_MAX, "%s", nsid->place);

	if (nsid->has_id)
		n += snprintf(buffer + n, NSID_TEXT_MAX - (size_t)n, ":id=%" PRIu64, nsid->id);
	if (nsid->is_marker_begun)
		n += snprintf(buffer + n, NSID_TEXT_MAX - (size_t)n, ":marker=begun,");
	else if (nsid->has_marker)
		n += snprintf(buffer + n, NSID_TEXT_MAX - (size_t)n, ":marker=%d,%" PRId64 ",%u,",
			      nsid->marker, nsid->marker_ctime, (unsigned)nsid->marker_creator);
	for (size_t i = 0; (nsid->is_marker_begun || nsid->has_marker) && i < NSID_VALUES; i++)
		n += snprintf(buffer + n, NSID_TEXT_MAX - (size_t)n, "%04x", (unsigned)nsid->values[i]);
}

static bool take_content(const char *text, struct nsid *nsid)
{
	unsigned value;

	if (strlen(text) != (size_t)4 * NSID_VALUES || strspn(text, "0123456789abcdef") != strlen(text))
		return false;
	for (size_t i = 0; i < NSID_VALUES; i++) {
		(void)sscanf(text + 4 * i, "%4x", &value);
		nsid->values[i] = (uint16_t)value;
	}
	return true;
}

static bool take_marker(const char *word, struct nsid *nsid)
{
	unsigned creator;
	int n = -1;

	if (strncmp(word, "begun,", 6) == 0) {
		nsid->is_marker_begun = true;
		return take_content(word + 6, nsid);
	}
	if (sscanf(word, "%d,%" SCNd64 ",%u,%n", &nsid->marker, &nsid->marker_ctime, &creator, &n) != 3 ||
	    n < 0 || nsid->marker < 0)
		return false;
	nsid->marker_creator = (uid_t)creator;
	nsid->has_marker = true;
	return take_content(word + n, nsid);
}

static bool take_word(const char *word, struct nsid *nsid)
{
	char *end;

	if (strncmp(word, "id=", 3) == 0) {
		errno = 0;
		nsid->id = strtoull(word + 3, &end, 10);
		nsid->has_id = true;
		return errno == 0 && end != word + 3 && *end == '\0';
	}
	return strncmp(word, "marker=", 7) != 0 || take_marker(word + 7, nsid);
}

bool nsid_is_place(const char *text)
{
	size_t n_boot = strcspn(text, ":");
	const char *inode = text + n_boot + (text[n_boot] == ':');

	return n_boot > 0 && inode[0] != '\0' && strspn(inode, "0123456789") == strlen(inode);
}

int nsid_from_string(const char *text, struct nsid *ret_nsid)
{
	char copy[NSID_TEXT_MAX], *boot, *inode, *word, *rest;
	struct nsid nsid = { 0 };
	size_t n = strcspn(text, "\n");

	if (n >= sizeof copy)
		return -EBADMSG;
	memcpy(copy, text, n);
	copy[n] = '\0';
	boot = strtok_r(copy, ":", &rest);
	inode = strtok_r(NULL, ":", &rest);
	if (boot == NULL || inode == NULL ||
	    snprintf(nsid.place, sizeof nsid.place, "%s:%s", boot, inode) >= (int)sizeof nsid.place ||
	    !nsid_is_place(nsid.place))
		return -EBADMSG;
	while ((word = strtok_r(NULL, ":", &rest)) != NULL)
		if (!take_word(word, &nsid))
			return -EBADMSG;
	*ret_nsid = nsid;
	return 0;
}

int nsid_read(int channels_fd, struct nsid *ret_nsid)
{
	int fd = openat(channels_fd, NSID_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char text[NSID_TEXT_MAX];
	ssize_t n;

	if (fd < 0)
		return errno == ELOOP ? -EBADMSG : -errno;
	n = read(fd, text, sizeof text - 1);
	if (n < 0)
		n = errno == EISDIR ? -EBADMSG : -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	return nsid_from_string(text, ret_nsid);
}

bool nsid_is_marker(const struct nsid *nsid, const struct kipc_object *object)
{
	return nsid->has_marker && object->kind == KIPC_SEMAPHORE && object->key == 0 &&
	       object->id == nsid->marker && object->cuid == nsid->marker_creator &&
	       object->ctime == nsid->marker_ctime && object->semaphore.semaphores == NSID_VALUES;
}

bool nsid_is_like_marker(const struct kipc_object *object, uid_t creator)
{
	return object->kind == KIPC_SEMAPHORE && object->key == 0 && object->cuid == creator &&
	       object->mode == NSID_MARKER_MODE && object->semaphore.semaphores == NSID_VALUES &&
	       object->semaphore.otime == 0;
}
