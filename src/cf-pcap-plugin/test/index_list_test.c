#include "test.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../index_list.h"

static void runs_become_ranges_and_one_is_singular(void **state)
{
    static const struct {
        unsigned int indexes[8];
        size_t count;
        const char *noun, *text;
    } cases[] = {
        {{0}, 0, "instances", ""},
        {{4}, 1, "instance", "4"},
        {{4, 5}, 2, "instances", "4, 5"},
        {{0, 2, 3, 4}, 4, "instances", "0, 2-4"},
        {{0, 1, 2, 9998, 9999}, 5, "instances", "0-2, 9998, 9999"},
        {{15, 16, 17, 18, 19, 20, 22}, 7, "instances", "15-20, 22"},
        {{3, 3}, 2, "instance", "3"},
        {{0, 0, 1, 1, 2, 2, 4, 4}, 8, "instances", "0-2, 4"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct index_list list;
        char text[64];

        index_list_begin(&list, text, sizeof text);
        for (size_t at = 0; at < cases[i].count; at++)
            index_list_add(&list, cases[i].indexes[at]);
        assert_string_equal(text, cases[i].text);
        assert_string_equal(index_list_noun(&list), cases[i].noun);
    }
}

static void second_ones_of_an_index_are_marked(void **state)
{
    static const struct {
        unsigned int added[8][2];
        size_t count;
        const char *noun, *text;
    } cases[] = {
        {{{0, 2}}, 1, "instance", "0 (2)"},
        {{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {0, 2}}, 5, "instances", "0-3, 0 (2)"},
        {{{0, 1}, {0, 2}}, 2, "instances", "0, 0 (2)"},
        {{{0, 1}, {1, 2}}, 2, "instances", "0, 1 (2)"},
        {{{0, 2}, {1, 2}, {0, 3}, {0, 3}}, 4, "instances", "0-1 (2), 0 (3)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct index_list list;
        char text[64];

        index_list_begin(&list, text, sizeof text);
        for (size_t at = 0; at < cases[i].count; at++)
            index_list_add_copy(&list, cases[i].added[at][0], cases[i].added[at][1]);
        assert_string_equal(text, cases[i].text);
        assert_string_equal(index_list_noun(&list), cases[i].noun);
    }
}

static void what_does_not_fit_is_cut_and_marked(void **state)
{
    (void)state;
    for (size_t size = 16; size < 200; size++) {
        char *text = malloc(size); /* so that writing beyond it is seen */
        struct index_list list;

        index_list_begin(&list, text, size);
        for (unsigned int index = 1; index < 9999; index += 2)
            index_list_add_copy(&list, index, index > 4000 ? UINT_MAX : 1);
        assert_true(strlen(text) < size);
        assert_string_equal(text + strlen(text) - 3, "...");
        assert_int_equal(list.count, 4999);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_become_ranges_and_one_is_singular),
        cmocka_unit_test(second_ones_of_an_index_are_marked),
        cmocka_unit_test(what_does_not_fit_is_cut_and_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
