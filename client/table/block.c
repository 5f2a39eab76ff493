/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The rare cases: the block is full. */

#include "client/table/block.h"

void block_flush(struct block *block)
{
	fwrite(block->text, 1, block->n, block->out);
	block->n = 0;
}

void block_put_beyond(struct block *block, const char *text, size_t size)
{
	block_flush(block);
	if (size > sizeof block->text)
		fwrite(text, 1, size, block->out);
	else
		block_put(block, text, size);
}

void block_fill(struct block *block, char c, size_t n)
{
	while (n > 0) {
		size_t room = sizeof block->text - block->n, step = n < room ? n : room;

		memset(block->text + block->n, c, step);
		block->n += step;
		n -= step;
		if (block->n == sizeof block->text)
			block_flush(block);
	}
}
