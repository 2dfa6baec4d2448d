#include "test.h"

#include <errno.h>
#include <string.h>

#include "../core/ending.h"

struct expectation {
    const char *messages;
    int status;
    bool has_header;
    enum stream_state stream;
    const char *evidence;
    enum verdict verdict;
    const char *part;
};

static const struct expectation cases[] = {
    {"", 255, false, STREAM_EMPTY, "", VERDICT_NO_SHELL, "no shell"},
    {"", 255, true, STREAM_CUT, "", VERDICT_FAILED, "cut off"},
    {"Error opening SSH connection: EOF\n", 255, false, STREAM_EMPTY, "", VERDICT_LOGIN_FAILED,
     "EOF"},
    {"'t' is not recognized as an internal or external command,\r\noperable program\r\n", 1, false,
     STREAM_NOT_PCAP, "x\n", VERDICT_NO_SHELL, "Windows"},
    {"The system cannot find the path specified.\r\n", 1, false, STREAM_EMPTY, "", VERDICT_NO_SHELL,
     "Windows"},
    {"bash: line 1: /tmp/lifecycle/cf-pcap: No such file or directory\n", 127, false, STREAM_EMPTY,
     "", VERDICT_FAILED, "cf restart myapp"},
    {"sh: exec: line 1: /tmp/lifecycle/cf-pcap: not found\n", 127, false, STREAM_EMPTY, "",
     VERDICT_FAILED, "not in the container"},
    {"bash: line 1: /tmp/lifecycle/cf-pcap: Operation not permitted\n", 126, false, STREAM_EMPTY,
     "", VERDICT_FAILED,
     "cannot be started in the container (bash: line 1: /tmp/lifecycle/cf-pcap: Operation not"},
    {"Error opening SSH connection: You are not authorized to perform the requested action.\n", 1,
     false, STREAM_NOT_PCAP, "FAILED\n", VERDICT_SSH_REFUSED, "SSH"},
    {"cf-pcap: may not capture: the container forbids gaining privileges\n", 1, false, STREAM_EMPTY,
     "", VERDICT_FAILED, "may not capture: the container forbids gaining privileges"},
    {"cf-pcap: there is no interface 'eth7' here; use one of: lo eth0 any\n", 2, false,
     STREAM_EMPTY, "", VERDICT_FAILED,
     "there is no interface 'eth7' here; use one of: lo eth0 any"},
    {"cf-pcap: capturing on eth0\ncf-pcap: the capture broke: The interface disappeared\ncf-pcap: "
     "3 packets "
     "captured\ncf-pcap: 3 packets received by filter\ncf-pcap: 0 packets dropped by kernel\n",
     1, true, STREAM_ENDED, "", VERDICT_FAILED, "the capture broke: The interface disappeared"},
    {"cf-pcap: capturing on eth0\ncf-pcap: ended by the operator's max_duration\ncf-pcap: 3 "
     "packets captured\n",
     0, true, STREAM_ENDED, "", VERDICT_ENDED, "ended by the operator's max_duration"},
    {"time=2026 level=INFO msg=x\ntime=2026 level=ERROR msg=\"failed to set up capture\" "
     "error=\"failed to open "
     "device eth7: No such device\"\n",
     1, false, STREAM_EMPTY, "", VERDICT_FAILED, "\"failed to open device eth7: No such device\""},
    {"cf-pcap: capturing on eth0\ncf-pcap: 9 packets dropped by kernel so far\n", 0, true,
     STREAM_ENDED, "", VERDICT_ENDED, "by itself"},
    {"cf-pcap: capturing on eth0\n", 0, false, STREAM_NOT_PCAP, "Hello\x1b[2J\n", VERDICT_FAILED,
     "no capture: \"Hello\\x1b[2J\""},
    {"", 0, true, STREAM_BAD_RECORD, "garbage", VERDICT_FAILED,
     "no packet, the capture of it ends there: \"garbage\""},
    {"cf-pcap: capturing on eth0\n", 137, true, STREAM_BAD_RECORD,
     "Process terminated by signal: KILL. Exited with 137\n", VERDICT_FAILED,
     "ended: Process terminated by signal: KILL"},
    {"cf-pcap: capturing on eth0\nwait: remote command exited without exit status or exit signal\n",
     1, true, STREAM_BAD_RECORD, "FAILED\n", VERDICT_FAILED,
     "the SSH connection was lost, as when the container ends: wait: remote command exited without "
     "exit status"},
    {"Warning\n\nHost key verification failed.\n\nThe fingerprint of the received key was \"x\".\n",
     1, false, STREAM_NOT_PCAP, "FAILED\n", VERDICT_LOGIN_FAILED,
     "Warning Host key verification failed. The fingerprint of the received key was \"x\"."},
    {"Error opening SSH connection: dial tcp 10.0.0.1:2222: connect: connection refused\n", 1,
     false, STREAM_NOT_PCAP, "FAILED\n", VERDICT_LOGIN_FAILED, "connection refused"},
    {"EOF\n", 1, false, STREAM_NOT_PCAP, "FAILED\n", VERDICT_FAILED, "try again"},
    {"", 0, true, STREAM_CUT, "", VERDICT_FAILED, "cut off"},
    {"", 255, true, STREAM_ENDED, "", VERDICT_FAILED, "status 255"},
    {"", -EMFILE, false, STREAM_EMPTY, "", VERDICT_FAILED,
     "could not be started: too many files are open; each instance takes three for each interface "
     "(ulimit -n"},
    {"", 0, false, STREAM_EMPTY, "", VERDICT_FAILED, "without a capture"},
    {"", 0, true, STREAM_ENDED, "", VERDICT_ENDED, "by itself"},
    {"no route to host\nbash: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8)\n", 1,
     false, STREAM_EMPTY, "", VERDICT_LOGIN_FAILED, "no route to host"},
    {"bash: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8)\n", 7, false,
     STREAM_EMPTY, "", VERDICT_FAILED, "status 7 and gave no reason"},
    {"bash: cf-pcap: Permission denied\nbash: warning: setlocale: LC_ALL: cannot change locale\n",
     126, false, STREAM_EMPTY, "", VERDICT_FAILED, "Permission denied"},
    {"bad\x1b]0;title\x07\n", 1, false, STREAM_EMPTY, "", VERDICT_LOGIN_FAILED,
     "bad\\x1b]0;title\\x07"},
};

static void every_way_to_end_has_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stream stream = {.state = cases[i].stream, .has_header = cases[i].has_header};
        char text[1200];

        stream.evidence_length = strlen(cases[i].evidence);
        memcpy(stream.evidence, cases[i].evidence, stream.evidence_length);
        struct ending ending = {.app = "myapp",
                                .stream = &stream,
                                .status = cases[i].status,
                                .messages = cases[i].messages,
                                .messages_length = strlen(cases[i].messages)};
        enum verdict verdict = ending_explain(&ending, text, sizeof text);
        if (verdict != cases[i].verdict || strstr(text, cases[i].part) == NULL)
            fail_msg("case %zu: verdict %d: %s", i, (int)verdict, text);
    }
}

static void counts_are_read_from_either_tool(void **state)
{
    static const struct {
        const char *messages;
        int64_t count; /* -1: none */
    } expected[] = {
        {"cf-pcap: 5 packets captured\ncf-pcap: 7 packets received by filter\ncf-pcap: 2 packets "
         "dropped by kernel\n",
         2},
        {"12 packets dropped by kernel\n", 12},
        {"cf-pcap: 0 packets dropped by kernel", 0},
        {"cf-pcap: 9 packets dropped by kernel so far\n", -1},
        {"cf-pcap: 9 packets dropped by kernel so far\ncf-pcap: 9 packets dropped by kernel\n", 9},
        {"cf-pcap: packets dropped by kernel\n", -1},
        {"packets dropped by kernel\n", -1},
        {"cf-pcap: -1 packets dropped by kernel\n", -1},
        {"cf-pcap: 99999999999999999999999999999999999 packets dropped by kernel\n", -1},
        {"level=INFO msg=\"stopped capture\"\n", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        uint64_t count = 0;
        bool found = ending_count(expected[i].messages, strlen(expected[i].messages),
                                  "packets dropped by kernel", &count);

        assert_true(found == (expected[i].count >= 0));
        if (found)
            assert_true(count == (uint64_t)expected[i].count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_to_end_has_its_words),
        cmocka_unit_test(counts_are_read_from_either_tool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
