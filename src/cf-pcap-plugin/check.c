#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "core/probe.h"
#include "core/session_list.h"
#include "quote.h"

/* A step of the report: "ok   tool        cf-pcap 0.2.0". */

static void line(struct check *check, const char *result, const char *step, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void line(struct check *check, const char *result, const char *step, const char *format, ...)
{
    char text[1600];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    check->failed |= strcmp(result, "no") == 0;
    console_line(check->console, "%-4s %-11s %s", result, step, text);
}

/* Behind it: who can change it, and how. */
static void who(const struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void who(const struct check *check, const char *format, ...)
{
    char text[800];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    console_line(check->console, "     %-11s -> %s", "", text);
}

static void not_looked_at(struct check *check, const char *const *steps)
{
    for (; *steps != NULL; steps++)
        line(check, "-", *steps, "not checked");
}

/* Of `cf target`: "user:   admin". "?": it does not say. */
static const char *target_field(char *value, size_t size, const char *text, const char *name)
{
    snprintf(value, size, "?");
    for (const char *at = text; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, name, strlen(name)) != 0)
            continue;
        at += strlen(name);
        at += strspn(at, " ");
        return quote_for_display(value, size, at, strcspn(at, "\r\n"));
    }
    return value;
}

static bool login(struct check *check)
{
    static const char *const arguments[] = {"target", NULL};
    struct cf_result result = {.status = -1};
    char error[LOOKUP_ERROR_SIZE], user[64], org[64];

    if (lookup_guid(check->cf, check->options->app, check->guid, error) != 0) {
        line(check, "no", "login", "%s", error);
        who(check, "you: cf login, cf target -o ORG -s SPACE, cf apps");
        return false;
    }
    const char *text = cf_run(&result, check->cf, arguments) == 0 ? result.out.text : "";
    line(check, "ok", "login", "user %s, org %s, space %s: app '%s' is there",
         target_field(user, sizeof user, text, "user:"),
         target_field(org, sizeof org, text, "org:"),
         target_field(check->space, sizeof check->space, text, "space:"), check->options->app);
    cf_result_free(&result);
    return true;
}

static void ssh(struct check *check)
{
    const char *app = check->options->app;
    char reason[256] = "";
    int enabled = lookup_ssh_enabled(check->cf, check->guid, reason, sizeof reason);

    check->ssh_disabled = enabled == 0;
    if (enabled > 0) {
        line(check, "ok", "SSH", "enabled for the app, its space and the platform");
    } else if (enabled < 0) {
        line(check, "-", "SSH", "Cloud Controller does not say whether it is enabled");
    } else {
        line(check, "no", "SSH", "%s", reason);
        if (strstr(reason, "global") != NULL)
            who(check, "the operator: Cloud Controller's property cc.allow_app_ssh_access");
        else if (strstr(reason, "space") != NULL)
            who(check,
                "a space manager: cf allow-space-ssh %s, then a space developer: cf "
                "restart %s",
                check->space, app);
        else
            who(check, "a space developer: cf enable-ssh %s, then cf restart %s", app, app);
    }
}

static bool running(struct check *check)
{
    const struct options *options = check->options;
    char error[LOOKUP_ERROR_SIZE], list[256], others[256];

    if (lookup_instances(check->cf, check->guid, options->process, &check->instances, error) != 0 ||
        instances_choose(&check->instances, options->ranges, options->range_count, error,
                         sizeof error) != 0) {
        line(check, "no", "running", "%s", error);
        who(check, "you: cf app %s lists processes and instances", options->app);
        return false;
    }
    struct index_list absent = instances_describe(&check->instances, false, others, sizeof others);
    struct index_list running = instances_describe(&check->instances, true, list, sizeof list);
    if (running.count > 0)
        line(check, "ok", "running", "%s %s of process '%s'", index_list_noun(&running), list,
             options->process);
    if (check->instances.beside > 0)
        line(check, "-", "running", "%s The new one is not captured.", advice_deployed);
    bool stops = running.count == 0 || options->range_count > 0; /* else they are skipped */
    if (absent.count > 0) {
        line(check, stops ? "no" : "-", "running", "%s %s of process '%s' %s not run",
             index_list_noun(&absent), others, options->process, absent.count == 1 ? "does" : "do");
        who(check, "a space developer: cf start %s; cf logs %s --recent, cf events %s",
            options->app, options->app, options->app);
    }
    if (absent.count + running.count == 0) {
        line(check, "no", "running", "process '%s' has no instances", options->process);
        who(check, "a space developer: cf scale %s --process %s -i 1", options->app,
            options->process);
    }
    return running.count > 0;
}

bool check_platform(struct check *check)
{
    static const char *const all[] = {"SSH",    "running",    "connection", "tool",
                                      "policy", "capability", NULL};

    if (!login(check)) {
        not_looked_at(check, all);
        return false;
    }
    ssh(check);
    if (running(check) && !check->ssh_disabled)
        return true;
    not_looked_at(check, all + 2);
    return false;
}

/* The containers. */

static const char *const steps[] = {"connection", "tool", "policy", "capability"};

static void who_of_step(const struct check *check, const struct instance *instance,
                        enum probe_step step)
{
    const char *app = check->options->app;

    if (step == PROBE_POLICY) {
        who(check, "the operator: properties of job cf-pcap-lifecycle");
    } else if (step == PROBE_CAPABILITY) {
        who(check, strstr(instance->why, "there is no interface") != NULL
                       ? "you: --interface NAME"
                       : "the operator: the reason names what to change");
    } else if (step == PROBE_TOOL) {
        who(check,
            "the operator: cf_pcap.enabled of job cf-pcap-lifecycle; once it is on, a space "
            "developer: cf restart %s",
            app);
    } else if (instance->no_shell) {
        who(check, "you: with another stack or image the app can be captured");
    } else if (strstr(instance->why, "takes a restart") != NULL) {
        who(check, "a space developer: cf restart %s", app);
    } else if (instance->refused) {
        who(check,
            "a space developer: cf restart %s; a space manager gives that role: cf "
            "set-space-role USER ORG SPACE SpaceDeveloper",
            app);
    } else {
        who(check, "you: cf ssh %s -i %u shows more; then your network, or the operator", app,
            instance->index);
    }
}

/* All that have failed for the same reason as this one: is it the first of them? */
static bool same_reason(const struct core *core, size_t number, enum probe_step step,
                        struct session_list *list)
{
    const char *why = core->instances[number]->why;

    for (size_t i = 0; i < core->count; i++) {
        const struct instance *instance = core->instances[i];

        if (probe_step_of(instance) != step || strcmp(instance->why, why) != 0)
            continue;
        if (i < number)
            return false;
        session_list_add(list, instance);
    }
    return true;
}

static void what_is_fine(struct check *check, const struct instance *instance, enum probe_step step,
                         const char *which)
{
    char version[128], snaplen[32], duration[32];

    if (step == PROBE_TOOL) {
        probe_line(version, sizeof version, instance, "cf-pcap ");
        version[strcspn(version, ",")] = '\0'; /* then, libpcap's */
        line(check, "ok", steps[step], "%s%s, in %s", *version == '\0' ? "" : "cf-pcap ",
             *version == '\0' ? "of another release" : version, which);
    } else if (step == PROBE_POLICY) {
        probe_line(snaplen, sizeof snaplen, instance, "max_snaplen ");
        probe_line(duration, sizeof duration, instance, "max_duration ");
        char limits[128] = "";
        size_t used = 0;
        if (*snaplen != '\0' && strcmp(snaplen, "0") != 0)
            used =
                (size_t)snprintf(limits, sizeof limits, ", at most %s bytes of a packet", snaplen);
        if (*duration != '\0' && strcmp(duration, "0") != 0)
            snprintf(limits + used, sizeof limits - used, ", for %s seconds", duration);
        line(check, "ok", steps[step], "allows captures%s", limits);
    } else if (step == PROBE_CAPABILITY) {
        line(check, "ok", steps[step], "granted, and %s can be opened, in %s",
             check->options->interfaces.names[instance->interface], which);
    } else {
        line(check, "ok", steps[step], "SSH into %s", which);
    }
}

/* Those that have passed it, on the interface of this number. */
static void passed_on(struct check *check, const struct core *core, enum probe_step step,
                      size_t interface)
{
    size_t fine = core->count;
    char text[256], which[300];
    struct index_list list;

    index_list_begin(&list, text, sizeof text);
    for (size_t i = 0; i < core->count; i++) {
        if (probe_step_of(core->instances[i]) <= step || core->instances[i]->interface != interface)
            continue;
        fine = i;
        index_list_add(&list, core->instances[i]->index);
    }
    if (fine == core->count)
        return;
    snprintf(which, sizeof which, "%s %s", index_list_noun(&list), text);
    what_is_fine(check, core->instances[fine], step, which);
}

/* On any interface, which the step is not about. */
static void passed(struct check *check, const struct core *core, enum probe_step step)
{
    size_t fine = core->count;
    struct session_list list;
    char which[600];

    session_list_begin(&list, core, SESSION_LIST_MAX);
    for (size_t i = 0; i < core->count; i++) {
        if (probe_step_of(core->instances[i]) <= step)
            continue;
        fine = i;
        session_list_add(&list, core->instances[i]);
    }
    if (fine == core->count)
        return;
    snprintf(which, sizeof which, "%s %s", session_list_noun(&list), session_list_text(&list));
    what_is_fine(check, core->instances[fine], step, which);
}

static void container_step(struct check *check, const struct core *core, enum probe_step step)
{
    struct session_list list;
    bool reached = false;

    for (size_t i = 0; i < core->count; i++)
        reached |= probe_step_of(core->instances[i]) >= step;
    if (!reached)
        line(check, "-", steps[step], "not checked");
    if (step != PROBE_CAPABILITY)
        passed(check, core, step);
    for (size_t i = 0; step == PROBE_CAPABILITY && i < core->config.interfaces.count; i++)
        passed_on(check, core, step, i);
    for (size_t i = 0; i < core->count; i++) {
        const struct instance *instance = core->instances[i];

        session_list_begin(&list, core, SESSION_LIST_MAX);
        if (probe_step_of(instance) != step || !same_reason(core, i, step, &list))
            continue;
        line(check, "no", steps[step], "%s %s: %s", session_list_noun(&list),
             session_list_text(&list),
             instance->why[0] == '\0' ? "no reason was given" : instance->why);
        who_of_step(check, instance, step);
    }
}

void check_containers(struct check *check, const struct core *core)
{
    for (enum probe_step step = PROBE_CONNECTION; step < PROBE_PASSED; step++)
        container_step(check, core, step);
}

int check_end(struct check *check)
{
    if (check->failed)
        console_line(check->console, "Each 'no' stops a capture, or keeps instances out of it.");
    else
        console_line(check->console, "Nothing stops a capture on app '%s'.", check->options->app);
    return check->failed ? 1 : 0;
}
