#!/usr/bin/env bats
# cf pcap --check: which step of the way to a capture would fail, and who can change it. The steps that a platform as a
# whole fails are in states.bats.

# shellcheck disable=SC2030,SC2031,SC2154 # bats sets $status and $output, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

setup_file() {
  platform_start
  (push_checked -i 3) 3>&-
}
teardown_file() { platform_stop; }

setup() {
  platform_login >/dev/null
  cf install-plugin -f "$CF_PCAP_PLUGIN" >/dev/null
  cd "$BATS_TEST_TMPDIR" || return
}

nothing_runs_there() { local all; all=$(cf_ssh checked 'cat /proc/[0-9]*/comm 2>/dev/null; true') && ! grep -q '^cf-pcap$' <<<"$all"; }

@test "an app that can be captured: each step, status 0, nothing is captured or left" {
  eventually check_says 0 "ok   login       user admin, org pcap, space dev: app 'checked' is there" \
    'ok   SSH         enabled for the app, its space and the platform' "ok   running     instances 0-2 of process 'web'" \
    'ok   connection  SSH into instances 0-2' 'ok   tool        cf-pcap ' 'ok   policy      allows captures' \
    'ok   capability  granted, and eth0 can be opened, in instances 0-2' "Nothing stops a capture on app 'checked'."
  [ -z "$(ls)" ]
  eventually nothing_runs_there
}

@test "no login, no such app, no such process or instance: the CLI's words, and the rest is not checked" {
  CHECKED=nope check_says 1 "no   login       App 'nope' not found." '-    capability  not checked'
  run -1 cf pcap checked --check --process worker
  grep -F "no   running     Cannot list the instances of process 'worker': the app has no such process; its processes: web" <<<"$output"
  run -1 cf pcap checked --check -i 1,9
  grep -F 'no   running     There is no instance 9; the indexes are: 0-2' <<<"$output"
  cf logout
  check_says 1 "no   login       Not logged in." '-> you: cf login'
}

@test "an app that is stopped: who starts it; and an interface that is not there" {
  run -1 cf pcap checked --check -i 0 --interface eth7
  grep -F "no   capability  instance 0: there is no interface 'eth7' here; use one of: " <<<"$output"
  grep -F -- '-> you: --interface NAME' <<<"$output"
  run -1 cf pcap checked --check -i 0,1 --interface lo,eth7
  grep -F "ok   connection  SSH into instances 0, 1" <<<"$output"
  grep -F "ok   capability  granted, and lo can be opened, in instances 0, 1" <<<"$output"
  grep -F "no   capability  instances 0, 1 on eth7: there is no interface 'eth7' here; use one of: " <<<"$output"
  cf stop checked
  check_says 1 "no   running     instances 0-2 of process 'web' do not run" '-> a space developer: cf start checked'
  cf start checked
  eventually check_says 0
}

@test "an image without a shell says what it is, to a capture as well" {
  cf push bare --docker-image distroless -c '/bin/busybox sleep 1000000' -m 64M --health-check-type process --no-route
  CHECKED=bare eventually check_says 1 'no   connection  instance 0: the container has no shell (such as /bin/sh), and cf ssh runs nothing without one'
  run -1 cf pcap bare
  grep -F 'Instance 0 cannot be captured: the container has no shell (such as /bin/sh)' <<<"$output"
}
