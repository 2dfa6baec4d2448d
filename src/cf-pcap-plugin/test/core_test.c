#include "test.h"

#include <stdint.h>
#include <string.h>

#include "../core/core.h"
#include "../core/logins.h"
#include "../core/pause.h"
#include "../core/stop.h"

/* Numbers that are documented, and that the simulation's scenarios do not depend on. */

static void the_reserve_is_a_part_of_the_disk_within_limits(void **state)
{
    const uint64_t GB = 1000000000;

    (void)state;
    assert_int_equal(stop_reserve(UINT64_MAX, GB), GB / 10);
    assert_int_equal(stop_reserve(UINT64_MAX, 10 * GB), GB / 2);
    assert_int_equal(stop_reserve(UINT64_MAX, 1000 * GB), GB);
    assert_int_equal(stop_reserve(0, 10 * GB), 0);
    assert_int_equal(stop_reserve(7, 10 * GB), 7);
}

static void pauses_are_doubled_up_to_thirty_seconds_with_a_quarter_of_chance(void **state)
{
    static const uint64_t pauses[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    struct core core = {.random = 1};

    (void)state;
    for (unsigned int attempts = 0; attempts < 100; attempts++) {
        uint64_t wanted = attempts < 6 ? pauses[attempts] : PAUSE_MAX;
        uint64_t least = UINT64_MAX, most = 0;

        for (int i = 0; i < 1000; i++) {
            uint64_t pause = pause_after(&core, attempts, PAUSE_MAX);

            least = pause < least ? pause : least;
            most = pause > most ? pause : most;
        }
        assert_in_range(least, wanted * 3 / 4, wanted * 4 / 5);
        assert_in_range(most, wanted * 6 / 5, wanted * 5 / 4);
    }
}

/* One instance that has not logged in yet. */
static struct session *begin(struct core *core)
{
    const struct core_config config = {
        .app = "myapp", .interfaces = {{"eth0"}, 1}, .output = "x", .random = 1};

    assert_int_equal(core_init(core, &config), 0);
    assert_int_equal(core_add(core, 0, 0, NULL, false), 0);
    core->now = 10000;
    return &core->instances[0]->session;
}

static void log_in(struct core *core, uint64_t took)
{
    struct session *session = &core->instances[0]->session;

    session->started_at = core->now;
    core->now += took;
    logins_succeeded(core, session);
}

static void fail_after(struct core *core, uint64_t started_at, const char *words)
{
    struct session *session = &core->instances[0]->session;

    session->started_at = started_at;
    session->cause = CAUSE_ITSELF;
    session->status = 1;
    session->messages_length = strlen(words);
    memcpy(session->messages, words, session->messages_length);
    assert_true(logins_may_pass(core, session));
    logins_again(core, session);
}

static void more_log_in_at_the_same_time_while_it_is_borne(void **state)
{
    struct core core;

    (void)state;
    begin(&core);
    log_in(&core, 500);
    assert_int_equal(core.logins.width, LOGINS_FIRST + 1);
    log_in(&core, 2000); /* twice the fastest, and a second */
    assert_int_equal(core.logins.width, LOGINS_FIRST + 2);
    log_in(&core, 2001);
    assert_int_equal(core.logins.width, LOGINS_FIRST + 2);
    for (int i = 0; i < 2 * LOGINS_MAX; i++)
        log_in(&core, 500);
    assert_int_equal(core.logins.width, LOGINS_MAX);
    core_free(&core);
}

static void fewer_log_in_when_the_platform_limits_or_cuts_them_off(void **state)
{
    static const char *const resets[] = {"connection reset by peer", "unexpected EOF"};
    struct core core;
    struct session *session = begin(&core);

    (void)state;
    fail_after(&core, core.now, "Rate Limit Exceeded");
    assert_int_equal(core.logins.width, LOGINS_FIRST / 2);
    assert_in_range(core.logins.next_at - core.now, 750, 1250);
    assert_false(logins_has_turn(&core, session));
    core.now += 1250;
    assert_true(logins_has_turn(&core, session));
    fail_after(&core, core.now, "status 429");
    assert_in_range(core.logins.next_at - core.now, 1500, 2500);
    core_free(&core);

    for (size_t i = 0; i < sizeof resets / sizeof *resets; i++) {
        session = begin(&core);
        fail_after(&core, core.now, resets[i]);
        assert_int_equal(core.logins.width, LOGINS_FIRST / 2);
        assert_int_equal(core.logins.next_at, 0); /* the others need not wait */
        assert_in_range(session->retry_at - core.now, 750, 1250);
        core_free(&core);
    }
}

static void those_that_fail_together_count_once(void **state)
{
    struct core core;

    (void)state;
    begin(&core);
    fail_after(&core, core.now, "connection reset by peer");
    fail_after(&core, core.now - 1, "connection reset by peer");
    assert_int_equal(core.logins.width, LOGINS_FIRST / 2);
    core_free(&core);
}

/* Its end is told by up to three seconds later than it was. */
static void a_tool_that_is_killed_captured_until_its_last_sign_of_life(void **state)
{
    static const struct {
        int status;
        int64_t packet; /* ms behind the header: the last packet; 0: there was none */
        uint64_t until; /* likewise: what is known to be captured */
    } rows[] = {{137, 0, 1000}, {137, 500, 1000}, {139, 1700, 1700}, {1, 1700, 4000}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core core;
        struct session *session = begin(&core);

        session->state = SESSION_CAPTURING;
        session->stream.begun = true;
        session->captured_from = core.now;
        session->stream.stream.packet.time = (uint64_t)(1000 + rows[i].packet) * 1000000;
        session->has_skew = rows[i].packet != 0;
        core.now += 1000;
        core_message(&core, 0, "cf-pcap: alive\n", 15);
        core.now += 3000;
        core.clock = (int64_t)5000 * 1000000;
        core_stdout_ended(&core, 0);
        core_stderr_ended(&core, 0);
        core_exited(&core, 0, rows[i].status);
        while (session->state != SESSION_OVER)
            stop_session(&core, session);
        assert_int_equal(session->captured_until - session->captured_from, rows[i].until);
        core_free(&core);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tool_that_is_killed_captured_until_its_last_sign_of_life),
        cmocka_unit_test(the_reserve_is_a_part_of_the_disk_within_limits),
        cmocka_unit_test(pauses_are_doubled_up_to_thirty_seconds_with_a_quarter_of_chance),
        cmocka_unit_test(more_log_in_at_the_same_time_while_it_is_borne),
        cmocka_unit_test(fewer_log_in_when_the_platform_limits_or_cuts_them_off),
        cmocka_unit_test(those_that_fail_together_count_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
