#include "test.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cf_home.h"

#define CONFIG(target, space, access, refresh)                                                     \
    "{\n  \"ConfigVersion\": 4,\n  \"AccessToken\": \"" access                                     \
    "\",\n  \"RefreshToken\": \"" refresh "\",\n  \"Target\": \"" target                           \
    "\",\n  \"SpaceFields\": {\n    \"Name\": \"" space                                            \
    "\"\n  },\n  \"AsyncTimeout\": 12345678901234567890\n}"

static const char at_first[] = CONFIG("api", "dev", "A0", "R0");
static char top[64];

static void write_config(const char *home, const char *text)
{
    char path[512];

    snprintf(path, sizeof path, "%s/.cf/config.json", home);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void assert_config(const char *home, const char *expected)
{
    char path[512], text[4096];

    snprintf(path, sizeof path, "%s/.cf/config.json", home);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, mode);
}

/* Of the temporary folder: what is in it beside the user's own. */
static int count_folders(void)
{
    DIR *folder = opendir(top);
    int count = 0;

    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += strncmp(entry->d_name, "cf-pcap.", 8) == 0;
    closedir(folder);
    return count;
}

static int setup(void **state)
{
    char path[128];

    (void)state;
    snprintf(top, sizeof top, "/tmp/cf_home_test.XXXXXX");
    if (mkdtemp(top) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/user", top);
    mkdir(path, 0755);
    setenv("CF_HOME", path, 1);
    setenv("TMPDIR", top, 1);
    unsetenv("XDG_RUNTIME_DIR");
    snprintf(path, sizeof path, "%s/user/.cf", top);
    mkdir(path, 0755);
    write_config(getenv("CF_HOME"), at_first);
    return 0;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

static void the_copy_is_private_and_goes(void **state)
{
    struct cf_home home;
    char path[PATH_MAX + 32];

    (void)state;
    assert_int_equal(cf_home_make(&home), 0);
    assert_true(strncmp(home.folder, top, strlen(top)) == 0);
    assert_config(home.folder, at_first);
    assert_mode(home.folder, 0700);
    snprintf(path, sizeof path, "%s/.cf/config.json", home.folder);
    assert_mode(path, 0600);
    cf_home_remove(&home);
    assert_int_equal(count_folders(), 0);
    assert_config(getenv("CF_HOME"), at_first);
}

static void a_user_who_never_logged_in_has_no_copy(void **state)
{
    struct cf_home home;
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/user/.cf/config.json", top);
    unlink(path);
    assert_int_equal(cf_home_make(&home), 0);
    assert_string_equal(home.folder, "");
    cf_home_sync(&home);
    cf_home_remove(&home);
    assert_int_equal(count_folders(), 0);
}

static void what_the_user_does_meanwhile_stays(void **state)
{
    static const char *const meanwhile[] = {
        CONFIG("api", "prod", "A0", "R0"),  /* cf target -s prod */
        CONFIG("api", "", "", ""),          /* cf logout */
        CONFIG("other", "dev", "A9", "R9"), /* cf login elsewhere */
        "no configuration",
    };
    (void)state;
    for (size_t i = 0; i < sizeof meanwhile / sizeof *meanwhile; i++) {
        struct cf_home home;

        write_config(getenv("CF_HOME"), at_first);
        assert_int_equal(cf_home_make(&home), 0);
        write_config(getenv("CF_HOME"), meanwhile[i]);
        write_config(home.folder, CONFIG("api", "dev", "A1", "R0")); /* a child at its end */
        cf_home_remove(&home);
        assert_config(getenv("CF_HOME"), meanwhile[i]);
    }
}

static void a_refresh_token_that_was_rotated_is_handed_on_and_nothing_else(void **state)
{
    struct cf_home home;

    (void)state;
    assert_int_equal(cf_home_make(&home), 0);
    write_config(getenv("CF_HOME"), CONFIG("api", "prod", "A0", "R0"));
    write_config(home.folder, CONFIG("api", "dev", "A1", "R1"));
    cf_home_sync(&home);
    assert_config(getenv("CF_HOME"), CONFIG("api", "prod", "A1", "R1"));
    assert_config(home.folder, CONFIG("api", "dev", "A1", "R1"));
    write_config(home.folder, CONFIG("api", "dev", "A2", "R2"));
    cf_home_remove(&home);
    assert_config(getenv("CF_HOME"), CONFIG("api", "prod", "A2", "R2"));
}

static void a_user_who_has_logged_out_stays_so_though_the_token_was_rotated(void **state)
{
    struct cf_home home;

    (void)state;
    assert_int_equal(cf_home_make(&home), 0);
    write_config(home.folder, CONFIG("api", "dev", "A1", "R1"));
    write_config(getenv("CF_HOME"), CONFIG("api", "", "", ""));
    cf_home_remove(&home);
    assert_config(getenv("CF_HOME"), CONFIG("api", "", "", ""));
}

static void tokens_that_the_user_got_meanwhile_reach_the_children(void **state)
{
    struct cf_home home;

    (void)state;
    assert_int_equal(cf_home_make(&home), 0);
    write_config(getenv("CF_HOME"), CONFIG("api", "prod", "A5", "R5"));
    cf_home_sync(&home);
    assert_config(home.folder, CONFIG("api", "dev", "A5", "R5"));
    write_config(getenv("CF_HOME"), CONFIG("other", "prod", "A6", "R6"));
    cf_home_sync(&home);
    assert_config(home.folder, CONFIG("api", "dev", "A5", "R5"));
    cf_home_remove(&home);
}

/* cf ssh writes what it has read when it began. */
static void tokens_that_a_child_had_long_ago_are_not_handed_on(void **state)
{
    struct cf_home home;

    (void)state;
    assert_int_equal(cf_home_make(&home), 0);
    write_config(getenv("CF_HOME"), CONFIG("api", "prod", "A5", "R5")); /* the user has logged in */
    cf_home_sync(&home);
    write_config(home.folder, CONFIG("api", "dev", "A0", "R0"));
    cf_home_sync(&home);
    assert_config(getenv("CF_HOME"), CONFIG("api", "prod", "A5", "R5"));
    assert_config(home.folder, CONFIG("api", "dev", "A5", "R5"));
    write_config(home.folder, CONFIG("api", "dev", "A6", "R6")); /* rotated */
    cf_home_sync(&home);
    write_config(home.folder, CONFIG("api", "dev", "A5", "R5"));
    cf_home_remove(&home);
    assert_config(getenv("CF_HOME"), CONFIG("api", "prod", "A6", "R6"));
}

static void the_copy_goes_when_the_process_is_killed_and_its_children_are_gone(void **state)
{
    int made[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(made), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct cf_home home;

        if (cf_home_make(&home) == 0 && write(made[1], "", 1) == 1 && fork() == 0)
            sleep(1); /* a child that is still there when the process is killed */
        else
            pause();
        _exit(0);
    }
    assert_int_equal(read(made[0], &byte, 1), 1);
    assert_int_equal(count_folders(), 1);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    for (int i = 0; i < 600 && count_folders() > 0; i++)
        usleep(50000);
    assert_int_equal(count_folders(), 0);
    close(made[0]);
    close(made[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_copy_is_private_and_goes),
        TEST(a_user_who_never_logged_in_has_no_copy),
        TEST(what_the_user_does_meanwhile_stays),
        TEST(a_refresh_token_that_was_rotated_is_handed_on_and_nothing_else),
        TEST(a_user_who_has_logged_out_stays_so_though_the_token_was_rotated),
        TEST(tokens_that_the_user_got_meanwhile_reach_the_children),
        TEST(tokens_that_a_child_had_long_ago_are_not_handed_on),
        TEST(the_copy_goes_when_the_process_is_killed_and_its_children_are_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
