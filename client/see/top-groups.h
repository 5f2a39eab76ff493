/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_SEE_TOP_GROUPS_H
#define KIPC_CLIENT_SEE_TOP_GROUPS_H

/* The rows of top added up, as lines of text: `top --group-by=`. */

#include "client/facts/groups.h"

/*
 * A new text, its first line the headings (unless has_headings is false), no wider than `width`; sorted by the column that
 * `sort` names (by name if it is NULL or not a column of groups). -ENOMEM; errors of opening /proc.
 */
int top_groups_format(struct view *view, const struct view_row *const *rows, size_t n_rows, enum group_by by,
		      const char *sort, bool is_descending, bool has_headings, size_t width,
		      struct value_style *style, char **ret_text);

#endif
