/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of options, and reading a command line with it. main() calls options_parse() once. Which options a
 * verb takes stands in the verb's row; getopt_long(3) is given just these, so that it finds every misuse. A newcomer
 * who adds an option adds a row here, a member to struct options and a line to kipcctl(1).
 */

#include "client/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "client/command.h"
#include "common/grammar.h"
#include "config.h"

/* How an option's text becomes a value. */
struct value_form {
	int (*set)(struct options *options, size_t offset, const char *text);
	const char *wanted; /* for "'%s' is not ..." */
};

/* For an option that says all by being given. */
static int set_nothing(struct options *options, size_t offset, const char *text)
{
	return 0;
}

static int set_flag(struct options *options, size_t offset, const char *text)
{
	*(bool *)((char *)options + offset) = true;
	return 0;
}

static int set_text(struct options *options, size_t offset, const char *text)
{
	*(const char **)((char *)options + offset) = text;
	return 0;
}

static int set_number(struct options *options, size_t offset, const char *text)
{
	int64_t number;
	int r = grammar_number_from_string(text, 0, INT64_MAX, &number);

	if (r < 0)
		return r;
	*(uint64_t *)((char *)options + offset) = (uint64_t)number;
	return 0;
}

/* Sizes, and 0x… because hexdump prints offsets that way. */
static int set_size(struct options *options, size_t offset, const char *text)
{
	uint64_t *size = (uint64_t *)((char *)options + offset);

	return strncmp(text, "0x", 2) == 0 ? set_number(options, offset, text)
					   : grammar_size_from_string(text, size);
}

static int set_type(struct options *options, size_t offset, const char *text)
{
	int64_t type;
	int r = grammar_number_from_string(text, 1, LONG_MAX, &type);

	if (r < 0)
		return r;
	options->type = (long)type;
	return 0;
}

static int set_not_type(struct options *options, size_t offset, const char *text)
{
	options->not_type = true;
	return set_type(options, offset, text);
}

static int set_max_type(struct options *options, size_t offset, const char *text)
{
	int r = set_type(options, offset, text);

	options->type = -options->type;
	return r;
}

static int set_no_wait(struct options *options, size_t offset, const char *text)
{
	options->timeout = KIPC_NOW;
	return 0;
}

static int set_timeout(struct options *options, size_t offset, const char *text)
{
	uint64_t usec;
	int r = grammar_span_from_string(text, &usec);

	if (r < 0)
		return r;
	options->timeout = usec > INT64_MAX ? KIPC_FOREVER : (int64_t)usec;
	return 0;
}

static const struct value_form nothing = { set_nothing, NULL };
static const struct value_form flag = { set_flag, NULL };
static const struct value_form text = { set_text, NULL };
static const struct value_form number = { set_number, "a whole number from 0" };
static const struct value_form size = { set_size, "a size like 4096, 64K or 0x40" };
static const struct value_form type = { set_type, "a message type (a whole number from 1)" };
static const struct value_form not_type = { set_not_type, "a message type (a whole number from 1)" };
static const struct value_form max_type = { set_max_type, "a message type (a whole number from 1)" };
static const struct value_form no_wait = { set_no_wait, NULL };
static const struct value_form timeout = { set_timeout, "a time span like 500ms or 1min 30s" };

#define AT(member) offsetof(struct options, member)

static const struct row {
	enum option_id option;
	const char *name;
	char letter;
	const char *argument;
	const struct value_form *form;
	size_t offset;
	const char *help;
} rows[] = {
	{ OPTION_TYPE, "type", 't', "N", &type, AT(type), "messages of this type (send: 1)" },
	{ OPTION_MAX_TYPE, "max-type", 0, "N", &max_type, AT(type), "types up to N, the lowest first" },
	{ OPTION_NOT_TYPE, "not-type", 0, "N", &not_type, AT(type), "any type but N" },
	{ OPTION_COUNT, "count", 'n', "N", &number, AT(count), "so many (1)" },
	{ OPTION_ALL, "all", 0, NULL, &flag, AT(all), "what is there now; none is fine" },
	{ OPTION_FOLLOW, "follow", 'f', NULL, &flag, AT(follow), "go on until interrupted" },
	{ OPTION_NULL, "null", '0', NULL, &flag, AT(null), "a NUL behind each message, not a newline" },
	{ OPTION_WHOLE, "whole", 0, NULL, &flag, AT(whole), "all of standard input is one message" },
	{ OPTION_FRAMES, "frames", 0, NULL, &flag, AT(frames), "each message behind its 4-byte length" },
	{ OPTION_RAW, "raw", 0, NULL, &flag, AT(raw), "the bytes as they are, nothing between them" },
	{ OPTION_KEEP, "keep", 0, "N", &number, AT(keep), "leave the newest N" },
	{ OPTION_NO_WAIT, "no-wait", 'N', NULL, &no_wait, AT(timeout), "fail rather than wait" },
	{ OPTION_TIMEOUT, "timeout", 0, "SPAN", &timeout, AT(timeout), "give up after SPAN (2s, 500ms)" },
	{ OPTION_OFFSET, "offset", 0, "SIZE", &size, AT(offset), "start so many bytes in (0)" },
	{ OPTION_LENGTH, "length", 0, "SIZE", &size, AT(length), "at most so many bytes" },
	{ OPTION_JSON, "json", 0, NULL, &flag, AT(json), "print JSON" },
	{ OPTION_BYTES, "bytes", 0, NULL, &flag, AT(bytes), "sizes as plain numbers of bytes" },
	{ OPTION_NO_LEGEND, "no-legend", 0, NULL, &flag, AT(no_legend), "no headings and notes" },
	{ OPTION_FOREIGN, "foreign", 0, NULL, &flag, AT(foreign), "the rest of the kernel's objects too" },
	{ OPTION_KIND, "kind", 0, "KIND", &text, AT(kind), "only queue, segment or semaphore" },
	{ OPTION_STATE, "state", 0, "STATE", &text, AT(state), "only those in this state" },
	{ OPTION_SORT, "sort", 0, "COLUMN", &text, AT(sort), "sort by this column" },
	{ OPTION_COLUMNS, "columns", 0, "LIST", &text, AT(columns), "these columns, separated by commas" },
	{ OPTION_DRY_RUN, "dry-run", 0, NULL, &flag, AT(dry_run), "only say what would be lost" },
	{ OPTION_FORCE, "force", 0, NULL, &flag, AT(force), "also when something is lost" },
	{ OPTION_CONFIG, "config", 0, "FILE", &text, AT(config), "the configuration to look at" },
	{ OPTION_USER, "user", 0, NULL, &flag, AT(user), "your own kipcd" },
	{ OPTION_SYSTEM, "system", 0, NULL, &nothing, 0, "the system's kipcd" },
	{ OPTION_RUNTIME_DIR, "runtime-dir", 0, "DIR", &text, AT(runtime_dir), "the kipcd of this folder" },
	{ OPTION_QUIET, "quiet", 'q', NULL, &flag, AT(quiet), "say nothing of what was to be expected" },
	{ OPTION_HELP, "help", 'h', NULL, &nothing, 0, "this text" },
	{ OPTION_VERSION, "version", 0, NULL, &nothing, 0, "the version" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* Options of which one excludes the other. */
static const uint64_t exclusive[] = {
	OPTION_BIT(OPTION_TYPE) | OPTION_BIT(OPTION_MAX_TYPE) | OPTION_BIT(OPTION_NOT_TYPE),
	OPTION_BIT(OPTION_COUNT) | OPTION_BIT(OPTION_ALL) | OPTION_BIT(OPTION_FOLLOW),
	OPTION_BIT(OPTION_NULL) | OPTION_BIT(OPTION_WHOLE) | OPTION_BIT(OPTION_FRAMES) |
		OPTION_BIT(OPTION_RAW) | OPTION_BIT(OPTION_JSON),
	OPTION_BIT(OPTION_NO_WAIT) | OPTION_BIT(OPTION_TIMEOUT),
	OPTION_BIT(OPTION_NO_WAIT) | OPTION_BIT(OPTION_FOLLOW),
	OPTION_BIT(OPTION_USER) | OPTION_BIT(OPTION_SYSTEM) | OPTION_BIT(OPTION_RUNTIME_DIR),
	OPTION_BIT(OPTION_DRY_RUN) | OPTION_BIT(OPTION_FORCE),
};

/* What is being parsed. */
struct parser {
	const struct command *commands;
	const struct command *command; /* NULL: before the verb */
	struct options *options;
	int status;
};

/* Prints "kipcctl: VERB: sentence; try ..."; always false. */
static bool __attribute__((format(printf, 2, 3))) wrong(struct parser *parser, const char *format, ...)
{
	const char *verb = parser->command ? parser->command->name : NULL;
	va_list arguments;

	fprintf(stderr, "kipcctl: %s%s", verb ? verb : "", verb ? ": " : "");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "; try 'kipcctl %s%s--help'\n", verb ? verb : "", verb ? " " : "");

	parser->status = verb && parser->command->runs_command ? STATUS_LOCK_FAILED : STATUS_USAGE;
	return false;
}

static bool is_taken(const struct parser *parser, enum option_id option)
{
	return !parser->command || (parser->command->options | OPTIONS_EVERYWHERE) & OPTION_BIT(option);
}

/* getopt's tables for what may stand here. Long options are returned as LONG + row. */
#define LONG 256

static void build_tables(const struct parser *parser, char mode,
			 struct option long_options[static N_ROWS + 1], char letters[static 2 * N_ROWS + 3])
{
	size_t n_long = 0, n_letters = 0;

	if (mode)
		letters[n_letters++] = mode;
	letters[n_letters++] = ':'; /* we print what is wrong ourselves */
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!is_taken(parser, rows[i].option))
			continue;
		long_options[n_long++] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument : no_argument,
			.val = LONG + (int)i,
		};
		if (!rows[i].letter)
			continue;
		letters[n_letters++] = rows[i].letter;
		if (rows[i].argument)
			letters[n_letters++] = ':';
	}
	long_options[n_long] = (struct option){ 0 };
	letters[n_letters] = '\0';
}

static const struct row *row_of(int code)
{
	if (code >= LONG)
		return &rows[code - LONG];
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].letter && rows[i].letter == code)
			return &rows[i];
	return NULL;
}

static bool take_option(struct parser *parser, const struct row *row, const char *value)
{
	int r;

	parser->options->given |= OPTION_BIT(row->option);
	r = row->form->set(parser->options, row->offset, value);
	if (r == -ERANGE)
		return wrong(parser, "--%s: '%s' is out of range: it must be %s", row->name, value,
			     row->form->wanted);
	if (r < 0)
		return wrong(parser, "--%s: '%s' is not %s", row->name, value, row->form->wanted);
	return true;
}

/* A long option that getopt does not know here: elsewhere it may be one, or this is a typing error for one. */
static bool wrong_long_option(struct parser *parser, const char *word)
{
	const char *names[N_ROWS + 1], *nearest;
	size_t n_names = 0;
	char name[32];

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (size_t i = 0; i < N_ROWS; i++) {
		if (is_taken(parser, rows[i].option))
			names[n_names++] = rows[i].name;
		else if (strcmp(rows[i].name, name) == 0)
			return wrong(parser, "takes no --%s", name);
	}
	names[n_names] = NULL;
	nearest = grammar_nearest(name, names);
	return nearest ? wrong(parser, "unknown option --%s (did you mean --%s?)", name, nearest)
		       : wrong(parser, "unknown option --%s", name);
}

static bool wrong_option(struct parser *parser, int code, const char *word)
{
	const struct row *row = row_of(optopt);

	if (code == ':')
		return wrong(parser, "--%s wants a value: %s", row->name, row->argument);
	if (optopt == 0)
		return wrong_long_option(parser, word);
	if (optopt >= LONG)
		return wrong(parser, "--%s takes no value", row->name);
	return row ? wrong(parser, "takes no -%c (--%s)", row->letter, row->name)
		   : wrong(parser, "unknown option -%c", optopt);
}

/*
 * Takes the options of argv (argv[0] is passed over) and writes where its operands begin. `mode` is getopt's: 0
 * permutes, '+' stops at the first operand, '-' gives operands in their order.
 */
static bool take_options(struct parser *parser, int argc, char **argv, char mode, int *ret_first)
{
	struct option long_options[N_ROWS + 1];
	char letters[2 * N_ROWS + 3];
	const char *operand = NULL;
	int code;

	build_tables(parser, mode, long_options, letters);
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	while ((code = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (code == '?' || code == ':')
			return wrong_option(parser, code, argv[optind - 1]);
		if (code != 1) {
			if (!take_option(parser, row_of(code), optarg))
				return false;
			continue;
		}
		if (operand) { /* the second one: COMMAND, with options of its own */
			optind--;
			break;
		}
		operand = optarg;
	}
	if (operand) /* options may have stood between the two */
		argv[--optind] = (char *)operand;
	*ret_first = optind;
	return true;
}

static bool check_exclusive(struct parser *parser)
{
	for (size_t i = 0; i < sizeof(exclusive) / sizeof(exclusive[0]); i++) {
		uint64_t both = parser->options->given & exclusive[i];
		const char *name = NULL;

		if ((both & (both - 1)) == 0)
			continue;
		for (size_t j = 0; j < N_ROWS; j++) {
			if (!(both & OPTION_BIT(rows[j].option)))
				continue;
			if (name)
				return wrong(parser, "--%s and --%s exclude each other", name, rows[j].name);
			name = rows[j].name;
		}
	}
	return true;
}

/* Options that stood before the verb, when it was not known yet. */
static bool check_taken(struct parser *parser)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (options_has(parser->options, rows[i].option) && !is_taken(parser, rows[i].option))
			return wrong(parser, "takes no --%s", rows[i].name);
	return check_exclusive(parser);
}

static bool check_operands(struct parser *parser, int n, char **operands)
{
	const struct command *command = parser->command;

	if (n < command->min_args)
		return wrong(parser, "needs %s", command->arguments);
	if (command->max_args >= 0 && n > command->max_args)
		return command->max_args == 0
			       ? wrong(parser, "'%s' is too much: it takes no arguments", operands[0])
			       : wrong(parser, "'%s' is too much: it takes %s", operands[command->max_args],
				       command->arguments);
	return true;
}

static bool find_command(struct parser *parser, const char *verb)
{
	const char *names[64], *nearest;
	size_t n = 0;

	for (const struct command *command = parser->commands; command->name; command++) {
		if (strcmp(command->name, verb) == 0) {
			parser->command = command;
			return true;
		}
		if (n + 1 < sizeof(names) / sizeof(names[0]))
			names[n++] = command->name;
	}
	names[n] = NULL;
	nearest = grammar_nearest(verb, names);
	return nearest ? wrong(parser, "'%s' is no verb (did you mean '%s'?)", verb, nearest)
		       : wrong(parser, "'%s' is no verb", verb);
}

/* --help and --version: prints what was asked for; the program is to end then. */
static bool was_answered(struct parser *parser)
{
	if (options_has(parser->options, OPTION_VERSION))
		puts("kipcctl (" PACKAGE_NAME ") " PACKAGE_VERSION);
	else if (options_has(parser->options, OPTION_HELP))
		options_print_help(stdout, parser->commands, parser->command);
	else
		return false;
	parser->status = fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
	return true;
}

/* `kipcctl help [VERB]` is `kipcctl [VERB] --help`. */
static bool help(struct parser *parser, const char *verb)
{
	if (verb && !find_command(parser, verb))
		return false;
	parser->options->given |= OPTION_BIT(OPTION_HELP);
	return was_answered(parser);
}

static bool parse(struct parser *parser, int argc, char **argv, int *ret_first)
{
	int verb = 1, first;

	if (argc > 1 && argv[1][0] == '-' && !take_options(parser, argc, argv, '+', &verb))
		return false;
	if (was_answered(parser))
		return false;
	if (verb >= argc)
		return wrong(parser, "which verb? 'kipcctl help' lists them");
	if (strcmp(argv[verb], "help") == 0) {
		(void)help(parser, argv[verb + 1]);
		return false;
	}
	if (!find_command(parser, argv[verb]))
		return false;

	if (!take_options(parser, argc - verb, argv + verb, parser->command->runs_command ? '-' : 0, &first))
		return false;
	*ret_first = verb + first;
	return !was_answered(parser) && check_taken(parser) &&
	       check_operands(parser, argc - *ret_first, argv + *ret_first);
}

bool options_parse(int argc, char **argv, const struct command *commands, struct options *ret_options,
		   const struct command **ret_command, int *ret_first_argument, int *ret_status)
{
	struct options options = { .count = 1, .length = UINT64_MAX, .timeout = KIPC_FOREVER };
	struct parser parser = { .commands = commands, .options = &options };

	if (!parse(&parser, argc, argv, ret_first_argument)) {
		*ret_status = parser.status;
		return false;
	}
	*ret_options = options;
	*ret_command = parser.command;
	return true;
}

/* How many columns a UTF-8 text takes: "…" is one. */
static int columns_of(const char *string)
{
	int n = 0;

	for (; *string; string++)
		n += (*string & 0xc0) != 0x80;
	return n;
}

static void print_command(FILE *out, const struct command *command)
{
	int width = (int)strlen(command->name) + 1 + columns_of(command->arguments);

	fprintf(out, "  %s %s%*s  %s\n", command->name, command->arguments, width < 30 ? 30 - width : 0, "",
		command->help);
}

static void print_options(FILE *out, uint64_t options)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		const char *argument = rows[i].argument;
		int n;

		if (!(options & OPTION_BIT(rows[i].option)))
			continue;
		n = rows[i].letter ? fprintf(out, "  -%c, ", rows[i].letter) : fprintf(out, "      ");
		n += fprintf(out, "--%s%s%s", rows[i].name, argument ? "=" : "", argument ? argument : "");
		fprintf(out, "%*s%s\n", n < 28 ? 28 - n : 2, "", rows[i].help);
	}
}

void options_print_help(FILE *out, const struct command *commands, const struct command *command)
{
	if (command) {
		fprintf(out, "Usage: kipcctl %s [OPTION…]%s%s\n%s.\n", command->name,
			*command->arguments ? " " : "", command->arguments, command->help);
		if (command->options)
			fprintf(out, "\nOptions:\n");
		print_options(out, command->options);
	} else {
		fprintf(out, "Usage: kipcctl VERB [OPTION…] [ARGUMENT…]\n\nVerbs:\n");
		for (command = commands; command->name; command++)
			print_command(out, command);
		fprintf(out, "\nADDR is a name (orders), a key (0x4b01, 1234) or an id (@32769); queue:, "
			     "segment: or "
			     "semaphore:\nin front says its kind.\n");
	}
	fprintf(out, "\nEverywhere:\n");
	print_options(out, OPTIONS_EVERYWHERE);
	fprintf(out, "\nMore in kipcctl(1).\n");
}
