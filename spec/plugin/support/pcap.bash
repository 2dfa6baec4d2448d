# shellcheck shell=bash
# Makes captures for tests: pcap with microseconds, little-endian.

le16() {
  local bytes
  printf -v bytes '\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255))
  printf '%b' "$bytes"
}
le32() { le16 $(($1 & 65535)) && le16 $(($1 >> 16 & 65535)); }

pcap_header() { # [link type]
  printf '\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00'
  le32 262144 && le32 "${1:-1}"
}

# An Ethernet frame of an experimental type (88b5) with TEXT in it, captured at SECONDS.
pcap_packet() { # seconds text
  local seconds=${1%.*} fraction=0 length=$((14 + ${#2}))
  [ "$seconds" = "$1" ] || fraction=$((10#${1#*.}))
  le32 "$seconds" && le32 "$fraction" && le32 "$length" && le32 "$length"
  printf '\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x88\xb5%s' "$2"
}
