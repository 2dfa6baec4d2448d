# Containers like those of Garden (Diego's container engine), made with runc. What guardian, Garden's server, gave to
# runc for an app's container is garden-container.json, as it was measured: namespaces and the mapping of users (0 ->
# 4294967294, 1… -> 1…), capability sets, seccomp list, mounts, masked paths, limits of memory, processes and CPU.
# container_create changes in it what must be different here; spec/capturer/garden.bats lists each change with its
# reason, and fails on any other.
#
#     source spec/support/container.bash
#     trap container_cleanup EXIT            # in bats: setup_file and teardown_file
#     container_init
#     container_create app --lifecycle DIR --memory 64M
#     container_exec app -- /tmp/lifecycle/cf-pcap --version
#     container_memory app                   # bytes that are charged to it: see cgroup.bash
#     outside wget -qO- http://"$(container_ip app)":8080/
#
# All that is made hangs on one directory, CONTAINER_HOME, whose name is unique on the machine: runc's
# state, bundles and processes' pid files are in it; the network outside the containers is a network namespace of that
# name, and the containers' control groups are below one of that name. Nobody else's addresses or ports can be in the
# way. Needs root, runc, jq, iproute2, busybox (static), gcc, and control groups with memory, pids and cpu.

# jq knows $uid and its like, the shell does not.
# shellcheck disable=SC2016

support_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# shellcheck source=spec/support/cgroup.bash
source "$support_root/spec/support/cgroup.bash"
# shellcheck source=spec/support/network.bash
source "$support_root/spec/support/network.bash"

# Where Garden's root user is on the host.
CONTAINER_ROOT_UID=4294967294

container_fail() { printf 'container: %s\n' "$*" >&2; return 1; }

# Compiles spec/support/NAME.c, static, into build/support unless it is there; prints its path. With -m32 it is a
# program for 32-bit processors, which this one runs too.
support_program() { # name [-m32]
  local source=$support_root/spec/support/$1.c program=$support_root/build/support/$1${2-}
  if [ ! "$program" -nt "$source" ]; then
    mkdir -p "$support_root/build/support"
    # Headers of the kernel are where 64-bit programs have them.
    gcc -O2 -Wall -Wextra -static ${2:+"$2" -idirafter "/usr/include/$(gcc -print-multiarch)"} -o "$program.$BASHPID" "$source" || return 1
    mv "$program.$BASHPID" "$program"
  fi
  echo "$program"
}

# A reader that is slower than what comes: copies stdin to stdout, 6 MB a second at most.
read_slowly() { perl -e 'syswrite STDOUT, $b while select(undef, undef, undef, 0.01), sysread STDIN, $b, 65536'; }

# Makes CONTAINER_HOME and the network outside. Not in /tmp: that is often mounted nosuid, which voids
# file capabilities.
container_init() {
  [ "$(id -u)" = 0 ] || container_fail "not root: making a container needs root" || return
  CONTAINER_HOME=$(mktemp -d /var/tmp/cf-pcap.XXXXXX)
  export CONTAINER_HOME
  chmod 711 "$CONTAINER_HOME"
  mkdir "$CONTAINER_HOME/containers" "$CONTAINER_HOME/networks" "$CONTAINER_HOME/pids"
  cgroup_init && network_init
}

# Removes all that container_init and container_create made, as far as they came.
container_cleanup() {
  [ -n "${CONTAINER_HOME-}" ] || return 0
  local name
  for name in "$CONTAINER_HOME"/containers/*/; do
    [ ! -d "$name" ] || container_delete "$(basename "$name")"
  done
  network_cleanup
  cgroup_cleanup
  rm -rf "$CONTAINER_HOME"
  unset CONTAINER_HOME
}

container_bundle() { echo "$CONTAINER_HOME/containers/$1"; }
container_pid() { cat "$(container_bundle "$1")/pid"; }

container_runc() { runc --root "$CONTAINER_HOME/runc" "$@"; }
container_id() { echo "${CONTAINER_HOME##*/}.$1"; }

# Copies the libraries that a program of the host needs.
container_libraries() { # program dir
  local library
  ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$2${library%/*}"
    cp -L "$library" "$2$library"
  done
}

# The root filesystem DIR of a kind (with what CF_PCAP_PROGRAM needs, if another cf-pcap is tested than
# the one users get):
#   busybox  one static program and its links
#   glibc    the host's bash and a few programs, with the libraries they need
#   musl     busybox as one program that needs musl's loader, the loader, and no other C library
#   distroless  one static program, /bin/busybox, and nothing that is called as a shell
#   empty    nothing
container_rootfs() { # kind dir
  local kind=$1 dir=$2 program
  mkdir -p "$dir"/{dev,proc,tmp}
  chmod 1777 "$dir/tmp"
  [ "$kind" != empty ] || return 0
  mkdir -p "$dir"/{bin,etc,home/vcap,lib}
  echo "root:x:0:0::/root:/bin/sh
vcap:x:2000:2000::/home/vcap:/bin/sh" >"$dir/etc/passwd"
  echo "root:x:0:
vcap:x:2000:" >"$dir/etc/group"
  [ -z "${CF_PCAP_PROGRAM-}" ] || container_libraries "$CF_PCAP_PROGRAM" "$dir"
  cp "$(command -v busybox)" "$dir/bin/busybox"
  case $kind in
    busybox) ;;
    distroless) return 0 ;;
    glibc)
      for program in bash cat env ls sleep; do
        program=$(readlink -f "$(type -P "$program")")
        cp "$program" "$dir/bin/"
        container_libraries "$program" "$dir"
      done
      ;;
    musl)
      [ -x "$support_root/build/tools/busybox-musl" ] || container_fail "no build/tools/busybox-musl: run scripts/build-tools busybox-musl" || return
      cp "$support_root/build/tools/busybox-musl" "$dir/bin/busybox"
      cp -L /lib/ld-musl-*.so.1 "$dir/lib/"
      ;;
    *) container_fail "there is no root filesystem of kind '$kind'" ;;
  esac
  for program in $("$dir/bin/busybox" --list); do
    [ -e "$dir/bin/$program" ] || ln -s busybox "$dir/bin/$program"
  done
}

# What a bind mount of Garden's has of its source's mount: guardian gives these flags on, since the kernel lets a
# user namespace lose none of them.
mount_flags() { # path
  findmnt -n -o VFS-OPTIONS -T "$1" | tr , '\n' | grep -xE 'nodev|noexec|nosuid|noatime|nodiratime' || true
}

# container_create NAME [OPTION…]
#   --root KIND              busybox (default), glibc, musl, distroless, empty
#   --lifecycle DIR          mounted at /tmp/lifecycle
#   --nosuid                 … with nosuid, as if it lay on such a disk
#   --memory SIZE            limit of memory, and of memory with swap: 64M, 256M (default) …
#   --network KIND           see network.bash: dual (default), silk
#   --uid N                  user of the processes, 2000 unless told; 0 as for images that say root
#   --no-new-privs           processes may not gain privileges
#   --without CAPABILITY     leave NET_RAW, say, out of all sets
#   --env NAME=VALUE         for every process
#   --mount SOURCE:TARGET    bind mount of a file or directory, writable
# Its /etc/hosts and /etc/resolv.conf are the files hosts and resolv.conf in container_bundle NAME; no name server is
# in the latter.
container_create() {
  local name=$1 bundle kind=busybox lifecycle='' memory=256M network=dual uid=2000 without='' nnp=false nosuid=''
  local -a env=() mounts=()
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --root) kind=$2 && shift ;;
      --lifecycle) lifecycle=$2 && shift ;;
      --nosuid) nosuid=nosuid ;;
      --memory) memory=$2 && shift ;;
      --network) network=$2 && shift ;;
      --uid) uid=$2 && shift ;;
      --no-new-privs) nnp=true ;;
      --without) without=CAP_$2 && shift ;;
      --env) env+=("$2") && shift ;;
      --mount) mounts+=("$2") && shift ;;
      *) container_fail "container_create does not know '$1'" || return ;;
    esac
    shift
  done
  bundle=$(container_bundle "$name")
  mkdir -p "$bundle" && chmod 711 "$bundle" "${bundle%/*}"
  container_rootfs "$kind" "$bundle/rootfs" || return
  network_address "$name" || return
  printf '127.0.0.1 localhost\n%s %s\n' "$(container_ip "$name")" "$name" >"$bundle/hosts"
  : >"$bundle/resolv.conf"
  chown "$CONTAINER_ROOT_UID:$CONTAINER_ROOT_UID" "$bundle/hosts" "$bundle/resolv.conf"
  mkdir "$bundle/certificates"

  mounts+=("$(support_program garden-init):/tmp/garden-init" "$bundle/certificates:/etc/cf-system-certificates"
    "$bundle/hosts:/etc/hosts" "$bundle/resolv.conf:/etc/resolv.conf")
  [ -z "$lifecycle" ] || mounts+=("$lifecycle:/tmp/lifecycle")
  local mount source target flags
  local -a sources=()
  for mount in "${mounts[@]}"; do
    IFS=: read -r source target <<<"$mount"
    flags=$(mount_flags "$source")
    [ "$target" != /tmp/lifecycle ] || flags+=" $nosuid"
    sources+=("$target" "$source" "$flags")
    target=$bundle/rootfs$target
    if [ -d "$source" ]; then mkdir -p "$target"; else mkdir -p "${target%/*}" && : >"$target"; fi
  done
  chown -R --no-dereference "$CONTAINER_ROOT_UID:$CONTAINER_ROOT_UID" "$bundle/rootfs"
  [ ! -d "$bundle/rootfs/home" ] || chown 2000:2000 "$bundle/rootfs/home/vcap"

  jq --arg name "$name" --arg cgroup "$(container_cgroup_path "$name")" --argjson memory "$(numfmt --from=iec "$memory")" \
    --arg without "$without" --argjson nnp "$nnp" --args '
      [$ARGS.positional | while(. != []; .[3:]) | { destination: .[0], source: .[1], flags: .[2] | [splits("\\s+") | select(. != "")] }] as $binds
      | .hostname = $name
      | .root.path = "rootfs"
      | .process.env = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C", "HOME=/home/vcap", "USER=vcap"]
      | .process.capabilities[] -= [$without]
      | .linux.cgroupsPath = $cgroup
      | .linux.resources.memory = { limit: $memory, swap: $memory }
      | if $nnp then .process.noNewPrivileges = true | .linux.sysctl["net.ipv4.ping_group_range"] = "1 65535" else . end
      | (.mounts | map(select(.type == "bind") | { (.destination): .options }) | add) as $options
      | .mounts |= map(select(.type != "bind"))
          + [$binds[] | { destination, source, type: "bind", options: (($options[.destination] // ["bind", "rw"]) + .flags) }]' \
    "${sources[@]}" <"$support_root/spec/support/garden-container.json" >"$bundle/config.json" || return
  # What container_exec starts from: guardian gives such a process no effective capability, the rep a limit of open files.
  jq --argjson uid "$uid" --args '
      .process | del(.capabilities.effective) | .user = { uid: $uid, gid: $uid, umask: 18 }
      | .rlimits = [{ type: "RLIMIT_NOFILE", soft: 16384, hard: 16384 }] | .env += $ARGS.positional' \
    "${env[@]}" <"$bundle/config.json" >"$bundle/process.json" || return

  # Without a session keyring of its own, as Garden does it: each counts for the quota of the user it belongs to.
  container_runc create --no-new-keyring --bundle "$bundle" --pid-file "$bundle/pid" "$(container_id "$name")" \
    </dev/null >"$bundle/log" 2>&1 3>&- || container_fail "runc cannot create a container: $(tail -1 "$bundle/log")" || return
  "network_$network" "$name" || container_fail "no network '$network'" || return
  container_runc start "$(container_id "$name")" || return
}

# container_exec NAME [OPTION…] -- COMMAND…
#   --uid N              another user than the container's
#   --env NAME=VALUE     one more variable
#   --cwd DIR
#   --pid-file FILE      the process's pid on the host
#   --timeout SECONDS    ends it with SIGTERM then
# Runs COMMAND (a path, or found in the container's PATH) with this shell's stdin, stdout and stderr,
# and returns its status. Signals sent to the process that does this (container-exec) are handed on.
container_exec() {
  local name=$1 bundle process pid_file='' edit='.'
  local -a edits=() limit=()
  bundle=$(container_bundle "$name")
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --uid) edits+=(--argjson uid "$2") && edit+=' | .user += { uid: $uid, gid: $uid }' && shift ;;
      --env) edits+=(--arg "env${#edits[@]}" "$2") && edit+=" | .env += [\$env$((${#edits[@]} - 3))]" && shift ;;
      --cwd) edits+=(--arg cwd "$2") && edit+=' | .cwd = $cwd' && shift ;;
      --pid-file) pid_file=$2 && shift ;;
      --timeout) limit=(timeout --foreground "$2") && shift ;;
      --) shift && break ;;
      *) container_fail "container_exec does not know '$1'" || return ;;
    esac
    shift
  done
  process=$(mktemp "$CONTAINER_HOME/pids/XXXXXX")
  jq "${edits[@]}" --args "$edit | .args = \$ARGS.positional" -- "$@" <"$bundle/process.json" >"$process" || return
  "${limit[@]}" "$(support_program container-exec)" "${pid_file:-$process.pid}" \
    runc --root "$CONTAINER_HOME/runc" exec --detach --pid-file "${pid_file:-$process.pid}" \
    --process "$process" "$(container_id "$name")" 3>&-
}

container_delete() { # name
  local bundle
  bundle=$(container_bundle "$1")
  container_runc delete --force "$(container_id "$1")" >/dev/null 2>&1 || true
  network_delete "$1"
  rm -rf "$bundle"
}
