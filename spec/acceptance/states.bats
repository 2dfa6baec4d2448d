#!/usr/bin/env bats
# The acceptance tests in the other states that a platform can be in.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

teardown() { platform_stop; }

@test "capture forbidden, by the ops file behind that which enables it: the tool is nowhere" {
  platform_start --capture forbidden
  push_checked
  eventually check_says 1 'no   tool        instance 0: the capture tool is not in the container' '-> the operator: cf_pcap.enabled' '-    policy      not checked'
  CF_PCAP_EXPECT=disabled accepted
}

@test "a rep without CAP_SETFCAP: the tool says what is missing" {
  platform_start --no-setfcap
  push_checked
  eventually check_says 1 'ok   policy      allows captures' 'no   capability  instance 0: may not capture: this file does not have the capability CAP_NET_RAW' '-> the operator: the reason names what to change'
  CF_PCAP_EXPECT=no-capability accepted
}

@test "a Garden with no_new_privs: the tool says what is in the way" {
  platform_start --no-new-privs
  push_checked
  eventually check_says 1 'no   capability  instance 0: may not capture: the container forbids gaining privileges (no_new_privs)'
  CF_PCAP_EXPECT=no-new-privileges accepted
}

@test "the operator's limits hold; SSH is disabled in new apps and spaces, and the tests enable it in theirs" {
  platform_start --max-snaplen 200 --max-duration 5 --no-ssh app --no-ssh space
  push_checked
  eventually check_says 1 'no   SSH         Disabled for space' '-> a space manager: cf allow-space-ssh dev' '-    connection  not checked'
  cf allow-space-ssh dev
  eventually check_says 1 'no   SSH         Disabled for app' '-> a space developer: cf enable-ssh checked, then cf restart checked'
  cf enable-ssh checked
  check_says 1 'ok   SSH ' 'no   connection  instance 0: SSH session allocation failed: ' '; an app that was started before SSH was enabled takes a restart' '-> a space developer: cf restart checked'
  cf restart checked
  eventually check_says 0 'ok   policy      allows captures, at most 200 bytes of a packet, for 5 seconds' "Nothing stops a capture on app 'checked'."
  run -1 cf pcap checked -s 1000 --check
  grep -F 'no   policy      instance 0: --snaplen 1000: the operator'"'"'s policy allows no more than 200 bytes' <<<"$output"
  CF_PCAP_MAX_SNAPLEN=200 CF_PCAP_MAX_DURATION=5 accepted limits.bats scope.bats
}
