/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_H
#define KIPC_H

/*
 * libkipc: System V message queues, shared-memory segments and semaphores by name, key or id.
 *
 * Sending and receiving are the kernel's own calls; no daemon stands between. A name ("orders") is looked
 * up in the registry that kipcd keeps, with one readlink(2) and one check of the object it names; a key
 * ("0x4b01", "1234") or an id ("@32769") needs no kipcd at all.
 *
 * Conventions. Functions return 0 or a count on success and a negative errno on failure; results come back
 * through ret_ parameters, last, written on success only. Sizes are bytes. Timeouts are microseconds on
 * CLOCK_MONOTONIC: KIPC_FOREVER waits, KIPC_NOW never does. Nothing here prints, exits or touches global
 * state, apart from the one signal named at kipc_recv(). A channel may be used by several threads at once;
 * closing it is for the last one.
 *
 * The ids of removed objects die. A call that meets a dead id looks its address up again, once, and goes on
 * with what it finds; a call that is already waiting when its object is removed ends with -EIDRM.
 *
 * Needs Linux 4.17 (MSG_STAT_ANY and its kin).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KIPC_FOREVER INT64_C(-1)
#define KIPC_NOW INT64_C(0)

/* The longest name of a channel, without its closing NUL: a letter, then letters, digits, '.', '_', '-'. */
#define KIPC_NAME_MAX 31

/* The kinds are bits, so that a caller can say which of them will do. */
enum kipc_kind {
	KIPC_QUEUE = 1,
	KIPC_SEGMENT = 2,
	KIPC_SEMAPHORE = 4,
};
#define KIPC_ANY_KIND (KIPC_QUEUE | KIPC_SEGMENT | KIPC_SEMAPHORE)

/* "queue", "segment", "semaphore"; NULL for anything else. Static storage. */
const char *kipc_kind_to_string(enum kipc_kind kind);

/* The kind of that word, or 0. */
enum kipc_kind kipc_kind_from_string(const char *word);

/* -- addresses: how a user names a channel ------------------------------------------------------------- */

enum kipc_address_form {
	KIPC_BY_NAME = 1,
	KIPC_BY_KEY,
	KIPC_BY_ID,
};

struct kipc_address {
	enum kipc_kind kind; /* 0: not said */
	enum kipc_address_form form;
	char name[KIPC_NAME_MAX + 1]; /* KIPC_BY_NAME */
	key_t key;		      /* KIPC_BY_KEY */
	int id;			      /* KIPC_BY_ID */
	int index;		      /* NAME[N]: one semaphore of a set; -1: not said */
};

/*
 * Takes an address apart: NAME, KEY (decimal or 0x…), @ID, each with an optional "queue:", "segment:" or
 * "semaphore:" in front and, for semaphores, an optional "[N]" behind. Looks nothing up.
 *
 * -EINVAL: not an address; -ERANGE: a number that is no key, id or index (a key of 0 is IPC_PRIVATE and
 * names nothing).
 */
int kipc_address_parse(const char *text, struct kipc_address *ret_address);

/* Whether a text can be the name of a channel. */
bool kipc_name_is_valid(const char *name);

/*
 * The key of a channel that declares none: the 32-bit FNV-1a hash of "KIND:NAME" ("queue:orders"), and 1
 * where that is 0. kipcd.conf(5) publishes it, so that programs without libkipc can compute it too.
 */
key_t kipc_key_from_name(enum kipc_kind kind, const char *name);

/* -- the registry: which object a name means ----------------------------------------------------------- */

/*
 * The runtime folder: $KIPC_RUNTIME_DIR (not in a set-uid program), else the system's. The registry is its
 * subfolder "channels". Static storage or the environment; never NULL.
 */
const char *kipc_runtime_dir(void);

struct kipc_name {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	key_t key;
	int id;
	uid_t creator; /* what an object must bear to be meant */
	bool observed; /* somebody else makes it; kipcd only names it */
};

/*
 * One name of the registry, as it is written there; the object is not looked at. runtime_dir NULL: the
 * default.
 *
 * -ENOENT: no such name; -ENOTDIR, -EACCES…: the registry cannot be read; -EBADMSG: the link is malformed.
 */
int kipc_registry_lookup(const char *runtime_dir, const char *name, struct kipc_name *ret_name);

/*
 * All names of the registry, sorted. *ret_names is freed by the caller with free(3). Malformed links are
 * passed over. Errors as readdir(3); -ENOENT: there is no registry.
 */
int kipc_registry_list(const char *runtime_dir, struct kipc_name **ret_names, size_t *ret_n_names);

/*
 * Whether the registry speaks of this boot and this IPC namespace: 0 if so, -EXDEV if of another, -ENOENT if
 * there is no registry.
 */
int kipc_registry_check(const char *runtime_dir);

/* -- kernel objects ------------------------------------------------------------------------------------ */

/*
 * What the kernel says of one object. Times are seconds since the epoch, 0 for never. Everything but the
 * values of a semaphore can be read by every user.
 */
struct kipc_object {
	enum kipc_kind kind;
	int id;
	key_t key;	 /* 0 (IPC_PRIVATE): private, or a segment already removed */
	uid_t uid, cuid; /* owner, creator */
	gid_t gid, cgid;
	mode_t mode;   /* the nine permission bits */
	int64_t ctime; /* last change of the above */
	union {
		struct {
			uint64_t messages; /* msg_qnum */
			uint64_t bytes;	   /* msg_cbytes: bodies, without types */
			uint64_t capacity; /* msg_qbytes */
			pid_t lspid,
				lrpid; /* last msgsnd, last msgrcv; 0: nobody, or not of our PID namespace */
			int64_t stime, rtime;
		} queue;
		struct {
			uint64_t size;	   /* shm_segsz */
			uint64_t attached; /* shm_nattch: mappings, not processes */
			pid_t cpid, lpid;  /* creator; last shmat or shmdt */
			int64_t atime, dtime;
			bool removed; /* SHM_DEST: goes with the last that is attached */
			bool locked;  /* SHM_LOCKED: never swapped */
		} segment;
		struct {
			uint64_t semaphores; /* sem_nsems */
			int64_t otime;	     /* last semop */
		} semaphore;
		uint64_t reserved[8];
	};
};

/* The object of that id. -EIDRM: there is none (ids come back: compare cuid and key where it matters). */
int kipc_object_stat(enum kipc_kind kind, int id, struct kipc_object *ret_object);

/* The object of that key. -ENOENT: there is none, as always for the key 0 (IPC_PRIVATE). */
int kipc_object_find(enum kipc_kind kind, key_t key, struct kipc_object *ret_object);

/* All objects of one kind, in the kernel's order; free(3) the array. -ENOMEM. */
int kipc_object_list(enum kipc_kind kind, struct kipc_object **ret_objects, size_t *ret_n_objects);

/* Which of the fields of struct kipc_object kipc_object_alter() is to carry over. */
#define KIPC_ALTER_UID (1U << 0)
#define KIPC_ALTER_GID (1U << 1)
#define KIPC_ALTER_MODE (1U << 2)
#define KIPC_ALTER_CAPACITY (1U << 3)

/*
 * Changes owner, group, mode or (queue) capacity of the object that `wanted` names by kind and id, in one
 * IPC_SET. Allowed to the owner, the creator and CAP_SYS_ADMIN. An object's capacity above today's
 * kernel.msgmnb is brought down to it where the kernel would otherwise refuse every change (it wants
 * CAP_SYS_RESOURCE even for an unchanged one).
 *
 * -EIDRM: no such object; -EPERM: not owner nor creator; -EINVAL: a uid or gid that this user namespace does
 * not have; with KIPC_ALTER_CAPACITY -EDQUOT: above kernel.msgmnb and CAP_SYS_RESOURCE is missing. Nothing
 * is changed then.
 */
int kipc_object_alter(const struct kipc_object *wanted, unsigned which);

#define KIPC_REMOVE_EVEN_IF_NOT_EMPTY (1U << 0)
#define KIPC_REMOVE_DRY_RUN (1U << 1)

/*
 * Removes the object that `seen` names by kind, id, key and creator, and says in *ret_lost (may be NULL)
 * what it held. Without KIPC_REMOVE_EVEN_IF_NOT_EMPTY the removal is fenced: all rights are taken away,
 * emptiness is looked at again, and then it is removed or gets its rights back. *ret_lost is written on
 * -EBUSY too.
 *
 * Empty is: a queue without messages; a segment that nobody ever attached; a semaphore set never operated
 * on. `pristine_pid` says which process's operations on a semaphore set do not count (its maker's); 0: none.
 *
 * -EBUSY: not empty, attached or (semaphore) waited on; nothing changed, but that a queue's capacity above
 * kernel.msgmnb may have been brought down to it (see kipc_object_alter()); -EIDRM: no such object, or another
 * one under that id; -EPERM: not owner nor creator; -ENOMEM.
 */
int kipc_object_remove(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid,
		       struct kipc_object *ret_lost);

/*
 * 1 if nothing would be lost by removing the object, 0 if something would or in doubt. pristine_pid as above.
 * Semaphores need read permission. -EIDRM: there is none.
 */
int kipc_object_is_empty(const struct kipc_object *object, pid_t pristine_pid);

/* One semaphore of a set. */
struct kipc_semaphore {
	int value;	      /* semval */
	pid_t pid;	      /* sempid: the last to operate on it */
	int waiting;	      /* semncnt: waiting for more */
	int waiting_for_zero; /* semzcnt */
};

/*
 * The semaphores of a set; free(3) the array. -EACCES: no read permission; -EIDRM: there is no such set;
 * -ENOMEM.
 */
int kipc_object_semaphores(int id, struct kipc_semaphore **ret_semaphores, size_t *ret_n_semaphores);

/* The kernel's limits (sysctls of this IPC namespace) and what is used of them. */
struct kipc_limits {
	uint64_t msgmax, msgmnb, msgmni;	  /* bytes a message, bytes a queue, queues */
	uint64_t shmmax, shmall, shmmni;	  /* bytes a segment, pages in all, segments */
	uint64_t semmsl, semmns, semopm, semmni;  /* a set, in all, a call, sets */
	uint64_t queues, messages, message_bytes; /* used */
	uint64_t segments, segment_pages, segment_pages_resident, segment_pages_swapped;
	uint64_t semaphore_sets, semaphores;
	uint64_t reserved[16];
};

int kipc_limits(struct kipc_limits *ret_limits);

/* -- channels ------------------------------------------------------------------------------------------ */

struct kipc_channel;

/*
 * Opens a channel by address. `kinds` says which kinds will do; a bare number is looked for among them.
 * runtime_dir NULL: the default. Free with kipc_close().
 *
 * -EINVAL, -ERANGE: as kipc_address_parse(); -ENOENT: no such channel; -ENOTUNIQ: a key or id that two of
 * `kinds` have: say which; -EPROTOTYPE: it is of another kind; -EXDEV: the registry is of another boot or
 * IPC namespace; -ESTALE: the name's object is gone and kipcd has not made a new one; -ENOMEM.
 */
int kipc_open(const char *address, const char *runtime_dir, unsigned kinds,
	      struct kipc_channel **ret_channel);

/* Detaches and frees; the kernel object stays. NULL is fine. Returns NULL. */
struct kipc_channel *kipc_close(struct kipc_channel *channel);

enum kipc_kind kipc_channel_kind(const struct kipc_channel *channel);

/* The id behind it now. */
int kipc_channel_id(const struct kipc_channel *channel);

/* The [N] of its address, or 0. */
int kipc_channel_index(const struct kipc_channel *channel);

/* What the kernel says of it now. Errors as kipc_open() (a dead id is looked up again). */
int kipc_stat(struct kipc_channel *channel, struct kipc_object *ret_object);

/* -- messages: queues ---------------------------------------------------------------------------------- */

/*
 * Sends one message: a type above 0 and `size` bytes, which may be none. It is on the queue whole or not at
 * all. A full queue is waited for.
 *
 * -EMSGSIZE: larger than kernel.msgmax or than the queue's capacity, so that it could never fit (the kernel
 * would block for ever on the latter); -EAGAIN: full (KIPC_NOW); -ETIMEDOUT; -EINTR: a signal came first;
 * -EIDRM: removed while waiting; -EACCES: no write permission; -EINVAL: the type is not above 0; -ENOMEM;
 * errors of kipc_open(). Timed waits: see kipc_recv().
 */
int kipc_send(struct kipc_channel *channel, long type, const void *data, size_t size, int64_t timeout);

#define KIPC_NOT_TYPE (1U << 0) /* any type but the one given */

/*
 * Takes one message into `buffer` and returns its size; its type goes to *ret_type (may be NULL). `type` 0 is
 * the first of any, above 0 the first of that type, below 0 the first of the lowest type up to -type. A
 * message larger than `size` is left on the queue.
 *
 * The kernel has no timed msgrcv. A wait with a timeout that really has to wait is ended by a POSIX timer
 * (CLOCK_MONOTONIC, repeating, SIGEV_THREAD_ID) that interrupts the calling thread, and only it, with the
 * highest real-time signal that the process leaves at its default action; that signal gets an empty handler
 * at the first such wait and is unblocked in this thread while it waits. No message can be lost to the
 * race: the kernel's call returns either the message or EINTR.
 *
 * -EMSGSIZE: it is larger than `size`, and stays (kipc_message_bound() is always enough); -ENOMSG: none
 * there (KIPC_NOW); -ETIMEDOUT; -EINTR: a signal came first; -EIDRM: removed while waiting; -EACCES: no read
 * permission; a timed wait: -EBUSY: every real-time signal is taken; errors of timer_create(2); errors of
 * kipc_open().
 */
ssize_t kipc_recv(struct kipc_channel *channel, void *buffer, size_t size, long type, unsigned flags,
		  int64_t timeout, long *ret_type);

/*
 * Copies the message at `position` (0: the next) and leaves it there. Never waits. A consumer at work at the
 * same time makes positions shift. The kernel counts from the head each time: peeking at a whole long queue
 * is quadratic.
 *
 * -ENOMSG: none at that position; -EMSGSIZE: larger than `size`, or (kernel) than today's kernel.msgmax;
 * -ENOSYS: this kernel was built without CONFIG_CHECKPOINT_RESTORE; -EACCES; errors of kipc_open().
 */
ssize_t kipc_peek(struct kipc_channel *channel, void *buffer, size_t size, long position, long *ret_type);

/*
 * Waits until a message (of that type: as kipc_recv()) is there, or a semaphore could be taken; takes
 * nothing. A message of zero bytes cannot be waited for without being taken: it is put back, at the end of
 * its queue, however long that takes where others have filled it meanwhile. That needs write permission:
 * without, it is gone, and the result is -EACCES.
 *
 * Errors as kipc_recv(); -EAGAIN: a semaphore is not to be had (KIPC_NOW).
 */
int kipc_wait(struct kipc_channel *channel, long type, unsigned flags, int64_t timeout);

/*
 * A size that no message now on the queue or sent to it later can exceed: the larger of kernel.msgmax and the
 * bytes queued. Errors of kipc_open().
 */
int kipc_message_bound(struct kipc_channel *channel, size_t *ret_size);

/* -- raw segments -------------------------------------------------------------------------------------- */

#define KIPC_READ_ONLY (1U << 0)

/*
 * Attaches the segment and gives its address and size. The mapping belongs to the channel and lives until
 * kipc_close(); calling again gives the same one. After a removal it stays readable but is nobody else's.
 *
 * -EACCES: no permission (reading alone: KIPC_READ_ONLY); -EIDRM: gone; -ENOMEM; errors of kipc_open().
 */
int kipc_attach(struct kipc_channel *channel, unsigned flags, void **ret_address, size_t *ret_size);

/*
 * Copies bytes out of or into the segment, at most up to its end, and returns how many. Others may write at
 * the same time: take a semaphore around it where that matters.
 *
 * -ERANGE: `offset` lies beyond the end; errors as kipc_attach().
 */
ssize_t kipc_read(struct kipc_channel *channel, uint64_t offset, void *buffer, size_t size);
ssize_t kipc_write(struct kipc_channel *channel, uint64_t offset, const void *data, size_t size);

/* -- semaphores ---------------------------------------------------------------------------------------- */

#define KIPC_UNDO (1U << 0) /* the kernel undoes it when the process ends, however it ends (SEM_UNDO) */

/*
 * Adds n to one semaphore, or takes n from it, waiting until that many are there. `index` counts from 0.
 *
 * -EAGAIN: not to be had (KIPC_NOW); -ETIMEDOUT; -EINTR; -EIDRM: removed while waiting; -EACCES; -ERANGE: the
 * value would pass 32767, or n is not 1…32767; -EFBIG: no semaphore of that index; -ENOMEM: the kernel has none
 * for the undo; errors of kipc_open().
 */
int kipc_up(struct kipc_channel *channel, int index, int n, unsigned flags);
int kipc_down(struct kipc_channel *channel, int index, int n, unsigned flags, int64_t timeout);

#ifdef __cplusplus
}
#endif

#endif
