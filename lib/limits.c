/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The limits of this IPC namespace, and how much of them is used: six calls of IPC_INFO and *_INFO, without
 * /proc.
 */

#include <errno.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "lib/object.h"

static int queue_limits(struct kipc_limits *limits)
{
	struct msginfo info;

	if (msgctl(0, IPC_INFO, (struct msqid_ds *)&info) < 0)
		return -errno;
	limits->msgmax = (uint64_t)info.msgmax;
	limits->msgmnb = (uint64_t)info.msgmnb;
	limits->msgmni = (uint64_t)info.msgmni;
	if (msgctl(0, MSG_INFO, (struct msqid_ds *)&info) < 0)
		return -errno;
	limits->queues = (uint64_t)info.msgpool;
	limits->messages = (uint64_t)info.msgmap;
	limits->message_bytes = (uint64_t)info.msgtql;
	return 0;
}

static int segment_limits(struct kipc_limits *limits)
{
	struct shminfo info;
	struct shm_info use;

	if (shmctl(0, IPC_INFO, (struct shmid_ds *)&info) < 0 ||
	    shmctl(0, SHM_INFO, (struct shmid_ds *)&use) < 0)
		return -errno;
	limits->shmmax = info.shmmax;
	limits->shmmin = info.shmmin;
	limits->shmall = info.shmall;
	limits->shmmni = info.shmmni;
	limits->segments = (uint64_t)use.used_ids;
	limits->segment_pages = use.shm_tot;
	limits->segment_pages_resident = use.shm_rss;
	limits->segment_pages_swapped = use.shm_swp;
	return 0;
}

static int semaphore_limits(struct kipc_limits *limits)
{
	struct seminfo info;

	if (semctl(0, 0, IPC_INFO, (union semun){ .__buf = &info }) < 0)
		return -errno;
	limits->semmsl = (uint64_t)info.semmsl;
	limits->semmns = (uint64_t)info.semmns;
	limits->semopm = (uint64_t)info.semopm;
	limits->semvmx = (uint64_t)info.semvmx;
	limits->semmni = (uint64_t)info.semmni;
	if (semctl(0, 0, SEM_INFO, (union semun){ .__buf = &info }) < 0)
		return -errno;
	limits->semaphore_sets = (uint64_t)info.semusz;
	limits->semaphores = (uint64_t)info.semaem;
	return 0;
}

int kipc_limits(struct kipc_limits *ret_limits)
{
	struct kipc_limits limits = { 0 };
	int r;

	r = queue_limits(&limits);
	if (r == 0)
		r = segment_limits(&limits);
	if (r == 0)
		r = semaphore_limits(&limits);
	if (r == 0)
		*ret_limits = limits;
	return r;
}
