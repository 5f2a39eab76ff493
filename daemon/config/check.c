/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Called once by parse.c. A key whose own value is a mistake is not judged again by what depends on it. */

#include "daemon/config/check.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/ini.h"
#include "lib/ring/layout.h"

/* What kipc_ring_format() takes; the upper end is round instead of 4 KiB higher. */
#define RING_SIZE_MIN ((uint64_t)2 * RING_HEADER_SIZE)
#define RING_SIZE_MAX RING_CAPACITY_MAX

struct check {
	struct draft *drafts;
	size_t n_drafts;
	const struct config_source *sources;
	const struct config_world *world;
	struct problems *problems;
};

/*
 * Adds a mistake or a warning in the form "[kind name] key: sentence". key NULL: it is about the whole section.
 */
__attribute__((format(printf, 6, 7))) static void tell(struct check *check, const struct draft *draft,
						       struct place place, const char *key, bool is_warning,
						       const char *format, ...)
{
	const struct config_source *source = &check->sources[place.source];
	char section[INI_LINE_MAX + 1], sentence[CONFIG_SENTENCE_MAX + PATH_MAX]; /* some cite another file */
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	if (source->is_argument && !is_warning && key != NULL) {
		char cited[PLACE_TEXT_MAX];

		problems_add_mistake(check->problems, "", 0, "%s: %s",
				     place_to_string(check->sources, place, key, cited), sentence);
		return;
	}
	if (draft->written != NULL)
		(void)snprintf(section, sizeof section, "%s", draft->written);
	else
		(void)snprintf(section, sizeof section, "%s %s", kipc_kind_to_string(draft->spec.kind),
			       draft->spec.name);
	(is_warning ? problems_add_warning
		    : problems_add_mistake)(check->problems, source->is_argument ? "" : source->name,
					    source->is_argument ? 0 : place.line, "[%s]%s%s: %s", section,
					    key != NULL ? " " : "", key != NULL ? key : "", sentence);
}

#define complain(check, draft, id, ...)                                                                      \
	tell(check, draft, (draft)->places[id], config_keys[id].name, false, __VA_ARGS__)
#define warn(check, draft, id, ...)                                                                          \
	tell(check, draft, (draft)->places[id], config_keys[id].name, true, __VA_ARGS__)

/* A required key that is missing. */
static void check_missing(struct check *check, const struct draft *draft, const struct config_key *row)
{
	tell(check, draft, draft->first, NULL, false, "%s is missing; add a line like '%s = %s'", row->name,
	     row->name, row->example);
}

/* Whether each key is allowed for what the channel turned out to be, and no required key is missing. */
static void check_belonging(struct check *check, const struct draft *draft)
{
	const struct channel_spec *spec = &draft->spec;
	bool is_observed = spec->manage == MANAGE_OBSERVE;
	bool judge_layout = spec->kind == KIPC_SEGMENT && !draft_is_bad(draft, CONFIG_KEY_LAYOUT);
	bool judge_manage = !draft_is_bad(draft, CONFIG_KEY_MANAGE);
	unsigned sections = channel_classes_of_kinds(spec->kind);

	for (unsigned id = 0; id < CONFIG_N_KEYS; id++) {
		const struct config_key *row = &config_keys[id];

		if (!draft_has(draft, id)) {
			if (row->example != NULL && (row->sections & sections) != 0 && judge_manage &&
			    !is_observed)
				check_missing(check, draft, row);
			continue;
		}
		if ((row->flags & KEY_OF_CREATION) != 0 && judge_manage && is_observed)
			complain(check, draft, id,
				 "kipcd never changes an observed channel; remove the line");
		else if ((row->sections & CHANNEL_RAW) == 0 && judge_layout && spec->layout == LAYOUT_RAW)
			complain(check, draft, id,
				 "a raw segment has no messages; remove the line, or add 'layout = ring'");
	}
}

/*
 * A ring must take its largest message at any position, and the rest in front of the end of its data may be almost as long: so
 * twice the record of that message, a header and the body in whole units, must fit.
 */
static uint64_t largest_message(uint64_t size)
{
	uint64_t units = (size - RING_HEADER_SIZE) / RING_UNIT;

	return (units / 2 - 1) * RING_UNIT;
}

static uint64_t smallest_size(uint64_t max_message)
{
	uint64_t units = 1 + (max_message + RING_UNIT - 1) / RING_UNIT;

	return RING_HEADER_SIZE + 2 * units * RING_UNIT;
}

static void check_max_message(struct check *check, const struct draft *draft)
{
	const struct channel_spec *spec = &draft->spec;
	uint64_t largest = largest_message(spec->size);

	if (spec->max_message > largest_message(RING_SIZE_MAX))
		complain(check, draft, CONFIG_KEY_MAX_MESSAGE,
			 "too large for any ring; this one, of %" PRIu64
			 " bytes, takes messages of up to %" PRIu64 " bytes: choose that or less",
			 spec->size, largest);
	else if (spec->max_message > largest)
		complain(check, draft, CONFIG_KEY_MAX_MESSAGE,
			 "a ring of %" PRIu64 " bytes takes messages of up to %" PRIu64
			 " bytes; choose that or less, or a size of at least %" PRIu64,
			 spec->size, largest, smallest_size(spec->max_message));
}

static void check_ring(struct check *check, const struct draft *draft)
{
	const struct channel_spec *spec = &draft->spec;

	if (spec->kind != KIPC_SEGMENT || spec->layout != LAYOUT_RING ||
	    draft_is_bad(draft, CONFIG_KEY_LAYOUT) || !draft_has(draft, CONFIG_KEY_SIZE) ||
	    draft_is_bad(draft, CONFIG_KEY_SIZE))
		return;
	if (spec->size < RING_SIZE_MIN)
		complain(check, draft, CONFIG_KEY_SIZE,
			 "%" PRIu64 " bytes are too few for a ring; choose 8K to 8G", spec->size);
	else if (spec->size > RING_SIZE_MAX)
		complain(check, draft, CONFIG_KEY_SIZE,
			 "%" PRIu64 " bytes are too many for a ring; choose 8K to 8G", spec->size);
	else if (draft_has(draft, CONFIG_KEY_MAX_MESSAGE) && !draft_is_bad(draft, CONFIG_KEY_MAX_MESSAGE))
		check_max_message(check, draft);
}

static int compare_field_names(const void *a, const void *b)
{
	const struct field_draft *x = a, *y = b;
	int r = strcmp(x->field.name, y->field.name);

	if (r != 0)
		return r;
	if (x->place.source != y->place.source)
		return x->place.source < y->place.source ? -1 : 1;
	return (x->place.line > y->place.line) - (x->place.line < y->place.line);
}

static int compare_fields(const void *a, const void *b)
{
	const struct field_spec *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void check_field(struct check *check, const struct draft *draft, struct place place,
			const struct field_spec *field)
{
	const struct channel_spec *spec = &draft->spec;
	uint64_t end = field->offset + field->size;
	char key[INI_KEY_MAX + 1];

	(void)snprintf(key, sizeof key, "field.%s", field->name);
	if (draft_is_bad(draft, CONFIG_KEY_LAYOUT))
		return;
	if (spec->layout == LAYOUT_RING)
		tell(check, draft, place, key, false,
		     "a ring has no fields; remove the line, or 'layout = ring'");
	else if (spec->size > 0 && !draft_is_bad(draft, CONFIG_KEY_SIZE) && end > spec->size)
		tell(check, draft, place, key, false,
		     "%s@%" PRIu64 " ends at byte %" PRIu64 ", but the segment has %" PRIu64
		     "; lower the offset, or raise the size",
		     field->type, field->offset, end, spec->size);
}

static void check_field_twice(struct check *check, const struct draft *draft, const struct field_draft *first,
			      const struct field_draft *second)
{
	char key[INI_KEY_MAX + 1];

	if (first->place.source != second->place.source)
		return;
	(void)snprintf(key, sizeof key, "field.%s", second->field.name);
	tell(check, draft, second->place, key, false, "duplicate; the first is at line %u: keep one of them",
	     first->place.line);
}

/* Moves the last declaration of each field into the spec. */
static int settle_fields(struct check *check, struct draft *draft)
{
	struct channel_spec *spec = &draft->spec;

	if (draft->n_fields == 0)
		return 0;
	spec->fields = calloc(draft->n_fields, sizeof *spec->fields);
	if (spec->fields == NULL)
		return -ENOMEM;
	qsort(draft->fields, draft->n_fields, sizeof *draft->fields, compare_field_names);
	for (size_t i = 0; i < draft->n_fields; i++) {
		struct field_draft *field = &draft->fields[i];

		if (i + 1 < draft->n_fields && strcmp(field->field.name, field[1].field.name) == 0) {
			check_field_twice(check, draft, field, field + 1);
			field_spec_done(&field->field);
		} else {
			check_field(check, draft, field->place, &field->field);
			spec->fields[spec->n_fields++] = field->field;
			field->field = (struct field_spec){ 0 };
		}
	}
	draft->n_fields = 0;
	qsort(spec->fields, spec->n_fields, sizeof *spec->fields, compare_fields);
	return 0;
}

/* Whether a class of users may write and not read. */
static bool is_write_only(mode_t mode)
{
	for (; mode != 0; mode >>= 3)
		if ((mode & 06) == 02)
			return true;
	return false;
}

/* What is allowed, but seldom intended. */
static void warn_of_access(struct check *check, const struct draft *draft)
{
	const struct channel_spec *spec = &draft->spec;
	unsigned mode = (unsigned)spec->mode;

	if (spec->manage == MANAGE_OBSERVE)
		return;
	if (draft_has(draft, CONFIG_KEY_MODE) && (mode & 07) != 0)
		warn(check, draft, CONFIG_KEY_MODE,
		     "%04o gives access to every user of this machine; share with a group instead, as with "
		     "0660",
		     mode);
	if (spec->layout == LAYOUT_RING && is_write_only(spec->mode))
		warn(check, draft, CONFIG_KEY_MODE,
		     "%04o gives write permission without read permission; a process that sends to a ring "
		     "needs both, as with 0660",
		     mode);
	if (draft_has(draft, CONFIG_KEY_OWNER) && !draft_is_bad(draft, CONFIG_KEY_OWNER) &&
	    !check->world->user_is_system(spec->owner))
		warn(check, draft, CONFIG_KEY_OWNER,
		     "uid %u is not a system user: logind (RemoveIPC=) removes the object at the user's last "
		     "logout, even if it is in use; share with a group instead",
		     (unsigned)spec->owner);
}

/* The file existed once, or is on a mount that does not answer: the rest of the configuration is still good. */
static void warn_of_file(struct check *check, const struct draft *draft)
{
	const struct channel_spec *spec = &draft->spec;

	if (spec->path == NULL || spec->key_error == 0)
		return;
	warn(check, draft, CONFIG_KEY_KEY, "ftok(3) fails on '%s': %s; %s", spec->path,
	     channel_spec_file_error_to_string(spec->key_error),
	     channel_spec_file_is_gone(spec->key_error) ? "programs that start now get no key"
							: "kipcd cannot tell which key it makes now");
}

static int check_draft(struct check *check, struct draft *draft)
{
	if (draft->spec.kind == 0)
		return 0;
	check_belonging(check, draft);
	check_ring(check, draft);
	warn_of_access(check, draft);
	warn_of_file(check, draft);
	if (!draft_has(draft, CONFIG_KEY_KEY) && !draft->is_stray)
		draft->spec.key = kipc_key_from_name(draft->spec.kind, draft->spec.name);
	return settle_fields(check, draft);
}

static struct place key_place(const struct draft *draft)
{
	return draft_has(draft, CONFIG_KEY_KEY) ? draft->places[CONFIG_KEY_KEY] : draft->first;
}

static int compare_keys(const void *a, const void *b)
{
	const struct draft *x = *(const struct draft *const *)a, *y = *(const struct draft *const *)b;

	if (x->spec.kind != y->spec.kind)
		return x->spec.kind < y->spec.kind ? -1 : 1;
	if (x->spec.key != y->spec.key)
		return x->spec.key < y->spec.key ? -1 : 1;
	return (x > y) - (x < y); /* elements of one array, in the order in which they were read */
}

static void complain_of_key(struct check *check, const struct draft *first, const struct draft *second)
{
	char at[PLACE_TEXT_MAX];
	const char *derived = draft_has(second, CONFIG_KEY_KEY) ? "" : ", derived from its name,";

	tell(check, second, key_place(second), draft_has(second, CONFIG_KEY_KEY) ? "key" : NULL, false,
	     "0x%08x%s is also the key of [%s %s] at %s; give one of them another key",
	     (unsigned)second->spec.key, derived, kipc_kind_to_string(first->spec.kind), first->spec.name,
	     place_to_string(check->sources, key_place(first),
			     draft_has(first, CONFIG_KEY_KEY) ? "key" : NULL, at));
}

/* Two channels of one kind with one key would be one object. */
static int check_keys(struct check *check)
{
	struct draft **sorted = calloc(check->n_drafts + 1, sizeof *sorted);
	size_t n = 0, first = 0;

	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < check->n_drafts; i++)
		if (!check->drafts[i].is_stray && check->drafts[i].spec.key != 0 &&
		    !draft_is_bad(&check->drafts[i], CONFIG_KEY_KEY))
			sorted[n++] = &check->drafts[i];
	qsort(sorted, n, sizeof(struct draft *), compare_keys);
	for (size_t i = 1; i < n; i++) {
		if (sorted[i]->spec.kind != sorted[first]->spec.kind ||
		    sorted[i]->spec.key != sorted[first]->spec.key)
			first = i;
		else
			complain_of_key(check, sorted[first], sorted[i]);
	}
	free(sorted);
	return 0;
}

int config_check(struct draft *drafts, size_t n_drafts, const struct config_source *sources,
		 const struct config_world *world, struct problems *problems)
{
	struct check check = { drafts, n_drafts, sources, world, problems };

	for (size_t i = 0; i < n_drafts; i++) {
		int r = check_draft(&check, &drafts[i]);

		if (r < 0)
			return r;
	}
	return check_keys(&check);
}
