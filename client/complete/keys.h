/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_COMPLETE_KEYS_H
#define KIPC_CLIENT_COMPLETE_KEYS_H

#include "client/complete/completion.h"

/* The keys that `create KIND NAME …` and `set NAME …` take; if the word is "KEY=…", the values of that key. */
void keys_complete(struct completion *completion, const char *word);

#endif
