/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A number for the program that this process runs, from the random bytes that the kernel gives to each program. */

#include "lib/ring/image.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/auxv.h>

uint32_t ring_image(void)
{
	static _Atomic uint32_t known;
	const unsigned char *random;
	uint32_t hash = atomic_load_explicit(&known, memory_order_relaxed);

	if (hash != 0)
		return hash;
	/* Hashed, because the C library keeps parts of these 16 bytes secret. */
	random = (const unsigned char *)getauxval(AT_RANDOM);
	hash = 2166136261U;
	for (size_t i = 0; random != NULL && i < 16; i++)
		hash = (hash ^ random[i]) * 16777619U;
	hash = (hash ^ hash >> 16) & 0xffff;
	hash = hash == 0 ? 1 : hash;
	/* Relaxed: the number never changes; nothing else depends on it. */
	atomic_store_explicit(&known, hash, memory_order_relaxed);
	return hash;
}
