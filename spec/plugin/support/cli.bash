# shellcheck shell=bash disable=SC2034,SC2154
# The real cf CLI (build/tools/cf, see scripts/build-tools), with a home of its own. Under a name that
# does not begin with "cf", so that the plugin asks the stand-in `cf` in PATH: there is no platform here.

cli=$BATS_TEST_TMPDIR/the-cli
export CF_HOME=$BATS_TEST_TMPDIR

cli_run() { # word…
  [ -x "$cli" ] || ln "$root/build/tools/cf" "$cli" 2>/dev/null || cp "$root/build/tools/cf" "$cli"
  run -0 "$cli" "$@"
}
cli_install() { cli_run install-plugin -f "$plugin"; }
