#!/usr/bin/env bats
# What a user does with cf in another terminal while a capture runs, and what becomes of their login: the real cf
# and the plugin, on the Cloud Foundry on one machine, whose UAA rotates refresh tokens, or does not.

# shellcheck disable=SC2030,SC2031,SC2154 # bats sets $status and $output, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

app=$support_root/acceptance-tests/assets/app

setup_file() {
  platform_start --rotate-refresh-tokens
  prepare
}
teardown_file() { platform_stop; }

prepare() {
  (CF_HOME=$BATS_FILE_TMPDIR && platform_login && cf create-space other && cf push shared -p "$app" -b binary_buildpack -m 64M -i 2) >/dev/null
}

setup() {
  platform_login >/dev/null
  cf install-plugin -f "$CF_PCAP_PLUGIN" >/dev/null
  cd "$BATS_TEST_TMPDIR" || return
  export TMPDIR=$BATS_TEST_TMPDIR
  unset XDG_RUNTIME_DIR
}
teardown() { [ -z "${pid-}" ] || kill "$pid" 2>/dev/null || true; }

config() { jq -r "$1" "$CF_HOME/.cf/config.json"; }
# As if its time were over: the next command trades the refresh token for a new one.
access_token_expires() {
  local token payload
  token=$(config .AccessToken)
  payload=$(cut -d. -f2 <<<"$token" | tr '_-' '/+')
  while [ $((${#payload} % 4)) != 0 ]; do payload+='='; done
  payload=$(base64 -d <<<"$payload" | jq -c '.exp = 1' | base64 -w 0 | tr -d '=' | tr '/+' '_-')
  jq --arg token "${token%%.*}.$payload.${token##*.}" '.AccessToken = $token' "$CF_HOME/.cf/config.json" >config.new && mv config.new "$CF_HOME/.cf/config.json"
}
no_copy_is_left() { ! compgen -G "$TMPDIR/cf-pcap.*"; }
captured() { grep -q "^Saved capture to 'x.pcap'" said; }

# A capture that the commands come into, one after the other.
capture_with() { # command…
  cf pcap shared -o x.pcap -d 4s >said 2>&1 3>&- &
  pid=$!
  eventually grep -q '^Capturing' said
  "$@"
  wait "$pid"
  pid=
  captured
  eventually no_copy_is_left
}

@test "cf target during a capture is what counts afterwards" {
  capture_with cf target -s other
  [ "$(config .SpaceFields.Name)" = other ]
  cf apps | grep -q 'space other'
}

@test "cf logout during a capture stays, and the capture ends in order" {
  capture_with cf logout
  [ "$(config .AccessToken)" = "" ]
  [ "$(config .RefreshToken)" = "" ]
}

refreshed_during_lookup() {
  access_token_expires
  before=$(config .RefreshToken)
  capture_with cf target -s other
  cf apps >/dev/null
  [ "$(config .SpaceFields.Name)" = other ]
}

@test "a refresh token that was rotated for the capture is the user's, too, while it runs and afterwards" {
  refreshed_during_lookup
  [ "$(config .RefreshToken)" != "$before" ]
}

@test "a refresh token that the user's cf has rotated during the capture stays good" {
  refresh() { access_token_expires && cf apps >/dev/null && after=$(config .RefreshToken); }
  capture_with refresh
  [ "$(config .RefreshToken)" = "$after" ]
  access_token_expires
  cf apps >/dev/null
}

@test "a plugin that is killed leaves no copy of the login" {
  cf pcap shared -o x.pcap >said 2>&1 3>&- &
  pid=$!
  eventually grep -q '^Capturing' said
  run ! no_copy_is_left
  pkill -KILL --parent "$pid"
  wait "$pid" || true
  pid=
  eventually no_copy_is_left
}

@test "--verbose tells what is run and how long it takes, and CF_TRACE=FILE traces the children there" {
  CF_TRACE=$BATS_TEST_TMPDIR/trace cf pcap shared -o x.pcap -d 1s --verbose >said 2>errors
  grep -qE '^cf-pcap: .*cf app shared --guid$' errors
  grep -qE '^cf-pcap: status 0 after [0-9]+\.[0-9]{2} s$' errors
  grep -q '/v3/processes' trace
  run ! grep -E 'bearer ey' trace errors # secrets are not shown
  tcpdump -n -r x.pcap >/dev/null
  CF_TRACE=true cf pcap shared -o x.pcap -d 1s >said 2>&1
  captured
}

@test "where UAA does not rotate them, the refresh token stays the same, and good" {
  platform_stop
  platform_start
  prepare
  platform_login >/dev/null
  refreshed_during_lookup
  [ "$(config .RefreshToken)" = "$before" ]
}
