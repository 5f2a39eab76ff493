/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CHANNEL_KERNEL_H
#define KIPC_DAEMON_CHANNEL_KERNEL_H

/* Making kernel objects, and taking the view of the kernel that the plan is made from. */

#include "daemon/plan/kernel-view.h"
#include "daemon/plan/registry.h"

/*
 * All objects of all kinds, with what the plan wants to know of them; the semaphore sets and rings that the registry
 * names are looked into, and no others. may_exceed_msgmnb is the caller's to set. Free with kernel_view_done().
 */
int kernel_view_take(const struct registry *registry, struct kernel_view *ret_view);

/* Makes the object of a spec, mode 0600. -EEXIST: the key is taken; else what msgget(2) and its kin say. */
int kernel_create(const struct channel_spec *spec, int *ret_id);

/*
 * Prepares it, from whatever state a kill left it in: a semaphore set gets its starting values and a null operation, since
 * programs wait for sem_otime; a ring is laid out. We have the segment attached `n_ours` times. -EBUSY: so has somebody
 * else; -EXDEV: /proc does not tell our PID namespace.
 */
int kernel_prepare(const struct channel_spec *spec, int id, unsigned n_ours);

/*
 * Looks into a ring, which is attached for a moment. -EAGAIN: that would be its end (kernel.shm_rmid_forced, and nobody
 * has it attached); -EACCES: its mode keeps us out; -EIDRM.
 */
int kernel_look_into_ring(const struct kipc_object *object, struct kernel_ring *ret_ring);

/*
 * Lays the ring out anew behind a fence: rights away, nobody else attached, rights back. What it held is lost. -EBUSY:
 * somebody has it attached; -EPERM; -EIDRM.
 */
int kernel_reset_ring(const struct kipc_object *object, uint64_t max_message, unsigned n_ours);

/*
 * Gives the object that kind and id name the owner, group, mode and capacity that it holds, in one IPC_SET: from here on
 * others see it. Where the kernel does not allow the capacity, it becomes kernel.msgmnb, and `object` says so.
 */
int kernel_publish(struct kipc_object *object, uint64_t msgmnb);

/* Why making an object failed, as a sentence with its cure; freed by the caller. */
char *kernel_explain(const struct channel_spec *spec, int error);

/*
 * Our rings that somebody removed while others have them attached: these must not go on talking into what nobody else can
 * find any more. Their sleepers wake, their senders are refused, and what is in them may be fetched. Again and again is
 * fine.
 */
void kernel_retire_removed(const struct registry *registry, const struct kernel_view *view);

/*
 * Blocks until a message is in the queue, and leaves it there with all that the kernel counts. 0: there was one, which
 * somebody else may have by now; 1: it had no bytes, and such a one the kernel hands over: kernel_put_back() is due, with
 * *ret_type. -EIDRM: removed; -EACCES: no right to read (any more); -EINTR.
 */
int kernel_await_message(int id, long *ret_type);

/* Sends a message without bytes, when there is room for it. -EIDRM, -EACCES, -EINTR. */
int kernel_put_back(int id, long type);

/* Whether we may both receive from that queue and send to it, as the kernel judges. */
bool kernel_may_exchange(key_t key, int id);

/* A private semaphore set with these values. Errors of semget(2). */
int kernel_make_marker(mode_t mode, const unsigned short *values, size_t n_values, int *ret_id);

/* The values of a semaphore set, in one call; free(3) them. NULL: it has none for us. */
unsigned short *kernel_read_values(const struct kipc_object *set);

/* Attaches the segment, against kernel.shm_rmid_forced, until it is let go of. NULL: it cannot be. */
void *kernel_hold(int id);

/* NULL is fine. Returns NULL. */
void *kernel_let_go(void *address);

#endif
