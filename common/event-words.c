/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "common/event-words.h"

#define EVENT_ROW(id, word, weight, message_id) [EVENT_##id] = { word, EVENT_##weight, message_id },

const struct event_row event_rows[N_EVENT_WORDS] = { EVENTS(EVENT_ROW) };
