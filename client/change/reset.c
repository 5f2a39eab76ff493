/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl reset: reinitialises a ring in place, without its messages: through kipcd if kipcd owns it, behind its fence; otherwise
 * with our own rights. Messages in a sound ring go only with --force; in a corrupt one they cannot be trusted.
 */

#include <errno.h>
#include <stdio.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/facts/view-find.h"
#include "client/facts/view.h"
#include "common/loss.h"
#include "common/plural.h"

static enum status reset_by_kipcd(const struct invocation *invocation, const struct view *view,
				  const struct view_row *row)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	CLEANUP_BUS_MESSAGE sd_bus_message *reply = NULL;
	const char *address = invocation->args[0];
	int r;

	if (view->bus == NULL)
		return bus_report_unreachable(invocation, address, view->bus_error);
	bus_expect_change(view->bus);
	r = bus_call(view->bus, "Reset", &error, &reply, BUS_RESET_TAKES, row->name);
	return r < 0 ? bus_report(invocation, address, r, &error) : STATUS_DONE;
}

static enum status reset_by_hand(const struct invocation *invocation, const struct view_row *row,
				 const struct kipc_ring *ring)
{
	const char *address = invocation->args[0];
	int r;

	r = kipc_ring_format(row->id, ring == NULL ? 0 : (size_t)ring->max_message);
	if (r == -EBUSY)
		return report(invocation, address, STATUS_FAILED,
			      "it is attached %llu %s; end the processes that use it first",
			      (unsigned long long)row->object->segment.attached,
			      plural(row->object->segment.attached, "time", "times"));
	return r < 0 ? errors_report(invocation, address, r) : STATUS_DONE;
}

static enum status reset(const struct invocation *invocation, struct view *view, const struct view_row *row)
{
	const struct options *options = invocation->options;
	const char *address = invocation->args[0];
	const struct kipc_ring *ring;
	char loss[LOSS_MAX];
	enum status status;
	int r;

	r = view_look_for_ring(view, row);
	if (r < 0)
		return errors_end(invocation, address, r);
	if (row->ring == NULL)
		return report(invocation, address, STATUS_USAGE, "this is not a ring");
	ring = ring_figures_get(row->ring);
	if (ring != NULL && ring->fault == KIPC_RING_SOUND && ring->messages > 0 && !options->force)
		return report(invocation, address, STATUS_FAILED, "%s; empty it first, or use --force",
			      loss_of_ring_to_string(ring, 0, LOSS_PRESENT, loss));
	if (ring == NULL && !options->force && !view_row_is_kipcds(row))
		return report(invocation, address, STATUS_NOT_ALLOWED,
			      "its contents cannot be read; --force resets it anyway");
	if (options->dry_run) {
		printf("%s: would be reset\n", address);
		return STATUS_DONE;
	}
	status = view_row_is_kipcds(row) ? reset_by_kipcd(invocation, view, row)
					 : reset_by_hand(invocation, row, ring);
	if (status == STATUS_DONE && !options->quiet)
		printf("%s: reset\n", address);
	return status;
}

enum status command_reset(const struct invocation *invocation)
{
	const struct view_row *row;
	enum status status;
	struct view *view;
	int r;

	r = view_read(invocation, &view);
	if (r < 0)
		return errors_end(invocation, NULL, r);
	row = view_find(invocation, view, invocation->args[0], &status);
	if (row != NULL && row->object == NULL)
		status = report(invocation, invocation->args[0], STATUS_NO_SUCH_CHANNEL,
				"it has no object to reset");
	else if (row != NULL)
		status = reset(invocation, view, row);
	view_free(view);
	return status;
}
