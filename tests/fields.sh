#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kipcctl get and put: the fields of a raw segment are read and written exactly, and mistakes are refused before a byte is written.
. "$(dirname "$0")/tap.sh"


cat >"$conf" <<'EOF'
[segment prices]
key = 0x11
size = 4K
field.count = u32@0
field.change = i16@4
field.small = i8@6
field.price = f64@8
field.net = u16be@16
field.rate = f32be@20
field.series = u16[3]@24
field.name = char[8]@32
field.raw = bytes[3]@40
field.huge = u64@48
[segment ticks]
size = 64K
layout = ring
[queue orders]
key = 0x11
[semaphore guard]
values = 1
EOF
start

exits 0 "put succeeds" kipcctl put prices count=7 change=-300 small=-128 price=0.1 net=258 rate=-2.5 series=1,2,65535 name=apple raw=00ff7f huge=18446744073709551615
is "get prints all fields, ordered by offset" "$(kipcctl get prices)" "count = 7
change = -300
small = -128
price = 0.1
net = 258
rate = -2.5
series = 1, 2, 65535
name = apple
raw = 00ff7f
huge = 18446744073709551615"
is "get of one field prints only the value" "$(kipcctl get prices price)" 0.1
is "get of two fields prints them in the given order" "$(kipcctl get prices name count)" "name = apple
count = 7"
is "big-endian fields are stored big-endian" "$(kipcctl hexdump prices --offset=16 --length=8 | head -n 1 | cut -c11-33)" "01 02 00 00 c0 20 00 00"
is "a C program reads the same" "$(perl -e '$id = shmget(0x11, 0, 0); shmread($id, $b, 0, 64); print join " ", unpack "L s c x d", $b')" "7 -300 -128 0.1"
is "get prints one element of an array" "$(kipcctl get prices 'series[1]')" 2
exits 0 "put writes one element" kipcctl put prices 'series[1]=9'
is "... and leaves the others" "$(kipcctl get prices series)" "1, 9, 65535"
is "put takes hexadecimal numbers" "$(kipcctl put prices count=0x2a && kipcctl get prices count)" 42
kipcctl put prices price=nan rate=inf
is "put takes nan and inf" "$(kipcctl get prices price rate | xargs)" "price = nan rate = inf"
is "--json prints the values" "$(kipcctl get --json prices | json 'join " ", $d->{count}, $d->{price}, "@{$d->{series}}", $d->{name}, $d->{raw}, $d->{huge}')" \
	"42 nan 1 9 65535 apple 00ff7f 18446744073709551615"
for number in 1e-300 0.30000000000000004 1.7976931348623157e+308 5e-324 123456789; do
	kipcctl put prices "price=$number"
	is "$number is printed as it was written" "$(kipcctl get prices price)" "$number"
done
kipcctl put prices rate=0.1
is "a short float is printed short" "$(kipcctl get prices rate)" 0.1

# Without a declaration.
id=$(id_of prices)
is "TYPE@OFFSET works without a declaration" "$(kipcctl get "segment:@$id" u32@0)" 42
is "... and with a name" "$(kipcctl get "segment:@$id" first:u8@0 last:u8@4095)" "first = 42
last = 0"
exits 0 "put works with TYPE@OFFSET" kipcctl put "segment:@$id" u16be@100=513
is "... in its byte order" "$(kipcctl get prices 'bytes[2]@100')" 0201

# refused WHAT STATUS SENTENCE ARGUMENT…: fails with that sentence and writes nothing
before=$(kipcctl read prices | md5sum)
refused() {
	local what=$1 status=$2 sentence=$3
	shift 3
	exits "$status" "$what" kipcctl "$@"
	like "... with the reason" "$ERR" "$sentence"
	is "... and nothing was written" "$(kipcctl read prices | md5sum)" "$before"
}
refused "a number that is too large is refused" 2 "^kipcctl: put prices: small: '128' is out of range: it must be -128 to 127; nothing was written$" put prices count=1 small=128
refused "a number that is too large for 32 bits is refused" 2 "'4294967296' is out of range: it must be 0 to 4294967295" put prices count=4294967296
refused "a negative value of an unsigned field is refused" 2 "'-1' is out of range: it must be 0 to" put prices count=-1
refused "text after a number is refused" 2 "unexpected ' x' after the number" put prices 'count=1 x'
refused "a word instead of a number is refused" 2 "'x' is not a number" put prices count=x
refused "an empty value is refused" 2 "'' is not a number" put prices count=
refused "a float that is too large is refused" 2 "'1e39' is too large for 32 bits" put prices rate=1e39
refused "too few elements are refused" 2 "only 2 of 3 values" put prices series=1,2
refused "too many elements are refused" 2 "unexpected ',4' after the numbers" put prices series=1,2,3,4
refused "a text that is too long is refused" 2 "it has room for 8 bytes, not 9" put prices name=pineapple
refused "half a byte is refused" 2 "it takes 6 hexadecimal digits, not 5" put prices raw=12345
refused "a byte that is not hexadecimal is refused" 2 "'zz' is not a hexadecimal byte" put prices raw=12zz34
refused "a misspelt field is refused" 2 "it has no field 'prise'; did you mean 'price'?" put prices prise=1
refused "an unknown field is refused" 2 "it has no field 'weather'; declare field.weather, or write TYPE@OFFSET" get prices weather
refused "an element behind the array is refused" 2 "series\[3\]: no such element; the field is u16\[3\]@24" get prices 'series[3]'
refused "an element of a field that is not an array is refused" 2 "no such element" get prices 'count[0]'
refused "a field across the end of the segment is refused" 1 "u32@4094: it would end at byte 4098, but the segment has only 4096" put prices u32@4094=1
refused "a field far behind the end of the segment is refused" 1 "it would end at byte" get prices "u8@9223372036854775807"
refused "an unknown type is refused" 2 "'u33' is not a type; did you mean 'u32'" get prices u33@0
refused "a field without a value is refused" 2 "'count' is not of the form FIELD=VALUE" put prices count
refused "a ring is refused" 2 "a ring has messages, not fields" get ticks u8@0
refused "a queue is refused" 2 "a queue" get orders u8@0
exits 3 "a channel that does not exist is refused" kipcctl get nobody u8@0
segment=$(ipcmk -M 64 -p 0444 | grep -o '[0-9]*$')
exits 1 "get without declared fields is refused" kipcctl get "segment:@$segment"
like "... with what to do" "$ERR" "no fields are declared for it; declare field.NAME, or write TYPE@OFFSET"
if can_be 65534; then
	exits 5 "a user that may only read cannot put" as 65534 kipcctl put "segment:@$segment" u8@0=1
	exits 0 "... and can get" as 65534 kipcctl get "segment:@$segment" u8@0
fi

# Under a semaphore no reader sees half of a change: a program keeps two numbers equal.
cat >"$T/writer.pl" <<'EOF'
my ($id, $sem) = (shmget(0x11, 0, 0), $ARGV[0]);
for (my $n = 0; ; $n++) {
	semop($sem, pack "s3", 0, -1, 010000) or last;
	shmwrite($id, pack("Q", $n), 1000, 8); shmwrite($id, pack("Q", $n), 2000, 8);
	semop($sem, pack "s3", 0, 1, 010000) or last;
}
EOF
perl "$T/writer.pl" "$(id_of guard)" & writer=$!
torn=0
for _ in {1..200}; do
	[ "$(kipcctl get prices --lock=guard a:u64@1000 b:u64@2000 | awk '{ print $3 }' | uniq | wc -l)" = 1 ] || torn=$((torn + 1))
done
is "get --lock never sees half of a change" "$torn" 0
is "read --lock never sees half of a change" "$(kipcctl read prices --lock=guard --offset=1000 --length=1008 | perl -e 'local $/; print join " ", (unpack "Q x992 Q", <STDIN>)' | tr ' ' '\n' | uniq | wc -l)" 1
kill "$writer"
wait "$writer" 2>/dev/null
is "... and the semaphore is released" "$(kipcctl list --columns=name,values --no-legend | awk '$1 == "guard" { print $2 }')" 1
exits 0 "put --lock works" kipcctl put prices --lock=guard count=5
exits 0 "write --lock works" kipcctl write prices --lock=guard text
exits 0 "hexdump --lock works" kipcctl hexdump prices --lock=guard --length=16
is "... and shows the bytes" "$(head -n 1 <<<"$OUT" | cut -c11-21)" "74 65 78 74"
kipcctl down guard
exits 4 "a busy semaphore with --no-wait exits with 4" kipcctl get prices --lock=guard --no-wait count
like "... and is named" "$ERR" "^kipcctl: get guard: "
exits 3 "no such semaphore" kipcctl get prices --lock=nobody count

like "show prints the declared fields" "$(kipcctl show prices)" '^ +field.price: f64@8$'
is "show --json prints the declared fields" "$(kipcctl show --json prices | json '$d->[0]{declared}{fields}{series}')" 'u16[3]@24'

# A live segment smaller than declared; and no kipcd.
stop_kipcd
exits 7 "names of fields need kipcd" kipcctl get prices count
like "... and the error says what works without it" "$ERR" "without it, write TYPE@OFFSET, like u32@0"
exits 0 "TYPE@OFFSET works without kipcd" kipcctl get prices u32@48
finish
