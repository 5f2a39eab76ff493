/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_KERNEL_H
#define KIPC_DAEMON_KERNEL_H

/* Making kernel objects, and taking the view of the kernel that the plan is made from. */

#include "daemon/plan.h"

/*
 * All objects of all kinds, with what the plan wants to know of them; the semaphore sets that the registry names are
 * looked into. may_exceed_msgmnb is the caller's to set. Free with kernel_view_done().
 */
int kernel_view_take(const struct registry *registry, struct kernel_view *ret_view);

/*
 * Makes the object of a spec, mode 0600, and prepares it (a semaphore set gets its starting values and a null
 * operation, since programs wait for sem_otime). -EEXIST: the key is taken; else what msgget(2) and its kin say.
 */
int kernel_create(const struct channel_spec *spec, int *ret_id);

/* Prepares one whose making was cut short. */
int kernel_prepare(const struct channel_spec *spec, int id);

/*
 * Gives the object that kind and id name the owner, group, mode and capacity that it holds, in one IPC_SET: from here on
 * others see it. Where the kernel does not allow the capacity, it becomes kernel.msgmnb, and `object` says so.
 */
int kernel_publish(struct kipc_object *object, uint64_t msgmnb);

/* Why making an object failed, as a sentence with its cure; freed by the caller. */
char *kernel_explain(const struct channel_spec *spec, int error);

/* Whether kernel.shm_rmid_forced is on: then an unattached segment dies with its creator. */
bool kernel_forces_rmid(void);

/* Attaches the segment, against kernel.shm_rmid_forced, until it is let go of. NULL: it cannot be. */
void *kernel_hold(int id);

/* NULL is fine. Returns NULL. */
void *kernel_let_go(void *address);

#endif
