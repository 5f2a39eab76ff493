/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_PLAN_IDENTITY_H
#define KIPC_DAEMON_PLAN_IDENTITY_H

/* Which boot and IPC namespace a registry belongs to: a pure function from facts to a verdict. */

#include "common/nsid.h"

enum identity_verdict {
	IDENTITY_OURS = 0,
	IDENTITY_ANOTHER_BOOT,
	IDENTITY_ANOTHER_NAMESPACE,
	IDENTITY_BY_LINKS, /* only the objects of the links can tell: identity_by_links() */
	IDENTITY_UNKNOWN,
};

enum identity_marker {
	IDENTITY_MARKER_GONE = 0, /* certainly removed, or another object by now */
	IDENTITY_MARKER_FOUND,
	IDENTITY_MARKER_UNCLEAR, /* it could not be looked at */
};

struct identity_facts {
	const char *ours;	     /* BOOTID:INODE of this kipcd */
	const char *theirs;	     /* what .ns says; NULL: it is missing */
	const struct nsid *nsid;     /* NULL: it is missing */
	bool has_id;		     /* the kernel gives namespaces a number: … */
	uint64_t id;		     /* … ours */
	enum identity_marker marker; /* the one that nsid names, if it does */
};

/*
 * For a registry without .nsid, of an older kipcd, .ns decides. .nsid counts only if it has the same boot and inode as .ns, because an
 * older kipcd may have written .ns later.
 */
enum identity_verdict identity_decide(const struct identity_facts *facts);

/* `has_matches`: the object of a link exists here, or kipcd cannot tell. */
enum identity_verdict identity_by_links(bool has_matches);

#endif
