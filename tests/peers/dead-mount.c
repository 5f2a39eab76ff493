/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Mounts a file system that never answers on a folder, like a network mount without its server, and prints a line. Each system
 * call on it hangs, and fails once this program is killed.
 */

#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char options[128];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (argc != 2 || fd < 0)
		return 77;
	snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("dead", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		return 77;
	if (puts("mounted") < 0 || fflush(stdout) != 0)
		return 1;
	return pause();
}
