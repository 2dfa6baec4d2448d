# The operator's policy, cf-pcap.policy beside the executable.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2034,SC2154

load ../support/capture

setup_file() {
  container_init
  lifecycle "$CONTAINER_HOME/lifecycle"
  container_create app --lifecycle "$CONTAINER_HOME/lifecycle"
}
teardown_file() { container_cleanup; }
setup() { dir=$CONTAINER_HOME/lifecycle; rm -rf "$dir/cf-pcap.policy"; }

# With this policy nothing is captured, and the message names the file and these parts.
refused_with() { # part…
  local part
  run -2 cf_pcap app -i lo </dev/null
  for part in cf-pcap.policy "$@"; do
    says "$part"
  done
  [ "${#lines[@]}" = 1 ]
}

@test "without a policy file SSH is required" {
  run -2 cf_pcap app -i lo </dev/null
  says "SSH session"
  says "cf ssh"
}

@test "an empty policy file means the same" {
  : >"$dir/cf-pcap.policy"
  run -2 cf_pcap app -i lo </dev/null
  says "SSH session"
}

@test "require_ssh yes" {
  policy "$dir" "require_ssh yes"
  run -2 cf_pcap app -i lo </dev/null
  says "SSH session"
}

@test "require_ssh no, with comments beside and between, empty lines, tabs and no newline at the end" {
  printf '# a comment\n\n  # another\nrequire_ssh\t no  \n\n max_snaplen 100 # headers' >"$dir/cf-pcap.policy"
  capture_start app -- -i lo
  capture_stop
}

@test "max_snaplen limits where no snaplen is given" {
  policy "$dir" "require_ssh no" "max_snaplen 100"
  capture_start app -- -i lo -f "udp port 7001"
  send app 127.0.0.1 7001 1 1000
  eventually capture_holds 1
  capture_stop
  [ "$(od -An -tu4 -j16 -N4 "$capture/pcap" | tr -d ' ')" = 100 ]
  [ "$(od -An -tu4 -j32 -N4 "$capture/pcap" | tr -d ' ')" = 100 ]
}

@test "snaplen 0 does not go round max_snaplen" {
  policy "$dir" "require_ssh no" "max_snaplen 100"
  capture_start app -- -i lo -s 0
  capture_stop
  [ "$(od -An -tu4 -j16 -N4 "$capture/pcap" | tr -d ' ')" = 100 ]
}

@test "a smaller snaplen than max_snaplen counts" {
  policy "$dir" "require_ssh no" "max_snaplen 100"
  capture_start app -- -i lo -s 50
  capture_stop
  [ "$(od -An -tu4 -j16 -N4 "$capture/pcap" | tr -d ' ')" = 50 ]
}

@test "a larger one is an error that names the limit" {
  policy "$dir" "require_ssh no" "max_snaplen 100"
  run -2 cf_pcap app -i lo -s 101 </dev/null
  says "101"
  says "100 bytes"
  says "policy"
}

@test "max_snaplen 0 and max_duration 0 mean no limit" {
  policy "$dir" "require_ssh no" "max_snaplen 0" "max_duration 0"
  capture_start app -- -i lo
  capture_stop
  [ "$(od -An -tu4 -j16 -N4 "$capture/pcap" | tr -d ' ')" = 262144 ]
}

@test "an unknown key is refused, and its line is named" {
  policy "$dir" "require_ssh no" "# comment" "max_snapline 100"
  refused_with "line 3" "max_snapline"
}

@test "a bad value is refused, and its line is named" {
  local line
  for line in "require_ssh maybe" "require_ssh NO" "max_snaplen -1" "max_snaplen 12x" "max_snaplen 262145" \
    "max_snaplen 99999999999999999999" "max_duration 1h" "max_duration 0x10"; do
    policy "$dir" "" "$line"
    refused_with "line 2" "$line"
  done
}

@test "a key without a value, or with two, is refused" {
  local line
  for line in "require_ssh" "require_ssh no no" "max_snaplen 1 so little" "require_ssh # no"; do
    policy "$dir" "$line"
    refused_with "line 1" "$line"
  done
}

@test "the same key twice is refused, with the same value too" {
  policy "$dir" "require_ssh no" "require_ssh no"
  refused_with "line 2" "twice"
}

@test "a file of 4096 bytes is read, one of 4097 refused" {
  { echo "require_ssh no" && head -c 4081 /dev/zero | tr '\0' '\n'; } >"$dir/cf-pcap.policy"
  [ "$(stat -c %s "$dir/cf-pcap.policy")" = 4096 ]
  capture_start app -- -i lo
  capture_stop
  echo >>"$dir/cf-pcap.policy"
  refused_with "4096"
}

@test "what is not a regular file is refused, and not waited for" {
  mkdir "$dir/cf-pcap.policy"
  refused_with "regular file"
  rmdir "$dir/cf-pcap.policy"
  mkfifo "$dir/cf-pcap.policy"
  refused_with "regular file"
  rm "$dir/cf-pcap.policy"
  echo "require_ssh no" >"$dir/elsewhere"
  ln -s elsewhere "$dir/cf-pcap.policy"
  refused_with "regular file"
}

@test "a file that cannot be read is refused" {
  policy "$dir" "require_ssh no"
  chmod 000 "$dir/cf-pcap.policy"
  refused_with "ermission denied"
}

@test "bytes that are no text are refused" {
  printf 'require_ssh no\0\n' >"$dir/cf-pcap.policy"
  refused_with "line 1"
}

@test "the policy that counts lies beside the executable, not in the current directory or beside a link" {
  policy "$dir" "require_ssh yes"
  container_exec app -- sh -c 'mkdir /tmp/mine && cd /tmp/mine && echo "require_ssh no" >cf-pcap.policy && ln -s /tmp/lifecycle/cf-pcap .'
  run -2 container_exec app --cwd /tmp/mine -- ./cf-pcap -i lo </dev/null
  says "SSH session"
}
