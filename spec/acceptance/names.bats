#!/usr/bin/env bats
# Names for addresses on the Cloud Foundry of this machine: bound services and the filter's hosts, resolved in a real
# container, and instances that come and go; as Wireshark's programs read them.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats sets variables, and runs tests in subshells
bats_require_minimum_version 1.5.0
load ../support/victim

services='{"postgres":[{"label":"postgres","credentials":{
  "uri":"postgres://user:S3cret-1@db.internal:5432/name?password=S3cret-2",
  "hosts":["db.internal:5432","gone.internal","[fd00::9]:5432","10.9.9.9"],
  "replica":{"jdbcUrl":"jdbc:postgresql://replica.internal/name?user=u&password=S3cret-3"},
  "server_auth":"S3cret-4","password":"S3cret-5","ca":"S3cret-6","address":"umläut.internal"}}]}'

bind_services() { cf set-env victim BOUND_SERVICES "$services" >/dev/null; }
root_of() { echo "/proc/$(cat "$(bundle "$1")/pid")/root"; } # of instance N's container
knows_hosts() {                                             # N
  printf '10.9.0.1 db.internal\n10.9.0.2 replica.internal\n10.9.0.3 cache.internal\n' >>"$(root_of "$1")/etc/hosts"
}
names() { tshark -r "$1" -q -z hosts 2>/dev/null | sed -nE 's/^([0-9a-f.:]+)\t+(.+)$/\1 \2/p' | sort -u; } # file
addresses() { cf curl "/v3/apps/$(cf app victim --guid)/processes/web/stats" | jq -r '.resources[] | .instance_internal_ip + " victim-" + (.index | tostring)'; }
files() { printf '%s\n' "$BATS_TEST_TMPDIR"/x*.pcapng; }
newest_has() { names "$(files | tail -1)" | grep -qxF "$1"; } # name
of_services=$'10.9.0.1 db.internal\n10.9.0.2 replica.internal\n10.9.0.3 cache.internal'

# The tool in the new container, which is tried again, resolves the filter's host, too.
captured_again() {
  find_containers || return
  grep -q cache.internal "$(root_of 0)/etc/hosts" || knows_hosts 0
  has_again x 0 1 eth0 && has_again x 0 1 lo
}

# The arguments of all processes, over and over, a line each: but for the cell's, which gives the app its variables.
watch_arguments() {
  local file
  local -a words
  while sleep 0.05; do
    for file in /proc/[0-9]*/cmdline; do
      { mapfile -d '' -t words <"$file"; } 2>/dev/null || continue
      [[ ${words[*]} == *BOUND_SERVICES=* ]] || printf '%s\n' "${words[*]//$'\n'/ }"
    done
  done >"$BATS_TEST_TMPDIR/arguments" 3>&- &
  reader=($!)
}

@test "services, the filter's hosts and instances have names in every file, also after a restart, and no secret is anywhere" {
  bind_services
  for n in 0 1 2; do knows_hosts "$n"; done
  local before after file all
  before=$(addresses)
  watch_arguments
  output=$BATS_TEST_TMPDIR/x.pcapng interface=eth0,lo filter='udp portrange 7000-7009 or host cache.internal' \
    pcap_start x --verbose --follow --rotate-time 1s
  eventually said x 'cf-pcap: names: 3 of 4 hosts have an address'
  inside 0 "$(support_program send-udp)" 10.9.0.3 7000 10 100 100
  cf restart-app-instance victim 0 >/dev/null
  eventually captured_again
  after=$(addresses) # the new container may have got the address of the old one
  send 0 10 # each file begins with a packet
  eventually newest_has "$(head -1 <<<"$after")"
  pcap_stop x
  kill "${reader[@]}"
  all=$(printf '%s\n' "$of_services" "$before" "$after" | sort -u)
  diff <(names "$(files | tail -1)") <(echo "$all")
  # With names alone that are in the file.
  for file in $(files); do tshark -N n -r "$file" -T fields -e ip.src_host -e ip.dst_host 2>/dev/null; done | grep -qx $'victim-0\tcache.internal'
  grep -q 'pcap victim .*--rotate-time' "$BATS_TEST_TMPDIR/arguments"
  run ! grep -rqa S3cret "$BATS_TEST_TMPDIR" "$CF_HOME"
}

# A name server that is there and never answers, and no timeout(1): without an end of its own, each name takes minutes.
silent_name_server() { # N
  printf 'nameserver 127.0.0.9\noptions timeout:30 attempts:5\n' >"$(root_of "$1")/etc/resolv.conf"
  nsenter --mount="/proc/$(cat "$(bundle "$1")/pid")/ns/mnt" mount --bind /bin/false /bin/timeout
  exec nsenter --net="/proc/$(cat "$(bundle "$1")/pid")/ns/net" python3 -c 'import signal, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.9", 53))
print("bound", flush=True)
signal.pause()' >"$BATS_TEST_TMPDIR/server-$1" 3>&-
}
resolves() { [ -n "$(running getent)" ]; }
resolves_no_more() { [ -z "$(running getent)" ]; }

@test "^C while a name server does not answer: it ends, and the look-up in the container with it" {
  local n
  bind_services
  senders=()
  for n in 0 1 2; do
    silent_name_server "$n" &
    senders+=($!)
  done
  for n in 0 1 2; do eventually test -s "$BATS_TEST_TMPDIR/server-$n"; done
  output=$BATS_TEST_TMPDIR/y.pcapng pcap_start y --verbose
  eventually resolves
  pcap_stop y
  [ "$status" = 0 ]
  said y ' (the capture ended before)'
  eventually resolves_no_more
  eventually idle
}
