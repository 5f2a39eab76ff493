/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_CLIENT_TABLE_BLOCK_H
#define KIPC_CLIENT_TABLE_BLOCK_H

/*
 * Text on its way to a file, in blocks: a table can have hundreds of thousands of cells, and stdio would take a call or
 * two for each. ferror() shows errors of writing.
 */

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_ROOM 65536

struct block {
	FILE *out;
	size_t n;
	char text[BLOCK_ROOM];
};

static inline void block_init(struct block *block, FILE *out)
{
	block->out = out;
	block->n = 0;
}

void block_flush(struct block *block);

/* block_put() when the block has no room. */
void block_put_beyond(struct block *block, const char *text, size_t size);

static inline void block_put(struct block *block, const char *text, size_t size)
{
	if (size > sizeof block->text || block->n > sizeof block->text - size) {
		block_put_beyond(block, text, size);
		return;
	}
	memcpy(block->text + block->n, text, size);
	block->n += size;
}

static inline void block_put_text(struct block *block, const char *text)
{
	block_put(block, text, strlen(text));
}

/* Puts a character n times. */
void block_fill(struct block *block, char c, size_t n);

#endif
