#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../instances.h"

static const char stats[] =
    "{\"resources\":[{\"type\":\"web\",\"index\":2,\"state\":\"RUNNING\",\"usage\":{}},"
    "{\"type\":\"web\",\"index\":0,\"state\":\"RUNNING\"},{\"index\":1,\"state\":\"RUNNING\"},"
    "{\"index\":4,\"state\":\"CRASHED\"},{\"index\":5,\"state\":\"STARTING\"},"
    "{\"index\":7,\"state\":\"DOWN\"}]}";

static int parse(struct instances *instances, const char *json, char *error)
{
    error[0] = '\0';
    return instances_parse(instances, json, strlen(json), error, 256);
}

static void instances_are_listed_by_index(void **state)
{
    struct instances instances;
    char error[256], text[64];

    (void)state;
    assert_int_equal(parse(&instances, stats, error), 0);
    assert_int_equal(instances.count, 6);
    for (size_t i = 1; i < instances.count; i++)
        assert_true(instances.list[i - 1].index < instances.list[i].index);
    instances_describe(&instances, true, text, sizeof text);
    assert_string_equal(text, "0-2");
    instances_describe(&instances, false, text, sizeof text);
    assert_string_equal(text, "4, 5, 7");
    assert_int_equal(instances_running(&instances), 3);
    free(instances.list);
}

static void only_what_was_asked_for_is_kept(void **state)
{
    static const struct instance_range ranges[] = {{4, 5}, {0, 0}};
    struct instances instances;
    char error[256];

    (void)state;
    assert_int_equal(parse(&instances, stats, error), 0);
    assert_int_equal(instances_choose(&instances, ranges, 2, error, sizeof error), 0);
    assert_int_equal(instances.count, 3);
    assert_int_equal(instances.list[0].index, 0);
    assert_int_equal(instances.list[2].index, 5);
    free(instances.list);
}

static void an_index_that_does_not_exist_is_named_with_those_that_do(void **state)
{
    static const struct instance_range ranges[] = {{2, 9999}};
    struct instances instances;
    char error[256];

    (void)state;
    assert_int_equal(parse(&instances, stats, error), 0);
    assert_int_equal(instances_choose(&instances, ranges, 1, error, sizeof error), -ENOENT);
    assert_string_equal(error, "There is no instance 3; the indexes are: 0-2, 4, 5, 7");
    free(instances.list);
}

static void a_long_list_is_cut(void **state)
{
    struct listed_instance list[200];
    struct instances instances = {.list = list, .count = 200};
    char text[64];

    (void)state;
    for (unsigned int i = 0; i < 200; i++)
        list[i] = (struct listed_instance){.index = 2 * i, .running = true};
    instances_describe(&instances, true, text, sizeof text);
    assert_true(strlen(text) < sizeof text);
    assert_non_null(strstr(text, ", ..."));
}

static void an_error_of_cloud_controller_is_told_apart(void **state)
{
    struct instances instances;
    char error[256];

    (void)state;
    assert_int_equal(
        parse(&instances, "{\"errors\":[{\"code\":10010,\"detail\":\"Process not\\u001b found\"}]}",
              error),
        -ENOENT);
    assert_string_equal(error, "Process not\\x1b found");
    assert_int_equal(parse(&instances, "{\"errors\":[{}]}", error), -ENOENT);
}

static void what_is_no_list_of_instances_is_refused(void **state)
{
    static const char *const cases[] = {"",
                                        "null",
                                        "[]",
                                        "{}",
                                        "{\"resources\":{}}",
                                        "{\"resources\":[1]}",
                                        "{\"errors\":[]}",
                                        "{\"resources\":[{\"index\":-1,\"state\":\"RUNNING\"}]}",
                                        "{\"resources\":[{\"index\":10000,\"state\":\"RUNNING\"}]}",
                                        "{\"resources\":[{\"index\":\"0\",\"state\":\"RUNNING\"}]}",
                                        "{\"resources\":[{\"index\":0,\"state\":null}]}",
                                        "{\"resources\":[{\"index\":0}]",
                                        "<html>Bad gateway</html>"};
    struct instances instances;
    char error[256];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(parse(&instances, cases[i], error), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_are_listed_by_index),
        cmocka_unit_test(only_what_was_asked_for_is_kept),
        cmocka_unit_test(an_index_that_does_not_exist_is_named_with_those_that_do),
        cmocka_unit_test(a_long_list_is_cut),
        cmocka_unit_test(an_error_of_cloud_controller_is_told_apart),
        cmocka_unit_test(what_is_no_list_of_instances_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
