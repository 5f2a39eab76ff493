/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Renames channels. The renames are written to channels/.renames first; then each row of the table below is carried out.
 * Each row can be repeated, so after a kill the next start finishes the rename. Called by reload.c, which finds the renames
 * with plan/renames.c.
 */

#include "daemon/change/rename.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/service/log.h"
#include "daemon/change/layer-edit.h"
#include "daemon/channel/store.h"
#include "daemon/config/layer-file.h"

#define RENAMES ".renames"
#define LAYER_FILE_MAX (1024 * 1024)

/* -- what has the name -------------------------------------------------------------------------------------------- */

/* The text of a layer file under another name. NULL: no memory. */
static char *rename_text(const char *text, size_t size, const char *to)
{
	struct layer layer;
	char *renamed;

	assert(strlen(to) <= KIPC_NAME_MAX);
	if (layer_from_text(text, size, LAYER_SET, &layer) < 0)
		return NULL;
	memcpy(layer.name, to, strlen(to) + 1);
	renamed = layer_to_text(&layer);
	layer_done(&layer);
	return renamed;
}

static int read_file(const char *path, char **ret_text, size_t *ret_size)
{
	struct stat status;
	FILE *file;
	char *text;
	int r;

	r = store_open_text(AT_FDCWD, path, &file);
	if (r < 0)
		return r;
	if (fstat(fileno(file), &status) < 0 || status.st_size > LAYER_FILE_MAX) {
		fclose(file);
		return -EFBIG;
	}
	text = malloc((size_t)status.st_size + 1);
	*ret_size = text == NULL ? 0 : fread(text, 1, (size_t)status.st_size, file);
	if (text == NULL)
		r = -ENOMEM;
	else if (ferror(file))
		r = -EIO;
	fclose(file);
	if (r < 0) {
		free(text);
		return r;
	}
	text[*ret_size] = '\0';
	*ret_text = text;
	return 0;
}

static int move_layer_file(const char *from, const char *to, const char *to_name)
{
	CLEANUP_FREE char *text = NULL, *renamed = NULL;
	size_t size = 0;
	int r;

	r = read_file(from, &text, &size);
	if (r < 0)
		return r == -ENOENT ? 0 : r; /* it has been moved */
	renamed = rename_text(text, size, to_name);
	r = renamed == NULL ? -ENOMEM : layer_file_replace(to, renamed);
	if (r == 0)
		layer_file_settle(to);
	if (r == 0 && unlink(from) < 0 && errno != ENOENT)
		r = -errno;
	return r;
}

static int move_layer(const struct runtime *runtime, const struct rename *rename)
{
	CLEANUP_FREE char *from = layer_edit_path(runtime, rename->from);
	CLEANUP_FREE char *to = layer_edit_path(runtime, rename->to);

	if (from == NULL || to == NULL)
		return -ENOMEM;
	return rename->has_layer ? move_layer_file(from, to, rename->to) : 0;
}

/* The new name had no link when the intent was written. */
static int move_link(const struct runtime *runtime, const struct rename *rename)
{
	int fd = runtime->channels_fd;

	return renameat2(fd, rename->from, fd, rename->to, RENAME_NOREPLACE) < 0 && errno != ENOENT ? -errno
												    : 0;
}

/*
 * Everything that has the name of a channel and outlives kipcd (each start makes the files in waiting/ again). A row moves
 * what exists under the old name to the new one; if nothing does, it has been moved. The link is last: until then, the old
 * name is complete.
 */
static int (*const followers[])(const struct runtime *runtime, const struct rename *rename) = {
	move_layer,
	move_link,
};

static int follow(const struct runtime *runtime, const struct rename *rename)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof followers / sizeof *followers; i++)
		r = followers[i](runtime, rename);
	return r;
}

/* -- the intent --------------------------------------------------------------------------------------------------- */

/* "FROM TO layer|-" a line */
static int write_intent(int channels_fd, const struct renames *renames)
{
	FILE *file;
	int r;

	r = store_open_new(channels_fd, RENAMES ".new", 0600, &file);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < renames->n_items; i++)
		if (fprintf(file, "%s %s %s\n", renames->items[i].from, renames->items[i].to,
			    renames->items[i].has_layer ? "layer" : "-") < 0)
			r = -EIO;
	return store_finish_new(channels_fd, RENAMES ".new", file, r, RENAMES);
}

static int drop_intent(int channels_fd)
{
	return unlinkat(channels_fd, RENAMES, 0) < 0 && errno != ENOENT ? -errno : 0;
}

/* A malformed line was not written by kipcd. */
static bool parse_line(const char *line, struct rename *ret_rename)
{
	char from[KIPC_NAME_MAX + 2], to[KIPC_NAME_MAX + 2], layer[8];

	*ret_rename = (struct rename){ 0 };
	if (sscanf(line, "%32s %32s %7s", from, to, layer) != 3 || !kipc_name_is_valid(from) ||
	    !kipc_name_is_valid(to))
		return false;
	memcpy(ret_rename->from, from, strlen(from) + 1);
	memcpy(ret_rename->to, to, strlen(to) + 1);
	ret_rename->has_layer = strcmp(layer, "layer") == 0;
	return true;
}

int rename_finish(const struct runtime *runtime)
{
	struct rename rename;
	char line[128];
	FILE *file;
	int r;

	r = store_open_text(runtime->channels_fd, RENAMES, &file);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while (r == 0 && fgets(line, sizeof line, file) != NULL)
		/*
		 * The link is last: where the new name has one, nothing is left to do, and the old name may be another
		 * channel's.
		 */
		if (parse_line(line, &rename) &&
		    faccessat(runtime->channels_fd, rename.to, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			r = follow(runtime, &rename);
	if (r == 0 && ferror(file))
		r = -EIO;
	fclose(file);
	return r < 0 ? r : drop_intent(runtime->channels_fd);
}

/* -- carrying out ------------------------------------------------------------------------------------------------- */

static int compare_channels(const void *a, const void *b)
{
	return strcmp(((const struct channel *)a)->name, ((const struct channel *)b)->name);
}

static void rename_channels(struct manager *manager, const struct renames *renames)
{
	for (size_t i = 0; i < renames->n_items; i++) {
		struct channel *channel = manager_find(manager, renames->items[i].from);

		if (channel == NULL)
			continue; /* at a start there are no channels yet */
		waiting_release(manager->waiting, channel->name);
		events_tell(&manager->events, LOG_NOTICE, EVENT_ALTERED, renames->items[i].to, channel->kind,
			    channel->link.key, "renamed from %s", channel->name);
	}
	for (size_t i = 0; i < renames->n_items; i++)
		for (size_t j = 0; j < manager->n_channels; j++)
			if (strcmp(manager->channels[j].name, renames->items[i].from) == 0)
				memcpy(manager->channels[j].name, renames->items[i].to,
				       sizeof renames->items[i].to);
	if (manager->n_channels > 0)
		qsort(manager->channels, manager->n_channels, sizeof *manager->channels, compare_channels);
}

/* Each row in reverse. If that fails, too, the intent stays, and the next start finishes the rename. */
static void turn_back(const struct runtime *runtime, const struct renames *renames, size_t n)
{
	int r = 0;

	for (size_t i = n; r == 0 && i > 0; i--) {
		struct rename back = renames->items[i - 1];

		memcpy(back.from, renames->items[i - 1].to, sizeof back.from);
		memcpy(back.to, renames->items[i - 1].from, sizeof back.to);
		r = follow(runtime, &back);
	}
	if (r == 0)
		(void)drop_intent(runtime->channels_fd);
}

int rename_carry_out(struct manager *manager, const struct renames *renames)
{
	int r;

	r = write_intent(manager->runtime.channels_fd, renames);
	if (r < 0)
		return r;
	for (size_t i = 0; i < renames->n_items; i++) {
		r = follow(&manager->runtime, &renames->items[i]);
		if (r < 0) {
			turn_back(&manager->runtime, renames, i + 1);
			return r;
		}
		if (manager->n_channels == 0) /* a start: there are no channels yet, and no event */
			log_line(LOG_NOTICE, "%s was renamed to %s, whose section has its key",
				 renames->items[i].from, renames->items[i].to);
	}
	rename_channels(manager, renames);
	return drop_intent(manager->runtime.channels_fd);
}

/* -- sources and steps -------------------------------------------------------------------------------------------- */

static struct config_source *find_source(const struct manager *manager, const char *name,
					 struct config_source *sources, size_t n_sources)
{
	CLEANUP_FREE char *path = layer_edit_path(&manager->runtime, name);
	struct config_source *found = NULL;

	for (size_t i = 0; path != NULL && i < n_sources; i++)
		if (strcmp(sources[i].name, path) == 0)
			found = &sources[i];
	return found;
}

int rename_sources(const struct manager *manager, struct renames *renames, struct config_source *sources,
		   size_t n_sources)
{
	for (size_t i = 0; i < renames->n_items; i++) {
		struct rename *rename = &renames->items[i];
		struct config_source *source = find_source(manager, rename->from, sources, n_sources);
		char *text, *path;

		rename->has_layer =
			source != NULL && find_source(manager, rename->to, sources, n_sources) == NULL;
		if (!rename->has_layer)
			continue;
		path = layer_edit_path(&manager->runtime, rename->to);
		text = rename_text(source->text, source->size, rename->to);
		if (path == NULL || text == NULL) {
			free(path);
			free(text);
			return -ENOMEM;
		}
		free(source->name);
		free(source->text);
		source->name = path;
		source->text = text;
		source->size = strlen(text);
	}
	return 0;
}

static int add_one(const struct rename *rename, const struct manager *manager, struct steps *steps)
{
	const struct channel *channel = manager_find(manager, rename->to);
	char detail[KIPC_NAME_MAX + 16], *joined;

	(void)snprintf(detail, sizeof detail, "formerly %s", rename->from);
	for (size_t i = 0; i < steps->n_items; i++) {
		struct step *line = &steps->items[i];

		if (strcmp(line->name, rename->to) != 0)
			continue;
		if (line->action == PLAN_KEEP || line->action == PLAN_RESUME || line->action == PLAN_ALTER)
			line->action = PLAN_RENAME;
		if (asprintf(&joined, "%s%s%s", detail, line->detail != NULL ? "; " : "",
			     line->detail != NULL ? line->detail : "") < 0)
			return -ENOMEM;
		free(line->detail);
		line->detail = joined;
		return 0;
	}
	return channel == NULL
		       ? 0
		       : steps_add(steps, rename->to, channel->kind, PLAN_RENAME, channel->state, detail);
}

int rename_add_steps(const struct renames *renames, const struct manager *manager, struct steps *steps)
{
	int r = 0;

	for (size_t i = 0; r == 0 && steps != NULL && i < renames->n_items; i++)
		r = add_one(&renames->items[i], manager, steps);
	return r;
}
