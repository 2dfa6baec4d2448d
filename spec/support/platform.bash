# A Cloud Foundry on this machine for tests of the acceptance tests.
#
#     source spec/support/platform.bash
#     platform_start --capture disabled        # in $BATS_FILE_TMPDIR; the options of tools/local-cloud/start
#     accepted                                 # acceptance-tests/run, with its environment set for the platform
#     platform_stop

support_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=$support_root/build/tools:$support_root/build/packages/bats-core/bin:$PATH
# shellcheck source=spec/support/patience.bash
source "$support_root/spec/support/patience.bash"
export CF_PCAP_PLUGIN=$support_root/build/bin/cf-pcap-plugin

platform_start() { # option…
  "$support_root/tools/local-cloud/start" --state "$BATS_FILE_TMPDIR/cf" "$@" >"$BATS_FILE_TMPDIR/start" 3>&- || return
  # shellcheck source=/dev/null
  source "$BATS_FILE_TMPDIR/cf/environment"
}

platform_stop() { "$support_root/tools/local-cloud/stop" --state "$BATS_FILE_TMPDIR/cf"; }

# All pass, none is skipped.
accepted() { # file…
  local out=$BATS_TEST_TMPDIR/out
  if ! "$support_root/acceptance-tests/run" "${@/#/$support_root/acceptance-tests/}" >"$out" 2>&1 3>&- ||
    ! grep -q '^ok ' "$out" || grep -qE '^ok .*# skip' "$out"; then
    cat "$out"
    tail -n 20 "$BATS_FILE_TMPDIR"/cf/log/{cloud,ssh-proxy}
    return 1
  fi
}

# A login of the test's own, or of the file's.
platform_login() {
  export CF_HOME=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}
  cf api "$CF_PCAP_API" --skip-ssl-validation && cf auth "$CF_PCAP_USER" "$CF_PCAP_PASSWORD" && cf target -o pcap -s dev
}

# An app "checked" that all tests of `cf pcap --check` share, and what that says about it: a status, and lines.
push_checked() { # option…
  platform_login >/dev/null
  cf install-plugin -f "$CF_PCAP_PLUGIN" >/dev/null
  cf push checked -p "$support_root/acceptance-tests/assets/app" -b binary_buildpack -m 64M "$@" >/dev/null
}
check_says() { # status line…
  local line said status=0
  said=$(cf pcap --check "${CHECKED:-checked}" 2>&1) || status=$?
  [ "$status" = "$1" ] || { printf 'status %s\n%s\n' "$status" "$said" && return 1; }
  for line in "${@:2}"; do
    grep -qF -- "$line" <<<"$said" || { printf 'not said: %s\n%s\n' "$line" "$said" && return 1; }
  done
}

# What the acceptance tests make is gone afterwards, whatever happened to them.
nothing_is_left() {
  local list
  platform_login
  for list in organizations spaces apps routes; do
    ! cf curl "/v3/$list" | grep -F cf-pcap-test || { echo "left in $list" && return 1; }
  done
}

# `cf ssh` for a command. It comes late: the SSH proxy can hand on the end of one before it has handed on that it was
# started, and cf ssh says no more than "EOF" then.
cf_ssh() { cf ssh "${@:1:$#-1}" -T -c "sleep 0.5; ${!#}"; } # app [option…] command
