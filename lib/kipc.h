/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_H
#define KIPC_H

/*
 * libkipc: System V message queues, shared-memory segments and semaphores by name, key or id.
 *
 * Sending and receiving are the kernel's own calls; no daemon stands between. A name ("orders") is looked
 * up in the registry that kipcd keeps, with one readlink(2) and one check of the object it names; a key
 * ("0x4b01", "19201") or an id ("@32769") needs no kipcd at all.
 *
 * Conventions. Functions return 0 or a count on success and a negative errno on failure; results come back
 * through ret_ parameters, last, written on success only. Sizes are bytes. Timeouts are microseconds on
 * CLOCK_MONOTONIC: KIPC_FOREVER waits, KIPC_NOW never does. Flags that a function does not know are refused
 * with -EINVAL. Nothing here prints, exits or touches global state, apart from the one signal named at
 * kipc_recv(). A channel may be used by several threads at once; closing it is for the last one. The bytes of a
 * ring are described in lib/ring/layout.h of the sources.
 *
 * Sending to, receiving from and waiting on a queue are points of cancellation (pthread_cancel(3)), as msgsnd(2) and msgrcv(2)
 * are; no other call is. A thread that is cancelled there leaves no timer and no memory behind, and takes no message with it,
 * unless the C library itself drops one that arrived just then (glibc before 2.41).
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
	KIPC_BY_FTOK,
};

struct kipc_address {
	enum kipc_kind kind; /* 0: not said */
	enum kipc_address_form form;
	char name[KIPC_NAME_MAX + 1]; /* KIPC_BY_NAME */
	int32_t key;		      /* KIPC_BY_KEY */
	int id;			      /* KIPC_BY_ID */
	int index;		      /* NAME[N]: one semaphore of a set; -1: not said */
	const char *path; /* KIPC_BY_FTOK: lies in the text that was parsed, without a closing NUL */
	size_t path_length;
	int project; /* KIPC_BY_FTOK: 1…255 */
	uint64_t reserved[4];
};

/*
 * Takes an address apart: NAME, KEY (decimal or 0x…), @ID, ftok:PATH:PROJECT (a number from 1 to 255, or a character in
 * quotes, like 'A'), each with an optional "queue:", "segment:" or "semaphore:" in front and, for semaphores, an optional
 * "[N]" behind. Looks nothing up: kipc_open() computes the key of a path, with ftok(3).
 *
 * -EINVAL: not an address; -ERANGE: a number that is no key, id, index or project (a key of 0 is IPC_PRIVATE and
 * names nothing).
 */
int kipc_address_parse(const char *text, struct kipc_address *ret_address);

/*
 * The key of an address that is a key or a path; for a path, ftok(3) computes it from the file that is there now.
 *
 * -EINVAL: the address is a name or an id; -ENOMEM; errors of stat(2) on the file.
 */
int kipc_address_to_key(const struct kipc_address *address, int32_t *ret_key);

/* Whether a text can be the name of a channel. */
bool kipc_name_is_valid(const char *name);

/*
 * The key of a channel that declares none: the 32-bit FNV-1a hash of "KIND:NAME" ("queue:orders"), and 1
 * where that is 0. kipcd.conf(5) publishes it, so that programs without libkipc can compute it too.
 */
int32_t kipc_key_from_name(enum kipc_kind kind, const char *name);

/* -- the registry: which object a name means ----------------------------------------------------------- */

/*
 * The runtime folder: $KIPC_RUNTIME_DIR (not in a set-uid program), else the system's. The registry is its
 * subfolder "channels". Static storage or the environment; never NULL.
 */
const char *kipc_runtime_dir(void);

struct kipc_name {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	int32_t key;
	int id;
	uid_t creator;	  /* what an object must bear to be meant */
	bool observed;	  /* somebody else makes it; kipcd only names it */
	bool is_ring;	  /* a segment that kipcd laid out as a ring */
	bool in_conflict; /* its key belongs to somebody else: kipc_open() refuses it */
	uint64_t reserved[4];
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
 * there is no registry, -ENODATA if that cannot be told, since there is no /proc.
 */
int kipc_registry_check(const char *runtime_dir);

/* -- kernel objects ------------------------------------------------------------------------------------ */

/* What the kernel says of a queue, */
struct kipc_queue_facts {
	uint64_t messages;  /* msg_qnum */
	uint64_t bytes;	    /* msg_cbytes: bodies, without types */
	uint64_t capacity;  /* msg_qbytes */
	pid_t lspid, lrpid; /* last msgsnd, last msgrcv; 0: nobody, or not of our PID namespace */
	int64_t stime, rtime;
};

/* of a segment, */
struct kipc_segment_facts {
	uint64_t size;	   /* shm_segsz */
	uint64_t attached; /* shm_nattch: mappings, not processes */
	pid_t cpid, lpid;  /* creator; last shmat or shmdt */
	int64_t atime, dtime;
	bool removed; /* SHM_DEST: goes with the last that is attached */
	bool locked;  /* SHM_LOCKED: never swapped */
};

/* and of a semaphore set. */
struct kipc_semaphore_facts {
	uint64_t semaphores; /* sem_nsems */
	int64_t otime;	     /* last semop */
};

#ifdef __GNUC__
#define KIPC_EXTENSION __extension__ /* C99 has no anonymous unions */
#else
#define KIPC_EXTENSION
#endif

/*
 * What the kernel says of one object. Times are seconds since the epoch, 0 for never. Everything but the
 * values of a semaphore can be read by every user.
 */
struct kipc_object {
	enum kipc_kind kind;
	int id;
	int32_t key;	 /* 0 (IPC_PRIVATE): private, or a segment already removed */
	uid_t uid, cuid; /* owner, creator */
	gid_t gid, cgid;
	mode_t mode;   /* the nine permission bits */
	int64_t ctime; /* last change of the above */
	KIPC_EXTENSION union {
		struct kipc_queue_facts queue;
		struct kipc_segment_facts segment;
		struct kipc_semaphore_facts semaphore;
		uint64_t reserved[8];
	};
};

/*
 * The object of that id. -EIDRM: there is none (ids come back: compare cuid and key where it matters); -EINVAL, here and below:
 * not one of the kinds.
 */
int kipc_object_stat(enum kipc_kind kind, int id, struct kipc_object *ret_object);

/* The object of that key. -ENOENT: there is none, as always for the key 0 (IPC_PRIVATE). */
int kipc_object_find(enum kipc_kind kind, int32_t key, struct kipc_object *ret_object);

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

/*
 * Makes an object of the kind, key (0: IPC_PRIVATE; another one must be free), mode and capacity (queue; 0: the kernel's
 * default), size (segment) or number of semaphores that `wanted` says.
 *
 * -EEXIST: the key is taken; -EINVAL: no kind, or a size that the kernel does not allow; -ENOSPC: a limit is reached;
 * -EDQUOT: the capacity is above kernel.msgmnb; -EPERM; -ENOMEM.
 */
int kipc_object_create(const struct kipc_object *wanted, int *ret_id);

#define KIPC_REMOVE_EVEN_IF_NOT_EMPTY (1U << 0)
#define KIPC_REMOVE_DRY_RUN (1U << 1)

/*
 * Removes the object that `seen` names by kind, id, key, creator and owner, and says in *ret_lost (may be NULL)
 * what it held. Without KIPC_REMOVE_EVEN_IF_NOT_EMPTY the removal is fenced: all rights are taken away,
 * emptiness is looked at again, and then it is removed or gets its rights back; signals wait until then.
 * *ret_lost is written on -EBUSY too.
 *
 * Empty is: a queue without messages; a ring without messages that nobody has attached; another segment that
 * nobody ever attached; a semaphore set never operated on. Who waits in a ring that is removed is woken with
 * -EIDRM. `pristine_pid` says which process's operations on a semaphore set do not count (its maker's); 0: none.
 *
 * -EBUSY: not empty, attached or (semaphore) waited on; nothing changed, but that a queue's capacity above
 * kernel.msgmnb may have been brought down to it (see kipc_object_alter()); -EIDRM: no such object, or another
 * one under that id, or of another owner by now; -EPERM: not owner nor creator; -ENOMEM.
 */
int kipc_object_remove(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid,
		       struct kipc_object *ret_lost);

/*
 * 1 if nothing would be lost by removing the object, 0 if something would or in doubt. pristine_pid as above.
 * Semaphores need read permission; a segment that was attached before is attached for a moment, to see whether
 * it is a ring. -EIDRM: there is none.
 */
int kipc_object_is_empty(const struct kipc_object *object, pid_t pristine_pid);

/* One semaphore of a set. */
struct kipc_semaphore {
	int value;	      /* semval */
	pid_t pid;	      /* sempid: the last to operate on it */
	int waiting;	      /* semncnt: waiting for more */
	int waiting_for_zero; /* semzcnt */
	uint64_t reserved[2];
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
	uint64_t shmmin, semvmx; /* bytes of the smallest segment, the highest value of a semaphore */
	uint64_t reserved[14];
};

int kipc_limits(struct kipc_limits *ret_limits);

/* -- channels ------------------------------------------------------------------------------------------ */

struct kipc_channel;

/*
 * Opens a channel by address. `kinds` says which kinds will do; a bare number is looked for among them.
 * runtime_dir NULL: the default. Free with kipc_close().
 *
 * -EINVAL, -ERANGE: as kipc_address_parse(); -ENOENT: no such channel, or the file of an ftok: address does not exist;
 * other errors of stat(2) on that file; -ENOTUNIQ: a key or id that two of
 * `kinds` have: say which; -EPROTOTYPE: it is of another kind; -EXDEV: the registry is of another boot or
 * IPC namespace; -ENODATA: there is no /proc, so that cannot be told; -ESTALE: the name's object is gone and kipcd has not made a new one; -EEXIST: the name is in
 * conflict: its key belongs to an object that kipcd did not make; -ENOMEM.
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

/* -- messages: queues and rings ------------------------------------------------------------------------ */

/*
 * A ring is a segment that is laid out as a stream of messages: `layout = ring` in kipcd's configuration, or
 * kipc_ring_format(). The calls of this section do on it what they do on a queue, with these differences:
 *
 * - It is first in, first out for everybody: choosing by type answers -EOPNOTSUPP.
 * - If it was removed and a new one was made, it is emptied before anything is taken from the new one.
 * - Sending, receiving and waiting change it, so all three need read and write permission; peeking needs to read.
 * - A wait is by futex(2), after a spin of at most some 20 µs that ceases where it does not pay. No signal is
 *   used. A handler ends a wait with -EINTR unless it was installed with SA_RESTART (before Linux 5.16, also then).
 * - A sender that has waited for room for 10 ms, while others sent, gets it before those that began to wait later, however
 *   small their messages: when twice the ring's capacity has been received for it, and for each that has waited longer.
 * - The caller's memory is touched before that can hold up others. A message above 1 MiB is copied as by kipc_reserve()
 *   and kipc_acquire(): meanwhile others wait as if the ring were full, or empty.
 * - A party killed with SIGKILL at any instruction leaves it usable: what was sent stays, whole; what was not
 *   sent is not there. The kernel hands the dead one's lock on (robust futex; the C library must have
 *   registered the thread's robust list, as glibc does). Others wait one second for a party that is stopped inside a
 *   call; then their calls answer -ENOLCK until it goes on. kipc_ring_stat() names it. With KIPC_NOW they do not wait:
 *   while another party is inside, the ring counts as full, or empty.
 * - A child of fork(2) may use a handle that it inherited, and holds nothing of what its parent holds. A handle must not
 *   be used in a signal handler, which must not jump out of a call either, nor by a child that shares our memory (vfork(2)).
 *
 * Besides what each call lists, calls on a ring may answer: -EBADMSG: its bytes contradict each other, so somebody
 * else wrote into it (kipc_ring_fault() says which); nothing is read or written outside; 'kipcctl reset' makes it
 * anew. -ENOLCK: see above. -EXDEV: it was made in another PID namespace than ours, or than that of the parent from which
 * the handle was inherited: our thread's number may be a stranger's there. -ENOBUFS: the kernel has no memory for bytes of it
 * that are needed (kipc_populate()); nothing was sent or taken. -EPROTOTYPE: the segment is no ring.
 */

/*
 * Sends one message: a type above 0 and `size` bytes, which may be none. It is there whole or not at
 * all. A full queue or ring is waited for.
 *
 * -EMSGSIZE: it could never fit: larger than kernel.msgmax or the queue's capacity (the kernel would block for
 * ever on the latter), or than the ring's largest message; -EAGAIN: full (KIPC_NOW); -ETIMEDOUT; -EINTR: a
 * signal came first; -EIDRM: removed while waiting; -EACCES: no permission; -EINVAL: the type is not above 0;
 * -ENOMEM; errors of kipc_open(). Timed waits: see kipc_recv().
 */
int kipc_send(struct kipc_channel *channel, long type, const void *data, size_t size, int64_t timeout);

#define KIPC_NOT_TYPE (1U << 0) /* any type but the one given */

/*
 * Takes one message into `buffer` and returns its size; its type goes to *ret_type (may be NULL). `type` 0 is
 * the first of any, above 0 the first of that type, below 0 the first of the lowest type up to -type; a ring
 * knows only 0. A message larger than `size` stays.
 *
 * The kernel has no timed msgrcv. A wait on a queue with a timeout that really has to wait is ended by a POSIX
 * timer (CLOCK_MONOTONIC, repeating, SIGEV_THREAD_ID) that interrupts the calling thread, and only it, with the
 * highest real-time signal that the process leaves at its default action; that signal gets an empty handler
 * at the first such wait and is unblocked in this thread while it waits. No message can be lost to the
 * race: the kernel's call returns either the message or EINTR.
 *
 * -EMSGSIZE: it is larger than `size`, and stays (kipc_next_size() says what it needs, kipc_message_bound() is
 * always enough); -ENOMSG: none there (KIPC_NOW); -ETIMEDOUT; -EINTR: a signal came first; -EIDRM: removed while
 * waiting; -EACCES: no permission; -EINVAL: unknown flags; -EOPNOTSUPP: a type on a ring; a timed wait on a queue: -EBUSY: every
 * real-time signal is taken; errors of timer_create(2); errors of kipc_open().
 */
ssize_t kipc_recv(struct kipc_channel *channel, void *buffer, size_t size, long type, unsigned flags,
		  int64_t timeout, long *ret_type);

/*
 * Copies the message at `position` (0: the next) and leaves it there. Never waits. A consumer at work at the
 * same time makes positions shift. The kernel, like a ring, counts from the oldest each time: peeking at the
 * whole of something long is quadratic.
 *
 * -ENOMSG: none at that position; -EMSGSIZE: larger than `size`, or (kernel) than today's kernel.msgmax;
 * -ENOSYS: this kernel was built without CONFIG_CHECKPOINT_RESTORE (queues); -EAGAIN: the consumers of a ring were
 * always faster; -EACCES; errors of kipc_open().
 */
ssize_t kipc_peek(struct kipc_channel *channel, void *buffer, size_t size, long position, long *ret_type);

/*
 * Waits until a message (of that type: as kipc_recv()) is there, or a semaphore could be taken; takes
 * nothing. On a queue, a message of zero bytes cannot be waited for without being taken: it is put back, at the end
 * of its queue, however long that takes where others have filled it meanwhile. That needs write permission:
 * without, it is gone, and the result is -EACCES.
 *
 * Errors as kipc_recv(); -EAGAIN: a semaphore is not to be had (KIPC_NOW).
 */
int kipc_wait(struct kipc_channel *channel, long type, unsigned flags, int64_t timeout);

/*
 * A size that no message now there or sent later can exceed: of a queue the larger of kernel.msgmax and the bytes
 * queued, of a ring its largest message. Errors of kipc_open().
 */
int kipc_message_bound(struct kipc_channel *channel, size_t *ret_size);

/*
 * The size of the oldest message, whose buffer kipc_recv() would need. -ENOMSG: none there; -EOPNOTSUPP: a queue,
 * whose kernel does not tell; errors as kipc_peek().
 */
int kipc_next_size(struct kipc_channel *channel, size_t *ret_size);

/* One message of a batch. Zero it before it is filled in: what is reserved may get a meaning. */
struct kipc_message {
	long type;
	void *data;
	size_t size;
	uint64_t reserved;
};

/*
 * Sends messages in their order, as many as fit, and returns how many; waits (for room for the first) only when
 * none does. On a ring they appear in one instant and cost little more than one. -EMSGSIZE and -EINVAL are about
 * the first message that could not be sent, and only when it is messages[0]; otherwise as kipc_send(). A ring takes at
 * most 1 MiB at once, headers of 16 bytes included, but always the first message.
 */
ssize_t kipc_send_batch(struct kipc_channel *channel, const struct kipc_message *messages, size_t n_messages,
			int64_t timeout);

/*
 * Takes the oldest messages, as many as are there, at most n_messages, and fit one behind another into `buffer`;
 * returns how many. ret_messages[i].data then points into `buffer`, aligned to 16 bytes where `buffer` is. Waits (for
 * one) only when none is there. On a ring they are taken in one instant: killed before, all are still there. Of more than
 * 1 MiB, a ring gives what comes to that.
 * -EMSGSIZE: the oldest does not fit; all stay. Otherwise as kipc_recv().
 */
ssize_t kipc_recv_batch(struct kipc_channel *channel, void *buffer, size_t size,
			struct kipc_message *ret_messages, size_t n_messages, int64_t timeout);

/* -- rings: without a copy ------------------------------------------------------------------------------ */

/*
 * Room in the ring for a message of up to `size` bytes, to be filled in where it lies and then sent by kipc_commit()
 * (shortened, where its `size` is less) or given back by kipc_abort(). The address is good until then. Nobody can see it
 * before, but whoever may write to the segment can change it at any time.
 *
 * From here to the commit other producers have to wait, as for a full ring: this is for a ring with one producer, or for
 * messages that are filled in quickly. One reservation a channel handle, and one acquisition, at a time; any thread may end
 * them. A reservation is the process's as long as one of its threads lives. When the process has died, or executes another
 * program, the reservation is void within a second of the next send. Only a process that may read its /proc/PID/maps can see
 * that it executes another program; otherwise the reservation lasts until the process ends.
 *
 * Errors as kipc_send(); -EALREADY: this handle has one already; -EMFILE, -ENFILE: no descriptor is free, which the first
 * claim of a process needs to read /proc/self/stat; -ENOSYS: there is no /proc. Commit and abort: -EINVAL: nothing is
 * reserved, a bad type, or `size` above what was reserved. Commit: -EIDRM: the ring is no longer what its address means;
 * -EOWNERDEAD: the reservation is no longer ours; nothing was sent, and the reservation is gone. After any other error it
 * is there as before, and the call can be repeated. Abort and kipc_close() do not wait, and end it in any case.
 */
int kipc_reserve(struct kipc_channel *channel, size_t size, int64_t timeout, void **ret_data);
int kipc_commit(struct kipc_channel *channel, long type, size_t size);
int kipc_abort(struct kipc_channel *channel);

/*
 * The oldest message where it lies, to be worked on and then taken off by kipc_release(). Returns its size. Where the
 * process dies before, the next consumer gets the same message: at least once, and one message again for each death.
 * kipc_close() before the release gives it back too.
 *
 * From here to the release other consumers have to wait, as for an empty ring, and kipc_wait() with them. The bytes are in
 * shared memory: check what you read once, in a copy of your own.
 *
 * Errors as kipc_recv(), and as kipc_reserve() where nothing can be claimed. Release: -EINVAL: nothing is acquired;
 * -EOWNERDEAD: the message is no longer ours, and comes again. After any other error it is there as before, and the call can
 * be repeated.
 */
ssize_t kipc_acquire(struct kipc_channel *channel, int64_t timeout, const void **ret_data, long *ret_type);
int kipc_release(struct kipc_channel *channel);

/* -- rings: themselves ---------------------------------------------------------------------------------- */

/* 1 if it is a ring, 0 if not; attaches a segment read-only to see. Errors as kipc_attach(). */
int kipc_channel_is_ring(struct kipc_channel *channel);

/* Which invariant of a ring is broken. */
enum kipc_ring_fault {
	KIPC_RING_SOUND = 0,
	KIPC_RING_GEOMETRY,	/* the header's sizes contradict the segment's */
	KIPC_RING_COUNTS,	/* neither count of a side agrees with its position, or lies outside */
	KIPC_RING_POSITIONS,	/* more bytes between the positions than the data area has */
	KIPC_RING_RECORD_STATE, /* a record is neither message nor padding */
	KIPC_RING_RECORD_SIZE, /* a record reaches beyond the largest message, the positions or the data area */
	KIPC_RING_RECORD_TYPE, /* a message's type is not above 0 */
	KIPC_RING_LOCK,	       /* a lock was changed by somebody who did not hold it */
};

/* A sentence without its full stop. Static storage. */
const char *kipc_ring_fault_to_string(enum kipc_ring_fault fault);

/* What the last -EBADMSG on this handle was about. */
enum kipc_ring_fault kipc_ring_fault(const struct kipc_channel *channel);

/* What a ring says of itself. Anybody who may write to it can make it say anything: figures to look at. */
struct kipc_ring {
	uint64_t capacity;    /* bytes of the data area, in which every record has a header of 16 bytes */
	uint64_t max_message; /* bytes: the largest body */
	uint64_t used;	      /* bytes of the data area */
	uint64_t messages;    /* in it now */
	uint64_t bytes;	      /* of their bodies */
	uint64_t sent_messages, sent_bytes, received_messages, received_bytes; /* ever */
	uint64_t producer_waits, consumer_waits; /* how often one slept: for room, for a message */
	pid_t producer_lock, consumer_lock;	 /* the thread that is inside a call; 0: nobody */
	pid_t producer_claim, consumer_claim;	 /* the process that has reserved, or acquired; 0: nobody */
	bool retired;		    /* its key was lost or it was removed: a new one may be there */
	enum kipc_ring_fault fault; /* by the header and both positions; records are not walked */
	uint64_t reserved[8];
};

/* Needs to read. A broken ring is no error: see `fault`. -EPROTOTYPE: no ring; errors as kipc_attach(). */
int kipc_ring_stat(struct kipc_channel *channel, struct kipc_ring *ret_ring);

enum kipc_ring_side {
	KIPC_RING_PRODUCERS = 1,
	KIPC_RING_CONSUMERS,
};

/*
 * Which side's word lies at that offset of a ring's segment; 0: neither's. Who sleeps there, in futex(2) or futex_waitv(2),
 * waits for that side to move: on the producers' for a message, on the consumers' for room (or, while somebody works on a
 * message that it acquired, for that one to release it).
 */
enum kipc_ring_side kipc_ring_side_at(uint64_t offset);

/*
 * Lays out the segment `id` as an empty ring. max_message 0: an eighth of the size. Whatever it held is lost, so
 * nobody may have it attached.
 *
 * -EBUSY: somebody has; -EINVAL: the segment is smaller than 8 KiB or larger than 8 GiB, or twice a message of that size
 * does not fit; -EACCES, -EIDRM, -ENOMEM; -EXDEV: /proc does not tell our PID namespace.
 */
int kipc_ring_format(int id, size_t max_message);

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
 * Makes sure that the pages of these bytes are there, before a program touches what kipc_attach() gave. A segment of huge
 * pages, or one that was made with SHM_NORESERVE, can lack memory; touching it then ends the process by SIGBUS. Bytes
 * beyond the end do not count. kipc_read() and kipc_write() do this themselves.
 *
 * -ENOBUFS: the kernel has no memory for them; -ERANGE: `offset` lies beyond the end; errors as kipc_attach(). Before Linux
 * 5.14 it cannot tell, and returns 0.
 */
int kipc_populate(struct kipc_channel *channel, uint64_t offset, size_t size);

/*
 * Copies bytes out of or into the segment, at most up to its end, and returns how many. Others may write at
 * the same time: take a semaphore around it where that matters.
 *
 * -ERANGE: `offset` lies beyond the end; -ENOBUFS: as kipc_populate(); errors as kipc_attach().
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

/*
 * Adds up to n without lifting the semaphore above `max`: in one step it becomes the smaller of its value + n and max. Nobody
 * ever sees more because of this call, however many processes make it at once. A semaphore that is at max or above stays as
 * it is. With n above 1, a semaphore that is nearly full is also read, which needs permission to read. `flags` must be 0.
 *
 * How many were added, 0…n. Errors as kipc_up(); -ERANGE: n or max is not 1…32767; -EINVAL: flags.
 */
int kipc_up_to(struct kipc_channel *channel, int index, int n, int max, unsigned flags);

#ifdef __cplusplus
}
#endif

#endif
