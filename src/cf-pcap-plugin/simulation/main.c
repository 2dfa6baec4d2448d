/*
 * Plays scenarios, one a seed:
 *
 *      simulation SCENARIOS [FIRST]     so many; prints TAP
 *      simulation -t SECONDS [FIRST]    for so long
 *      simulation -s SEED               that one, with its trace
 *
 * At a violation the seed and the trace are printed, status 1.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "world.h"

enum { HANG = 10 /* s of computing in which a scenario must be through */ };

static struct world world;
static char hang_line[100]; /* what on_alarm prints */

static void on_alarm(int number)
{
    (void)number;
    _exit(write(STDOUT_FILENO, hang_line, sizeof hang_line) < 0 ? 2 : 1);
}

static struct choices from_seed(uint64_t seed)
{
    return (struct choices){.state = (seed + 1) * 0x9e3779b97f4a7c15U};
}

static bool play(uint64_t seed, FILE *trace)
{
    struct choices choices = from_seed(seed);

    snprintf(hang_line, sizeof hang_line,
             "not ok simulation\n# seed %-20" PRIu64 ": no progress within one action%21s\n", seed,
             "");
    setitimer(ITIMER_VIRTUAL, &(const struct itimerval){.it_value.tv_sec = HANG}, NULL);
    bool holds = world_play(&world, &choices, trace);
    world_free(&world);
    return holds;
}

int main(int argc, char **argv)
{
    bool timed = argc > 2 && strcmp(argv[1], "-t") == 0;
    uint64_t scenarios = UINT64_MAX, steps = 0, actions = 0, seed = 0, first;
    time_t end = 0;

    signal(SIGVTALRM, on_alarm);
    if (argc > 2 && strcmp(argv[1], "-s") == 0)
        return play(strtoull(argv[2], NULL, 10), stdout) ? 0 : 1;
    if (timed) {
        end = time(NULL) + strtol(argv[2], NULL, 10);
        argv++, argc--;
    } else {
        scenarios = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    }
    first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    for (seed = first; seed - first < scenarios && (!timed || time(NULL) < end); seed++) {
        if (!play(seed, NULL)) {
            printf("not ok simulation\n# seed %" PRIu64 ": %s\n", seed, world.violation_text);
            fflush(stdout);
            play(seed, stdout);
            return 1;
        }
        steps += world.steps;
        actions += world.actions;
    }
    printf("ok simulation: %" PRIu64 " scenarios, %" PRIu64 " steps, %" PRIu64 " actions\n",
           seed - first, steps, actions);
    return 0;
}
