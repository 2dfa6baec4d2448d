#!/usr/bin/env bats
# A desk behind proxies: the API is reached, and the name of the SSH endpoint is known to the proxies alone. The cf CLI uses
# an HTTP proxy for the API, and for SSH a SOCKS5 proxy alone.

# shellcheck disable=SC2030,SC2031,SC2154 # bats sets $status and $output, in subshells
bats_require_minimum_version 1.5.0
load ../support/platform

name=ssh.cf.invalid # RFC 6761: no name server knows it

setup_file() {
  platform_start --ssh-host "$name"
  (push_checked) 3>&-
}
teardown_file() { platform_stop; }

setup() {
  platform_login >/dev/null
  cf install-plugin -f "$CF_PCAP_PLUGIN" >/dev/null
  cd "$BATS_TEST_TMPDIR" || return
}
teardown() { [ -z "${socks-}" ] || kill "$socks"; }


@test "with an HTTP proxy alone the capture fails, and names the variable that the CLI needs for SSH" {
  run -1 env https_proxy=http://127.0.0.1:9 cf pcap checked -d 1s -o x.pcap
  [[ $output == *"Instance 0 cannot be captured: dial tcp: "*"$name"* ]]
  [[ $output == *"; the cf CLI does not use an HTTP proxy for SSH: behind one it takes a SOCKS5 proxy, all_proxy=socks5://HOST:PORT"* ]]
  run -1 env https_proxy=http://127.0.0.1:9 cf pcap checked --check
  [[ $output == *"no   connection  instance 0: dial tcp: "*"all_proxy=socks5://HOST:PORT"* ]]
  run -1 cf pcap checked -d 1s -o x.pcap # without a proxy it is no matter of proxies
  [[ $output != *all_proxy* ]]
}

@test "with that variable it captures" {
  python3 "$support_root/spec/support/socks.py" "$name" port >asked 2>&1 3>&- &
  socks=$!
  eventually test -e port
  run -0 env https_proxy=http://127.0.0.1:9 all_proxy="socks5://127.0.0.1:$(cat port)" cf pcap checked -d 1s -o x.pcap
  [[ $output == *"Saved capture to 'x.pcap'."* ]]
  [ "$(cat asked)" = "$name" ]
}
