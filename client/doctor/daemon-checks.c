/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Findings about kipcd, and about the consumers that its waiting files start. A machine that declares nothing needs no kipcd, and
 * gets no finding about it.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/base/self.h"
#include "client/doctor/checks.h"
#include "client/facts/units.h"
#include "common/plural.h"

/* -- the configuration --------------------------------------------------------------------------------------------------- */

/* The configuration file of the kipcd that was asked; false: unknown. */
static bool find_configuration(const struct invocation *invocation, char path[static PATH_MAX])
{
	const char *home = getenv("HOME"), *config_home = getenv("XDG_CONFIG_HOME");
	int n;

	if (options_has(invocation->options, OPTION_IPC_OF))
		return false;
	if (!options_has(invocation->options, OPTION_USER)) {
		n = snprintf(path, PATH_MAX, KIPC_SYSCONFDIR "/kipc/kipcd.conf");
		return n < PATH_MAX && strcmp(invocation->runtime_dir, KIPC_RUNTIME_PARENT "/kipcd") == 0;
	}
	if (config_home != NULL && config_home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/kipc/kipcd.conf", config_home);
	else if (home != NULL)
		n = snprintf(path, PATH_MAX, "%s/.config/kipc/kipcd.conf", home);
	else
		return false;
	return n < PATH_MAX;
}

/* Whether a line begins a section of a channel. kipcd itself judges the file. */
static bool has_sections(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (file == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && getline(&line, &size, file) > 0)
		found = strncmp(line, "[queue ", 7) == 0 || strncmp(line, "[segment ", 9) == 0 ||
			strncmp(line, "[semaphore ", 11) == 0;
	free(line);
	fclose(file);
	return found;
}

static bool declares_channels(const char *path)
{
	char folder[PATH_MAX + 4], file[2 * PATH_MAX];
	struct dirent *entry;
	bool found = has_sections(path);
	DIR *drop_ins;

	snprintf(folder, sizeof folder, "%s.d", path);
	drop_ins = opendir(folder);
	while (!found && drop_ins != NULL && (entry = readdir(drop_ins)) != NULL) {
		size_t n = strlen(entry->d_name);

		if (n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0 &&
		    (size_t)snprintf(file, sizeof file, "%s/%s", folder, entry->d_name) < sizeof file)
			found = has_sections(file);
	}
	if (drop_ins != NULL)
		closedir(drop_ins);
	return found;
}

static void become_check(const char *kipcd, bool is_user)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		_exit(EXIT_FAILURE);
	execl(kipcd, "kipcd", "--check", is_user ? "--user" : (char *)NULL, (char *)NULL);
	_exit(EXIT_FAILURE);
}

/* Whether kipcd would refuse its configuration. kipcd itself is run, so that only one program reads configurations. */
static bool is_refused(const struct invocation *invocation)
{
	char buffer[PATH_MAX];
	const char *kipcd = self_find("kipcd", KIPC_SBINDIR "/kipcd", buffer);
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		become_check(kipcd, options_has(invocation->options, OPTION_USER));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == STATUS_BAD_CONFIGURATION;
}

/* -- kipcd --------------------------------------------------------------------------------------------------------------- */

/* A kipcd that runs but does not answer is examined first: a restart may not help. */
static char *command_to_start(const struct invocation *invocation, bool has_configuration, bool is_gone)
{
	if (!has_configuration)
		return NULL; /* only its user knows how to start it */
	return findings_text("systemctl %s%s kipcd.service",
			     options_has(invocation->options, OPTION_USER) ? "--user " : "",
			     is_gone ? "start" : "status --no-pager");
}

static void add_denied(struct findings *findings, const struct check *check)
{
	findings_add(findings, SEVERITY_NOTICE, check, NULL,
		     findings_text("you may not query kipcd, so its state is unknown: %s",
				   strerror(-findings->view->bus_error)),
		     geteuid() != 0 ? findings_text("sudo kipcctl doctor") : NULL);
}

static void add_down(struct findings *findings, const struct check *check, bool has_configuration,
		     bool refused)
{
	const struct view *view = findings->view;
	bool is_gone = view->bus_error == -ENOENT || view->bus_error == -ECONNREFUSED;
	char why[96] = "kipcd is not running";

	if (!is_gone)
		snprintf(why, sizeof why, "kipcd does not answer (%s)", strerror(-view->bus_error));
	findings_add(
		findings, SEVERITY_DANGER, check, NULL,
		findings_text(
			"%s, so no channel is created or repaired (the registry in %s has %zu %s); messages "
			"still flow%s",
			why, findings->invocation->runtime_dir, view->n_named,
			plural(view->n_named, "channel", "channels"),
			refused ? "; it would not start: its configuration has mistakes" : ""),
		refused ? findings_text("kipcctl check")
			: command_to_start(findings->invocation, has_configuration, is_gone));
}

static void examine_daemon(struct findings *findings, const struct check *check)
{
	const struct view *view = findings->view;
	bool has_configuration, is_declared;
	char path[PATH_MAX];

	if (findings->invocation == NULL || options_has(findings->invocation->options, OPTION_IPC_OF))
		return;
	has_configuration = find_configuration(findings->invocation, path);
	is_declared = has_configuration && declares_channels(path);
	if (view->bus == NULL && (view->bus_error == -EACCES || view->bus_error == -EPERM))
		add_denied(findings, check);
	else if (view->bus == NULL && (view->n_named > 0 || is_declared))
		add_down(findings, check, has_configuration, is_declared && is_refused(findings->invocation));
	else if (view->bus != NULL && is_declared && is_refused(findings->invocation))
		findings_add(
			findings, SEVERITY_WARNING, check, NULL,
			findings_text(
				"%s has mistakes: kipcd still uses the previous configuration, and would not "
				"start again",
				path),
			findings_text("kipcctl check"));
}

/* -- consumers ------------------------------------------------------------------------------------------------------------ */

/* Whether kipcd's file says that messages wait for a consumer. */
static bool is_waited_for(const struct findings *findings, const struct view_row *row)
{
	char path[PATH_MAX];

	return row->name != NULL && row->object != NULL && findings->invocation != NULL &&
	       (size_t)snprintf(path, sizeof path, "%s/waiting/%s", findings->invocation->runtime_dir,
				row->name) < sizeof path &&
	       access(path, F_OK) == 0;
}

static bool has_consumer(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, KIPC_SYSCONFDIR "/kipc/consume/%s", name);
	return access(path, F_OK) == 0;
}

static void add_failing(struct findings *findings, const struct check *check, const struct view_row *row,
			const struct unit *service)
{
	bool has_failed = strcmp(service->state, "failed") == 0;
	uint32_t restarts = 0;
	int32_t status = 0;

	(void)units_failures(findings->units, row->name, &restarts, &status);
	/* One failure is not a finding: systemd restarts it. */
	if (!has_failed && restarts < 2)
		return;
	findings_add(findings, SEVERITY_DANGER, check, row,
		     findings_text("messages wait, and the consumer (" UNITS_PREFIX
				   "%s.service) fails: %s; last exit status: %d",
				   row->name,
				   has_failed ? "systemd has given up" : "systemd keeps restarting it",
				   (int)status),
		     findings_text("journalctl --no-pager -n 20 -u " UNITS_PREFIX "%s.service", row->name));
}

static void examine_consumer(struct findings *findings, const struct check *check, const struct view_row *row)
{
	const struct unit *service, *path;

	if (!is_waited_for(findings, row))
		return;
	if (findings->units == NULL && units_new(&findings->units) < 0) {
		findings->failed = true;
		return;
	}
	if (findings->units->error < 0)
		return;
	service = units_find(findings->units, row->name, false);
	path = units_find(findings->units, row->name, true);
	if (service != NULL &&
	    (strcmp(service->state, "failed") == 0 || strcmp(service->detail, "auto-restart") == 0))
		add_failing(findings, check, row, service);
	else if ((path == NULL || strcmp(path->state, "active") != 0) &&
		 (service == NULL || strcmp(service->state, "inactive") == 0) && has_consumer(row->name))
		findings_add(findings, SEVERITY_WARNING, check, row,
			     findings_text("messages wait, and nothing starts the consumer: " UNITS_PREFIX
					   "%s.path is not active",
					   row->name),
			     findings_text("systemctl enable --now " UNITS_PREFIX "%s.path", row->name));
}

const struct check daemon_checks[] = {
	{ "daemon", 0, .examine_machine = examine_daemon },
	{ "consumer", KIPC_QUEUE | KIPC_SEGMENT, .examine_row = examine_consumer },
	{ NULL },
};
