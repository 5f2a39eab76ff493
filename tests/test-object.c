/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Kernel objects looked at, found and removed, with others coming in between: msgctl(2) is ours here, so that what
 * happens between two of the library's system calls happens every time.
 */

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/object.h"

static int (*real_msgctl)(int id, int command, struct msqid_ds *ds);
static void (*before_the_fence)(int id); /* once, before rights are taken away */

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

/* A queue that is empty at the first look, and not behind the fence. */
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
	assert_int_equal(seen.mode, 0640); /* its rights came back */
	assert_int_equal(kipc_object_remove(&seen, KIPC_REMOVE_EVEN_IF_NOT_EMPTY, 0, NULL), 0);
	assert_int_equal(kipc_object_stat(KIPC_QUEUE, id, &seen), -EIDRM);
}

static void removal_of_an_empty_one(void **state)
{
	struct kipc_object seen;
	int id = msgget(IPC_PRIVATE, 0640);

	assert_return_code(id, errno);
	assert_int_equal(kipc_object_stat(KIPC_QUEUE, id, &seen), 0);
	assert_int_equal(kipc_object_remove(&seen, KIPC_REMOVE_DRY_RUN, 0, NULL), 0);
	assert_int_equal(kipc_object_remove(&seen, 0, 0, NULL), 0);
	assert_int_equal(kipc_object_remove(&seen, 0, 0, NULL), -EIDRM);
}

/* IPC_PRIVATE makes a new object whatever the flags. */
static void no_object_has_the_private_key(void **state)
{
	static const enum kipc_kind kinds[] = { KIPC_QUEUE, KIPC_SEGMENT, KIPC_SEMAPHORE };
	struct kipc_object object = { .id = -1 };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		assert_int_equal(kipc_object_find(kinds[i], IPC_PRIVATE, &object), -ENOENT);
		assert_int_equal(object.id, -1);
	}
}

/* A set is untouched as long as only its maker operated on it, before its last IPC_SET. */
static void sets_that_were_operated_on(void **state)
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
	object.semaphore.otime = object.ctime + 1; /* somebody who got the maker's pid */
	assert_int_equal(kipc_object_is_empty(&object, getpid()), 0);
	assert_int_equal(semctl(id, 0, IPC_RMID), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removal_meets_a_message),
		cmocka_unit_test(removal_of_an_empty_one),
		cmocka_unit_test(no_object_has_the_private_key),
		cmocka_unit_test(sets_that_were_operated_on),
	};

	real_msgctl = (int (*)(int, int, struct msqid_ds *))dlsym(RTLD_NEXT, "msgctl");
	/* Where that is allowed; what is made here is private and removed anyway. */
	(void)unshare(CLONE_NEWIPC);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
