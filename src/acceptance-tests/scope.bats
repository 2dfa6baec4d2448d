#!/usr/bin/env bats
# Who may not capture: the app's own processes, tasks, users who may not SSH.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
load helper

@test "the app's own process cannot capture" {
  needs_ssh_rule
  run ask "$WEB" capture
  refused_without_ssh
}

@test "a task cannot capture" {
  needs_ssh_rule
  local task
  task=$(cf curl -X POST "/v3/apps/$(guid "$WEB")/tasks" -d "{\"command\":
    \"timeout 30 $TOOL --interface lo >/tmp/out 2>/tmp/err </dev/null; test \$? = 2 && test ! -s /tmp/out && grep -q 'SSH session' /tmp/err\"}" | value guid)
  wait_for 300 ended "$task"
  [ "$(cf curl "/v3/tasks/$task" | value state)" = SUCCEEDED ] || fail "$(cf curl "/v3/tasks/$task")"
}

ended() { [[ $(cf curl "/v3/tasks/$1" | value state) =~ SUCCEEDED|FAILED ]]; }

@test "an app without SSH cannot be captured, neither over SSH nor by itself" {
  needs_ssh_rule
  timeout 180 cf ssh "$WITHOUT_SSH" -T -c "$TOOL --interface lo" </dev/null >"$BATS_TEST_TMPDIR/x.pcap" && fail "SSH is possible"
  [ "$(count x)" = 0 ]
  run ask "$WITHOUT_SSH" capture
  refused_without_ssh
}

refused_without_ssh() {
  [ "$status" = 0 ]
  grep -qx 'status 2' <<<"$output" || fail "$output"
  grep -qF 'SSH session' <<<"$output"
}

needs_ssh_rule() { [ "${CF_PCAP_REQUIRE_SSH:-yes}" = yes ] || skip "this platform's cf_pcap.require_ssh is false"; }
