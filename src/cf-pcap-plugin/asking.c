#include "asking.h"

#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "cf_answer.h"
#include "services.h"

static void on_services(struct asking *asking, struct cf_output *out)
{
    struct hosts hosts = {.count = 0};
    char why[200] = "Cloud Controller's answer is too long, or none";
    int result = services_hosts(&hosts, out->text, out->length, why, sizeof why);

    memset(out->text, 0, out->length);
    core_services(asking->core, result == 0 ? &hosts : NULL, why);
}

static void on_resolved(struct asking *asking, const struct cf_result *result)
{
    char why[200] = "";

    if (result->status != 0)
        cf_answer_failure(why, sizeof why, result->err.text);
    if (result->status != 0 && why[0] == '\0')
        snprintf(why, sizeof why, "status %d", result->status);
    core_resolved(asking->core, result->out.text, result->out.length,
                  result->status == 0 ? NULL : why);
}

/* Tells the core. */
static void answer(struct asking *asking, bool resolves, struct cf_result *result)
{
    char why[200];

    asking->before(asking->owner);
    if (result->status >= 0 && resolves)
        on_resolved(asking, result);
    else if (result->status >= 0)
        on_services(asking, &result->out);
    else {
        advice_not_started(why, sizeof why, result->status);
        if (resolves)
            core_resolved(asking->core, "", 0, why);
        else
            core_services(asking->core, NULL, why);
    }
}

static void on_done(struct cf_call *call)
{
    struct asking *asking = call->owner;

    if (!call->killed)
        answer(asking, call == &asking->addresses, &call->result);
    cf_result_free(&call->result);
}

static void run(struct asking *asking, struct cf_call *call, uv_loop_t *loop,
                const char *const *arguments)
{
    *call = (struct cf_call){.cf = asking->cf,
                             .done = on_done,
                             .owner = asking,
                             .has_input = call == &asking->addresses};
    cf_call_start(call, loop, arguments);
}

static void ask_for_services(struct asking *asking, uv_loop_t *loop)
{
    char path[128];
    const char *const arguments[] = {"curl", path, NULL};

    if (cf_is_traced(asking->cf)) {
        asking->before(asking->owner);
        core_services(asking->core, NULL,
                      "cf writes a trace into a file, and their passwords would be in it");
        return;
    }
    snprintf(path, sizeof path, "v3/apps/%s/env", asking->guid);
    run(asking, &asking->services, loop, arguments);
}

static void resolve(struct asking *asking, uv_loop_t *loop, const struct core_action *action)
{
    char index[16];
    const char *const arguments[] = {"ssh", asking->app, "--process", asking->process, "-i",
                                     index, "-T",        "-c",        action->text,    NULL};

    snprintf(index, sizeof index, "%u", asking->core->instances[action->session]->index);
    run(asking, &asking->addresses, loop, arguments);
}

void asking_perform(struct asking *asking, uv_loop_t *loop, const struct core_action *action)
{
    if (action->kind == ACTION_SERVICES)
        ask_for_services(asking, loop);
    else if (action->kind == ACTION_RESOLVE)
        resolve(asking, loop, action);
    else {
        cf_call_kill(&asking->services);
        cf_call_kill(&asking->addresses);
    }
}
