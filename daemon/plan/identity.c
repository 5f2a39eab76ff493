/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Called once at a start, by start/namespace.c, before the registry is read or written. Pure: tests feed it tables. What kipcd cannot
 * tell counts neither as another namespace nor as ours.
 */

#include "daemon/plan/identity.h"

#include <string.h>

#include "lib/registry.h"

/* If a boot is not known, the inode decides. */
static enum identity_verdict what_differs(const char *ours, const char *theirs)
{
	size_t n = strcspn(theirs, ":");

	return ours[0] == '*' || theirs[0] == '*' || strncmp(ours, theirs, n + 1) == 0
		       ? IDENTITY_ANOTHER_NAMESPACE
		       : IDENTITY_ANOTHER_BOOT;
}

enum identity_verdict identity_decide(const struct identity_facts *facts)
{
	const struct nsid *nsid = facts->nsid;
	const char *place = facts->theirs;

	if (place == NULL && nsid == NULL)
		return IDENTITY_BY_LINKS;
	if (place == NULL)
		place = nsid->place;
	if (!registry_namespaces_match(place, facts->ours))
		return what_differs(facts->ours, place);
	if (nsid == NULL || !registry_namespaces_match(nsid->place, place))
		return IDENTITY_OURS;
	if (nsid->has_id && facts->has_id)
		return nsid->id == facts->id ? IDENTITY_OURS : IDENTITY_ANOTHER_NAMESPACE;
	if (nsid->has_marker && facts->marker == IDENTITY_MARKER_FOUND)
		return IDENTITY_OURS;
	if (nsid->has_marker && facts->marker == IDENTITY_MARKER_UNCLEAR)
		return IDENTITY_UNKNOWN;
	return nsid->has_marker || nsid->has_id ? IDENTITY_BY_LINKS : IDENTITY_OURS;
}

enum identity_verdict identity_by_links(bool has_matches)
{
	return has_matches ? IDENTITY_UNKNOWN : IDENTITY_ANOTHER_NAMESPACE;
}
