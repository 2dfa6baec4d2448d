# shellcheck shell=bash disable=SC2119,SC2120
# For tests: what runs in the place of the capture tool, in instance $INDEX. A tool is a script that
# sources this and says what it does:
#
#     tool_begin "$@"; tool_capture; tool_end
#
# Where the file $FAKE_CF/interfaces exists, it says INDEX-INTERFACE for INDEX in all of its files and packets, for a test
# with several interfaces. $INTERFACE is always known.
# shellcheck source=spec/plugin/support/pcap.bash
. "$(dirname "${BASH_SOURCE[0]}")/pcap.bash"

captured=0 INTERFACE=
for word; do
  [ "${before-}" != -interface ] || INTERFACE=$word
  before=$word
done
[ ! -e "$FAKE_CF/interfaces" ] || INDEX=$INDEX-$INTERFACE
echo $$ >"$FAKE_CF/pid-$INDEX"

# The header of this stream and of N - 1 others have been sent: no packet comes before all of them can be told. Or, for
# the second time and WHAT: the same of something else.
tool_together() { # N [WHAT]
  local files=()
  touch "$FAKE_CF/together${2-}-$INDEX-$INTERFACE"
  until [ "${#files[@]}" -ge "$1" ]; do
    sleep 0.05
    files=("$FAKE_CF/together${2-}"-*)
  done
}

tool_say() { printf 'cf-pcap: %s\n' "$*" >&2; }

# Notes its arguments, and sends the file header.
tool_begin() { # argument…
  printf '%s\0' "$@" >"$FAKE_CF/arguments-$INDEX"
  trap '' TERM # as the end of file that comes with it, which is all it waits for
  tool_say "capturing on eth0, link type EN10MB"
  pcap_header "${LINK_TYPE-1}"
}

# A packet "INDEX NUMBER", captured now or at SECONDS.
tool_packet() { # [seconds]
  captured=$((captured + 1))
  pcap_packet "${1:-$EPOCHREALTIME}" "$INDEX $captured"
}

# Waits for the end of its stdin, so many seconds at most.
tool_wait() { read -r -t "$1" || true; }

# A packet every 20 ms until it is told to end.
tool_capture() {
  local status
  while true; do
    status=0
    read -r -t 0.02 || status=$?
    [ "$status" -gt 128 ] || return 0
    tool_packet
  done
}

tool_end() { # [status]   the tail was captured now, or at $TAIL
  tool_packet "${TAIL-}"
  echo "$captured" >"$FAKE_CF/captured-$INDEX" # before the counts: then nothing is waited for any more
  tool_say "$captured packets captured"
  tool_say "$captured packets received by filter"
  tool_say "${DROPPED-0} packets dropped by kernel"
  exit "${1:-0}"
}
