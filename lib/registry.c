/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The registry: a folder of symbolic links that name the kernel object of each channel. A lookup opens no
 * file and asks no daemon: it reads one link for the name and one for the namespace. The caller checks what a
 * link says against the kernel.
 */

#include "lib/registry.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/base/append.h"
#include "lib/base/uncancelled.h"
#include "lib/kind.h"

const char *kipc_runtime_dir(void)
{
	const char *dir = secure_getenv("KIPC_RUNTIME_DIR");

	return dir != NULL && dir[0] != '\0' ? dir : KIPC_RUNTIME_PARENT "/kipcd";
}

/* Everything that a link can say. */
_Static_assert(sizeof "semaphore:0x00000000:-2147483648:4294967295:observed:owned:adopted:begun:conflict"
		      ":maker=2147483647:layout=ring:lifetime=1234567" <= REGISTRY_LINK_MAX,
	       "the longest link fits");

/* The words of a link without a value, in the order in which they are written. */
static const struct {
	const char *word;
	size_t offset; /* of its bool */
} flags[] = {
	{ "observed", offsetof(struct registry_link, observed) },
	{ "owned", offsetof(struct registry_link, owned) },
	{ "adopted", offsetof(struct registry_link, adopted) },
	{ "begun", offsetof(struct registry_link, is_begun) },
	{ "conflict", offsetof(struct registry_link, in_conflict) },
	{ "layout=ring", offsetof(struct registry_link, is_ring) },
};
#define N_FLAGS (sizeof flags / sizeof flags[0])

void registry_link_to_string(const struct registry_link *link, char buffer[static REGISTRY_LINK_MAX])
{
	char *p = buffer;

	assert(kipc_kind_to_string(link->kind) != NULL);
	p = append_text(p, kipc_kind_to_string(link->kind));
	*p++ = ':';
	p = append_key(p, (uint32_t)link->key);
	*p++ = ':';
	if (link->id < 0)
		*p++ = '-';
	p = append_decimal(p, link->id < 0 ? 0U - (uint32_t)link->id : (uint32_t)link->id);
	*p++ = ':';
	p = append_decimal(p, (uint32_t)link->creator);
	for (size_t i = 0; i < N_FLAGS; i++)
		if (*(const bool *)((const char *)link + flags[i].offset))
			p = append_text(append_text(p, ":"), flags[i].word);
	if (link->maker > 0)
		p = append_decimal(append_text(p, ":maker="), (uint32_t)link->maker);
	if (link->lifetime[0] != '\0')
		p = append_text(append_text(p, ":lifetime="), link->lifetime);
	*p = '\0';
}

/* The part up to the next ':' or the end, as a number. *text moves behind it. */
static int take_number(const char **text, int base, unsigned long max, unsigned long *ret_number)
{
	unsigned long number;
	char *end;

	if (**text < '0' || **text > '9')
		return -EBADMSG;
	errno = 0;
	number = strtoul(*text, &end, base);
	if (errno != 0 || number > max || (*end != ':' && *end != '\0'))
		return -EBADMSG;
	*text = *end == ':' ? end + 1 : end;
	*ret_number = number;
	return 0;
}

static void take_word(const char *word, size_t size, struct registry_link *link)
{
	static const char maker[] = "maker=", lifetime[] = "lifetime=";

	for (size_t i = 0; i < N_FLAGS; i++)
		if (size == strlen(flags[i].word) && memcmp(word, flags[i].word, size) == 0)
			*(bool *)((char *)link + flags[i].offset) = true;
	if (size > strlen(maker) && memcmp(word, maker, strlen(maker)) == 0) {
		long long pid = strtoll(word + strlen(maker), NULL, 10);

		link->maker = pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
	} else if (size > strlen(lifetime) && memcmp(word, lifetime, strlen(lifetime)) == 0) {
		size_t n = size - strlen(lifetime);

		if (n < sizeof link->lifetime)
			memcpy(link->lifetime, word + strlen(lifetime), n);
	}
}

int registry_link_from_string(const char *text, struct registry_link *ret_link)
{
	struct registry_link link = { .kind = kind_take(&text) };
	unsigned long key, id, creator;

	if (link.kind == 0 || take_number(&text, 16, UINT32_MAX, &key) < 0 ||
	    take_number(&text, 10, INT_MAX, &id) < 0 || take_number(&text, 10, UINT32_MAX, &creator) < 0)
		return -EBADMSG;
	link.key = (key_t)(uint32_t)key;
	link.id = (int)id;
	link.creator = (uid_t)creator;
	while (*text != '\0') {
		size_t n = strcspn(text, ":");

		take_word(text, n, &link);
		text += n + (text[n] == ':');
	}
	*ret_link = link;
	return 0;
}

/* readlinkat(), which does not write a closing NUL. */
static int read_link(int folder_fd, const char *path, char *buffer, size_t size)
{
	ssize_t n = readlinkat(folder_fd, path, buffer, size - 1);

	if (n < 0)
		return errno == EINVAL ? -EBADMSG : -errno; /* EINVAL: not a link */
	buffer[n] = '\0';
	return 0;
}

int registry_link_read(int channels_fd, const char *name, struct registry_link *ret_link)
{
	char text[REGISTRY_LINK_MAX];
	int r;

	r = read_link(channels_fd, name, text, sizeof text);
	return r < 0 ? r : registry_link_from_string(text, ret_link);
}

/* "RUNTIME_DIR/channels/NAME"; -ENAMETOOLONG. */
static int channels_path(const char *runtime_dir, const char *name, char path[static PATH_MAX])
{
	static const char folder[] = "/" REGISTRY_FOLDER "/";
	size_t n_dir, n_name = strlen(name);

	if (runtime_dir == NULL)
		runtime_dir = kipc_runtime_dir();
	n_dir = strlen(runtime_dir);
	if (n_dir + sizeof folder + n_name > PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(path, runtime_dir, n_dir);
	memcpy(path + n_dir, folder, sizeof folder - 1);
	memcpy(path + n_dir + sizeof folder - 1, name, n_name + 1);
	return 0;
}

static void name_from_link(const char *name, const struct registry_link *link, struct kipc_name *ret_name)
{
	*ret_name = (struct kipc_name){
		.kind = link->kind,
		.key = link->key,
		.id = link->id,
		.creator = link->creator,
		.observed = link->observed,
		.is_ring = link->is_ring,
		.in_conflict = link->in_conflict,
	};
	memcpy(ret_name->name, name, strlen(name) + 1);
}

int kipc_registry_lookup(const char *runtime_dir, const char *name, struct kipc_name *ret_name)
{
	struct registry_link link;
	char path[PATH_MAX];
	int r;

	if (!kipc_name_is_valid(name))
		return -ENOENT;
	r = channels_path(runtime_dir, name, path);
	if (r == 0)
		r = registry_link_read(AT_FDCWD, path, &link);
	if (r < 0)
		return r;
	name_from_link(name, &link, ret_name);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct kipc_name *)a)->name, ((const struct kipc_name *)b)->name);
}

static int append_name(const char *name, const struct registry_link *link, struct kipc_name **names,
		       size_t *n_names, size_t *n_allocated)
{
	if (*n_names == *n_allocated) {
		size_t n = *n_allocated == 0 ? 64 : *n_allocated * 2;
		struct kipc_name *grown = reallocarray(*names, n, sizeof *grown);

		if (grown == NULL)
			return -ENOMEM;
		*names = grown;
		*n_allocated = n;
	}
	name_from_link(name, link, &(*names)[(*n_names)++]);
	return 0;
}

static int list(const char *runtime_dir, struct kipc_name **ret_names, size_t *ret_n_names)
{
	struct kipc_name *names = NULL;
	size_t n_names = 0, n_allocated = 0;
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *folder;
	int r;

	r = channels_path(runtime_dir, "", path);
	if (r < 0)
		return r;
	folder = opendir(path);
	if (folder == NULL)
		return -errno;
	while (r == 0 && (errno = 0, entry = readdir(folder)) != NULL) {
		struct registry_link link;

		if (!kipc_name_is_valid(entry->d_name))
			continue;
		if (registry_link_read(dirfd(folder), entry->d_name, &link) < 0)
			continue; /* removed meanwhile, or malformed */
		r = append_name(entry->d_name, &link, &names, &n_names, &n_allocated);
	}
	if (r == 0)
		r = -errno;
	closedir(folder);
	if (r < 0) {
		free(names);
		return r;
	}
	if (n_names > 0)
		qsort(names, n_names, sizeof *names, compare_names);
	*ret_names = names;
	*ret_n_names = n_names;
	return 0;
}

int kipc_registry_list(const char *runtime_dir, struct kipc_name **ret_names, size_t *ret_n_names)
{
	int cancellation = uncancelled_begin();
	int r = list(runtime_dir, ret_names, ret_n_names);

	uncancelled_end(cancellation);
	return r;
}

/*
 * The first line of /proc/sys/kernel/random/boot_id, a UUID; or "*" where that file is not the kernel's.
 * systemd-nspawn mounts a file of its own over it, but a service in the container whose sandbox gives it
 * another /proc does not see that file.
 */
static int read_boot_id(char buffer[static 37])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC), r = 0;
	struct statfs fs;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0) {
		r = -errno;
	} else if (fs.f_type != PROC_SUPER_MAGIC) {
		strcpy(buffer, "*");
	} else {
		n = read(fd, buffer, 36);
		r = n == 36 ? 0 : n < 0 ? -errno : -EIO;
		buffer[36] = '\0';
	}
	close(fd);
	return r;
}

int registry_namespace_of_caller(char buffer[static REGISTRY_NAMESPACE_MAX])
{
	struct stat st;
	char boot[37];
	int cancellation, r;

	cancellation = uncancelled_begin();
	r = read_boot_id(boot);
	uncancelled_end(cancellation);
	if (r < 0)
		return r;
	if (stat("/proc/self/ns/ipc", &st) < 0)
		return -errno;
	snprintf(buffer, REGISTRY_NAMESPACE_MAX, "%s:%lu", boot, (unsigned long)st.st_ino);
	return 0;
}

bool registry_namespaces_match(const char *one, const char *other)
{
	const char *inode = strchr(one, ':'), *other_inode = strchr(other, ':');

	if (inode == NULL || other_inode == NULL || strcmp(inode, other_inode) != 0)
		return false;
	/*
	 * A boot that is not known counts as the same: the /run of such a container, and its namespace, end
	 * with it.
	 */
	return one[0] == '*' || other[0] == '*' || strcmp(one, other) == 0;
}

int registry_namespace_is_of_caller(const char *theirs)
{
	char ours[REGISTRY_NAMESPACE_MAX];
	int r;

	r = registry_namespace_of_caller(ours);
	return r < 0 ? r : registry_namespaces_match(theirs, ours);
}

int kipc_registry_check(const char *runtime_dir)
{
	char path[PATH_MAX], theirs[REGISTRY_NAMESPACE_MAX];
	int r;

	r = channels_path(runtime_dir, REGISTRY_NAMESPACE, path);
	if (r == 0)
		r = read_link(AT_FDCWD, path, theirs, sizeof theirs);
	if (r < 0)
		return r;
	r = registry_namespace_is_of_caller(theirs);
	if (r == -ENOENT)
		return -ENODATA; /* the registry exists; /proc is missing */
	if (r < 0)
		return r;
	return r > 0 ? 0 : -EXDEV;
}
