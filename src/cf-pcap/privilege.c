#include "privilege.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/prctl.h>

/* Sets the process's capabilities to these, and frees them; NULL stands for "no memory". */
static int set_and_free(cap_t wanted, bool complete)
{
    int result = -errno;

    if (wanted == NULL)
        return -ENOMEM;
    if (complete)
        result = cap_set_proc(wanted) == 0 ? 0 : -errno;
    cap_free(wanted);
    return result;
}

static bool permitted(cap_value_t capability)
{
    cap_flag_value_t value = CAP_CLEAR;
    cap_t now = cap_get_proc();

    if (now == NULL)
        return false;
    bool known = cap_get_flag(now, capability, CAP_PERMITTED, &value) == 0;
    cap_free(now);
    return known && value == CAP_SET;
}

int privileges_limit(void)
{
    static const cap_value_t kept[] = {CAP_NET_RAW, CAP_SETPCAP};
    cap_t wanted = cap_init();
    bool complete = wanted != NULL;

    for (size_t i = 0; complete && i < sizeof kept / sizeof kept[0]; i++)
        if (permitted(kept[i]))
            complete = cap_set_flag(wanted, CAP_PERMITTED, 1, &kept[i], CAP_SET) == 0;

    int result = set_and_free(wanted, complete);
    if (result != 0)
        return result;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : -errno;
}

bool privileges_permitted(void)
{
    return permitted(CAP_NET_RAW);
}

static int make_effective(cap_value_t capability)
{
    cap_t wanted = cap_get_proc();

    return set_and_free(wanted, wanted != NULL && cap_set_flag(wanted, CAP_EFFECTIVE, 1,
                                                               &capability, CAP_SET) == 0);
}

int privileges_raise(void)
{
    return make_effective(CAP_NET_RAW);
}

int privileges_drop_for_good(void)
{
    /* The bounding set matters only when root executes a program, which no_new_privs and the
     * seccomp list forbid, too: without CAP_SETPCAP nothing is lost. */
    if (permitted(CAP_SETPCAP)) {
        int result = make_effective(CAP_SETPCAP);
        if (result != 0)
            return result;
        for (cap_value_t capability = 0; cap_get_bound(capability) >= 0; capability++)
            if (cap_drop_bound(capability) != 0)
                return -errno;
    }
    if (cap_reset_ambient() != 0)
        return -errno;

    cap_t none = cap_init();
    int result = set_and_free(none, none != NULL);
    if (result != 0)
        return result;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno;
}

void privileges_describe(char text[PRIVILEGES_TEXT])
{
    cap_t now = cap_get_proc();
    char *sets = now == NULL ? NULL : cap_to_text(now, NULL);

    snprintf(text, PRIVILEGES_TEXT, "capabilities '%s', no_new_privs %d", sets == NULL ? "?" : sets,
             prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    cap_free(sets);
    cap_free(now);
}
