/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcd --check, called by main.c. Files are read as the kipcd of the runtime folder would read them, whichever user runs
 * the check: that kipcd runs as the owner of the folder, and root takes on its identity for the check. Changes nothing.
 */

#include "daemon/check.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/channel-keys.h"
#include "common/cleanup.h"
#include "common/escape.h"
#include "daemon/config/load.h"
#include "daemon/config/source.h"

#define CLEANUP_CONFIG __attribute__((cleanup(config_cleanup)))

static void config_cleanup(struct config **config)
{
	config_free(*config);
}

struct identity {
	uid_t uid;
	gid_t gid;
};

/* The user of the kipcd that has this folder; if there is no folder yet, of the kipcd that would make it. */
static struct identity kipcd_of(const char *runtime_dir)
{
	struct stat status;

	if (lstat(runtime_dir, &status) < 0 || !S_ISDIR(status.st_mode))
		return (struct identity){ geteuid(), getegid() };
	return (struct identity){ status.st_uid, status.st_gid };
}

/* From here on, only what kipcd may read can be read. If this fails, the check sees more than kipcd would. */
static void become(struct identity kipcd)
{
	const struct passwd *user = getpwuid(kipcd.uid);
	gid_t gid = user != NULL ? user->pw_gid : kipcd.gid;
	int r = user != NULL ? initgroups(user->pw_name, gid) : setgroups(0, NULL);

	if (r == 0 && setresgid(gid, gid, gid) == 0)
		(void)!setresuid(kipcd.uid, kipcd.uid, kipcd.uid);
}

static int read_and_parse(const struct manager_options *options, uid_t kipcd_uid, struct problems *problems,
			  struct config **ret_config)
{
	/* a FILE that the caller names is a draft, and may be the caller's own */
	uid_t file_uid = options->config_must_exist && geteuid() != 0 ? geteuid() : kipcd_uid;
	struct config_source *sources = NULL;
	size_t n_sources = 0;
	int r;

	r = source_list_read(options->config_file, options->config_must_exist, file_uid, options->runtime_dir,
			     kipcd_uid, problems, &sources, &n_sources);
	if (r == 0)
		r = config_load(sources, n_sources, &config_world_of_this_machine, problems, ret_config);
	source_list_free(sources, n_sources);
	return r;
}

int check_configuration(const struct manager_options *options)
{
	CLEANUP_PROBLEMS struct problems problems = PROBLEMS_INIT;
	struct identity kipcd = kipcd_of(options->runtime_dir);
	CLEANUP_CONFIG struct config *config = NULL;
	CLEANUP_FREE char *text = NULL;
	uid_t caller = geteuid();
	int r;

	if (caller == 0 && kipcd.uid != 0 && !options->config_must_exist)
		become(kipcd);
	r = read_and_parse(options, kipcd.uid, &problems, &config);
	text = problems_to_string(&problems, true);
	if (text != NULL)
		fputs(text, stderr);
	if (problems.n_unreadable > 0 && caller != 0 && caller != kipcd.uid) {
		escape_print_line(
			"kipcd: kipcd runs as uid %u, which may read files that uid %u may not read: "
			"run the check as root, or as that user",
			(unsigned)kipcd.uid, (unsigned)caller);
		r = problems.n_mistakes > problems.n_unreadable ? r : -EACCES;
	} else if (r < 0 && r != -EBADMSG) {
		escape_print_line("kipcd: %s", strerror(-r));
	}
	return r;
}

/* Prints what is missing to standard error. */
static int check_channel(const struct config *config, const char *config_file, const char *name)
{
	const struct channel_spec *spec = config_find(config, name);

	if (spec != NULL && spec->activate)
		return 0;
	if (spec != NULL)
		escape_print_line("kipcd: nothing starts a consumer of %s, because its section has no "
				  "'activate = yes': "
				  "add that (%s:%u), then run 'systemctl reload kipcd; systemctl start "
				  "kipc-consume@%s.path'",
				  name, spec->origin, spec->line, name);
	else
		escape_print_line("kipcd: no section declares the channel %s: put [queue %s] with 'activate "
				  "= yes' into "
				  "%s.d/%s.conf, then run 'systemctl reload kipcd; systemctl start "
				  "kipc-consume@%s.path'",
				  name, name, config_file, name, name);
	return -EBADMSG;
}

static int check_executable(const char *name)
{
	CLEANUP_FREE char *path = NULL;
	int r = 0;

	if (asprintf(&path, "%s/kipc/consume/%s", KIPC_SYSCONFDIR, name) < 0)
		return -ENOMEM;
	if (access(path, F_OK) < 0 && errno == ENOENT)
		r = -ENOENT;
	else if (access(path, X_OK) < 0 && errno == EACCES)
		r = -EACCES;
	if (r < 0)
		escape_print_line("kipcd: %s, which kipc-consume@%s.service runs, is %s", path, name,
				  r == -ENOENT ? "missing: put an executable there that receives the waiting "
						 "messages and exits"
					       : "not executable: chmod 755 it");
	return r < 0 ? -EBADMSG : 0;
}

int check_consumer(const struct manager_options *options, const char *name)
{
	CLEANUP_PROBLEMS struct problems problems = PROBLEMS_INIT;
	CLEANUP_CONFIG struct config *config = NULL;
	int r;

	if (!kipc_name_is_valid(name)) {
		escape_print_line("kipcd: '%s' is not a name; " CHANNEL_NAME_RULE, name);
		return -EBADMSG;
	}
	r = read_and_parse(options, kipcd_of(options->runtime_dir).uid, &problems, &config);
	/* a configuration with mistakes says nothing about this channel, and --check prints them */
	r = r < 0 ? 0 : check_channel(config, options->config_file, name);
	if (check_executable(name) < 0)
		r = -EBADMSG;
	return r;
}
