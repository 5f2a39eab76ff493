/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CONFIG_PROBLEMS_H
#define KIPC_COMMON_CONFIG_PROBLEMS_H

/* The mistakes and warnings of a configuration, each with its place, collected so that all are shown at once. */

#include <stdbool.h>
#include <stddef.h>

struct problem {
	char *file;	/* "": it is about an argument, which the sentence cites */
	unsigned line;	/* 0: the file as a whole */
	char *sentence; /* "[queue orders] mode: '9999' is not an octal mode like 0660" */
	bool is_warning;
};

struct problems {
	struct problem *items;
	size_t n_items;
	size_t n_mistakes;   /* items that are not warnings */
	size_t n_unreadable; /* mistakes that are only files that kipcd may not read */

	char **files; /* in the order in which they are read */
	size_t n_files;
};

#define PROBLEMS_INIT ((struct problems){ 0 })

void problems_done(struct problems *problems);

#define CLEANUP_PROBLEMS __attribute__((cleanup(problems_done)))

/* Drops the items from number n_items on. Not after problems_sort(). */
void problems_forget(struct problems *problems, size_t n_items, size_t n_mistakes);

/* Notes the next file that is read: its problems are sorted behind those of the files noted before. */
void problems_note_file(struct problems *problems, const char *file);

/* Add one, with a sentence as by printf. Without memory, the count still rises. */
void problems_add_mistake(struct problems *problems, const char *file, unsigned line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void problems_add_warning(struct problems *problems, const char *file, unsigned line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Sorts by line within each file, the files in the order in which they were noted or first appeared. */
void problems_sort(struct problems *problems);

/*
 * "FILE:LINE: sentence\n" for each mistake and, if wanted, for each warning ("FILE:LINE: warning: …"), in one string that the
 * caller frees. NULL: no memory.
 */
char *problems_to_string(const struct problems *problems, bool with_warnings);

#endif
