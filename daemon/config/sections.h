/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_DAEMON_CONFIG_SECTIONS_H
#define KIPC_DAEMON_CONFIG_SECTIONS_H

/* Reads the sections of one source after the other into drafts, each key overriding that of an earlier source. */

#include "common/config/ini.h"
#include "common/config/problems.h"
#include "daemon/config/config.h"
#include "daemon/config/draft.h"

struct parser {
	const struct config_source *sources;
	unsigned source; /* the one that is being read */
	struct problems *problems;
	struct config *config;
	struct config_input input;
	struct config_context context;
	struct channel_spec preset; /* what a section without keys declares */
	struct accounts users, groups;
	int error; /* -ENOMEM sticks */

	struct draft *drafts; /* room for one per header: they never move */
	size_t n_drafts;
	struct draft **table; /* by hash of the name, open addressing */
	size_t table_mask;
	struct draft daemon;

	/* the section that is being read */
	bool has_section;
	char section[INI_LINE_MAX + 1]; /* its text between the brackets, without a verb */
	enum layer_verb verb;
	struct draft *draft;  /* NULL: its header could not be read, and its keys mean nothing */
	unsigned in_sections; /* config_key::sections in which its keys are looked for */
};

/* Reads sources[index]. Mistakes are added to the problems; an error to parser::error. */
void sections_read(struct parser *parser, unsigned index);

#endif
