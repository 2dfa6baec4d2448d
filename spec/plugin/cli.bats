# The plugin and the real cf CLI: how it gets in, what is shown of it, and how it is run.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/cli

@test "cf install-plugin takes it, cf plugins lists it with its version" {
  cli_run install-plugin -f "$plugin"
  [[ $output == *"Plugin cf-pcap "*" successfully installed."* ]]
  cli_run plugins
  [[ $output =~ cf-pcap\ +[0-9]+\.[0-9]+\.[0-9]+\ +pcap,\ pcap-app\ +Capture\ network\ packets ]]
}

@test "it can be installed over itself, for a new version" {
  cli_install
  cli_run install-plugin -f "$plugin"
  [[ $output == *"successfully installed."* ]]
}

@test "cf help pcap, and cf pcap -h, show every option and examples" {
  cli_install
  for words in "help pcap" "pcap -h" "pcap myapp --help"; do
    # Words on purpose.
    # shellcheck disable=SC2086
    cli_run $words
    for option in --output,\ -o --interface --filter,\ -f --snaplen,\ -s --instance,\ -i --process --duration,\ -d \
      --format --yes,\ -y --help,\ -h EXAMPLES: "pcap myapp -o capture.pcap -f" "| tcpdump -n -r -"; do
      [[ $output == *"$option"* ]] || fail "$words does not show $option"
    done
    not grep -q CF_NAME <<<"$output"
  done
}

@test "the plugin's own help is the same" {
  cli_install
  run -0 "$plugin" 1 pcap -h
  own=$output
  cli_run help pcap
  # Its lines, in whatever order the CLI shows the options.
  diff <(grep -- '--' <<<"$own" | sed 's/  */ /g' | sort) <(grep -- '--' <<<"$output" | sed 's/  */ /g; s/the-cli/cf/' | sort)
}

@test "a second name runs it, too" {
  cli_install
  instances 1 && tool
  run -0 "$cli" pcap-app myapp -o capture.pcap -d 500ms
  [ "${lines[-1]}" = "Saved capture to 'capture.pcap'." ]
}

@test "under a CLI with a pcap of its own it goes by the second name alone" {
  echo "pcap - of the CLI itself" >"$FAKE_CF/help.out" # such a CLI is not there yet: the stand-in answers for it
  cli_install
  cli_run plugins
  [[ $output =~ cf-pcap\ +[0-9.]+\ +pcap-app\ +Capture ]]
  cli_run help pcap-app
  [[ $output == *"pcap-app myapp -o capture.pcap -f"* ]]
  not grep -q 'pcap myapp' <<<"$output"
  instances 1 && tool
  run -0 "$cli" pcap-app myapp -o capture.pcap -d 500ms
}

# Another plugin with that command: this one, under another name and with another summary.
other_plugin() {
  perl -pe 's/cf-pcap\0/cf-dump\0/g; s/pcap-app\0/dump-all\0/g; s/Capture network packets of an/Dumps network traffic of any /g' "$plugin" >other
  not cmp -s other "$plugin"
  chmod +x other
  cli_run install-plugin -f ./other
  [[ $output == *"Plugin cf-dump "*" successfully installed."* ]]
}

@test "beside another plugin's pcap it goes by the second name, says so, and is pcap again once that is gone" {
  cp -r "$root/build/tools/cf" "$BATS_TEST_TMPDIR/cf" # the one that is asked: the CLI itself, not the stand-in
  cli=$BATS_TEST_TMPDIR/cf
  other_plugin
  cli_install
  [[ $output == *"The command 'cf pcap' is another's: this plugin's is 'cf pcap-app'."* ]]
  cli_run plugins
  [[ $output =~ cf-pcap\ +[0-9.]+\ +pcap-app\ +Capture ]]
  [[ $output =~ cf-dump\ +[0-9.]+\ +pcap, ]]
  cli_run uninstall-plugin cf-dump
  cli_install
  not grep -qF "is another's" <<<"$output"
  cli_run plugins
  [[ $output =~ cf-pcap\ +[0-9.]+\ +pcap, ]]
}

@test "cf uninstall-plugin removes it" {
  cli_install
  cli_run uninstall-plugin cf-pcap
  [[ $output == *"successfully uninstalled."* ]]
  run -1 "$cli" pcap myapp
}

@test "run by cf, it uses that cf for its questions, and shows its answer" {
  cli_install
  rm -r "$FAKE_CF/log" # of what was asked then
  cp "$cli" cf8 # people have several, under several names; none of them in PATH is asked
  run -1 ./cf8 pcap myapp
  [[ $output == *"No API endpoint set. Use "* ]]
  [ ! -e "$FAKE_CF/log" ]
}

@test "run by cf, a capture ends with cf's status 0, or 1 if it failed" {
  cli_install
  instances 2 && tool
  run -0 "$cli" pcap myapp -o capture.pcap -d 1s
  [ "${lines[-1]}" = "Saved capture to 'capture.pcap'." ]
  run -1 "$cli" pcap myapp -o capture.pcap -i 9
}

# The lines of the page, with the CLI of this test, as a CI job runs them: any command that fails ends it.
ci_job() { # tests
  local page=$root/docs/catch-it-when-it-happens.md
  sed -n '/^## In a CI job/,$ s/^    //p' "$page" | sed 's/^cf pcap/.\/the-cli pcap/' >job
  grep -q '^./the-cli pcap myapp --follow' job
  printf '#!/bin/sh\n%s\n' "$1" >run-tests && chmod +x run-tests
  status=0
  timeout 600 bash -eu job >job.out 2>&1 3>&- || status=$?
}

@test "the CI job of the page on long captures keeps the capture where the tests fail, and their status is its own" {
  cli_install
  instances 2 && tool
  ci_job 'grep -q "^Capturing, " capture.log && exit 3'
  [ "$status" = 1 ] || fail "$(cat job.out capture.log)"
  grep -qF "Saved capture to 'capture.pcapng'." capture.log
  output=capture.pcapng
  holds_all_packets 0 1
  ci_job 'grep -q "^Capturing, " capture.log'
  [ "$status" = 0 ] || fail "$(cat job.out capture.log)"
  [ ! -e capture.pcapng ]
  # The capture has ended before the tests have, as at --max-size.
  ci_job 'pkill -TERM -P "$(pgrep -P "$PPID" the-cli)"; while pgrep -P "$PPID" the-cli; do sleep 0.1; done'
  grep -qF "Saved capture to 'capture.pcapng'." capture.log
  [ "$status" = 0 ] || fail "$(cat job.out capture.log)"
  no_child_is_left
}

@test "run by itself, it says how to install it" {
  run -0 "$plugin"
  [[ $output == *"cf install-plugin -f $plugin"* ]]
}

@test "without a CLI at the port it gives the reason" {
  run -1 "$plugin" 1 SendMetadata
  [[ $output == *"did not take the plugin's metadata: Connection refused"* ]]
}
