/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_TOP_JSON_H
#define KIPC_CLIENT_SEE_TOP_JSON_H

/* A frame of top as JSON: one object on one line. */

#include "client/facts/groups.h"
#include "client/facts/series.h"

/*
 * Writes {"time", "kipcd", "channels": […]}, or "groups" instead of the channels, if `by` says so. What takes two frames to know is
 * null in the first. -ENOMEM; errors of opening /proc.
 */
int top_json_print(struct view *view, const struct view_row *const *rows, size_t n_rows,
		   const struct series_table *series, enum group_by by, struct value_style *style, FILE *out);

#endif
