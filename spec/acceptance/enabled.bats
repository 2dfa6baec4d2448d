#!/usr/bin/env bats
# The acceptance tests where capture is enabled: as an errand, as BOSH runs it (the rendered job and the compiled
# packages in the places where they are on a VM), and as a person runs them.

# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2120,SC2154 # bats sets $status, $output and $stderr, in subshells
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

# A person's run in the background, until it has printed something. What bash runs in the background ignores SIGINT.
run_until() { # pattern
  env --default-signal=INT "$support_root/acceptance-tests/run" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
  until grep -q "$1" "$BATS_TEST_TMPDIR/out"; do
    kill -0 $! || return
    sleep 0.2
  done
}

interrupt() { # signal
  kill "-$1" $!
  status=0
  wait $! || status=$?
}

@test "the errand runs all tests, prints them, and ends with 0; a person may run them at the same time, in a space that is used" {
  platform_login
  domain=$(cf curl /v3/domains | jq -r '.resources[0].name')
  (cd "$BATS_TEST_TMPDIR" && mkdir app && touch app/file && cf push somebodys -p app -b binary_buildpack -c 'sleep 1000' -u process -m 64M >/dev/null)
  errand >"$BATS_TEST_TMPDIR/errand" 2>&1 3>&- &
  CF_PCAP_ORG=pcap CF_PCAP_SPACE=dev CF_PCAP_DOMAIN=$domain accepted scope.bats
  grep -qx '# Org pcap, space dev' "$BATS_TEST_TMPDIR/out"
  wait $! || { cat "$BATS_TEST_TMPDIR/errand" && return 1; }
  grep -q '^ok .* a buildpack app: its own request in plaintext on lo' "$BATS_TEST_TMPDIR/errand"
  grep -q '^ok .* three instances: one file' "$BATS_TEST_TMPDIR/errand"
  run ! grep -E '^not ok|# skip' "$BATS_TEST_TMPDIR/errand"
  # What the others had is as it was: the login, the app, the space.
  cf app somebodys | grep -q running
  nothing_is_left
  cf delete somebodys -f -r
}

@test "the errand fails where a test fails, and removes what it made" {
  run errand 'expect="no-capability"'
  [ "$status" != 0 ]
  grep -q '^not ok 1 ' <<<"$output"
  nothing_is_left
}

@test "an app that cannot be pushed is named, and what was made is removed" {
  CF_PCAP_SHELL_IMAGE=nosuch run "$support_root/acceptance-tests/run" 3>&-
  [ "$status" = 1 ]
  grep -q '^acceptance-tests: cannot push cf-pcap-test-[0-9a-f]*-shell$' <<<"$output"
  nothing_is_left
}

@test "interrupted while they push, they remove what they made" {
  run_until '^# Push .*-musl'
  interrupt TERM
  [ "$status" = 143 ]
  nothing_is_left
}

@test "interrupted while they test, they end at once and remove what they made, a space in an org that was there" {
  CF_PCAP_ORG=pcap run_until '^ok 1 '
  interrupt INT
  [ "$status" = 130 ]
  run ! grep -E '^(not )?ok 20 ' "$BATS_TEST_TMPDIR/out"
  nothing_is_left
}

@test "a missing variable is named" {
  CF_PCAP_USER='' run "$support_root/acceptance-tests/run"
  [ "$status" = 1 ]
  [ "$output" = "acceptance-tests: CF_PCAP_USER is not set" ]
}

@test "a wrong password is told, and nothing is run" {
  CF_PCAP_PASSWORD=wrong run "$support_root/acceptance-tests/run"
  [ "$status" = 1 ]
  grep -q 'Credentials were rejected' <<<"$output"
}
