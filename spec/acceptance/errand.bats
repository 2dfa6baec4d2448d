#!/usr/bin/env bats
# The errand cf-pcap-acceptance-tests, as BOSH runs it: the rendered job and the compiled packages in the
# places where they are on a VM, against a platform of this machine.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

setup_file() {
  (cd "$support_root" && scripts/build-package bats-core cf-pcap-plugin cf-pcap-acceptance-tests) >&2
  platform_start
}
teardown_file() { platform_stop; }

# Renders the job with the platform's properties and others, and runs its bin/run as root, with nothing in the
# environment. /var/vcap is a file system of its own for that.
errand() { # property=value…
  local vcap=$BATS_TEST_TMPDIR/vcap package
  mkdir -p "$vcap/packages/cf-cli-8-linux/bin" "$vcap/jobs" /var/vcap
  for package in bats-core cf-pcap-plugin cf-pcap-acceptance-tests; do
    ln -s "$support_root/build/packages/$package" "$vcap/packages/$package"
  done
  ln -s "$support_root/build/tools/cf" "$vcap/packages/cf-cli-8-linux/bin/cf"
  "$support_root/spec/support/render-job" cf-pcap-acceptance-tests "$vcap/jobs/cf-pcap-acceptance-tests" \
    "cf_pcap_acceptance_tests.api=\"$CF_PCAP_API\"" "cf_pcap_acceptance_tests.user=\"$CF_PCAP_USER\"" \
    "cf_pcap_acceptance_tests.password=\"$CF_PCAP_PASSWORD\"" cf_pcap_acceptance_tests.skip_ssl_validation=true \
    "${@/#/cf_pcap_acceptance_tests.}"
  unshare --mount bash -c 'mount --bind "$1" /var/vcap && cd / &&
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /var/vcap/jobs/cf-pcap-acceptance-tests/bin/run' bash "$vcap" 3>&-
}

@test "the errand runs all tests, prints them, and ends with 0" {
  run errand
  [ "$status" = 0 ] || { echo "$output" && return 1; }
  grep -q '^ok .* a buildpack app: its own request in plaintext on lo' <<<"$output"
  grep -q '^ok .* three instances: one file' <<<"$output"
  run ! grep -E '^not ok|# skip' <<<"$output"
  nothing_is_left
}

@test "the errand fails where a test fails" {
  run errand 'expect="no-capability"'
  [ "$status" != 0 ]
  grep -q '^not ok ' <<<"$output"
  nothing_is_left
}
