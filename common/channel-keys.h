/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_CHANNEL_KEYS_H
#define KIPC_COMMON_CHANNEL_KEYS_H

/*
 * The keys of a channel's section, a row a key. kipcd reads, judges and shows values by these rows (daemon/config/keys.c), kipcctl
 * completes from them (client/complete/keys.c) and shows them (client/see/card-text.c), and tests compare conf/kipcd.conf and
 * kipcd.conf(5) with them.
 *
 * A new key is a row here, a member of struct channel_spec (daemon/config/spec.h), and the code that acts on it. A new type of
 * value is a config_parse_TYPE() and a config_print_TYPE() in common/config/keys.c or, if only channels have it, in
 * daemon/config/keys.c.
 */

#include "common/channel-class.h"
#include "common/channel-words.h"

/* The second half of "'…' is not a name; …". */
#define CHANNEL_NAME_RULE "names have 1 to 31 letters, digits, '.', '_' and '-', and begin with a letter"

enum {
	KEY_OF_CREATION =
		1 << 0, /* how kipcd creates or keeps the object: not allowed for an observed channel */
	KEY_SHOWN_IF_OURS =
		1 << 1, /* allowed for an observed channel, but Manager.Describe() leaves it out */
	KEY_IN_FILES_ONLY = 1 << 2, /* not with kipcctl */
	KEY_MAY_BE_EMPTY = 1 << 3,
	KEY_IS_USER = 1 << 4,
	KEY_IS_GROUP = 1 << 5,
};

/* clang-format off */
/* row(ID, name, what can have it, type, member of the spec, other columns of struct config_key …) */
#define CHANNEL_KEYS(row)                                                                                            \
	row(KEY, "key", CHANNEL_ANY, key, key, .least = "1", .most = "0xffffffff",                                   \
	    .help = "the kernel's key: a number, or ftok:PATH:N")                                     \
	row(OWNER, "owner", CHANNEL_ANY, user, owner, .flags = KEY_OF_CREATION | KEY_IS_USER,                        \
	    .help = "the user that owns it")                                                                 \
	row(GROUP, "group", CHANNEL_ANY, group, group, .flags = KEY_OF_CREATION | KEY_IS_GROUP,                      \
	    .help = "the group that owns it")                                                                \
	row(MODE, "mode", CHANNEL_ANY, mode, mode, .preset = "0660", .flags = KEY_OF_CREATION,                       \
	    .help = "permissions to read and write")                                                                     \
	row(MANAGE, "manage", CHANNEL_ANY, word, manage, .preset = "own", .words = manage_words,                     \
	    .help = "whether kipcd creates it or only observes it")                                          \
	row(LIFETIME, "lifetime", CHANNEL_ANY, word, lifetime, .preset = "boot", .words = lifetime_words,            \
	    .flags = KEY_OF_CREATION, .help = "when kipcd removes it")                             \
	row(WARN_AT, "warn_at", CHANNEL_STREAM, percent, warn_at, .least = "1", .most = "100",                  \
	    .help = "warn at this percentage of use")                                                    \
	row(ACTIVATE, "activate", CHANNEL_STREAM, yesno, activate, .preset = "no", .flags = KEY_IN_FILES_ONLY,  \
	    .help = "whether a file shows that messages wait, for systemd.path(5)")                                  \
	row(DESCRIPTION, "description", CHANNEL_ANY, text, description, .most = "1000", .flags = KEY_MAY_BE_EMPTY,   \
	    .help = "its purpose")                                                                       \
	row(CAPACITY, "capacity", CHANNEL_QUEUE, size, capacity, .least = "1", .most = "2147483647",                 \
	    .flags = KEY_OF_CREATION, .help = "maximum size of all its messages")                           \
	row(SIZE, "size", CHANNEL_SEGMENT, size, size, .least = "1", .most = "64T", .example = "64K",                \
	    .flags = KEY_SHOWN_IF_OURS, .help = "its size")                                                 \
	row(LAYOUT, "layout", CHANNEL_SEGMENT, word, layout, .preset = "raw", .words = layout_words,                 \
	    .flags = KEY_SHOWN_IF_OURS, .help = "the program's own bytes, or a stream of messages")                  \
	row(MAX_MESSAGE, "max_message", CHANNEL_RING, max_message, max_message, .least = "1", .most = "64T",         \
	    .flags = KEY_OF_CREATION, .help = "size of the largest message")                                        \
	row(FIELD, "field.NAME", CHANNEL_RAW, field, fields,                                                         \
	    .help = "the meaning of some bytes: field.NAME=TYPE@OFFSET")                                             \
	row(VALUES, "values", CHANNEL_SEMAPHORE, values, values, .least = "0", .most = "32767", .example = "1",      \
	    .flags = KEY_OF_CREATION, .help = "initial values of the semaphores")
/* clang-format on */

#endif
