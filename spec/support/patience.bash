# Waiting in tests: for a condition that stays true once it is, and never for a time.

fail() { printf '%s\n' "$@" >&2; return 1; }

# Runs a command again and again until it succeeds. CF_PCAP_PATIENCE seconds at most, or three minutes: a machine with ten
# times as much to do as it has processors takes one for what takes seconds.
eventually() { # command…
  local patience=${CF_PCAP_PATIENCE:-180} until
  until=$((SECONDS + patience))
  until "$@"; do
    [ "$SECONDS" -lt "$until" ] || { what_is_seen >&2; fail "still not after $patience s: $*"; return; }
    sleep 0.05
  done
}
what_is_seen() { :; } # what explains a failure; a suite has its own
