/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The only decoder of the locale's characters: tables, cards and the screen use it. */

#include "client/table/character.h"

#include <wchar.h>
#include <wctype.h>

size_t character_measure(const char *text, size_t size, int *ret_width)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t n = mbrtowc(&character, text, size, &state);

	if (n == 0 || n > size || !iswprint((wint_t)character))
		return 0;
	*ret_width = wcwidth(character);
	return *ret_width < 0 ? 0 : n;
}
