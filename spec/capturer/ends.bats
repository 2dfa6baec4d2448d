# A capture is stopped in every state, for every reason, with a fast, a slow and a stuck reader: it ends in
# order and in time, and its counts agree with each other and with what its reader got.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  lifecycle "$CONTAINER_HOME/limited" "require_ssh no" "max_duration 2"
  container_create app0 --lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app1 --lifecycle "$CONTAINER_HOME/limited"
  # One that answers nothing.
  echo "nameserver 10.254.0.1" | tee "$(container_bundle app0)/rootfs/etc/resolv.conf" >"$(container_bundle app1)/rootfs/etc/resolv.conf"
  # For the shells that the driver starts.
  cat >"$CONTAINER_HOME/capture" <<END
source "$support_root/spec/support/container.bash"
name=app\$1
exec 3>/dev/null
container_exec "\$name" --pid-file "\$2" -- /tmp/lifecycle/cf-pcap -i lo -f "\$3"
END
  cat >"$CONTAINER_HOME/send" <<END
for app in $(container_pid app0) $(container_pid app1); do
  nsenter --net=/proc/\$app/ns/net $(support_program send-udp) 127.0.0.1 7001 "\$@" &
done
wait
END
}
teardown_file() { container_cleanup; }

stops_in_order() { # state
  run python3 "$support_root/spec/support/drive-capture.py" "$1" "bash $CONTAINER_HOME/send" \
    "exec bash $CONTAINER_HOME/capture {limited} {pid} '{filter}'"
  [ "$status" = 0 ] || fail "$output"
}

@test "while its filter is compiled" { stops_in_order compiling; }
@test "while nothing comes" { stops_in_order idle; }
@test "while packets come" { stops_in_order busy; }
@test "while its reader is slower than what came" { stops_in_order blocked; }
@test "while it ends already" { stops_in_order draining; }
