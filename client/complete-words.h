/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_COMPLETE_WORDS_H
#define KIPC_CLIENT_COMPLETE_WORDS_H

#include "client/base/control.h"

/*
 * Tells the words that only the control half knows. Errors are not reported: the user is in the middle of a command
 * line.
 */
void complete_words(const struct invocation *invocation, enum control_words words, control_tell *tell,
		    void *context);

#endif
