/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef KIPC_H
#define KIPC_H

/*
 * libkipc: System V message queues, shared-memory segments and semaphores by name, key or id.
 *
 * Sending and receiving use the kernel directly; no daemon takes part. A name ("orders") is looked up in the
 * registry that kipcd keeps, with one readlink(2) and one check of the object; a key ("0x4b01", "19201") or
 * an id ("@32769") does not need kipcd at all.
 *
 * Conventions. Functions return 0 or a count on success and a negative errno on failure. Results are stored
 * through ret_ parameters, which come last and are written only on success. Sizes are in bytes. Timeouts are
 * in microseconds on CLOCK_MONOTONIC; KIPC_FOREVER waits without a limit, KIPC_NOW does not wait. Unknown
 * flags give -EINVAL. The library does not print, exit or change global state, except for the signal
 * described at kipc_recv(). Several threads may use a channel at the same time, but none may use it during or
 * after kipc_close(). lib/ring/layout.h in the sources describes the bytes of a ring.
 *
 * Calls that send to, receive from or wait on a queue are cancellation points (pthread_cancel(3)), as
 * msgsnd(2) and msgrcv(2) are; no other call is. A thread that is cancelled there leaves no timer and no
 * memory behind, and takes no message with it, except that glibc before 2.41 drops a message that arrives
 * just then.
 *
 * A recreated object has a new id. A call that finds its id gone looks up its address again, once, and
 * continues with the object that it finds. A call that is waiting when its object is removed fails with
 * -EIDRM.
 *
 * Needs Linux 4.17 or later (MSG_STAT_ANY, SHM_STAT_ANY, SEM_STAT_ANY).
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

/* The kinds are bits, so that a caller can accept several. */
enum kipc_kind {
	KIPC_QUEUE = 1,
	KIPC_SEGMENT = 2,
	KIPC_SEMAPHORE = 4,
};
#define KIPC_ANY_KIND (KIPC_QUEUE | KIPC_SEGMENT | KIPC_SEMAPHORE)

/* "queue", "segment", "semaphore"; NULL for any other value. Static storage. */
const char *kipc_kind_to_string(enum kipc_kind kind);

/* The kind with that word, or 0. */
enum kipc_kind kipc_kind_from_string(const char *word);

/* -- addresses: how a user names a channel ------------------------------------------------------------- */

enum kipc_address_form {
	KIPC_BY_NAME = 1,
	KIPC_BY_KEY,
	KIPC_BY_ID,
	KIPC_BY_FTOK,
};

struct kipc_address {
	enum kipc_kind kind; /* 0: not given */
	enum kipc_address_form form;
	char name[KIPC_NAME_MAX + 1]; /* KIPC_BY_NAME */
	int32_t key;		      /* KIPC_BY_KEY */
	int id;			      /* KIPC_BY_ID */
	int index;		      /* NAME[N]: one semaphore of a set; -1: not given */
	const char *path; /* KIPC_BY_FTOK: points into the parsed string; not terminated by a NUL */
	size_t path_length;
	int project; /* KIPC_BY_FTOK: 1…255 */
	uint64_t reserved[4];
};

/*
 * Splits an address into its parts: NAME, KEY (decimal or 0x…), @ID or ftok:PATH:PROJECT (a number from 1 to
 * 255, or a character in quotes, like 'A'), each with an optional "queue:", "segment:" or "semaphore:" in
 * front and, for semaphores, an optional "[N]" at the end. Looks nothing up: kipc_open() computes the key of
 * a path with ftok(3).
 *
 * -EINVAL: not an address; -ERANGE: a number is not a valid key, id, index or project (the key 0 is
 * IPC_PRIVATE and names no object).
 */
int kipc_address_parse(const char *text, struct kipc_address *ret_address);

/*
 * The key of an address that is a key or a path. For a path, ftok(3) computes it from the file that exists
 * now.
 *
 * -EINVAL: the address is a name or an id; -ENOMEM; errors of stat(2) on the file.
 */
int kipc_address_to_key(const struct kipc_address *address, int32_t *ret_key);

/* Whether a string can be the name of a channel. */
bool kipc_name_is_valid(const char *name);

/*
 * The key of a channel that declares none: the 32-bit FNV-1a hash of "KIND:NAME" ("queue:orders"), or 1 where
 * the hash is 0. kipcd.conf(5) documents it, so that programs without libkipc can compute it too.
 */
int32_t kipc_key_from_name(enum kipc_kind kind, const char *name);

/* -- the registry: the object that a name stands for --------------------------------------------------- */

/*
 * The runtime folder: $KIPC_RUNTIME_DIR (ignored in a set-user-ID program), or the system's. The registry is
 * its subfolder "channels". Static storage or the environment; never NULL.
 */
const char *kipc_runtime_dir(void);

struct kipc_name {
	char name[KIPC_NAME_MAX + 1];
	enum kipc_kind kind;
	int32_t key;
	int id;
	uid_t creator;	  /* the object that the name stands for must have this creator */
	bool observed;	  /* another program creates the object; kipcd only names it */
	bool is_ring;	  /* a segment that kipcd laid out as a ring */
	bool in_conflict; /* its key belongs to another object: kipc_open() refuses the name */
	uint64_t reserved[4];
};

/*
 * One link of the registry, as it is written; the object is not checked. runtime_dir NULL: the default.
 *
 * -ENOENT: no such name; -ENOTDIR, -EACCES…: the registry cannot be read; -EBADMSG: the link is malformed.
 */
int kipc_registry_lookup(const char *runtime_dir, const char *name, struct kipc_name *ret_name);

/*
 * All names in the registry, sorted. The caller frees *ret_names with free(3). Malformed links are skipped.
 * Errors of readdir(3); -ENOENT: there is no registry.
 */
int kipc_registry_list(const char *runtime_dir, struct kipc_name **ret_names, size_t *ret_n_names);

/*
 * Returns 0 if the registry belongs to this boot and IPC namespace. -EXDEV: it belongs to another; -ENOENT:
 * there is no registry; -ENODATA: cannot tell, because /proc is missing.
 */
int kipc_registry_check(const char *runtime_dir);

/* -- kernel objects ------------------------------------------------------------------------------------ */

/* What the kernel reports about a queue. */
struct kipc_queue_facts {
	uint64_t messages;  /* msg_qnum */
	uint64_t bytes;	    /* msg_cbytes: bodies, without types */
	uint64_t capacity;  /* msg_qbytes */
	pid_t lspid, lrpid; /* last msgsnd, last msgrcv; 0: none, or not in our PID namespace */
	int64_t stime, rtime;
};

/* What the kernel reports about a segment. */
struct kipc_segment_facts {
	uint64_t size;	   /* shm_segsz */
	uint64_t attached; /* shm_nattch: mappings, not processes */
	pid_t cpid, lpid;  /* creator; last shmat or shmdt */
	int64_t atime, dtime;
	bool removed; /* SHM_DEST: the last detach destroys it */
	bool locked;  /* SHM_LOCKED: never swapped */
};

/* What the kernel reports about a semaphore set. */
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
 * What the kernel reports about one object. Times are in seconds since the epoch, 0 for never. Every user can
 * read all of it.
 */
struct kipc_object {
	enum kipc_kind kind;
	int id;
	int32_t key;	 /* 0 (IPC_PRIVATE): private, or a segment that is already removed */
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
 * The object with that id. -EIDRM: no such object (ids are reused: compare cuid and key where it matters);
 * -EINVAL, here and below: not one of the kinds.
 */
int kipc_object_stat(enum kipc_kind kind, int id, struct kipc_object *ret_object);

/* The object with that key. -ENOENT: no such object, as always for the key 0 (IPC_PRIVATE). */
int kipc_object_find(enum kipc_kind kind, int32_t key, struct kipc_object *ret_object);

/* All objects of one kind, in the kernel's order. Free the array with free(3). -ENOMEM. */
int kipc_object_list(enum kipc_kind kind, struct kipc_object **ret_objects, size_t *ret_n_objects);

/* The members of struct kipc_object that kipc_object_alter() applies. */
#define KIPC_ALTER_UID (1U << 0)
#define KIPC_ALTER_GID (1U << 1)
#define KIPC_ALTER_MODE (1U << 2)
#define KIPC_ALTER_CAPACITY (1U << 3)

/*
 * Changes owner, group, mode or (queue) capacity of the object with the kind and id of `wanted`, in one
 * IPC_SET. Allowed for the owner, the creator and CAP_SYS_ADMIN. If the object's capacity is above
 * kernel.msgmnb and the kernel would therefore refuse every change (it requires CAP_SYS_RESOURCE even for an
 * unchanged capacity), the capacity is reduced to kernel.msgmnb.
 *
 * -EIDRM: no such object; -EPERM: neither owner nor creator; -EINVAL: a uid or gid that this user namespace
 * does not have; -EDQUOT: a KIPC_ALTER_CAPACITY above kernel.msgmnb, without CAP_SYS_RESOURCE. On failure
 * nothing is changed.
 */
int kipc_object_alter(const struct kipc_object *wanted, unsigned which);

/*
 * Creates an object with the kind, key (0: IPC_PRIVATE; any other key must be free), mode and capacity
 * (queue; 0: the kernel's default), size (segment) or number of semaphores of `wanted`.
 *
 * -EEXIST: the key is in use; -EINVAL: no kind, or a size that the kernel does not allow; -ENOSPC: a limit is
 * reached; -EDQUOT: the capacity is above kernel.msgmnb; -EPERM; -ENOMEM.
 */
int kipc_object_create(const struct kipc_object *wanted, int *ret_id);

#define KIPC_REMOVE_EVEN_IF_NOT_EMPTY (1U << 0)
#define KIPC_REMOVE_DRY_RUN (1U << 1)

/*
 * Removes the object with the kind, id, key, creator and owner of `seen`. *ret_lost (may be NULL) reports
 * what it held, also on -EBUSY. Without KIPC_REMOVE_EVEN_IF_NOT_EMPTY the removal is fenced: all permissions
 * are taken away, emptiness is checked again, and then the object is removed or gets its permissions back;
 * signals are blocked until then. KIPC_REMOVE_DRY_RUN only checks, and removes nothing.
 *
 * These are empty: a queue without messages; a ring without messages that is not attached; any other segment
 * that was never attached; a semaphore set on which no process operated, except for `pristine_pid` (its
 * creator; 0: no exception). Waits on a removed ring fail with -EIDRM.
 *
 * -EBUSY: not empty, attached or (semaphore) waited for; nothing is changed, except that a queue's capacity
 * above kernel.msgmnb may be reduced to it (see kipc_object_alter()); -EIDRM: no such object, or the id now
 * belongs to another object, or the owner changed; -EPERM: neither owner nor creator; -ENOMEM.
 */
int kipc_object_remove(const struct kipc_object *seen, unsigned flags, pid_t pristine_pid,
		       struct kipc_object *ret_lost);

/*
 * 1 if the removal of the object would lose nothing; 0 if it would, or if that is in doubt. pristine_pid as
 * above. Semaphores need read permission. A segment that was attached before is attached for a moment, to
 * check whether it is a ring. -EIDRM: no such object.
 */
int kipc_object_is_empty(const struct kipc_object *object, pid_t pristine_pid);

/* One semaphore of a set. */
struct kipc_semaphore {
	int value;	      /* semval */
	pid_t pid;	      /* sempid: the last process that operated on it */
	int waiting;	      /* semncnt: processes that wait for an increase */
	int waiting_for_zero; /* semzcnt */
	uint64_t reserved[2];
};

/*
 * The semaphores of a set. Free the array with free(3). -EACCES: no read permission; -EIDRM: no such set;
 * -ENOMEM.
 */
int kipc_object_semaphores(int id, struct kipc_semaphore **ret_semaphores, size_t *ret_n_semaphores);

/* The kernel's limits (sysctls of this IPC namespace) and how much of them is used. */
struct kipc_limits {
	uint64_t msgmax, msgmnb, msgmni;	  /* bytes a message, bytes a queue, queues */
	uint64_t shmmax, shmall, shmmni;	  /* bytes a segment, pages in all, segments */
	uint64_t semmsl, semmns, semopm, semmni;  /* semaphores a set, in all, operations a call, sets */
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
 * Opens a channel by address. `kinds` are the kinds that the caller accepts; a number without a kind is
 * looked up among them. runtime_dir NULL: the default. Free with kipc_close().
 *
 * -EINVAL, -ERANGE: as kipc_address_parse(); -ENOENT: no such channel, or the file of an ftok: address does
 * not exist; other errors of stat(2) on that file; -ENOTUNIQ: two of `kinds` have this key or id: name the
 * kind; -EPROTOTYPE: it is of another kind; -EXDEV: the registry belongs to another boot or IPC namespace;
 * -ENODATA: that cannot be told, because /proc is missing; -ESTALE: the object of the name is gone and kipcd
 * has not created a new one; -EEXIST: the name is in conflict: its key belongs to an object that kipcd did
 * not create; -ENOMEM.
 */
int kipc_open(const char *address, const char *runtime_dir, unsigned kinds,
	      struct kipc_channel **ret_channel);

/* Detaches and frees; the kernel object remains. NULL is allowed. Returns NULL. */
struct kipc_channel *kipc_close(struct kipc_channel *channel);

enum kipc_kind kipc_channel_kind(const struct kipc_channel *channel);

/* The current id. */
int kipc_channel_id(const struct kipc_channel *channel);

/* The [N] of the address, or 0. */
int kipc_channel_index(const struct kipc_channel *channel);

/* What the kernel reports about the object now. Errors of kipc_open(). */
int kipc_stat(struct kipc_channel *channel, struct kipc_object *ret_object);

/* -- messages: queues and rings ------------------------------------------------------------------------ */

/*
 * A ring is a segment that is laid out as a stream of messages: by `layout = ring` in kipcd's configuration,
 * or by kipc_ring_format(). The calls of this section work on it as on a queue, with these differences:
 *
 * - Messages come out in the order in which they went in. Selecting by type gives -EOPNOTSUPP.
 * - If the ring was removed and a new one created, calls empty the old one before they take anything from the
 *   new one.
 * - Sending, receiving and waiting change the ring, so all three need read and write permission; peeking
 *   needs read permission.
 * - A wait spins for up to 20 µs, unless that has not paid off lately, and then uses futex(2); no signal is
 *   used. A handler ends a wait with -EINTR unless it was installed with SA_RESTART (before Linux 5.16, even
 *   then).
 * - A sender that has waited 10 ms for room while others sent gets room before those that began to wait
 *   later, even if their messages are smaller: after at most twice the ring's capacity has been received for
 *   it, and for each sender that has waited longer.
 * - The caller's memory is touched before a lock is taken, so that a page fault delays no other party. A
 *   message larger than 1 MiB is copied as by kipc_reserve() and kipc_acquire(): meanwhile others wait as if
 *   the ring were full or empty.
 * - A process that is killed with SIGKILL at any instruction leaves the ring usable: a message that was sent
 *   remains, complete; one that was not sent is absent. The kernel passes on the lock of a dead thread
 *   (robust futex; the C library must have registered the thread's robust list, as glibc does). If a process
 *   is stopped inside a call, the others wait for one second; then their calls give -ENOLCK until it
 *   continues. kipc_ring_stat() names it. With KIPC_NOW they do not wait: while another party is inside a
 *   call, the ring counts as full or empty.
 * - A child of fork(2) may use an inherited handle, but does not hold what its parent holds. A handle must
 *   not be used in a signal handler, or by a child that shares our memory (vfork(2)); a signal handler must
 *   not jump out of a call.
 *
 * In addition to the errors listed for each call, calls on a ring may give: -EBADMSG: the contents contradict
 * each other, so another program wrote into the ring (kipc_ring_fault() tells where); nothing outside the
 * segment is read or written, and 'kipcctl reset' reinitialises the ring. -ENOLCK: see above. -EXDEV: the
 * ring was created in another PID namespace than ours, or than that of the parent from which the handle was
 * inherited; our thread id may be another thread's there. -ENOBUFS: the kernel has no memory for a page that
 * is needed (see kipc_populate()); nothing was sent or taken. -EPROTOTYPE: the segment is not a ring.
 */

/*
 * Sends one message: a type above 0 and `size` bytes, possibly none. The message appears completely or not at
 * all. If the queue or ring is full, the call waits for room.
 *
 * -EMSGSIZE: it could never fit: larger than kernel.msgmax or the queue's capacity (for the latter the kernel
 * would block for ever), or than the ring's largest message; -EAGAIN: full (KIPC_NOW); -ETIMEDOUT; -EINTR:
 * interrupted by a signal; -EIDRM: removed during the wait; -EACCES: no permission; -EINVAL: the type is not
 * above 0; -ENOMEM; errors of kipc_open(). Timed waits: see kipc_recv().
 */
int kipc_send(struct kipc_channel *channel, long type, const void *data, size_t size, int64_t timeout);

#define KIPC_NOT_TYPE (1U << 0) /* any type except the given one */

/*
 * Takes one message into `buffer` and returns its size; its type goes to *ret_type (may be NULL). `type` 0
 * selects the first message, above 0 the first of that type, below 0 the first of the lowest type up to
 * -type; a ring accepts only 0. A message larger than `size` stays.
 *
 * The kernel has no timed msgrcv. On a queue, a call with a timeout that has to wait creates a POSIX timer
 * (CLOCK_MONOTONIC, repeating, SIGEV_THREAD_ID) that interrupts the calling thread, and no other thread, with
 * the highest real-time signal that has its default action in the process. The first such wait installs an
 * empty handler for that signal; the waiting thread unblocks it during the wait. No message is lost: the
 * kernel's call returns either the message or EINTR.
 *
 * -EMSGSIZE: the message is larger than `size`, and stays (kipc_next_size() gives the size of a ring's oldest
 * message, kipc_message_bound() a size that is always enough); -ENOMSG: no such message (KIPC_NOW);
 * -ETIMEDOUT; -EINTR: interrupted by a signal; -EIDRM: removed during the wait; -EACCES: no permission;
 * -EINVAL: unknown flags; -EOPNOTSUPP: a type on a ring; for a timed wait on a queue, -EBUSY: every real-time
 * signal has a handler, and errors of timer_create(2); errors of kipc_open().
 */
ssize_t kipc_recv(struct kipc_channel *channel, void *buffer, size_t size, long type, unsigned flags,
		  int64_t timeout, long *ret_type);

/*
 * Copies the message at `position` (0: the oldest) and leaves it there. Never waits. Positions shift while a
 * consumer is active. The kernel, like a ring, counts from the oldest message in each call, so peeking at
 * everything takes quadratic time.
 *
 * -ENOMSG: no message at that position; -EMSGSIZE: larger than `size` or (queue) than kernel.msgmax; -ENOSYS:
 * the kernel lacks CONFIG_CHECKPOINT_RESTORE (queue); -EAGAIN: the consumers of a ring were always faster;
 * -EACCES; errors of kipc_open().
 */
ssize_t kipc_peek(struct kipc_channel *channel, void *buffer, size_t size, long position, long *ret_type);

/*
 * Waits until a message (of that type, see kipc_recv()) is available, or a semaphore could be taken. Takes
 * nothing, with one exception: on a queue, a wait takes a message of zero bytes and puts it back at the end
 * of the queue, however long that takes if others have filled the queue meanwhile. Without write permission
 * that message is lost, and the call gives -EACCES.
 *
 * Errors of kipc_recv(); -EAGAIN: the semaphore is not available (KIPC_NOW).
 */
int kipc_wait(struct kipc_channel *channel, long type, unsigned flags, int64_t timeout);

/*
 * A size that no message, there now or sent later, can exceed: for a queue the larger of kernel.msgmax and
 * the number of bytes in it, for a ring its largest message. Errors of kipc_open().
 */
int kipc_message_bound(struct kipc_channel *channel, size_t *ret_size);

/*
 * The size of the oldest message, and so of the buffer that kipc_recv() would need. -ENOMSG: empty;
 * -EOPNOTSUPP: a queue, where the kernel does not tell; errors of kipc_peek().
 */
int kipc_next_size(struct kipc_channel *channel, size_t *ret_size);

/* One message of a batch. Zero it before you fill it in: `reserved` may get a meaning. */
struct kipc_message {
	long type;
	void *data;
	size_t size;
	uint64_t reserved;
};

/*
 * Sends as many of the messages as fit, in order, and returns their number. Waits for room only if not even
 * the first fits. On a ring they appear at the same instant and cost little more than one. -EMSGSIZE and
 * -EINVAL are about the first message that could not be sent, and are returned only if that is messages[0];
 * otherwise errors of kipc_send(). A ring takes at most 1 MiB at once, including 16 bytes for the header of
 * each message, but always the first message.
 */
ssize_t kipc_send_batch(struct kipc_channel *channel, const struct kipc_message *messages, size_t n_messages,
			int64_t timeout);

/*
 * Takes the oldest messages, up to n_messages and as many as fit one behind another into `buffer`, and
 * returns their number. ret_messages[i].data points into `buffer`, aligned to 16 bytes if `buffer` is. Waits
 * for a message only if there is none. A ring returns at most 1 MiB at once; all messages are taken at the
 * same instant: if the process is killed before, all of them remain.
 * -EMSGSIZE: the oldest does not fit; all messages stay. Otherwise errors of kipc_recv().
 */
ssize_t kipc_recv_batch(struct kipc_channel *channel, void *buffer, size_t size,
			struct kipc_message *ret_messages, size_t n_messages, int64_t timeout);

/* -- rings: without a copy ------------------------------------------------------------------------------ */

/*
 * Reserves room in the ring for a message of up to `size` bytes. Write the message in place; then send it
 * with kipc_commit(), whose `size` may be smaller, or give the room back with kipc_abort(). The address is
 * valid until then. The message is not visible to consumers before, but any process that may write to the
 * segment can change it at any time.
 *
 * Until the commit, other producers wait as if the ring were full. So use this for a ring with one producer,
 * or for messages that are written quickly. A channel handle can have one reservation and one acquisition at
 * a time; any thread may end them. A reservation belongs to the process while any of its threads runs. If the
 * process dies, or executes another program, the reservation is void within a second of the next send. Only a
 * process that may read its /proc/PID/maps can see that it executes another program; without such a process,
 * the reservation lasts until the process ends.
 *
 * Errors of kipc_send(); -EALREADY: this handle has a reservation already; -EMFILE, -ENFILE: no descriptor is
 * free, which the first claim of a process needs to read /proc/self/stat; -ENOSYS: /proc is missing. Commit
 * and abort: -EINVAL: no reservation, a bad type, or `size` is larger than reserved. Commit: -EIDRM: the
 * address now stands for another ring; -EOWNERDEAD: the reservation is void: nothing was sent. After any
 * other error the reservation is unchanged, and the call can be repeated. Abort and kipc_close() do not wait,
 * and always end it.
 */
int kipc_reserve(struct kipc_channel *channel, size_t size, int64_t timeout, void **ret_data);
int kipc_commit(struct kipc_channel *channel, long type, size_t size);
int kipc_abort(struct kipc_channel *channel);

/*
 * Gives access to the oldest message in place and returns its size; kipc_release() then removes the message.
 * If the process dies before that, or calls kipc_close(), the next consumer gets the same message: it is
 * delivered at least once, and once more for each such death.
 *
 * Until the release, other consumers wait as if the ring were empty, including kipc_wait(). The bytes are in
 * shared memory: copy what you check.
 *
 * Errors of kipc_recv(), and of kipc_reserve() about claims. Release: -EINVAL: no acquisition; -EOWNERDEAD:
 * the acquisition is void, and the message will be delivered again. After any other error the acquisition is
 * unchanged, and the call can be repeated.
 */
ssize_t kipc_acquire(struct kipc_channel *channel, int64_t timeout, const void **ret_data, long *ret_type);
int kipc_release(struct kipc_channel *channel);

/* -- rings: themselves ---------------------------------------------------------------------------------- */

/* 1 if the channel is a ring, 0 if not; attaches a segment read-only to check. Errors of kipc_attach(). */
int kipc_channel_is_ring(struct kipc_channel *channel);

/* The broken invariant of a ring. */
enum kipc_ring_fault {
	KIPC_RING_SOUND = 0,
	KIPC_RING_GEOMETRY,	/* the sizes in the header contradict the segment's */
	KIPC_RING_COUNTS,	/* neither count of a side agrees with its position, or one is out of range */
	KIPC_RING_POSITIONS,	/* there are more bytes between the positions than in the data area */
	KIPC_RING_RECORD_STATE, /* a record is neither a message nor padding */
	KIPC_RING_RECORD_SIZE,	/* a record exceeds the largest message, the positions or the data area */
	KIPC_RING_RECORD_TYPE,	/* the type of a message is not above 0 */
	KIPC_RING_LOCK,		/* a lock was changed by a thread that did not hold it */
};

/* A sentence without a full stop. Static storage. */
const char *kipc_ring_fault_to_string(enum kipc_ring_fault fault);

/* What the last -EBADMSG on this handle was about. KIPC_RING_SOUND: no call has given -EBADMSG. */
enum kipc_ring_fault kipc_ring_fault(const struct kipc_channel *channel);

/* The counters and state of a ring, for display: a program that may write to the ring can forge them. */
struct kipc_ring {
	uint64_t capacity;    /* bytes of the data area, in which every record has a header of 16 bytes */
	uint64_t max_message; /* bytes: the largest body */
	uint64_t used;	      /* bytes of the data area */
	uint64_t messages;    /* in it now */
	uint64_t bytes;	      /* of their bodies */
	uint64_t sent_messages, sent_bytes, received_messages, received_bytes; /* ever */
	uint64_t producer_waits, consumer_waits; /* how often a thread slept: for room, for a message */
	pid_t producer_lock, consumer_lock;	 /* the thread that is inside a call; 0: none */
	pid_t producer_claim, consumer_claim;	 /* the process with a reservation, an acquisition; 0: none */
	bool retired;				 /* it lost its key or was removed: there may be a new one */
	enum kipc_ring_fault fault; /* judged by the header and both positions; records are not checked */
	uint64_t reserved[8];
};

/*
 * Needs read permission. A broken ring is not an error: see `fault`. -EPROTOTYPE: not a ring; errors of
 * kipc_attach().
 */
int kipc_ring_stat(struct kipc_channel *channel, struct kipc_ring *ret_ring);

enum kipc_ring_side {
	KIPC_RING_PRODUCERS = 1,
	KIPC_RING_CONSUMERS,
};

/*
 * The side whose futex word is at that offset of a ring's segment; 0: none. A thread that sleeps there, in
 * futex(2) or futex_waitv(2), waits for that side to move: on the producers' word for a message, on the
 * consumers' word for room (or, while a process has acquired a message, for the release).
 */
enum kipc_ring_side kipc_ring_side_at(uint64_t offset);

/*
 * Lays out the segment `id` as an empty ring. max_message 0: an eighth of the size. The previous contents are
 * lost, so no process may have the segment attached.
 *
 * -EBUSY: it is attached; -EINVAL: the segment is smaller than 8 KiB or larger than 8 GiB, or cannot hold two
 * messages of the largest size; -EACCES, -EIDRM, -ENOMEM; -EXDEV: /proc does not tell our PID namespace.
 */
int kipc_ring_format(int id, size_t max_message);

/* -- raw segments -------------------------------------------------------------------------------------- */

#define KIPC_READ_ONLY (1U << 0)

/*
 * Attaches the segment and gives its address and size. The mapping belongs to the channel and lasts until
 * kipc_close(); further calls give the same mapping. After a removal it remains readable, but a program that
 * attaches later does not share it.
 *
 * -EACCES: no permission (KIPC_READ_ONLY needs read permission only); -EIDRM: removed; -ENOMEM; errors of
 * kipc_open().
 */
int kipc_attach(struct kipc_channel *channel, unsigned flags, void **ret_address, size_t *ret_size);

/*
 * Makes sure that the pages of these bytes exist before a program touches them at the address from
 * kipc_attach(). For a segment of huge pages, or one created with SHM_NORESERVE, memory can be short;
 * touching a missing page raises SIGBUS. Bytes beyond the end are ignored. kipc_read() and kipc_write() do
 * this themselves.
 *
 * -ENOBUFS: the kernel has no memory for them; -ERANGE: `offset` is beyond the end; errors of kipc_attach().
 * Before Linux 5.14 this cannot be checked, and the result is 0.
 */
int kipc_populate(struct kipc_channel *channel, uint64_t offset, size_t size);

/*
 * Copies bytes out of or into the segment, at most up to its end, and returns their number. Other processes
 * may write at the same time: hold a semaphore where that matters.
 *
 * -ERANGE: `offset` is beyond the end; -ENOBUFS: see kipc_populate(); errors of kipc_attach().
 */
ssize_t kipc_read(struct kipc_channel *channel, uint64_t offset, void *buffer, size_t size);
ssize_t kipc_write(struct kipc_channel *channel, uint64_t offset, const void *data, size_t size);

/* -- semaphores ---------------------------------------------------------------------------------------- */

#define KIPC_UNDO (1U << 0) /* the kernel undoes it when the process ends, however it ends (SEM_UNDO) */

/*
 * Adds n to one semaphore, or takes n from it and waits until that is possible. `index` counts from 0.
 *
 * -EAGAIN: not available (KIPC_NOW); -ETIMEDOUT; -EINTR; -EIDRM: removed during the wait; -EACCES; -ERANGE:
 * the value would exceed 32767, or n is not 1…32767; -EFBIG: no semaphore with that index; -ENOMEM: the
 * kernel has no memory for the undo; errors of kipc_open().
 */
int kipc_up(struct kipc_channel *channel, int index, int n, unsigned flags);
int kipc_down(struct kipc_channel *channel, int index, int n, unsigned flags, int64_t timeout);

/*
 * Adds up to n to the semaphore, but not beyond `max`: in one step its value becomes the smaller of value + n
 * and max. This call never lifts the value above max, however many processes call it at once. A semaphore at
 * or above max stays as it is. With n above 1, the value of a nearly full semaphore is also read, which needs
 * read permission. `flags` must be 0.
 *
 * Returns how many were added, 0…n. Errors of kipc_up(); -ERANGE: n or max is not 1…32767; -EINVAL: flags.
 */
int kipc_up_to(struct kipc_channel *channel, int index, int n, int max, unsigned flags);

#ifdef __cplusplus
}
#endif

#endif
