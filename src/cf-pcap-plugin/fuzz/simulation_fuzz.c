/*
 * Scenarios of the simulation (../simulation/world.h), made of the fuzzer's bytes in place of a
 * seed's numbers, so that coverage of the core guides it. To see what one of them does:
 *
 *      TRACE=1 build/fuzz/cf-pcap-plugin/simulation_fuzz FILE
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../fuzz.h"
#include "../simulation/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    const struct choices choices = {.bytes = size > 0 ? data : (const uint8_t *)"", .size = size};
    bool holds = world_play(&world, &choices, getenv("TRACE") != NULL ? stdout : NULL);

    world_free(&world);
    if (!holds) {
        world_play(&world, &choices, stdout);
        fflush(stdout);
    }
    CLAIM(holds);
    return 0;
}
