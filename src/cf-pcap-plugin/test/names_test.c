#include "test.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/core.h"
#include "../core/names.h"

enum { INSTANCES = 3 };

static const char *name_of(const struct core *core, const char *address)
{
    const char *name = "";

    for (size_t i = 0; i < core->about.name_count; i++)
        if (strcmp(core->about.names[i].address, address) == 0)
            name = core->about.names[i].name;
    return name;
}

static void learn(struct core *core, unsigned int index, unsigned int address)
{
    struct listed_instance listed = {.index = index, .running = true};

    snprintf(listed.address, sizeof listed.address, "10.%u.%u.%u", address >> 16,
             address >> 8 & 255, address & 255);
    names_learn(core, &listed);
}

static void has(const struct core *core, unsigned int index, unsigned int address)
{
    char text[46], name[32];

    snprintf(name, sizeof name, "myapp-%u", index);
    snprintf(text, sizeof text, "10.%u.%u.%u", address >> 16, address >> 8 & 255, address & 255);
    assert_string_equal(name_of(core, text), name);
}

static void a_year_of_restarts_takes_no_more_than_a_day(void **state)
{
    struct core_output output = {.number = 0};
    struct core_output *outputs[] = {&output};
    struct core core = {.config = {.app = "myapp"}, .outputs = outputs, .output_count = 1};

    (void)state;
    for (unsigned int restart = 0; restart < 100000; restart++) {
        size_t count = core.about.name_count;

        output.writer.names = count; /* all that there are, are in the file */
        learn(&core, restart % INSTANCES, restart);
        assert_true(core.about.name_count <= 16);
        assert_true(core.about.name_count > count || output.writer.names == 0);
        /* Of each the version before, too, which may run still. */
        for (unsigned int i = restart; i + 2 * INSTANCES > restart && i != UINT_MAX; i--)
            has(&core, i % INSTANCES, i);
    }
    free(core.names);
}

static void an_address_has_its_latest_name(void **state)
{
    struct core core = {.config = {.app = "myapp", .process = "worker"}};

    (void)state;
    learn(&core, 0, 1);
    learn(&core, 0, 1);
    assert_int_equal(core.about.name_count, 1);
    learn(&core, 1, 1);
    assert_string_equal(name_of(&core, "10.0.0.1"), "myapp-worker-1");
    learn(&core, 0, 1);
    assert_string_equal(name_of(&core, "10.0.0.1"), "myapp-worker-0");
    free(core.names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_of_restarts_takes_no_more_than_a_day),
        cmocka_unit_test(an_address_has_its_latest_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
