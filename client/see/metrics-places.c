/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl metrics --ipc-of=all: the metrics of each IPC namespace, as the other files write them, with one more label: the unit or
 * container that it belongs to. All samples of a family are put together, as the format demands.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/facts/view-note.h"
#include "client/see/metrics.h"

/* The head of a family, and all of its samples. */
struct family {
	char *head, *samples;
	size_t n_head, n_samples;
};

struct families {
	struct family *items;
	size_t n_items;
	struct family *last; /* the family of the lines that are read */
};

/* "# HELP kipc_… text" begins a family; its name ends at the next blank. */
static bool is_head_of(const struct family *family, const char *name, size_t n)
{
	return strncmp(family->head, name, n) == 0 && family->head[n] == ' ';
}

static int begin_family(struct families *families, const char *line, size_t size)
{
	const char *name_end = memchr(line + strlen("# HELP "), ' ', size - strlen("# HELP "));
	size_t n = name_end != NULL ? (size_t)(name_end - line) : size;
	struct family *items;

	for (size_t i = 0; i < families->n_items; i++)
		if (is_head_of(&families->items[i], line, n)) {
			families->last = &families->items[i];
			return 0;
		}
	items = reallocarray(families->items, families->n_items + 1, sizeof *items);
	if (items == NULL)
		return -ENOMEM;
	families->items = items;
	families->last = &items[families->n_items];
	*families->last = (struct family){ .head = strndup(line, size) };
	families->last->n_head = size;
	if (families->last->head == NULL)
		return -ENOMEM;
	families->n_items++;
	return 0;
}

static int append(char **text, size_t *n, const char *more, size_t n_more)
{
	char *grown = realloc(*text, *n + n_more + 1);

	if (grown == NULL)
		return -ENOMEM;
	*text = grown;
	memcpy(grown + *n, more, n_more);
	*n += n_more;
	grown[*n] = '\0';
	return 0;
}

/* `kipc_x{a="b"} 1` becomes `kipc_x{namespace="…",a="b"} 1`. */
static int add_sample(struct family *family, const char *line, size_t size, const char *label)
{
	size_t n = strcspn(line, "{ ");
	bool has_labels = n < size && line[n] == '{';
	int r;

	r = append(&family->samples, &family->n_samples, line, n);
	if (r == 0)
		r = append(&family->samples, &family->n_samples, label, strlen(label));
	if (r == 0)
		r = append(&family->samples, &family->n_samples, has_labels ? "," : "} ", has_labels ? 1 : 2);
	return r < 0 ? r : append(&family->samples, &family->n_samples, line + n + 1, size - n - 1);
}

/* A text of metrics, line by line. The figures of kipcd itself come only from our own namespace. */
static int take_text(struct families *families, const char *text, const char *label, bool is_ours)
{
	int r = 0;

	while (r == 0 && *text != '\0') {
		size_t size = strcspn(text, "\n") + 1;

		if (!is_ours && strncmp(text, "# HELP kipc_daemon_", strlen("# HELP kipc_daemon_")) == 0)
			families->last = NULL;
		else if (strncmp(text, "# HELP ", strlen("# HELP ")) == 0)
			r = begin_family(families, text, size);
		else if (strncmp(text, "# TYPE ", strlen("# TYPE ")) == 0 && families->last != NULL &&
			 families->last->samples == NULL && strstr(families->last->head, "# TYPE ") == NULL)
			r = append(&families->last->head, &families->last->n_head, text, size);
		else if (*text != '#' && families->last != NULL)
			r = add_sample(families->last, text, size, label);
		text += size;
	}
	return r;
}

/* The name of a unit can hold any text; process numbers change, and would leave dead series behind. */
static int make_label(const struct place *place, char **ret_label)
{
	char number[32];
	const char *name = place->is_unit ? place->name : number;
	size_t n;
	FILE *out = open_memstream(ret_label, &n);

	if (out == NULL)
		return -ENOMEM;
	snprintf(number, sizeof number, "ipc:[%lu]", (unsigned long)place->inode);
	fputs("{namespace=\"", out);
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			putc('\\', out);
		putc((unsigned char)*name < ' ' || (unsigned char)*name > '~' ? '?' : *name, out);
	}
	putc('"', out);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

/* Everything is read again, in that namespace. */
static int write_one(const struct metrics *metrics, const struct place *place, char **ret_text)
{
	struct options options = *metrics->invocation->options;
	struct invocation there = *metrics->invocation;
	struct metrics one = { .invocation = &there, .by = metrics->by };
	size_t n;
	int r;

	there.options = &options;
	options.ipc_of = place->is_ours ? 0 : (int64_t)place->pid;
	options.given.has[OPTION_IPC_OF] = !place->is_ours;
	r = view_read(&there, &one.view);
	if (r == 0)
		r = processes_read(&one.processes);
	if (r == 0)
		r = kipc_limits(&one.limits);
	if (r == 0) {
		one.out = open_memstream(ret_text, &n);
		r = one.out == NULL ? -ENOMEM : metrics_write(&one);
		if (one.out != NULL && fclose(one.out) != 0 && r == 0)
			r = -ENOMEM;
	}
	processes_done(&one.processes);
	view_free(one.view);
	return r;
}

static int take_place(struct metrics *metrics, struct place *place, struct families *families)
{
	char *text = NULL, *label = NULL;
	int r;

	if (place_enter(place) < 0)
		return 0; /* reported by view_note() */
	r = write_one(metrics, place, &text);
	if (r == 0)
		r = make_label(place, &label);
	if (r == 0)
		r = take_text(families, text, label, place->is_ours);
	free(text);
	free(label);
	return r;
}

int metrics_write_places(struct metrics *metrics)
{
	struct families families = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < metrics->view->places.n_items; i++)
		r = take_place(metrics, &metrics->view->places.items[i], &families);
	for (size_t i = 0; i < families.n_items; i++) {
		const struct family *family = &families.items[i];

		if (r == 0) {
			fputs(family->head, metrics->out);
			fputs(family->samples != NULL ? family->samples : "", metrics->out);
		}
		free(family->head);
		free(family->samples);
	}
	free(families.items);
	if (r == 0)
		fputs("# EOF\n", metrics->out);
	return r;
}
