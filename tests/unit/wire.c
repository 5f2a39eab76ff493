/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Bytes of the control socket before libsystemd sees them: authentication, and the fixed headers of messages. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/service/frame.h"
#include "common/service/sasl.h"

#define ID "0123456789abcdef0123456789abcdef"
#define MIB (UINT64_C(1) << 20)

/* Feeds all of it, byte by byte if `drips`; returns all answers, the end ("!" broken, "." begun), and what was not read. */
static void converse(const char *text, size_t n, bool drips, char *said, size_t *ret_left)
{
	struct sasl sasl = { .uid = 1000, .id = ID };
	size_t at = 0, shown = drips ? 1 : n;

	said[0] = '\0';
	while (at < n) {
		char answer[SASL_ANSWER_SIZE];
		int r = sasl_take(&sasl, text + at, shown - at, answer);

		strcat(said, answer);
		if (r < 0)
			strcat(said, "!");
		if (r < 0 || sasl.state == SASL_BEGUN) {
			at += r > 0 ? (size_t)r : 0;
			break;
		}
		at += (size_t)r;
		if (r == 0 && shown == n)
			break;
		if (r == 0)
			shown++;
		else if (shown <= at)
			shown = at + (at < n);
	}
	if (sasl.state == SASL_BEGUN)
		strcat(said, ".");
	*ret_left = n - at;
}

#define OK "OK " ID "\r\n"
#define NO "REJECTED EXTERNAL\r\n"

static void test_sasl(void **state)
{
	static const struct {
		const char *text, *said;
		size_t left;
	} rows[] = {
		/* as libsystemd, libdbus and GDBus send it */
		{ "0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\nl", "DATA\r\n" OK "ERROR\r\n.",
		  1 },
		{ "0AUTH EXTERNAL 31303030\r\nBEGIN\r\n", OK ".", 0 },
		{ "0AUTH\r\nAUTH EXTERNAL 31303030\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n", NO OK "ERROR\r\n.",
		  0 },
		{ "0AUTH EXTERNAL\r\nDATA 31303030\r\nBEGIN\r\n", "DATA\r\n" OK ".", 0 },
		/* another user, or none */
		{ "0AUTH EXTERNAL 30\r\nBEGIN\r\n", NO "!", 7 },
		{ "0AUTH EXTERNAL 3130303\r\n", NO, 0 },
		{ "0AUTH EXTERNAL 313030300\r\n", NO, 0 },
		{ "0AUTH EXTERNAL 2b31303030\r\n", NO, 0 },
		{ "0AUTH ANONYMOUS 74\r\nBEGIN\r\n", NO "!", 7 },
		{ "0AUTH DBUS_COOKIE_SHA1 31303030\r\n", NO, 0 },
		{ "0AUTH EXTERNALLY\r\n", NO, 0 },
		{ "0BEGIN\r\n", "!", 7 },
		{ "0AUTH EXTERNAL\r\nBEGIN\r\n", "DATA\r\n!", 7 },
		{ "0AUTH EXTERNAL 31303030\r\nCANCEL\r\nBEGIN\r\n", OK NO "!", 7 },
		{ "0AUTH EXTERNAL\r\nCANCEL\r\nDATA\r\nBEGIN\r\n", "DATA\r\n" NO "ERROR\r\n!", 7 },
		{ "0DATA 31303030\r\n", "ERROR\r\n", 0 },
		/* none of ours */
		{ "AUTH EXTERNAL\r\n", "!", 15 },
		{ "00AUTH EXTERNAL\r\n", "!", 16 },
		{ "0AUTH EXTERNAL", "", 13 },
		{ "0\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
		  "ERROR\r\nERROR\r\nERROR\r\nERROR\r\nERROR\r\nERROR\r\nERROR\r\nERROR\r\n"
		  "ERROR\r\nERROR\r\nERROR\r\nERROR\r\nERROR\r\nERROR\r\nERROR\r\nERROR\r\n!",
		  2 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int drips = 0; drips < 2; drips++) {
			char text[256], said[512];
			size_t n = strlen(rows[i].text), left;

			strcpy(text, rows[i].text);
			for (size_t c = 0; c < 2; c++)
				if (text[c] == '0' && (c == 0 || text[0] == '\0'))
					text[c] = '\0';
			converse(text, n, drips != 0, said, &left);
			assert_string_equal(said, rows[i].said);
			if (!drips)
				assert_int_equal(left, rows[i].left);
		}
}

static void test_sasl_line(void **state)
{
	struct sasl sasl = { .uid = 0, .id = ID, .state = SASL_IDLE };
	char answer[SASL_ANSWER_SIZE], text[SASL_LINE_MAX + 2];

	memset(text, 'A', sizeof text);
	assert_int_equal(sasl_take(&sasl, text, SASL_LINE_MAX - 1, answer), 0);
	assert_int_equal(sasl_take(&sasl, text, SASL_LINE_MAX, answer), -EPROTO);
	memcpy(text + SASL_LINE_MAX, "\r\n", 2);
	assert_int_equal(sasl_take(&sasl, text, sizeof text, answer), -EPROTO);
	assert_int_equal(sasl_take(&sasl, "AUTH\0 EXTERNAL\r\n", 16, answer), -EPROTO);
}

static void test_frame(void **state)
{
	static const struct {
		uint8_t bytes[FRAME_HEADER_SIZE];
		int result;
		uint64_t size;
		uint32_t serial;
	} rows[] = {
		{ { 'l', 1, 0, 1, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0 }, 0, 16, 7 },
		{ { 'l', 1, 0, 1, 5, 0, 0, 0, 7, 1, 0, 0, 9, 0, 0, 0 }, 0, 16 + 16 + 5, 263 },
		{ { 'B', 1, 0, 1, 0, 0, 0, 5, 0, 0, 1, 7, 0, 0, 0, 9 }, 0, 16 + 16 + 5, 263 },
		{ { 'l', 1, 0, 1, 0, 0, 0, 6, 1, 0, 0, 0, 0, 0, 0, 0 }, 0, 16 + 96 * MIB, 1 },
		{ { 'l', 4, 0, 1, 0xf0, 0xff, 0xff, 7, 1, 0, 0, 0, 0, 0, 0, 0 }, 0, 128 * MIB, 1 },
		{ { 'l', 1, 0, 1, 0xf1, 0xff, 0xff, 7, 1, 0, 0, 0, 0, 0, 0, 0 }, -EBADMSG, 0, 0 },
		{ { 'l', 1, 0, 1, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff },
		  -EBADMSG,
		  0,
		  0 },
		{ { 'l', 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 4 }, -EBADMSG, 0, 0 },
		{ { 'l', 0, 0, 1, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0 }, -EBADMSG, 0, 0 },
		{ { 'l', 1, 0, 2, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0 }, -EBADMSG, 0, 0 },
		{ { 'L', 1, 0, 1, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0 }, -EBADMSG, 0, 0 },
		{ { 0xff, 0xff, 0xff, 0xff }, -EBADMSG, 0, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct frame frame = { 0 };

		assert_int_equal(frame_read(rows[i].bytes, &frame), rows[i].result);
		assert_int_equal(frame.size, rows[i].size);
		assert_int_equal(frame.serial, rows[i].serial);
	}
}

/* It is itself a message, and answers the one that it replaces. */
static void test_refusal(void **state)
{
	const struct frame refused = {
		.size = MIB, .serial = 0x01020304, .is_call = true, .wants_no_reply = true
	};
	uint8_t bytes[FRAME_REFUSAL_SIZE];
	struct frame frame;

	frame_make_refusal(&refused, bytes);
	assert_int_equal(frame_read(bytes, &frame), 0);
	assert_int_equal(frame.size, sizeof bytes);
	assert_int_equal(frame.serial, refused.serial);
	assert_true(frame.is_call && frame.wants_no_reply);
	assert_string_equal((const char *)bytes + 24, "/org/kipc1");
	assert_string_equal((const char *)bytes + 48, "org.kipc1.Manager");
	assert_string_equal((const char *)bytes + 80, FRAME_REFUSAL_MEMBER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sasl),
		cmocka_unit_test(test_sasl_line),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_refusal),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
