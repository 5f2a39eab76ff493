/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Attaching a segment by its id, with a size that is certainly that of the mapping. */

#include "lib/base/attach.h"

#include <errno.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int attach_segment(int id, bool is_writable, void **ret_address, struct kipc_object *ret_object)
{
	void *address;
	int r;

	address = shmat(id, NULL, is_writable ? 0 : SHM_RDONLY);
	if (address == (void *)-1)
		return errno == EINVAL ? -EIDRM : -errno;
	/* While we have it attached, no other segment gets its id: so this is the size of our mapping. */
	r = kipc_object_stat(KIPC_SEGMENT, id, ret_object);
	if (r < 0) {
		shmdt(address);
		return r;
	}
	*ret_address = address;
	return 0;
}
