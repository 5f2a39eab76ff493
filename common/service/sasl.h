/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_SASL_H
#define KIPC_COMMON_SERVICE_SASL_H

/* The authentication of a D-Bus client before its first message. Pure: lines in, answers out. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SASL_LINE_MAX 256
#define SASL_ANSWER_SIZE 48

struct sasl {
	uid_t uid;   /* of the client, according to the kernel */
	char id[33]; /* the server's: 32 hexadecimal digits */
	enum sasl_state { SASL_NOTHING, SASL_IDLE, SASL_DATA, SASL_KNOWN, SASL_BEGUN } state;
	unsigned n_lines;
};

/*
 * Takes the next line of `text`, and writes the answer ("": none). Returns how many bytes it took, or 0 if the line is not
 * complete; -EPROTO: this is not a D-Bus client, or it sends too many lines. It takes nothing once the state is SASL_BEGUN.
 */
int sasl_take(struct sasl *sasl, const char *text, size_t n, char answer[static SASL_ANSWER_SIZE]);

#endif
