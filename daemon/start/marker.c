/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The marker is a semaphore set, which can be read in one call that attaches or receives nothing. Called by namespace.c at
 * a start and at each sample. The set is private, so no intent can name it by a key: ".nsid" says "begun" while one is
 * made, and after a kill the set is recognised by its shape. Its values prove the namespace; processes that may not read
 * them go by id and change time.
 */

#include "daemon/start/marker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "daemon/channel/kernel.h"
#include "daemon/channel/store.h"

#define VALUE_MAX 0x7fff /* SEMVMX */

enum identity_marker marker_look(const struct nsid *nsid)
{
	struct kipc_object object;
	unsigned short *values;
	bool is_ours;
	int r;

	if (!nsid->has_marker)
		return IDENTITY_MARKER_GONE;
	r = kipc_object_stat(KIPC_SEMAPHORE, nsid->marker, &object);
	if (r < 0)
		return r == -EIDRM ? IDENTITY_MARKER_GONE : IDENTITY_MARKER_UNCLEAR;
	if (object.key != 0 || object.cuid != nsid->marker_creator ||
	    object.semaphore.semaphores != NSID_VALUES)
		return IDENTITY_MARKER_GONE;
	values = kernel_read_values(&object);
	if (values == NULL)
		return IDENTITY_MARKER_UNCLEAR;
	is_ours = memcmp(values, nsid->values, sizeof nsid->values) == 0;
	free(values);
	return is_ours ? IDENTITY_MARKER_FOUND : IDENTITY_MARKER_GONE;
}

/* Whether the marker is as kipcd left it: one call. */
static bool is_untouched(const struct nsid *nsid)
{
	struct kipc_object object;

	return nsid->has_marker && kipc_object_stat(KIPC_SEMAPHORE, nsid->marker, &object) == 0 &&
	       nsid_is_marker(nsid, &object);
}

/* A marker that a killed kipcd left unfinished, with or without its values. Other kipcds have markers, too. */
static bool is_begun(const struct nsid *nsid, const struct kipc_object *object)
{
	static const uint16_t zero[NSID_VALUES];
	unsigned short *values;
	bool is_ours;

	if (!nsid_is_like_marker(object, geteuid()))
		return false;
	values = kernel_read_values(object);
	is_ours = values != NULL && (memcmp(values, nsid->values, sizeof nsid->values) == 0 ||
				     memcmp(values, zero, sizeof zero) == 0);
	free(values);
	return is_ours;
}

static int remove_begun(const struct nsid *nsid)
{
	struct kipc_object *sets = NULL;
	size_t n = 0;
	int r;

	r = kipc_object_list(KIPC_SEMAPHORE, &sets, &n);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (is_begun(nsid, &sets[i]))
			(void)kipc_object_remove(&sets[i], KIPC_REMOVE_EVEN_IF_NOT_EMPTY, 0, NULL);
	free(sets);
	return r;
}

/* It is the marker, but was altered: its mode, for example. */
static void remove_altered(const struct nsid *nsid)
{
	struct kipc_object object;

	if (marker_look(nsid) == IDENTITY_MARKER_FOUND &&
	    kipc_object_stat(KIPC_SEMAPHORE, nsid->marker, &object) == 0)
		(void)kipc_object_remove(&object, KIPC_REMOVE_EVEN_IF_NOT_EMPTY, 0, NULL);
}

static int choose_content(struct nsid *nsid)
{
	if (getrandom(nsid->values, sizeof nsid->values, 0) != sizeof nsid->values)
		return -EIO;
	for (size_t i = 0; i < NSID_VALUES; i++)
		nsid->values[i] &= VALUE_MAX;
	return 0;
}

/* Makes the set, and names it in `nsid`. */
static int make(struct nsid *nsid)
{
	struct kipc_object object;
	int r;

	r = kernel_make_marker(NSID_MARKER_MODE, nsid->values, NSID_VALUES, &nsid->marker);
	if (r == 0)
		r = kipc_object_stat(KIPC_SEMAPHORE, nsid->marker, &object);
	if (r < 0)
		return r;
	nsid->is_marker_begun = false;
	nsid->has_marker = true;
	nsid->marker_ctime = object.ctime;
	nsid->marker_creator = object.cuid;
	return 0;
}

int marker_keep(int channels_fd, struct nsid *nsid)
{
	struct nsid before = *nsid, wanted = *nsid;
	int r;

	if (is_untouched(nsid) || marker_look(nsid) == IDENTITY_MARKER_UNCLEAR)
		return 0;
	r = nsid->is_marker_begun ? remove_begun(nsid) : 0;
	before.is_marker_begun = wanted.has_marker = false;
	wanted.is_marker_begun = true;
	if (r == 0)
		r = choose_content(&wanted);
	if (r == 0)
		r = store_write_nsid(channels_fd, &wanted);
	if (r < 0)
		return r;
	r = make(&wanted);
	if (r == 0)
		r = store_write_nsid(channels_fd, &wanted);
	if (r < 0) {
		(void)remove_begun(&wanted);
		(void)store_write_nsid(channels_fd, &before);
		return r;
	}
	remove_altered(&before);
	*nsid = wanted;
	return 1;
}
