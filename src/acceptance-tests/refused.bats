#!/usr/bin/env bats
# Where captures are refused: CF_PCAP_EXPECT names the reason, and every kind of app must give it.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
load helper

# How the tool is to end, and what it, or the shell, is to say.
reason() {
  case $CF_PCAP_EXPECT in
    disabled) echo 127 'No such file\|not found' ;;
    no-capability) echo 1 'diego.rep.enable_cf_pcap' ;;
    no-new-privileges) echo 1 'no_new_privs' ;;
  esac
}

cannot_capture() { # app
  local expected pattern
  read -r expected pattern < <(reason)
  run --separate-stderr "-$expected" timeout 180 cf ssh "$1" -T -c "$UNHURRIED $TOOL --interface lo" < <(sleep 5 3>&-)
  [ -z "$output" ]
  grep -q -e "$pattern" <<<"$stderr" || fail "$stderr"
}

# Root in the container has CAP_NET_RAW already: the image says so, and no one else is asked.
cannot_capture_unless_root() { # app
  if [ "$CF_PCAP_EXPECT" = disabled ] || [ "$(inside "$1" 'id -u')" != 0 ]; then
    cannot_capture "$1"
  else
    capture_start x "$1" "$TOOL --interface lo"
    capture_stop x
  fi
}

@test "a buildpack app cannot capture, for the reason expected" { cannot_capture "$WEB"; }
@test "a docker app on a musl image cannot capture, unless it runs as root" { has docker && cannot_capture_unless_root "$PREFIX-musl"; }
@test "a docker app with nothing but a shell cannot capture, unless it runs as root" { has docker && cannot_capture_unless_root "$PREFIX-shell"; }
@test "a cnb app cannot capture, for the reason expected" { has cnb && cannot_capture "$PREFIX-cnb"; }

@test "cf pcap says why, and writes no file" {
  [ -n "${CF_PCAP_PLUGIN-}" ] || skip "CF_PCAP_PLUGIN names no plugin"
  local pattern
  read -r _ pattern < <(reason)
  run --separate-stderr timeout 180 cf pcap "$WEB" --duration 10s --output "$BATS_TEST_TMPDIR/x.pcap" </dev/null
  [ "$status" != 0 ]
  [ "$CF_PCAP_EXPECT" != disabled ] || pattern='not in the container'
  grep -q -e "$pattern" <<<"$output$stderr" || fail "$output$stderr"
  [ ! -e "$BATS_TEST_TMPDIR/x.pcap" ]
}

@test "SSH itself is as it was" {
  run inside "$WEB" 'echo "$CF_INSTANCE_INDEX"'
  [ "$status" = 0 ]
  [ "$output" = 0 ]
}

has() {
  local name=HAS_$1
  [ "${!name}" = yes ] || skip "this platform takes no $1 apps (feature flag diego_$1)"
}
