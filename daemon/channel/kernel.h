/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_KERNEL_H
#define KIPC_DAEMON_CHANNEL_KERNEL_H

/* The kernel's objects: creating, preparing and publishing them; waiting for messages; looking into rings. */

#include "daemon/plan/kernel-view.h"
#include "daemon/plan/registry.h"

/* Creates the object of a spec, mode 0600. -EEXIST: the key is in use; errors of msgget(2), shmget(2), semget(2). */
int kernel_create(const struct channel_spec *spec, int *ret_id);

/*
 * Prepares the object, in whatever state a kill left it: a semaphore set gets its initial values and a null operation, because
 * programs wait for sem_otime; a ring is laid out. `n_ours`: how often kipcd has the segment attached. -EBUSY: another process
 * has it attached, too; -EXDEV: /proc does not tell our PID namespace.
 */
int kernel_prepare(const struct channel_spec *spec, int id, unsigned n_ours);

/*
 * Looks into a ring, and attaches it for that moment. -EAGAIN: detaching would destroy it (kernel.shm_rmid_forced, and no
 * process has it attached); -EACCES: its mode does not let us read; -EIDRM.
 */
int kernel_look_into_ring(const struct kipc_object *object, struct kernel_ring *ret_ring);

/*
 * Reinitialises the ring behind a fence: takes the rights away, checks that no other process has it attached, and gives the
 * rights back. What it held is lost. -EBUSY: it is attached; -EPERM; -EIDRM.
 */
int kernel_reset_ring(const struct kipc_object *object, uint64_t max_message, unsigned n_ours);

/*
 * Gives the object of that kind and id the owner, group, mode and capacity in `object`, in one IPC_SET: from here on others see
 * it. If the kernel does not allow the capacity, it becomes kernel.msgmnb, and `object` says so.
 */
int kernel_publish(struct kipc_object *object, uint64_t msgmnb);

/*
 * Retires our rings that were removed while attached: their users must not continue with an object that no other program can
 * find. Sleepers wake, senders are refused, and messages can still be received. May be repeated.
 */
void kernel_retire_removed(const struct registry *registry, const struct kernel_view *view);

/*
 * Blocks until a message is in the queue, and leaves it and all counters unchanged. 0: there was one, which another process may
 * have received by now; 1: it had no bytes, so the kernel handed it over: call kernel_put_back() with *ret_type. -EIDRM:
 * removed; -EACCES: no right to read; -EINTR.
 */
int kernel_await_message(int id, long *ret_type);

/* Sends a message without bytes; waits for room. -EIDRM, -EACCES, -EINTR. */
int kernel_put_back(int id, long type);

/* Whether the kernel lets kipcd both receive from the queue and send to it. */
bool kernel_may_exchange(key_t key, int id);

/* A private semaphore set with these values. Errors of semget(2). */
int kernel_make_marker(mode_t mode, unsigned short *values, size_t n_values, int *ret_id);

/* The values of a semaphore set; the caller frees them. NULL: they cannot be read. */
unsigned short *kernel_read_values(const struct kipc_object *set);

/* Attaches the segment, so that kernel.shm_rmid_forced does not destroy it. NULL: that failed. */
void *kernel_hold(int id);

/* Detaches it; NULL is fine. Returns NULL. */
void *kernel_let_go(void *address);

#endif
