# The core of the plugin in thousands of scenarios that are made up (src/cf-pcap-plugin/simulation/), and whether
# those would find a fault: faults that it once had are planted again, each in a copy of the source.
# What is loaded sets variables, and uses some.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0
root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# Most of the time would be the kernel's, which gives memory and takes it back; glibc keeps it then.
export MALLOC_MMAP_THRESHOLD_=$((1 << 30)) MALLOC_TRIM_THRESHOLD_=$((1 << 30))

setup_file() {
  make -s -C "$root/src/cf-pcap-plugin/test" "$root/build/units/cf-pcap-plugin/simulation"
  make -s -C "$root/src/cf-pcap-plugin/test" SANITIZE=1 "$root/build/units-sanitized/cf-pcap-plugin/simulation"
  # A copy of the source, and its objects: those of a file with a fault take the place of the right ones for a test.
  cp -r "$root/src/cf-pcap-plugin" "$root/src/pcap-merge" "$root"/src/*.h "$BATS_FILE_TMPDIR/"
  # shellcheck disable=SC2016
  cd "$BATS_FILE_TMPDIR" && printf '%s\n' pcap-merge/*.c cf-pcap-plugin/{simulation,core}/*.c cf-pcap-plugin/{quote,advice,index_list,interfaces,hosts}.c |
    xargs -n 4 -P "$(nproc)" bash -c 'for file; do compile "$file"; done' bash
}
compile() { gcc -std=c11 -D_GNU_SOURCE -O2 -w -c -o "${1%.c}.o" "$1"; }
export -f compile

fail() { printf '%s\n' "$@" >&2; return 1; }

# The same seeds in each run: what fails then is of the change that is tested. `simulation -t` and `make fuzz` try others;
# the seed of a violation, and what happened, are printed.
first() { echo 1; }

@test "four thousand scenarios: it ends in time, loses nothing silently, tells the truth" {
  "$root/build/units/cf-pcap-plugin/simulation" 4000 "$(first)"
}

@test "four hundred of them under the sanitizers" {
  "$root/build/units-sanitized/cf-pcap-plugin/simulation" 400 "$(first)"
}

# Makes the change, and expects that the simulation finds it: in a minute, where it has a processor for itself.
finds() { # file sed-script
  local object=$BATS_FILE_TMPDIR/${1%.c}.o changed=$BATS_FILE_TMPDIR/$1
  sed -E "$2" "$root/src/$1" >"$changed"
  ! cmp -s "$changed" "$root/src/$1" || fail "the fault is not planted: $2"
  mv "$object" "$object.right"
  compile "$changed"
  gcc -o "$BATS_TEST_TMPDIR/simulation" "$BATS_FILE_TMPDIR"/{pcap-merge,cf-pcap-plugin,cf-pcap-plugin/{core,simulation}}/*.o
  mv "$object.right" "$object"
  run -1 timeout 900 "$BATS_TEST_TMPDIR/simulation" 40000 1
  printf '%s\n' "${lines[@]:0:2}"
}

@test "planted, row 1: a link type that was refused is tried again" {
  finds pcap-merge/merge.c 's/stream->state = MERGE_REFUSED;/return result;/'
}

@test "planted, row 2: an output that has failed is written again" {
  finds cf-pcap-plugin/core/output.c 's/output->state = OUTPUT_FAILED;/output->state = OUTPUT_READY;/; s/output->cut = merge_give_up.*//'
}

@test "planted, row 3: the duration is counted from the first stream" {
  finds cf-pcap-plugin/core/stop.c 's/core->announced_at != UINT64_MAX \&\&$/outputs_were_opened(core) \&\&/; s/core->now - core->announced_at >=/core->now - core->instances[0]->session.started_at >=/'
}

@test "planted, row 4: a second ^C does not give up an output that takes nothing" {
  finds cf-pcap-plugin/core/output.c 's/if \(core->stop.at_once\)/if (false)/'
}

@test "planted: a packet more than --count is saved" {
  finds pcap-merge/merge.c 's/if \(merge->bounds.packets == 0\)/if (merge->bounds.packets == UINT64_MAX - 1)/; s/(merge->bounds.packets) != UINT64_MAX/\1 > 0/'
}

@test "planted: --max-size leaves no room for the statistics" {
  finds pcap-merge/merge.c 's/\(uint64_t\)writer->streams \* writer->format->statistics_size/0/'
}

@test "planted: the disk is looked at once, when the output is opened" {
  finds cf-pcap-plugin/core/output.c 's/core->now - disk->looked_at < DISK_INTERVAL \&\&/true ||/'
}

@test "planted: the second file has no interface blocks" {
  finds pcap-merge/merge.c 's/return result == 0 \&\& stream->output != merge->output/return result == 0 \&\& false/; s/merge->writer->streams = 0;//; s/merge->is_new = true;//'
}

@test "planted: the packet that did not fit into a file is in none" {
  finds pcap-merge/merge.c 's/result = is_beyond\(merge, 0\);/result = is_beyond(merge, 0); if (result == -EOVERFLOW) stream_take(\&stream->stream);/'
}

@test "planted: one file too many is kept" {
  finds cf-pcap-plugin/core/rotation.c 's/rotation->removed <= core->config.keep/rotation->removed <= core->config.keep + 1/'
}

@test "planted: a viewer that takes nothing is waited for" {
  finds cf-pcap-plugin/core/output.c 's/bool stuck = .*/bool stuck = false;/'
}

@test "planted: after a viewer that took nothing was closed its file is not written" {
  finds cf-pcap-plugin/core/core.c '/^void core_viewer_gone/,/^}/ s/core_unblocked\(core, 0\);//'
}

@test "planted: the status is that of the output alone" {
  finds cf-pcap-plugin/core/closing.c 's/return failed \? 1 : 0;/return outputs_were_opened(core) ? 0 : 1;/'
}

@test "planted: a packet that was in the buffer when the output failed is not counted as lost" {
  finds pcap-merge/merge.c 's/counts->lost\+\+;//'
}

@test "planted, found beside the simulation: time in which a session was not read is taken off the time it had" {
  finds cf-pcap-plugin/core/actions.c 's/\(session->paused_at > session->asked_at \? session->paused_at : session->asked_at\)/session->paused_at/'
}

@test "planted: it says that no packet came, and some did" {
  finds cf-pcap-plugin/core/quiet.c 's/ \|\| session->stream\.stream\.tail > FILE_HEADER//'
}

@test "planted, --follow: instances of two processes are taken for each other" {
  finds cf-pcap-plugin/core/follow.c 's/strcmp\(is_in, process\) != 0/false/'
}

@test "planted, --follow: an instance becomes another process's on one of its interfaces" {
  finds cf-pcap-plugin/core/follow.c 's/if \(instance_is_same\(other, instance\)\)$/if (other == instance)/'
}

@test "planted: status 0 while a version of the app is not captured" {
  finds cf-pcap-plugin/core/closing.c 's/follow_beside\(core\) > 0;/false;/'
}

@test "planted, --follow: that an instance is captured again is not told" {
  finds cf-pcap-plugin/core/follow_tell.c 's/if \(gather\(core, &group, again\)\)/if (false)/'
}

@test "planted, --follow: what ends is not looked for" {
  finds cf-pcap-plugin/core/follow_look.c 's/about\(core, LOOK_INTERVAL\), retry/about(core, LOOK_INTERVAL * 40), retry/; s/if \(!follow->missing\)/if (true)/'
}

@test "planted, --follow: status 0 while an instance is missing" {
  finds cf-pcap-plugin/core/follow_gap.c 's/return follow->missing \|\| !instance->session.stream.opened \|\|/return/; s/^ +instance->session.captured_from == UINT64_MAX;/false;/'
}

@test "planted, --follow: time in which an instance was scaled away counts as captured" {
  finds cf-pcap-plugin/core/follow_gap.c 's/from \+= follow->absent_for \+ missed;/from += missed;/'
}

@test "planted, --follow: one answer that there is no such app ends the capture" {
  finds cf-pcap-plugin/core/follow_look.c 's/look->not_found >= 2/look->not_found >= 1/'
}

@test "planted: an instance that the user has named, and that does not run, is no failure" {
  finds cf-pcap-plugin/core/closing.c 's/failed \|= core->absent\[i\]->chosen;/;/'
}

@test "planted: a connection that is dead is not noticed" {
  finds cf-pcap-plugin/core/session.c 's/\*silent >= STALL;/*silent > STALL * 100;/'
}

@test "planted, --follow: the second ones of an index are listed as the first" {
  finds cf-pcap-plugin/core/session_list.c 's/instance->index, instance->number\)/instance->index, 1)/'
}

@test "planted, --follow: instances are listed in the order in which they came" {
  finds cf-pcap-plugin/core/core.c 's/is_before\(instance, core->ordered\[at - 1\]\)/false/'
}

@test "planted, several interfaces: a container that is captured on one is taken for captured on the other" {
  finds cf-pcap-plugin/core/follow.c 's/other->interface == instance->interface/true/'
}

@test "planted, several interfaces: sessions are counted as instances" {
  finds cf-pcap-plugin/core/live.c 's/expected\[instance->interface\] \+=/expected[0] +=/'
}

@test "planted, several interfaces: what is new is captured on one of them" {
  finds cf-pcap-plugin/core/follow_look.c 's/core_add\(core, listed->index, interface, NULL/interface > 0 || core_add(core, listed->index, interface, NULL/'
}

@test "planted, TLS keys: packets do not wait for them" {
  finds cf-pcap-plugin/core/output.c 's/core->config.tls_keys != NULL && \(core->stop/false \&\& (core->stop/'
}

@test "planted, TLS keys: what came after the last packet is not written" {
  finds cf-pcap-plugin/core/output.c 's/merge_put_secrets\(&output->merge\) != 0 \|\| //'
}

@test "planted, TLS keys: one that comes twice is written twice" {
  finds cf-pcap-plugin/core/key_store.c 's/if \(\*place_of\(store, line, length\) != 0\)/if (false)/'
}

@test "planted, TLS keys: a follower is left" {
  finds cf-pcap-plugin/core/stop.c 's/keys_are_over\(core\)/true/'
}

@test "planted, TLS keys: the next file has none of those before it" {
  finds pcap-merge/writer_pcapng.c 's/writer_begin_secrets\(writer\);//'
}

@test "planted: a login that fails for a while is given up at once" {
  finds cf-pcap-plugin/core/logins.c 's/session->tries \+ 1 < most/false/'
}

@test "planted: a login that goes on failing is tried for ever" {
  finds cf-pcap-plugin/core/logins.c 's/session->tries \+ 1 < most/true/'
}

@test "planted: a session that falls silent after its answer is not named" {
  finds cf-pcap-plugin/core/stop.c 's/session->fell_silent = .*/session->fell_silent = false;/'
}

@test "planted: a pipe that ends within a packet is not told of" {
  finds cf-pcap-plugin/core/output.c 's/output->is_torn = .*/output->is_torn = false;/'
}

@test "planted, --split: two instances have the same file" {
  finds cf-pcap-plugin/core/outputs.c 's/core->outputs\[i\]->copy == instance->number/true/'
}

@test "planted, --split: a file that fails ends the capture of all" {
  finds cf-pcap-plugin/core/output.c 's/if \(core->outputs\[i\]->error == 0\)/if (false)/'
}

@test "planted, --split: an instance whose file has failed is captured again" {
  finds cf-pcap-plugin/core/follow.c 's/ \|\| session->cause == CAUSE_OUTPUT//'
}

@test "planted, --split: --count is of each file" {
  finds cf-pcap-plugin/core/output.c 's/output->merge.bounds.packets = core->wanted;/if (output->merge.bounds.packets == UINT64_MAX) &/'
}

@test "planted, --split: --max-size is of each file" {
  finds cf-pcap-plugin/core/rotation.c 's/before \+= outputs_beside.*/before += 0;/'
}

@test "planted, --split: of the files that are whole the last line names all but one" {
  finds cf-pcap-plugin/core/saved.c 's/group->count\+\+;/group->count += first != NULL;/'
}

@test "planted: a file that was removed, for it had no packet, is counted" {
  finds cf-pcap-plugin/core/saved.c 's/\(rotation->dropped \? 1 : 0\)/0/'
}

@test "planted: the ^C that ended cf is a second one" {
  finds cf-pcap-plugin/core/core.c 's/&& !is_of_cf\)/\&\& (is_of_cf || true))/'
}

@test "planted: keys are told of that the file has no room for" {
  finds cf-pcap-plugin/core/keys_tell.c 's/written\(core\), written\(core\)/core->keys.came, written(core)/; s/if \(written\(core\) > 0\)/if (true)/'
}
