/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The connection to kipcd's control socket and the errors that come over it. Used by every verb that asks kipcd;
 * list and show go on without it. Every wait here has an end, also when kipcd is stopped in the middle of one.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "client/bus.h"
#include "client/report.h"
#include "common/escape.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define CONNECT_TIMEOUT (5 * USEC_PER_SEC)
#define CALL_TIMEOUT (60 * USEC_PER_SEC) /* a reload of ten thousand channels takes a second or two */

#define AS_MAP_ENTRY(name, number) SD_BUS_ERROR_MAP(name, number),
static const sd_bus_error_map error_map[] = { BUS_ERRORS(AS_MAP_ENTRY) SD_BUS_ERROR_MAP_END };

/* A socket's address holds 108 bytes; a folder may lie deeper, so the path goes through a descriptor of it. */
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
	/* With a full backlog connect() waits as long as this says. */
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

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * USEC_PER_SEC + (uint64_t)time.tv_nsec / 1000;
}

/* The first call would wait for the authentication too, but up to libsystemd's 90 seconds. */
static int wait_until_ready(sd_bus *bus)
{
	uint64_t end = now() + CONNECT_TIMEOUT;

	for (;;) {
		uint64_t time = now();
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

int bus_connect(const struct invocation *invocation, sd_bus **ret_bus)
{
	CLEANUP_BUS sd_bus *bus = NULL;
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
		r = sd_bus_set_method_call_timeout(bus, CALL_TIMEOUT);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r >= 0)
		r = wait_until_ready(bus);
	if (r < 0)
		return r;
	*ret_bus = bus;
	bus = NULL;
	return 0;
}

enum status bus_report_unreachable(const struct invocation *invocation, const char *subject, int error)
{
	if (error == -EACCES || error == -EPERM)
		return report(invocation, subject, STATUS_NO_DAEMON, "kipcd is not reachable at %s/%s: %s",
			      invocation->runtime_dir, BUS_SOCKET_NAME, strerror(-error));
	return report(
		invocation, subject, STATUS_NO_DAEMON,
		"kipcd is not reachable at %s/%s: %s; start it with 'systemctl %sstart kipcd' or 'kipcd%s'",
		invocation->runtime_dir, BUS_SOCKET_NAME, strerror(-error),
		invocation->options->user ? "--user " : "", invocation->options->user ? " --user" : "");
}

enum status bus_connect_or_report(const struct invocation *invocation, const char *subject, sd_bus **ret_bus)
{
	int r = bus_connect(invocation, ret_bus);

	return r < 0 ? bus_report_unreachable(invocation, subject, r) : STATUS_DONE;
}

void bus_pages_done(struct bus_pages *pages)
{
	for (size_t i = 0; i < pages->n_items; i++)
		sd_bus_message_unref(pages->items[i]);
	free(pages->items);
	*pages = (struct bus_pages){ 0 };
}

int bus_pages_add(struct bus_pages *pages, sd_bus_message *message)
{
	sd_bus_message **items = reallocarray(pages->items, pages->n_items + 1, sizeof(sd_bus_message *));

	if (items == NULL) {
		sd_bus_message_unref(message);
		return -ENOMEM;
	}
	pages->items = items;
	items[pages->n_items++] = message;
	return 0;
}

int bus_pages_get(struct bus_pages *pages, sd_bus *bus, const char *member, const char *after,
		  sd_bus_error *reterr, sd_bus_message **ret_page)
{
	sd_bus_message *page;
	int r;

	r = bus_call(bus, member, reterr, &page, "su", after, (uint32_t)BUS_LIST_PAGE);
	if (r >= 0)
		r = bus_pages_add(pages, page);
	if (r < 0)
		return r;
	*ret_page = page;
	return 0;
}

/* The connection broke or nobody answers, as against: kipcd said no. */
static bool is_transport_error(int error, const sd_bus_error *bus_error)
{
	if (sd_bus_error_has_name(bus_error, SD_BUS_ERROR_NO_REPLY) ||
	    sd_bus_error_has_name(bus_error, SD_BUS_ERROR_TIMEOUT))
		return true;
	return !sd_bus_error_is_set(bus_error) &&
	       (error == -ECONNRESET || error == -ENOTCONN || error == -EPIPE || error == -ETIMEDOUT ||
		error == -ECONNREFUSED);
}

/* A line a mistake. */
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
	if (is_transport_error(error, bus_error))
		return report(invocation, subject, STATUS_NO_DAEMON,
			      "kipcd did not answer: %s; look at its journal", strerror(-error));
	if (error == -EBADMSG && sd_bus_error_is_set(bus_error)) /* a list, a line a mistake */
		return report_mistakes(invocation, subject, bus_error->message);
	return report(invocation, subject, report_status(error), "%s",
		      sd_bus_error_is_set(bus_error) && bus_error->message != NULL ? bus_error->message
										   : strerror(-error));
}
