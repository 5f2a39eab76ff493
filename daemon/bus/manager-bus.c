/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * org.kipc1.Manager: translation between messages and the manager's functions, nothing else. Reading is for everyone;
 * changing is for those that caller.c lets, judged at each call.
 */

#include "daemon/bus/manager-bus.h"

#include <config.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bus-names.h"
#include "common/service/log.h"
#include "common/service/page.h"
#include "daemon/bus/caller.h"
#include "daemon/bus/channel-bus.h"
#include "daemon/bus/events-bus.h"
#include "daemon/bus/plan-pages.h"
#include "daemon/change/adopt.h"
#include "daemon/change/change.h"
#include "daemon/change/reset.h"
#include "daemon/config/keys.h"
#include "daemon/run/manager.h"
#include "daemon/run/report.h"

/* A failure as an error with our sentence; the text is freed. */
static int fail(sd_bus_error *reterr, int error, char *text)
{
	const char *name = BUS_ERROR_FAILED;

	switch (error) {
	case -ENOENT:
		name = BUS_ERROR_NO_SUCH_CHANNEL;
		break;
	case -EBUSY:
		name = BUS_ERROR_NOT_EMPTY;
		break;
	case -EEXIST:
		name = BUS_ERROR_EXISTS;
		break;
	case -EINVAL:
	case -EBADMSG:
		name = BUS_ERROR_INVALID;
		break;
	case -EDQUOT:
		name = BUS_ERROR_LIMIT;
		break;
	}
	sd_bus_error_set(reterr, name, text != NULL ? text : strerror(-error));
	free(text);
	return -1 * abs(error);
}

static int fail_config(sd_bus_error *reterr, int error, const struct problems *problems)
{
	char *text;

	if (error != -EBADMSG)
		return fail(reterr, error, NULL);
	text = problems_to_string(problems, false);
	sd_bus_error_set(reterr, BUS_ERROR_BAD_CONFIGURATION,
			 text != NULL ? text : "the configuration has mistakes");
	free(text);
	return error;
}

/* -- reading ------------------------------------------------------------------------------------------------- */

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* The texts that may be long. */
static size_t shown_size(const struct channel_shown *shown)
{
	return strlen(shown->name) + strlen(shown->reason) + strlen(shown->description) +
	       strlen(shown->origin);
}

static int append_shown(sd_bus_message *reply, const struct channel_shown *shown)
{
	return sd_bus_message_append(reply, BUS_CHANNEL, shown->name, shown->kind, shown->layout, shown->key,
				     shown->id, shown->state, shown->reason, shown->manage, shown->lifetime,
				     shown->description, shown->origin, shown->needs, shown->healings,
				     shown->losses);
}

static int new_array_reply(sd_bus_message *call, const char *contents, sd_bus_message **ret_reply)
{
	int r;

	r = sd_bus_message_new_method_return(call, ret_reply);
	return r < 0 ? r : sd_bus_message_open_container(*ret_reply, 'a', contents);
}

static int send_array_reply(sd_bus_message *reply, int r)
{
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}

static int read_page(sd_bus_message *message, const char **ret_after, struct page *ret_page)
{
	uint32_t limit;
	int r;

	r = sd_bus_message_read(message, "su", ret_after, &limit);
	if (r >= 0)
		*ret_page = page_new(limit);
	return r;
}

static int method_list(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct manager *manager = userdata;
	sd_bus_message *reply = NULL;
	const char *after;
	struct page page;
	size_t i = 0;
	int r;

	r = read_page(message, &after, &page);
	if (r < 0)
		return r;
	r = new_array_reply(message, BUS_CHANNEL, &reply);
	while (i < manager->n_channels && strcmp(manager->channels[i].name, after) <= 0)
		i++;
	for (; r >= 0 && i < manager->n_channels; i++) {
		struct channel_shown shown;

		channel_bus_show(&manager->channels[i], &shown);
		if (!page_take(&page, shown_size(&shown)))
			break;
		r = append_shown(reply, &shown);
	}
	return send_array_reply(reply, r);
}

/* The declared values, by the words of the configuration. */
static int append_declared(sd_bus_message *reply, const struct channel_spec *spec)
{
	char mode[8], key[16];
	int r;

	snprintf(mode, sizeof mode, "%04o", (unsigned)spec->mode);
	snprintf(key, sizeof key, "0x%08x", (unsigned)spec->key);
	r = sd_bus_message_append(reply, "{sv}{sv}{sv}{sv}{sv}", "key", "s", key, "manage", "s",
				  manage_words[spec->manage], "description", "s", or_empty(spec->description),
				  "origin", "s", or_empty(spec->origin), "line", "u", (uint32_t)spec->line);
	if (r >= 0 && spec->warn_at != 0)
		r = sd_bus_message_append(reply, "{sv}", "warn_at", "u", (uint32_t)spec->warn_at);
	if (r >= 0 && spec->activate)
		r = sd_bus_message_append(reply, "{sv}", "activate", "b", 1);
	if (r < 0 || spec->manage == MANAGE_OBSERVE)
		return r;
	r = sd_bus_message_append(reply, "{sv}{sv}{sv}{sv}", "owner", "u", (uint32_t)spec->owner, "group",
				  "u", (uint32_t)spec->group, "mode", "s", mode, "lifetime", "s",
				  lifetime_words[spec->lifetime]);
	if (r >= 0 && spec->kind == KIPC_QUEUE && spec->capacity != 0)
		r = sd_bus_message_append(reply, "{sv}", "capacity", "t", spec->capacity);
	if (r >= 0 && spec->kind == KIPC_SEGMENT)
		r = sd_bus_message_append(reply, "{sv}{sv}", "size", "t", spec->size, "layout", "s",
					  layout_words[spec->layout]);
	if (r >= 0 && spec->kind == KIPC_SEGMENT && spec->layout == LAYOUT_RING)
		r = sd_bus_message_append(reply, "{sv}", "max_message", "t", channel_spec_max_message(spec));
	return r;
}

static int append_values(sd_bus_message *reply, const struct channel_spec *spec)
{
	int r;

	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", "values");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "aq");
	if (r >= 0)
		r = sd_bus_message_append_array(reply, 'q', spec->values,
						spec->n_values * sizeof *spec->values);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

/* name -> "f64be[4]@64" */
static int append_fields(sd_bus_message *reply, const struct channel_spec *spec)
{
	char text[128];
	int r;

	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", "fields");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "a{ss}");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{ss}");
	for (size_t i = 0; r >= 0 && i < spec->n_fields; i++) {
		snprintf(text, sizeof text, "%s@%llu", spec->fields[i].type,
			 (unsigned long long)spec->fields[i].offset);
		r = sd_bus_message_append(reply, "{ss}", spec->fields[i].name, text);
	}
	for (int i = 0; r >= 0 && i < 3; i++)
		r = sd_bus_message_close_container(reply);
	return r;
}

/* Where a value comes from: "FILE:LINE", or the verb of kipcctl that gave it. */
static int append_origin(sd_bus_message *reply, const struct config *config, const char *key,
			 const struct value_place *place)
{
	char text[PATH_MAX + 16];

	if (place->verb != LAYER_NONE)
		snprintf(text, sizeof text, "kipcctl %s", layer_verb_words[place->verb]);
	else
		snprintf(text, sizeof text, "%s:%u", config->origins[place->source], place->line);
	return sd_bus_message_append(reply, "{ss}", key, text);
}

static int append_field_origin(sd_bus_message *reply, const struct config *config,
			       const struct field_spec *field)
{
	char key[INI_KEY_MAX + 1];

	snprintf(key, sizeof key, "field.%s", field->name);
	return append_origin(reply, config, key, &field->place);
}

/* key -> the place of its value; keys without a place have their defaults */
static int append_origins(sd_bus_message *reply, const struct config *config, const struct channel_spec *spec)
{
	int r;

	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", "origins");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "a{ss}");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{ss}");
	for (unsigned i = 0; r >= 0 && i < spec->n_places; i++)
		r = append_origin(reply, config, config_keys[spec->places[i].key].name, &spec->places[i]);
	for (size_t i = 0; r >= 0 && i < spec->n_fields; i++)
		r = append_field_origin(reply, config, &spec->fields[i]);
	for (int i = 0; r >= 0 && i < 3; i++)
		r = sd_bus_message_close_container(reply);
	return r;
}

static int append_override(sd_bus_message *reply, const struct config_override *override)
{
	char declared_in[PATH_MAX + 16] = "kipcctl create", by[32];

	if (override->file != NULL)
		snprintf(declared_in, sizeof declared_in, "%s:%u", override->file, override->line);
	snprintf(by, sizeof by, "kipcctl %s", layer_verb_words[override->verb]);
	return sd_bus_message_append(reply, "(sssss)", override->key, override->value, by, override->declared,
				     declared_in);
}

static int append_overrides(sd_bus_message *reply, const struct config *config, const char *name)
{
	size_t n;
	const struct config_override *overrides = config_overrides(config, name, &n);
	int r;

	if (n == 0)
		return 0;
	r = sd_bus_message_open_container(reply, 'e', "sv");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", "overrides");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'v', "a(sssss)");
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sssss)");
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = append_override(reply, &overrides[i]);
	for (int i = 0; r >= 0 && i < 3; i++)
		r = sd_bus_message_close_container(reply);
	return r;
}

static int method_describe(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	const struct manager *manager = userdata;
	const struct channel *channel;
	sd_bus_message *reply = NULL;
	const char *name;
	int r;

	r = sd_bus_message_read(message, "s", &name);
	if (r < 0)
		return r;
	channel = manager_find(manager, name);
	if (channel == NULL)
		return sd_bus_error_setf(reterr, BUS_ERROR_NO_SUCH_CHANNEL,
					 "there is no channel of that name");
	r = new_array_reply(message, "{sv}", &reply);
	if (r >= 0 && channel->spec != NULL)
		r = append_declared(reply, channel->spec);
	if (r >= 0 && channel->spec != NULL && channel->spec->n_values > 0)
		r = append_values(reply, channel->spec);
	if (r >= 0 && channel->spec != NULL && channel->spec->n_fields > 0)
		r = append_fields(reply, channel->spec);
	if (r >= 0 && channel->spec != NULL)
		r = append_origins(reply, manager->config, channel->spec);
	if (r >= 0 && channel->spec != NULL)
		r = append_overrides(reply, manager->config, channel->name);
	return send_array_reply(reply, r);
}

/* -- steps ---------------------------------------------------------------------------------------------------- */

static int append_line(sd_bus_message *reply, const struct report_line *line)
{
	return sd_bus_message_append(reply, BUS_STEP, line->name, kipc_kind_to_string(line->kind),
				     plan_action_words[line->action], channel_state_words[line->state],
				     or_empty(line->detail));
}

static int method_plan(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct problems problems = PROBLEMS_INIT;
	const struct report *report;
	sd_bus_message *reply = NULL;
	const char *after;
	struct page page;
	size_t i = 0, first;
	int r;

	r = read_page(message, &after, &page);
	if (r < 0)
		return r;
	r = plan_pages_get(userdata, message, after, &problems, &report);
	if (r < 0) {
		r = fail_config(reterr, r, &problems);
		problems_done(&problems);
		return r;
	}
	problems_done(&problems);
	r = new_array_reply(message, BUS_STEP, &reply);
	while (i < report->n_lines && strcmp(report->lines[i].name, after) <= 0)
		i++;
	for (first = i; r >= 0 && i < report->n_lines; i++) {
		const struct report_line *line = &report->lines[i];

		if (!page_take(&page, strlen(line->name) + strlen(or_empty(line->detail))))
			break;
		r = append_line(reply, line);
	}
	if (i == first)
		plan_pages_end(userdata, message);
	return send_array_reply(reply, r);
}

/* Failures first. */
static int reply_report(sd_bus_message *message, const struct report *report)
{
	sd_bus_message *reply = NULL;
	size_t n_sent = 0;
	int r;

	r = new_array_reply(message, BUS_STEP, &reply);
	for (int failures = 1; failures >= 0; failures--)
		for (size_t i = 0; r >= 0 && i < report->n_lines && n_sent < BUS_LIST_PAGE; i++) {
			if ((report->lines[i].state == STATE_FAILED) != failures)
				continue;
			r = append_line(reply, &report->lines[i]);
			n_sent++;
		}
	return send_array_reply(reply, r);
}

static int method_reload(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct problems problems = PROBLEMS_INIT;
	struct report report = { 0 };
	int r;

	r = caller_authorize(userdata, message, reterr);
	if (r < 0)
		return r;
	r = manager_reload(userdata, &problems, &report);
	r = r < 0 ? fail_config(reterr, r, &problems) : reply_report(message, &report);
	report_done(&report);
	problems_done(&problems);
	return r;
}

static int method_recover_registry(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct problems problems = PROBLEMS_INIT;
	struct report report = { 0 };
	char *text = NULL;
	int is_ours, r;

	r = caller_authorize(userdata, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "b", &is_ours);
	if (r < 0)
		return r;
	r = manager_recover_registry(userdata, is_ours, &problems, &report, &text);
	if (r < 0 && text != NULL)
		r = fail(reterr, r, text);
	else
		r = r < 0 ? fail_config(reterr, r, &problems) : reply_report(message, &report);
	report_done(&report);
	problems_done(&problems);
	return r;
}

/* Whether the caller may change channels, and there is no doubt about the registry. */
static int authorize_change(struct manager *manager, sd_bus_message *message, sd_bus_error *reterr)
{
	int r;

	r = caller_authorize(manager, message, reterr);
	if (r < 0 || manager->namespace.doubt == NULL)
		return r;
	return sd_bus_error_set(reterr, BUS_ERROR_FAILED, manager->namespace.doubt);
}

/* The answer of a call that changed one channel. */
static int reply_step(sd_bus_message *message, int result, char *text, struct report *report,
		      sd_bus_error *reterr)
{
	sd_bus_message *reply = NULL;
	int r;

	if (result < 0) {
		r = fail(reterr, result, text);
	} else {
		r = sd_bus_message_new_method_return(message, &reply);
		if (r >= 0 && report->n_lines > 0)
			r = append_line(reply, &report->lines[0]);
		if (r >= 0)
			r = sd_bus_send(NULL, reply, NULL);
		sd_bus_message_unref(reply);
	}
	report_done(report);
	return r;
}

static int method_create(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct report report = { 0 };
	const char *kind, *name;
	char **assignments = NULL, *text = NULL;
	int r;

	r = authorize_change(userdata, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "ss", &kind, &name);
	if (r >= 0)
		r = sd_bus_message_read_strv(message, &assignments);
	if (r < 0)
		return r;
	r = runtime_layer_create(userdata, kipc_kind_from_string(kind), name, assignments, &report, &text);
	for (char **p = assignments; p != NULL && *p != NULL; p++)
		free(*p);
	free(assignments);
	return reply_step(message, r, text, &report, reterr);
}

/* What `set` and `unset` have in common: a name, and words about it. */
static int alter(sd_bus_message *message, struct manager *manager, sd_bus_error *reterr,
		 int (*change)(struct manager *manager, const char *name, char **words, struct report *report,
			       char **reterr_text))
{
	struct report report = { 0 };
	char **words = NULL, *text = NULL;
	const char *name;
	int r;

	r = authorize_change(manager, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "s", &name);
	if (r >= 0)
		r = sd_bus_message_read_strv(message, &words);
	if (r < 0)
		return r;
	r = change(manager, name, words, &report, &text);
	for (char **p = words; p != NULL && *p != NULL; p++)
		free(*p);
	free(words);
	return reply_step(message, r, text, &report, reterr);
}

static int method_set(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	return alter(message, userdata, reterr, runtime_layer_set);
}

static int method_unset(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	return alter(message, userdata, reterr, runtime_layer_unset);
}

static int method_recover(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct report report = { 0 };
	char *text = NULL;
	const char *name;
	int r;

	r = authorize_change(userdata, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "s", &name);
	if (r < 0)
		return r;
	r = runtime_layer_recover(userdata, name, &report, &text);
	return reply_step(message, r, text, &report, reterr);
}

static int method_remove(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	char *lost = NULL, *text = NULL;
	int force, dry_run, r;
	const char *name;

	r = authorize_change(userdata, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "sbb", &name, &force, &dry_run);
	if (r < 0)
		return r;
	r = runtime_layer_remove(userdata, name, force, dry_run, &lost, &text);
	if (r < 0)
		return fail(reterr, r, text);
	r = sd_bus_reply_method_return(message, "s", or_empty(lost));
	free(lost);
	return r;
}

static int method_reset(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	char *text = NULL;
	const char *name;
	int r;

	r = authorize_change(userdata, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "s", &name);
	if (r < 0)
		return r;
	r = reset_ring(userdata, name, &text);
	if (r < 0)
		return fail(reterr, r, text);
	return sd_bus_reply_method_return(message, "");
}

/* -- handing over ---------------------------------------------------------------------------------------------- */

static int reply_adoption(sd_bus_message *message, const struct report *report)
{
	static const struct report_line nothing = { .action = PLAN_ADOPT, .state = STATE_CONFLICT };
	const struct report_line *line = report->n_lines > 0 ? &report->lines[0] : &nothing;
	sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_append(reply, "u", (uint32_t)geteuid());
	if (r >= 0)
		r = append_line(reply, line);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}

static int method_adopt(sd_bus_message *message, void *userdata, sd_bus_error *reterr)
{
	struct report report = { 0 };
	struct adoption adoption;
	char *text = NULL;
	const char *kind;
	int key, dry_run, r;

	r = authorize_change(userdata, message, reterr);
	if (r >= 0)
		r = sd_bus_message_read(message, "siisb", &kind, &adoption.id, &key, &adoption.name,
					&dry_run);
	if (r < 0)
		return r;
	adoption.kind = kipc_kind_from_string(kind);
	adoption.key = (key_t)key;
	if (adoption.kind == 0)
		return fail(reterr, -EINVAL, NULL);
	r = dry_run ? adopt_check(userdata, &adoption, &text) : adopt(userdata, &adoption, &report, &text);
	r = r < 0 ? fail(reterr, r, text) : reply_adoption(message, &report);
	report_done(&report);
	return r;
}

static int get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
		       sd_bus_message *reply, void *userdata, sd_bus_error *reterr)
{
	return sd_bus_message_append(reply, "s", PACKAGE_VERSION);
}

static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_METHOD_WITH_ARGS("List", SD_BUS_ARGS("s", after, "u", limit),
				SD_BUS_RESULT("a" BUS_CHANNEL, channels), method_list,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_ARGS("s", name), SD_BUS_RESULT("a{sv}", declared),
				method_describe, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Plan", SD_BUS_ARGS("s", after, "u", limit),
				SD_BUS_RESULT("a" BUS_STEP, steps), method_plan, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_RESULT("a" BUS_STEP, steps), method_reload,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Create", SD_BUS_ARGS("s", kind, "s", name, "as", assignments),
				SD_BUS_RESULT(BUS_STEP, step), method_create, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Set", SD_BUS_ARGS("s", name, "as", assignments),
				SD_BUS_RESULT(BUS_STEP, step), method_set, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Unset", SD_BUS_ARGS("s", name, "as", keys), SD_BUS_RESULT(BUS_STEP, step),
				method_unset, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Remove", SD_BUS_ARGS("s", name, "b", force, "b", dry_run),
				SD_BUS_RESULT("s", lost), method_remove, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Recover", SD_BUS_ARGS("s", name), SD_BUS_RESULT(BUS_STEP, step),
				method_recover, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("RecoverRegistry", SD_BUS_ARGS("b", is_ours),
				SD_BUS_RESULT("a" BUS_STEP, steps), method_recover_registry,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Reset", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT, method_reset,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Adopt", SD_BUS_ARGS("s", kind, "i", id, "i", key, "s", name, "b", dry_run),
				SD_BUS_RESULT("u", uid, BUS_STEP, step), method_adopt,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Events", SD_BUS_ARGS("t", after, "u", limit),
				SD_BUS_RESULT("a" BUS_EVENT, events), watch_bus_events,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Subscribe", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, watch_bus_subscribe,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("History", SD_BUS_ARGS("as", names),
				SD_BUS_RESULT("t", interval, "a(sa(uu))", histories), watch_bus_history,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Heads", SD_BUS_ARGS("as", names), SD_BUS_RESULT("a(st)", heads),
				watch_bus_heads, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Statistics", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{st}", statistics),
				watch_bus_statistics, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("Event", SD_BUS_ARGS(BUS_EVENT, event), 0),
	SD_BUS_VTABLE_END,
};

int manager_bus_add(struct manager *manager, sd_bus *bus)
{
	return sd_bus_add_object_vtable(bus, NULL, BUS_PATH, BUS_MANAGER, manager_vtable, manager);
}
