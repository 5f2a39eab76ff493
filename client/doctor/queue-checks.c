/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Findings about queues. A new check is a function here and a row of the table at the end. No command takes a message that a
 * program may still want, or ends a reader, which may be working on a message.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/doctor/checks.h"
#include "client/facts/nap.h"
#include "common/clock.h"
#include "common/grammar.h"
#include "common/plural.h"

#define FULL_PERCENT 90

static unsigned fullness(const struct kipc_object *queue)
{
	return queue->queue.capacity == 0 ? 100
					  : (unsigned)(queue->queue.bytes * 100 / queue->queue.capacity);
}

/* The seconds since a message last came in or went out. */
static int64_t quiet_for(struct findings *findings, const struct kipc_object *queue)
{
	int64_t last = queue->queue.stime > queue->queue.rtime ? queue->queue.stime : queue->queue.rtime;

	return findings->now - (last != 0 ? last : queue->ctime);
}

static char state_of_process(pid_t pid)
{
	int fd = process_open(pid);
	char state;

	if (fd < 0)
		return '?';
	state = process_state(fd, "stat");
	close(fd);
	return state;
}

/* -- a message that its reader cannot take ------------------------------------------------------------------------ */

/* A reader that polls and leaves the next message. */
struct refusal {
	uint64_t nap_usec;
	long type;
	size_t size;
};

static bool read_head(struct findings *findings, const struct view_row *row, struct refusal *refusal)
{
	const char *runtime_dir = findings->invocation != NULL ? findings->invocation->runtime_dir : NULL;
	struct kipc_channel *channel;
	char address[VIEW_ADDRESS_MAX];
	ssize_t size = -1;
	size_t bound;
	char *buffer;

	snprintf(address, sizeof address, "queue:@%d", row->id);
	if (kipc_open(address, runtime_dir, KIPC_QUEUE, &channel) < 0)
		return false;
	if (kipc_message_bound(channel, &bound) == 0 && (buffer = malloc(bound + 1)) != NULL) {
		size = kipc_peek(channel, buffer, bound, 0, &refusal->type);
		free(buffer);
	}
	kipc_close(channel);
	refusal->size = (size_t)size;
	return size >= 0;
}

/*
 * Since the last message came, the reader has slept several times and taken nothing. The kernel does not show the size of its
 * buffer, so this is the only sign of a message that does not fit.
 */
static bool is_refused(struct findings *findings, const struct view_row *row, struct refusal *ret_refusal)
{
	const struct kipc_object *object = row->object;
	struct refusal refusal = { 0 };
	char *receivers;
	size_t n_receivers = 0;

	if (object == NULL || object->queue.messages == 0 || quiet_for(findings, object) < CHECKS_PAUSE ||
	    checks_fate(findings, object->queue.lrpid, object->queue.rtime) != CHECKS_RUNS)
		return false;
	receivers = checks_blocked(findings, row, BLOCKED_RECEIVE, &n_receivers);
	free(receivers);
	if (n_receivers > 0 || process_state_is_stopped(state_of_process(object->queue.lrpid)) ||
	    !nap_of_process(object->queue.lrpid, &refusal.nap_usec) ||
	    refusal.nap_usec > CHECKS_PAUSE * USEC_PER_SEC / 2 || !read_head(findings, row, &refusal))
		return false;
	*ret_refusal = refusal;
	return true;
}

static void examine_too_large(struct findings *findings, const struct check *check,
			      const struct view_row *row)
{
	char buffer[VIEW_ADDRESS_MAX], when[VALUE_TEXT_MAX], *reader;
	const char *address = view_row_to_address(row, buffer);
	struct refusal refusal;

	if (!is_refused(findings, row, &refusal))
		return;
	reader = checks_process(row->object->queue.lrpid);
	findings_add(
		findings, SEVERITY_WARNING, check, row,
		findings_text("%s received last (%s), wakes up every %.3g s and leaves the next message "
			      "(type %ld, %zu %s): it may want another type; but if its buffer is too small "
			      "(E2BIG), the messages after it wait too, and "
			      "'kipcctl move -n 1 --type=%ld %s OTHER' moves it out of the way",
			      reader != NULL ? reader : "?", checks_time(row->object->queue.rtime, when),
			      (double)refusal.nap_usec / USEC_PER_SEC, refusal.type, refusal.size,
			      plural(refusal.size, "byte", "bytes"), refusal.type, address),
		findings_text("kipcctl peek --json %s", address));
	free(reader);
}

/* -- full queues ---------------------------------------------------------------------------------------------------- */

/* A queue that is full or has waiting senders, and no waiting receiver. */
struct jam {
	char *senders;
	size_t n_senders;
};

static bool is_jammed(struct findings *findings, const struct view_row *row, struct jam *ret_jam)
{
	struct jam jam = { 0 };
	char *receivers;
	size_t n_receivers = 0;

	if (row->object == NULL)
		return false;
	jam.senders = checks_blocked(findings, row, BLOCKED_SEND, &jam.n_senders);
	receivers = checks_blocked(findings, row, BLOCKED_RECEIVE, &n_receivers);
	free(receivers);
	if (jam.senders == NULL || n_receivers > 0 ||
	    (fullness(row->object) < FULL_PERCENT && jam.n_senders == 0)) {
		free(jam.senders);
		return false;
	}
	*ret_jam = jam;
	return true;
}

/* "100% full (3 messages, 16K), waiting to send: …" */
static char *describe_jam(const struct view_row *row, const struct jam *jam)
{
	char size[GRAMMAR_SIZE_MAX];

	return findings_text("%u%% full (%llu %s, %s)%s%s", fullness(row->object),
			     (unsigned long long)row->object->queue.messages,
			     plural(row->object->queue.messages, "message", "messages"),
			     grammar_bytes_to_string(row->object->queue.bytes, size),
			     jam->n_senders > 0 ? ", waiting to send: " : "",
			     jam->n_senders > 0 ? jam->senders : "");
}

/* Makes room until the reader is back; the messages stay. */
static char *command_for_room(struct findings *findings, const struct view_row *row)
{
	unsigned long long capacity = row->object->queue.capacity * 2;
	char address[VIEW_ADDRESS_MAX];

	if (!checks_can_manage(findings) || !view_row_is_kipcds(row) || !checks_is_state(row, "active") ||
	    capacity == 0 || findings->limits == NULL)
		return findings_text("kipcctl show %s", view_row_to_address(row, address));
	return capacity > findings->limits->msgmnb
		       ? findings_text("sysctl -w kernel.msgmnb=%llu && kipcctl set %s capacity=%llu",
				       capacity, row->name, capacity)
		       : findings_text("kipcctl set %s capacity=%llu", row->name, capacity);
}

static void examine_full_no_reader(struct findings *findings, const struct check *check,
				   const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	char when[VALUE_TEXT_MAX], *state;
	struct jam jam;

	if (!is_jammed(findings, row, &jam))
		return;
	state = describe_jam(row, &jam);
	/* Programs may receive one after the other, with a pause in between. */
	if (object->queue.rtime == 0 && quiet_for(findings, object) >= CHECKS_PAUSE)
		findings_add(
			findings, SEVERITY_DANGER, check, row,
			findings_text("%s; no process has ever received from it: start its reader", state),
			command_for_room(findings, row));
	else if (object->queue.rtime != 0 && findings->now - object->queue.rtime >= CHECKS_PAUSE &&
		 checks_fate(findings, object->queue.lrpid, object->queue.rtime) == CHECKS_ENDED)
		findings_add(findings, SEVERITY_DANGER, check, row,
			     findings_text(
				     "%s; process %d, which received last (%s), has ended: start it again",
				     state, (int)object->queue.lrpid, checks_time(object->queue.rtime, when)),
			     command_for_room(findings, row));
	free(state);
	free(jam.senders);
}

static void examine_full_unseen(struct findings *findings, const struct check *check,
				const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	char address[VIEW_ADDRESS_MAX], when[VALUE_TEXT_MAX], *state;
	struct jam jam;

	if (!is_jammed(findings, row, &jam))
		return;
	if (object->queue.rtime != 0 && object->queue.lrpid == 0 &&
	    findings->now - object->queue.rtime >= CHECKS_PAUSE) {
		state = describe_jam(row, &jam);
		findings_add(
			findings, SEVERITY_WARNING, check, row,
			findings_text("%s; a process in another PID namespace (a container?) received last "
				      "(%s), and cannot be seen from here",
				      state, checks_time(object->queue.rtime, when)),
			findings_text("kipcctl show %s", view_row_to_address(row, address)));
		free(state);
	}
	free(jam.senders);
}

static const char *describe_state(char state)
{
	switch (state) {
	case 'T':
		return "it is stopped";
	case 't':
		return "a debugger has stopped it";
	case 'D':
		return "it waits for a device or file system";
	case 'R':
		return "it is computing";
	default:
		return "it waits for something else";
	}
}

/* A stopped reader is stuck at once; any other only after it took nothing for a while, since it may be slow. */
static bool is_stuck(struct findings *findings, const struct view_row *row, char state)
{
	struct refusal refusal;

	if (checks_fate(findings, row->object->queue.lrpid, row->object->queue.rtime) != CHECKS_RUNS)
		return false;
	return state == 'T' ||
	       (quiet_for(findings, row->object) >= CHECKS_STUCK && !is_refused(findings, row, &refusal));
}

static void examine_stuck_reader(struct findings *findings, const struct check *check,
				 const struct view_row *row)
{
	char address[VIEW_ADDRESS_MAX], when[VALUE_TEXT_MAX], state, *reader, *text;
	struct jam jam;
	pid_t pid;

	if (!is_jammed(findings, row, &jam))
		return;
	pid = row->object->queue.lrpid;
	state = state_of_process(pid);
	if (is_stuck(findings, row, state)) {
		reader = checks_process(pid);
		text = describe_jam(row, &jam);
		findings_add(findings, jam.n_senders > 0 ? SEVERITY_DANGER : SEVERITY_WARNING, check, row,
			     findings_text("%s; %s, which received last (%s), is not waiting for a message "
					   "now: %s",
					   text, reader, checks_time(row->object->queue.rtime, when),
					   describe_state(state)),
			     state == 'T'
				     ? findings_text("kill -CONT %d", (int)pid)
				     : findings_text("kipcctl show %s", view_row_to_address(row, address)));
		free(reader);
		free(text);
	}
	free(jam.senders);
}

/* -- messages that no process takes --------------------------------------------------------------------------------- */

/* Whether processes wait for a message, and all of them for types that are not there. */
static bool is_unwanted(struct findings *findings, const struct view_row *row, bool *ret_last_waits)
{
	size_t n_blocked, n_receivers = 0;
	const struct blocked *blocked =
		processes_blocked(findings->processes, row->kind, row->id, &n_blocked);

	*ret_last_waits = false;
	for (size_t i = 0; i < n_blocked; i++) {
		if (blocked[i].operation != BLOCKED_RECEIVE || blocked[i].is_stopped)
			continue;
		if (!blocked[i].has_type || blocked[i].type == 0)
			return false; /* it takes any type, so it is about to take one */
		*ret_last_waits |= blocked[i].pid == row->object->queue.lrpid;
		n_receivers++;
	}
	return n_receivers > 0;
}

/* A server may be busy with a request while its clients wait for replies of another type. */
static void examine_wrong_type(struct findings *findings, const struct check *check,
			       const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	char address[VIEW_ADDRESS_MAX], *receivers;
	size_t n_receivers;
	bool last_waits;

	if (object == NULL || object->queue.messages == 0 || quiet_for(findings, object) < CHECKS_PAUSE ||
	    !is_unwanted(findings, row, &last_waits))
		return;
	if (object->queue.rtime != 0 && !last_waits && quiet_for(findings, object) < CHECKS_STUCK &&
	    checks_fate(findings, object->queue.lrpid, object->queue.rtime) != CHECKS_ENDED)
		return;
	receivers = checks_blocked(findings, row, BLOCKED_RECEIVE, &n_receivers);
	findings_add(
		findings, SEVERITY_WARNING, check, row,
		findings_text(
			"%llu %s, but not of a type that a waiting reader accepts; waiting to receive: %s",
			(unsigned long long)object->queue.messages,
			plural(object->queue.messages, "message waits", "messages wait"),
			receivers != NULL ? receivers : "?"),
		findings_text("kipcctl peek --all --json %s", view_row_to_address(row, address)));
	free(receivers);
}

/* Whether the last sender and receiver have ended, no process waits, and nothing came or went for a day. */
static bool is_abandoned(struct findings *findings, const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	char who[CHECKS_WHO_MAX];
	size_t n_blocked;

	(void)processes_blocked(findings->processes, row->kind, row->id, &n_blocked);
	return n_blocked == 0 && findings->now - sweep_last_use(object) >= CHECKS_IDLE &&
	       checks_fate(findings, object->queue.lspid, object->queue.stime) == CHECKS_ENDED &&
	       (object->queue.rtime == 0 ||
		checks_fate(findings, object->queue.lrpid, object->queue.rtime) == CHECKS_ENDED) &&
	       !checks_may_be_known(findings, object, who) && !checks_may_be_declared(findings, object);
}

static void examine_orphan(struct findings *findings, const struct check *check, const struct view_row *row)
{
	const struct kipc_object *object = row->object;
	int64_t last;

	if (row->name != NULL || object == NULL || object->queue.messages == 0)
		return;
	/* The time of the last send does not count: this looks for messages that are sent and never received. */
	last = object->queue.rtime != 0 ? object->queue.rtime : object->ctime;
	if (findings->now - last < CHECKS_IDLE ||
	    (object->queue.rtime != 0 &&
	     checks_fate(findings, object->queue.lrpid, object->queue.rtime) != CHECKS_ENDED))
		return;
	findings_suspect(findings, check, (uint64_t)object->uid << 1 | (uint64_t)is_abandoned(findings, row),
			 row);
}

static void conclude_orphans(struct findings *findings, const struct check *check,
			     const struct view_row *const *rows, size_t n_rows)
{
	const struct kipc_object *object = rows[0]->object;
	bool is_removable = is_abandoned(findings, rows[0]);
	char address[VIEW_ADDRESS_MAX], when[VALUE_TEXT_MAX], *which = checks_rows(rows, n_rows);
	unsigned long long n_messages = 0;
	int64_t last = 0;

	for (size_t i = 0; i < n_rows; i++) {
		n_messages += rows[i]->object->queue.messages;
		last = rows[i]->object->queue.rtime > last ? rows[i]->object->queue.rtime : last;
	}
	findings_add(
		findings, SEVERITY_WARNING, check, rows[0],
		findings_text("%llu %s in %zu %s of user %s (%s), last received: %s%s%s", n_messages,
			      plural(n_messages, "message", "messages"), n_rows,
			      plural(n_rows, "queue", "queues"),
			      accounts_user(findings->accounts, object->uid), which != NULL ? which : "?",
			      checks_time(last, when), last != 0 ? ", by a process that has ended" : "",
			      is_removable ? "; not used for a day" : ""),
		is_removable ? checks_save_and_remove("recv --all --json", "json", "remove", rows, n_rows)
			     : findings_text("kipcctl show %s", view_row_to_address(rows[0], address)));
	free(which);
}

const struct check queue_checks[] = {
	{ "full-no-reader", KIPC_QUEUE, .examine_row = examine_full_no_reader },
	{ "full-unseen", KIPC_QUEUE, .examine_row = examine_full_unseen },
	{ "stuck-reader", KIPC_QUEUE, .examine_row = examine_stuck_reader },
	{ "too-large", KIPC_QUEUE, .examine_row = examine_too_large },
	{ "wrong-type", KIPC_QUEUE, .examine_row = examine_wrong_type },
	{ "orphan-queue", KIPC_QUEUE, .examine_row = examine_orphan, .conclude = conclude_orphans },
	{ NULL },
};
