/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any bytes as a configuration: config_parse() must come to an end, touch nothing it should not, and give either a
 * configuration or mistakes. The first 0xff byte, if there is one, parts two files. Build and run:
 *
 *   clang -g -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -I. tests/peers/fuzz-config.c \
 *         daemon/config/[a-z]*.c common/[a-z]*.c common/config/[a-z]*.c lib/address.c lib/kind.c -linih
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *copy_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *part = size > 0 ? memchr(data, 0xff, size) : NULL;
	size_t n_first = part != NULL ? (size_t)(part - data) : size;
	struct config_source sources[] = {
		{ .name = (char *)"a", .text = copy_text(data, n_first), .size = n_first },
		{ .name = (char *)"b", .runtime_layer = true },
	};
	struct problems problems = PROBLEMS_INIT;
	struct config *config = NULL;
	char *said;
	int r;

	if (part != NULL)
		sources[1].size = size - n_first - 1;
	sources[1].text = copy_text(part != NULL ? part + 1 : data, sources[1].size);
	r = config_parse(sources, 2, &config_world_of_this_machine, &problems, &config);
	if ((r == 0) != (problems.n_mistakes == 0) || (r == 0) != (config != NULL))
		abort();
	said = problems_to_string(&problems, true);
	free(said);
	problems_done(&problems);
	config_free(config);
	free(sources[0].text);
	free(sources[1].text);
	return 0;
}
