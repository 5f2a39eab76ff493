/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_RING_LAYOUT_FORWARD_H /* lib/ring/layout.h has the other name */
#define KIPC_LIB_RING_LAYOUT_FORWARD_H

/* The path that released manuals name. The layout itself is in lib/ring/layout.h. */

#include "lib/ring/layout.h"

#endif
