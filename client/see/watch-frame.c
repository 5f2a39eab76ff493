/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Copies what watch shows, and compares it with the frame before. */

#include "client/see/watch-frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/report.h"
#include "client/facts/field-value.h"

#define WATCHED_MAX (UINT64_C(16) << 20) /* bytes; --offset reaches those behind */
#define VALUE_TEXT 256			 /* characters of a value that are shown */

enum status watch_frame_take(struct watch *watch)
{
	const struct options *options = watch->invocation->options;
	uint64_t length = options->length < WATCHED_MAX ? options->length : WATCHED_MAX, from, n;
	unsigned char *bytes;
	enum status status;
	size_t size;

	/* Fields may lie before the bytes that were asked for. */
	fields_range(&watch->fields, &from, &n);
	watch->offset = n > 0 && from < options->offset ? from : options->offset;
	length += options->offset - watch->offset;
	if (n > 0 && from + n > watch->offset + length)
		length = from + n - watch->offset;
	status =
		guard_copy(&watch->fields.guard, watch->fields.segment, watch->offset, length, &bytes, &size);
	if (status != STATUS_DONE)
		return status;
	free(watch->before);
	watch->before = watch->bytes != NULL && watch->size == size ? watch->bytes : NULL;
	if (watch->before == NULL)
		free(watch->bytes);
	watch->bytes = bytes;
	watch->size = size;
	for (size_t i = 0; watch->before != NULL && i < watch->fields.n_items; i++) {
		const struct field *field = &watch->fields.items[i].field;
		size_t at = (size_t)(field->offset - watch->offset);

		if (memcmp(watch->bytes + at, watch->before + at, field_size(field)) != 0)
			watch->changed[i] = time(NULL);
	}
	return STATUS_DONE;
}

bool watch_frame_has_changed(const struct watch *watch, uint64_t at, uint64_t n)
{
	return watch->before != NULL && memcmp(watch->bytes + at, watch->before + at, n) != 0;
}

char *watch_frame_value(const struct field *field, const unsigned char *bytes)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	field_value_print(field, bytes, out);
	if (fclose(out) != 0 || size <= VALUE_TEXT)
		return text;
	size = VALUE_TEXT;
	while (size > 0 && (text[size] & 0xC0) == 0x80)
		size--;
	text[size] = '\0';
	return text;
}

void watch_frame_line(const struct watch *watch, uint64_t at, char text[static WATCH_LINE_TEXT_MAX])
{
	size_t n = watch->size - at < WATCH_LINE ? (size_t)(watch->size - at) : WATCH_LINE, used;

	used = (size_t)snprintf(text, WATCH_LINE_TEXT_MAX, "%08" PRIx64 " ", watch->offset + at);
	for (size_t i = 0; i < WATCH_LINE; i++) {
		used += (size_t)snprintf(text + used, WATCH_LINE_TEXT_MAX - used, "%s",
					 i == WATCH_LINE / 2 ? " " : "");
		used += i < n ? (size_t)snprintf(text + used, WATCH_LINE_TEXT_MAX - used, " %02x",
						 watch->bytes[at + i])
			      : (size_t)snprintf(text + used, WATCH_LINE_TEXT_MAX - used, "   ");
	}
	used += (size_t)snprintf(text + used, WATCH_LINE_TEXT_MAX - used, "  |");
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = watch->bytes[at + i];

		text[used++] = byte >= ' ' && byte <= '~' ? (char)byte : '.';
	}
	text[used++] = '|';
	text[used] = '\0';
}

bool watch_frame_is_last(const struct watch *watch)
{
	struct kipc_object object;

	return kipc_object_stat(KIPC_SEGMENT, kipc_channel_id(watch->fields.segment), &object) < 0 ||
	       (object.segment.removed && object.segment.attached <= 1);
}

enum status watch_frame_report_last(const struct watch *watch)
{
	return report(watch->invocation, watch->invocation->args[0], STATUS_REMOVED,
		      "it was removed, and no other process has it attached");
}
