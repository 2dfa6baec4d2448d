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
teardown() {
  for what in "latency 0" "rate-limit 0" "api back" "ssh go"; do
    # Words are options.
    # shellcheck disable=SC2086
    [ ! -e "$BATS_FILE_TMPDIR/cf/home" ] || trouble $what
  done
  cf apps 2>/dev/null | grep -oE '^t-[a-z]+' | xargs -r -I APP cf delete APP -f -r >/dev/null
}

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
  run cf_ssh shared -i 1 'cat /proc/net/fib_trie'
  grep -qF "$(addresses shared | tail -1)" <<<"$output"
  cf_ssh t-two 'cat /proc/self/maps' | grep -q /lib/ld-musl- # the image is what it is called
}

@test "cf ssh gives the app's directory, user and environment, and the command's status" {
  run cf_ssh shared 'id -u; pwd; echo "$CF_INSTANCE_INDEX"; exit 7'
  [ "$status" = 7 ]
  [ "$output" = $'2000\n/home/vcap/app\n0' ]
}

@test "what Garden starts has no parent in the container, and the app's user cannot gain what it has not" {
  run cf_ssh shared 'grep -h ^PPid: /proc/$(pidof diego-sshd)/status; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status | tr "\t\n" "  "'
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

trouble() { "$support_root/tools/local-cloud/trouble" --state "$BATS_FILE_TMPDIR/cf" "$@"; }
web_processes() { cf curl "/v3/apps/$(cf app "$1" --guid)/processes" | jq -r '.resources[] | select(.type == "web").guid'; }

@test "a rolling push has two web processes for a while, each reached by its GUID, and leaves the new one" {
  push t-roll -i 2
  old=$(web_processes t-roll)
  # A new instance starts once there was a look at both processes.
  (cd "$app" && exec "$support_root/build/tools/cf" push t-roll -b binary_buildpack -m 64M -i 2 -c 'until [ -e /tmp/go ]; do sleep 0.2; done; exec perl app.pl' --strategy rolling >"$BATS_TEST_TMPDIR/push" 2>&1) 3>&- &
  push=$!
  eventually has_web_processes t-roll 2
  [ "$(web_processes t-roll | head -1)" = "$old" ]
  new=$(web_processes t-roll | tail -1)
  cf curl /v3/deployments | jq -e '.resources[-1].status.value == "ACTIVE"'
  # Each has instances of its own; stats of type web are those of the newest.
  cf curl "/v3/processes/$old/stats" | jq -e '.resources | length > 0'
  [ "$(cf curl "/v3/apps/$(cf app t-roll --guid)/processes/web" | jq -r .guid)" = "$new" ]
  lets_go "$push"
  wait "$push"
  [ "$(web_processes t-roll)" = "$new" ]
  eventually has_states t-roll "RUNNING RUNNING"
  eventually cf_ssh t-roll -i 1 true
  cf curl /v3/deployments | jq -e '.resources[-1].status == { value: "FINALIZED", reason: "DEPLOYED", details: .resources[-1].status.details }'
  cf events t-roll | grep -q audit.app.deployment.create
}
lets_go() { # pid   instances start until this has ended
  local pid
  while kill -0 "$1" 2>/dev/null; do
    for pid in "$(cat "$BATS_FILE_TMPDIR/cf/home")"/containers/*/pid; do
      touch "/proc/$(cat "$pid")/root/tmp/go" 2>/dev/null || true # one that is ending
    done
    sleep 0.5
  done
}
has_web_processes() { [ "$(web_processes "$1" | wc -l)" = "$2" ]; }

deployment_is() { [ "$(cf curl /v3/deployments | jq -r '.resources[-1].status | .value + " " + .reason')" = "$1" ]; }

@test "a canary push waits beside the old instances, until it is continued or canceled" {
  push t-canary -i 2
  old=$(web_processes t-canary)
  for decision in cancel continue; do
    (cd "$app" && "$support_root/build/tools/cf" push t-canary -b binary_buildpack -m 64M -i 2 --strategy canary 3>&-)
    deployment_is "ACTIVE PAUSED"
    new=$(web_processes t-canary | tail -1)
    cf curl "/v3/processes/$old/stats" | jq -e '[.resources[].state] == ["RUNNING", "RUNNING"]'
    cf curl "/v3/processes/$new/stats" | jq -e '[.resources[].state] == ["RUNNING"]'
    cf "$decision-deployment" t-canary
    eventually has_web_processes t-canary 1
    [ "$decision" = continue ] || { [ "$(web_processes t-canary)" = "$old" ] && deployment_is "FINALIZED CANCELED"; }
  done
  [ "$(web_processes t-canary)" = "$new" ]
  deployment_is "FINALIZED DEPLOYED"
  eventually has_states t-canary "RUNNING RUNNING"
}

@test "thirty instances run, and cf scale takes them away" {
  push t-many -i 30 -c 'sleep 10000' -u process
  eventually all_run t-many 30
  eventually cf_ssh t-many -i 29 true
  cf scale t-many -i 1
  eventually has_states t-many RUNNING
}
all_run() { [ "$(states "$1" | tr ' ' '\n' | grep -c RUNNING)" = "$2" ]; }

@test "cf events tells of crashes, restarts and what was scaled" {
  cf scale shared -i 3 && cf scale shared -i 2
  eventually has_states shared "RUNNING RUNNING"
  before=$(cf curl "/v3/apps/$(cf app shared --guid)/processes/web/stats" | jq -r '.resources[1].instance_guid')
  trouble crash shared 1
  eventually has_crashed shared 1 "$before"
  eventually has_states shared "RUNNING RUNNING"
  [ "$(cf curl "/v3/apps/$(cf app shared --guid)/processes/web/stats" | jq -r '.resources[1].instance_guid')" != "$before" ]
  cf restart-app-instance shared 0
  cf restart shared >/dev/null
  run cf events shared
  for event in audit.app.restart audit.app.process.terminate_instance audit.app.process.scale; do
    grep -qE "$event +admin" <<<"$output"
  done
  grep -qE 'audit.app.process.crash +web +index: 1, reason: CRASHED, .*exit_description: APP/PROC/WEB: Exited with status [0-9]+' <<<"$output"
}
has_crashed() { cf curl "/v3/audit_events?types=audit.app.process.crash" | jq -e --argjson index "$2" --arg guid "$3" '.resources[] | select(.data.index == $index and .data.instance == $guid)' >/dev/null; }

@test "cf set-env and cf unset-env change what the next container gets" {
  cf set-env shared SSLKEYLOGFILE /tmp/keys.log >/dev/null
  cf env shared | grep -qE '^SSLKEYLOGFILE: +/tmp/keys.log$'
  cf restart-app-instance shared 0 >/dev/null
  eventually has_variable
  cf unset-env shared SSLKEYLOGFILE >/dev/null
  run ! grep -q SSLKEYLOGFILE <<<"$(cf env shared)"
  cf restart-app-instance shared 0 >/dev/null
  eventually has_no_variable
}
variables() { cf_ssh shared -i 0 'echo "variables: $(env | cut -d= -f1 | paste -sd " ")"' 2>/dev/null; }
has_variable() { variables | grep -q 'variables: .*\bSSLKEYLOGFILE\b'; }
has_no_variable() { local all; all=$(variables) && [[ $all == "variables: "* ]] && [[ $all != *SSLKEYLOGFILE* ]]; }

@test "latency delays the API and SSH" {
  trouble latency 300
  start=${EPOCHREALTIME/./}
  cf curl /v3/info >/dev/null
  after_api=${EPOCHREALTIME/./}
  cf ssh shared -T -c true || true
  after_ssh=${EPOCHREALTIME/./}
  trouble latency 0
  [ $((after_api - start)) -ge 300000 ]
  [ $((after_ssh - after_api)) -ge 2400000 ] # six requests, and the handshakes of SSH
}

@test "more requests a second than the rate limit are answered 429, with the time to wait" {
  trouble rate-limit 1
  eventually too_many
  trouble rate-limit 0
  grep -qi '^Retry-After: 1' <<<"$output"
  grep -q '"code":10013' <<<"$output"
  curl -ks "$CF_PCAP_API/v3/info" | jq -e .build
}
# By one curl, which takes no second for them, unless this machine is busy.
too_many() {
  run curl -ksi "$CF_PCAP_API"/{v3/info,v3/info,v3/info,v3/info,v3/info,v3/info} "$CF_PCAP_API"/{uaa/login,uaa/login,uaa/login,uaa/login,uaa/login,uaa/login}
  [ "$(grep -c '^HTTP/.* 429' <<<"$output")" -ge 4 ]
}

@test "the API can go away and come back" {
  trouble api away
  run ! curl -ks "$CF_PCAP_API/v3/info"
  run cf app shared
  [ "$status" != 0 ]
  trouble api back
  cf curl /v3/info | jq -e .build
}

@test "ssh-proxy can be killed, and stopped for a while; SSH connections can be cut, and stall" {
  (exec 3>&-; cf ssh shared -T -c 'while echo tick; do sleep 0.1; done' >"$BATS_TEST_TMPDIR/ticks" 2>"$BATS_TEST_TMPDIR/ticks.err" || true) &
  eventually ticks_after 0
  trouble ssh stall
  eventually stands_still
  trouble ssh go
  eventually ticks_after "$(ticks)"
  trouble ssh-proxy stop
  eventually stands_still
  trouble ssh-proxy continue
  eventually ticks_after "$(ticks)"
  trouble ssh cut
  wait
  trouble ssh-proxy kill
  eventually cf ssh shared -T -c true
}
ticks() { wc -l <"$BATS_TEST_TMPDIR/ticks"; }
ticks_after() { [ "$(ticks)" -gt "$1" ]; }
stands_still() { stood=$(ticks) && sleep 1 && [ "$(ticks)" = "$stood" ]; }

@test "the link of an instance can be cut, and mended" {
  address=$(addresses shared | head -1) home=$(cat "$BATS_FILE_TMPDIR/cf/home")
  reach() { ip netns exec "${home##*/}" timeout 2 bash -c ": </dev/tcp/$address/8080" 2>/dev/null; }
  eventually reach
  trouble link down shared 0
  run ! reach
  trouble link up shared 0
  eventually reach
}

@test "logins can expire, and everybody logs in again" {
  local home=$CF_HOME
  platform_login
  trouble login expire
  run cf curl /v3/apps
  [ "$status" != 0 ] || grep -q InvalidAuthToken <<<"$output"
  platform_login
  cf curl /v3/apps | jq -e .resources
  export CF_HOME=$home # of the tests after this one
  cf auth "$CF_PCAP_USER" "$CF_PCAP_PASSWORD" && cf target -o pcap -s dev
}

@test "what trouble and stop do not understand is refused, and they tell what there is" {
  run ! trouble latency fast
  [[ $output == "trouble: there is no 'latency fast'"* ]]
  run ! trouble crash nobody 0
  [[ $output == *'there is no app "nobody"'* ]]
  run ! trouble crash shared 99
  [[ $output == *'app shared has no instance "99"'* ]]
  run -1 "$support_root/tools/local-cloud/stop" --now
  for program in start stop trouble; do
    run -0 "$support_root/tools/local-cloud/$program" --help
    [[ $output == *"tools/local-cloud/$program"* ]]
  done
  cf curl /v3/info | jq -e .build # which is still there
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
  eventually no_daemon_runs # those that were before are on their way out
  cf enable-ssh shared
  cf restart shared >/dev/null
  eventually a_daemon_runs
}
a_daemon_runs() { [[ $(processes) == *diego-sshd* ]]; }
no_daemon_runs() { ! a_daemon_runs; }

@test "a task runs, and its status is told" {
  cf run-task shared --command 'test "$(id -u)" = 2000' --wait
  run cf run-task shared --command 'exit 4' --wait
  [ "$status" != 0 ]
}

@test "processes of other types run beside web" {
  printf -- '---\napplications:\n- name: t-one\n  path: app\n  buildpacks: [binary_buildpack]\n  memory: 64M\n  processes:\n  - type: worker\n    instances: 2\n    command: sleep 1000\n    health-check-type: process\n' >"$BATS_TEST_TMPDIR/manifest.yml"
  cp -r "$app" "$BATS_TEST_TMPDIR/"
  (cd "$BATS_TEST_TMPDIR" && cf push >/dev/null)
  eventually second_worker_runs # cf push waits for one instance of each
}
second_worker_runs() { [[ $(cf_ssh t-one --process worker -i 1 'echo "$CF_INSTANCE_INDEX"; pidof sleep') == 1$'\n'[0-9]* ]]; }

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
    run "$support_root/tools/local-cloud/start" $options
    [ "$status" = 1 ]
    [[ $output == "start: there is no option '${options%% *}"* ]]
  done
}

# --interface eth0,lo, on the request of a route.
captures_x() { grep -q '^Capturing, ' "$BATS_TEST_TMPDIR/out"; }
of_x() { tshark -r x.pcapng -o tls.desegment_ssl_records:FALSE -Y "$1" -T fields -e frame.number -e frame.interface_name 2>/dev/null; }
has_request() { of_x 'http.request.uri contains "needle"' | grep -q .; }

@test "a request of the route is in one file twice: in TLS on eth0, then in plaintext on lo of the same instance" {
  platform_login
  cf install-plugin -f "$CF_PCAP_PLUGIN" >/dev/null
  cd "$BATS_TEST_TMPDIR"
  cf pcap shared --interface eth0,lo -f 'tcp port 61001 or tcp port 8080' -o x.pcapng >out 2>err </dev/null 3>&- &
  pcap=$!
  eventually captures_x
  curl -ksf "$(url shared)/needle" >/dev/null
  eventually has_request # the file grows
  pkill -TERM -P "$pcap"
  wait "$pcap" || { cat out err && return 1; }
  request=$(of_x 'http.request.uri contains "needle"' | head -1)
  pattern=$'^([0-9]+)\t(shared/[01]) lo$'
  [[ $request =~ $pattern ]]
  number=${BASH_REMATCH[1]} instance=${BASH_REMATCH[2]}
  # Nobody reads it outside; what it came in is before it, of the same instance.
  run ! grep 'eth0$' <(of_x 'frame contains "needle"')
  of_x "tcp.dstport == 61001 && tcp.len > 0 && frame.number < $number" | grep -q "$instance eth0$"
  run ! grep 'lo$' <(of_x 'tcp.port == 61001')
  [ "$(of_x 'tcp.port == 8080' | cut -f 2 | sort -u)" = "$instance lo" ]
  eventually ended
}

# What Wireshark does with an extcap, tshark does, too.
requests() { while kill -0 "$1" 2>/dev/null; do curl -ks "$2" >/dev/null; done; }
captures_still() { processes | grep -qx cf-pcap; }
ended() { ! captures_still; }

@test "tshark captures an app as an interface of its own list, with instances by name, and leaves no tool behind" {
  export HOME=$BATS_TEST_TMPDIR
  "$support_root/build/bin/cf-pcap-plugin" 1 pcap --install-extcap
  run -0 "$support_root/build/bin/cf-pcap-plugin" --extcap-interface cfpcap --extcap-config --extcap-reload-option listed
  grep -qxF 'value {arg=1}{value=shared}{display=shared}' <<<"$output"
  tshark -i cfpcap -o extcap.cfpcap.app:shared -o extcap.cfpcap.interface:lo -f 'tcp port 8080' -c 60 -w "$HOME/capture" 2>"$HOME/errors" 3>&- &
  requests $! "$(url shared)"
  wait $!
  run ! grep 'Error by extcap' "$HOME/errors"
  capinfos "$HOME/capture" | grep -q 'Name = shared/1 lo'
  capinfos "$HOME/capture" | grep -q 'Capture comment: *App: shared, guid: '
  grep -qa 'shared-0' "$HOME/capture"
  grep -qa 'shared-1' "$HOME/capture"
  eventually ended
  # A filter that is none, and an app that is none: in the words of cf pcap, and tshark ends.
  timeout 600 tshark -i cfpcap -o extcap.cfpcap.app:shared -f 'tcp prt 80' 2>"$HOME/errors" 3>&- || true
  grep -q "Error by extcap pipe: .*filter 'tcp prt 80': .*syntax error" <(tr '\n' ' ' <"$HOME/errors")
  timeout 600 tshark -i cfpcap -o extcap.cfpcap.app:no-such 2>"$HOME/errors" 3>&- || true
  grep -q "App 'no-such' not found" "$HOME/errors"
}

# In a container: a TLS server on lo, if there is none yet, and a client that writes its keys to /tmp/keys.log and asks for
# this name. Python's and OpenSSL's.
asks() { # index client name
  cf_ssh shared -i "$1" "cd /tmp && exec 2>&1 </dev/null
    [ -e cert.pem ] || printf '[req]\\ndistinguished_name = dn\\n[dn]\\n' >openssl.cnf # the container's is not there
    export OPENSSL_CONF=/tmp/openssl.cnf
    [ -e cert.pem ] || openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=x -days 1
    openssl s_server -accept 8443 -cert cert.pem -key key.pem -WWW -quiet & server=\$!
    for n in \$(seq 60); do (: </dev/tcp/127.0.0.1/8443) && break; sleep 1; done
    if [ $2 = python ]; then
      SSLKEYLOGFILE=/tmp/keys.log /usr/bin/python3 -c 'import socket, ssl; c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE; s = c.wrap_socket(socket.create_connection((\"127.0.0.1\", 8443))); s.sendall(b\"GET /$3 HTTP/1.0\\r\\n\\r\\n\"); s.recv(1000)'
    else
      { printf 'GET /$3 HTTP/1.0\\r\\n\\r\\n'; sleep 1; } | openssl s_client -connect 127.0.0.1:8443 -keylogfile /tmp/keys.log -quiet
    fi
    kill \$server" >>"$BATS_TEST_TMPDIR/asked"
}
shows() { grep -qxF "$1"$'\t'"$2" "$BATS_TEST_TMPDIR/live"; } # interface uri
reads() { tshark "$@" -d tcp.port==8443,tls -d tls.port==8443,http -Y http.request -T fields -e frame.interface_name -e http.request.uri 2>/dev/null; }
follower() { pgrep -f '^tail .* -F -- /tmp/keys.log$'; }
no_follower() { ! follower; }

@test "--tls-keys: tshark reads the app's TLS live through a pipe, and from the file, until editcap has taken the keys out" {
  cd "$BATS_TEST_TMPDIR"
  mkfifo packets
  tee saved.pcapng <packets 3>&- | reads -l -r - >live 3>&- &
  local viewer=$!
  "$support_root/build/bin/cf-pcap-plugin" 1 pcap shared --interface lo -f 'tcp port 8443' --tls-keys /tmp/keys.log -o - >packets 2>errors 3>&- &
  local capture=$!
  eventually grep -q 'Capturing, press' errors
  eventually grep -qF 'TLS keys: in instances 0, 1 /tmp/keys.log is not there yet; it is read as soon as it is.' errors
  asks 0 python of-python
  asks 1 openssl of-openssl
  eventually shows 'shared/0 lo' /of-python
  eventually shows 'shared/1 lo' /of-openssl
  cf_ssh shared -i 0 ': >/tmp/keys.log; sleep 2'
  asks 0 openssl after-it-was-truncated
  eventually shows 'shared/0 lo' /after-it-was-truncated
  kill -INT "$capture"
  wait "$capture"
  wait "$viewer"
  eventually no_follower
  eventually ended
  run ! grep 'came after' errors
  [ "$(reads -r saved.pcapng | sort)" = "$(sort live)" ]
  [ "$(wc -l <live)" = 3 ]
  editcap --discard-all-secrets saved.pcapng without.pcapng
  [ -z "$(reads -r without.pcapng)" ]
  [ "$(capinfos -Tcr saved.pcapng | cut -f2)" = "$(capinfos -Tcr without.pcapng | cut -f2)" ]
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
