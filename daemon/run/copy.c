/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The file is STATE/registry followed by the runtime folder's path, with '-' for '/': several kipcds may share a state
 * folder. It is text:
 *
 *	kipc-registry 1
 *	runtime PATH
 *	ns BOOTID:INODE
 *	nsid …			as in channels/.nsid; optional
 *	link NAME KIND:KEY:…	as in the registry
 *	layer NAME SIZE		then SIZE bytes and a newline: kipcd.conf.d/NAME
 *	end
 *
 * It is replaced in one step, and invalid without "end". The runtime folder has precedence: the copy is read only if the
 * folder has no ".ns", as a new one.
 */

#include "daemon/run/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/plural.h"
#include "common/service/log.h"
#include "daemon/channel/store.h"
#include "daemon/config/layer-file.h"

#define HEAD "kipc-registry 1"
#define SIZE_MAX_READ (64 * 1024 * 1024)

/* -- writing ---------------------------------------------------------------------------------------------- */

int copy_new(struct manager *manager)
{
	const char *state_dir = manager->options.state_dir, *runtime = manager->runtime.path;
	size_t n = strlen(runtime);
	char *name;

	if (state_dir == NULL)
		return 0;
	/* A path may be too long for a name; its end is distinctive enough. */
	if (asprintf(&name, "registry%s", n > 200 ? runtime + n - 200 : runtime) < 0)
		return -ENOMEM;
	for (char *c = name; *c != '\0'; c++)
		if (*c == '/')
			*c = '-';
	if (asprintf(&manager->copy.path, "%s/%s", state_dir, name) < 0)
		manager->copy.path = NULL;
	free(name);
	if (manager->copy.path == NULL)
		return -ENOMEM;
	(void)runtime_make_folders(state_dir); /* a failure shows when the copy is written */
	return 0;
}

void copy_done(struct manager *manager)
{
	free(manager->copy.path);
	manager->copy.path = NULL;
}

static void print_layer(FILE *out, const struct config_source *source)
{
	const char *slash = strrchr(source->name, '/');

	fprintf(out, "layer %s %zu\n", slash != NULL ? slash + 1 : source->name, source->size);
	fwrite(source->text, 1, source->size, out);
	fputc('\n', out);
}

static int print_all(const struct manager *manager, char **ret_text, size_t *ret_size)
{
	char text[REGISTRY_LINK_MAX], nsid[NSID_TEXT_MAX];
	FILE *out;

	*ret_text = NULL;
	out = open_memstream(ret_text, ret_size);
	if (out == NULL)
		return -ENOMEM;
	fprintf(out, HEAD "\nruntime %s\nns %s\n", manager->runtime.path, manager->damage.place);
	if (manager->damage.has_nsid) {
		nsid_to_string(&manager->damage.nsid, nsid);
		fprintf(out, "nsid %s\n", nsid);
	}
	for (size_t i = 0; i < manager->n_channels; i++) {
		if (!manager->channels[i].has_link)
			continue;
		registry_link_to_string(&manager->channels[i].link, text);
		fprintf(out, "link %s %s\n", manager->channels[i].name, text);
	}
	for (size_t i = 0; i < manager->n_sources; i++)
		if (manager->sources[i].runtime_layer)
			print_layer(out, &manager->sources[i]);
	fprintf(out, "end\n");
	if (ferror(out) == 0 && fclose(out) == 0)
		return 0;
	free(*ret_text);
	*ret_text = NULL;
	return -ENOMEM;
}

/* FNV-1a. */
static uint64_t hash_of(const char *text, size_t size)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return hash;
}

static int write_all(const char *path, const char *text, size_t size)
{
	char new_path[PATH_MAX];
	FILE *file;
	int r;

	if ((size_t)snprintf(new_path, sizeof new_path, "%s.new", path) >= sizeof new_path)
		return -ENAMETOOLONG;
	r = store_open_new(AT_FDCWD, new_path, 0600, &file);
	if (r < 0)
		return r;
	r = fwrite(text, 1, size, file) == size ? 0 : -errno;
	return store_finish_new(AT_FDCWD, new_path, file, r, path);
}

void copy_update(struct manager *manager)
{
	uint64_t hash;
	size_t size;
	char *text;
	int r;

	if (manager->copy.path == NULL || (manager->copy.is_kept && !manager->copy.is_due))
		return;
	manager->copy.is_kept = false;
	r = print_all(manager, &text, &size);
	if (r == 0) {
		hash = hash_of(text, size);
		if (hash != manager->copy.hash || size != manager->copy.size)
			r = write_all(manager->copy.path, text, size);
		if (r == 0) {
			manager->copy.hash = hash;
			manager->copy.size = size;
		}
		free(text);
	}
	manager->copy.is_kept = r == 0;
	manager->copy.is_due = r < 0;
	if (r < 0 && !manager->copy.is_logged)
		log_line(LOG_WARNING,
			 "%s, the copy of the registry, cannot be written: %s; if %s is removed, only the "
			 "running "
			 "kipcd knows the registry",
			 manager->copy.path, strerror(-r), manager->runtime.path);
	manager->copy.is_logged = r < 0;
}

bool copy_is_kept(struct manager *manager)
{
	copy_update(manager);
	return manager->copy.is_kept;
}

/* -- taking ----------------------------------------------------------------------------------------------- */

/* -ENOENT: no copy; -EPERM: another user may have written it. */
static int read_all(const char *path, char **ret_text)
{
	char *text = NULL;
	struct stat st;
	FILE *file;
	int r;

	r = store_open_text(AT_FDCWD, path, &file);
	if (r < 0)
		return r;
	if (fstat(fileno(file), &st) < 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0022))
		r = -EPERM;
	else if (st.st_size > SIZE_MAX_READ)
		r = -EFBIG;
	if (r == 0) {
		text = malloc((size_t)st.st_size + 1);
		r = text == NULL ? -ENOMEM : 0;
	}
	if (r == 0 && fread(text, 1, (size_t)st.st_size, file) != (size_t)st.st_size)
		r = ferror(file) ? -errno : -EIO;
	fclose(file);
	if (r < 0) {
		free(text);
		return r;
	}
	text[st.st_size] = '\0';
	*ret_text = text;
	return 0;
}

struct taking {
	const struct manager *manager;
	size_t n_links, n_layers;
	bool has_nsid, is_complete, may_write;
	struct nsid nsid;
	char place[REGISTRY_NAMESPACE_MAX];
};

static int take_link(struct taking *taking, const char *line)
{
	char name[KIPC_NAME_MAX + 1], text[REGISTRY_LINK_MAX];
	struct registry_link link;

	if (sscanf(line, "link %31s %127s", name, text) != 2 || !kipc_name_is_valid(name) ||
	    registry_link_from_string(text, &link) < 0)
		return -EBADMSG;
	taking->n_links++;
	if (!taking->may_write)
		return 0;
	/* A link that exists was written by a start that was killed. */
	return store_write_link(taking->manager->runtime.channels_fd, name, &link, true);
}

/* *text points behind the line, and is moved behind the contents of the file. */
static int take_layer(struct taking *taking, const char *line, char **text)
{
	char name[KIPC_NAME_MAX + sizeof ".conf"], path[PATH_MAX], *end;
	size_t size;
	int r;

	if (sscanf(line, "layer %36s %zu", name, &size) != 2 || strchr(name, '/') != NULL || name[0] == '.' ||
	    size >= strlen(*text) || (*text)[size] != '\n')
		return -EBADMSG;
	end = *text + size;
	*end = '\0';
	taking->n_layers++;
	r = (size_t)snprintf(path, sizeof path, "%s/" RUNTIME_LAYER "/%s", taking->manager->runtime.path,
			     name) < sizeof path
		    ? 0
		    : -ENAMETOOLONG;
	if (r == 0 && taking->may_write && access(path, F_OK) < 0) {
		r = layer_file_replace(path, *text);
		layer_file_settle(path);
	}
	*end = '\n';
	*text = end + 1;
	return r;
}

static int take_line(struct taking *taking, char *line, char **text)
{
	if (strncmp(line, "link ", 5) == 0)
		return take_link(taking, line);
	if (strncmp(line, "layer ", 6) == 0)
		return take_layer(taking, line, text);
	if (strncmp(line, "runtime ", 8) == 0)
		return strcmp(line + 8, taking->manager->runtime.path) == 0 ? 0 : -EXDEV;
	if (strncmp(line, "ns ", 3) == 0)
		snprintf(taking->place, sizeof taking->place, "%s", line + 3);
	else if (strncmp(line, "nsid ", 5) == 0)
		taking->has_nsid = nsid_from_string(line + 5, &taking->nsid) == 0;
	else if (strcmp(line, "end") == 0)
		taking->is_complete = true;
	return 0;
}

/* Called once to check everything, and once to write it. */
static int walk(struct taking *taking, char *text)
{
	int r = 0;

	taking->n_links = taking->n_layers = 0;
	if (strncmp(text, HEAD "\n", sizeof HEAD) != 0)
		return -EBADMSG;
	text += sizeof HEAD;
	while (r == 0 && *text != '\0') {
		char *line = text, *end = strchr(text, '\n');

		if (end == NULL)
			return -EBADMSG;
		*end = '\0';
		text = end + 1;
		r = take_line(taking, line, &text);
		*end = '\n';
	}
	return r == 0 && !taking->is_complete ? -EBADMSG : r;
}

/* ".ns" last: after a kill before it, the next start does all of this again. */
static int write_place(const struct taking *taking)
{
	int channels_fd = taking->manager->runtime.channels_fd, r = 0;

	if (taking->has_nsid)
		r = store_write_nsid(channels_fd, &taking->nsid);
	return r == 0 ? store_write_namespace(channels_fd, taking->place) : r;
}

/* A file that is not a copy of this registry is renamed, and a new copy begins. */
static int set_aside(const char *path)
{
	char aside[PATH_MAX];

	if ((size_t)snprintf(aside, sizeof aside, "%s.bad", path) >= sizeof aside)
		return -ENAMETOOLONG;
	if (rename(path, aside) < 0)
		return -errno;
	log_line(LOG_ERR, "%s is not a copy of this registry: it was renamed to %s", path, aside);
	return 0;
}

static int take_text(struct manager *manager, char *text)
{
	struct taking taking = { .manager = manager };
	int r;

	r = walk(&taking, text);
	if (r == -EBADMSG || r == -EXDEV)
		return set_aside(manager->copy.path);
	if (r == 0)
		r = registry_namespace_is_of_caller(taking.place);
	if (r <= 0)
		return r; /* of another boot, so void */
	taking.may_write = true;
	r = walk(&taking, text);
	if (r == 0)
		r = write_place(&taking);
	if (r == 0)
		events_tell(&manager->events, LOG_WARNING, EVENT_RESTORED, "", 0, 0,
			    "the runtime folder %s is new: %zu %s and %zu %s were restored from %s",
			    manager->runtime.path, taking.n_links, plural(taking.n_links, "link", "links"),
			    taking.n_layers, plural(taking.n_layers, "section", "sections"),
			    manager->copy.path);
	return r;
}

int copy_take(struct manager *manager)
{
	char found[REGISTRY_NAMESPACE_MAX], *text = NULL;
	int r;

	if (manager->copy.path == NULL ||
	    store_read_namespace(manager->runtime.channels_fd, found) != -ENOENT)
		return 0;
	r = read_all(manager->copy.path, &text);
	if (r == 0) {
		r = take_text(manager, text);
		free(text);
	}
	if (r < 0 && r != -ENOENT)
		log_line(LOG_ERR,
			 "the registry of the removed runtime folder cannot be restored from %s: %s: correct "
			 "that, "
			 "and start kipcd again",
			 manager->copy.path, strerror(-r));
	return r == -ENOENT ? 0 : r;
}
