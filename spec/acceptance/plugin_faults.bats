#!/usr/bin/env bats
# cf pcap through the real cf, SSH proxy and SSH daemon, where an instance dies or its tool does not end. What
# any platform can show is in acceptance-tests/plugin.bats, what a network does in faults.bats.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

setup_file() {
  platform_start
  export CF_HOME=$BATS_FILE_TMPDIR CF_PLUGIN_HOME=$BATS_FILE_TMPDIR
  cf api "$CF_PCAP_API" --skip-ssl-validation && cf auth "$CF_PCAP_USER" "$CF_PCAP_PASSWORD" && cf target -o pcap -s dev
  cf install-plugin -f "$CF_PCAP_PLUGIN"
  cf push app -p "$support_root/acceptance-tests/assets/app" -b binary_buildpack -m 64M -i 3
}
teardown_file() { platform_stop; }
setup() {
  cd "$BATS_TEST_TMPDIR" || return
  eventually all_running
}
teardown() {
  [ -z "${pid-}" ] || kill "$pid" 2>/dev/null || true
  [ ! -e "$(tool).real" ] || mv "$(tool).real" "$(tool)"
}

what_is_seen() { cat err; }
all_running() { [ "$(cf curl "/v3/apps/$(cf app app --guid)/processes/web/stats" | jq -r '.resources[].state' | sort | uniq -c | xargs)" = "3 RUNNING" ]; }

# The capture tool of buildpack apps, on the cell, where the containers see what it is replaced with.
tool() { echo "$(cat "$BATS_FILE_TMPDIR/cf/buildpack")/cf-pcap"; }
tools_left() { cf_ssh app 'cat /proc/[0-9]*/comm 2>/dev/null' | grep -c '^cf-pcap' || true; }
no_tool_is_left() { [ "$(tools_left)" = 0 ]; }

# cf pcap in the background, until all instances capture; its packets are those that `sends` sends.
capturing() { # option…
  cf pcap app --interface lo -f "udp port 40001" "$@" >out 2>err </dev/null 3>&- &
  pid=$!
  eventually grep -q 'Capturing, press ^C to stop' out
}
ended() {
  status=0
  wait "$pid" || status=$?
  pid=
}
stopped() {
  pkill -TERM -P "$pid" -f 'cf-pcap [0-9]+ pcap'
  ended
}

# Packets "INDEX NUMBER", from and to the instance's own loopback interface.
sends() { # index first last
  cf_ssh app -i "$1" "for n in \$(seq $2 $3); do printf '%s' '$1 '\$n >/dev/udp/127.0.0.1/40001; done"
}
# Not as tshark's data, for a sender's port may by chance be that of a protocol it knows.
packets() { tshark -r "$1" -T fields "${@:2}" -e udp.payload 2>/dev/null | perl -pe 's/([0-9a-f]+)$/pack("H*", $1)/e'; } # file [-e field…]
holds() { packets "$1" | grep -qx "$2"; } # file packet

@test "three instances, one quiet, one that dies: every packet once, under its instance, and the others go on" {
  capturing -o capture.pcapng
  sends 0 1 20
  sends 2 1 30
  eventually holds capture.pcapng "2 30"
  cf restart-app-instance app 2
  eventually grep -q '^Instance 2 ended early: ' err
  sends 0 21 40
  stopped
  [ "$status" = 1 ]
  [ "$(grep -c '^Instance ' err)" = 1 ] || fail "$(cat err)"
  grep -qE '^2 +30 .* ended early, .* missed$' out
  diff <(packets capture.pcapng -e frame.interface_name | sort -V | tr '\t' ' ') \
    <(seq -f 'app/0 lo 0 %g' 40 && seq -f 'app/2 lo 2 %g' 30)
  tshark -r capture.pcapng -T fields -e frame.time_epoch 2>/dev/null | sort -c -n
  tail -1 out | grep -qF "Saved capture to 'capture.pcapng'."
}

# In the place of the tool: a script, with ours beside it.
replace_tool() { # line…
  mv "$(tool)" "$(tool).real"
  printf '%s\n' '#!/bin/sh' "$@" >"$(tool)"
  chmod 755 "$(tool)"
}

# As diego-release's: the end of its stdin is nothing to it.
@test "a tool that ignores its stdin is ended by a signal, with its packets in the file" {
  replace_tool 'exec /tmp/lifecycle/cf-pcap.real "$@" </dev/null'
  capturing -o capture.pcap -i 0
  sends 0 1 20
  [ "$(tools_left)" = 1 ]
  stopped
  [ "$status" = 0 ] || fail "$(cat err)"
  diff <(packets capture.pcap) <(seq -f '0 %g' 20)
  eventually no_tool_is_left
}

@test "a tool that does not end for a signal either is left after two seconds, and named, with its packets in the file" {
  replace_tool '/tmp/lifecycle/cf-pcap.real "$@" </dev/null &' \
    'trap "until [ -e /tmp/end ]; do sleep 0.2; done; kill $!" TERM; wait; wait'
  capturing -o capture.pcap -i 0
  sends 0 1 20
  local before=${EPOCHREALTIME/./} took
  stopped
  took=$((${EPOCHREALTIME/./} - before))
  [ "$took" -ge 2000000 ]
  [ "$took" -lt 60000000 ] # of two minutes that it has where it still sends
  [ "$status" = 1 ]
  grep -qF 'Instance 0 did not end in order: it fell silent after it was asked to end' err || fail "$(cat err)"
  diff <(packets capture.pcap) <(seq -f '0 %g' 20)
  cf_ssh app 'touch /tmp/end'
  eventually no_tool_is_left
}
