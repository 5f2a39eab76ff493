/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_IMAGE_H
#define KIPC_LIB_RING_IMAGE_H

/* Which program this process runs, so that its claims can be told from those that it made before an execve(2). */

#include <stdint.h>

/* A number of 16 bits: random for other processes, and another one after an execve(2). Never 0. */
uint32_t ring_image(void);

#endif
