#include "look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "lookup.h"

static void on_done(struct cf_call *call);

static void run(struct looking *looking, const char *const *arguments)
{
    looking->call = (struct cf_call){.cf = looking->cf, .done = on_done, .owner = looking};
    cf_call_start(&looking->call, looking->loop, arguments);
}

static void ask_for_process(struct looking *looking)
{
    char path[LOOKUP_PATH_SIZE];
    const char *const arguments[] = {"curl", path, NULL};

    looking->step = LOOKING_PROCESS;
    lookup_processes_path(path, looking->guid);
    run(looking, arguments);
}

static void ask_for_instances(struct looking *looking)
{
    char path[LOOKUP_PATH_SIZE];
    const char *const arguments[] = {"curl", path, NULL};

    looking->step = LOOKING_INSTANCES;
    lookup_stats_path(path, looking->process.guid);
    run(looking, arguments);
}

/* When the login is void, or the API away, `cf curl` prints an empty line and returns 0. This
 * command says what is wrong, and whether there is such an app. */
static void ask_why(struct looking *looking)
{
    const char *const arguments[] = {"app", looking->app, "--guid", NULL};

    looking->step = LOOKING_WHY;
    run(looking, arguments);
}

/* The CLI ends with advice that is long, and not about this. */
static void leave_out_tip(char *why)
{
    char *tip = strstr(why, " TIP: ");

    if (tip != NULL)
        *tip = '\0';
}

/* Another app has its name now. */
static bool is_another_app(const struct looking *looking, const struct cf_result *result)
{
    char guid[CF_GUID_SIZE];

    return result->status == 0 && cf_answer_guid(guid, result->out.text) == 0 &&
           strcmp(guid, looking->guid) != 0;
}

static void answer_why(struct looking *looking, const struct cf_result *result)
{
    struct core_listing listing = {.result = LOOK_FAILED, .why = looking->why};

    if (result->status < 0)
        advice_not_started(looking->why, sizeof looking->why, result->status);
    else if (result->status > 0)
        cf_answer_failure(looking->why, sizeof looking->why, result->err.text);
    leave_out_tip(looking->why);
    if (looking->why[0] == '\0')
        listing.why = "cf gives no reason";
    if (result->status > 0 && cf_answer_is_expired(looking->why))
        listing.result = LOOK_EXPIRED;
    else if ((result->status > 0 && cf_answer_is_no_app(looking->why)) ||
             is_another_app(looking, result))
        listing.result = LOOK_NOT_FOUND;
    looking->answer(looking->owner, &listing);
}

static void on_process(struct looking *looking, const struct cf_output *out)
{
    if (cf_answer_process(&looking->process, looking->type, out->text, out->length, looking->why,
                          sizeof looking->why) == 0)
        ask_for_instances(looking);
    else
        ask_why(looking);
}

static void on_instances(struct looking *looking, const struct cf_output *out)
{
    struct instances instances;

    if (instances_parse(&instances, out->text, out->length, looking->why, sizeof looking->why) !=
        0) {
        ask_why(looking);
        return;
    }
    looking->answer(looking->owner, &(struct core_listing){.result = LOOK_LISTED,
                                                           .process = looking->process.guid,
                                                           .beside = looking->process.beside,
                                                           .list = instances.list,
                                                           .count = instances.count});
    free(instances.list);
}

static void on_done(struct cf_call *call)
{
    struct looking *looking = call->owner;
    struct cf_result result = call->result; /* a step that follows has its own */

    if (call->killed) {
        if (looking->wanted)
            look_start(looking, looking->loop);
    } else if (looking->step == LOOKING_WHY || result.status < 0) {
        answer_why(looking, &result);
    } else if (looking->step == LOOKING_PROCESS) {
        on_process(looking, &result.out);
    } else {
        on_instances(looking, &result.out);
    }
    cf_result_free(&result);
}

void look_start(struct looking *looking, uv_loop_t *loop)
{
    looking->loop = loop;
    looking->wanted = looking->call.runs; /* the one before was killed, and is still to be closed */
    if (looking->wanted)
        return;
    looking->why[0] = '\0';
    ask_for_process(looking);
}

void look_away(struct looking *looking)
{
    looking->wanted = false;
    cf_call_kill(&looking->call);
}
