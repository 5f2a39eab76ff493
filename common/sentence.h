/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SENTENCE_H
#define KIPC_COMMON_SENTENCE_H

/* Failing with a sentence for the user, written where the facts are known; the journal and the client get the same one. */

/*
 * Writes the sentence, as by printf, to *reterr_sentence (the caller frees it; NULL: no memory) and returns `error`, so that a function
 * can fail with a reason in one line.
 */
int sentence_fail(char **reterr_sentence, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
