#!/usr/bin/env bats
# From diego-release's archive to a capture in an app's container, with what a platform has on the way:
# the rendered job on a VM with BOSH's places, the file server as bpm runs it, the cell's own downloader
# and archiver, a container like Garden's with the extracted directory.
# shellcheck disable=SC2016,SC2154,SC2317 # programs in quotes, and what the helpers and bats use

load ../support/capture
load ../support/vm
load ../support/ssh
load ../support/file_server_vm

setup_file() {
  container_init
  export VM_NET=/run/netns/${CONTAINER_HOME##*/}
  vm_start
  vm vm_create /var/vcap
  vm_package lifecycle-assembly "$support_root/build/packages/lifecycle-assembly"
  mkdir "$BATS_FILE_TMPDIR/file_server"
  install -D "$support_root/build/tools/file-server" "$BATS_FILE_TMPDIR/file_server/bin/file-server"
  vm_package file_server "$BATS_FILE_TMPDIR/file_server"
  chmod 755 "$CONTAINER_HOME"
  make_archives
}

teardown_file() {
  server_stop
  vm_stop
  container_cleanup
}

# Archives like diego-release's: the buildpack one with some 60 MB, each with the real SSH daemon.
make_archives() {
  local files=$BATS_FILE_TMPDIR/files tools=$support_root/build/tools
  mkdir "$files" "$files/buildpack" "$files/docker"
  install -m 755 "$tools/bosh" "$files/buildpack/builder"
  install -m 755 "$tools/bosh-agent" "$files/buildpack/launcher"
  install -m 755 "$tools/fetch-archive" "$files/buildpack/healthcheck"
  install -m 755 "$tools/diego-sshd" "$files/buildpack/diego-sshd"
  head -c 30000000 /dev/urandom >"$files/buildpack/diego-sshd.exe"
  install -m 755 "$tools/diego-sshd" "$files/docker/diego-sshd"
  echo launcher >"$files/docker/launcher"
  STOCK_GZIP=-1 vm stock_archive buildpack "$files/buildpack"
  STOCK_GZIP=-1 vm stock_archive docker "$files/docker"
  STOCK_GZIP=-1 vm stock_archive cnb "$files/docker"
  vm agent_apply
}

# What the director and the agent do for an instance whose properties have changed. The large archive is
# left out where it is not what a test is about.
deploy() { # [property=JSON…]
  server_stop
  vm agent_apply
  vm_job cf-pcap-lifecycle cf_pcap.lifecycles='["docker","cnb"]' "$@"
  in_vm /var/vcap/jobs/cf-pcap-lifecycle/bin/pre-start
  server_start
}

deploy_without_the_job() {
  server_stop
  vm agent_apply
  in_vm rm -rf /var/vcap/data/jobs/cf-pcap-lifecycle /var/vcap/jobs/cf-pcap-lifecycle
  server_start
}

server_start() {
  in_vm sh -c 'echo "{\"server_address\":\"127.0.0.1:8080\",\"static_directory\":\"/var/vcap/jobs/file_server/packages/\"}" \
    >/var/vcap/jobs/file_server/config/file_server.json'
  under_bpm file_server /var/vcap/packages/file_server/bin/file-server -config /var/vcap/jobs/file_server/config/file_server.json \
    </dev/null >"$BATS_FILE_TMPDIR/server.log" 2>&1 3>&- &
  eventually server_is_up
}

server_stop() {
  ! server_is_up || kill "$(in_vm cat /var/vcap/sys/run/bpm/file_server/file_server.pid)"
  eventually server_is_down
}
server_is_up() { outside curl -so /dev/null http://127.0.0.1:8080/; }
server_is_down() { ! server_is_up; }

url() { echo "http://127.0.0.1:8080/v1/static/${1}_app_lifecycle/${1}_app_lifecycle.tgz"; }
etag() { outside curl -sSf -o /dev/null -D - "$(url "$1")" | tr -d '\r' | sed -n 's/^Etag: //p'; }
sha256_served() { outside curl -sSf "$(url "$1")" | sha256sum | cut -d' ' -f1; }
names_served() { outside curl -sSf "$(url "$1")" | tar -tz | tr '\n' ' '; }
stock_sha256() { in_vm sha256sum "$(vm stock "$1")" | cut -d' ' -f1; }

# Gets an archive as the rep does, with its rights: an ordinary user, with CAP_SETFCAP or without.
# Prints the directory, which the container gets as it is.
cell_gets() { # with|without lifecycle [cache]
  local cache=${3:-$CONTAINER_HOME/cache.$1} rights=-all
  [ "$1" = without ] || rights=-all,+setfcap
  mkdir -p "$cache" && chown 1000:1000 "$cache"
  outside setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps="$rights" --ambient-caps="$rights" --bounding-set="$rights" \
    "$support_root/build/tools/fetch-archive" "$(url "$2")" "$cache" 2>"$BATS_TEST_TMPDIR/fetch.log" || { cat "$BATS_TEST_TMPDIR/fetch.log" >&2; return 1; }
}

in_container() { # directory command…
  container_create "app$BATS_TEST_NUMBER" --lifecycle "$1"
  container_exec "app$BATS_TEST_NUMBER" --timeout 60 -- "${@:2}"
}

# What is served is exactly what decision 11 says.
tool_served() { # lifecycle: ours, stock or none
  local holds
  holds=$(outside curl -sSf "$(url "$1")" | tar -xzO cf-pcap 2>/dev/null | sha256sum | cut -d' ' -f1)
  case $holds in
    "$(sha256sum <"$assembly_bin/cf-pcap" | cut -d' ' -f1)") echo ours ;;
    "$(sha256sum <<<stock | cut -d' ' -f1)") echo stock ;;
    "$(sha256sum </dev/null | cut -d' ' -f1)") echo none ;;
  esac
}

@test "no program that assembles 60 MB has more than 64 MiB of memory, not even of address space" {
  [ "$(in_vm stat -Lc %s "$(vm stock buildpack)")" -gt 55000000 ]
  vm_job cf-pcap-lifecycle cf_pcap.enabled=true cf_pcap.require_ssh=false
  in_vm bash -c 'ulimit -v 65536 && exec /var/vcap/jobs/cf-pcap-lifecycle/bin/pre-start'
}

@test "all other files of the container's directory are diego-release's" {
  local directory
  deploy cf_pcap.enabled=true cf_pcap.require_ssh=false cf_pcap.lifecycles='["buildpack","docker","cnb"]'
  directory=$(cell_gets with buildpack)
  rm -rf "$BATS_TEST_TMPDIR/stock"
  mkdir "$BATS_TEST_TMPDIR/stock"
  in_vm cat "$(vm stock buildpack)" | tar -xz -C "$BATS_TEST_TMPDIR/stock"
  run diff -r "$BATS_TEST_TMPDIR/stock" "$directory"
  [ "$output" = "Only in $directory: cf-pcap
Only in $directory: cf-pcap.policy" ]
  [ "$(getcap -r "$directory")" = "$directory/cf-pcap cap_net_raw=p" ]
}

@test "enabled, the rep with CAP_SETFCAP: the tool captures in the app's container" {
  local lifecycle directory
  deploy cf_pcap.enabled=true cf_pcap.require_ssh=false cf_pcap.lifecycles='["buildpack","docker","cnb"]'
  for lifecycle in buildpack docker cnb; do
    directory=$(cell_gets with $lifecycle)
    [ "$(getcap "$directory/cf-pcap")" = "$directory/cf-pcap cap_net_raw=p" ]
    container_create $lifecycle --lifecycle "$directory"
    capture_start $lifecycle -- -i lo -f 'udp port 4000'
    send $lifecycle 127.0.0.1 4000 3
    eventually capture_holds 3
    capture_stop
    container_delete $lifecycle
  done
}

@test "enabled, the rep without CAP_SETFCAP: the tool is there and says what to set" {
  local directory
  deploy cf_pcap.enabled=true cf_pcap.require_ssh=false
  directory=$(cell_gets without docker)
  [ -z "$(getcap "$directory/cf-pcap")" ]
  run in_container "$directory" /tmp/lifecycle/cf-pcap -i lo
  [ "$status" = 1 ]
  says diego.rep.enable_cf_pcap
}

@test "by default the tool runs in SSH sessions of the daemon from the same archive only" {
  local directory
  deploy cf_pcap.enabled=true
  directory=$(cell_gets with docker)
  run in_container "$directory" /tmp/lifecycle/cf-pcap -i lo
  [ "$status" = 2 ]
  says "captures only in an SSH session"
  sshd_start "app$BATS_TEST_NUMBER"
  session_capture "app$BATS_TEST_NUMBER" -i lo -f 'udp port 4000'
  send "app$BATS_TEST_NUMBER" 127.0.0.1 4000 3
  eventually capture_holds 3
  capture_stop
}

@test "the operator's limits reach the container" {
  local directory
  deploy cf_pcap.enabled=true cf_pcap.require_ssh=false cf_pcap.max_snaplen=96
  directory=$(cell_gets with docker)
  run in_container "$directory" /tmp/lifecycle/cf-pcap -i lo -s 97
  [ "$status" = 2 ]
  says 96
}

@test "the ETag changes with enabling and disabling, and is the same after a second run" {
  local off on
  deploy
  off=$(etag docker)
  [ "$off" = "\"$(stock_sha256 docker)\"" ]
  deploy cf_pcap.enabled=true
  on=$(etag docker)
  [ "$on" != "$off" ]
  deploy cf_pcap.enabled=true
  [ "$(etag docker)" = "$on" ]
  in_vm /var/vcap/jobs/cf-pcap-lifecycle/bin/pre-start
  [ "$(etag docker)" = "$on" ]
  deploy
  [ "$(etag docker)" = "$off" ]
}

@test "toggled in a row, beside a diego-release that ships a tool of its own: off is off, forbidden is off, without the job it is stock" {
  local files=$BATS_FILE_TMPDIR/files/docker
  deploy cf_pcap.enabled=true
  echo stock >"$files/cf-pcap"
  setcap cap_net_raw=ep "$files/cf-pcap"
  vm stock_archive docker "$files" --xattrs --xattrs-include='*'
  rm "$files/cf-pcap"

  deploy
  [ "$(tool_served docker) $(tool_served cnb)" = "none none" ]
  [ "$(sha256_served cnb)" = "$(stock_sha256 cnb)" ]
  deploy cf_pcap.enabled=true
  [ "$(tool_served docker) $(tool_served cnb)" = "ours ours" ]
  deploy cf_pcap.enabled=false
  [ "$(tool_served docker) $(tool_served cnb)" = "none none" ]
  deploy cf_pcap.enabled=true cf_pcap.forbidden=true
  [ "$(tool_served docker) $(tool_served cnb)" = "none none" ]
  deploy cf_pcap.enabled=true cf_pcap.lifecycles='["cnb"]'
  [ "$(tool_served docker) $(tool_served cnb)" = "none ours" ]
  deploy cf_pcap.enabled=true
  [ "$(tool_served docker) $(tool_served cnb)" = "ours ours" ]
  deploy_without_the_job
  [ "$(tool_served docker) $(tool_served cnb)" = "stock none" ]
  [ "$(sha256_served docker)" = "$(stock_sha256 docker)" ]
  deploy cf_pcap.enabled=true
  [ "$(tool_served docker) $(tool_served cnb)" = "ours ours" ]
}

@test "the file server, as bpm runs it, sees nothing of the VM but what assembly publishes in" {
  deploy cf_pcap.enabled=true
  [[ $(names_served docker) == *" cf-pcap cf-pcap.policy " ]]
  in_vm cp -r /var/vcap/jobs/file_server/cf-pcap/docker_app_lifecycle /var/vcap/data/elsewhere
  in_vm ln -sfT /var/vcap/data/elsewhere /var/vcap/jobs/file_server/packages/docker_app_lifecycle
  run outside curl -sSf "$(url docker)"
  [ "$status" != 0 ]
}

# What the real one answered, where a client could see a difference (tried on Diego's, of diego-release 2.138).
@test "the file server that stands in answers as Diego's: HEAD 405, .. 400, // as /, no listings" {
  deploy
  code() { outside curl -sS -o /dev/null -w '%{http_code}' --path-as-is "$@"; }
  [ "$(code "$(url docker)")" = 200 ]
  [ "$(code --head "$(url docker)")" = 405 ]
  [ "$(code -X POST "$(url docker)")" = 405 ]
  [ "$(code "$(url docker | sed 's|/docker_app|/x/../docker_app|')")" = 400 ]
  [ "$(code "$(url docker | sed 's|/docker_app|/%2e%2e/docker_app|')")" = 400 ]
  [ "$(code "$(url docker | sed 's|/docker_app|//docker_app|')")" = 200 ]
  [ "$(code http://127.0.0.1:8080/v1/static/)" = 401 ]
  [ "$(code http://127.0.0.1:8080/v1/static/none.tgz)" = 404 ]
}

@test "the job's log has what it did" {
  vm agent_apply
  in_vm rm -rf /var/vcap/jobs/file_server/cf-pcap
  vm_job cf-pcap-lifecycle cf_pcap.enabled=true cf_pcap.lifecycles='["docker","cnb"]'
  run in_vm /var/vcap/jobs/cf-pcap-lifecycle/bin/pre-start
  [ "$status" = 0 ]
  [ "$(grep -cE ': assembled in [0-9]+ s: stock sha256 [0-9a-f]{64}, served sha256 [0-9a-f]{64}$' <<<"$output")" = 2 ]
}

# diego-release issue 1117: what was extracted without CAP_SETFCAP stays so while the archive is the same.

@test "a cell that gets CAP_SETFCAP later has the capability once job cf-pcap-cell has dropped the cache's index" {
  local cache=$CONTAINER_HOME/cache.toggled directory
  deploy cf_pcap.enabled=true
  directory=$(cell_gets without docker "$cache")
  [ -z "$(getcap "$directory/cf-pcap")" ]
  directory=$(cell_gets with docker "$cache")
  [ -z "$(getcap "$directory/cf-pcap")" ]

  mkdir -p "$BATS_TEST_TMPDIR/rep/config"
  echo '  - SETFCAP' >"$BATS_TEST_TMPDIR/rep/config/bpm.yml"
  "$cell_script" prepare --rep "$BATS_TEST_TMPDIR/rep" --cache "$cache" --enabled yes
  directory=$(cell_gets with docker "$cache")
  [ "$(getcap "$directory/cf-pcap")" = "$directory/cf-pcap cap_net_raw=p" ]
}

@test "while one of two file servers is updated already, a cell gets whole archives from either" {
  local cache=$CONTAINER_HOME/cache.rolling directory
  deploy cf_pcap.enabled=true
  for _ in 1 2; do
    vm agent_apply # the other server: nothing assembled
    server_stop && server_start
    directory=$(cell_gets with cnb "$cache")
    [ ! -e "$directory/cf-pcap" ]
    [ -x "$directory/diego-sshd" ]
    server_stop
    in_vm /var/vcap/jobs/cf-pcap-lifecycle/bin/pre-start # the updated one
    server_start
    directory=$(cell_gets with cnb "$cache")
    [ "$(getcap "$directory/cf-pcap")" = "$directory/cf-pcap cap_net_raw=p" ]
    [ -x "$directory/diego-sshd" ]
  done
}
