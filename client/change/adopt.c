/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * kipcctl adopt: hands a foreign object to kipcd. kipcd says whether it would take it, we make kipcd its owner with our own rights,
 * and kipcd takes it. Its programs notice nothing. If the last step fails, the object gets its owner back; if we are killed before
 * it, the same command completes the work.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/base/errors.h"
#include "client/base/report.h"
#include "client/base/verbs.h"
#include "client/facts/bus.h"
#include "client/facts/view-find.h"
#include "client/facts/view.h"

#define CONFIG_LINE_MAX 199 /* bytes, kipcd.conf(5) */

struct adoption {
	const struct invocation *invocation;
	const char *address, *name;
	sd_bus *bus;
	struct kipc_object object;
};

/* Asks kipcd; *ret_uid is the user that it runs as. */
static enum status call(const struct adoption *adoption, bool dry_run, uint32_t *ret_uid,
			sd_bus_message **ret_reply)
{
	CLEANUP_BUS_ERROR sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int r;

	bus_expect_change(adoption->bus);
	r = bus_call(adoption->bus, "Adopt", &error, &reply, BUS_ADOPT_TAKES,
		     kipc_kind_to_string(adoption->object.kind), (int32_t)adoption->object.id,
		     (int32_t)adoption->object.key, adoption->name, (int)dry_run);
	if (r >= 0)
		r = sd_bus_message_read(reply, "u", ret_uid);
	if (r < 0) {
		sd_bus_message_unref(reply);
		return bus_report(adoption->invocation, adoption->address, r, &error);
	}
	*ret_reply = reply;
	return STATUS_DONE;
}

static int give(const struct adoption *adoption, uid_t uid)
{
	struct kipc_object wanted = adoption->object;

	wanted.uid = uid;
	return kipc_object_alter(&wanted, KIPC_ALTER_UID);
}

/* The creator keeps its rights, since the kernel treats it as an owner; an owner that is not the creator would lose them. */
static enum status refuse_if_owner_loses(const struct adoption *adoption, uid_t uid)
{
	const struct kipc_object *object = &adoption->object;

	if (object->uid == uid || object->uid == object->cuid || object->uid == 0 ||
	    adoption->invocation->options->force)
		return STATUS_DONE;
	return report(
		adoption->invocation, adoption->address, STATUS_FAILED,
		"uid %u owns it but did not create it, and would keep only the rights of its group or of "
		"other users; --force hands it over anyway",
		(unsigned)object->uid);
}

/* A line of what kipcd wrote, in the form of a configuration. Keys for an existing section have no header of their own. */
static void print_line(const char *line)
{
	if (strncmp(line, "[create ", strlen("[create ")) == 0)
		printf("    [%s", line + strlen("[create "));
	else if (strlen(line) > CONFIG_LINE_MAX + 1)
		printf("    # %.*s: too long for a line of kipcd.conf; after a reboot, give it to 'kipcctl "
		       "create'\n",
		       (int)strcspn(line, " ="), line);
	else if (line[0] != '#' && line[0] != '\n' && line[0] != '[')
		printf("    %s", line);
}

/*
 * Prints all that kipcd wrote about it, to be put into kipcd.conf: after a reboot, a segment without its size or a queue with another
 * mode would not be what its programs expect.
 */
static void print_section(const struct adoption *adoption, const char *name)
{
	char *path, *line = NULL;
	size_t size = 0;
	bool is_first = true;
	FILE *file;

	if (asprintf(&path, "%s/kipcd.conf.d/%s.conf", adoption->invocation->runtime_dir, name) < 0)
		return;
	file = fopen(path, "re");
	while (file != NULL && getline(&line, &size, file) > 0 &&
	       strncmp(line, "[set ", strlen("[set ")) != 0) {
		if (is_first && strncmp(line, "[adopt ", strlen("[adopt ")) == 0)
			printf("This lasts until the next reboot; to keep it, add this to the section of "
			       "%s:\n",
			       name);
		else if (is_first)
			printf("This lasts until the next reboot; to keep it, add this to kipcd.conf:\n");
		is_first = false;
		print_line(line);
	}
	if (file != NULL)
		fclose(file);
	else if (errno != ENOENT)
		printf("This lasts until the next reboot; to keep it, copy %s into kipcd.conf\n", path);
	free(line);
	free(path);
}

static enum status print_answer(const struct adoption *adoption, sd_bus_message *reply)
{
	const char *name, *kind, *action, *state, *detail;
	int r;

	r = sd_bus_message_read(reply, BUS_STEP, &name, &kind, &action, &state, &detail);
	if (r < 0)
		return errors_end(adoption->invocation, adoption->address, r);
	if (adoption->invocation->options->quiet)
		return STATUS_DONE;
	printf("%s: adopted as %s, %s: %s\n", adoption->address, name, state, detail);
	print_section(adoption, name);
	return STATUS_DONE;
}

static enum status hand_over(const struct adoption *adoption)
{
	CLEANUP_BUS_MESSAGE sd_bus_message *promise = NULL, *reply = NULL;
	uint32_t uid;
	enum status status;
	int r;

	status = call(adoption, true, &uid, &promise);
	if (status == STATUS_DONE)
		status = refuse_if_owner_loses(adoption, uid);
	if (status != STATUS_DONE || adoption->invocation->options->dry_run)
		return status;
	if (adoption->object.uid != uid && adoption->object.cuid != uid) {
		r = give(adoption, uid);
		if (r == -EPERM)
			return report(adoption->invocation, adoption->address, STATUS_NOT_ALLOWED,
				      "only its owner, its creator and root may hand it over");
		if (r < 0)
			return errors_end(adoption->invocation, adoption->address, r);
	}
	status = call(adoption, false, &uid, &reply);
	if (status == STATUS_DONE)
		return print_answer(adoption, reply);
	r = give(adoption, adoption->object.uid);
	if (r < 0)
		report(adoption->invocation, adoption->address, status,
		       "it now belongs to uid %u, the user of kipcd, and could not be given back: %s",
		       (unsigned)uid, strerror(-r));
	return status;
}

enum status command_adopt(const struct invocation *invocation)
{
	struct adoption adoption = {
		.invocation = invocation,
		.address = invocation->args[0],
		.name = invocation->args[1],
	};
	const struct view_row *row;
	enum status status;
	struct view *view;
	int r;

	r = view_read(invocation, &view);
	if (r < 0)
		return errors_end(invocation, adoption.address, r);
	row = view_find(invocation, view, adoption.address, &status);
	if (row != NULL && view->bus == NULL) {
		status = bus_report_unreachable(invocation, adoption.address, view->bus_error);
	} else if (row != NULL && row->object == NULL) {
		status = report(invocation, adoption.address, STATUS_NO_SUCH_CHANNEL,
				"it has no object to adopt");
	} else if (row != NULL) {
		adoption.bus = view->bus;
		adoption.object = *row->object;
		status = hand_over(&adoption);
	}
	view_free(view);
	return status;
}
