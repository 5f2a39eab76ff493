/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Parses a command line. getopt_long(3) gets only the options of the verb's row, so that it finds all others.
 */

#include "client/base/command-line.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "client/base/help.h"
#include "client/base/option-rows.h"
#include "common/escape.h"
#include "common/grammar.h"

struct parser {
	const struct command *commands;
	const struct command *command; /* NULL: before the verb */
	struct options *options;
	int status;
};

/* Prints "kipcctl: VERB: sentence; try ..."; always false. */
static bool __attribute__((format(printf, 2, 3))) wrong(struct parser *parser, const char *format, ...)
{
	const char *verb = parser->command != NULL ? parser->command->name : NULL;
	char *sentence = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&sentence, format, arguments) < 0)
		sentence = NULL;
	va_end(arguments);
	escape_print_line("kipcctl: %s%s%s; try 'kipcctl %s%s--help'", verb != NULL ? verb : "",
			  verb != NULL ? ": " : "", sentence != NULL ? sentence : strerror(ENOMEM),
			  verb != NULL ? verb : "", verb != NULL ? " " : "");
	free(sentence);

	parser->status = verb != NULL && parser->command->runs_command ? STATUS_LOCK_FAILED : STATUS_USAGE;
	return false;
}

static bool is_taken(const struct parser *parser, enum option_id option)
{
	return parser->command == NULL || parser->command->options.has[option] ||
	       options_everywhere.has[option];
}

/* The tables for getopt. It returns long options as LONG + their row. */
#define LONG 256

static void build_tables(const struct parser *parser, char mode,
			 struct option long_options[static N_OPTIONS + 1],
			 char letters[static 2 * N_OPTIONS + 3])
{
	size_t n_long = 0, n_letters = 0;

	if (mode)
		letters[n_letters++] = mode;
	letters[n_letters++] = ':'; /* errors are reported here, not by getopt */
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (!is_taken(parser, option_rows[i].option))
			continue;
		long_options[n_long++] = (struct option){
			.name = option_rows[i].name,
			.has_arg = option_rows[i].argument != NULL ? required_argument : no_argument,
			.val = LONG + (int)i,
		};
		if (!option_rows[i].letter)
			continue;
		letters[n_letters++] = option_rows[i].letter;
		if (option_rows[i].argument != NULL)
			letters[n_letters++] = ':';
	}
	long_options[n_long] = (struct option){ 0 };
	letters[n_letters] = '\0';
}

static const struct option_row *row_of(int code)
{
	return code >= LONG ? &option_rows[code - LONG] : option_rows_find_letter(code);
}

static bool has_word(const char *const *words, const char *word, size_t n)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == n && memcmp(*words, word, n) == 0)
			return true;
	return false;
}

static bool wrong_word(struct parser *parser, const struct option_row *row, const char *word, size_t n)
{
	const char *nearest;
	char text[64], known[160] = "";
	size_t used = 0;

	(void)snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text), word);
	nearest = grammar_nearest(text, row->words);
	if (nearest != NULL)
		return wrong(parser, "--%s: unknown value '%s' (did you mean '%s'?)", row->name, text,
			     nearest);
	for (size_t i = 0; row->words[i] != NULL && used < sizeof known; i++)
		used += (size_t)snprintf(known + used, sizeof known - used, "%s%s",
					 i == 0			     ? ""
					 : row->words[i + 1] == NULL ? " or "
								     : ", ",
					 row->words[i]);
	return wrong(parser, "--%s: '%s' is not %s", row->name, text, known);
}

static bool check_words(struct parser *parser, const struct option_row *row, const char *value)
{
	size_t n;

	for (;; value += n + 1) {
		n = row->is_list ? strcspn(value, ",") : strlen(value);
		if (!has_word(row->words, value, n))
			return wrong_word(parser, row, value, n);
		if (value[n] == '\0')
			return true;
	}
}

static bool take_option(struct parser *parser, const struct option_row *row, const char *value)
{
	int r;

	parser->options->given.has[row->option] = true;
	if (row->words != NULL && !check_words(parser, row, value))
		return false;
	r = row->form->set(parser->options, row->offset, value);
	if (r == -ERANGE)
		return wrong(parser, "--%s: '%s' is out of range: it must be %s", row->name, value,
			     row->form->wanted);
	if (r < 0)
		return wrong(parser, "--%s: '%s' is not %s", row->name, value, row->form->wanted);
	return true;
}

/* A long option that this verb does not take, or a typing error. */
static bool wrong_long_option(struct parser *parser, const char *word)
{
	const char *names[N_OPTIONS + 1], *nearest;
	size_t n_names = 0;
	char name[32];

	(void)snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (is_taken(parser, option_rows[i].option))
			names[n_names++] = option_rows[i].name;
		else if (strcmp(option_rows[i].name, name) == 0)
			return wrong(parser, "--%s does not apply to this verb", name);
	}
	names[n_names] = NULL;
	nearest = grammar_nearest(name, names);
	return nearest != NULL ? wrong(parser, "unknown option --%s (did you mean --%s?)", name, nearest)
			       : wrong(parser, "unknown option --%s", name);
}

static bool wrong_option(struct parser *parser, int code, const char *word)
{
	const struct option_row *row = row_of(optopt);

	if (code == ':')
		return wrong(parser, "--%s needs a value: %s", row->name, row->argument);
	if (optopt == 0)
		return wrong_long_option(parser, word);
	if (optopt >= LONG)
		return wrong(parser, "--%s takes no value", row->name);
	return row != NULL ? wrong(parser, "-%c (--%s) does not apply to this verb", row->letter, row->name)
			   : wrong(parser, "unknown option -%c", optopt);
}

/*
 * Takes the options behind argv[0] and writes where the operands begin. `mode` is that of getopt: 0 permutes, '+' stops
 * at the first operand, '-' returns operands in their order.
 */
static bool take_options(struct parser *parser, int argc, char **argv, char mode, int *ret_first)
{
	struct option long_options[N_OPTIONS + 1];
	char letters[2 * N_OPTIONS + 3];
	char *operand = NULL;
	int code;

	build_tables(parser, mode, long_options, letters);
	opterr = 0;
	optind = 0; /* glibc: start again */
	while ((code = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (code == '?' || code == ':')
			return wrong_option(parser, code, argv[optind - 1]);
		if (code != 1) {
			if (!take_option(parser, row_of(code), optarg))
				return false;
			continue;
		}
		if (operand != NULL) { /* the second one is COMMAND, with its own options */
			optind--;
			break;
		}
		operand = optarg;
	}
	if (operand != NULL) /* there may have been options between the two */
		argv[--optind] = operand;
	*ret_first = optind;
	return true;
}

/* Whether the verb accepts two options of an exclusive set together; command NULL: the verb is not known yet. */
static bool may_stand_together(const struct command *command, enum option_id a, enum option_id b)
{
	return a == b || (command != NULL && command->together != NULL && command->together->has[a] &&
			  command->together->has[b]);
}

bool command_line_may_join(const struct options *options, const struct command *command,
			   enum option_id option)
{
	for (size_t i = 0; i < N_OPTIONS_EXCLUSIVE; i++)
		for (size_t j = 0; options_exclusive[i].has[option] && j < N_OPTIONS; j++)
			if (options_exclusive[i].has[j] && options->given.has[j] &&
			    !may_stand_together(command, option, (enum option_id)j))
				return false;
	return !options_has(options, option);
}

/* Reports the first two given options that exclude each other. */
static bool check_exclusive_set(struct parser *parser, const struct option_set *set)
{
	const struct option_row *first = NULL;

	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		if (!set->has[row->option] || !options_has(parser->options, row->option))
			continue;
		if (first != NULL && !may_stand_together(parser->command, first->option, row->option))
			return wrong(parser, "--%s and --%s cannot be combined", first->name, row->name);
		first = row;
	}
	return true;
}

static bool check_exclusive(struct parser *parser)
{
	for (size_t i = 0; i < N_OPTIONS_EXCLUSIVE; i++)
		if (!check_exclusive_set(parser, &options_exclusive[i]))
			return false;
	return true;
}

/* Checks the options that stood before the verb. */
static bool check_taken(struct parser *parser)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (options_has(parser->options, option_rows[i].option) &&
		    !is_taken(parser, option_rows[i].option))
			return wrong(parser, "--%s does not apply to this verb", option_rows[i].name);
	return check_exclusive(parser);
}

static bool check_operands(struct parser *parser, int n, char **operands)
{
	const struct command *command = parser->command;

	if (n < command->min_args)
		return wrong(parser, "needs %s", command->arguments);
	if (command->max_args >= 0 && n > command->max_args)
		return command->max_args == 0 ? wrong(parser, "unexpected argument '%s'", operands[0])
					      : wrong(parser, "unexpected argument '%s'; the verb takes %s",
						      operands[command->max_args], command->arguments);
	return true;
}

static bool find_command(struct parser *parser, const char *verb)
{
	const char *names[64], *nearest;
	size_t n = 0;

	for (const struct command *command = parser->commands; command->name != NULL; command++) {
		if (strcmp(command->name, verb) == 0) {
			parser->command = command;
			return true;
		}
		if (n + 1 < sizeof names / sizeof names[0])
			names[n++] = command->name;
	}
	names[n] = NULL;
	nearest = grammar_nearest(verb, names);
	return nearest != NULL ? wrong(parser, "unknown verb '%s' (did you mean '%s'?)", verb, nearest)
			       : wrong(parser, "unknown verb '%s'", verb);
}

/* Answers --help and --version; then the program ends. */
static bool was_answered(struct parser *parser)
{
	if (options_has(parser->options, OPTION_VERSION))
		puts("kipcctl (" PACKAGE_NAME ") " PACKAGE_VERSION);
	else if (options_has(parser->options, OPTION_HELP))
		help_print(stdout, parser->commands, parser->command);
	else
		return false;
	parser->status = fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
	return true;
}

/* `kipcctl help [VERB]` is `kipcctl [VERB] --help`. */
static bool help(struct parser *parser, const char *verb)
{
	if (verb != NULL && !find_command(parser, verb))
		return false;
	parser->options->given.has[OPTION_HELP] = true;
	return was_answered(parser);
}

static bool parse(struct parser *parser, int argc, char **argv, int *ret_first)
{
	int verb = 1, first;

	if (argc > 1 && argv[1][0] == '-' && !take_options(parser, argc, argv, '+', &verb))
		return false;
	if (options_has(parser->options, OPTION_HELP) && verb < argc) { /* --help VERB */
		(void)help(parser, argv[verb]);
		return false;
	}
	if (was_answered(parser))
		return false;
	if (verb >= argc) {
		help_print_common(stdout, parser->commands);
		parser->status = STATUS_USAGE;
		return false;
	}
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

bool command_line_parse(int argc, char **argv, const struct command *commands, struct options *ret_options,
			const struct command **ret_command, int *ret_first_argument, int *ret_status)
{
	struct options options = {
		.count = 1,
		.length = UINT64_MAX,
		.timeout = KIPC_FOREVER,
		.busy_status = STATUS_NOTHING,
		.producers = 1,
		.consumers = 1,
		.batch = 1,
		.duration = 1000000,
	};
	struct parser parser = { .commands = commands, .options = &options };

	if (!parse(&parser, argc, argv, ret_first_argument)) {
		*ret_status = parser.status;
		return false;
	}
	*ret_options = options;
	*ret_command = parser.command;
	return true;
}
