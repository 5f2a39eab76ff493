/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_BASE_ALWAYS_INLINE_H
#define KIPC_LIB_BASE_ALWAYS_INLINE_H

/*
 * For functions of the fast paths: a compiler that weighs the size of the caller would leave some of them out
 * of line.
 */
#define ALWAYS_INLINE inline __attribute__((always_inline))

#endif
