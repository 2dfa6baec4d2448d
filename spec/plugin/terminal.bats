# A person at a terminal (tmux): the real cf CLI starts the plugin, and ^C goes to whoever it would.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154

load support/plugin
load support/cli

teardown() {
  tmux -S "$BATS_TEST_TMPDIR/tmux" kill-server 2>/dev/null || true
}

person() { tmux -S "$BATS_TEST_TMPDIR/tmux" "$@"; }
types() { person send-keys -l "$1" && person send-keys Enter; }
presses() { person send-keys "$@"; }
screen() { person capture-pane -p; }
sees() { screen | grep -qE -- "$1"; }
has_seen() { person capture-pane -p -S - | grep -qE -- "$1"; } # also what was scrolled away
sees_after() { # first then: the second below the first
  screen | awk -v first="$1" -v then="$2" '$0 ~ first { below = 1; next } below && $0 ~ then { found = 1 } END { exit !found }'
}
what_is_seen() { screen | grep .; }

# Whether a program is what ^C would reach.
in_front() { ps -t "$(person display-message -p '#{s|/dev/||:pane_tty}')" -o stat=,comm= | awk -v name="$1" '$1 ~ /\+/ && $2 == name { found = 1 } END { exit !found }'; }

# The last line. Where ^C has ended what reads the pipe as well, packets may have come after its last read.
CLOSES='^(The capture was written to standard output|Saved part of the capture to standard output: )'

# The screen is empty but for the prompt: what is seen from now on is new.
clears() {
  types clear
  eventually is_clear
}
is_clear() { [ "$(screen | grep .)" = 'ready>' ]; }

# A terminal with this shell in it.
sits_down() { # shell word…
  cli_install
  person -f /dev/null new-session -d -x 100 -y 40 "$@"
  eventually sees '[#%$] *$'
  types "PS1='ready> '; clear"
  eventually sees '^ready> *$'
}

# What may be late on a busy machine, and what is free where the file is.
FREE='(, [0-9]+ late)?, [0-9.]+ [kMGT]?B free'

captures_and_presses_c() { # shell word…
  sits_down "$@"
  instances 2 && tool
  types "stty -g >before; ./the-cli pcap myapp -o capture.pcap; echo status \$?; stty -g >after"
  eventually sees '^Capturing, press \^C to stop\.\.\.$'
  eventually sees "(^|, )[0-9]+ packets, [0-9.]+ k?B$FREE  0: [0-9]+, [0-9.]+ k?B(, [0-9]+ late)?  1: [0-9]+, [0-9.]+ k?B(, [0-9]+ late)?\$"
  presses C-c
  eventually sees_after "^Saved capture to 'capture.pcap'" '^status 0$'
  sees '^\^C$'
  not sees '(^|, )[0-9]+ packets,' # the line that is written over is gone
  eventually sees_after '^status 0$' '^ready> *$'
  output=capture.pcap
  holds_all_packets 0 1
  # The terminal is as it was: its settings, and ^C reaches the shell's job.
  cmp before after
  types "sleep 100; echo slept \$?"
  eventually in_front sleep
  presses C-c
  types "echo still here"
  eventually sees '^still here$'
}

@test "in bash: a live line, and ^C ends the capture; the prompt comes back after the last line" { captures_and_presses_c bash --norc; }
@test "the same in zsh" { captures_and_presses_c zsh -f; }
@test "the same in dash" { captures_and_presses_c dash; }

@test "what the kernel drops is in the live line while it does" {
  sits_down bash --norc
  instances 2
  tool all 'tool_begin "$@"; tool_packet; tool_say "$((INDEX + 5)) packets dropped by kernel so far"
until [ -e "$FAKE_CF/more" ]; do sleep 0.05; done
tool_say "$((INDEX + 10)) packets dropped by kernel so far"; tool_wait 600; DROPPED=20; tool_end'
  types "./the-cli pcap myapp -o capture.pcap"
  eventually sees "(^|, )2 packets, 34 B, 11 dropped$FREE  0: 1, 17 B, 5 dropped  1: 1, 17 B, 6 dropped\$"
  touch "$FAKE_CF/more"
  eventually sees "(^|, )2 packets, 34 B, 21 dropped$FREE  "
  presses C-c
  eventually sees '^all +4 +68 B +40 +[0-9]+ +[0-9.]+ (m [0-9]+ )?s$'
}

@test "^Z gives the prompt back while the capture goes on, and fg takes it up again" {
  for shell in "bash --norc" "zsh -f" dash; do
    # Words on purpose.
    # shellcheck disable=SC2086
    sits_down $shell
    instances 2 && tool
    types "stty -g >before"
    types "./the-cli pcap myapp -o capture.pcap"
    eventually sees '(^|, )[0-9]+ packets,.*  0: [1-9].*  1: [1-9]'
    presses C-z
    eventually sees '[Ss]topped|suspended'
    types "clear; echo at the prompt"
    eventually sees '^at the prompt$'
    sleep 1
    not sees '(^|, )[0-9]+ packets,'
    types fg
    eventually sees '(^|, )[0-9]+ packets,'
    presses C-c
    eventually sees_after "^Saved capture to 'capture.pcap'" '^ready> *$'
    output=capture.pcap
    holds_all_packets 0 1
    types "stty -g >after; clear; echo compared"
    eventually sees '^compared$'
    cmp before after
    person kill-server
    rm -f capture.pcap
  done
}

@test "in the background it leaves the terminal alone, until fg" {
  sits_down bash --norc
  instances 1 && tool
  types "./the-cli pcap myapp -o capture.pcap >said &"
  output=capture.pcap
  eventually holds_packet "0 1"
  types "echo typed meanwhile"
  eventually sees '^typed meanwhile$'
  types fg
  eventually in_front cf-pcap # which takes the terminal from cf a few times a second
  presses C-c
  types "cat said"
  eventually sees "^Saved capture to 'capture.pcap'"
  holds_all_packets 0
}

@test "in a script, ^C ends the capture and the script goes on" {
  sits_down bash --norc
  instances 1 && tool
  printf '%s\n' './the-cli pcap myapp -o capture.pcap' 'echo the script goes on with $?' >script
  types "sh ./script"
  eventually sees '^Capturing'
  presses C-c
  eventually sees_after "^Saved capture to 'capture.pcap'" '^the script goes on with 0$'
}

@test "with its messages piped, ^C ends the capture, and all of them arrive" {
  sits_down bash --norc
  instances 1 && tool
  types "./the-cli pcap myapp -o capture.pcap | cat >said; cat said"
  output=capture.pcap
  eventually holds_packet "0 1"
  eventually in_front cf-pcap # else ^C would end cat as well
  presses C-c
  eventually sees_after "^Saved capture to 'capture.pcap'" '^ready> *$'
  not grep -q $'\r' said
}

# A shell gives it when it has started the job; a busy one may do so after the plugin has taken it.
@test "the terminal is given to the job once more: ^C is still for the plugin alone" {
  sits_down bash --norc
  instances 1 && tool
  cat >give.py <<'PYTHON'
import os, signal, sys, time
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
while not os.path.exists("go"):
    time.sleep(0.05)
os.tcsetpgrp(os.open("/dev/tty", os.O_RDWR), os.getpgrp())
print("given", flush=True)
print(sys.stdin.read())
PYTHON
  types "clear; ./the-cli pcap myapp -o capture.pcap | python3 give.py"
  output=capture.pcap
  eventually holds_packet "0 1"
  eventually in_front cf-pcap
  touch go
  eventually sees '^given'
  eventually in_front cf-pcap
  presses C-c
  eventually sees_after "^Saved capture to 'capture.pcap'" '^ready> *$'
  not sees 'KeyboardInterrupt'
  holds_all_packets 0
}

# What tcpdump says comes by way of a file as well, for the screen holds only the last lines.
@test "live into tcpdump: its lines and no others while it runs, ^C ends both, in order" {
  for shell in "bash --norc" "zsh -f" dash; do
    # shellcheck disable=SC2086
    sits_down $shell
    instances 1 && tool
    types "clear; ./the-cli pcap myapp -o - | tcpdump -l -n -r - | tee read"
    eventually sees '^[0-9:.]+ 02:.* ethertype Unknown \(0x88b5\)'
    eventually sees '0\.([6-9][0-9]|[0-9]{3,})$' # by then the counts would have been shown a few times
    not sees 'packets, [0-9]'
    eventually in_front cf-pcap # else ^C would end tcpdump as well, with packets still to read
    presses C-c
    eventually sees_after '^The capture was written to standard output' '^ready> *$'
    [ "$(grep -c 'ethertype' read)" = "$(cat "$FAKE_CF/captured-0")" ]
    person kill-server
    rm read
  done
}

@test "without -o a pipe or a file gets the capture, and the terminal the messages" {
  sits_down bash --norc
  instances 1 && tool
  types "clear; ./the-cli pcap myapp | tcpdump -l -n -r - >read"
  eventually sees '^Standard output is a pipe: the capture goes there'
  eventually sees '^myapp 0, eth0, all packets -> standard output$'
  eventually grep -q ethertype read
  eventually in_front cf-pcap # else ^C would end tcpdump as well, with packets still to read
  presses C-c
  eventually sees_after '^The capture was written to standard output' '^ready> *$'
  types "clear; ./the-cli pcap myapp >x.pcap"
  eventually sees '^Standard output is a file: the capture goes there'
  output=x.pcap
  eventually holds_packet "0 1"
  presses C-c
  eventually sees_after '^The capture was written to standard output' '^ready> *$'
  holds_all_packets 0
  run ! compgen -G 'myapp-*'
}

@test "without -o, and nothing of it at the terminal, the capture is in a file of its own: logs hold no packets" {
  sits_down bash --norc
  instances 1 && tool
  types "clear; ./the-cli pcap myapp -d 500ms 2>&1 | cat"
  eventually sees "^Saved capture to 'myapp-"
  types "clear; ./the-cli pcap myapp -d 500ms >/dev/null; echo silent \$?"
  eventually sees '^silent 0$'
  [ "$(compgen -G 'myapp-*.pcap' | wc -l)" -gt 0 ]
}

# less stops at its first screen and waits for a key, which it reads from the terminal.
looks_at_it_page_by_page() { # shell word…
  sits_down "$@"
  instances 1 && tool
  types "stty -g >before; ./the-cli pcap myapp -o - | tcpdump -l -n -r - 2>tcpdump.err | less -X"
  eventually sees '^:$'
  sees ' ethertype Unknown '
  first=$(screen | grep -m 1 ' ethertype ')
  presses Space
  eventually not_sees_text "$first"
  eventually sees '^:$'
}
not_sees_text() { ! screen | grep -qF -- "$1"; }
# What is typed while less handles ^C is thrown away by it.
# What comes too late for it stands at the prompt.
leaves_the_pager() { presses q && sleep 0.5 && ! pgrep -t "$(person display-message -p '#{s|/dev/||:pane_tty}')" -x less >/dev/null; }
comes_back_and_is_over() {
  # With ^C the prompt may be back before this line, or less draw its screen once more behind it.
  eventually has_seen "$CLOSES"
  presses C-u
  types "stty -g >after"
  eventually test -s after
  cmp before after
  no_child_is_left
  person kill-server
  rm after
}

@test "a pager in the pipeline reads its keys, and that it is left ends the capture" {
  for shell in "bash --norc" "zsh -f" dash; do
    # shellcheck disable=SC2086
    looks_at_it_page_by_page $shell
    eventually leaves_the_pager
    comes_back_and_is_over
  done
}

@test "^C beside a pager ends the capture, and leaves what is there to be read" {
  for shell in "bash --norc" "zsh -f" dash; do
    # shellcheck disable=SC2086
    looks_at_it_page_by_page $shell
    presses C-c
    no_child_is_left
    eventually leaves_the_pager
    comes_back_and_is_over
  done
}

@test "with stty tostop, what stands behind the pipe writes all the same" {
  sits_down bash --norc
  instances 1 && tool
  types "stty tostop; ./the-cli pcap myapp -o - | tcpdump -l -n -r -"
  eventually sees '0\.[0-9]{2,}$'
  presses C-c
  eventually has_seen "$CLOSES"
  not sees '[Ss]topped'
  no_child_is_left
}

@test "a terminal that is held (^S) does not hold the capture up" {
  sits_down bash --norc
  instances 1 && tool
  types "./the-cli pcap myapp -o capture.pcap"
  eventually sees '(^|, )[0-9]+ packets,'
  presses C-s
  output=capture.pcap
  local number
  number=$(packets | grep -c .) || true
  eventually holds_packet "0 $((number + 100))" # two seconds of them
  presses C-q C-c
  eventually sees "^Saved capture to 'capture.pcap'"
  holds_all_packets 0
}

@test "a terminal that is closed ends the capture, in order" {
  for shell in "bash --norc" "zsh -f" dash; do
    # shellcheck disable=SC2086
    sits_down $shell
    instances 2 && tool
    types "./the-cli pcap myapp -o capture.pcap"
    eventually sees '(^|, )[0-9]+ packets,.*  0: [1-9].*  1: [1-9]'
    person kill-server
    no_child_is_left
    eventually no_plugin_is_left # it writes what came
    output=capture.pcap
    holds_all_packets 0 1
    rm capture.pcap
  done
}
no_plugin_is_left() { ! pgrep -f "$CF_HOME/.cf/plugins/cf-pcap [0-9]+ pcap" >/dev/null; }

@test "a killed plugin leaves the terminal to the shell" {
  sits_down bash --norc
  instances 1 && tool
  types "./the-cli pcap myapp -o capture.pcap"
  eventually sees '(^|, )[0-9]+ packets,'
  kill -KILL "$(pgrep --oldest -f "$CF_HOME/.cf/plugins/cf-pcap [0-9]+ pcap")"
  eventually sees 'ready> *$'
  types "echo typed afterwards"
  eventually sees '^typed afterwards$'
}

@test "more than twenty instances: what will be captured is shown, and it asks first" {
  sits_down bash --norc
  instances 21 && tool
  types "./the-cli pcap myapp -o capture.pcap --interface eth0,lo -f 'tcp port 80'; echo status \$?"
  eventually sees '^Capture on 21 instances\? \[yN\]: *$'
  sees '^instances +21: 0-20$'
  sees '^interface +eth0 and lo$'
  sees '^filter +tcp port 80$'
  types n
  eventually sees '^status 1$'
  [ ! -e "$FAKE_CF/pid-0" ]
  clears
  types "./the-cli pcap myapp -o capture.pcap; echo status \$?"
  eventually sees '^Capture on 21'
  types y
  eventually sees '^Capturing'
  presses C-c
  eventually sees '^status 0$'
  clears
  types "./the-cli pcap myapp -o capture.pcap -y"
  eventually sees '^Capturing'
  not sees '^Capture on 21'
  presses C-c
  eventually sees '^Saved'
}
