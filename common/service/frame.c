/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What relay.c must know of a message before any memory is allocated for it: where it ends. libsystemd parses the header's
 * fields and the body. (D-Bus specification, "Message Format".)
 */

#include "common/service/frame.h"

#include <errno.h>
#include <string.h>

#include "common/bus-names.h"

#define TYPE_CALL 1
#define FLAG_NO_REPLY 1
#define PROTOCOL_VERSION 1
#define FIELDS_MAX (UINT64_C(64) << 20)
#define ALIGN8(n) (((n) + 7) & ~UINT64_C(7))

static uint32_t read_number(const uint8_t *bytes, bool is_big)
{
	return is_big ? (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
				bytes[3]
		      : (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 |
				bytes[0];
}

static void write_number(uint8_t *bytes, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
}

int frame_read(const uint8_t *bytes, struct frame *ret_frame)
{
	bool is_big = bytes[0] == 'B';
	uint64_t body, fields;

	if ((bytes[0] != 'l' && !is_big) || bytes[1] == 0 || bytes[3] != PROTOCOL_VERSION)
		return -EBADMSG;
	body = read_number(bytes + 4, is_big);
	fields = read_number(bytes + 12, is_big);
	if (fields > FIELDS_MAX || FRAME_HEADER_SIZE + ALIGN8(fields) + body > FRAME_SIZE_MAX)
		return -EBADMSG;
	*ret_frame = (struct frame){
		.size = FRAME_HEADER_SIZE + ALIGN8(fields) + body,
		.serial = read_number(bytes + 8, is_big),
		.is_call = bytes[1] == TYPE_CALL,
		.wants_no_reply = (bytes[2] & FLAG_NO_REPLY) != 0,
	};
	return 0;
}

/* A field of the header: code, signature, length and string. The next one begins at a multiple of eight. */
static size_t write_field(uint8_t *bytes, size_t at, uint8_t code, char type, const char *text)
{
	size_t length = strlen(text);

	at = ALIGN8(at);
	bytes[at] = code;
	bytes[at + 1] = 1;
	bytes[at + 2] = (uint8_t)type;
	write_number(bytes + at + 4, (uint32_t)length);
	memcpy(bytes + at + 8, text, length + 1);
	return at + 8 + length + 1;
}

void frame_make_refusal(const struct frame *frame, uint8_t bytes[static FRAME_REFUSAL_SIZE])
{
	_Static_assert(FRAME_HEADER_SIZE + ALIGN8(8 + sizeof BUS_PATH) + ALIGN8(8 + sizeof BUS_MANAGER) +
				       ALIGN8(8 + sizeof FRAME_REFUSAL_MEMBER) ==
			       FRAME_REFUSAL_SIZE,
		       "three fields fill it");
	size_t end = FRAME_HEADER_SIZE;

	memset(bytes, 0, FRAME_REFUSAL_SIZE);
	end = write_field(bytes, end, 1, 'o', BUS_PATH);
	end = write_field(bytes, end, 2, 's', BUS_MANAGER);
	end = write_field(bytes, end, 3, 's', FRAME_REFUSAL_MEMBER);
	bytes[0] = 'l';
	bytes[1] = TYPE_CALL;
	bytes[2] = frame->wants_no_reply ? FLAG_NO_REPLY : 0;
	bytes[3] = PROTOCOL_VERSION;
	write_number(bytes + 8, frame->serial);
	write_number(bytes + 12, (uint32_t)(end - FRAME_HEADER_SIZE));
}
