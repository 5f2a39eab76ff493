/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `kipcctl --complete WORD…`, which the completions of all shells ask: what can stand in the place of the last word. Called
 * by main(). Verbs, options and operands come from the rows that parsing and help come from, so that nothing can be missing
 * or be offered in vain; names come from the registry, without kipcd. A line is a candidate for the whole word, a tab, and
 * what it means; or it is one of
 *
 *	:files, :folders	of the file system: behind "--OPTION=", if the word begins so
 *	:command N		a command line of its own, which begins with word N (from 0)
 *
 * What does not begin as the word does is told too: shells match in their own ways.
 */

#include "client/data/complete.h"

#include <dirent.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/command-line.h"
#include "client/base/control.h"
#include "client/base/option-rows.h"
#include "client/base/process.h"
#include "lib/kipc.h"

/* The longest that anybody waits behind the tab key. */
#define SECONDS_MAX 3

struct completion {
	const struct command *commands, *command; /* NULL: before the verb */
	bool is_help, are_options_over;
	struct options options;
	const struct option_row *pending; /* the next word is its value */
	char **operands;
	int n_operands;

	const char *word; /* the last one */
	size_t n_kept;	  /* so much of it stays in front of each candidate: "--columns=name," */
	const char *list; /* "name,…": its words up to there are not offered again; NULL: there is no list */
	int first_taken;  /* operands from this one on are not offered again either */
};

/* -- candidates ------------------------------------------------------------------------------------------ */

static bool is_taken(const struct completion *completion, const char *word)
{
	size_t n = strlen(word);

	if (n == 0)
		return true;
	for (int i = completion->first_taken; i < completion->n_operands; i++)
		if (strncmp(completion->operands[i], word, n) == 0 &&
		    (word[n - 1] == '=' || completion->operands[i][n] == '\0'))
			return true;
	for (const char *p = completion->list; p != NULL && p < completion->word + completion->n_kept;) {
		size_t n_item = strcspn(p, ",");

		if (n_item == n && memcmp(p, word, n) == 0)
			return true;
		p += n_item + 1;
	}
	return false;
}

static void tell(void *context, const char *word, const char *help)
{
	const struct completion *completion = context;

	if (!is_taken(completion, word))
		printf("%.*s%s\t%s\n", (int)completion->n_kept, completion->word, word, help);
}

/* "a,b,c" */
static void tell_words(struct completion *completion, const char *words)
{
	char word[32];

	while (*words) {
		size_t n = strcspn(words, ",");

		(void)snprintf(word, sizeof word, "%.*s", (int)n, words);
		tell(completion, word, "");
		words += n + (words[n] == ',');
	}
}

static void tell_verbs(struct completion *completion)
{
	for (const struct command *command = completion->commands; command->name != NULL; command++)
		tell(completion, command->name, command->help);
	if (!completion->is_help)
		tell(completion, "help", "Say what a verb does and takes");
}

static void tell_options(struct completion *completion)
{
	const struct command *command = completion->command;
	char text[32];

	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		if (!options_everywhere.has[row->option] &&
		    !(command != NULL && command->options.has[row->option]))
			continue;
		if (!command_line_may_join(&completion->options, command, row->option))
			continue;
		(void)snprintf(text, sizeof text, "--%s%s", row->name, row->argument != NULL ? "=" : "");
		tell(completion, text, row->help);
		(void)snprintf(text, sizeof text, "-%c", row->letter);
		if (row->letter)
			tell(completion, text, row->help);
	}
}

/* -- names ----------------------------------------------------------------------------------------------- */

/* What a channel can be: a kind, but segments are raw or rings. */
#define QUEUE (unsigned)KIPC_QUEUE
#define RAW (unsigned)KIPC_SEGMENT
#define SEMAPHORE (unsigned)KIPC_SEMAPHORE
#define RING (unsigned)(KIPC_ANY_KIND + 1)
#define SEGMENT (RAW | RING)
#define MESSAGES (QUEUE | RING)
#define ANY (QUEUE | SEGMENT | SEMAPHORE)

static unsigned sort_of(const struct kipc_name *name)
{
	return name->is_ring ? RING : (unsigned)name->kind;
}

static void choose_runtime_dir(struct completion *completion, struct invocation *ret_invocation,
			       char buffer[static PATH_MAX])
{
	*ret_invocation = (struct invocation){
		.command = completion->command,
		.options = &completion->options,
		.n_args = completion->n_operands,
		.args = completion->operands,
	};
	if (options_runtime_dir(&completion->options, buffer, &ret_invocation->runtime_dir) != 0)
		ret_invocation->runtime_dir = "";
}

static void tell_channels(struct completion *completion, unsigned sorts)
{
	struct kipc_name *names = NULL;
	struct invocation invocation;
	char buffer[PATH_MAX], help[64];
	size_t n_names = 0;

	choose_runtime_dir(completion, &invocation, buffer);
	if (kipc_registry_list(invocation.runtime_dir, &names, &n_names) < 0)
		return;
	for (size_t i = 0; i < n_names; i++) {
		if (!(sort_of(&names[i]) & sorts))
			continue;
		(void)snprintf(help, sizeof help, "%s 0x%08x",
			       names[i].is_ring ? "ring" : kipc_kind_to_string(names[i].kind),
			       (unsigned)names[i].key);
		tell(completion, names[i].name, help);
	}
	free(names);
}

/* The names of which the runtime layer says something. */
static void tell_altered(struct completion *completion)
{
	struct invocation invocation;
	char buffer[PATH_MAX], path[PATH_MAX + 16], name[KIPC_NAME_MAX + 1];
	struct dirent *entry;
	DIR *folder;

	choose_runtime_dir(completion, &invocation, buffer);
	(void)snprintf(path, sizeof path, "%s/kipcd.conf.d", invocation.runtime_dir);
	folder = opendir(path);
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		size_t n = strlen(entry->d_name), n_suffix = strlen(".conf");

		if (n <= n_suffix || n - n_suffix > KIPC_NAME_MAX ||
		    strcmp(entry->d_name + n - n_suffix, ".conf") != 0)
			continue;
		memcpy(name, entry->d_name, n - n_suffix);
		name[n - n_suffix] = '\0';
		if (kipc_name_is_valid(name))
			tell(completion, name, "");
	}
	if (folder != NULL)
		closedir(folder);
}

/* A field that is to be written has its value behind it. */
static void tell_assignment(void *context, const char *word, const char *help)
{
	char text[64];

	if (snprintf(text, sizeof text, "%s=", word) < (int)sizeof text)
		tell(context, text, help);
}

static void tell_from_control_half(struct completion *completion, enum control_words words,
				   control_tell *teller)
{
	const struct control_half *half;
	struct invocation invocation;
	char buffer[PATH_MAX];

	choose_runtime_dir(completion, &invocation, buffer);
	half = control_load(&invocation);
	if (half != NULL)
		half->complete(&invocation, words, teller, completion);
}

/* Processes call themselves what they like. */
static void tell_processes(struct completion *completion)
{
	DIR *folder = opendir("/proc");
	char command[PROCESS_COMMAND_MAX];
	struct dirent *entry;
	pid_t pid;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (!process_id_from_string(entry->d_name, &pid) || process_command(pid, command) < 0)
			continue;
		for (char *p = command; *p; p++)
			if (*p < ' ' || *p > '~')
				*p = '?';
		tell(completion, entry->d_name, command);
	}
	if (folder != NULL)
		closedir(folder);
}

static void tell_users(struct completion *completion)
{
	const struct passwd *user;

	while ((user = getpwent()) != NULL)
		tell(completion, user->pw_name, "");
}

static void tell_groups(struct completion *completion)
{
	const struct group *group;

	while ((group = getgrent()) != NULL)
		tell(completion, group->gr_name, "");
}

/* -- keys of create and set ------------------------------------------------------------------------------ */

/* A newcomer who adds a key to kipcd's table (daemon/config/keys.c) adds a row here: a test says so. (activate is for files.) */
static const struct {
	const char *name;
	unsigned sorts;
	const char *help;
	const char *values;
	void (*tell_values)(struct completion *completion);
} keys[] = {
	{ "key=", ANY, "the kernel's key: a number, or ftok:PATH:N" },
	{ "owner=", ANY, "the user it belongs to", .tell_values = tell_users },
	{ "group=", ANY, "the group it belongs to", .tell_values = tell_groups },
	{ "mode=", ANY, "who may read and write it (0660)" },
	{ "manage=", ANY, "whether kipcd makes it or only observes it", "own,observe" },
	{ "lifetime=", ANY, "when it is removed unasked", "boot,config,daemon" },
	{ "description=", ANY, "what it is for" },
	{ "warn_at=", MESSAGES, "per cent in use from which to warn" },
	{ "capacity=", QUEUE, "bytes that it may hold" },
	{ "size=", SEGMENT, "its bytes" },
	{ "layout=", SEGMENT, "the program's own bytes, or a stream of messages", "raw,ring" },
	{ "max_message=", RING, "bytes of the largest message" },
	{ "field.", RAW, "what some of its bytes mean: field.NAME=TYPE@OFFSET" },
	{ "values=", SEMAPHORE, "one number for each semaphore" },
};

/* What a channel is that is made by `create KIND NAME …`, or is there for `set NAME …`. */
static unsigned sort_of_operands(struct completion *completion)
{
	struct invocation invocation;
	char buffer[PATH_MAX];
	struct kipc_name name;
	enum kipc_kind kind;

	for (int i = 2; i < completion->n_operands; i++)
		if (strcmp(completion->operands[i], "layout=ring") == 0)
			return RING;
	kind = kipc_kind_from_string(completion->operands[0]);
	if (strcmp(completion->command->name, "create") == 0)
		return kind == KIPC_SEGMENT ? SEGMENT : (unsigned)kind;
	choose_runtime_dir(completion, &invocation, buffer);
	return kipc_registry_lookup(invocation.runtime_dir, completion->operands[0], &name) < 0
		       ? ANY
		       : sort_of(&name);
}

static void tell_keys(struct completion *completion, const char *word)
{
	unsigned sorts = sort_of_operands(completion);
	const char *value = strchr(word, '=');

	if (value != NULL)
		completion->n_kept = (size_t)(value + 1 - word);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (value == NULL && keys[i].sorts & sorts)
			tell(completion, keys[i].name, keys[i].help);
		if (value == NULL || strlen(keys[i].name) != completion->n_kept ||
		    strncmp(keys[i].name, word, completion->n_kept) != 0)
			continue;
		if (keys[i].values != NULL)
			tell_words(completion, keys[i].values);
		if (keys[i].tell_values != NULL)
			keys[i].tell_values(completion);
	}
}

/* -- operands -------------------------------------------------------------------------------------------- */

/* Channels that can stand where a verb's row has this word. */
static const struct {
	const char *form;
	unsigned sorts;
} channel_forms[] = {
	{ "ADDR", ANY },	{ "FROM", MESSAGES },	    { "TO", MESSAGES },
	{ "SEGMENT", SEGMENT }, { "SEMAPHORE", SEMAPHORE }, { "RING", RING },
	{ "NAME", ANY },
};

/* Verbs that want less. (send and recv take raw segments, too; that is the lesser use.) */
static const struct {
	const char *verb;
	unsigned sorts;
} wanted_by[] = {
	{ "send", MESSAGES },  { "recv", MESSAGES },  { "peek", MESSAGES }, { "wait", MESSAGES | SEMAPHORE },
	{ "purge", MESSAGES }, { "bench", MESSAGES }, { "write", RAW },	    { "get", RAW },
	{ "put", RAW },	       { "create", 0 },	      { "adopt", 0 }, /* these two want a new name */
};

#define FORM_MAX 16

/* The word of the verb's row for its operand `n`, without brackets: "ADDR"; "" for none. */
static void find_form(const struct command *command, int n, char form[static FORM_MAX])
{
	const char *p = command->arguments;

	form[0] = '\0';
	while (*p) {
		size_t size = strcspn(p += strspn(p, " ["), " ]…");
		bool is_last = strncmp(p + size, "…", strlen("…")) == 0;

		if (strncmp(p, "--", size) != 0 && (n-- == 0 || is_last)) {
			(void)snprintf(form, FORM_MAX, "%.*s", (int)size, p);
			return;
		}
		p += size + strcspn(p + size, " ");
	}
}

static void complete_channel(struct completion *completion, const char *form)
{
	unsigned sorts = 0;

	for (size_t i = 0; i < sizeof channel_forms / sizeof channel_forms[0]; i++)
		if (strcmp(channel_forms[i].form, form) == 0)
			sorts = channel_forms[i].sorts;
	for (size_t i = 0; i < sizeof wanted_by / sizeof wanted_by[0]; i++)
		if (strcmp(wanted_by[i].verb, completion->command->name) == 0)
			sorts &= wanted_by[i].sorts;
	if (sorts)
		tell_channels(completion, sorts);
}

static void complete_operand(struct completion *completion, const char *word)
{
	char form[FORM_MAX];

	if (completion->command == NULL) {
		if (completion->n_operands == 0)
			tell_verbs(completion);
		return;
	}
	find_form(completion->command, completion->n_operands, form);
	if (strcmp(form, "FILE") == 0) {
		puts(":files");
	} else if (strcmp(form, "KIND") == 0) {
		tell_words(completion, "queue,segment,semaphore");
	} else if (strcmp(form, "KEY=VALUE") == 0) {
		completion->first_taken = 1;
		tell_keys(completion, word);
	} else if (strcmp(form, "KEY") == 0) {
		completion->first_taken = 1;
		tell_from_control_half(completion, CONTROL_WORDS_OVERRIDDEN, tell);
	} else if (strcmp(completion->command->name, "unset") == 0) {
		tell_altered(completion);
	} else if (strncmp(form, "FIELD", strlen("FIELD")) == 0) {
		completion->first_taken = 1;
		tell_from_control_half(completion, CONTROL_WORDS_FIELDS,
				       strcmp(form, "FIELD") == 0 ? tell : tell_assignment);
	} else {
		completion->first_taken = 0;
		complete_channel(completion, form);
	}
}

/* -- options --------------------------------------------------------------------------------------------- */

static void tell_places(struct completion *completion)
{
	if (completion->command == NULL || completion->command->takes_all_places)
		tell(completion, "all", "every IPC namespace");
	tell_processes(completion);
}

/* The value of an option, as far as it is there. */
static void complete_value(struct completion *completion, const struct option_row *row, const char *value)
{
	const char *comma = strrchr(value, ',');

	completion->n_kept = (size_t)(value - completion->word);
	if (row->option == OPTION_SORT && value[0] == '-') /* downwards */
		completion->n_kept++;
	if (comma != NULL && (row->option == OPTION_KIND || row->option == OPTION_STATE ||
			      row->option == OPTION_COLUMNS || row->option == OPTION_OWNER)) {
		completion->n_kept = (size_t)(comma + 1 - completion->word);
		completion->list = value;
	}

	if (row->option == OPTION_KIND)
		tell_words(completion, "queue,segment,semaphore");
	else if (row->option == OPTION_REGISTRY)
		tell_words(completion, "ours,another");
	else if (row->option == OPTION_FAIL_ON)
		tell_words(completion, "warning,danger");
	else if (row->option == OPTION_STATE)
		tell_from_control_half(completion, CONTROL_WORDS_STATES, tell);
	else if (row->option == OPTION_COLUMNS || row->option == OPTION_SORT)
		tell_from_control_half(completion, CONTROL_WORDS_COLUMNS, tell);
	else if (row->option == OPTION_GROUP_BY)
		tell_words(completion, "owner,creator,process");
	else if (row->option == OPTION_OWNER)
		tell_users(completion);
	else if (row->option == OPTION_LOCK)
		tell_channels(completion, SEMAPHORE);
	else if (row->option == OPTION_IPC_OF)
		tell_places(completion);
	else if (row->argument != NULL && strcmp(row->argument, "FILE") == 0)
		puts(":files");
	else if (row->argument != NULL && strcmp(row->argument, "DIR") == 0)
		puts(":folders");
}

/* "--name" or "--name=…" */
static const struct option_row *find_long_option(const char *word)
{
	size_t n = strcspn(word + 2, "=");

	for (size_t i = 0; i < N_OPTIONS; i++)
		if (strlen(option_rows[i].name) == n && memcmp(option_rows[i].name, word + 2, n) == 0)
			return &option_rows[i];
	return NULL;
}

static const struct option_row *find_letter(char letter)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (option_rows[i].letter && option_rows[i].letter == letter)
			return &option_rows[i];
	return NULL;
}

/* -- what stands before the last word -------------------------------------------------------------------- */

/* What is wrong with the value, the command itself will say. */
static void take_option(struct completion *completion, const struct option_row *row, const char *value)
{
	if (row == NULL)
		return;
	completion->options.given.has[row->option] = true;
	if (row->argument != NULL && value == NULL)
		completion->pending = row;
	else
		(void)row->form->set(&completion->options, row->offset, value);
}

static void take_letters(struct completion *completion, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_row *row = find_letter(*letters);
		bool has_value = row != NULL && row->argument != NULL && letters[1];

		take_option(completion, row, has_value ? letters + 1 : NULL);
		if (has_value)
			return;
	}
}

static void take_operand(struct completion *completion, char *word)
{
	if (completion->command != NULL || completion->is_help) {
		completion->operands[completion->n_operands++] = word;
		return;
	}
	for (const struct command *command = completion->commands; command->name != NULL; command++)
		if (strcmp(command->name, word) == 0)
			completion->command = command;
	completion->are_options_over = false; /* "--" before the verb speaks of nothing behind it */
	completion->is_help = completion->command == NULL;
	if (completion->is_help && strcmp(word, "help") != 0)
		completion->operands[completion->n_operands++] =
			word; /* no verb, which is as good as all said */
}

static void take(struct completion *completion, char *word)
{
	if (completion->pending != NULL) {
		const struct option_row *row = completion->pending;

		completion->pending = NULL;
		take_option(completion, row, word);
	} else if (completion->are_options_over || word[0] != '-' || word[1] == '\0') {
		take_operand(completion, word);
	} else if (strcmp(word, "--") == 0) {
		completion->are_options_over = true;
	} else if (word[1] == '-') {
		const char *value = strchr(word, '=');

		take_option(completion, find_long_option(word), value != NULL ? value + 1 : NULL);
	} else {
		take_letters(completion, word + 1);
	}
}

static bool is_at_command(const struct completion *completion)
{
	return completion->command != NULL && completion->command->runs_command &&
	       completion->n_operands == 1 && completion->pending == NULL;
}

static void complete_last(struct completion *completion, const char *word)
{
	const struct option_row *row;

	completion->word = word;
	completion->first_taken = completion->n_operands;
	if (completion->pending != NULL) {
		complete_value(completion, completion->pending, word);
	} else if (completion->are_options_over || word[0] != '-') {
		complete_operand(completion, word);
	} else if (strncmp(word, "--", 2) == 0 && strchr(word, '=') != NULL) {
		row = find_long_option(word);
		if (row != NULL)
			complete_value(completion, row, strchr(word, '=') + 1);
	} else {
		tell_options(completion);
	}
}

enum status complete(const struct command *commands, int n_words, char **words)
{
	struct completion completion = { .commands = commands };

	alarm(SECONDS_MAX);
	if (n_words <= 0)
		return STATUS_USAGE;
	completion.operands = calloc((size_t)n_words + 1, sizeof *completion.operands);
	if (completion.operands == NULL)
		return STATUS_FAILED;
	for (int i = 0; i < n_words; i++) {
		if (is_at_command(&completion) && (completion.are_options_over || words[i][0] != '-')) {
			printf(":command %d\n", i);
			break;
		}
		if (i == n_words - 1)
			complete_last(&completion, words[i]);
		else
			take(&completion, words[i]);
	}
	free(completion.operands);
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
}
