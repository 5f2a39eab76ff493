/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * From a line of /proc/PID/task/TID/syscall to what the thread waits for. Called by processes.c for each thread. The thread
 * controls everything that is read here: it is bounded, and what makes no sense is skipped.
 *
 * A caller counts as 32-bit if both its stack and its code lie below 4 GiB, on a machine where programs have 64 bits. A 64-bit
 * program that arranges this only gets itself described wrongly.
 */

#include "client/facts/blocked.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define FLAG_MSG_NOERROR 010000UL /* msgrcv(2); sys/msg.h is not for us */
#define FLAG_MSG_EXCEPT 020000UL
#define N_ARGUMENTS 6
#define FUTEXES_MAX 128 /* FUTEX_WAITV_MAX of <linux/futex.h> */
#define FUTEX_COMMAND_MASK 0x7fUL
#define FUTEX_WAIT_COMMAND 0UL
#define FUTEX_WAIT_BITSET_COMMAND 9UL

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449 /* on every architecture */
#endif

enum call {
	CALL_NONE = 0,
	CALL_MSGSND,
	CALL_MSGRCV,
	CALL_SEMOP,
	CALL_IPC, /* the old multiplexer: its first argument says which call; ipc(2) */
	CALL_FUTEX,
	CALL_FUTEX_WAITV,
};

struct call_number {
	long number;
	enum call call;
};

static const struct call_number numbers[] = {
#ifdef SYS_msgsnd
	{ SYS_msgsnd, CALL_MSGSND },
#endif
#ifdef SYS_msgrcv
	{ SYS_msgrcv, CALL_MSGRCV },
#endif
#ifdef SYS_semop
	{ SYS_semop, CALL_SEMOP },
#endif
#ifdef SYS_semtimedop
	{ SYS_semtimedop, CALL_SEMOP },
#endif
#ifdef SYS_semtimedop_time64
	{ SYS_semtimedop_time64, CALL_SEMOP },
#endif
#ifdef SYS_ipc
	{ SYS_ipc, CALL_IPC },
#endif
#ifdef SYS_futex
	{ SYS_futex, CALL_FUTEX },
#endif
	{ SYS_futex_waitv, CALL_FUTEX_WAITV },
};

/* Of 32-bit programs on a 64-bit kernel: arch/{x86,arm64,powerpc,s390}/…/syscall*.tbl of the kernel. */
static const struct call_number numbers_of_32_bit[] = {
#if defined(__x86_64__)
	{ 117, CALL_IPC },
	{ 400, CALL_MSGSND },
	{ 401, CALL_MSGRCV },
	{ 420, CALL_SEMOP },
	{ 240, CALL_FUTEX },
	{ 422, CALL_FUTEX },
#elif defined(__aarch64__)
	{ 298, CALL_SEMOP },
	{ 301, CALL_MSGSND },
	{ 302, CALL_MSGRCV },
	{ 312, CALL_SEMOP },
	{ 420, CALL_SEMOP },
	{ 240, CALL_FUTEX },
	{ 422, CALL_FUTEX },
#elif defined(__powerpc64__)
	{ 117, CALL_IPC },
	{ 400, CALL_MSGSND },
	{ 401, CALL_MSGRCV },
	{ 420, CALL_SEMOP },
	{ 221, CALL_FUTEX },
	{ 422, CALL_FUTEX },
#elif defined(__s390x__)
	{ 117, CALL_IPC },
	{ 400, CALL_MSGSND },
	{ 401, CALL_MSGRCV },
	{ 420, CALL_SEMOP },
	{ 238, CALL_FUTEX },
	{ 422, CALL_FUTEX },
#endif
	{ SYS_futex_waitv, CALL_FUTEX_WAITV },
};

/* One thread inside a call. */
struct caller {
	pid_t tid;
	bool is_32_bit;
	enum call call;
	uint64_t arguments[N_ARGUMENTS];
};

const char *blocked_operation_to_string(enum blocked_operation operation)
{
	switch (operation) {
	case BLOCKED_SEND:
		return "send";
	case BLOCKED_RECEIVE:
		return "receive";
	case BLOCKED_OPERATE:
		return "operate";
	case BLOCKED_NOTICE:
		return "watch";
	}
	return "?";
}

/* -- the caller's memory --------------------------------------------------------------------------------- */

static bool read_memory(const struct caller *caller, uint64_t address, void *data, size_t size)
{
	struct iovec ours = { data, size }, theirs = { (void *)(uintptr_t)address, size };

	return process_vm_readv(caller->tid, &ours, 1, &theirs, 1, 0) == (ssize_t)size;
}

/* The long of the caller's own size. */
static bool read_long(const struct caller *caller, uint64_t address, long *ret_number)
{
	int32_t small;

	if (!caller->is_32_bit)
		return read_memory(caller, address, ret_number, sizeof *ret_number);
	if (!read_memory(caller, address, &small, sizeof small))
		return false;
	*ret_number = small;
	return true;
}

/* -- calls ----------------------------------------------------------------------------------------------- */

static long to_long(const struct caller *caller, uint64_t argument)
{
	return caller->is_32_bit ? (long)(int32_t)argument : (long)argument;
}

static void decode_send(const struct caller *caller, int id, uint64_t message, struct blocked *blocked)
{
	blocked->kind = KIPC_QUEUE;
	blocked->operation = BLOCKED_SEND;
	blocked->id = id;
	blocked->has_type = read_long(caller, message, &blocked->type);
}

static void decode_receive(int id, uint64_t size, long type, uint64_t flags, struct blocked *blocked)
{
	blocked->kind = KIPC_QUEUE;
	blocked->operation = size == 0 && (flags & FLAG_MSG_NOERROR) == 0 ? BLOCKED_NOTICE : BLOCKED_RECEIVE;
	blocked->id = id;
	blocked->has_type = true;
	blocked->type = type;
	blocked->not_type = (flags & FLAG_MSG_EXCEPT) != 0 && type > 0;
}

static void decode_operate(const struct caller *caller, int id, uint64_t operations, uint64_t n_operations,
			   struct blocked *blocked)
{
	struct { /* struct sembuf of semop(2) */
		uint16_t number;
		int16_t change, flags;
	} operation;

	blocked->kind = KIPC_SEMAPHORE;
	blocked->operation = BLOCKED_OPERATE;
	blocked->id = id;
	if (n_operations != 1 || !read_memory(caller, operations, &operation, sizeof operation))
		return;
	blocked->semaphore = operation.number;
	blocked->change = operation.change;
}

/* In version 0 the address of the buffer and the type lie together in the caller's memory. */
static void decode_multiplexed_receive(const struct caller *caller, struct blocked *blocked)
{
	const uint64_t *arguments = caller->arguments;
	size_t long_size = caller->is_32_bit ? sizeof(int32_t) : sizeof(long);
	long type = 0;
	bool has_type = true;

	if (arguments[0] >> 16 != 0)
		type = to_long(caller, arguments[5]);
	else
		has_type = read_long(caller, arguments[4] + long_size, &type);
	decode_receive((int)arguments[1], arguments[2], type, arguments[3], blocked);
	blocked->has_type = has_type;
}

static void decode_multiplexed(const struct caller *caller, struct blocked *blocked)
{
	const uint64_t *arguments = caller->arguments;

	switch (arguments[0] & 0xffff) {
	case 1: /* SEMOP, SEMTIMEDOP, MSGSND, MSGRCV of <linux/ipc.h> */
	case 4:
		decode_operate(caller, (int)arguments[1], arguments[4], arguments[2], blocked);
		break;
	case 11:
		decode_send(caller, (int)arguments[1], arguments[4], blocked);
		break;
	case 12:
		decode_multiplexed_receive(caller, blocked);
		break;
	}
}

/* The side of the ring that has that futex. */
static bool decode_futex(uint64_t address, const struct mapping *mappings, size_t n_mappings,
			 struct blocked *blocked)
{
	for (size_t i = 0; i < n_mappings; i++) {
		if (address < mappings[i].start || address >= mappings[i].end)
			continue;
		switch (kipc_ring_side_at(address - mappings[i].start + mappings[i].offset)) {
		case KIPC_RING_PRODUCERS:
			blocked->operation = BLOCKED_RECEIVE;
			break;
		case KIPC_RING_CONSUMERS:
			blocked->operation = BLOCKED_SEND;
			break;
		default:
			return false;
		}
		blocked->kind = KIPC_SEGMENT;
		blocked->id = mappings[i].id;
		return true;
	}
	return false;
}

static void decode_futexes(const struct caller *caller, const struct mapping *mappings, size_t n_mappings,
			   struct blocked *blocked)
{
	struct { /* struct futex_waitv of <linux/futex.h> */
		uint64_t value, address;
		uint32_t flags, reserved;
	} futexes[FUTEXES_MAX];
	uint64_t n = caller->arguments[1];

	if (n_mappings == 0 || n == 0 || n > FUTEXES_MAX ||
	    !read_memory(caller, caller->arguments[0], futexes, n * sizeof *futexes))
		return;
	for (size_t i = 0; i < n; i++)
		if (decode_futex(futexes[i].address, mappings, n_mappings, blocked))
			return;
}

static void decode_call(const struct caller *caller, const struct mapping *mappings, size_t n_mappings,
			struct blocked *blocked)
{
	const uint64_t *arguments = caller->arguments;
	uint64_t command;

	switch (caller->call) {
	case CALL_NONE:
		break;
	case CALL_MSGSND:
		decode_send(caller, (int)arguments[0], arguments[1], blocked);
		break;
	case CALL_MSGRCV:
		decode_receive((int)arguments[0], arguments[2], to_long(caller, arguments[3]), arguments[4],
			       blocked);
		break;
	case CALL_SEMOP:
		decode_operate(caller, (int)arguments[0], arguments[1], arguments[2], blocked);
		break;
	case CALL_IPC:
		decode_multiplexed(caller, blocked);
		break;
	case CALL_FUTEX:
		command = arguments[1] & FUTEX_COMMAND_MASK;
		if (command == FUTEX_WAIT_COMMAND || command == FUTEX_WAIT_BITSET_COMMAND)
			(void)decode_futex(arguments[0], mappings, n_mappings, blocked);
		break;
	case CALL_FUTEX_WAITV:
		decode_futexes(caller, mappings, n_mappings, blocked);
		break;
	}
}

/* -- the line -------------------------------------------------------------------------------------------- */

static enum call find_call(const struct call_number *table, size_t n, long number)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].number == number)
			return table[i].call;
	return CALL_NONE;
}

/* "NUMBER 0x… 0x… 0x… 0x… 0x… 0x… SP PC"; "running", or "-1 SP PC" outside of a call. */
static bool parse_line(const char *line, struct caller *caller)
{
	uint64_t words[N_ARGUMENTS + 2]; /* with stack pointer and program counter */
	char *end;
	long number;

	number = strtol(line, &end, 10);
	if (end == line || number < 0)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *start = end;

		errno = 0;
		words[i] = strtoull(start, &end, 16);
		if (end == start || errno != 0)
			return false;
	}
	memcpy(caller->arguments, words, sizeof caller->arguments);
	caller->is_32_bit =
		sizeof(long) > 4 && words[N_ARGUMENTS] <= UINT32_MAX && words[N_ARGUMENTS + 1] <= UINT32_MAX;
	if (caller->is_32_bit)
		caller->call = find_call(numbers_of_32_bit,
					 sizeof numbers_of_32_bit / sizeof *numbers_of_32_bit, number);
	else
		caller->call = find_call(numbers, sizeof numbers / sizeof *numbers, number);
	return caller->call != CALL_NONE;
}

bool blocked_decode(const char *line, pid_t tid, const struct mapping *mappings, size_t n_mappings,
		    struct blocked *ret_blocked)
{
	struct blocked blocked = { .id = -1, .tid = tid, .semaphore = -1 };
	struct caller caller = { .tid = tid };

	if (!parse_line(line, &caller))
		return false;
	decode_call(&caller, mappings, n_mappings, &blocked);
	if (blocked.operation == 0 || blocked.id < 0)
		return false;
	*ret_blocked = blocked;
	return true;
}
