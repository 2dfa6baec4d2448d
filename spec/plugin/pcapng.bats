# What a capture in pcapng tells of itself, as the tools read it that people have: tshark, capinfos, tcpdump (libpcap),
# editcap, mergecap. `cf` is the stand-in of support/cf.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/pcap
output=$BATS_TEST_TMPDIR/output.pcapng

# Instances 0 and 1 of myapp, with addresses of their own, that talk to each other.
captured() { # option…
  printf '{"resources":[%s,%s]}' \
    '{"index":0,"state":"RUNNING","instance_guid":"guid-of-0","instance_internal_ip":"10.255.0.10"}' \
    '{"index":1,"state":"RUNNING","instance_guid":"guid-of-1","instance_internal_ip":"10.255.0.11"}' >"$FAKE_CF/stats"
  tool 0 'tool_begin "$@"; pcap_ipv4 $EPOCHREALTIME 10.255.0.10 10.255.0.11; tool_wait 600; DROPPED=3; captured=1; tool_end'
  tool 1 'tool_begin "$@"; pcap_ipv4 $EPOCHREALTIME 10.255.0.11 192.0.2.7; tool_wait 600; tool_end'
  export CF_HOME=$BATS_TEST_TMPDIR/user
  mkdir -p "$CF_HOME/.cf"
  echo '{"Target":"https://api.example.com","OrganizationFields":{"Name":"my org"},"SpaceFields":{"Name":"dev"},"RefreshToken":"bearer-of-a-secret","AccessToken":"bearer-of-a-secret"}' >"$CF_HOME/.cf/config.json"
  start -o "$output" "$@"
  eventually grep -q "Capturing, press" "$said" "$errors"
  sleep 0.01 # a capture takes some time
  interrupt
  [ "$status" = 0 ]
}
has() { grep -qE -- "$1" "$BATS_TEST_TMPDIR/$2" || { cat "$BATS_TEST_TMPDIR/$2" >&2; fail "not in $2: $1"; }; }
info() { capinfos "$output" >"$BATS_TEST_TMPDIR/info"; }

# The options of a block, one a line: BLOCK CODE TEXT. Written for this test, from draft-ietf-opsawg-pcapng.
blocks() {
  python3 - "$1" <<'EOF'
import struct, sys
data, at = open(sys.argv[1], "rb").read(), 0
fixed = {0x0a0d0d0a: 24, 1: 16, 5: 20}
while at < len(data):
    kind, length = struct.unpack_from("<II", data, at)
    assert struct.unpack_from("<I", data, at + length - 4)[0] == length
    place, end = at + fixed.get(kind, length), at + length - 4
    if kind == 4:
        place = at + 8
    while place < end:
        code, size = struct.unpack_from("<HH", data, place)
        if code == 0:
            break
        value = data[place + 4:place + 4 + size]
        if kind == 5 and code in (2, 3):
            high, low = struct.unpack("<II", value)
            value = str((high << 32) + low).encode()
        elif kind == 5:
            value = str(struct.unpack("<Q", value)[0]).encode()
        elif kind == 4:
            value = ".".join(map(str, value[:4])).encode() + b" " + value[4:-1]
        print(kind, code, value.decode("latin1").replace("\n", "|").strip("\0"))
        place += 4 + (size + 3) // 4 * 4
    at += length
EOF
}

@test "the section tells the app, its space, the command, and the machine, and no secret" {
  captured -f 'not port 22' --format pcapng
  info
  has "^Capture application: +cf-pcap [0-9.]+$" info
  has "^Capture hardware: +$(uname -m)$" info
  has "^Capture oper-sys: +Linux $(uname -r)$" info
  has "App: myapp, guid: 11111111-2222-3333-4444-555555555555" info
  has "Process: web" info
  has "Space: dev, org: my org, API: https://api.example.com" info
  has "Command: cf pcap myapp -o $output -f 'not port 22' --format pcapng" info
  not grep -qa bearer "$output"
}

@test "each interface has its instance's name, description and filter, and all have one snaplen" {
  captured -f 'not port 22'
  info
  has "Number of interfaces in file: 2" info
  for i in 0 1; do
    has "Name = myapp/$i eth0" info
    has "Description = instance $i of web, guid guid-of-$i" info
  done
  [ "$(grep -c 'Filter string = not port 22' "$BATS_TEST_TMPDIR/info")" = 2 ]
  [ "$(grep -c 'Capture length = 262144' "$BATS_TEST_TMPDIR/info")" = 2 ]
  [ "$(grep -c 'Operating system = Linux' "$BATS_TEST_TMPDIR/info")" = 2 ]
  [ "$(grep -c 'Time resolution = 0x06' "$BATS_TEST_TMPDIR/info")" = 2 ]
}

@test "Wireshark shows instances by name, and leaves other addresses as they are" {
  captured
  tshark -N n -r "$output" -T fields -e ip.src_host -e ip.dst_host -Y ip 2>/dev/null | sort >"$BATS_TEST_TMPDIR/names"
  diff "$BATS_TEST_TMPDIR/names" <(printf 'myapp-0\tmyapp-1\nmyapp-1\t192.0.2.7\n')
}

@test "names are shown live, too" {
  captured --wireshark=tshark
  grep -q 'myapp-0 → myapp-1 ' "$said"
  grep -q 'myapp-1 → 192.0.2.7 ' "$said"
}

@test "instances of another process have its name, too" {
  captured --process worker
  tshark -N n -r "$output" -T fields -e ip.src_host -Y ip 2>/dev/null | sort >"$BATS_TEST_TMPDIR/names"
  diff "$BATS_TEST_TMPDIR/names" <(printf 'myapp-worker-0\nmyapp-worker-1\n')
  info
  has "Description = instance 1 of worker, guid guid-of-1" info
}

@test "statistics have the begin and the end of each instance's capture, and its counts" {
  local before=$EPOCHSECONDS
  captured
  blocks "$output" >"$BATS_TEST_TMPDIR/blocks"
  [ "$(grep -c '^5 4 ' "$BATS_TEST_TMPDIR/blocks")" = 2 ]
  grep -q '^5 5 3$' "$BATS_TEST_TMPDIR/blocks"
  grep -q '^5 5 0$' "$BATS_TEST_TMPDIR/blocks"
  local begin end
  while read -r begin && read -r end; do
    [ "$begin" -ge "${before}000000" ]
    [ "$begin" -lt "$end" ]
    [ "$end" -le "$((EPOCHSECONDS + 1))000000" ]
  done < <(sed -nE 's/^5 [23] //p' "$BATS_TEST_TMPDIR/blocks")
}

@test "a tool without counts has begin and end alone" {
  instances 1 && tool 0 'tool_begin "$@"; tool_packet; tool_wait 600; exit 0'
  capturing -o "$output"
  interrupt
  blocks "$output" | sed -nE 's/^5 ([0-9]+) .*/\1/p' >"$BATS_TEST_TMPDIR/codes"
  diff "$BATS_TEST_TMPDIR/codes" <(printf '2\n3\n')
}

@test "tcpdump, editcap and mergecap read the file; the latter two drop the names" {
  captured
  [ "$(tcpdump -n -r "$output" 2>/dev/null | grep -c IP)" = 2 ]
  editcap "$output" edited.pcapng
  mergecap -w merged.pcapng "$output" edited.pcapng
  editcap -F pcap "$output" edited.pcap
  local expected
  expected=$(tshark -r "$output" 2>/dev/null | wc -l)
  [ "$(tshark -r edited.pcapng 2>/dev/null | wc -l)" = "$expected" ]
  [ "$(tshark -r merged.pcapng 2>/dev/null | wc -l)" = $((2 * expected)) ]
  [ "$(tcpdump -n -r edited.pcap 2>/dev/null | grep -c IP)" = 2 ]
  grep -q '^4 1 10.255.0.10 myapp-0' <(blocks "$output")
  run -1 grep '^4 ' <(blocks edited.pcapng && blocks merged.pcapng)
}

@test "Cloud Controller without addresses and GUIDs: the capture tells what is known" {
  instances 1 && tool
  capture -o "$output" -d 300ms
  [ "$status" = 0 ]
  info
  has "Description = instance 0 of web$" info
  run -1 grep '^4 ' <(blocks "$output")
}

@test "addresses that are none, and names that are long or strange, do no harm" {
  tool
  printf '{"resources":[%s,%s,%s]}' '{"index":0,"state":"RUNNING","instance_internal_ip":"10.255.0.999"}' \
    '{"index":1,"state":"RUNNING","instance_internal_ip":"fd00::1","instance_guid":7}' \
    '{"index":2,"state":"RUNNING","instance_internal_ip":"%s","instance_guid":"'"$(printf 'x%.0s' {1..300})"'"}' >"$FAKE_CF/stats"
  "$plugin" 1 pcap "$(printf 'ä%.0s' {1..120})" -o "$output" -d 300ms --format pcapng </dev/null
  tshark -r "$output" >/dev/null 2>"$errors"
  not complained "damaged"
  capinfos "$output" >/dev/null
  tcpdump -n -r "$output" >/dev/null
  python3 -c 'import sys; d = open(sys.argv[1], "rb").read(); assert b"\xfd" + bytes(14) + b"\x01" in d' "$output"
}
