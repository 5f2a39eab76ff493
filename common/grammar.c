/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Used for configurations and for options, so that a text means the same in both. Pure; nothing is written on failure.
 */

#include "common/grammar.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/plural.h"

#define KIB UINT64_C(1024)
#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const char size_letters[] = "KMGTPE";

static const struct {
	const char *word;
	uint64_t usec;
} span_units[] = {
	{ "usec", 1 },
	{ "us", 1 },
	{ "µs", 1 },
	{ "μs", 1 }, /* the Greek letter */
	{ "msec", 1000 },
	{ "ms", 1000 },
	{ "seconds", SECOND },
	{ "second", SECOND },
	{ "sec", SECOND },
	{ "s", SECOND },
	{ "minutes", MINUTE },
	{ "minute", MINUTE },
	{ "min", MINUTE },
	{ "m", MINUTE },
	{ "hours", HOUR },
	{ "hour", HOUR },
	{ "hr", HOUR },
	{ "h", HOUR },
	{ "days", DAY },
	{ "day", DAY },
	{ "d", DAY },
	{ "weeks", 7 * DAY },
	{ "week", 7 * DAY },
	{ "w", 7 * DAY },
	/* systemd.time(7): a month is 30.44 days, a year 365.25 */
	{ "months", 2630016 * SECOND },
	{ "month", 2630016 * SECOND },
	{ "M", 2630016 * SECOND },
	{ "years", 31557600 * SECOND },
	{ "year", 31557600 * SECOND },
	{ "y", 31557600 * SECOND },
};
#define N_SPAN_UNITS (sizeof span_units / sizeof span_units[0])

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number with an optional fraction: whole + fraction / scale. */
struct decimal {
	uint64_t whole;
	uint64_t fraction;
	uint64_t scale;
	bool too_large; /* of the right form, but `whole` does not fit */
};

/* Reads a decimal from the front of *text. Ignores digits after the ninth of the fraction. */
static int decimal_take(const char **text, struct decimal *ret_decimal)
{
	struct decimal decimal = { .scale = 1 };
	const char *p = *text;

	if (!is_digit(*p))
		return -EINVAL;
	for (; is_digit(*p); p++)
		decimal.too_large |= __builtin_mul_overflow(decimal.whole, 10, &decimal.whole) ||
				     __builtin_add_overflow(decimal.whole, *p - '0', &decimal.whole);
	if (*p == '.') {
		if (!is_digit(*++p))
			return -EINVAL;
		for (; is_digit(*p); p++)
			if (decimal.scale < 1000000000) {
				decimal.fraction = decimal.fraction * 10 + (uint64_t)(*p - '0');
				decimal.scale *= 10;
			}
	}
	*text = p;
	*ret_decimal = decimal;
	return 0;
}

/* decimal * unit, rounded down. */
static int decimal_times(const struct decimal *decimal, uint64_t unit, uint64_t *ret_product)
{
	/* unit * fraction / scale, in two parts because the product would not fit */
	uint64_t part = unit / decimal->scale * decimal->fraction +
			unit % decimal->scale * decimal->fraction / decimal->scale;
	uint64_t product;

	if (decimal->too_large || __builtin_mul_overflow(decimal->whole, unit, &product) ||
	    __builtin_add_overflow(product, part, &product))
		return -ERANGE;
	*ret_product = product;
	return 0;
}

int grammar_size_from_string(const char *text, uint64_t *ret_bytes)
{
	struct decimal decimal;
	const char *letter;
	uint64_t unit = 1;
	int r;

	r = decimal_take(&text, &decimal);
	if (r < 0)
		return r;
	letter = *text != '\0' ? strchr(size_letters, *text) : NULL;
	if (letter != NULL) {
		for (const char *p = size_letters; p <= letter; p++)
			unit *= KIB;
		text++;
	}
	if (*text == 'B')
		text++;
	if (*text != '\0' || (decimal.scale > 1 && unit == 1))
		return -EINVAL;
	return decimal_times(&decimal, unit, ret_bytes);
}

/* Reads a unit from the front of *text; none means seconds. */
static int span_unit_take(const char **text, uint64_t *ret_usec)
{
	size_t n = strcspn(*text, " \t0123456789");

	if (n == 0) {
		*ret_usec = SECOND;
		return 0;
	}
	for (size_t i = 0; i < N_SPAN_UNITS; i++)
		if (strlen(span_units[i].word) == n && memcmp(span_units[i].word, *text, n) == 0) {
			*text += n;
			*ret_usec = span_units[i].usec;
			return 0;
		}
	return -EINVAL;
}

int grammar_span_from_string(const char *text, uint64_t *ret_usec)
{
	uint64_t total = 0;
	bool too_large = false;

	if (strcmp(text, "infinity") == 0) {
		*ret_usec = GRAMMAR_SPAN_INFINITY;
		return 0;
	}
	do {
		struct decimal decimal;
		uint64_t unit, part;

		if (decimal_take(&text, &decimal) < 0)
			return -EINVAL;
		text += strspn(text, " \t");
		if (span_unit_take(&text, &unit) < 0)
			return -EINVAL;
		text += strspn(text, " \t");
		too_large |= decimal_times(&decimal, unit, &part) < 0 ||
			     __builtin_add_overflow(total, part, &total);
	} while (*text != '\0');
	if (too_large || total == GRAMMAR_SPAN_INFINITY)
		return -ERANGE;
	*ret_usec = total;
	return 0;
}

int grammar_mode_from_string(const char *text, mode_t *ret_mode)
{
	size_t n = strspn(text, "01234567");
	unsigned long mode;

	if (n == 0 || text[n] != '\0')
		return -EINVAL;
	mode = strtoul(text, NULL, 8); /* ULONG_MAX if it does not fit */
	if (mode > 0777)
		return -ERANGE;
	*ret_mode = (mode_t)mode;
	return 0;
}

int grammar_percent_from_string(const char *text, unsigned *ret_percent)
{
	size_t n = strspn(text, "0123456789");
	unsigned long percent;

	if (n == 0 || strcmp(text + n, text[n] == '%' ? "%" : "") != 0)
		return -EINVAL;
	percent = strtoul(text, NULL, 10);
	if (percent < 1 || percent > 100)
		return -ERANGE;
	*ret_percent = (unsigned)percent;
	return 0;
}

int grammar_bool_from_string(const char *text, bool *ret_value)
{
	static const char *const words[] = { "no", "yes", "false", "true", "off", "on", "0", "1" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(words[i], text) == 0) {
			*ret_value = i % 2 == 1;
			return 0;
		}
	return -EINVAL;
}

int grammar_number_from_string(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	const char *first = is_hex ? digits + 2 : digits;
	long long value;
	char *end;

	/* strtoll alone would also accept blanks, a plus and, in decimal, no digit */
	if (is_hex ? !isxdigit((unsigned char)*first) : !is_digit(*first))
		return -EINVAL;
	errno = 0;
	value = strtoll(text, &end, is_hex ? 16 : 10);
	if (*end != '\0')
		return -EINVAL;
	if (errno == ERANGE || value < min || value > max)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

char *grammar_size_to_string(uint64_t bytes, char buffer[static GRAMMAR_SIZE_MAX])
{
	uint64_t unit = 1, tenths;
	const char *letter = NULL;

	if (bytes < KIB) {
		(void)snprintf(buffer, GRAMMAR_SIZE_MAX, "%u", (unsigned)bytes);
		return buffer;
	}
	do {
		unit *= KIB;
		letter = letter == NULL ? size_letters : letter + 1;
		tenths = bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit;
	} while (tenths >= 10 * KIB && letter[1] != '\0');
	if (tenths % 10 == 0)
		(void)snprintf(buffer, GRAMMAR_SIZE_MAX, "%u%c", (unsigned)(tenths / 10), *letter);
	else
		(void)snprintf(buffer, GRAMMAR_SIZE_MAX, "%u.%u%c", (unsigned)(tenths / 10),
			       (unsigned)(tenths % 10), *letter);
	return buffer;
}

char *grammar_bytes_to_string(uint64_t bytes, char buffer[static GRAMMAR_SIZE_MAX])
{
	if (bytes >= KIB)
		return grammar_size_to_string(bytes, buffer);
	(void)snprintf(buffer, GRAMMAR_SIZE_MAX, "%u %s", (unsigned)bytes, plural(bytes, "byte", "bytes"));
	return buffer;
}

#define WORD_MAX 63

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * The number of typing errors between two words: letters left out, added, replaced, or two neighbours swapped (optimal string
 * alignment). Case is ignored. Both words have at most WORD_MAX bytes.
 */
static unsigned distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= n_b; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *oldest = before;

		before = above;
		above = row;
		row = oldest;
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n_b; j++) {
			int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);

			row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]))
				row[j] = min3(row[j], row[j], before[j - 2] + 1);
		}
	}
	return row[n_b];
}

const char *grammar_nearest(const char *word, const char *const *words)
{
	size_t n = strlen(word);
	unsigned best = n / 3 > 1 ? (unsigned)(n / 3) : 1;
	const char *nearest = NULL;

	if (n == 0 || n > WORD_MAX)
		return NULL;
	for (; *words != NULL; words++) {
		size_t n_other = strlen(*words);
		unsigned d;

		if (n_other > WORD_MAX)
			continue;
		d = distance(word, n, *words, n_other);
		if (d < best || (d == best && nearest == NULL)) {
			best = d;
			nearest = *words;
		}
	}
	return nearest;
}
