#!/usr/bin/env bats
# Where nobody may capture: CF_PCAP_EXPECT says why, and every kind of app must say so too.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
load helper

# What the tool is to say, and how it ends.
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
  run --separate-stderr cf ssh "$1" -T -c "$TOOL --interface lo" </dev/null
  [ "$status" = "$expected" ] || fail "status $status: $stderr"
  [ -z "$output" ]
  grep -q -e "$pattern" <<<"$stderr" || fail "$stderr"
}

@test "a buildpack app: no capture, for the reason expected" { cannot_capture "$WEB"; }
@test "a docker app on a musl image: no capture, for the reason expected" { has docker && cannot_capture "$PREFIX-musl"; }
@test "a docker app with nothing but a shell: no capture, for the reason expected" { has docker && cannot_capture "$PREFIX-shell"; }
@test "a cnb app: no capture, for the reason expected" { has cnb && cannot_capture "$PREFIX-cnb"; }

@test "SSH itself is as it was" {
  run inside "$WEB" 'echo "$CF_INSTANCE_INDEX"'
  [ "$status" = 0 ]
  [ "$output" = 0 ]
}

has() {
  local name=HAS_$1
  [ "${!name}" = yes ] || skip "this platform takes no $1 apps (feature flag diego_$1)"
}
