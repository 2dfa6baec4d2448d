# Containers like those of Garden (Diego's container engine), made with runc: user namespace with
# Garden's mapping (0 -> 4294967294, 1… -> 1…), its capability sets, its seccomp list, namespaces of
# their own for everything else, and the lifecycle directory at /tmp/lifecycle, read-only.
# container.json holds what all of them share.
#
#     source spec/support/container.bash
#     trap container_cleanup EXIT            # in bats: setup_file and teardown_file
#     container_init
#     container_create app --lifecycle DIR
#     container_exec app -- /tmp/lifecycle/cf-pcap --version
#     outside wget -qO- http://"$(container_ip app)":8080/
#
# All that is made hangs on one directory, CONTAINER_HOME, whose name is unique on the machine: runc's
# state, bundles and processes' pid files are in it, and the network outside the containers is a
# network namespace of that name. Nobody else's addresses or ports can be in the way.
# Needs root, runc, jq, iproute2, busybox (static), gcc.

# jq knows $uid and its like, the shell does not.
# shellcheck disable=SC2016

support_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Where Garden's root user is on the host.
CONTAINER_ROOT_UID=4294967294
CONTAINER_CAPABILITIES="CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE"

container_fail() { printf 'container: %s\n' "$*" >&2; return 1; }

# Compiles spec/support/NAME.c, static, into build/support unless it is there; prints its path.
support_program() { # name
  local source=$support_root/spec/support/$1.c program=$support_root/build/support/$1
  if [ ! "$program" -nt "$source" ]; then
    mkdir -p "$support_root/build/support"
    gcc -O2 -Wall -Wextra -static -o "$program.$BASHPID" "$source" || return 1
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
  ip netns add "${CONTAINER_HOME##*/}"
  ip -n "${CONTAINER_HOME##*/}" link set lo up
}

# Removes all that container_init and container_create made, as far as they came.
container_cleanup() {
  [ -n "${CONTAINER_HOME-}" ] || return 0
  local name
  for name in "$CONTAINER_HOME"/containers/*/; do
    [ ! -d "$name" ] || container_delete "$(basename "$name")"
  done
  ip netns pids "${CONTAINER_HOME##*/}" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
  ip netns delete "${CONTAINER_HOME##*/}" 2>/dev/null
  rm -rf "$CONTAINER_HOME"
  unset CONTAINER_HOME
}

# Runs a command outside the containers, where their eth0 leads to.
outside() { ip netns exec "${CONTAINER_HOME##*/}" "$@"; }

container_bundle() { echo "$CONTAINER_HOME/containers/$1"; }
container_ip() { cat "$(container_bundle "$1")/ip"; }
container_ip6() { cat "$(container_bundle "$1")/ip6"; }
container_gateway() { cat "$(container_bundle "$1")/gateway"; }
container_gateway6() { cat "$(container_bundle "$1")/gateway6"; }
container_pid() { cat "$(container_bundle "$1")/pid"; }

container_runc() { runc --root "$CONTAINER_HOME/runc" "$@"; }
container_id() { echo "${CONTAINER_HOME##*/}.$1"; }

# Runs a command of the host in the container's network alone, with all of root's privileges.
container_net() { # name command…
  local pid
  pid=$(container_pid "$1") && shift && nsenter --net=/proc/"$pid"/ns/net "$@"
}

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
  echo "127.0.0.1 localhost" >"$dir/etc/hosts"
  : >"$dir/etc/resolv.conf"
  cp "$(command -v busybox)" "$dir/bin/busybox"
  case $kind in
    busybox) ;;
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

# container_create NAME [OPTION…]
#   --root KIND              busybox (default), glibc, musl, empty
#   --lifecycle DIR          mounted at /tmp/lifecycle
#   --nosuid                 … with nosuid, as if it lay on such a disk
#   --uid N                  user of the processes, 2000 unless told; 0 as for images that say root
#   --no-new-privs           processes may not gain privileges
#   --without CAPABILITY     leave NET_RAW, say, out of all sets
#   --env NAME=VALUE         for every process
#   --mount SOURCE:TARGET    bind mount of a file or directory, writable
container_create() {
  local name=$1 bundle kind=busybox lifecycle='' uid=2000 capabilities=$CONTAINER_CAPABILITIES nnp=false flag=suid
  local -a env=() mounts=()
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --root) kind=$2 && shift ;;
      --lifecycle) lifecycle=$2 && shift ;;
      --nosuid) flag=nosuid ;;
      --uid) uid=$2 && shift ;;
      --no-new-privs) nnp=true ;;
      --without) capabilities=$(tr ' ' '\n' <<<"$capabilities" | grep -vx "$2" | tr '\n' ' ') && shift ;;
      --env) env+=("$2") && shift ;;
      --mount) mounts+=("$2:") && shift ;;
      *) container_fail "container_create does not know '$1'" || return ;;
    esac
    shift
  done
  bundle=$(container_bundle "$name")
  mkdir -p "$bundle" && chmod 711 "$bundle" "${bundle%/*}"
  container_rootfs "$kind" "$bundle/rootfs" || return

  mounts+=("$(support_program garden-init):/tmp/garden-init:ro")
  [ -z "$lifecycle" ] || mounts+=("$lifecycle:/tmp/lifecycle:ro,$flag")
  local mount source target
  for mount in "${mounts[@]}"; do
    IFS=: read -r source target _ <<<"$mount"
    target=$bundle/rootfs$target
    if [ -d "$source" ]; then mkdir -p "$target"; else mkdir -p "${target%/*}" && : >"$target"; fi
  done
  chown -R --no-dereference "$CONTAINER_ROOT_UID:$CONTAINER_ROOT_UID" "$bundle/rootfs"
  [ ! -d "$bundle/rootfs/home" ] || chown 2000:2000 "$bundle/rootfs/home/vcap"

  jq --arg id "$(container_id "$name")" --arg capabilities "$capabilities" --argjson nnp "$nnp" --args '
      ($capabilities | split(" ") | map(select(. != "") | "CAP_" + .)) as $set
      | .process.capabilities = { bounding: $set, inheritable: $set, permitted: $set }
      | .process.noNewPrivileges = $nnp
      | .linux.cgroupsPath = "/" + $id
      | .mounts += [$ARGS.positional[] | split(":")
          | { source: .[0], destination: .[1], type: "bind", options: (["rbind"] + (.[2] | split(",") | map(select(. != "suid")))) }]' \
    "${mounts[@]}" <"$support_root/spec/support/container.json" >"$bundle/config.json" || return
  # What container_exec starts from.
  jq --argjson uid "$uid" --args '.process | .user = { uid: $uid, gid: $uid } | .env += $ARGS.positional' \
    "${env[@]}" <"$bundle/config.json" >"$bundle/process.json" || return

  # Without a session keyring of its own, as Garden does it: each counts for the quota of the user it belongs to.
  container_runc create --no-new-keyring --bundle "$bundle" --pid-file "$bundle/pid" "$(container_id "$name")" \
    </dev/null >"$bundle/log" 2>&1 3>&- || container_fail "runc cannot create a container: $(tail -1 "$bundle/log")" || return
  container_network "$name" || return
  container_runc start "$(container_id "$name")" || return
}

# eth0 in the container, a veth pair to the outside, 10.255.N.2 and fd00:255:N::2 there, …1 outside.
container_network() { # name
  local bundle pid n netns=${CONTAINER_HOME##*/}
  bundle=$(container_bundle "$1")
  pid=$(container_pid "$1")
  for ((n = 1; n < 255; n++)); do
    ! mkdir "$CONTAINER_HOME/networks/$n" 2>/dev/null || break
  done
  [ "$n" -lt 255 ] || container_fail "there are 254 containers already" || return
  echo "$n" >"$bundle/network"
  echo "10.255.$n.2" >"$bundle/ip"
  echo "10.255.$n.1" >"$bundle/gateway"
  echo "fd00:255:$n::2" >"$bundle/ip6"
  echo "fd00:255:$n::1" >"$bundle/gateway6"
  ip -n "$netns" link add "veth$n" type veth peer name eth0 netns "$pid" &&
    ip -n "$netns" address add "10.255.$n.1/24" dev "veth$n" &&
    ip -n "$netns" address add "fd00:255:$n::1/64" dev "veth$n" nodad &&
    ip -n "$netns" link set "veth$n" up &&
    container_net "$1" ip link set lo up &&
    container_net "$1" ip address add "10.255.$n.2/24" dev eth0 &&
    container_net "$1" ip address add "fd00:255:$n::2/64" dev eth0 nodad &&
    container_net "$1" ip link set eth0 up &&
    container_net "$1" ip route add default via "10.255.$n.1"
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
      --uid) edits+=(--argjson uid "$2") && edit+=' | .user = { uid: $uid, gid: $uid }' && shift ;;
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
  if [ -e "$bundle/network" ]; then
    # The kernel would remove it some time later.
    ip -n "${CONTAINER_HOME##*/}" link delete "veth$(cat "$bundle/network")" 2>/dev/null || true
    rmdir "$CONTAINER_HOME/networks/$(cat "$bundle/network")"
  fi
  rm -rf "$bundle"
}
