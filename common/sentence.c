/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Used wherever a user can do something about a failure. */

#include "common/sentence.h"

#include <stdarg.h>
#include <stdio.h>

int sentence_fail(char **reterr_sentence, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(reterr_sentence, format, arguments) < 0)
		*reterr_sentence = NULL;
	va_end(arguments);
	return error;
}
