# The control groups of containers made by container.bash: below one for all of them, as those of Garden are below
# "garden". So a container has its CPU shares beside the other containers of the test, not beside what else runs on the
# machine. Version 2 of control groups, or version 1 (cgroups(7)).
#
#     container_memory app          bytes that are charged to the container now
#     container_memory_peak app     … at most until now
#     container_memory_limit app
#     container_oom_kills app       processes that the kernel killed because it was at its limit
#
# Memory of a packet socket's ring is charged to no container, and pages of files to the first that read them. The
# kernel charges in portions of 256 KiB a processor.

cgroup_root=/sys/fs/cgroup

cgroup_version() { if [ -e "$cgroup_root/cgroup.controllers" ]; then echo 2; else echo 1; fi; }

# Garden's containers have limits: a machine on which there can be none fails here.
cgroup_init() {
  local controller reason
  for controller in memory pids cpu; do
    if [ "$(cgroup_version)" = 2 ]; then
      grep -qw "$controller" "$cgroup_root/cgroup.controllers" || reason="not in $cgroup_root/cgroup.controllers"
    else
      reason=$(mkdir -p "$cgroup_root/$controller/${CONTAINER_HOME##*/}" 2>&1) || reason=${reason#mkdir: }
    fi
    [ -z "${reason-}" ] || container_fail "the containers cannot have limits, no control group of $controller: $reason" || return
  done
}

# runc has removed those of the containers, or did not wait until their last process was gone.
cgroup_cleanup() {
  local dir tries
  for dir in "$cgroup_root/${CONTAINER_HOME##*/}" "$cgroup_root"/*/"${CONTAINER_HOME##*/}"; do
    for ((tries = 0; tries < 600; tries++)); do
      [ -d "$dir" ] || break
      find "$dir" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
    [ ! -d "$dir" ] || container_fail "this control group still has processes: $dir" || return
  done
}

container_cgroup_path() { echo "/${CONTAINER_HOME##*/}/$1"; } # name

# A file of it.
container_cgroup() { # name controller file
  if [ "$(cgroup_version)" = 2 ]; then
    cat "$cgroup_root$(container_cgroup_path "$1")/$3"
  else
    cat "$cgroup_root/$2$(container_cgroup_path "$1")/$3"
  fi
}

container_memory_file() { # name file_of_version_2 file_of_version_1
  if [ "$(cgroup_version)" = 2 ]; then container_cgroup "$1" memory "$2"; else container_cgroup "$1" memory "$3"; fi
}
container_memory() { container_memory_file "$1" memory.current memory.usage_in_bytes; }
container_memory_peak() { container_memory_file "$1" memory.peak memory.max_usage_in_bytes; }
container_memory_limit() { container_memory_file "$1" memory.max memory.limit_in_bytes; }
container_oom_kills() { container_memory_file "$1" memory.events memory.oom_control | awk '$1 == "oom_kill" { print $2 }'; }
