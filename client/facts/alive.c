/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The kernel reuses process numbers. A process that started after an object was last used cannot be the one noted with the object;
 * but starts are counted from the boot, and an object's times come from the wall clock, which may have been set since (by NTP, by
 * hand, or on a machine that was paused for days). A time before the boot, by today's clock, shows by how much. Called by doctor
 * and sweep.
 */

#include "client/facts/alive.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "client/base/process.h"
#include "common/ended.h"

#define GRANULARITY 2 /* seconds: both clocks are read one behind the other, and ticks are cut off */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU /* PID_NS_INIT_INO of <linux/nsfs.h> */

/* -- clocks ----------------------------------------------------------------------------------------------- */

/* How far before the boot, by today's clock, something is dated that cannot be older than the boot. */
static int64_t see_forward_step(int64_t boot)
{
	static const struct {
		const char *path;
		bool is_on_tmpfs; /* or it may be a folder of a disk */
	} witnesses[] = {
		{ "/dev/null", true }, { "/dev/zero", true }, { "/proc/1", false }, { "/sys", false }
	};
	int64_t step = 0;

	for (size_t i = 0; i < sizeof witnesses / sizeof *witnesses; i++) {
		struct statfs fs;
		struct stat st;

		if (stat(witnesses[i].path, &st) < 0 || statfs(witnesses[i].path, &fs) < 0)
			continue;
		if (witnesses[i].is_on_tmpfs ? fs.f_type != TMPFS_MAGIC
					     : fs.f_type != PROC_SUPER_MAGIC && fs.f_type != SYSFS_MAGIC)
			continue;
		if (boot - st.st_ctime > step)
			step = boot - st.st_ctime;
	}
	return step;
}

/* Whether a process number means the same in /proc and for the kernel. */
static bool proc_is_ours(void)
{
	char text[16];
	ssize_t n = readlink("/proc/self", text, sizeof text - 1);
	pid_t pid;

	if (n <= 0)
		return false;
	text[n] = '\0';
	return process_id_from_string(text, &pid) && pid == getpid();
}

bool alive_is_in_first_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == FIRST_PID_NAMESPACE;
}

void alive_facts_read(struct alive_facts *ret_facts)
{
	struct alive_facts facts = { .doubt = GRANULARITY };
	struct timespec wall, since_boot;
	int64_t step;

	*ret_facts = facts;
	if (!proc_is_ours() || clock_gettime(CLOCK_REALTIME, &wall) < 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &since_boot) < 0)
		return;
	facts.sees_all = alive_is_in_first_namespace();
	facts.boot = (int64_t)wall.tv_sec - (int64_t)since_boot.tv_sec;
	step = see_forward_step(facts.boot);
	/* If the clock was set by more than the machine's uptime, the old time lies before the boot: see below. */
	if (step <= (int64_t)since_boot.tv_sec)
		facts.doubt += step;
	*ret_facts = facts;
}

bool alive_started_later(const struct alive_facts *facts, int64_t started, int64_t when)
{
	/* Nothing in the kernel is older than the boot: the clock was set in between. */
	if (facts->boot == 0 || when < facts->boot - GRANULARITY)
		return false;
	return facts->boot + started > when + facts->doubt;
}

/* -- one process ------------------------------------------------------------------------------------------- */

/* Seconds after the boot; -1: unknown. */
static int64_t read_start(pid_t pid)
{
	char stat[1024], *p;
	unsigned long long ticks = 0;
	long per_second = sysconf(_SC_CLK_TCK);
	int fd = process_open(pid);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = process_read(fd, "stat", stat, sizeof stat);
	close(fd);
	p = n > 0 ? strrchr(stat, ')') : NULL; /* a command may hold anything, also ')' */
	/* Behind it: state, 18 fields, and the start; proc(5) */
	if (p == NULL || per_second <= 0 ||
	    sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &ticks) != 1)
		return -1;
	return (int64_t)(ticks / (unsigned long long)per_second);
}

enum alive alive_look(const struct alive_facts *facts, pid_t pid, int64_t when)
{
	int64_t started;

	if (pid <= 0)
		return ALIVE_UNKNOWN;
	if (process_has_ended(pid))
		return ALIVE_GONE;
	started = read_start(pid);
	return started >= 0 && alive_started_later(facts, started, when) ? ALIVE_RECYCLED : ALIVE_YES;
}
