/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The edge around identity.c: collects facts from the kernel and the folder, and acts on the verdict. The invariant: only
 * proof decides whose a registry is (or, with an older kipcd's, boot and inode), and until every fact is known, no file and
 * no object is changed.
 */

#include "daemon/start/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/sentence.h"
#include "common/service/log.h"
#include "daemon/channel/store.h"
#include "daemon/plan/identity.h"
#include "daemon/plan/link.h"
#include "daemon/start/marker.h"

#ifndef NS_GET_ID
#define NS_GET_ID _IOR(0xb7, 13, uint64_t) /* Linux 6.18 */
#endif

/* Everything that is known before the verdict. */
struct knowledge {
	char ours[REGISTRY_NAMESPACE_MAX], theirs[REGISTRY_NAMESPACE_MAX];
	struct nsid nsid;
	bool has_theirs, has_nsid;
	bool has_id;
	uint64_t id;
};

/* -- asking ----------------------------------------------------------------------------------------------- */

static int refuse(char **reterr_sentence, const struct runtime *runtime, int error, const char *what)
{
	return sentence_fail(reterr_sentence, error,
			     "kipcd cannot determine whether the registry %s/%s belongs to this boot and IPC "
			     "namespace (%s: %s), so nothing is changed: %s, and start kipcd again",
			     runtime->path, REGISTRY_FOLDER, what, strerror(-error),
			     error == -EMFILE || error == -ENFILE
				     ? "allow kipcd more open files (LimitNOFILE=, ulimit -n)"
			     : error == -ENOENT ? "mount /proc"
						: "correct that");
}

/* The kernel's number of this namespace. 0: it has none, or a system call filter hides it. */
static int ask_for_id(uint64_t *ret_id)
{
	int fd = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = ioctl(fd, NS_GET_ID, ret_id) < 0 ? -errno : 1;
	close(fd);
	switch (r) {
	case -ENOTTY:
	case -EINVAL:
	case -ENOSYS:
	case -EOPNOTSUPP:
	case -EPERM:
	case -EACCES:
		return 0;
	}
	return r;
}

static int ask_machine(const struct runtime *runtime, struct knowledge *knowledge, char **reterr_sentence)
{
	int r;

	r = registry_namespace_of_caller(knowledge->ours);
	if (r < 0)
		return refuse(reterr_sentence, runtime, r, "boot id and namespace");
	r = ask_for_id(&knowledge->id);
	if (r < 0)
		return refuse(reterr_sentence, runtime, r, "/proc/self/ns/ipc");
	knowledge->has_id = r > 0;
	return 0;
}

static int ask_folder(const struct runtime *runtime, struct knowledge *knowledge, char **reterr_sentence)
{
	int r;

	r = store_read_namespace(runtime->channels_fd, knowledge->theirs);
	if (r < 0 && r != -ENOENT)
		return sentence_fail(reterr_sentence, r,
				     "%s/%s/%s cannot be read (%s), so nothing is changed", runtime->path,
				     REGISTRY_FOLDER, REGISTRY_NAMESPACE,
				     r == -EINVAL ? "it is not a link" : strerror(-r));
	knowledge->has_theirs = r == 0 && nsid_is_place(knowledge->theirs);
	if (r == 0 && !knowledge->has_theirs) /* no proof of another boot */
		log_line(LOG_WARNING, "%s/%s/%s is not in kipcd's format: rewritten", runtime->path,
			 REGISTRY_FOLDER, REGISTRY_NAMESPACE);
	r = nsid_read(runtime->channels_fd, &knowledge->nsid);
	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return sentence_fail(reterr_sentence, r,
				     "%s/%s/%s cannot be read (%s), so nothing is changed", runtime->path,
				     REGISTRY_FOLDER, NSID_FILE, strerror(-r));
	if (r == -EBADMSG)
		log_line(LOG_WARNING, "%s/%s/%s is not in kipcd's format: rewritten", runtime->path,
			 REGISTRY_FOLDER, NSID_FILE);
	knowledge->has_nsid = r == 0;
	return 0;
}

/* Whether a link or an intent means, or may mean, an object in this namespace. */
static bool may_match(const struct registry_entry *entry)
{
	struct kipc_object object;
	int r;

	if (entry->has_link && !entry->link.observed) {
		r = kipc_object_stat(entry->link.kind, entry->link.id, &object);
		if (r == 0 ? link_names(&entry->link, &object) : r != -EIDRM)
			return true;
	}
	if (!entry->has_intent)
		return false;
	r = kipc_object_find(entry->intent_kind, entry->intent_key, &object);
	return r == 0 ? object.cuid == geteuid() && (object.mode & 0077) == 0 : r != -ENOENT;
}

static int ask_links(const struct runtime *runtime, bool *ret_has_matches, char **reterr_sentence)
{
	struct registry registry;
	int r;

	r = store_read(runtime->channels_fd, &registry);
	if (r < 0)
		return refuse(reterr_sentence, runtime, r, "its links");
	*ret_has_matches = false;
	for (size_t i = 0; i < registry.n_entries && !*ret_has_matches; i++)
		*ret_has_matches = may_match(&registry.entries[i]);
	store_registry_done(&registry);
	return 0;
}

static int judge(const struct runtime *runtime, const struct knowledge *knowledge,
		 enum identity_verdict *ret_verdict, char **reterr_sentence)
{
	const struct identity_facts facts = {
		.ours = knowledge->ours,
		.theirs = knowledge->has_theirs ? knowledge->theirs : NULL,
		.nsid = knowledge->has_nsid ? &knowledge->nsid : NULL,
		.has_id = knowledge->has_id,
		.id = knowledge->id,
		.marker = marker_look(&knowledge->nsid),
	};
	bool has_matches = false;
	int r;

	*ret_verdict = identity_decide(&facts);
	if (*ret_verdict != IDENTITY_BY_LINKS)
		return 0;
	r = ask_links(runtime, &has_matches, reterr_sentence);
	*ret_verdict = identity_by_links(has_matches);
	return r;
}

/* -- carrying out ----------------------------------------------------------------------------------------- */

static int begin_new(struct runtime *runtime, enum identity_verdict verdict, struct knowledge *knowledge,
		     char **reterr_sentence)
{
	bool is_boot = verdict == IDENTITY_ANOTHER_BOOT;
	char name[STORE_ASIDE_MAX];
	int r;

	knowledge->has_theirs = knowledge->has_nsid = false;
	r = store_is_empty(runtime->channels_fd);
	if (r < 0)
		return refuse(reterr_sentence, runtime, r, "its links");
	if (r > 0)
		return 0; /* nothing to keep */
	r = store_move_aside(runtime->fd, is_boot ? "another-boot" : "another-namespace", name);
	if (r < 0)
		return sentence_fail(reterr_sentence, r,
				     "the registry %s/%s belongs to another %s and cannot be moved aside: %s",
				     runtime->path, REGISTRY_FOLDER, is_boot ? "boot" : "IPC namespace",
				     strerror(-r));
	log_line(
		LOG_WARNING,
		"the registry %s/%s belongs to another %s: it was renamed to %s/%s and replaced by a new one",
		runtime->path, REGISTRY_FOLDER, is_boot ? "boot" : "IPC namespace", runtime->path, name);
	return runtime_open_channels(runtime, reterr_sentence);
}

/* Correct files are not written. A registry without ".nsid" can be used: the next start tries again to write it. */
static int write_down(const struct runtime *runtime, struct knowledge *knowledge, char **reterr_sentence)
{
	struct nsid *nsid = &knowledge->nsid;
	int r = 0;

	if (!knowledge->has_nsid || !registry_namespaces_match(nsid->place, knowledge->ours)) {
		*nsid = (struct nsid){ 0 };
		strcpy(nsid->place, knowledge->ours);
		r = 1;
	}
	if (knowledge->has_id && !nsid->has_id) {
		nsid->has_id = true;
		nsid->id = knowledge->id;
		r = 1;
	}
	if (r > 0)
		r = store_write_nsid(runtime->channels_fd, nsid);
	if (r >= 0 && !knowledge->has_id)
		r = marker_keep(runtime->channels_fd, nsid);
	if (r < 0)
		log_line(LOG_WARNING,
			 "%s/%s/%s or its marker cannot be written: %s; until then only the inode identifies "
			 "this "
			 "IPC namespace",
			 runtime->path, REGISTRY_FOLDER, NSID_FILE, strerror(-r));
	if (knowledge->has_theirs && registry_namespaces_match(knowledge->theirs, knowledge->ours))
		return 0;
	r = store_write_namespace(runtime->channels_fd, knowledge->ours);
	return r == 0 ? 0
		      : sentence_fail(reterr_sentence, r, "%s/%s/%s cannot be written: %s", runtime->path,
				      REGISTRY_FOLDER, REGISTRY_NAMESPACE, strerror(-r));
}

/* -- the three ways in ------------------------------------------------------------------------------------ */

static int doubt(const struct runtime *runtime, struct namespace *namespace)
{
	(void)sentence_fail(&namespace->doubt, 0,
			    "kipcd changes nothing: it cannot determine whether the registry %s/%s belongs "
			    "to this IPC namespace, because its marker is gone, but some of its objects "
			    "exist; if it does, run 'kipcctl recover --registry=ours', otherwise 'kipcctl "
			    "recover --registry=another', which starts a new one",
			    runtime->path, REGISTRY_FOLDER);
	if (namespace->doubt == NULL)
		return -ENOMEM;
	log_line(LOG_ERR, "%s", namespace->doubt);
	return 0;
}

static int ask(const struct runtime *runtime, struct knowledge *knowledge, char **reterr_sentence)
{
	int r;

	r = ask_machine(runtime, knowledge, reterr_sentence);
	return r < 0 ? r : ask_folder(runtime, knowledge, reterr_sentence);
}

int namespace_settle(struct runtime *runtime, struct namespace *namespace, char **reterr_sentence)
{
	struct knowledge knowledge = { 0 };
	enum identity_verdict verdict;
	int r;

	r = ask(runtime, &knowledge, reterr_sentence);
	if (r == 0)
		r = judge(runtime, &knowledge, &verdict, reterr_sentence);
	namespace->has_id = knowledge.has_id;
	if (r == 0 && verdict == IDENTITY_UNKNOWN)
		return doubt(runtime, namespace);
	if (r == 0 && verdict != IDENTITY_OURS)
		r = begin_new(runtime, verdict, &knowledge, reterr_sentence);
	return r < 0 ? r : write_down(runtime, &knowledge, reterr_sentence);
}

int namespace_confirm(struct runtime *runtime, struct namespace *namespace, bool is_ours,
		      char **reterr_sentence)
{
	struct knowledge knowledge = { 0 };
	int r;

	r = ask(runtime, &knowledge, reterr_sentence);
	if (r == 0 && !is_ours)
		r = begin_new(runtime, IDENTITY_ANOTHER_NAMESPACE, &knowledge, reterr_sentence);
	knowledge.nsid.has_id = false; /* it belongs to this namespace now */
	if (r == 0)
		r = write_down(runtime, &knowledge, reterr_sentence);
	if (r < 0)
		return r;
	log_line(LOG_NOTICE, "the registry %s/%s belongs to %s IPC namespace, according to kipcctl",
		 runtime->path, REGISTRY_FOLDER, is_ours ? "this" : "another");
	free(namespace->doubt);
	namespace->doubt = NULL;
	return 0;
}

bool namespace_keep_marker(const struct runtime *runtime, const struct namespace *namespace,
			   const struct nsid *nsid)
{
	struct nsid copy = *nsid;
	int r;

	if (namespace->has_id || namespace->doubt != NULL)
		return false;
	r = marker_keep(runtime->channels_fd, &copy);
	if (r > 0)
		log_line(
			LOG_WARNING,
			"another process removed or altered the marker of this IPC namespace: the new one is "
			"semaphore:@%d",
			copy.marker);
	return r > 0;
}
