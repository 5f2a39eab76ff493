#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# read, write, hexdump, send, recv and peek on a real segment, and a Perl program at the other side.
. "$(dirname "$0")/tap.sh"

perl -e 'shmget(1234, 100, 01666) // die $!'
s=segment:1234
content() { kipcctl read "$s" | md5sum; }

# -- text ---------------------------------------------------------------

exits 0 'send of a text succeeds' kipcctl send 1234 'hello there'
is '... and stores it with a NUL, like strcpy' "$(kipcctl read 1234 --length=13 | od -An -c | tr -s ' ')" ' h e l l o t h e r e \0 \0'
is 'recv prints up to the NUL' "$(kipcctl recv 1234)" 'hello there'
is 'peek prints it too' "$(kipcctl peek 1234)" 'hello there'
is 'a Perl program reads it' "$(perl -e '$i = shmget(1234, 0, 0) // die; shmread($i, $t, 0, 100); print unpack "Z*", $t')" 'hello there'
perl -e '$i = shmget(1234, 0, 0) // die; shmwrite($i, "from perl\0", 0, 10)'
is 'recv prints what Perl wrote' "$(kipcctl recv "$s")" 'from perl'
is 'recv --raw adds nothing' "$(kipcctl recv --raw "$s" | wc -c)" 9
is 'recv --frames prints a frame' "$(kipcctl recv --frames "$s" | od -An -tx1 -N5)" ' 09 00 00 00 66'
echo 'a line' | kipcctl send "$s"
is 'send takes a line of standard input' "$(kipcctl recv "$s")" 'a line'
printf 'two\nlines\n' | kipcctl send --whole "$s"
is 'send --whole takes all of standard input' "$(kipcctl recv "$s")" 'two
lines'

before=$(content)
exits 2 'two messages are refused' kipcctl send "$s" a b
printf 'two\nlines\n' >"$T/in"
exits 2 'two lines are refused' kipcctl send "$s" <"$T/in"
exits 0 'empty input is refused' kipcctl send "$s" </dev/null
exits 1 'a text that is too long by its NUL is refused' kipcctl send "$s" "$(printf %100s x)"
like '... with the limit' "$ERR" 'the limit is 99 bytes'
truncate -s 2G "$T/sparse"
exits 1 'a text of 2 GB is refused' kipcctl send --whole "$s" <"$T/sparse"
exits 2 '--type is refused' kipcctl send -t 2 "$s" x
exits 2 '--follow is refused' kipcctl recv -f "$s"
exits 2 'purge is refused' kipcctl purge "$s"
exits 2 'wait is refused' kipcctl wait "$s"
is '... and none of these wrote anything' "$(content)" "$before"

exits 0 'a text that just fits is stored' kipcctl send "$s" "$(printf %99s x)"
printf %100s y | kipcctl write "$s"
is 'recv prints everything without a NUL' "$(kipcctl recv "$s" | wc -c)" 101

# -- bytes -----------------------------------------------------------------------------------------------

kipcctl write "$s" "$(printf %100s)"
exits 0 'write at an offset succeeds' kipcctl write "$s" --offset=0x10 middle
is 'read at an offset prints the bytes' "$(kipcctl read "$s" --offset=16 --length=6)" middle
is 'read beyond the end prints what is left' "$(kipcctl read "$s" --offset=90 --length=1K | wc -c)" 10
is 'read at the end prints nothing' "$(kipcctl read "$s" --offset=100 | wc -c)" 0
exits 1 'read behind the end fails' kipcctl read "$s" --offset=101
like '... with the size' "$ERR" 'the segment has 100 bytes'
head -c 100 /dev/urandom >"$T/in"
kipcctl write "$s" <"$T/in"
exits 0 'all bytes can be written and read' cmp "$T/in" <(kipcctl read "$s")
before=$(content)
exits 1 'write of one byte too many fails' bash -c 'printf %101s | kipcctl write "$0"' "$s"
like '... with the room' "$ERR" 'room for 100 bytes'
exits 1 '... also at an offset' kipcctl write "$s" --offset=98 abc
exits 1 'write of more than --length fails' kipcctl write "$s" --length=2 abc
exits 1 'write of endless input fails' bash -c 'yes | kipcctl write "$0"' "$s"
exits 1 'write of 2 GB fails' kipcctl write "$s" <"$T/sparse"
exits 1 'write behind the end fails' kipcctl write "$s" --offset=1G x
exits 2 'a negative size is wrong usage' kipcctl read "$s" --length=-1
exits 2 'a size with an unknown unit is wrong usage' kipcctl read "$s" --length=3X
is '... and nothing was written' "$(content)" "$before"
exits 1 'read to a full disk fails' bash -c 'kipcctl read "$0" >/dev/full' "$s"
like '... with the reason' "$ERR" 'No space left on device'

# -- hexdump ---------------------------------------------------------------------------------------------

perl -e 'shmget(0x77, 4096, 01600) // die $!'
kipcctl write 0x77 "$(printf 'twelve bytes\t')"
kipcctl write 0x77 --offset=4080 "$(printf '0123456789abcdef')"
exits 0 'hexdump succeeds' kipcctl hexdump 0x77
is '... and abbreviates repeated lines' "$OUT" "\
00000000  74 77 65 6c 76 65 20 62  79 74 65 73 09 00 00 00  |twelve bytes....|
00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
00000ff0  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
00001000"
is '... of a part' "$(kipcctl hexdump 0x77 --offset=7 --length=5)" "\
00000007  62 79 74 65 73                                    |bytes|
0000000c"
if command -v hexdump >/dev/null; then
	kipcctl write "$s" <"$T/in"
	is '... like hexdump -C' "$(kipcctl hexdump "$s")" "$(hexdump -C <"$T/in")"
else
	skip '... like hexdump -C' 'no hexdump'
fi
exits 1 'hexdump to a full disk fails' bash -c 'kipcctl hexdump "$0" >/dev/full' "$s"
exits 1 'hexdump behind the end fails' kipcctl hexdump "$s" --offset=1K

perl -e 'defined shmget(0x79, 4096, 01600) or die'
exits 2 'a verb for semaphores is refused' kipcctl up segment:0x79
like '... with the reason' "$ERR" "'up' cannot be used with a segment"
exits 0 '... and has not used the segment: it still is empty' kipcctl remove segment:0x79

exits 3 'a segment that does not exist is an error' kipcctl read 0x78
if setpriv --reuid=65534 --clear-groups true 2>/dev/null; then
	exits 5 'a segment of another user is refused' as 65534 kipcctl read 0x77
else
	skip 'a segment of another user is refused' 'needs a second user'
fi

finish
