/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_FACTS_VIEW_NOTE_H
#define KIPC_CLIENT_FACTS_VIEW_NOTE_H

/* What a view lacks. */

#include "client/facts/view.h"

/* Reports, unless --quiet, what is missing in the view, and why: that kipcd could not be reached. */
void view_note(const struct invocation *invocation, const struct view *view);

/* The part of it about namespaces that are not shown. */
void view_note_places(const struct invocation *invocation, const struct view *view);

/* STATUS_NOT_ALLOWED: some namespaces of --ipc-of=all could not be entered. */
enum status view_note_status(const struct view *view);

#endif
