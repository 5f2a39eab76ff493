/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The verbs get and put: the fields of a raw segment. get copies all fields at once, under the semaphore of --lock; put checks all
 * values before it writes the first byte.
 */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/facts/field-value.h"
#include "client/facts/fields.h"
#include "client/table/table.h"

static int print_json(const struct fields *fields, const unsigned char *bytes, uint64_t offset)
{
	struct json_object *object = json_object_new_object(), *value;
	int r = object == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < fields->n_items; i++) {
		const struct named_field *item = &fields->items[i];

		r = field_value_to_json(&item->field, bytes + (item->field.offset - offset), &value);
		if (r == 0 && json_object_object_add(object, item->name, value) < 0) {
			json_object_put(value);
			r = -ENOMEM;
		}
	}
	if (r == 0)
		r = table_print_json(object);
	json_object_put(object);
	return r;
}

/* If one field was asked for, the value alone, as a script needs it. */
static void print_text(const struct fields *fields, const unsigned char *bytes, uint64_t offset,
		       bool has_names)
{
	for (size_t i = 0; i < fields->n_items; i++) {
		const struct named_field *item = &fields->items[i];

		if (has_names)
			printf("%s = ", item->name);
		field_value_print(&item->field, bytes + (item->field.offset - offset), stdout);
		putchar('\n');
	}
}

enum status command_get(const struct invocation *invocation)
{
	unsigned char *bytes = NULL;
	uint64_t offset, length;
	struct fields fields;
	enum status status;
	size_t size;
	int r = 0;

	status = fields_open(invocation, invocation->args + 1, true, &fields);
	if (status != STATUS_DONE)
		return status;
	fields_range(&fields, &offset, &length);
	status = guard_copy(&fields.guard, fields.segment, offset, length, &bytes, &size);
	if (status == STATUS_DONE && size < length)
		status = report(invocation, invocation->args[0], STATUS_FAILED,
				"the segment has just become smaller");
	else if (status == STATUS_DONE && invocation->options->json)
		r = print_json(&fields, bytes, offset);
	else if (status == STATUS_DONE)
		print_text(&fields, bytes, offset, invocation->n_args != 2);
	free(bytes);
	fields_close(&fields);
	return r < 0 ? errors_end(invocation, invocation->args[0], r) : status;
}

/* -- put ------------------------------------------------------------------------------------------------------ */

/* An aligned number is stored at once, so that no process reads half of it. */
static void store(unsigned char *place, const unsigned char *bytes, size_t size)
{
	uint64_t eight;
	uint32_t four;
	uint16_t two;

	if (size == 8 && (uintptr_t)place % 8 == 0) {
		memcpy(&eight, bytes, size);
		__atomic_store_n((uint64_t *)(void *)place, eight, __ATOMIC_RELAXED);
	} else if (size == 4 && (uintptr_t)place % 4 == 0) {
		memcpy(&four, bytes, size);
		__atomic_store_n((uint32_t *)(void *)place, four, __ATOMIC_RELAXED);
	} else if (size == 2 && (uintptr_t)place % 2 == 0) {
		memcpy(&two, bytes, size);
		__atomic_store_n((uint16_t *)(void *)place, two, __ATOMIC_RELAXED);
	} else {
		memcpy(place, bytes, size);
	}
}

static void write_fields(const struct fields *fields, unsigned char *const *values, unsigned char *segment)
{
	for (size_t i = 0; i < fields->n_items; i++) {
		const struct field *field = &fields->items[i].field;

		for (uint64_t n = 0; n < field->count; n++)
			store(segment + field->offset + n * field->size, values[i] + n * field->size,
			      field->size);
	}
}

static enum status parse_values(const struct invocation *invocation, const struct fields *fields,
				unsigned char **values)
{
	for (size_t i = 0; i < fields->n_items; i++) {
		const struct named_field *item = &fields->items[i];
		char *sentence = NULL;
		enum status status;

		values[i] = calloc(1, field_size(&item->field) + 1);
		if (values[i] == NULL)
			return errors_end(invocation, invocation->args[0], -ENOMEM);
		if (field_value_parse(&item->field, strchr(invocation->args[1 + i], '=') + 1, values[i],
				      &sentence) == 0)
			continue;
		status = report(invocation, invocation->args[0], STATUS_USAGE, "%s: %s; nothing was written",
				item->name, sentence != NULL ? sentence : strerror(ENOMEM));
		free(sentence);
		return status;
	}
	return STATUS_DONE;
}

static enum status put(const struct invocation *invocation, struct fields *fields,
		       unsigned char *const *values)
{
	enum status status;
	void *address;
	size_t size;
	int r;

	r = kipc_attach(fields->segment, 0, &address, &size);
	for (size_t i = 0; r == 0 && i < fields->n_items; i++)
		r = kipc_populate(fields->segment, fields->items[i].field.offset,
				  field_size(&fields->items[i].field));
	if (r < 0)
		return errors_report(invocation, invocation->args[0], r);
	status = guard_take(&fields->guard);
	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; i < fields->n_items; i++) {
		const struct field *field = &fields->items[i].field;

		if (field->offset + field_size(field) > size)
			status = report(invocation, invocation->args[0], STATUS_FAILED,
					"the segment has just become smaller; nothing was written");
	}
	if (status == STATUS_DONE)
		write_fields(fields, values, address);
	guard_release(&fields->guard);
	return status;
}

enum status command_put(const struct invocation *invocation)
{
	unsigned char **values;
	struct fields fields;
	enum status status;

	for (int i = 1; i < invocation->n_args; i++)
		if (strchr(invocation->args[i], '=') == NULL)
			return report(invocation, invocation->args[0], STATUS_USAGE,
				      "'%s' is not of the form FIELD=VALUE", invocation->args[i]);
	status = fields_open(invocation, invocation->args + 1, true, &fields);
	if (status != STATUS_DONE)
		return status;
	values = calloc(fields.n_items + 1, sizeof *values);
	status = values == NULL ? errors_end(invocation, invocation->args[0], -ENOMEM)
				: parse_values(invocation, &fields, values);
	if (status == STATUS_DONE)
		status = put(invocation, &fields, values);
	for (size_t i = 0; values != NULL && i < fields.n_items; i++)
		free(values[i]);
	free(values);
	fields_close(&fields);
	return status;
}
