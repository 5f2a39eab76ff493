#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# read, write, hexdump, send, recv and peek on a real segment, and a Perl program at the other side.
. "$(dirname "$0")/tap.sh"

perl -e 'shmget(1234, 100, 01666) // die $!'
s=segment:1234
content() { kipcctl read "$s" | md5sum; }

# -- text, as a C programmer puts it there ---------------------------------------------------------------

exits 0 'send' kipcctl send 1234 'hello there'
is 'strcpy and its NUL are in the segment' "$(kipcctl read 1234 --length=13 | od -An -c | tr -s ' ')" ' h e l l o t h e r e \0 \0'
is 'recv prints up to the NUL' "$(kipcctl recv 1234)" 'hello there'
is 'peek too' "$(kipcctl peek 1234)" 'hello there'
is 'and Perl' "$(perl -e '$i = shmget(1234, 0, 0) // die; shmread($i, $t, 0, 100); print unpack "Z*", $t')" 'hello there'
perl -e '$i = shmget(1234, 0, 0) // die; shmwrite($i, "from perl\0", 0, 10)'
is 'recv of what Perl wrote' "$(kipcctl recv "$s")" 'from perl'
is 'recv --raw adds nothing' "$(kipcctl recv --raw "$s" | wc -c)" 9
is 'recv --frames' "$(kipcctl recv --frames "$s" | od -An -tx1 -N5)" ' 09 00 00 00 66'
echo 'a line' | kipcctl send "$s"
is 'send of a line' "$(kipcctl recv "$s")" 'a line'
printf 'two\nlines\n' | kipcctl send --whole "$s"
is 'send --whole' "$(kipcctl recv "$s")" 'two
lines'

before=$(content)
exits 2 'two messages' kipcctl send "$s" a b
printf 'two\nlines\n' >"$T/in"
exits 2 'two lines' kipcctl send "$s" <"$T/in"
exits 0 'no line' kipcctl send "$s" </dev/null
exits 1 'text that is too long by its NUL' kipcctl send "$s" "$(printf %100s x)"
like '... is refused with the number' "$ERR" 'the limit is 99 bytes'
truncate -s 2G "$T/sparse"
exits 1 'text of 2 GB' kipcctl send --whole "$s" <"$T/sparse"
exits 2 'types are for queues' kipcctl send -t 2 "$s" x
exits 2 'follow is for queues' kipcctl recv -f "$s"
exits 2 'purge is for queues' kipcctl purge "$s"
exits 2 'wait is for queues and semaphores' kipcctl wait "$s"
is 'none of these wrote anything' "$(content)" "$before"

exits 0 'text that just fits' kipcctl send "$s" "$(printf %99s x)"
printf %100s y | kipcctl write "$s"
is 'no NUL: recv prints all of it' "$(kipcctl recv "$s" | wc -c)" 101

# -- bytes -----------------------------------------------------------------------------------------------

kipcctl write "$s" "$(printf %100s)"
exits 0 'write at an offset' kipcctl write "$s" --offset=0x10 middle
is 'read at an offset' "$(kipcctl read "$s" --offset=16 --length=6)" middle
is 'read beyond the end gives what there is' "$(kipcctl read "$s" --offset=90 --length=1K | wc -c)" 10
is 'read at the very end gives nothing' "$(kipcctl read "$s" --offset=100 | wc -c)" 0
exits 1 'an offset beyond the end' kipcctl read "$s" --offset=101
like '... is said with the size' "$ERR" 'the segment has 100 bytes'
head -c 100 /dev/urandom >"$T/in"
kipcctl write "$s" <"$T/in"
exits 0 'all bytes, there and back' cmp "$T/in" <(kipcctl read "$s")
before=$(content)
exits 1 'one byte too many' bash -c 'printf %101s | kipcctl write "$0"' "$s"
like '... is said with the room' "$ERR" 'room for 100 bytes'
exits 1 'one byte too many at an offset' kipcctl write "$s" --offset=98 abc
exits 1 'more than --length' kipcctl write "$s" --length=2 abc
exits 1 'input without an end' bash -c 'yes | kipcctl write "$0"' "$s"
exits 1 'input of 2 GB' kipcctl write "$s" <"$T/sparse"
exits 1 'an offset beyond the end, to write' kipcctl write "$s" --offset=1G x
exits 2 'a negative size' kipcctl read "$s" --length=-1
exits 2 'a size in no unit' kipcctl read "$s" --length=3X
is 'nothing was written' "$(content)" "$before"
exits 1 'a full disk' bash -c 'kipcctl read "$0" >/dev/full' "$s"
like '... is said' "$ERR" 'No space left on device'

# -- hexdump ---------------------------------------------------------------------------------------------

perl -e 'shmget(0x77, 4096, 01600) // die $!'
kipcctl write 0x77 "$(printf 'twelve bytes\t')"
kipcctl write 0x77 --offset=4080 "$(printf '0123456789abcdef')"
exits 0 'hexdump' kipcctl hexdump 0x77
is '... squeezes what repeats' "$OUT" "\
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
exits 1 'hexdump to a full disk' bash -c 'kipcctl hexdump "$0" >/dev/full' "$s"
exits 1 'hexdump beyond the end' kipcctl hexdump "$s" --offset=1K

exits 3 'a segment that is not there' kipcctl read 0x78
if setpriv --reuid=65534 --clear-groups true 2>/dev/null; then
	exits 5 'a segment of somebody else' as 65534 kipcctl read 0x77
else
	skip 'a segment of somebody else' 'needs a second user'
fi

finish
