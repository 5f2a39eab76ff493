/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_KIND_H
#define KIPC_LIB_KIND_H

/* The words for kinds, as addresses and the registry's links begin with them. */

#include "lib/kipc.h"

/* If the text begins with a kind and a colon, returns the kind and moves *text behind the colon. 0: it does not. */
enum kipc_kind kind_take(const char **text);

#endif
