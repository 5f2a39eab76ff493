/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The connection to kipcd's control socket, and the errors that come over it. Every wait here has an end, even if kipcd is
 * stopped during one.
 */

#include "client/facts/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/names.h"
#include "client/base/report.h"
#include "common/clock.h"
#include "common/escape.h"

#define CONNECT_TIMEOUT (5 * USEC_PER_SEC)
#define LOOK_TIMEOUT (5 * USEC_PER_SEC)
#define CHANGE_TIMEOUT (60 * USEC_PER_SEC) /* a reload of ten thousand channels takes a second or two */
#define BOUND_BYTES (UINT64_C(32) << 20)   /* a page has half a megabyte */

#define AS_MAP_ENTRY(name, number) SD_BUS_ERROR_MAP(name, number),
static const sd_bus_error_map error_map[] = { BUS_ERRORS(AS_MAP_ENTRY) SD_BUS_ERROR_MAP_END };

/* A socket address holds 108 bytes, and a folder's path may be longer: so the path goes through its descriptor. */
static int connect_in_folder(int socket_fd, const char *runtime_dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int folder_fd = open(runtime_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = 0;

	if (folder_fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder_fd,
		 BUS_SOCKET_NAME);
	if (connect(socket_fd, (const struct sockaddr *)&address, sizeof address) < 0)
		r = errno == EAGAIN ? -ETIMEDOUT : -errno;
	close(folder_fd);
	return r;
}

static int connect_socket(const char *runtime_dir)
{
	static const struct timeval patience = { .tv_sec = CONNECT_TIMEOUT / USEC_PER_SEC };
	int fd, r = 0;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* How long connect() waits while the backlog is full. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0)
		r = -errno;
	if (r == 0)
		r = connect_in_folder(fd, runtime_dir);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

/* libsystemd waits for three whole lines before it checks them; a peer with another protocol may send none. -EPROTO. */
static int check_first_word(int fd)
{
	static const char *const words[] = { "DATA", "OK", "REJECTED", "ERROR", "AGREE" };
	char text[2];
	ssize_t n = recv(fd, text, sizeof text, MSG_PEEK | MSG_DONTWAIT);

	for (size_t i = 0; n > 0 && i < sizeof words / sizeof *words; i++)
		if (memcmp(text, words[i], (size_t)n) == 0)
			return 0;
	return n > 0 ? -EPROTO : 0; /* nothing yet, or the end: left to libsystemd */
}

/* The first call would wait for the authentication as well, but for up to 90 seconds, libsystemd's limit. */
static int wait_until_ready(sd_bus *bus)
{
	uint64_t end = clock_usec(CLOCK_MONOTONIC) + CONNECT_TIMEOUT;

	if (sd_bus_wait(bus, CONNECT_TIMEOUT) > 0 && check_first_word(sd_bus_get_fd(bus)) < 0)
		return -EPROTO;
	for (;;) {
		uint64_t time = clock_usec(CLOCK_MONOTONIC);
		int r;

		r = sd_bus_is_ready(bus);
		if (r != 0)
			return r < 0 ? r : 0;
		r = sd_bus_process(bus, NULL);
		if (r < 0)
			return r;
		if (r > 0)
			continue;
		if (time >= end)
			return -ETIMEDOUT;
		r = sd_bus_wait(bus, end - time);
		if (r < 0 && r != -EINTR)
			return r;
	}
}

/* The data size of proc_pid_statm(5): at least what RLIMIT_DATA counts. */
static uint64_t read_data_size(void)
{
	unsigned long long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*u %*u %*u %*u %*u %llu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void bus_bound_begin(struct bus_bound *bound)
{
	uint64_t size = read_data_size();
	struct rlimit limit;

	*bound = (struct bus_bound){ 0 };
	if (size == 0 || getrlimit(RLIMIT_DATA, &bound->before) < 0)
		return;
	limit = bound->before;
	limit.rlim_cur = MIN(limit.rlim_cur, size + BOUND_BYTES);
	bound->is_set = setrlimit(RLIMIT_DATA, &limit) == 0;
}

void bus_bound_end(const struct bus_bound *bound)
{
	if (bound->is_set)
		(void)setrlimit(RLIMIT_DATA, &bound->before);
}

/* Errors that no kipcd causes: it sent nonsense, or announced more than the bound allows. */
static bool is_nonsense(int error)
{
	return error == -ENOMEM || error == -ENOBUFS || error == -EBADMSG || error == -EPROTO ||
	       error == -EPERM || error == -ENXIO;
}

int bus_connect(const struct invocation *invocation, sd_bus **ret_bus)
{
	CLEANUP_BUS sd_bus *bus = NULL;
	struct bus_bound bound;
	int fd, r;

	fd = connect_socket(invocation->runtime_dir);
	if (fd < 0)
		return fd;
	r = sd_bus_new(&bus);
	if (r == 0)
		r = sd_bus_set_fd(bus, fd, fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	r = sd_bus_error_add_map(error_map);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(bus, LOOK_TIMEOUT);
	bus_bound_begin(&bound);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r >= 0)
		r = wait_until_ready(bus);
	bus_bound_end(&bound);
	if (r < 0)
		return is_nonsense(r) ? -EPROTO : r;
	*ret_bus = bus;
	bus = NULL;
	return 0;
}

#define REFUSAL_MAX 512

/* Why the last start was refused, if it was: kipcd leaves a line in a file. It does not explain an error of a kipcd that runs. */
static bool read_refusal(const struct invocation *invocation, int error, char line[static REFUSAL_MAX])
{
	char *path;
	ssize_t n;
	int fd;

	if (error == -EACCES || error == -EPERM || error == -ETIMEDOUT)
		return false;
	if (asprintf(&path, "%s/%s", invocation->runtime_dir, BUS_REFUSED_NAME) < 0)
		return false;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return false;
	n = read(fd, line, REFUSAL_MAX - 1);
	close(fd);
	if (n <= 0)
		return false;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return line[0] != '\0';
}

char *bus_explain(const struct invocation *invocation, int error)
{
	char refusal[REFUSAL_MAX], *sentence;
	int n;

	if (error == -EPROTO)
		n = asprintf(&sentence, "another program, not kipcd, listens at %s/%s",
			     invocation->runtime_dir, BUS_SOCKET_NAME);
	else if (read_refusal(invocation, error, refusal))
		n = asprintf(&sentence, "kipcd is not reachable at %s/%s: its last start failed: %s",
			     invocation->runtime_dir, BUS_SOCKET_NAME, refusal);
	else
		n = asprintf(&sentence, "kipcd is not reachable at %s/%s: %s", invocation->runtime_dir,
			     BUS_SOCKET_NAME, strerror(-error));
	return n < 0 ? NULL : sentence;
}

enum status bus_report_unreachable(const struct invocation *invocation, const char *subject, int error)
{
	char *sentence = bus_explain(invocation, error);
	const char *user = invocation->options->user ? "--user " : "";
	char refusal[REFUSAL_MAX];
	enum status status;

	if (sentence == NULL)
		status = report(invocation, subject, STATUS_NO_DAEMON, "%s", strerror(ENOMEM));
	else if (error == -EPROTO)
		status = report(invocation, subject, STATUS_NO_DAEMON,
				"%s; give kipcd's folder with --runtime-dir", sentence);
	else if (error == -EACCES || error == -EPERM)
		status = report(invocation, subject, STATUS_NO_DAEMON, "%s", sentence);
	else
		status = report(invocation, subject, STATUS_NO_DAEMON,
				"%s; %sstart it with 'systemctl %sstart kipcd' or 'kipcd%s'", sentence,
				read_refusal(invocation, error, refusal) ? "correct this, then " : "", user,
				invocation->options->user ? " --user" : "");
	free(sentence);
	return status;
}

enum status bus_connect_or_report(const struct invocation *invocation, const char *subject, sd_bus **ret_bus)
{
	int r = bus_connect(invocation, ret_bus);

	return r < 0 ? bus_report_unreachable(invocation, subject, r) : STATUS_DONE;
}

void bus_expect_change(sd_bus *bus)
{
	(void)sd_bus_set_method_call_timeout(bus, CHANGE_TIMEOUT);
}

int bus_call_message(sd_bus *bus, sd_bus_message *call, sd_bus_error *reterr, sd_bus_message **ret_reply)
{
	struct bus_bound bound;
	int r;

	bus_bound_begin(&bound);
	r = sd_bus_call(bus, call, 0, reterr, ret_reply);
	bus_bound_end(&bound);
	if (r == -ETIMEDOUT || r == -ENOMEM)
		sd_bus_close(bus);
	return r == -ENOMEM ? -EPROTO : r;
}

int bus_call(sd_bus *bus, const char *member, sd_bus_error *reterr, sd_bus_message **ret_reply,
	     const char *types, ...)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *call = NULL;
	va_list arguments;
	int r;

	r = sd_bus_message_new_method_call(bus, &call, NULL, BUS_PATH, BUS_MANAGER, member);
	va_start(arguments, types);
	if (r >= 0 && types != NULL)
		r = sd_bus_message_appendv(call, types, arguments);
	va_end(arguments);
	return r < 0 ? r : bus_call_message(bus, call, reterr, ret_reply);
}

int bus_call_names(sd_bus *bus, const char *member, const char *const *names, sd_bus_message **ret_reply)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *call = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &call, NULL, BUS_PATH, BUS_MANAGER, member);
	if (r >= 0)
		r = sd_bus_message_append_strv(call, (char **)names);
	return r < 0 ? r : bus_call_message(bus, call, NULL, ret_reply);
}

/* The connection broke or timed out, as opposed to: kipcd refused. */
static bool is_transport_error(int error, const sd_bus_error *bus_error)
{
	if (sd_bus_error_has_name(bus_error, SD_BUS_ERROR_NO_REPLY) ||
	    sd_bus_error_has_name(bus_error, SD_BUS_ERROR_TIMEOUT))
		return true;
	return !sd_bus_error_is_set(bus_error) &&
	       (error == -ECONNRESET || error == -ENOTCONN || error == -EPIPE || error == -ETIMEDOUT ||
		error == -ECONNREFUSED);
}

/* One line for each mistake. */
static enum status report_mistakes(const struct invocation *invocation, const char *subject,
				   const char *mistakes)
{
	enum status status = report(invocation, subject, STATUS_FAILED,
				    "the configuration has mistakes; nothing was changed:");

	while (*mistakes != '\0') {
		int n = (int)strcspn(mistakes, "\n");

		escape_print_line("%.*s", n, mistakes);
		mistakes += n + (mistakes[n] == '\n');
	}
	return status;
}

enum status bus_report(const struct invocation *invocation, const char *subject, int error,
		       const sd_bus_error *bus_error)
{
	char nearest[KIPC_NAME_MAX + 1];
	const char *sentence;

	if (error == -EPROTO || (!sd_bus_error_is_set(bus_error) && (error == -ENXIO || error == -EBADMSG)))
		return bus_report_unreachable(invocation, subject, -EPROTO);
	if (is_transport_error(error, bus_error))
		return report(invocation, subject, STATUS_NO_DAEMON,
			      "kipcd did not answer: %s; see its journal", strerror(-error));
	if (error == -EBADMSG && sd_bus_error_is_set(bus_error)) /* a list, a line a mistake */
		return report_mistakes(invocation, subject, bus_error->message);
	sentence = sd_bus_error_is_set(bus_error) && bus_error->message != NULL ? bus_error->message
										: strerror(-error);
	if (error == -ENOENT && subject != NULL && names_nearest(invocation->runtime_dir, subject, nearest))
		return report(invocation, subject, errors_status(error), "%s (did you mean '%s'?)", sentence,
			      nearest);
	return report(invocation, subject, errors_status(error), "%s", sentence);
}
