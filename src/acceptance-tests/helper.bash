# What the tests have in common. `run` has logged in, pushed the apps and set:
#   PREFIX   in front of every name it made: apps $PREFIX-web (buildpack, three instances), $PREFIX-no-ssh (the same
#            without SSH, one instance), $PREFIX-musl and $PREFIX-shell (docker) and $PREFIX-cnb, where the platform
#            has those lifecycles
#   CF_PCAP_…  the configuration, see docs/acceptance-tests.md

# shellcheck disable=SC2016,SC2034 # what runs inside is quoted; other files use what is set here
bats_require_minimum_version 1.5.0

TOOL=/tmp/lifecycle/cf-pcap WEB=$PREFIX-web WITHOUT_SSH=$PREFIX-no-ssh

# Comes before a command that may end at once: the SSH proxy can hand on its end before it has handed on that it was
# started, and cf ssh then says no more than "EOF", with status 1.
# Its stdin is a pipe that ends after five seconds, so that it ends also if it captures after all.
UNHURRIED='sleep 0.7;'

fail() { printf '%s\n' "$@" >&2; return 1; }

# The first string value of a key in the JSON on stdin.
value() { grep -oE "\"$1\": *\"[^\"]*\"" | head -1 | sed -E 's/.*: *"(.*)"/\1/'; }

# What does not change while the tests run is asked once.
once() { # name command…
  local file=$BATS_RUN_TMPDIR/$1
  shift
  [ -s "$file" ] || "$@" >"$file" || { rm -f "$file" && return 1; }
  cat "$file"
}
guid() { once "guid-$1" cf app "$1" --guid; }
url() { echo "https://$(once "routes-$1" cf curl "/v3/apps/$(guid "$1")/routes" | value url)"; }

# Asks the app for /PATH through the platform's router, instance INDEX if told; tries again, because a route
# may be young. Fails if nothing answers.
ask() { # app path [index]
  local -a header=()
  [ $# -lt 3 ] || header=(-H "X-Cf-App-Instance: $(guid "$1"):$3")
  curl -sSk --noproxy '*' --max-time 30 --retry 8 --retry-delay 1 --retry-all-errors "${header[@]}" "$(url "$1")/$2"
}

# cf start and cf restart are content with one of them.
all_running() { ! cf curl "/v3/apps/$(guid "$1")/processes/web/stats" | grep -oE '"state": *"[A-Z]+"' | grep -vq RUNNING; } # app

# Runs a shell command in instance 0 of the app.
inside() { cf ssh "$1" -T -c "$UNHURRIED $2"; } # app command

# A capture in the background: its pcap in $BATS_TEST_TMPDIR/NAME.pcap, its messages in NAME.err. Returns once
# it captures. It ends by capture_stop, which closes its stdin and returns its status.
capture_start() { # name app command
  local out=$BATS_TEST_TMPDIR/$1
  mkfifo "$out.stdin"
  cf ssh "$2" -T -c "$3" <"$out.stdin" >"$out.pcap" 2>"$out.err" 3>&- &
  echo $! >"$out.pid"
  exec {STDIN}>"$out.stdin"
  wait_for 180 settled "$out" || true
  has_bytes "$out.pcap" 24 || fail "the capture did not start: $(cat "$out.err")"
}
settled() { has_bytes "$1.pcap" 24 || ! kill -0 "$(cat "$1.pid")" 2>/dev/null; } # streams, or has ended

capture_stop() { # name
  sleep 0.5 # what is asked for just now is in the kernel's ring by then
  exec {STDIN}>&-
  wait "$(cat "$BATS_TEST_TMPDIR/$1.pid")"
}

has_bytes() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -ge "$2" ]; }

wait_for() { # seconds command…
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

# tcpdump's reading of a capture: names of files are arguments, so that it reads as another user too.
packets() { tcpdump -nn -r - "${@:2}" <"$BATS_TEST_TMPDIR/$1.pcap" 2>/dev/null; } # name [filter]
count() { packets "$@" | grep -cE '^[0-9]{2}:[0-9]{2}:' || true; }
contains() { grep -aqF -e "$2" "$BATS_TEST_TMPDIR/$1.pcap"; } # name text

# A word that is nowhere else.
marker() { echo "marker-$BATS_TEST_NUMBER-$RANDOM$RANDOM"; }

# The ports of eth0 by which clients come to a port of the app's container: the container proxy's, or itself.
outer_ports() { # app port
  once "ports-$1" inside "$1" 'echo "$CF_INSTANCE_PORTS"' | grep -oE "\{[^}]*\"internal\": *$2\b[^}]*" |
    grep -oE '"internal_tls_proxy": *[0-9]+' | grep -oE '[0-9]+$' || echo "$2"
}
ports_filter() { printf ' or tcp port %s' "$@" | cut -c5-; } # port…
# SSH into the app's container; words are ports.
# shellcheck disable=SC2046
ssh_filter() { ports_filter 2222 $(outer_ports "$1" 2222); } # app

# The lengths in the record headers of a little-endian pcap (16 bytes each, after 24 bytes of file header).
captured_lengths() { # name
  od -An -v -tu1 -w1 "$BATS_TEST_TMPDIR/$1.pcap" | awk '
    { byte[NR - 1] = $1 }
    END {
      for (at = 24; at + 16 <= NR; at += 16 + length_) {
        length_ = byte[at + 8] + 256 * (byte[at + 9] + 256 * (byte[at + 10] + 256 * byte[at + 11]))
        print length_
      }
    }'
}
longest() { captured_lengths "$1" | sort -n | tail -1; } # name

# Says whether a capture runs in instance 0.
is_capturing() { inside "$1" 'cat /proc/[0-9]*/comm 2>/dev/null' | grep -qx cf-pcap; }
is_idle() { ! is_capturing "$1"; }
