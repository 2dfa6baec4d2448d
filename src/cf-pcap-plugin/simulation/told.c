/* What the user is told, read as a user reads it: whom is it about? */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

enum { COPIES = PROCESSES_MAX + 1 /* instances of an index, from 1 */ };

/* The number in " (2)" at this place, behind which it stands then; 1: there is none. */
static unsigned int read_copy(char **at)
{
    unsigned int copy = 1;

    if (strncmp(*at, " (", 2) == 0 && isdigit((unsigned char)(*at)[2])) {
        copy = (unsigned int)strtoul(*at + 2, at, 10);
        *at += **at == ')';
    }
    return copy;
}

/* Is it in a list as "0, 2-5, 9, 0 (2)", which may be cut, and may be one of several with " on
 * INTERFACE" behind each? */
static bool is_listed(const char *list, const struct instance *instance, const char *interface)
{
    bool listed = false;

    while (strncmp(list, "...", 3) == 0 || isdigit((unsigned char)*list)) {
        char *end = (char *)list + 3;

        if (*list == '.') {
            listed = true;
        } else {
            unsigned long first = strtoul(list, &end, 10), last = first;

            if (*end == '-')
                last = strtoul(end + 1, &end, 10);
            unsigned int copy = read_copy(&end);
            listed |=
                instance->number == copy && instance->index >= first && instance->index <= last;
        }
        if (strncmp(end, " on ", 4) == 0) {
            size_t length = strcspn(end + 4, " ,.:");

            if (listed && length == strlen(interface) && strncmp(end + 4, interface, length) == 0)
                return true;
            listed = false;
            end += 4 + length;
        }
        list = end + strspn(end, ", ");
    }
    return listed;
}

/* "3 (2) lo  12 …", "3  12 …" */
static bool is_row_of(const char *line, const struct instance *instance, const char *interface)
{
    char number[16];

    snprintf(number, sizeof number, "%u ", instance->index);
    if (instance->number > 1)
        snprintf(number, sizeof number, "%u (%u) ", instance->index, instance->number);
    if (strncmp(line, number, strlen(number)) != 0 || line[strlen(number)] == '(')
        return false;
    line += strlen(number);
    return interface == NULL ||
           (strncmp(line, interface, strlen(interface)) == 0 && line[strlen(interface)] == ' ');
}

static bool says_so(const struct world *world, const char *line, const struct instance *instance)
{
    static const char *const remarks[] = {"missed",  "not captured", "ended early",    "cut off",
                                          "did not", "lost",         "other link type"};
    static const char the_same[] = "The same for instance", one[] = "nstance ";
    const struct interfaces *interfaces = &world->core.config.interfaces;
    const char *interface = interfaces->names[instance->interface];

    for (const char *at = line; (at = strstr(at, one)) != NULL;) {
        at += strlen(one);
        if (is_listed(at, instance, interface))
            return true;
    }
    if (strncmp(line, the_same, strlen(the_same)) == 0)
        return is_listed(strchr(line + strlen(the_same), ' ') + 1, instance, interface);
    if (!is_row_of(line, instance, interfaces->count > 1 ? interface : NULL))
        return false;
    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++)
        if (strstr(line, remarks[i]) != NULL)
            return true;
    return false;
}

bool told_of(const struct world *world, size_t number)
{
    for (size_t i = 0; i < world->line_count; i++)
        if (says_so(world, world->lines[i], world->core.instances[number]))
            return true;
    return false;
}

/* Each number in a list is greater than the one before, of first ones of an index, of second ones
 * ...; behind " on" the next list begins. */
static bool ascends(const char *list)
{
    long last[COPIES];

    memset(last, -1, sizeof last);

    while (isdigit((unsigned char)*list)) {
        char *end;
        long first = strtol(list, &end, 10),
             until = *end == '-' ? strtol(end + 1, &end, 10) : first;
        unsigned int copy = read_copy(&end);

        if (copy >= COPIES || first <= last[copy] || until < first)
            return false;
        last[copy] = until;
        if (strncmp(end, " on ", 4) == 0) {
            end += 4 + strcspn(end + 4, " ,.:");
            memset(last, -1, sizeof last);
        }
        list = end + strspn(end, ", ");
    }
    return true;
}

/* No instance is named twice in a list, however many interfaces it has. */
void check_lists(struct world *world)
{
    for (size_t i = 0; i < world->line_count; i++) {
        const char *list = strstr(world->lines[i], "nstances ");

        if (list != NULL && !ascends(list + strlen("nstances ")))
            world_violated(world, "an instance is named twice: %s", world->lines[i]);
    }
}

/* "3 of 4 instances capturing on eth0, 2 on lo": of instances there are not more than that. */
void check_how_many(struct world *world, const char *line)
{
    const char *end = strstr(line, " instances capturing"), *at = end;
    char *rest;
    size_t instances[INTERFACES] = {0}, most = 0;
    unsigned long capturing, of = 0;

    if (end == NULL)
        return;
    for (size_t i = 0; i < world->core.count; i++) {
        size_t *count = &instances[world->core.instances[i]->interface];

        if (++*count > most)
            most = *count;
    }
    while (at > line && strncmp(at, ", ", 2) != 0)
        at--;
    capturing = strtoul(at + 2, &rest, 10);
    if (strncmp(rest, " of ", 4) == 0)
        of = strtoul(rest + 4, NULL, 10);
    if (of == 0 || capturing > of || of > most)
        world_violated(world, "it counts wrong: %s", line);
}

/* Where it says that no packet came there was none, in any instance, captured or not. */
void check_silence(struct world *world)
{
    const struct core *core = &world->core;
    bool told = false;

    for (size_t i = 0; i < world->line_count; i++)
        told |= strncmp(world->lines[i], "No packet came on", 17) == 0;
    for (size_t i = 0; i < world->count && told; i++) {
        const struct sim_instance *it = &world->instances[i];

        for (uint32_t n = 0; n < it->records; n++)
            if (it->record_times[n] >= core->announced_at &&
                it->record_times[n] + TOLERANCE <= core->stop.at)
                world_violated(world, "instance %zu had packets, and it says that there were none",
                               i);
    }
}
