#!/usr/bin/env bats
# The acceptance tests in the other states that a platform can be in.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

teardown() { platform_stop; }

@test "capture forbidden, by the ops file behind that which enables it: the tool is nowhere" {
  platform_start --capture forbidden
  CF_PCAP_EXPECT=disabled accepted
}

@test "a rep without CAP_SETFCAP: the tool says what is missing" {
  platform_start --no-setfcap
  CF_PCAP_EXPECT=no-capability accepted
}

@test "a Garden with no_new_privs: the tool says what is in the way" {
  platform_start --no-new-privs
  CF_PCAP_EXPECT=no-new-privileges accepted
}

@test "the operator's limits hold; SSH is disabled in new apps and spaces, and the tests enable it in theirs" {
  platform_start --max-snaplen 200 --max-duration 5 --no-ssh app --no-ssh space
  CF_PCAP_MAX_SNAPLEN=200 CF_PCAP_MAX_DURATION=5 accepted limits.bats scope.bats
}
