# The merge, on files, beside mergecap.
# What is loaded sets variables, and uses some; what is defined again here is called there.
# shellcheck disable=SC2034,SC2154,SC2317

load support/plugin
load support/pcap

setup_file() { make -s -C "$root/src/pcap-merge/test" "$root/build/units/pcap-merge/merge_files"; }

merge() { "$root/build/units/pcap-merge/merge_files" "$@"; }
content() { tshark -r "$1" -T fields -e frame.time_epoch -e frame.len -e data 2>/dev/null; }

# So many packets, one to forty microseconds apart: many at the same time as another file's.
some_capture() { # name packets
  local i fraction microseconds=0
  pcap_header >"$1"
  for ((i = 0; i < $2; i++)); do
    microseconds=$((microseconds + 1 + RANDOM % 40))
    printf -v fraction %06d "$microseconds"
    pcap_packet "1700000000.$fraction" "$1 $i"
  done >>"$1"
}

# The same in the other byte order, as a machine that is none of ours would write it.
big_endian() { # command…
  le32() {
    local number all=
    for number; do printf -v all '%s\\x%02x\\x%02x\\x%02x\\x%02x' "$all" $((number >> 24 & 255)) $((number >> 16 & 255)) $((number >> 8 & 255)) $((number & 255)); done
    printf '%b' "$all"
  }
  pcap_header() {
    printf '\xa1\xb2\xc3\xd4\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00'
    le32 262144 1
  }
  "$@"
}

@test "files are merged as mergecap merges them, and equal times in the order of the files" {
  for name in a b c d e; do some_capture "$name" $((20 + RANDOM % 100)); done
  editcap -F nsecpcap d nanoseconds
  (big_endian some_capture f 70)
  [ "$(content f | wc -l)" = 70 ]
  merge a b c nanoseconds e f >ours
  mergecap -F pcap -w theirs a b c nanoseconds e f
  diff <(content ours | sort) <(content theirs | sort)
  in_time_order ours
  # Sorted by time and name it is as it was: 61 to 66 are the names.
  diff <(content ours | awk '{ print $1, substr($3, 1, 2) }') <(content ours | awk '{ print $1, substr($3, 1, 2) }' | sort)
  merge -n a b c nanoseconds e f >ours.pcapng
  diff <(content ours.pcapng) <(content ours)
}

@test "a file that is cut, and one that is none, end alone" {
  some_capture a 100 && some_capture b 100
  head -c -10 b >cut.pcap
  echo "no capture at all" >none
  merge a cut.pcap none >ours 2>"$errors"
  [ "$(content ours | wc -l)" = 199 ]
  in_time_order ours
  complained "cut.pcap: broken" && complained "none: broken"
}
