/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Single changes by hand: create, set, remove, recover. What they declare becomes a file of the configuration's runtime
 * layer, RUNTIME/kipcd.conf.d/NAME.conf, so that it survives a restart of kipcd and goes with the next boot. It is
 * parsed together with everything else before it is written: what would be a mistake is never stored.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/loss.h"
#include "daemon/kernel.h"
#include "daemon/layer-file.h"
#include "daemon/link.h"
#include "daemon/log.h"
#include "daemon/reconcile.h"
#include "daemon/runtime-layer.h"
#include "daemon/sentence.h"
#include "daemon/source.h"
#include "daemon/store.h"
#include "daemon/waiting.h"
#include "lib/object.h"

#define CREATED_MAX 1000 /* channels that create may have made */

/* -- the files ----------------------------------------------------------------------------------------------- */

static char *layer_path(const struct manager *manager, const char *name)
{
	char *path;

	return asprintf(&path, "%s/kipcd.conf.d/%s.conf", manager->runtime.path, name) < 0 ? NULL : path;
}

static struct config_source *find_source(const struct manager *manager, const char *path)
{
	for (size_t i = 0; i < manager->n_sources; i++)
		if (strcmp(manager->sources[i].name, path) == 0)
			return &manager->sources[i];
	return NULL;
}

/* -- their text ------------------------------------------------------------------------------------------------ */

static size_t key_length(const char *line)
{
	size_t n = strcspn(line, "=\n");

	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	return n;
}

static bool is_assigned(const char *line, char **assignments)
{
	for (char **p = assignments; p != NULL && *p != NULL; p++)
		if (key_length(*p) == key_length(line) && strncmp(*p, line, key_length(line)) == 0)
			return true;
	return false;
}

/* key=value, in one line; what key and value may be is config_parse()'s to say. */
static int check_assignments(char **assignments, char **reterr_text)
{
	for (char **p = assignments; p != NULL && *p != NULL; p++) {
		for (const char *c = *p; *c != '\0'; c++)
			if ((unsigned char)*c < ' ')
				return sentence_fail(
					reterr_text, -EINVAL,
					"a value holds a control character: write key=value in one line");
		if (key_length(*p) == 0 || strchr(*p, '=') == NULL || (*p)[0] == '[')
			return sentence_fail(reterr_text, -EINVAL, "'%s' is not of the form key=value", *p);
	}
	return 0;
}

/* The old text (NULL: a new section) with the assignments in place of what it said of those keys. */
static char *merge_text(const char *old, enum kipc_kind kind, const char *name, char **assignments)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	if (old == NULL)
		fprintf(out, "[%s %s]\n", kipc_kind_to_string(kind), name);
	for (const char *line = old; line != NULL && *line != '\0';) {
		size_t n = strcspn(line, "\n");

		if (!is_assigned(line, assignments))
			fprintf(out, "%.*s\n", (int)n, line);
		line += n + (line[n] == '\n');
	}
	for (char **p = assignments; p != NULL && *p != NULL; p++) {
		size_t n = key_length(*p);

		fprintf(out, "%.*s = %s\n", (int)n, *p, strchr(*p, '=') + 1);
	}
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* -- the sources with one of them changed -------------------------------------------------------------------- */

static void swap_sources(struct manager *manager, struct config_source *sources, size_t n_sources)
{
	source_list_free(manager->sources, manager->n_sources);
	manager->sources = sources;
	manager->n_sources = n_sources;
}

static int copy_source(const struct config_source *source, struct config_source *copy)
{
	copy->name = strdup(source->name);
	copy->text = malloc(source->size + 1);
	copy->size = source->size;
	copy->runtime_layer = source->runtime_layer;
	if (copy->name == NULL || copy->text == NULL)
		return -ENOMEM;
	memcpy(copy->text, source->text, source->size);
	copy->text[source->size] = '\0';
	return 0;
}

/* All sources but the one at `path`, and at its place (or the end) one with `text`, unless that is NULL. */
static int change_sources(const struct manager *manager, const char *path, const char *text,
			  struct config_source **ret_sources, size_t *ret_n_sources)
{
	struct config_source ours = {
		.name = (char *)path,
		.text = (char *)text,
		.size = text == NULL ? 0 : strlen(text),
		.runtime_layer = true,
	};
	struct config_source *sources = calloc(manager->n_sources + 1, sizeof *sources);
	size_t n = 0;
	int r = sources == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < manager->n_sources; i++)
		if (strcmp(manager->sources[i].name, path) != 0)
			r = copy_source(&manager->sources[i], &sources[n++]);
	if (r == 0 && text != NULL)
		r = copy_source(&ours, &sources[n++]);
	if (r < 0) {
		source_list_free(sources, n);
		return r;
	}
	*ret_sources = sources;
	*ret_n_sources = n;
	return 0;
}

static int parse(const struct config_source *sources, size_t n_sources, struct config **ret_config,
		 char **reterr_text)
{
	struct problems problems = PROBLEMS_INIT;
	char *text;
	int r;

	r = config_parse(sources, n_sources, &config_world_of_this_machine, &problems, ret_config);
	if (r == -EBADMSG) {
		text = problems_to_string(&problems, false);
		if (text != NULL && text[0] != '\0')
			text[strlen(text) - 1] = '\0'; /* the last newline */
		*reterr_text = text;
		r = -EINVAL;
	}
	problems_done(&problems);
	return r;
}

/* The configuration with `text` (NULL: nothing) as what the runtime layer says of a channel. */
struct change {
	char *path;
	struct config_source *sources;
	size_t n_sources;
	struct config *config;
};

static int change_prepare(const struct manager *manager, const char *name, const char *text,
			  struct change *change, char **reterr_text)
{
	int r;

	*change = (struct change){ .path = layer_path(manager, name) };
	r = change->path == NULL ? -ENOMEM : 0;
	if (r == 0)
		r = change_sources(manager, change->path, text, &change->sources, &change->n_sources);
	if (r == 0)
		r = parse(change->sources, change->n_sources, &change->config, reterr_text);
	return r;
}

static void change_done(struct change *change)
{
	config_free(change->config);
	source_list_free(change->sources, change->n_sources);
	free(change->path);
	*change = (struct change){ 0 };
}

/* Reconciles that one channel with it. On success the manager has its configuration. */
static int change_carry_out(struct manager *manager, const char *name, struct change *change,
			    struct report *report)
{
	int r;

	r = reconcile(manager, change->config, RECONCILE_ONE, name, report);
	if (r < 0)
		return r;
	swap_sources(manager, change->sources, change->n_sources);
	change->config = NULL;
	change->sources = NULL;
	change->n_sources = 0;
	manager_notify_status(manager);
	return 0;
}

/*
 * Makes `text` (NULL: nothing) what the runtime layer says of a channel, and reconciles that one. Nothing has changed
 * after a failure; after success, layer_file_settle() or revert() is due.
 */
static int try_change(struct manager *manager, const char *name, const char *text, struct report *report,
		      char **reterr_text)
{
	struct change change;
	int r;

	r = change_prepare(manager, name, text, &change, reterr_text);
	if (r == 0) {
		r = layer_file_replace(change.path, text);
		if (r < 0)
			sentence_fail(reterr_text, r, "%s cannot be written: %s", change.path, strerror(-r));
	}
	if (r == 0) {
		r = change_carry_out(manager, name, &change, report);
		if (r < 0)
			(void)layer_file_restore(change.path);
	}
	change_done(&change);
	return r;
}

static int change_layer(struct manager *manager, const char *name, const char *text, struct report *report,
			char **reterr_text)
{
	char *path = layer_path(manager, name);
	int r = path == NULL ? -ENOMEM : 0;

	if (r == 0)
		r = try_change(manager, name, text, report, reterr_text);
	if (r == 0)
		layer_file_settle(path);
	free(path);
	return r;
}

/* Back to `text`, what the layer said before try_change(). */
static int revert(struct manager *manager, const char *name, const char *text)
{
	struct report undone = { 0 };
	struct change change;
	char *ignored = NULL;
	int r;

	r = change_prepare(manager, name, text, &change, &ignored);
	if (r == 0)
		r = layer_file_restore(change.path);
	if (r == 0)
		r = change_carry_out(manager, name, &change, &undone);
	if (r < 0)
		log_line(LOG_ERR,
			 "%s: a change that failed cannot be taken back: %s; 'kipcctl reload' does it", name,
			 ignored != NULL ? ignored : strerror(-r));
	report_done(&undone);
	free(ignored);
	change_done(&change);
	return r;
}

/* -- create, set ----------------------------------------------------------------------------------------------- */

static size_t count_created(const struct manager *manager)
{
	size_t n = 0;

	for (size_t i = 0; i < manager->n_sources; i++)
		n += manager->sources[i].runtime_layer;
	return n;
}

static int check_creation(const struct manager *manager, enum kipc_kind kind, const char *name,
			  char **reterr_text)
{
	const struct channel_spec *spec;

	if (kind == 0)
		return sentence_fail(reterr_text, -EINVAL, "the kind must be queue, segment or semaphore");
	if (!kipc_name_is_valid(name))
		return sentence_fail(reterr_text, -EINVAL,
				     "'%s' is not a name: 1 to %d of A-Z a-z 0-9 . _ -, a letter first", name,
				     KIPC_NAME_MAX);
	spec = config_find(manager->config, name);
	if (spec != NULL)
		return sentence_fail(reterr_text, -EEXIST,
				     "%s %s is declared already, in %s: 'kipcctl set' alters it",
				     kipc_kind_to_string(spec->kind), name, spec->origin);
	if (count_created(manager) >= CREATED_MAX)
		return sentence_fail(
			reterr_text, -EDQUOT,
			"%d channels were created by hand already: declare more of them in configuration "
			"files",
			CREATED_MAX);
	return 0;
}

/* What the layer says of a channel now, copied; NULL with 0: nothing. */
static int copy_layer_text(const struct manager *manager, const char *name, char **ret_text)
{
	char *path = layer_path(manager, name);
	const struct config_source *source = path == NULL ? NULL : find_source(manager, path);
	int r = path == NULL ? -ENOMEM : 0;

	*ret_text = NULL;
	if (source != NULL) {
		*ret_text = strdup(source->text);
		r = *ret_text == NULL ? -ENOMEM : 0;
	}
	free(path);
	return r;
}

/* How a channel stands, to be compared with how it stands after a change. */
struct standing {
	bool is_there;
	enum channel_state state;
	char *reason;
};

static struct standing standing_of(const struct manager *manager, const char *name)
{
	const struct channel *channel = manager_find(manager, name);

	if (channel == NULL)
		return (struct standing){ 0 };
	return (struct standing){
		.is_there = true,
		.state = channel->state,
		.reason = channel->reason == NULL ? NULL : strdup(channel->reason),
	};
}

/*
 * Whether the wish was missed by this very change. `is_alteration`: what was wrong before, and in the same way, is not its
 * fault.
 */
static bool is_short_of_the_wish(const struct channel *channel, const struct standing *before,
				 bool is_alteration)
{
	switch (channel->state) {
	case STATE_CONFLICT:
	case STATE_STALE:
	case STATE_FAILED:
	case STATE_LOST:
		break;
	case STATE_ABSENT:
		if (channel->spec == NULL || channel->spec->manage == MANAGE_OBSERVE)
			return false;
		break;
	case STATE_ACTIVE:
	case STATE_RETAINED:
		return false;
	}
	return !is_alteration || !before->is_there || before->state != channel->state ||
	       (channel->reason != NULL && before->reason != NULL &&
		strcmp(channel->reason, before->reason) != 0);
}

static int say_shortfall(const struct channel *channel, char **reterr_text)
{
	int error = channel->state == STATE_CONFLICT ? -EEXIST
		    : channel->state == STATE_STALE  ? -EBUSY
						     : -EIO;

	return sentence_fail(reterr_text, error, "%s%s%s", channel_state_words[channel->state],
			     channel->reason != NULL ? ": " : "",
			     channel->reason != NULL ? channel->reason : "");
}

/*
 * Makes `text` what the layer says of a channel, and that so; or leaves everything as it was. What a failed creation has
 * made is removed again while it is empty, as it is.
 */
static int change_or_revert(struct manager *manager, const char *name, const char *text, bool is_alteration,
			    struct report *report, char **reterr_text)
{
	struct standing before = standing_of(manager, name);
	char *old_text, *lost = NULL, *ignored = NULL, *path = layer_path(manager, name);
	const struct channel *channel;
	int r = path == NULL ? -ENOMEM : 0, made_r = -ENOENT;

	if (r == 0)
		r = copy_layer_text(manager, name, &old_text);
	if (r < 0)
		goto finish;
	r = try_change(manager, name, text, report, reterr_text);
	channel = manager_find(manager, name);
	if (r == 0 && channel != NULL && is_short_of_the_wish(channel, &before, is_alteration)) {
		r = say_shortfall(channel, reterr_text);
		if (!before.is_there && channel->has_link)
			made_r = runtime_layer_remove(manager, name, false, false, &lost, &ignored);
		if (made_r < 0)
			(void)revert(manager, name, old_text);
	} else if (r == 0) {
		layer_file_settle(path);
	}
	free(old_text);
	free(lost);
	free(ignored);
finish:
	free(before.reason);
	free(path);
	return r;
}

static int declare(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
		   struct report *report, char **reterr_text)
{
	char *text = merge_text(NULL, kind, name, assignments);
	int r;

	if (text == NULL)
		return -ENOMEM;
	r = change_or_revert(manager, name, text, false, report, reterr_text);
	free(text);
	return r;
}

int runtime_layer_create(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
			 struct report *report, char **reterr_text)
{
	int r;

	r = check_creation(manager, kind, name, reterr_text);
	if (r == 0)
		r = check_assignments(assignments, reterr_text);
	return r < 0 ? r : declare(manager, kind, name, assignments, report, reterr_text);
}

int runtime_layer_adopt(struct manager *manager, enum kipc_kind kind, const char *name, char **assignments,
			struct report *report, char **reterr_text)
{
	return declare(manager, kind, name, assignments, report, reterr_text);
}

int runtime_layer_set(struct manager *manager, const char *name, char **assignments, struct report *report,
		      char **reterr_text)
{
	const struct channel_spec *spec = config_find(manager->config, name);
	const struct config_source *source;
	char *path, *text;
	int r;

	if (spec == NULL)
		return sentence_fail(reterr_text, -ENOENT,
				     "no channel of that name is declared: 'kipcctl create' makes one");
	r = check_assignments(assignments, reterr_text);
	if (r < 0)
		return r;
	path = layer_path(manager, name);
	if (path == NULL)
		return -ENOMEM;
	source = find_source(manager, path);
	free(path);
	text = merge_text(source == NULL ? NULL : source->text, spec->kind, name, assignments);
	if (text == NULL)
		return -ENOMEM;
	r = change_or_revert(manager, name, text, true, report, reterr_text);
	free(text);
	return r;
}

/* -- remove, recover ------------------------------------------------------------------------------------------ */

/* What a removal would lose. Of a ring, it says so itself. */
static void say_loss(const struct channel *channel, const struct kipc_object *object, bool is_empty,
		     char buffer[static LOSS_MAX])
{
	struct kernel_ring ring;

	if (is_empty || !channel->link.is_ring || kernel_look_into_ring(object, &ring) < 0 ||
	    !ring.is_laid_out)
		(void)loss_to_string(object, is_empty, buffer);
	else
		(void)loss_of_ring_to_string(&ring.stat, object->segment.attached - (channel->held != NULL),
					     buffer);
}

static bool is_taken_back(const struct channel *channel)
{
	struct kipc_object object;

	return !channel->link.observed &&
	       kipc_object_stat(channel->link.kind, channel->link.id, &object) == 0 &&
	       link_names(&channel->link, &object) && !link_owns(&channel->link, &object, geteuid());
}

/* The object's part: refuses, says what would be lost, or removes. */
static int remove_object(const struct channel *channel, bool force, bool dry_run, char **ret_lost,
			 char **reterr_text)
{
	unsigned flags = (force ? KIPC_REMOVE_EVEN_IF_NOT_EMPTY : 0) | (dry_run ? KIPC_REMOVE_DRY_RUN : 0);
	unsigned n_ours = channel->held != NULL;
	struct kipc_object object, lost;
	char text[LOSS_MAX];
	bool is_empty;
	int r;

	r = channel->link.observed ? 0 : channel_look(channel, &object);
	if (r < 0)
		return sentence_fail(reterr_text, r, "it cannot be looked at: %s", strerror(-r));
	if (r == 0) {
		*ret_lost = strdup(!channel->has_link	    ? "it had no object"
				   : is_taken_back(channel) ? "only its name: the maker of what was "
							      "adopted has taken it back, and it stays"
							    : "its object is gone already");
		return *ret_lost == NULL ? -ENOMEM : 0;
	}
	is_empty = object_is_empty(&object, channel->link.maker, n_ours) > 0;
	say_loss(channel, &object, is_empty, text);
	*ret_lost = strdup(text); /* while it still is there to be told of */
	if (*ret_lost == NULL)
		return -ENOMEM;
	r = object_remove(&object, flags, channel->link.maker, n_ours, &lost);
	if (r == -EBUSY && is_empty) /* not any more */
		say_loss(channel, &lost, false, text);
	if (r == -EBUSY)
		return sentence_fail(reterr_text, r, "%s: empty it first, or say --force", text);
	if (r < 0)
		return sentence_fail(reterr_text, r, "%s @%d cannot be removed: %s",
				     kipc_kind_to_string(object.kind), object.id, strerror(-r));
	return 0;
}

/* Declared in a file of the administrator's, not only in the runtime layer. */
static bool is_declared_for_good(const struct manager *manager, const struct channel *channel)
{
	char *path = layer_path(manager, channel->name);
	bool is_ours = path == NULL || strcmp(channel->spec->origin, path) == 0;

	free(path);
	return !is_ours;
}

/* What `kipcctl create` only observed: the name goes, the object is somebody else's. */
static int forget_observed(struct manager *manager, const char *name, bool dry_run, char **ret_lost,
			   char **reterr_text)
{
	struct report report = { 0 };
	char *lost = strdup("only its name: what it observed is not kipcd's, and stays");
	int r = lost == NULL ? -ENOMEM : 0;

	if (r == 0 && !dry_run)
		r = change_layer(manager, name, NULL, &report, reterr_text);
	report_done(&report);
	if (r < 0) {
		free(lost);
		return r;
	}
	*ret_lost = lost;
	return 0;
}

/*
 * The object is gone, and so must be its name. Nothing here can take that back, so a failure is logged and mended by the next
 * sample or reload, and the removal is told as what it is: done.
 */
static void forget_removed(struct manager *manager, struct channel *channel, struct change *change)
{
	struct report report = { 0 };
	char name[KIPC_NAME_MAX + 1];
	int r = -EAGAIN;

	memcpy(name, channel->name, sizeof name);
	if (store_drop_link(manager->runtime.channels_fd, name) == 0)
		channel->has_link = false;
	channel->is_removed_by_hand = channel->spec != NULL;
	/* What failed for a moment only does not the second time. */
	for (int i = 0; r < 0 && i < 2; i++)
		r = change->path != NULL ? change_carry_out(manager, name, change, &report)
					 : reconcile(manager, manager->config, RECONCILE_ONE, name, &report);
	if (r < 0) {
		log_line(LOG_WARNING, "%s is removed, but not forgotten yet: %s; 'kipcctl reload' does it",
			 name, strerror(-r));
		channel->state = STATE_ABSENT;
		free(channel->reason);
		channel->reason = strdup("removed by hand: a reload makes it anew");
	}
	manager_notify_status(manager);
	report_done(&report);
}

/*
 * All that may fail goes before the removal, which nothing takes back. A kill in between leaves an object that is declared
 * no more, with its name.
 */
static int remove_for_good(struct manager *manager, struct channel *channel, bool force, char **ret_lost,
			   char **reterr_text)
{
	bool has_section = channel->spec != NULL && !is_declared_for_good(manager, channel);
	struct change change = { 0 };
	int r = 0;

	if (has_section)
		r = change_prepare(manager, channel->name, NULL, &change, reterr_text);
	if (r == 0 && has_section) {
		r = layer_file_replace(change.path, NULL);
		if (r < 0)
			sentence_fail(reterr_text, r, "%s cannot be removed: %s", change.path, strerror(-r));
	}
	if (r == 0) {
		waiting_release(manager->waiting, channel->name);
		r = remove_object(channel, force, false, ret_lost, reterr_text);
		if (r < 0 && has_section)
			(void)layer_file_restore(change.path);
	}
	if (r == 0) {
		if (has_section)
			layer_file_settle(change.path);
		events_tell(&manager->events, LOG_NOTICE, EVENT_REMOVED, channel->name, channel->kind,
			    channel->link.key, "removed by hand: %s", *ret_lost);
		forget_removed(manager, channel, &change);
	}
	change_done(&change);
	return r;
}

int runtime_layer_remove(struct manager *manager, const char *name, bool force, bool dry_run, char **ret_lost,
			 char **reterr_text)
{
	struct channel *channel = manager_find(manager, name);
	bool is_observed =
		channel != NULL && channel->spec != NULL && channel->spec->manage == MANAGE_OBSERVE;
	char *lost = NULL;
	int r;

	if (channel == NULL)
		return sentence_fail(reterr_text, -ENOENT, "there is no channel of that name");
	if (is_observed && !is_declared_for_good(manager, channel))
		return forget_observed(manager, name, dry_run, ret_lost, reterr_text);
	if (is_observed)
		return sentence_fail(
			reterr_text, -EPERM,
			"it is only observed, and kipcd never removes what it did not make: remove it by "
			"its key, 0x%08x",
			(unsigned)channel->spec->key);
	/* Only a name that is the runtime layer's alone has something to lose here: its section. */
	if (channel->state == STATE_CONFLICT && channel->spec != NULL && !channel_is_there(channel, NULL) &&
	    is_declared_for_good(manager, channel))
		return sentence_fail(reterr_text, -EPERM, "nothing here is kipcd's: %s",
				     channel->reason != NULL ? channel->reason : "its key is in use");
	r = dry_run ? remove_object(channel, force, true, &lost, reterr_text)
		    : remove_for_good(manager, channel, force, &lost, reterr_text);
	if (r < 0) {
		free(lost);
		return r;
	}
	*ret_lost = lost;
	return 0;
}

/* What could not be made anew is as lost as before, and says so: never is a semaphore made unasked. */
static void lose_again(const struct manager *manager, struct channel *channel,
		       const struct registry_link *lost)
{
	char *reason = NULL;

	(void)store_write_link(manager->runtime.channels_fd, channel->name, lost, false);
	channel->has_link = true;
	channel->link = *lost;
	channel->state = STATE_LOST;
	if (asprintf(&reason, "it is gone, and could not be made anew: %s",
		     channel->reason != NULL ? channel->reason : "") < 0)
		reason = NULL;
	free(channel->reason);
	channel->reason = reason;
}

int runtime_layer_recover(struct manager *manager, const char *name, struct report *report,
			  char **reterr_text)
{
	struct channel *channel = manager_find(manager, name);
	struct registry_link lost;
	int r;

	if (channel == NULL)
		return sentence_fail(reterr_text, -ENOENT, "there is no channel of that name");
	lost = channel->link;
	if (channel->state != STATE_LOST)
		return sentence_fail(reterr_text, -EPERM, "it is %s: only a lost channel can be recovered",
				     channel_state_words[channel->state]);
	/* Forgotten, it is like one that never was; on disk it stands until the new one takes its place. */
	channel->has_link = false;
	r = reconcile(manager, manager->config, RECONCILE_ONE, name, report);
	channel = manager_find(manager, name);
	if (r < 0 && channel != NULL)
		channel->has_link = true;
	if (r < 0 || channel == NULL || channel->state == STATE_ACTIVE)
		return r;
	r = say_shortfall(channel, reterr_text);
	lose_again(manager, channel, &lost);
	return r;
}
