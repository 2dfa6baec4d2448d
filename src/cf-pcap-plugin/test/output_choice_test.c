#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../output_choice.h"

static void every_case_has_its_place(void **state)
{
    static const struct {
        const char *output;
        enum system_kind standard_output;
        bool stderr_is_terminal;
        const char *path;
        bool messages_to_stderr, note, names_stdout;
    } cases[] = {
        {NULL, SYSTEM_IS_TERMINAL, true, NULL, false, false, false},
        {NULL, SYSTEM_IS_TERMINAL, false, NULL, false, false, false},
        {NULL, SYSTEM_IS_PIPE, true, "-", true, true, false},     /* | tcpdump -n -r - */
        {NULL, SYSTEM_IS_FILE, true, "-", true, true, false},     /* > x.pcap */
        {NULL, SYSTEM_IS_PIPE, false, NULL, false, false, false}, /* CI, 2>&1 | tee log */
        {NULL, SYSTEM_IS_FILE, false, NULL, false, false, false}, /* cron, > log 2>&1 */
        {NULL, SYSTEM_IS_NOTHING, true, NULL, false, false, false},
        {NULL, SYSTEM_IS_NOTHING, false, NULL, false, false, false},
        {"x.pcap", SYSTEM_IS_PIPE, true, "x.pcap", false, false, false},
        {"x.pcap", SYSTEM_IS_TERMINAL, true, "x.pcap", false, false, false},
        {"x.pcap", SYSTEM_IS_FILE, true, "-", true, false, true}, /* -o x.pcap > x.pcap */
        {"-", SYSTEM_IS_PIPE, false, "-", true, false, false},
        {"-", SYSTEM_IS_PIPE, true, "-", true, false, false},
        {"-", SYSTEM_IS_TERMINAL, true, "-", true, false, false}, /* which is refused later */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options options = {.output = cases[i].output};
        struct output_choice choice =
            output_choose(&options, cases[i].standard_output, cases[i].names_stdout,
                          cases[i].stderr_is_terminal, false);

        if (cases[i].path == NULL)
            assert_null(choice.path);
        else
            assert_string_equal(choice.path, cases[i].path);
        assert_int_equal(choice.messages_to_stderr, cases[i].messages_to_stderr);
        assert_int_equal(choice.note != NULL, cases[i].note);
    }
}

static void what_makes_several_files_does_not_go_to_standard_output(void **state)
{
    const struct options split = {.split = true}, rotates = {.rotate_time = 1000};

    (void)state;
    assert_null(output_choose(&split, SYSTEM_IS_PIPE, false, true, false).path); /* | tee log */
    assert_null(output_choose(&rotates, SYSTEM_IS_FILE, false, true, false).path);
}

static void damage_is_told_where_the_capture_goes_to_standard_output(void **state)
{
    const struct options none = {.output = NULL}, dash = {.output = "-"}, file = {.output = "x"};
    const struct output_choice by_default = output_choose(&none, SYSTEM_IS_PIPE, false, true, true),
                               by_dash = output_choose(&dash, SYSTEM_IS_PIPE, false, false, true);

    (void)state;
    assert_string_equal(by_default.path, "-");
    assert_non_null(strstr(by_default.note, "PowerShell"));
    assert_non_null(strstr(by_dash.note, "PowerShell"));
    assert_null(output_choose(&file, SYSTEM_IS_PIPE, false, true, true).note);
    assert_null(output_choose(&none, SYSTEM_IS_PIPE, false, false, true).note); /* to a file */
}

static void damage_is_known_by_the_program_and_its_version(void **state)
{
    static const struct {
        const char *maker;
        uint32_t version;
        bool is_damaged;
    } cases[] = {
        {"powershell.exe", 0, true},
        {"powershell.exe", 10U << 16, true}, /* Windows' own */
        {"PowerShell.EXE", 0, true},
        {"powershell_ise.exe", 0, true},
        {"pwsh.exe", 6U << 16 | 2, true},
        {"PWSH.exe", 7U << 16 | 3, true},
        {"pwsh.exe", 7U << 16 | 4, false},
        {"pwsh.exe", 7U << 16 | 10, false},
        {"pwsh.exe", 8U << 16, false},
        {"pwsh.exe", 0, false},
        {"cmd.exe", 10U << 16, false},
        {"bash.exe", 0, false},
        {"mypowershell.exe", 0, false},
        {"powershell.exe.exe", 0, false},
        {"", 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(output_is_damaged(cases[i].maker, cases[i].version), cases[i].is_damaged);
}

static void no_program_is_told_of_where_the_system_does_not_know(void **state)
{
    char program[64];
    uint32_t version;
    int pipes[2];

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(system_pipe_maker(pipes[1], program, sizeof program, &version), -ENOTSUP);
    close(pipes[0]);
    close(pipes[1]);
}

static void the_kinds_are_told_apart(void **state)
{
    int pipes[2], sockets[2];
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    FILE *file = tmpfile();
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    assert_int_equal(system_kind_of(pipes[1]), SYSTEM_IS_PIPE);
    assert_int_equal(system_kind_of(sockets[0]), SYSTEM_IS_PIPE);
    assert_int_equal(system_kind_of(fileno(file)), SYSTEM_IS_FILE);
    assert_int_equal(system_kind_of(null), SYSTEM_IS_NOTHING);
    assert_int_equal(system_kind_of(terminal), SYSTEM_IS_TERMINAL);
    for (int i = 0; i < 2; i++) {
        close(pipes[i]);
        close(sockets[i]);
    }
    close(null);
    close(terminal);
    assert_int_equal(system_kind_of(null), SYSTEM_IS_NOTHING);
    fclose(file);
}

static void the_same_file_is_known_under_another_name(void **state)
{
    char name[] = "/tmp/output_choice.XXXXXX", link[64];
    int fd = mkstemp(name), null = open("/dev/null", O_WRONLY);
    FILE *other = tmpfile();

    (void)state;
    snprintf(link, sizeof link, "%s.link", name);
    assert_int_equal(symlink(name, link), 0);
    assert_true(system_is_same(name, -1, fd));
    assert_true(system_is_same(link, -1, fd));
    assert_true(system_is_same(NULL, fd, fd));
    assert_false(system_is_same(NULL, fileno(other), fd));
    assert_false(system_is_same("/dev/null", -1, null)); /* takes all, and mixes nothing */
    assert_false(system_is_same("/nowhere", -1, fd));
    unlink(link);
    unlink(name);
    fclose(other);
    close(fd);
    close(null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_has_its_place),
        cmocka_unit_test(what_makes_several_files_does_not_go_to_standard_output),
        cmocka_unit_test(damage_is_told_where_the_capture_goes_to_standard_output),
        cmocka_unit_test(damage_is_known_by_the_program_and_its_version),
        cmocka_unit_test(no_program_is_told_of_where_the_system_does_not_know),
        cmocka_unit_test(the_kinds_are_told_apart),
        cmocka_unit_test(the_same_file_is_known_under_another_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
