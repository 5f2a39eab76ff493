/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Messages that were taken off a queue and can neither be written nor sent: the disk is full, the pipe closed, the
 * queue removed. Each goes to the end of its queue (the kernel has no other way back), into a file, or to its queue
 * once there is room again.
 */

#include "client/data/rescue.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/report.h"
#include "client/base/signals.h"
#include "common/plural.h"

struct rescue {
	const struct invocation *invocation;
	const char *address;
	struct kipc_channel *queue;
	struct hand *hand;
};

static size_t first_unwritten(const struct hand *hand)
{
	size_t i = 0;

	while (i < hand->n_messages && hand->messages[i].end <= hand->written)
		i++;
	return i;
}

/* Puts messages back from *first on, and advances it, until one cannot be put back. */
static int put_back(const struct rescue *rescue, size_t *first)
{
	const struct hand *hand = rescue->hand;

	for (; *first < hand->n_messages; (*first)++) {
		const struct hand_message *message = &hand->messages[*first];
		int r = kipc_send(rescue->queue, message->type, hand_body(hand, message), message->size,
				  KIPC_NOW);

		if (r < 0)
			return r;
	}
	return 0;
}

static int write_all(int fd, const void *data, size_t size)
{
	const char *rest = data;

	while (size > 0) {
		ssize_t n = write(fd, rest, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			rest += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

/* Writes the messages of one type, from `first` on, as frames. */
static int write_frames(const struct hand *hand, size_t first, int fd, size_t *ret_n)
{
	long type = hand->messages[first].type;
	size_t n = 0;

	for (size_t i = first; i < hand->n_messages; i++) {
		const struct hand_message *message = &hand->messages[i];
		uint32_t head = htole32((uint32_t)message->size);
		int r;

		if (message->type != type)
			continue;
		r = write_all(fd, &head, sizeof head);
		if (r == 0)
			r = write_all(fd, hand_body(hand, message), message->size);
		if (r < 0)
			return r;
		n++;
	}
	*ret_n = n;
	return 0;
}

/* Saves the messages of the type of `first` in a new file in a folder, and reports where. */
static int save_in_folder(const struct rescue *rescue, const char *folder, size_t first, int error)
{
	long type = rescue->hand->messages[first].type;
	char path[512];
	size_t n = 0;
	int fd, r;

	if ((size_t)snprintf(path, sizeof path, "%s/kipcctl-XXXXXX", folder) >= sizeof path)
		return -ENAMETOOLONG;
	fd = mkstemp(path);
	if (fd < 0)
		return -errno;
	r = write_frames(rescue->hand, first, fd, &n);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(path);
		return r;
	}
	report(rescue->invocation, rescue->address, STATUS_FAILED,
	       "%zu %s of type %ld could not go back (%s) and %s saved in %s; "
	       "'kipcctl send %s --type=%ld --frames <%s' sends %s again",
	       n, plural(n, "message", "messages"), type, strerror(-error), plural(n, "was", "were"), path,
	       rescue->address, type, path, plural(n, "it", "them"));
	return 0;
}

/* Saves them in the first folder where that is possible. */
static int save_type(const struct rescue *rescue, size_t first, int error)
{
	const char *folders[] = { secure_getenv("TMPDIR"), "/tmp", "/dev/shm" };
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof folders / sizeof folders[0] && r < 0; i++)
		if (folders[i] != NULL)
			r = save_in_folder(rescue, folders[i], first, error);
	return r;
}

/* Whether a message before this one has its type. */
static bool is_saved(const struct hand *hand, size_t first, size_t at)
{
	for (size_t i = first; i < at; i++)
		if (hand->messages[i].type == hand->messages[at].type)
			return true;
	return false;
}

/* No folder takes the message: waits for room on the queue, until another signal comes. */
static void wait_for_room(const struct rescue *rescue, size_t at)
{
	const struct hand *hand = rescue->hand;
	const struct hand_message *message = &hand->messages[at];
	int before = signals_caught(), r;

	report(rescue->invocation, rescue->address, STATUS_FAILED,
	       "a message of %zu %s can neither go back nor be saved in a file; waiting for room on the "
	       "queue",
	       message->size, plural(message->size, "byte", "bytes"));
	do
		r = kipc_send(rescue->queue, message->type, hand_body(hand, message), message->size,
			      KIPC_FOREVER);
	while (r == -EINTR && signals_caught() == before);
	if (r < 0)
		report(rescue->invocation, rescue->address, STATUS_FAILED,
		       "a message of type %ld and %zu %s is lost: %s", message->type, message->size,
		       plural(message->size, "byte", "bytes"), strerror(-r));
}

/* Saves all from `first` on in a file for each type, or if no folder takes one, waits for room on the queue. */
static void save(const struct rescue *rescue, size_t first, int error)
{
	const struct hand *hand = rescue->hand;

	for (size_t i = first; i < hand->n_messages; i++) {
		if (is_saved(hand, first, i) || save_type(rescue, i, error) == 0)
			continue;
		for (size_t j = i; j < hand->n_messages; j++)
			if (hand->messages[j].type == hand->messages[i].type)
				wait_for_room(rescue, j);
	}
}

void rescue_messages(const struct invocation *invocation, const char *address, struct kipc_channel *queue,
		     struct hand *hand, const char *cause)
{
	struct rescue rescue = { invocation, address, queue, hand };
	size_t first = first_unwritten(hand), next = first, n_back;
	int r = put_back(&rescue, &next);

	n_back = next - first;
	if (n_back > 0)
		report(invocation, address, STATUS_FAILED, "%s; %zu %s went back to the end of the queue",
		       cause, n_back, plural(n_back, "message", "messages"));
	else
		report(invocation, address, STATUS_FAILED, "%s", cause);
	if (r < 0)
		save(&rescue, next, r);
	hand_clear(hand);
}
