/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The terminal, through ncurses; the only file that starts and stops it. One verb uses it at a time. */

#include "client/see/screen.h"

#include <errno.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/base/report.h"
#include "client/base/signals.h"
#include "client/table/character.h"
#include "client/table/color.h"
#include "common/escape.h"

static SCREEN *screen;

enum status screen_start(const struct invocation *invocation)
{
	const char *type = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return report(invocation, NULL, STATUS_USAGE, "it needs a terminal; --once prints one frame");
	signals_catch();
	/* ncurses would use them even after a change of size. */
	unsetenv("COLUMNS");
	unsetenv("LINES");
	screen = newterm(NULL, stdout, stdin);
	if (screen == NULL)
		return report(invocation, NULL, STATUS_FAILED,
			      "the terminal '%s' is unknown; set TERM to one that is known, or use --once",
			      type != NULL ? type : "");
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, true);
	curs_set(0);
	set_escdelay(50);
	if (screen_has_colors()) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_RED, -1);
		init_pair(2, COLOR_YELLOW, -1);
		init_pair(3, COLOR_GREEN, -1);
	}
	return STATUS_DONE;
}

void screen_stop(void)
{
	if (screen == NULL)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

void screen_show(void)
{
	wnoutrefresh(stdscr);
	doupdate();
}

int screen_wait_key(int64_t usec)
{
	int key;

	if (signals_caught())
		return -EINTR;
	timeout(usec > INT32_MAX ? INT32_MAX / 1000 : (int)(usec / 1000));
	errno = 0;
	key = getch();
	if (signals_caught())
		return -EINTR;
	if (key != ERR)
		return key;
	return errno == EIO || errno == EBADF ? -EPIPE : 0;
}

bool screen_has_colors(void)
{
	return has_colors() && color_is_wanted();
}

size_t screen_fit(const char *text, size_t size, int width)
{
	size_t n_fit = 0;
	int used = 0;

	while (n_fit < size) {
		int places = 1; /* a byte that is not a character in this locale */
		size_t n = character_measure(text + n_fit, size - n_fit, &places);

		if (used + places > width && n_fit > 0)
			break;
		used += places;
		n_fit += n == 0 ? 1 : n;
	}
	return n_fit;
}

int screen_write(int line, int column, int width, const char *text)
{
	char *escaped = escape_text(text, strlen(text));
	const char *p = escaped != NULL ? escaped : "?";
	int used = 0;

	while (*p != '\0') {
		int places = 1;
		size_t n = character_measure(p, strlen(p), &places);

		if (used + places > width)
			break;
		mvaddnstr(line, column + used, n > 0 ? p : "?", n > 0 ? (int)n : 1);
		used += places;
		p += n == 0 ? 1 : n;
	}
	free(escaped);
	return used;
}
