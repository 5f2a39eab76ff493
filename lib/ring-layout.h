/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_LAYOUT_H
#define KIPC_LIB_RING_LAYOUT_H

/* The manual names this path; the layout itself is in lib/ring/layout.h. */

#include "lib/ring/layout.h"

#endif
