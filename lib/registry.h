/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_LIB_REGISTRY_H
#define KIPC_LIB_REGISTRY_H

/*
 * The text of the registry's links. kipcd writes them and the library reads them, both with these functions alone.
 *
 *	KIND:KEY:ID:CREATOR[:WORD…]	queue:0x00004b01:32769:995
 *
 * All readers use the first four parts. The words behind them are:
 *
 *	observed		another program owns the object
 *	owned			with observed: kipcd created the object, or got it handed over, before
 *	adopted			another program created the object and handed it to kipcd
 *	maker=PID		semaphore set: the operations of this process do not count as use
 *	begun			created, but its values or layout are not written yet
 *	conflict		the key belongs to another object, so the name is ambiguous and kipc_open() refuses it
 *	layout=ring		a segment that was laid out as a ring; so readers need not attach it to find out
 *	lifetime=config|daemon	what kipcd does with the object when the configuration no longer declares it
 *
 * Readers ignore words that they do not know.
 *
 * "channels/.ns" -> BOOTID:INODE tells the boot and the IPC namespace of all links. BOOTID is "*" where the
 * kernel's cannot be read (systemd-nspawn). An inode may be that of two namespaces, one after the other;
 * kipcd alone tells those apart, by "channels/.nsid" (common/nsid.h).
 */

#include "lib/kipc.h"

#define REGISTRY_FOLDER "channels"
#define REGISTRY_NAMESPACE ".ns"

struct registry_link {
	enum kipc_kind kind;
	key_t key;
	int id;
	uid_t creator;
	bool observed;
	bool owned; /* with `observed`: kipcd owned it before, and owns it again once it is no longer declared as observed */
	bool adopted; /* another program created it and handed it to kipcd, which owns it now */
	bool is_ring;
	bool is_begun;	  /* not prepared yet and never published: kipcd was killed meanwhile */
	bool in_conflict; /* another object has its key now: this one is still ours, but the name is refused */
	pid_t maker;	  /* 0: not given */
	char lifetime[8]; /* "config", "daemon", or "" for boot */
};

/* Bytes, with the closing NUL. */
#define REGISTRY_LINK_MAX 128
void registry_link_to_string(const struct registry_link *link, char buffer[static REGISTRY_LINK_MAX]);

/* -EBADMSG: not a link of ours. */
int registry_link_from_string(const char *text, struct registry_link *ret_link);

/* Reads the link NAME in the folder `channels_fd`. -ENOENT; -EBADMSG; errors of readlinkat(2). */
int registry_link_read(int channels_fd, const char *name, struct registry_link *ret_link);

/* BOOTID:INODE of the caller. Errors of open(2), read(2) and stat(2) in /proc. */
#define REGISTRY_NAMESPACE_MAX 64
int registry_namespace_of_caller(char buffer[static REGISTRY_NAMESPACE_MAX]);

/* Whether two such texts stand for the same boot and IPC namespace, as far as an inode can tell. */
bool registry_namespaces_match(const char *one, const char *other);

/*
 * 1: `theirs`, the text of .ns, is the caller's boot and IPC namespace; 0: it is not; errors of
 * registry_namespace_of_caller().
 */
int registry_namespace_is_of_caller(const char *theirs);

#endif
