/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcd: owns the System V queues, segments and semaphores that its configuration declares. This file reads the arguments;
 * life.c and check.c do the work.
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "common/escape.h"
#include "common/grammar.h"
#include "common/service/log.h"
#include "daemon/check.h"
#include "daemon/life.h"

#define EXIT_USAGE 2
#define EXIT_CONFIG 78 /* as systemd names it */

struct arguments {
	struct manager_options options;
	char *config_file, *runtime_dir, *state_dir; /* chosen here; owned */
	const char *consumer;			     /* --check-consumer */
	bool user, check;
};

static void print_help(void)
{
	printf("Usage: kipcd [OPTION…]\n"
	       "\n"
	       "Owns the System V message queues, shared-memory segments and semaphores that\n"
	       "its configuration declares, and keeps them as declared.\n"
	       "\n"
	       "      --config=FILE      read FILE and FILE.d/*.conf\n"
	       "                         [%s/kipc/kipcd.conf]\n"
	       "      --runtime-dir=DIR  keep the registry and the control socket in DIR\n"
	       "                         [%s/kipcd, or $KIPC_RUNTIME_DIR]\n"
	       "      --state-dir=DIR    keep a copy of the registry and the runtime layer in DIR\n"
	       "                         [%s/kipc, or $KIPC_STATE_DIR; none with another\n"
	       "                         runtime folder]\n"
	       "      --user             run for the calling user: $XDG_CONFIG_HOME/kipc/kipcd.conf,\n"
	       "                         $XDG_RUNTIME_DIR/kipcd\n"
	       "      --system-bus       take the name org.kipc1 on the D-Bus system bus, as the\n"
	       "                         system's kipcd always does\n"
	       "      --check            check the configuration, print all mistakes and\n"
	       "                         warnings, and exit\n"
	       "      --check-consumer=NAME\n"
	       "                         check that a consumer of the channel NAME can be started,\n"
	       "                         print what is missing, and exit\n"
	       "      --ready-fd=N       write a newline to file descriptor N when all channels\n"
	       "                         are set up, in addition to systemd's notification\n"
	       "      --debug            log debug messages\n"
	       "  -h, --help             print this help\n"
	       "      --version          print the version\n"
	       "\n"
	       "See kipcd(8), kipcd.conf(5) and kipcctl(1).\n",
	       KIPC_SYSCONFDIR, KIPC_RUNTIME_PARENT, KIPC_STATE_PARENT);
}

static int usage_error(void)
{
	escape_print_line("kipcd: try 'kipcd --help'");
	return EXIT_USAGE;
}

enum {
	CONFIG = 256,
	RUNTIME_DIR,
	STATE_DIR,
	USER,
	SYSTEM_BUS,
	CHECK,
	CHECK_CONSUMER,
	READY_FD,
	DEBUG,
	VERSION
};

static const struct option options[] = {
	{ "config", required_argument, NULL, CONFIG },
	{ "runtime-dir", required_argument, NULL, RUNTIME_DIR },
	{ "state-dir", required_argument, NULL, STATE_DIR },
	{ "user", no_argument, NULL, USER },
	{ "system-bus", no_argument, NULL, SYSTEM_BUS },
	{ "check", no_argument, NULL, CHECK },
	{ "check-consumer", required_argument, NULL, CHECK_CONSUMER },
	{ "ready-fd", required_argument, NULL, READY_FD },
	{ "debug", no_argument, NULL, DEBUG },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, VERSION },
	{ NULL, 0, NULL, 0 },
};

static bool take_ready_fd(struct arguments *arguments, const char *word)
{
	int64_t number;

	if (grammar_number_from_string(word, 0, 1 << 20, &number) < 0 || fcntl((int)number, F_GETFD) < 0) {
		escape_print_line("kipcd: --ready-fd=%s: not an open file descriptor", word);
		return false;
	}
	arguments->options.ready_fd = (int)number;
	return true;
}

/* True: continue; false: exit with *ret_status. */
static bool take_option(int c, const char *word, struct arguments *arguments, int *ret_status)
{
	switch (c) {
	case CONFIG:
		arguments->options.config_file = optarg;
		arguments->options.config_must_exist = true;
		return true;
	case RUNTIME_DIR:
		arguments->options.runtime_dir = optarg;
		return true;
	case STATE_DIR:
		arguments->options.state_dir = optarg;
		return true;
	case USER:
		arguments->user = true;
		return true;
	case SYSTEM_BUS:
		arguments->options.uses_system_bus = true;
		return true;
	case CHECK_CONSUMER:
		arguments->consumer = optarg;
		__attribute__((fallthrough));
	case CHECK:
		arguments->check = true;
		return true;
	case READY_FD:
		if (take_ready_fd(arguments, optarg))
			return true;
		break;
	case DEBUG:
		log_set_max_level(LOG_DEBUG);
		return true;
	case 'h':
		print_help();
		*ret_status = EXIT_SUCCESS;
		return false;
	case VERSION:
		printf("kipcd (" PACKAGE_NAME ") " PACKAGE_VERSION "\n");
		*ret_status = EXIT_SUCCESS;
		return false;
	default:
		escape_print_line(
			c == ':' ? "kipcd: option '%s' needs a value" : "kipcd: unknown option '%s'", word);
	}
	*ret_status = usage_error();
	return false;
}

static bool parse_arguments(int argc, char **argv, struct arguments *arguments, int *ret_status)
{
	int c;

	opterr = 0; /* getopt_long(3) would print the argument unescaped */
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) >= 0)
		if (!take_option(c, argv[optind - 1], arguments, ret_status))
			return false;
	if (optind == argc)
		return true;
	escape_print_line("kipcd: unexpected argument '%s'; kipcd takes only options", argv[optind]);
	*ret_status = usage_error();
	return false;
}

/* A kipcd with its own runtime folder has a state folder only if the caller names one: the default is another kipcd's. */
static int complete_state_dir(struct arguments *arguments)
{
	const char *from_environment = secure_getenv("KIPC_STATE_DIR"), *home = getenv("HOME"),
		   *state_home = getenv("XDG_STATE_HOME");
	int n = 0;

	if (arguments->options.state_dir != NULL)
		return 0;
	if (from_environment != NULL && from_environment[0] != '\0') {
		arguments->options.state_dir = from_environment;
		return 0;
	}
	if (strcmp(arguments->options.runtime_dir, KIPC_RUNTIME_PARENT "/kipcd") == 0)
		n = asprintf(&arguments->state_dir, "%s/kipc", KIPC_STATE_PARENT);
	else if (arguments->runtime_dir != NULL && state_home != NULL && state_home[0] == '/')
		n = asprintf(&arguments->state_dir, "%s/kipc", state_home);
	else if (arguments->runtime_dir != NULL && home != NULL)
		n = asprintf(&arguments->state_dir, "%s/.local/state/kipc", home);
	if (n < 0)
		return -ENOMEM;
	arguments->options.state_dir = arguments->state_dir;
	return 0;
}

/* What the command line does not say: the system's folders, or with --user the user's. */
static int complete_arguments(struct arguments *arguments)
{
	const char *config_home = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	const char *runtime_home = getenv("XDG_RUNTIME_DIR"),
		   *from_environment = secure_getenv("KIPC_RUNTIME_DIR");
	bool has_config_home = config_home != NULL && config_home[0] == '/';
	int n = 0;

	if (arguments->options.config_file == NULL) {
		if (!arguments->user)
			n = asprintf(&arguments->config_file, "%s/kipc/kipcd.conf", KIPC_SYSCONFDIR);
		else if (has_config_home)
			n = asprintf(&arguments->config_file, "%s/kipc/kipcd.conf", config_home);
		else
			n = asprintf(&arguments->config_file, "%s/.config/kipc/kipcd.conf",
				     home != NULL ? home : "/");
		arguments->options.config_file = arguments->config_file;
	}
	if (n >= 0 && arguments->options.runtime_dir == NULL) {
		if (!arguments->user || (from_environment != NULL && from_environment[0] != '\0')) {
			arguments->options.runtime_dir = kipc_runtime_dir();
		} else if (runtime_home == NULL || runtime_home[0] != '/') {
			escape_print_line("kipcd: --user needs XDG_RUNTIME_DIR, which a login session sets, "
					  "or --runtime-dir=");
			return -EINVAL;
		} else {
			n = asprintf(&arguments->runtime_dir, "%s/kipcd", runtime_home);
			arguments->options.runtime_dir = arguments->runtime_dir;
		}
	}
	if (n >= 0 && strcmp(arguments->options.runtime_dir, KIPC_RUNTIME_PARENT "/kipcd") == 0)
		arguments->options.uses_system_bus = true;
	return n < 0 || complete_state_dir(arguments) < 0 ? -ENOMEM : 0;
}

static int check(const struct arguments *arguments)
{
	int r = arguments->consumer != NULL ? check_consumer(&arguments->options, arguments->consumer)
					    : check_configuration(&arguments->options);

	return r == 0 ? EXIT_SUCCESS : r == -EBADMSG ? EXIT_CONFIG : EXIT_FAILURE;
}

static int run(const struct arguments *arguments)
{
	struct life *life;
	int r;

	r = life_begin(&arguments->options, &life);
	if (r < 0)
		return r == -EBADMSG ? EXIT_CONFIG : EXIT_FAILURE;
	r = life_run(life);
	life_end(life);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct arguments arguments = { .options = { .ready_fd = -1 } };
	int status;

	log_init();
	if (!parse_arguments(argc, argv, &arguments, &status))
		return status;
	if (complete_arguments(&arguments) < 0)
		return EXIT_FAILURE;
	status = arguments.check ? check(&arguments) : run(&arguments);
	free(arguments.config_file);
	free(arguments.runtime_dir);
	free(arguments.state_dir);
	return status;
}
