#!/usr/bin/env bats
# The Cloud Foundry on one machine, as a person uses it.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats sets $status, $output and $stderr, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

# An app that most tests use, and leave as it is: two instances.
setup_file() {
  platform_start
  platform_login
  push shared -i 2
  eventually has_states shared "RUNNING RUNNING"
}
teardown_file() { platform_stop; }
teardown() { cf apps 2>/dev/null | grep -oE '^t-[a-z]+' | xargs -r -I APP cf delete APP -f -r >/dev/null; }

# What runs in the containers.
processes() {
  local pid
  for pid in "$(cat "$BATS_FILE_TMPDIR/cf/home")"/containers/*/pid; do
    cat "/proc/$(cat "$pid")"/root/proc/[0-9]*/comm
  done
}

app=$support_root/acceptance-tests/assets/app
push() { cf push "$1" -p "$app" -b binary_buildpack -m 64M "${@:2}" >/dev/null; }
url() { echo "https://$(cf curl "/v3/apps/$(cf app "$1" --guid)/routes" | jq -r '.resources[0].url')"; }
states() { cf curl "/v3/apps/$(cf app "$1" --guid)/processes/web/stats" | jq -r '.resources[].state' | paste -sd ' '; }
addresses() { cf curl "/v3/apps/$(cf app "$1" --guid)/processes/web/stats" | jq -r '.resources[].instance_internal_ip'; }
eventually() { for ((n = 0; n < 100; n++)); do ! "$@" || return 0; sleep 0.3; done; return 1; }
has_states() { [ "$(states "$1")" = "$2" ]; }

@test "an app that is pushed answers at its route, all instances in turn" {
  run bash -c "for n in 1 2 3 4; do curl -ks $(url shared)/; done"
  grep -q 'instance 0' <<<"$output"
  grep -q 'instance 1' <<<"$output"
}

@test "cf scale adds and takes away instances" {
  cf scale shared -i 3
  eventually has_states shared "RUNNING RUNNING RUNNING"
  cf scale shared -i 2
  eventually has_states shared "RUNNING RUNNING"
}

@test "instances of several apps have addresses of their own" {
  cf push t-two --docker-image alpine -c 'sleep 1000' -u process -m 64M >/dev/null
  [ "$({ addresses shared && addresses t-two; } | sort -u | wc -l)" = 3 ]
  run cf ssh shared -i 1 -T -c 'cat /proc/net/fib_trie'
  grep -qF "$(addresses shared | tail -1)" <<<"$output"
  cf ssh t-two -T -c 'cat /proc/self/maps' | grep -q /lib/ld-musl- # the image is what it is called
}

@test "cf ssh gives the app's directory, user and environment, and the command's status" {
  run cf ssh shared -T -c 'id -u; pwd; echo "$CF_INSTANCE_INDEX"; exit 7'
  [ "$status" = 7 ]
  [ "$output" = $'2000\n/home/vcap/app\n0' ]
}

@test "what Garden starts has no parent in the container, and the app's user cannot gain what it has not" {
  run cf ssh shared -T -c 'grep -h ^PPid: /proc/$(pidof diego-sshd)/status; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status | tr "\t\n" "  "'
  [ "$output" = $'PPid:\t0\nCapEff: 0000000000000000 NoNewPrivs: 0 Seccomp: 2 ' ]
}

@test "a container has the memory that its app asked for, and that of the container proxy" {
  # shellcheck source=spec/support/container.bash
  source "$support_root/spec/support/container.bash"
  CONTAINER_HOME=$(cat "$BATS_FILE_TMPDIR/cf/home")
  [ "$(container_memory_limit "$(instance shared | cut -c1-8)")" = $(((64 + 32) * 1024 * 1024)) ]
}

@test "an instance that crashes is started again, in a new container" {
  before=$(instance shared)
  cf ssh shared -T -c 'kill $(pidof perl)' || true
  eventually is_new_instance shared "$before"
}
# The SSH proxy may end a session before it has handed on that its command was started: "EOF".
instance() { for n in 1 2 3; do ! cf ssh "$1" -T -c 'echo $CF_INSTANCE_GUID' 2>/dev/null || return 0; done; return 1; }
is_new_instance() { has_states "$1" "RUNNING RUNNING" && now=$(instance "$1") && [ -n "$now" ] && [ "$now" != "$2" ]; }

@test "cf restart and cf restart-app-instance give new containers" {
  before=$(instance shared)
  cf restart shared
  eventually is_new_instance shared "$before"
  before=$(instance shared)
  cf restart-app-instance shared 0
  eventually is_new_instance shared "$before"
}

@test "an app that does not start is reported as crashed" {
  run cf push t-one -p "$app" -b binary_buildpack -c 'exit 3' -m 64M
  [ "$status" != 0 ]
  eventually has_states t-one CRASHED
}

@test "without SSH the daemon is not started, and the proxy refuses" {
  cf disable-ssh shared
  cf restart shared >/dev/null
  run cf ssh shared -T -c 'echo reached'
  [ "$status" != 0 ]
  [[ $output != *reached* ]]
  [[ $(processes) != *diego-sshd* ]]
  cf enable-ssh shared
  cf restart shared >/dev/null
  [[ $(processes) == *diego-sshd* ]]
}

@test "a task runs, and its status is told" {
  cf run-task shared --command 'test "$(id -u)" = 2000' --wait
  run cf run-task shared --command 'exit 4' --wait
  [ "$status" != 0 ]
}

@test "processes of other types run beside web" {
  printf -- '---\napplications:\n- name: t-one\n  path: app\n  buildpacks: [binary_buildpack]\n  memory: 64M\n  processes:\n  - type: worker\n    instances: 2\n    command: sleep 1000\n    health-check-type: process\n' >"$BATS_TEST_TMPDIR/manifest.yml"
  cp -r "$app" "$BATS_TEST_TMPDIR/"
  (cd "$BATS_TEST_TMPDIR" && cf push >/dev/null)
  run cf ssh t-one --process worker -i 1 -T -c 'echo "$CF_INSTANCE_INDEX"; pidof sleep'
  [ "${lines[0]}" = 1 ]
  [ "$status" = 0 ]
}

@test "a wrong password and a code that was used get nobody in" {
  platform_login
  run cf auth admin wrong
  [ "$status" != 0 ]
  platform_login
  code=$(cf ssh-code)
  port=$(cf curl / | jq -r .links.app_ssh.href | cut -d: -f2)
  guid=$(cf app shared --guid)
  by_hand() { SSH_ASKPASS=$BATS_TEST_TMPDIR/code SSH_ASKPASS_REQUIRE=force ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p "$port" "cf:$guid/0@127.0.0.1" 'echo in'; }
  printf '#!/bin/sh\necho %s\n' "$code" >"$BATS_TEST_TMPDIR/code" && chmod +x "$BATS_TEST_TMPDIR/code"
  run by_hand
  grep -q '^in' <<<"$output"
  run by_hand
  [ "$status" != 0 ]
}

@test "what start does not understand is refused" {
  local options
  for options in "--capture off" "--no-ssh org" "--max-snaplen" "enabled"; do
    # Words are options.
    # shellcheck disable=SC2086
    run "$support_root/acceptance-tests/local/start" $options
    [ "$status" = 1 ]
    [[ $output == "start: there is no option '${options%% *}"* ]]
  done
}

@test "stop leaves no process, no container, no network, no mount and no file outside the state folder" {
  home=$(cat "$BATS_FILE_TMPDIR/cf/home")
  [ -d "$home" ]
  ip netns list | grep -q "${home##*/}"
  platform_stop
  [ ! -e "$home" ]
  run ! ip netns pids "${home##*/}"
  run ! pgrep -f "$BATS_FILE_TMPDIR/cf"
  run ! grep -F "${home##*/}" /proc/mounts
  [ -z "$(find /sys/fs/cgroup -name "*${home##*/}*")" ]
  platform_stop
}
