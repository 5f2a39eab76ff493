/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_COMPLETE_OPERANDS_H
#define KIPC_CLIENT_COMPLETE_OPERANDS_H

#include "client/complete/completion.h"

/* The verbs or, behind one, the operands that its row takes next. */
void operands_complete(struct completion *completion, const char *word);

#endif
