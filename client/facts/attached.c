/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One list in two forms: columns.c shows it in tables, card-json.c in `show --json`. */

#include "client/facts/attached.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "client/table/value.h"

static uint64_t count_not_visible(const struct attachment *attachments, size_t n,
				  const struct kipc_object *segment)
{
	uint64_t n_missing = segment->segment.attached;

	for (size_t i = 0; i < n; i++)
		n_missing -= attachments[i].n_mappings < n_missing ? attachments[i].n_mappings : n_missing;
	return n_missing;
}

int attached_to_text(const struct processes *processes, const struct kipc_object *segment, char **ret_text)
{
	const struct attachment *attachments;
	uint64_t n_missing;
	size_t n, size;
	char *text = NULL;
	FILE *out;

	*ret_text = NULL;
	attachments = processes_attached(processes, segment, &n);
	n_missing = count_not_visible(attachments, n, segment);
	if (n == 0 && n_missing == 0)
		return 0;
	out = open_memstream(&text, &size);
	if (out == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct process *process = &processes->items[attachments[i].process];

		fputs(i > 0 ? ", " : "", out);
		process_print(out, process->pid, process->command, "");
	}
	if (n_missing > 0)
		fprintf(out, "%s%llu not visible", n > 0 ? ", " : "", (unsigned long long)n_missing);
	if (fclose(out) != 0) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	return 0;
}

/* Takes `member` over in any case. */
static bool add(struct json_object *object, const char *key, struct json_object *member)
{
	if (member != NULL && json_object_object_add(object, key, member) == 0)
		return true;
	json_object_put(member);
	return false;
}

static bool add_text(struct json_object *object, const char *key, const char *text)
{
	struct json_object *member;
	struct value value = { 0 };

	value_set_text(&value, text);
	return value_to_json(&value, NULL, &member) == 0 && json_object_object_add(object, key, member) == 0;
}

static struct json_object *to_json(const struct processes *processes, const struct attachment *attachment)
{
	const struct process *process = &processes->items[attachment->process];
	struct json_object *item = json_object_new_object();

	if (item != NULL && add(item, "pid", json_object_new_int64(process->pid)) &&
	    add_text(item, "command", process->command) && add_text(item, "unit", process->unit) &&
	    add(item, "mappings", json_object_new_int64(attachment->n_mappings)) &&
	    add(item, "read_write", json_object_new_boolean(attachment->can_write)) &&
	    add(item, "elsewhere", json_object_new_boolean(process->is_elsewhere)))
		return item;
	json_object_put(item);
	return NULL;
}

int attached_to_json(const struct processes *processes, const struct kipc_object *segment,
		     struct json_object **ret_array, uint64_t *ret_not_visible)
{
	struct json_object *array = json_object_new_array();
	const struct attachment *attachments;
	size_t n;

	attachments = processes_attached(processes, segment, &n);
	*ret_not_visible = count_not_visible(attachments, n, segment);
	for (size_t i = 0; array != NULL && i < n; i++) {
		struct json_object *item = to_json(processes, &attachments[i]);

		if (item == NULL || json_object_array_add(array, item) < 0) {
			json_object_put(item);
			json_object_put(array);
			array = NULL;
		}
	}
	*ret_array = array;
	return array == NULL ? -ENOMEM : 0;
}
