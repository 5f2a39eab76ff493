/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CLEANUP_H
#define KIPC_COMMON_CLEANUP_H

/* Attributes of a variable that is freed at the end of its scope. A function that gives it away sets it to NULL. */

#include <stdlib.h>

#define CLEANUP_FREE __attribute__((cleanup(cleanup_free)))
#define CLEANUP_STRINGS __attribute__((cleanup(cleanup_strings)))

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

/* A NULL-terminated list, or NULL. */
static inline void cleanup_strings(char ***strings)
{
	for (char **p = *strings; p != NULL && *p != NULL; p++)
		free(*p);
	free(*strings);
}

#endif
