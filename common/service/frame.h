/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIPC_COMMON_SERVICE_FRAME_H
#define KIPC_COMMON_SERVICE_FRAME_H

/* The fixed header of a D-Bus message, which says where the message ends. Pure: bytes in, numbers out. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER_SIZE 16
#define FRAME_SIZE_MAX (UINT64_C(128) << 20) /* of D-Bus itself */
#define FRAME_REFUSAL_SIZE 88
#define FRAME_REFUSAL_MEMBER "TooLong"

struct frame {
	uint64_t size; /* of the whole message, this header included */
	uint32_t serial;
	bool is_call, wants_no_reply;
};

/* -EBADMSG: these FRAME_HEADER_SIZE bytes are not the start of a message. */
int frame_read(const uint8_t *bytes, struct frame *ret_frame);

/*
 * A call of BUS_MANAGER's FRAME_REFUSAL_MEMBER, without arguments, with the serial of a call that is too long: the reply to
 * it is the reply to that call. No such method exists.
 */
void frame_make_refusal(const struct frame *frame, uint8_t bytes[static FRAME_REFUSAL_SIZE]);

#endif
