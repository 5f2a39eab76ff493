/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Everything in the runtime folder except the registry: the folder itself, the lock that excludes a second kipcd, the
 * control socket. Clients read there which object a name means, so only kipcd's user may write it.
 */

#include "daemon/start/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "common/sentence.h"
#include "daemon/config/source.h"
#include "lib/registry.h"

#define NEW_SOCKET_NAME BUS_SOCKET_NAME ".new"
#define BACKLOG 64

int runtime_make_folders(const char *path)
{
	char *copy = strdup(path);
	int r = 0;

	if (copy == NULL)
		return -ENOMEM;
	for (char *p = copy + 1; r == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			r = -errno;
		*p = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return r;
}

/* The folder of another user may belong to another kipcd, so the sentence does not advise to change it. */
static int refuse_folder(const struct stat *st, const char *shown, char **reterr_sentence)
{
	if (st->st_uid != geteuid())
		return sentence_fail(
			reterr_sentence, -EPERM,
			"the folder %s belongs to uid %u, and this kipcd runs as uid %u: start it as that "
			"user, or choose another folder with --user or --runtime-dir=",
			shown, (unsigned)st->st_uid, (unsigned)geteuid());
	return sentence_fail(reterr_sentence, -EPERM,
			     "other users can write the folder %s (mode %04o): run 'chmod go-w %s'", shown,
			     (unsigned)st->st_mode & 07777, shown);
}

/* Opens a folder that only our user may be able to write. */
static int open_folder(int parent_fd, const char *path, const char *shown, char **reterr_sentence)
{
	struct stat st;
	int fd, r = 0;

	fd = openat(parent_fd, path, O_DIRECTORY | O_NOFOLLOW | O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return sentence_fail(reterr_sentence, -errno, "cannot open the folder %s: %s", shown,
				     strerror(errno));
	if (fstat(fd, &st) < 0)
		r = sentence_fail(reterr_sentence, -errno, "cannot read the folder %s: %s", shown,
				  strerror(errno));
	else if (st.st_uid != geteuid() || (st.st_mode & 0022) != 0)
		r = refuse_folder(&st, shown, reterr_sentence);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int runtime_open_subfolder(const struct runtime *runtime, const char *name, char **reterr_sentence)
{
	char *shown = NULL;
	int fd;

	if (mkdirat(runtime->fd, name, 0755) < 0 && errno != EEXIST)
		return sentence_fail(reterr_sentence, -errno, "cannot create the folder %s/%s: %s",
				     runtime->path, name, strerror(errno));
	if (asprintf(&shown, "%s/%s", runtime->path, name) < 0)
		return -ENOMEM;
	fd = open_folder(runtime->fd, name, shown, reterr_sentence);
	free(shown);
	return fd;
}

int runtime_open_channels(struct runtime *runtime, char **reterr_sentence)
{
	int fd = runtime_open_subfolder(runtime, REGISTRY_FOLDER, reterr_sentence);

	if (fd < 0)
		return fd;
	if (runtime->channels_fd >= 0)
		close(runtime->channels_fd);
	runtime->channels_fd = fd;
	return 0;
}

/* The lock ends with its descriptor, so a kill leaves none. */
int runtime_lock(struct runtime *runtime, char **reterr_sentence)
{
	if (runtime->lock_fd >= 0)
		close(runtime->lock_fd);
	runtime->lock_fd = openat(runtime->fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (runtime->lock_fd < 0)
		return sentence_fail(reterr_sentence, -errno, "cannot open %s/lock: %s", runtime->path,
				     strerror(errno));
	if (flock(runtime->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return sentence_fail(reterr_sentence, -EBUSY,
				     "another kipcd already uses %s: stop it first, or give this one its own "
				     "--runtime-dir=",
				     runtime->path);
	return sentence_fail(reterr_sentence, -errno, "cannot lock %s/lock: %s", runtime->path,
			     strerror(errno));
}

static int check_what_is_there(const struct runtime *runtime, char **reterr_sentence)
{
	struct stat st;

	if (fstatat(runtime->fd, BUS_SOCKET_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return 0;
		return sentence_fail(reterr_sentence, -errno, "cannot read %s/%s: %s", runtime->path,
				     BUS_SOCKET_NAME, strerror(errno));
	}
	if (!S_ISSOCK(st.st_mode))
		return sentence_fail(reterr_sentence, -EEXIST,
				     "%s/%s is not a socket, and kipcd does not replace it: move it away",
				     runtime->path, BUS_SOCKET_NAME);
	if (st.st_uid != geteuid())
		return sentence_fail(reterr_sentence, -EEXIST,
				     "%s/%s belongs to uid %u, and kipcd does not replace it: remove it",
				     runtime->path, BUS_SOCKET_NAME, (unsigned)st.st_uid);
	return 0;
}

int runtime_open(struct runtime *runtime, const char *path, char **reterr_sentence)
{
	int r;

	*runtime = RUNTIME_NONE;
	runtime->path = strdup(path);
	if (runtime->path == NULL)
		return -ENOMEM;
	if (path[0] == '\0')
		return sentence_fail(reterr_sentence, -EINVAL,
				     "the name of the runtime folder is empty: give one with --runtime-dir=");
	r = runtime_make_folders(path);
	if (r < 0)
		return sentence_fail(reterr_sentence, r, "cannot create the runtime folder %s: %s", path,
				     strerror(-r));
	r = runtime->fd = open_folder(AT_FDCWD, path, path, reterr_sentence);
	if (r >= 0)
		r = runtime_lock(runtime, reterr_sentence);
	if (r >= 0)
		r = check_what_is_there(runtime, reterr_sentence); /* before anything is made */
	if (r >= 0)
		r = runtime_open_channels(runtime, reterr_sentence);
	if (r >= 0) {
		r = runtime_open_subfolder(runtime, RUNTIME_LAYER, reterr_sentence);
		if (r >= 0)
			close(r);
	}
	return r < 0 ? r : 0;
}

void runtime_close(struct runtime *runtime)
{
	if (runtime->channels_fd >= 0)
		close(runtime->channels_fd);
	if (runtime->fd >= 0)
		close(runtime->fd);
	if (runtime->lock_fd >= 0)
		close(runtime->lock_fd);
	free(runtime->path);
	*runtime = RUNTIME_NONE;
}

/* A socket's address has room for 108 bytes, and the folder's path may be longer: this one goes through our descriptor. */
static void socket_address(const struct runtime *runtime, const char *name, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", runtime->fd, name);
}

int runtime_listen(const struct runtime *runtime, char **reterr_sentence)
{
	struct sockaddr_un address;
	int fd, r;

	r = check_what_is_there(runtime, reterr_sentence);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return sentence_fail(reterr_sentence, -errno, "cannot create a socket: %s", strerror(errno));
	(void)unlinkat(runtime->fd, NEW_SOCKET_NAME, 0);
	socket_address(runtime, NEW_SOCKET_NAME, &address);
	/* It is bound and listens before it gets its name: a client that finds it can connect. Everyone may; see callers.c. */
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    fchmodat(runtime->fd, NEW_SOCKET_NAME, 0666, 0) < 0 || listen(fd, BACKLOG) < 0 ||
	    renameat(runtime->fd, NEW_SOCKET_NAME, runtime->fd, BUS_SOCKET_NAME) < 0) {
		r = sentence_fail(reterr_sentence, -errno, "cannot create the control socket %s/%s: %s",
				  runtime->path, BUS_SOCKET_NAME, strerror(errno));
		close(fd);
		return r;
	}
	return fd;
}

bool runtime_is_listened(const struct runtime *runtime)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r = 0;
	struct sockaddr_un address;

	if (fd < 0)
		return true;
	socket_address(runtime, BUS_SOCKET_NAME, &address);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		r = errno;
	close(fd);
	return r != ENOENT && r != ECONNREFUSED;
}

void runtime_unlisten(const struct runtime *runtime)
{
	(void)unlinkat(runtime->fd, BUS_SOCKET_NAME, 0);
}
