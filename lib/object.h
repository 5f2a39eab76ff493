/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_OBJECT_H
#define KIPC_LIB_OBJECT_H

/* What the callers of semctl(2) have to declare themselves. */

#include "lib/kipc.h"

/* The fourth argument of semctl(2). */
union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *__buf;
};

#endif
