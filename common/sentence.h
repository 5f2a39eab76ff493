/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SENTENCE_H
#define KIPC_COMMON_SENTENCE_H

/* The sentence for the user, made once, where the facts are; the same one reaches the journal and the client. */

/*
 * Makes the sentence as by printf, puts it into *reterr_sentence (malloc'd; NULL when out of memory) and returns `error`,
 * so that a function can say why and fail in one line.
 */
int sentence_fail(char **reterr_sentence, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
