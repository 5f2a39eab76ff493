/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Kernel objects: reading, finding and removing them, while other processes interfere. This program has a
 * msgctl(2) and a shmctl(2) of its own, so that something can happen between two of the library's system
 * calls, every time.
 */

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/object-empty.h"
#include "lib/object-remove.h"
#include "lib/object.h"
#include "lib/ring/attach.h"
#include "lib/ring/recv.h"
#include "lib/ring/send.h"

static int (*real_msgctl)(int id, int command, struct msqid_ds *ds);
static void (*before_the_fence)(int id); /* called once, before the permissions are taken away */

int msgctl(int id, int command, struct msqid_ds *ds)
{
	if (command == IPC_SET && (ds->msg_perm.mode & 0777) == 0 && before_the_fence != NULL) {
		before_the_fence(id);
		before_the_fence = NULL;
	}
	return real_msgctl(id, command, ds);
}

static void send_one(int id)
{
	const struct {
		long type;
		char body[3];
	} message = { 1, "abc" };

	assert_int_equal(msgsnd(id, &message, sizeof message.body, IPC_NOWAIT), 0);
}

/* The queue is empty at the first check, and not behind the fence. */
static void removal_meets_a_message(void **state)
{
	struct kipc_object seen, lost = { 0 };
	int id = msgget(IPC_PRIVATE, 0640);

	assert_return_code(id, errno);
	assert_int_equal(kipc_object_stat(KIPC_QUEUE, id, &seen), 0);
	before_the_fence = send_one;
	assert_int_equal(kipc_object_remove(&seen, 0, 0, &lost), -EBUSY);
	assert_null(before_the_fence);
	assert_int_equal(lost.queue.messages, 1);
	assert_int_equal(lost.mode, 0640);
	assert_int_equal(kipc_object_stat(KIPC_QUEUE, id, &seen), 0);
	assert_int_equal(seen.queue.messages, 1);
	assert_int_equal(seen.mode, 0640); /* its permissions came back */
	assert_int_equal(kipc_object_remove(&seen, KIPC_REMOVE_EVEN_IF_NOT_EMPTY, 0, NULL), 0);
	assert_int_equal(kipc_object_stat(KIPC_QUEUE, id, &seen), -EIDRM);
}

static void removal_of_an_empty_queue(void **state)
{
	struct kipc_object seen;
	int id = msgget(IPC_PRIVATE, 0640);

	assert_return_code(id, errno);
	assert_int_equal(kipc_object_stat(KIPC_QUEUE, id, &seen), 0);
	assert_int_equal(kipc_object_remove(&seen, KIPC_REMOVE_DRY_RUN, 0, NULL), 0);
	assert_int_equal(kipc_object_remove(&seen, 0, 0, NULL), 0);
	assert_int_equal(kipc_object_remove(&seen, 0, 0, NULL), -EIDRM);
}

/* The kernel creates a new object for IPC_PRIVATE, whatever the flags. */
static void no_object_has_the_private_key(void **state)
{
	static const enum kipc_kind kinds[] = { KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE };
	struct kipc_object object = { .id = -1 };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		assert_int_equal(kipc_object_find(kinds[i], IPC_PRIVATE, &object), -ENOENT);
		assert_int_equal(object.id, -1);
	}
}

/* -- segments and rings ------------------------------------------------------------------------ */

#define SIZE 8192

static int (*real_shmctl)(int id, int command, struct shmid_ds *ds);
static void (*before_the_fence_of_a_segment)(int id);

int shmctl(int id, int command, struct shmid_ds *ds)
{
	if (command == IPC_SET && (ds->shm_perm.mode & 0777) == 0 && before_the_fence_of_a_segment != NULL) {
		before_the_fence_of_a_segment(id);
		before_the_fence_of_a_segment = NULL;
	}
	return real_shmctl(id, command, ds);
}

static int make_ring(void)
{
	int id = shmget(IPC_PRIVATE, SIZE, 0640);

	assert_return_code(id, errno);
	assert_int_equal(kipc_ring_format(id, 0), 0);
	return id;
}

static void send_to_ring(int id)
{
	char body[] = "abc";
	struct kipc_message message = { 1, body, 3 };
	struct ring *ring;

	assert_int_equal(ring_attach(id, true, &ring), 0);
	assert_int_equal(ring_send(ring, &message, 1, KIPC_NOW), 1);
	ring_free(ring);
}

static struct ring *attached;

static void attach_ring(int id)
{
	assert_int_equal(ring_attach(id, true, &attached), 0);
}

static bool is_empty(int id)
{
	struct kipc_object object;

	assert_int_equal(kipc_object_stat(KIPC_SEGMENT, id, &object), 0);
	return kipc_object_is_empty(&object, 0) == 1;
}

/* A removal without force is refused, and leaves the segment as it was. */
static void refuses(int id)
{
	struct kipc_object seen, lost = { 0 }, now;

	assert_int_equal(kipc_object_stat(KIPC_SEGMENT, id, &seen), 0);
	assert_int_equal(kipc_object_remove(&seen, 0, 0, &lost), -EBUSY);
	assert_int_equal(lost.id, id);
	assert_int_equal(kipc_object_stat(KIPC_SEGMENT, id, &now), 0);
	assert_int_equal(now.mode, 0640);
}

static void removes(int id, unsigned flags)
{
	struct kipc_object seen;

	assert_int_equal(kipc_object_stat(KIPC_SEGMENT, id, &seen), 0);
	assert_int_equal(kipc_object_remove(&seen, flags, 0, NULL), 0);
}

static void a_raw_segment_is_empty_until_it_is_attached(void **state)
{
	int id = shmget(IPC_PRIVATE, SIZE, 0640);
	struct kipc_object object;

	assert_return_code(id, errno);
	assert_true(is_empty(id));
	assert_int_equal(kipc_object_stat(KIPC_SEGMENT, id, &object), 0);
	assert_int_equal(object.segment.atime, 0); /* the check did not attach it */
	shmdt(shmat(id, NULL, 0));
	assert_false(is_empty(id));
	refuses(id);
	removes(id, KIPC_REMOVE_EVEN_IF_NOT_EMPTY);
}

static void a_ring_without_messages_and_users_is_empty(void **state)
{
	int id = make_ring();

	assert_true(is_empty(id));
	attach_ring(id);
	assert_false(is_empty(id));
	refuses(id);
	ring_free(attached);
	send_to_ring(id);
	assert_false(is_empty(id));
	refuses(id);
	assert_int_equal(kipc_ring_format(id, 0), 0);
	removes(id, 0);
	assert_int_equal(kipc_object_stat(KIPC_SEGMENT, id, &(struct kipc_object){ 0 }), -EIDRM);
}

/* The ring is empty at the first check, and not behind the fence. */
static void removal_of_a_ring_meets_a_message(void **state)
{
	int id = make_ring();

	before_the_fence_of_a_segment = send_to_ring;
	refuses(id);
	assert_null(before_the_fence_of_a_segment);
	assert_int_equal(kipc_ring_format(id, 0), 0);
	before_the_fence_of_a_segment = attach_ring;
	refuses(id);
	assert_null(before_the_fence_of_a_segment);
	assert_false(ring_is_retired(attached));
	removes(id, KIPC_REMOVE_EVEN_IF_NOT_EMPTY);
	assert_true(ring_is_retired(attached));
	ring_free(attached);
}

/* A process that has the ring attached itself can remove it. */
static void our_own_attachment_does_not_count(void **state)
{
	struct kipc_object seen;
	int id = make_ring();

	attach_ring(id);
	assert_int_equal(kipc_object_stat(KIPC_SEGMENT, id, &seen), 0);
	assert_int_equal(object_is_empty(&seen, 0, 1), 1);
	assert_int_equal(object_remove(&seen, 0, 0, 0, NULL), -EBUSY);
	assert_int_equal(object_remove(&seen, 0, 0, 1, NULL), 0);
	ring_free(attached);
}

static void a_broken_ring_is_not_empty(void **state)
{
	int id = make_ring();
	struct ring_header *header = shmat(id, NULL, 0);

	header->capacity = 16;
	assert_int_equal(shmdt(header), 0);
	assert_int_equal(ring_is_empty(id), -EBADMSG);
	assert_false(is_empty(id));
	refuses(id);
	header = shmat(id, NULL, 0);
	assert_int_equal(ring_retire_at(header, SIZE), 0); /* so that its sleepers wake */
	assert_int_equal(shmdt(header), 0);
	removes(id, KIPC_REMOVE_EVEN_IF_NOT_EMPTY);
}

/* A raw segment that is removed by force keeps its bytes for the processes that have it attached. */
static void only_rings_are_retired(void **state)
{
	int id = shmget(IPC_PRIVATE, SIZE, 0640);
	struct ring_header *header = shmat(id, NULL, 0);

	removes(id, KIPC_REMOVE_EVEN_IF_NOT_EMPTY);
	assert_int_equal(header->retired, 0);
	assert_int_equal(ring_retire_at(header, SIZE), -EPROTOTYPE);
	assert_int_equal(shmdt(header), 0);
}

/* A set is untouched if only its maker has operated on it, before its last IPC_SET. */
static void operations_on_a_set(void **state)
{
	struct sembuf null_operation = { 0 };
	struct kipc_object object;
	int id = semget(IPC_PRIVATE, 2, 0600);

	assert_return_code(id, errno);
	assert_int_equal(kipc_object_stat(KIPC_SEMAPHORE, id, &object), 0);
	assert_int_equal(kipc_object_is_empty(&object, 0), 1);
	assert_int_equal(semctl(id, 0, SETALL, (union semun){ .array = (unsigned short[]){ 0, 0 } }), 0);
	assert_int_equal(semop(id, &null_operation, 1), 0);
	assert_int_equal(semctl(id, 0, SETALL, (union semun){ .array = (unsigned short[]){ 1, 5 } }), 0);
	assert_int_equal(kipc_object_stat(KIPC_SEMAPHORE, id, &object), 0);
	assert_int_equal(kipc_object_is_empty(&object, getpid()), 1);
	assert_int_equal(kipc_object_is_empty(&object, getpid() + 1), 0);
	assert_int_equal(kipc_object_is_empty(&object, 0), 0);
	object.semaphore.otime = object.ctime + 1; /* a later process with the maker's pid */
	assert_int_equal(kipc_object_is_empty(&object, getpid()), 0);
	assert_int_equal(semctl(id, 0, IPC_RMID), 0);
}

static void unknown_flags_are_refused(void **state)
{
	const unsigned unknown = 1U << 31;
	struct kipc_channel *queue, *set, *segment;
	struct kipc_object object;
	char address[32];
	void *place;
	size_t size;
	int id;

	id = msgget(IPC_PRIVATE, 0600);
	(void)snprintf(address, sizeof address, "queue:@%d", id);
	assert_int_equal(kipc_open(address, NULL, KIPC_QUEUE | unknown, &queue), -EINVAL);
	assert_int_equal(kipc_object_stat(KIPC_QUEUE, id, &object), 0);
	assert_int_equal(kipc_object_alter(&object, KIPC_ALTER_MODE | unknown), -EINVAL);
	assert_int_equal(kipc_object_remove(&object, unknown, 0, NULL), -EINVAL);
	assert_int_equal(msgctl(id, IPC_RMID, NULL), 0);

	id = semget(IPC_PRIVATE, 1, 0600);
	(void)snprintf(address, sizeof address, "semaphore:@%d", id);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEMAPHORE, &set), 0);
	assert_int_equal(kipc_up(set, 0, 1, unknown), -EINVAL);
	assert_int_equal(kipc_down(set, 0, 1, unknown, KIPC_NOW), -EINVAL);
	assert_int_equal(semctl(id, 0, GETVAL), 0);
	kipc_close(set);
	assert_int_equal(semctl(id, 0, IPC_RMID), 0);

	id = shmget(IPC_PRIVATE, 100, 0600);
	(void)snprintf(address, sizeof address, "segment:@%d", id);
	assert_int_equal(kipc_open(address, NULL, KIPC_SEGMENT, &segment), 0);
	assert_int_equal(kipc_attach(segment, KIPC_READ_ONLY | unknown, &place, &size), -EINVAL);
	kipc_close(segment);
	assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
}

/*
 * Programs are compiled with these sizes. If one changes, LT_CURRENT in configure.ac and everything that has
 * its number must change.
 */
static void structures_have_the_sizes_of_the_abi(void **state)
{
	(void)state;
	if (sizeof(void *) != 8)
		skip();
	assert_int_equal(sizeof(struct kipc_address), 112);
	assert_int_equal(sizeof(struct kipc_name), 88);
	assert_int_equal(sizeof(struct kipc_object), 104);
	assert_int_equal(sizeof(struct kipc_semaphore), 32);
	assert_int_equal(sizeof(struct kipc_limits), 280);
	assert_int_equal(sizeof(struct kipc_message), 32);
	assert_int_equal(sizeof(struct kipc_ring), 176);
}

static void unknown_kinds_are_refused(void **state)
{
	static const enum kipc_kind none[] = { 0, (enum kipc_kind)(KIPC_QUEUE | KIPC_SEGMENT),
					       (enum kipc_kind)99 };
	struct kipc_object object, *objects;
	int id = semget(IPC_PRIVATE, 1, 0600);
	size_t n;

	(void)state;
	assert_true(id >= 0);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		assert_int_equal(kipc_object_stat(none[i], id, &object), -EINVAL);
		assert_int_equal(kipc_object_list(none[i], &objects, &n), -EINVAL);
		object = (struct kipc_object){ .kind = none[i], .id = id, .mode = 0600 };
		assert_int_equal(
			kipc_object_alter(&object, KIPC_ALTER_UID | KIPC_ALTER_GID | KIPC_ALTER_MODE),
			-EINVAL);
	}
	semctl(id, 0, IPC_RMID);
}

/* The kernel would get another number than the one that was asked for. */
static void sizes_that_do_not_fit_are_refused(void **state)
{
	struct kipc_object object = { .kind = KIPC_SEMAPHORE, .mode = 0600 };
	int id = -1;

	(void)state;
	object.semaphore.semaphores = (UINT64_C(1) << 32) + 1;
	assert_int_equal(kipc_object_create(&object, &id), -EINVAL);
	object.kind = KIPC_SEGMENT;
	object.segment.size = UINT64_MAX - 4096;
	assert_int_equal(kipc_object_create(&object, &id), -EINVAL);
	assert_int_equal(id, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structures_have_the_sizes_of_the_abi),
		cmocka_unit_test(unknown_flags_are_refused),
		cmocka_unit_test(unknown_kinds_are_refused),
		cmocka_unit_test(sizes_that_do_not_fit_are_refused),
		cmocka_unit_test(removal_meets_a_message),
		cmocka_unit_test(removal_of_an_empty_queue),
		cmocka_unit_test(no_object_has_the_private_key),
		cmocka_unit_test(a_raw_segment_is_empty_until_it_is_attached),
		cmocka_unit_test(a_ring_without_messages_and_users_is_empty),
		cmocka_unit_test(removal_of_a_ring_meets_a_message),
		cmocka_unit_test(our_own_attachment_does_not_count),
		cmocka_unit_test(a_broken_ring_is_not_empty),
		cmocka_unit_test(only_rings_are_retired),
		cmocka_unit_test(operations_on_a_set),
	};

	real_msgctl = (int (*)(int, int, struct msqid_ds *))dlsym(RTLD_NEXT, "msgctl");
	real_shmctl = (int (*)(int, int, struct shmid_ds *))dlsym(RTLD_NEXT, "shmctl");
	/* If that is allowed. All objects here are private and are removed anyway. */
	(void)unshare(CLONE_NEWIPC);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
