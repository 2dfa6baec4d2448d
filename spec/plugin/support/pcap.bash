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

# An IPv4 packet (UDP, port 9 to 9, no payload) between two addresses, captured at SECONDS.
pcap_ipv4() { # seconds source destination
  local seconds=${1%.*} fraction=$((10#${1#*.})) address bytes=
  le32 "$seconds" "$fraction" 42 42
  printf '\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00'
  printf '\x45\x00\x00\x1c\x00\x00\x40\x00\x40\x11\x00\x00'
  for address in ${2//./ } ${3//./ }; do
    printf -v address '\\x%02x' "$address"
    bytes+=$address
  done
  printf '%b\x00\x09\x00\x09\x00\x08\x00\x00' "$bytes"
}
