/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The server's part of D-Bus authentication (specification, "Authentication Protocol"). Only EXTERNAL: the kernel has
 * already said which user the client is, and the client can only agree. Length and number of lines are bounded.
 */

#include "common/service/sasl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LINES_MAX 16
#define EXTERNAL "EXTERNAL"

static const char rejected[] = "REJECTED " EXTERNAL "\r\n";

/* Whether the word is at *line, which then points behind it and one blank. */
static bool take_word(const char **line, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*line, word, n) != 0 || ((*line)[n] != '\0' && (*line)[n] != ' '))
		return false;
	*line += n + ((*line)[n] == ' ');
	return true;
}

/* Whether the client claims the right identity: none, or the digits of its uid, each in hexadecimal. */
static bool is_right(const struct sasl *sasl, const char *hex)
{
	char uid[16], wanted[2 * sizeof uid] = "";

	if (*hex == '\0')
		return true;
	snprintf(uid, sizeof uid, "%u", (unsigned)sasl->uid);
	for (size_t i = 0; uid[i] != '\0'; i++)
		snprintf(wanted + 2 * i, 3, "%02x", (unsigned char)uid[i]);
	return strcasecmp(hex, wanted) == 0;
}

static void decide(struct sasl *sasl, const char *hex, char *answer)
{
	bool is_known = is_right(sasl, hex);

	sasl->state = is_known ? SASL_KNOWN : SASL_IDLE;
	if (is_known)
		snprintf(answer, SASL_ANSWER_SIZE, "OK %s\r\n", sasl->id);
	else
		strcpy(answer, rejected);
}

static void begin_again(struct sasl *sasl, char *answer)
{
	sasl->state = SASL_IDLE;
	strcpy(answer, rejected);
}

static int take_line(struct sasl *sasl, const char *line, char *answer)
{
	if (take_word(&line, "CANCEL") || take_word(&line, "ERROR")) {
		begin_again(sasl, answer);
	} else if (sasl->state == SASL_IDLE && take_word(&line, "AUTH")) {
		if (!take_word(&line, EXTERNAL)) {
			begin_again(sasl, answer);
		} else if (*line != '\0') {
			decide(sasl, line, answer);
		} else {
			sasl->state = SASL_DATA;
			strcpy(answer, "DATA\r\n");
		}
	} else if (sasl->state == SASL_DATA && take_word(&line, "DATA")) {
		decide(sasl, line, answer);
	} else if (take_word(&line, "BEGIN")) {
		if (sasl->state != SASL_KNOWN)
			return -EPROTO;
		sasl->state = SASL_BEGUN;
	} else {
		strcpy(answer, "ERROR\r\n"); /* also to NEGOTIATE_UNIX_FD, since no call takes descriptors */
	}
	return 0;
}

int sasl_take(struct sasl *sasl, const char *text, size_t n, char answer[static SASL_ANSWER_SIZE])
{
	char line[SASL_LINE_MAX];
	const char *end;
	size_t length;
	int r;

	answer[0] = '\0';
	if (n == 0 || sasl->state == SASL_BEGUN)
		return 0;
	if (sasl->state == SASL_NOTHING) {
		if (text[0] != '\0')
			return -EPROTO;
		sasl->state = SASL_IDLE;
		return 1;
	}
	end = memmem(text, n, "\r\n", 2);
	length = end != NULL ? (size_t)(end - text) : n;
	if (length >= sizeof line || memchr(text, '\0', length) != NULL)
		return -EPROTO;
	if (end == NULL)
		return 0;
	if (++sasl->n_lines > LINES_MAX)
		return -EPROTO;
	memcpy(line, text, length);
	line[length] = '\0';
	r = take_line(sasl, line, answer);
	return r < 0 ? r : (int)length + 2;
}
