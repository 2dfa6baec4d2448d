# shellcheck shell=bash
# Makes captures for tests: pcap with microseconds, little-endian.

le32() { # number…
  local number bytes all=
  for number; do
    printf -v bytes '\\x%02x' $((number & 255)) $((number >> 8 & 255)) $((number >> 16 & 255)) $((number >> 24 & 255))
    all+=$bytes
  done
  printf '%b' "$all"
}

pcap_header() { # [link type]
  printf '\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00'
  le32 262144 "${1:-1}"
}

# An Ethernet frame of an experimental type (88b5) with TEXT in it, captured at SECONDS.
pcap_packet() { # seconds text
  local seconds=${1%.*} fraction=0 length=$((14 + ${#2}))
  [ "$seconds" = "$1" ] || fraction=$((10#${1#*.}))
  le32 "$seconds" "$fraction" "$length" "$length"
  printf '\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x88\xb5%s' "$2"
}
