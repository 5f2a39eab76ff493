/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_EVENT_WORDS_H
#define KIPC_COMMON_EVENT_WORDS_H

/*
 * The events, a row an event: its word in every output, how bad it is, and its MESSAGE_ID in the journal. kipcd tells events by
 * these rows (daemon/run/events.c), kipcctl colours them (client/see/events.c), and tests compare systemd/kipc.catalog and
 * kipcctl(1) with them.
 */

enum event_weight {
	EVENT_NORMAL = 0,
	EVENT_SUSPECT, /* something may need attention */
	EVENT_BAD,     /* the channel cannot be used as declared */
};

/* clang-format off */
#define EVENTS(row)                                                                                          \
	/* of kipcd itself, without a channel */                                                             \
	row(STARTED, "started", NORMAL, "5014ef5ed72044e98b82285ea7888b4a")                                  \
	row(RELOADED, "reloaded", NORMAL, "091409ecfcd646538fc62d5dcf3e1fd3")                                \
	row(CREATED, "created", NORMAL, "1f6bf54ea18c4ba282487d261e10ae9f")                                  \
	row(ADOPTED, "adopted", NORMAL, "c6c76e86bb8040fa804676c4161b1dfb")                                  \
	row(ALTERED, "altered", NORMAL, "96298624a40c4d1e8948cd75045e5aba")                                  \
	row(HEALED, "healed", SUSPECT, "6971efaaf4af49298a1efb9cb79fb0d5")                                   \
	row(REMOVED, "removed", NORMAL, "d2ab88c909584d1f8ee837f4c9d766ba")                                  \
	row(RESET, "reset", NORMAL, "5d3d511ca1e8445b88a4d389bfa89b61")                                      \
	/* the channel is in that state now */                                                               \
	row(CONFLICT, "conflict", BAD, "f7fe688bcc2a4fd787a95a47d309504a")                                   \
	row(STALE, "stale", SUSPECT, "4c7b2afd91a7497e8552eb0d81bc8f30")                                     \
	row(FAILED, "failed", BAD, "0619d3f275b7401e895a069eb822e495")                                       \
	row(LOST, "lost", BAD, "af16e2b152aa4abc8942cde1a22959ee")                                           \
	row(RETAINED, "retained", NORMAL, "472b4812d5704984887c56472fb7fd10")                                \
	/* it is active, and something is wrong with it */                                                   \
	row(WARNING, "warning", SUSPECT, "068e2cb461d4460988486441fdd56cf0")                                 \
	row(ABOVE_WARN_AT, "above_warn_at", SUSPECT, "0ab1e0842f46494c87cc2f5fe38b2bde")                     \
	row(BELOW_WARN_AT, "below_warn_at", NORMAL, "3ca33b288c5a4a5f82bcd0cc3139311c")                      \
	row(ATTACHED, "attached", NORMAL, "93c6043bcbc845ff89986c172bff9339")                                \
	row(DETACHED, "detached", NORMAL, "249d9ae926034fb2812c8e8fedbdc5f4")                                \
	row(CONSUMER_GONE, "consumer_gone", SUSPECT, "f1f5b2ed73cf406784cf40568f2d5518")                     \
	/* a link or file that was removed from the runtime folder */                                        \
	row(RESTORED, "restored", SUSPECT, "a264bc52707845e5a7aa85a9225ee149")                               \
	/* the file that its key is made of was replaced, removed, or came back */                           \
	row(KEY_CHANGED, "key_changed", SUSPECT, "5852d84ce9824482a9dbe4f9f26f1133")
/* clang-format on */

#define EVENT_WORD(id, ...) EVENT_##id,
enum event_word { EVENTS(EVENT_WORD) N_EVENT_WORDS };
#undef EVENT_WORD

struct event_row {
	const char *word;
	enum event_weight weight;
	const char *message_id;
};
extern const struct event_row event_rows[N_EVENT_WORDS];

#endif
