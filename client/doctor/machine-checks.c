/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Findings about the machine: settings that destroy objects, and processes that cannot be seen. A new check is a function here and
 * a row of the table at the end.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/doctor/findings.h"
#include "common/plural.h"

#define UID_HUMAN 1000 /* from here on, logind takes users for humans; logind.conf(5) */
#define UID_NOBODY 65534

/* -- settings -------------------------------------------------------------------------------------------------- */

static FILE *open_file(const struct findings *findings, const char *folder, const char *name)
{
	char path[PATH_MAX];
	int fd, n = snprintf(path, sizeof path, "%s%s/%s", findings->root, folder, name);

	if (n < 0 || (size_t)n >= sizeof path)
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* Reads RemoveIPC= of [Login]; leaves *ret_value alone if there is none. */
static void read_remove_ipc(FILE *file, bool *ret_value)
{
	bool is_login = false;
	char line[512], word[16];

	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL) {
		if (line[0] == '[')
			is_login = strncmp(line, "[Login]", 7) == 0;
		else if (is_login && sscanf(line, " RemoveIPC = %15s", word) == 1)
			*ret_value = strchr("yYtT1oO", word[0]) != NULL && strcasecmp(word, "off") != 0;
	}
	fclose(file);
}

static int is_conf(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

/* One folder of drop-ins, in the order of their names. */
static void read_drop_ins(const struct findings *findings, const char *folder, bool *ret_value)
{
	char path[PATH_MAX];
	struct dirent **entries;
	int n = snprintf(path, sizeof path, "%s%s", findings->root, folder);

	if (n < 0 || (size_t)n >= sizeof path)
		return;
	n = scandir(path, &entries, is_conf, alphasort);
	for (int i = 0; i < n; i++) {
		read_remove_ipc(open_file(findings, folder, entries[i]->d_name), ret_value);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/*
 * The default is yes; /etc overrides /run, and that /usr/lib. (A drop-in that hides another of the same name is not recognised:
 * the last one read counts.)
 */
static bool removes_ipc(const struct findings *findings)
{
	static const char *const folders[] = { "/usr/lib/systemd", "/run/systemd", "/etc/systemd" };
	char drop_ins[64];
	bool value = true;

	for (size_t i = 0; i < 3; i++)
		read_remove_ipc(open_file(findings, folders[i], "logind.conf"), &value);
	for (size_t i = 0; i < 3; i++) {
		snprintf(drop_ins, sizeof drop_ins, "%s/logind.conf.d", folders[i]);
		read_drop_ins(findings, drop_ins, &value);
	}
	return value;
}

static bool has_logind(const struct findings *findings)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/run/systemd/seats", findings->root);
	return access(path, F_OK) == 0;
}

/* A user that lingers (loginctl(1)) keeps its objects. */
static bool lingers(const struct findings *findings, const char *user)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/var/lib/systemd/linger/%s", findings->root, user);

	return n > 0 && (size_t)n < sizeof path && strchr(user, '/') == NULL && access(path, F_OK) == 0;
}

/* Only objects with a key, or of a channel: private objects are created for a session, and may go with it. */
static void check_remove_ipc(struct findings *findings, const struct check *check)
{
	char address[VIEW_ADDRESS_MAX];
	const struct view_row *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < findings->view->n_rows; i++) {
		const struct view_row *row = &findings->view->rows[i];

		if (row->object == NULL || row->object->uid < UID_HUMAN || row->object->uid == UID_NOBODY ||
		    (row->name == NULL && row->object->key == 0) ||
		    lingers(findings, accounts_user(findings->accounts, row->object->uid)))
			continue;
		if (n++ == 0)
			first = row;
	}
	if (n == 0 || !has_logind(findings) || !removes_ipc(findings))
		return;
	findings_add(
		findings, first->name != NULL ? SEVERITY_DANGER : SEVERITY_WARNING, check, NULL,
		findings_text(
			"logind removes the objects of a user who logs out (RemoveIPC=yes), even in use: "
			"this would affect %zu %s%s%s of %s",
			n, plural(n, "object", "objects"), n == 1 ? ": " : ", for example ",
			view_row_to_address(first, address),
			accounts_user(findings->accounts, first->object->uid)),
		/* systemd before 253 cannot "reload" it. */
		findings_text("mkdir -p /etc/systemd/logind.conf.d && printf '[Login]\\nRemoveIPC=no\\n' "
			      ">/etc/systemd/logind.conf.d/50-kipc.conf && systemctl kill -s HUP "
			      "systemd-logind"));
}

static void check_rmid_forced(struct findings *findings, const struct check *check)
{
	FILE *file = open_file(findings, "/proc/sys/kernel", "shm_rmid_forced");
	int value = 0;

	if (file == NULL)
		return;
	if (fscanf(file, "%d", &value) != 1)
		value = 0;
	fclose(file);
	if (value != 0)
		findings_add(findings, SEVERITY_WARNING, check, NULL,
			     findings_text(
				     "kernel.shm_rmid_forced is 1: when the last process detaches a segment, "
				     "the kernel destroys it with its data; kipcd keeps its own attached"),
			     findings_text("sysctl -w kernel.shm_rmid_forced=0"));
}

static void check_unseen(struct findings *findings, const struct check *check)
{
	size_t n = findings->processes->n_unseen;

	if (findings->processes->has_hidden)
		findings_add(
			findings, SEVERITY_NOTICE, check, NULL,
			findings_text("/proc hides other users' processes here (hidepid=, or it is not "
				      "mounted), so it is unknown what they have attached or wait for; root "
				      "(CAP_SYS_PTRACE) can see it"),
			geteuid() != 0 ? findings_text("sudo kipcctl doctor") : NULL);
	else if (n > 0)
		findings_add(
			findings, SEVERITY_NOTICE, check, NULL,
			findings_text("%zu %s could not be examined, so it is unknown what %s attached "
				      "or %s for; root (CAP_SYS_PTRACE) outside this container can see it",
				      n, plural(n, "process", "processes"), plural(n, "it has", "they have"),
				      plural(n, "waits", "wait")),
			geteuid() != 0 ? findings_text("sudo kipcctl doctor") : NULL);
}

const struct check machine_checks[] = {
	{ "remove-ipc", 0, .examine_machine = check_remove_ipc },
	{ "rmid-forced", 0, .examine_machine = check_rmid_forced },
	{ "unseen", 0, .examine_machine = check_unseen },
	{ NULL },
};
