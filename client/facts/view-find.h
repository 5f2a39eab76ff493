/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_VIEW_FIND_H
#define KIPC_CLIENT_FACTS_VIEW_FIND_H

/* The row of a view that an address means. */

#include "client/facts/view.h"

/*
 * The row that an address means: a row with a name goes before a foreign one, a row with an object before one without. NULL: an error
 * has been reported, with the candidates if there are two, and *ret_status is set.
 */
const struct view_row *view_find(const struct invocation *invocation, const struct view *view,
				 const char *text, enum status *ret_status);

/* The row of that name, or NULL. */
const struct view_row *view_find_name(const struct view *view, const char *name);

#endif
