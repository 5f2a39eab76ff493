/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl metrics: figures for a monitor, in the text format that Prometheus and node_exporter read, or in OpenMetrics. Series have
 * the names of channels, never ids or pids, which change and would leave dead series behind; foreign objects are only added up. A
 * new figure is a row of a table.
 */

#include "client/see/metrics.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/facts/bus.h"
#include "client/facts/columns.h"
#include "client/facts/kernel-limits.h"
#include "client/facts/view-note.h"
#include "common/channel-words.h"
#include "common/cleanup.h"
#include "common/utf8.h"

/* In OpenMetrics the family of a counter is named without the _total of its samples; in Prometheus' format with it. */
void metrics_write_head(struct metrics *metrics, const char *name, const char *type, const char *help)
{
	int length = (int)strlen(name);

	if (metrics->invocation->options->openmetrics && strcmp(type, "counter") == 0)
		length -= (int)strlen("_total");
	fprintf(metrics->out, "# HELP kipc_%.*s %s\n# TYPE kipc_%.*s %s\n", length, name, help, length, name,
		type);
}

void metrics_write_label(struct metrics *metrics, const char *label, const char *text)
{
	size_t n;
	CLEANUP_FREE char *repaired = utf8_repair(text, strlen(text), &n);

	fprintf(metrics->out, "%s=\"", label);
	for (const char *p = repaired; p != NULL && *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			putc('\\', metrics->out);
		fputs(*p == '\n' ? "\\n" : (char[]){ *p, '\0' }, metrics->out);
	}
	putc('"', metrics->out);
}

/* -- a figure of each channel, from a column ---------------------------------------------------------------- */

static const struct channel_metric {
	const char *name, *type, *help, *column;
	unsigned kinds;
	bool is_of_rings;
} channel_metrics[] = {
	{ "queue_messages", "gauge", "Messages in the queue.", "messages", KIPC_QUEUE },
	{ "queue_bytes", "gauge", "Bytes of the messages in the queue.", "bytes", KIPC_QUEUE },
	{ "queue_capacity_bytes", "gauge", "Bytes that the queue can hold.", "capacity", KIPC_QUEUE },
	{ "queue_last_send_timestamp_seconds", "gauge", "Time of the last send.", "last_sent", KIPC_QUEUE },
	{ "queue_last_receive_timestamp_seconds", "gauge", "Time of the last receive.", "last_received",
	  KIPC_QUEUE },
	{ "segment_attached", "gauge", "Mappings of the segment.", "attached", KIPC_SEGMENT },
	{ "segment_size_bytes", "gauge", "Bytes of the segment.", "size", KIPC_SEGMENT },
	{ "ring_messages", "gauge", "Messages in the ring.", "messages", KIPC_SEGMENT, true },
	{ "ring_bytes", "gauge", "Bytes of the messages in the ring.", "bytes", KIPC_SEGMENT, true },
	{ "ring_capacity_bytes", "gauge", "Bytes that the ring can hold, including the headers of messages.",
	  "capacity", KIPC_SEGMENT, true },
	{ "ring_messages_sent_total", "counter", "Messages ever sent to the ring.", "sent_messages",
	  KIPC_SEGMENT, true },
	{ "ring_messages_received_total", "counter", "Messages ever received from the ring.",
	  "received_messages", KIPC_SEGMENT, true },
	{ "ring_sent_bytes_total", "counter", "Bytes of messages ever sent to the ring.", "sent_bytes",
	  KIPC_SEGMENT, true },
	{ "ring_received_bytes_total", "counter", "Bytes of messages ever received from the ring.",
	  "received_bytes", KIPC_SEGMENT, true },
	{ "ring_sender_waits_total", "counter", "How often a sender waited for room.", "sender_waits",
	  KIPC_SEGMENT, true },
	{ "ring_receiver_waits_total", "counter", "How often a receiver waited for a message.",
	  "receiver_waits", KIPC_SEGMENT, true },
	{ "channel_healings_total", "counter", "How often kipcd healed the channel.", "healings" },
	{ "channel_losses_total", "counter", "How often the channel was lost.", "losses" },
};

static bool is_ring(const struct view_row *row)
{
	return row->layout != NULL && strcmp(row->layout, "ring") == 0;
}

static bool has_metric(const struct channel_metric *metric, const struct view_row *row)
{
	return (metric->kinds == 0 || (metric->kinds & row->kind) != 0) &&
	       (!metric->is_of_rings || is_ring(row));
}

static void write_channel_metric(struct metrics *metrics, const struct channel_metric *metric)
{
	const struct column *column = columns_find(metric->column);

	assert(column != NULL);
	metrics_write_head(metrics, metric->name, metric->type, metric->help);
	for (size_t i = 0; i < metrics->view->n_named; i++) {
		const struct view_row *row = &metrics->view->rows[i];
		struct value value = { 0 };

		if (!has_metric(metric, row))
			continue;
		column->get(column, row, &value);
		if (value.type != VALUE_NONE)
			fprintf(metrics->out, "kipc_%s{channel=\"%s\"} %llu\n", metric->name, row->name,
				(unsigned long long)value.number);
		value_done(&value);
	}
}

/* -- figures that no column has ------------------------------------------------------------------------------ */

/* One series for each state, one of which is 1: a monitor can ask for any of them. */
static void write_states(struct metrics *metrics)
{
	metrics_write_head(metrics, "channel_state", "gauge",
			   "1 for the state that the channel is in, 0 for all others.");
	for (size_t i = 0; i < metrics->view->n_named; i++) {
		const struct view_row *row = &metrics->view->rows[i];

		for (const char *const *state = channel_state_words; *state != NULL; state++)
			if (strcmp(*state, "foreign") != 0)
				fprintf(metrics->out,
					"kipc_channel_state{channel=\"%s\",kind=\"%s\",state=\"%s\"} %d\n",
					row->name, kipc_kind_to_string(row->kind), *state,
					row->state != NULL && strcmp(row->state, *state) == 0);
	}
}

static void write_semaphores(struct metrics *metrics)
{
	metrics_write_head(metrics, "semaphore_value", "gauge",
			   "Value of a semaphore of the set, if it may be read.");
	for (size_t i = 0; i < metrics->view->n_named; i++) {
		const struct view_row *row = &metrics->view->rows[i];
		struct kipc_semaphore *semaphores;
		size_t n;

		if (row->kind != KIPC_SEMAPHORE || row->object == NULL ||
		    kipc_object_semaphores(row->id, &semaphores, &n) < 0)
			continue;
		for (size_t s = 0; s < n; s++)
			fprintf(metrics->out, "kipc_semaphore_value{channel=\"%s\",index=\"%zu\"} %d\n",
				row->name, s, semaphores[s].value);
		free(semaphores);
	}
}

static void write_waiters(struct metrics *metrics)
{
	static const enum blocked_operation operations[] = { BLOCKED_SEND, BLOCKED_RECEIVE, BLOCKED_OPERATE };

	metrics_write_head(metrics, "waiters", "gauge", "Visible threads that are blocked on the channel.");
	for (size_t i = 0; i < metrics->view->n_named; i++) {
		const struct view_row *row = &metrics->view->rows[i];
		const struct blocked *blocked;
		size_t n_blocked;

		if (row->object == NULL || (row->kind == KIPC_SEGMENT && !is_ring(row)))
			continue;
		blocked = processes_blocked(&metrics->processes, row->kind, row->id, &n_blocked);
		for (size_t o = 0; o < 3; o++) {
			size_t n = 0;

			if ((operations[o] == BLOCKED_OPERATE) != (row->kind == KIPC_SEMAPHORE))
				continue;
			for (size_t b = 0; b < n_blocked; b++)
				n += blocked[b].operation == operations[o];
			fprintf(metrics->out, "kipc_waiters{channel=\"%s\",operation=\"%s\"} %zu\n",
				row->name, blocked_operation_to_string(operations[o]), n);
		}
	}
	metrics_write_head(metrics, "processes_unseen", "gauge",
			   "Processes that could not be examined for waiters.");
	fprintf(metrics->out, "kipc_processes_unseen %zu\n", metrics->processes.n_unseen);
}

/* Only sums: they have no names. */
static void write_foreign(struct metrics *metrics)
{
	unsigned long long n[N_CHANNEL_KINDS] = { 0 }, messages = 0, bytes = 0, size = 0;

	for (size_t i = metrics->view->n_named; i < metrics->view->n_rows; i++) {
		const struct kipc_object *object = metrics->view->rows[i].object;

		n[channel_kind_index(object->kind)]++;
		if (object->kind == KIPC_QUEUE) {
			messages += object->queue.messages;
			bytes += object->queue.bytes;
		} else if (object->kind == KIPC_SEGMENT) {
			size += object->segment.size;
		}
	}
	metrics_write_head(metrics, "foreign_objects", "gauge", "Objects in the kernel that have no name.");
	for (size_t k = 0; k < N_CHANNEL_KINDS; k++)
		fprintf(metrics->out, "kipc_foreign_objects{kind=\"%s\"} %llu\n", channel_kinds[k], n[k]);
	metrics_write_head(metrics, "foreign_queue_messages", "gauge",
			   "Messages in queues that have no name.");
	fprintf(metrics->out, "kipc_foreign_queue_messages %llu\n", messages);
	metrics_write_head(metrics, "foreign_queue_bytes", "gauge",
			   "Bytes of the messages in queues that have no name.");
	fprintf(metrics->out, "kipc_foreign_queue_bytes %llu\n", bytes);
	metrics_write_head(metrics, "foreign_segment_size_bytes", "gauge",
			   "Bytes of segments that have no name.");
	fprintf(metrics->out, "kipc_foreign_segment_size_bytes %llu\n", size);
}

static void write_limit_figures(struct metrics *metrics, const char *metric, bool is_used)
{
	for (const struct kernel_limit *limit = kernel_limits; limit < kernel_limits + n_kernel_limits;
	     limit++)
		if (kernel_limit_is_used_up(limit))
			fprintf(metrics->out, "kipc_%s{name=\"%s\"} %llu\n", metric, limit->name,
				(unsigned long long)kernel_limit_figure(
					&metrics->limits, is_used ? limit->used : limit->limit));
}

static void write_limits(struct metrics *metrics)
{
	metrics_write_head(metrics, "limit", "gauge", "The kernel's limit of that name.");
	write_limit_figures(metrics, "limit", false);
	metrics_write_head(metrics, "limit_used", "gauge", "How much of the kernel's limit is in use.");
	write_limit_figures(metrics, "limit_used", true);
}

/* -- kipcd itself ---------------------------------------------------------------------------------------------- */

static const struct daemon_metric {
	const char *name, *type, *help, *statistic;
	double factor;
} daemon_metrics[] = {
	{ "daemon_start_timestamp_seconds", "gauge", "When kipcd started.", "started_usec", 1e-6 },
	{ "daemon_reloads_total", "counter", "Reloads since kipcd started.", "reloads", 1 },
	{ "daemon_failed_reloads_total", "counter",
	  "Reloads that failed because of a mistake in the configuration.", "reloads_failed", 1 },
	{ "daemon_healings_total", "counter", "Channels that kipcd healed.", "healings", 1 },
	{ "daemon_losses_total", "counter", "Channels that were lost.", "losses", 1 },
	{ "daemon_conflicts_total", "counter", "Conflicts: keys that belonged to foreign objects.",
	  "conflicts", 1 },
	{ "daemon_events_total", "counter", "Events of all kinds.", "events", 1 },
	{ "daemon_samples_total", "counter", "Samples of all channels.", "samples", 1 },
	{ "daemon_last_sample_seconds", "gauge", "How long the last sample took.", "sample_usec_last", 1e-6 },
	{ "daemon_longest_sample_seconds", "gauge", "How long the longest sample took.", "sample_usec_max",
	  1e-6 },
	{ "daemon_history_bytes", "gauge", "Memory that the histories of channels take.", "history_bytes",
	  1 },
	{ "daemon_clients", "gauge", "Connections to the control socket, including this one.", "clients", 1 },
};

static int write_daemon(struct metrics *metrics)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	const char *statistic;
	uint64_t value;
	int r = 0;

	metrics_write_head(metrics, "daemon_up", "gauge", "Whether kipcd answers.");
	fprintf(metrics->out, "kipc_daemon_up %d\n", metrics->view->bus != NULL);
	if (metrics->view->bus == NULL ||
	    bus_call(metrics->view->bus, "Statistics", NULL, &reply, BUS_STATISTICS_TAKES) < 0)
		return 0;
	for (size_t i = 0; r >= 0 && i < sizeof daemon_metrics / sizeof *daemon_metrics; i++) {
		const struct daemon_metric *metric = &daemon_metrics[i];

		r = sd_bus_message_rewind(reply, true);
		if (r >= 0)
			r = sd_bus_message_enter_container(reply, 'a', BUS_STATISTIC);
		while (r >= 0 && (r = sd_bus_message_read(reply, BUS_STATISTIC, &statistic, &value)) > 0)
			if (strcmp(statistic, metric->statistic) == 0) {
				metrics_write_head(metrics, metric->name, metric->type, metric->help);
				fprintf(metrics->out, "kipc_%s %.15g\n", metric->name,
					(double)value * metric->factor);
			}
	}
	return r < 0 ? r : 0;
}

/* -- all of it -------------------------------------------------------------------------------------------------- */

int metrics_write(struct metrics *metrics)
{
	int r;

	if (metrics->invocation->options->ipc_of == IPC_OF_ALL)
		return metrics_write_places(metrics);

	for (size_t i = 0; i < sizeof channel_metrics / sizeof *channel_metrics; i++)
		write_channel_metric(metrics, &channel_metrics[i]);
	write_states(metrics);
	write_semaphores(metrics);
	write_waiters(metrics);
	write_foreign(metrics);
	write_limits(metrics);
	r = write_daemon(metrics);
	if (r == 0)
		r = metrics_write_found(metrics);
	if (r == 0)
		r = metrics_write_groups(metrics);
	fputs("# EOF\n", metrics->out);
	return r;
}

/* Closes what it writes to; the first error of all. */
static int write_and_close(struct metrics *metrics, int fd)
{
	int r;

	metrics->out = fdopen(fd, "w");
	if (metrics->out == NULL) {
		close(fd);
		return -ENOMEM;
	}
	r = metrics_write(metrics);
	/* What could not be written before fails again here, for the same reason. */
	if (fflush(metrics->out) != 0 && r == 0)
		r = -errno;
	if (ferror(metrics->out) && r == 0)
		r = -EIO;
	if (fclose(metrics->out) != 0 && r == 0)
		r = -errno;
	return r;
}

/* Writes a new file and renames it over the old one, so that no process reads half of it. */
static int write_file(struct metrics *metrics, const char *path)
{
	char *new_path;
	int fd, r;

	if (asprintf(&new_path, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(new_path, O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0644) < 0)
		r = -errno;
	else
		r = 0;
	if (r == 0)
		r = write_and_close(metrics, fd);
	else if (fd >= 0)
		close(fd);
	if (r == 0 && rename(new_path, path) < 0)
		r = -errno;
	if (r < 0 && fd >= 0)
		(void)unlink(new_path);
	free(new_path);
	return r;
}

/*
 * Opens what is at `path` and is not a regular file: a terminal, /dev/null or a fifo, also through a link like /dev/stdout; the
 * kernel judges links in folders that others may write (fs.protected_symlinks). Returns a descriptor. -ELOOP: a link to a
 * regular file, which a rename would replace; -EINVAL: text cannot be written into it.
 */
static int open_special(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC), r;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode))
		return fd;
	else
		r = S_ISREG(st.st_mode) ? -ELOOP : -EINVAL;
	close(fd);
	return r;
}

static int write_to(struct metrics *metrics, const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) < 0 ? errno == ENOENT : S_ISREG(st.st_mode))
		return write_file(metrics, path);
	fd = open_special(path);
	return fd < 0 ? fd : write_and_close(metrics, fd);
}

static enum status say_not_written(const struct invocation *invocation, const char *path, int error)
{
	if (path == NULL)
		path = "standard output";
	else if (error == -ELOOP)
		return report(invocation, NULL, STATUS_FAILED,
			      "%s is a symbolic link to a file; give the file itself", path);
	else if (error == -EINVAL)
		return report(invocation, NULL, STATUS_FAILED,
			      "%s is neither a file, a fifo nor a character device", path);
	return report(invocation, NULL, STATUS_FAILED, "%s cannot be written: %s", path, strerror(-error));
}

enum status command_metrics(const struct invocation *invocation)
{
	const char *path = invocation->options->output;
	struct metrics metrics = { .invocation = invocation, .out = stdout };
	enum status status = STATUS_DONE;
	int r;

	metrics.by = groups_chosen(invocation);
	r = view_read(invocation, &metrics.view);
	if (r == 0)
		r = processes_read(&metrics.processes);
	if (r == 0)
		r = kipc_limits(&metrics.limits);
	if (r < 0) {
		status = errors_end(invocation, NULL, r);
	} else {
		view_note(invocation, metrics.view);
		r = path != NULL ? write_to(&metrics, path) : metrics_write(&metrics);
		if (r < 0)
			status = say_not_written(invocation, path, r);
	}
	if (status == STATUS_DONE && metrics.view != NULL)
		status = view_note_status(metrics.view);
	processes_done(&metrics.processes);
	view_free(metrics.view);
	return status;
}
