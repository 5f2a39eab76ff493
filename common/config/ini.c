/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The only file that uses inih. inih 55 takes the tail of a long line for a line of its own and an indented line for another
 * value of the key above, cuts values at " ;" and names at 49 bytes, and does not report empty or duplicate sections. So a reader
 * of ours feeds it: this counts lines, reads the headers itself, and passes on only lines of one form that cannot be misread,
 * KEY = VALUE. Keeps no state.
 */

#include "common/config/ini.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/config/text.h"

struct reader {
	const char *text, *next, *end;
	size_t offset; /* of the line that was handed to inih */
	unsigned line;
	const struct ini_sink *sink;
	void *userdata;
};

/* One line without its end. Not NUL-terminated. */
struct line {
	const char *start, *end;
};

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && text_is_blank(*p))
		p++;
	return p;
}

static const char *trim_blanks(const char *start, const char *end)
{
	while (end > start && text_is_blank(end[-1]))
		end--;
	return end;
}

static const char *skip_key(const char *p, const char *end)
{
	while (p < end && text_is_key_character(*p))
		p++;
	return p;
}

/* The key of a KEY = VALUE line; "" if the line does not show one. */
static void line_key(const struct line *line, char key[static INI_KEY_MAX + 1])
{
	const char *key_end = skip_key(line->start, line->end);
	const char *behind = skip_blanks(key_end, line->end);
	size_t n = (size_t)(key_end - line->start);

	if (n > INI_KEY_MAX || behind == line->end || (*behind != '=' && *behind != ':'))
		n = 0;
	memcpy(key, line->start, n);
	key[n] = '\0';
}

/* Reports the line as refused. */
__attribute__((format(printf, 3, 4))) static bool refuse(struct reader *reader, const struct line *line,
							 const char *format, ...)
{
	char key[INI_KEY_MAX + 1], sentence[2 * INI_LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	line_key(line, key);
	reader->sink->refusal(reader->userdata, reader->line, key, sentence);
	return false;
}

static bool line_is_clean(const struct line *line)
{
	return text_find_unclean(line->start, line->end) == line->end;
}

static bool refuse_unclean(struct reader *reader, const struct line *line)
{
	const char *p = text_find_unclean(line->start, line->end);
	size_t position = (size_t)(p - line->start) + 1;

	if (*p == '\0')
		return refuse(reader, line, "byte %zu of the line is a NUL byte; remove it", position);
	if ((unsigned char)*p < 0x80)
		return refuse(reader, line, "byte %zu of the line is a control byte; remove it", position);
	return refuse(reader, line, "byte %zu of the line is not UTF-8 text; save the file as UTF-8",
		      position);
}

/* A malformed header still begins a section: what follows does not belong to the section above. */
static void read_header(struct reader *reader, const struct line *line)
{
	const char *close = memchr(line->start, ']', (size_t)(line->end - line->start));
	const char *from = skip_blanks(line->start + 1, line->end);
	const char *to = trim_blanks(from, close != NULL ? close : line->end);
	const char *behind = close != NULL ? skip_blanks(close + 1, line->end) : line->end;
	char inside[INI_LINE_MAX + 1];
	size_t n = from < to ? (size_t)(to - from) : 0;

	memcpy(inside, from, n);
	inside[n] = '\0';
	reader->sink->section(reader->userdata, reader->line, inside);
	if (close == NULL)
		(void)refuse(reader, line, "']' is missing at the end of the line; write [%s]", inside);
	else if (behind != line->end && *behind != ';')
		(void)refuse(reader, line, "'%.*s' follows ']'; move it to a line of its own",
			     (int)(line->end - behind), behind);
}

/*
 * Finds where the value ends. inih takes " ;" for the start of a comment and " #" for text, so in the middle of a value either
 * could be read differently than it was meant. Only a ';' behind two blanks or a tab begins a comment.
 */
static bool find_value_end(struct reader *reader, struct line *line, const char *value)
{
	for (const char *p = value; p < line->end; p++) {
		if ((*p != ';' && *p != '#') || !text_is_blank(p[-1]))
			continue;
		if (*p == ';' && (p[-1] == '\t' || text_is_blank(p[-2]))) {
			line->end = p;
			break;
		}
		return refuse(reader, line,
			      "' %c' inside the value; put a comment on a line of its own; in text, remove "
			      "the space",
			      *p);
	}
	line->end = trim_blanks(value, line->end);
	return true;
}

/* Whether the line is KEY = VALUE in a form that inih cannot misread; cuts off a comment. */
static bool line_is_pair(struct reader *reader, struct line *line)
{
	const char *key_end = skip_key(line->start, line->end);
	const char *separator = skip_blanks(key_end, line->end);
	int n_key = (int)(key_end - line->start), n_line = (int)(line->end - line->start);
	const char *equals;

	if (separator < line->end && *separator == '=') {
		if (n_key == 0)
			return refuse(reader, line, "the key before '=' is missing; write KEY = VALUE");
		if (n_key > INI_KEY_MAX)
			return refuse(reader, line, "the key has %d bytes; the longest key has %d", n_key,
				      INI_KEY_MAX);
		return find_value_end(reader, line, separator + 1);
	}
	if (separator < line->end && *separator == ':' && n_key > 0)
		return refuse(reader, line, "':' instead of '='; write KEY = VALUE");
	equals = memchr(line->start, '=', (size_t)n_line);
	if (equals != NULL)
		return refuse(reader, line,
			      "'%.*s' is not a key; keys have letters, digits, '_', '.' and '-'",
			      (int)(trim_blanks(line->start, equals) - line->start), line->start);
	return refuse(
		reader, line,
		"'%.*s' is not a [section], KEY = VALUE or a comment; add what is missing, or '#' in front",
		n_line, line->start);
}

/* Whether the line is a pair, which inih gets. Headers are read here, comments skipped, other lines refused. */
static bool line_is_for_inih(struct reader *reader, struct line *line, size_t line_max)
{
	size_t n = (size_t)(line->end - line->start);
	bool is_header = n > 0 && *line->start == '[';
	const char *first;

	if (n > line_max || !line_is_clean(line)) {
		if (is_header)
			reader->sink->section(reader->userdata, reader->line, NULL);
		if (n > line_max)
			return refuse(reader, line, "the line has %zu bytes; shorten it to %zu", n, line_max);
		return refuse_unclean(reader, line);
	}
	first = skip_blanks(line->start, line->end);
	if (first == line->end || *first == ';' || *first == '#')
		return false;
	if (first > line->start)
		return refuse(reader, line, "the line is indented; begin it in the first column");
	if (is_header) {
		read_header(reader, line);
		return false;
	}
	return line_is_pair(reader, line);
}

/* inih's ini_reader: the next pair, or NULL at the end. */
static char *reader_next(char *buffer, int size, void *stream)
{
	struct reader *reader = stream;
	size_t line_max = size <= INI_LINE_MAX ? (size_t)size - 1 : INI_LINE_MAX;

	while (reader->next < reader->end) {
		const char *newline = memchr(reader->next, '\n', (size_t)(reader->end - reader->next));
		struct line line = { reader->next, newline != NULL ? newline : reader->end };

		reader->next = newline != NULL ? newline + 1 : reader->end;
		reader->line++;
		if (line.end > line.start && line.end[-1] == '\r')
			line.end--;
		if (line_is_for_inih(reader, &line, line_max)) {
			size_t n = (size_t)(line.end - line.start);

			reader->offset = (size_t)(line.start - reader->text);
			memcpy(buffer, line.start, n);
			buffer[n] = '\0';
			return buffer;
		}
	}
	return NULL;
}

/* inih's ini_handler. The section is always "", because inih sees no headers. */
static int reader_pair(void *userdata, const char *section, const char *key, const char *value)
{
	const struct reader *reader = userdata;

	reader->sink->pair(reader->userdata, reader->line, reader->offset, key, value);
	return 1;
}

int ini_read(const char *text, size_t size, const struct ini_sink *sink, void *userdata)
{
	static const char byte_order_mark[] = { '\xef', '\xbb', '\xbf' };
	struct reader reader = {
		.text = text,
		.next = text,
		.end = text + size,
		.sink = sink,
		.userdata = userdata,
	};
	int r;

	if (size >= sizeof byte_order_mark && memcmp(text, byte_order_mark, sizeof byte_order_mark) == 0)
		reader.next += sizeof byte_order_mark;
	r = ini_parse_stream(reader_next, &reader, reader_pair, &reader);
	return r == 0 ? 0 : r == -2 ? -ENOMEM : -EBADMSG;
}

/* -- one value --------------------------------------------------------------------------------------- */

static void ignore_section(void *userdata, unsigned line, const char *inside)
{
}

static void keep_value(void *userdata, unsigned line, size_t offset, const char *key, const char *value)
{
	(void)snprintf(userdata, INI_LINE_MAX + 1, "%s", value);
}

static void ignore_refusal(void *userdata, unsigned line, const char *key, const char *sentence)
{
}

void ini_read_value(const char *text, size_t size, size_t offset, char value[static INI_LINE_MAX + 1])
{
	static const struct ini_sink sink = { ignore_section, keep_value, ignore_refusal };
	const char *newline = memchr(text + offset, '\n', size - offset);

	value[0] = '\0';
	(void)ini_read(text + offset, newline != NULL ? (size_t)(newline - text) - offset : size - offset,
		       &sink, value);
}
