#include "cf_home.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cf_config.h"

static void copy_path(const struct cf_home *home, char path[PATH_MAX])
{
    if (snprintf(path, PATH_MAX, "%s/.cf/config.json", home->folder) >= PATH_MAX)
        path[0] = '\0'; /* cannot be: it was written */
}

/* FNV-1a. */
static uint64_t hash(const char *text)
{
    uint64_t value = 0xcbf29ce484222325U;

    for (; *text != '\0'; text++)
        value = (value ^ (unsigned char)*text) * 0x100000001b3U;
    return value;
}

static void remember_old(struct cf_home *home)
{
    uint64_t *longer = NULL;

    if (home->refresh_token != NULL)
        longer = realloc(home->old_tokens, (home->old_count + 1) * sizeof *longer);
    if (longer == NULL)
        return;
    longer[home->old_count++] = hash(home->refresh_token);
    home->old_tokens = longer;
}

static void remember(struct cf_home *home, const char *refresh_token)
{
    char *copy = strdup(refresh_token);

    remember_old(home);
    free(home->refresh_token);
    home->refresh_token = copy;
}

static bool is_current(const struct cf_home *home, const char *token)
{
    return strcmp(token, home->refresh_token) == 0;
}

static bool is_new(const struct cf_home *home, const char *token)
{
    for (size_t i = 0; i < home->old_count; i++)
        if (home->old_tokens[i] == hash(token))
            return false;
    return token[0] != '\0' && !is_current(home, token);
}

void cf_home_sync(struct cf_home *home)
{
    char path[PATH_MAX];

    if (home->folder[0] == '\0' || home->refresh_token == NULL)
        return;
    copy_path(home, path);
    struct cf_config ours = cf_config_read(path), theirs = cf_config_read(home->source);
    const char *our_token = cf_config_field(&ours, "RefreshToken");
    const char *their_token = cf_config_field(&theirs, "RefreshToken");
    bool we_did = is_new(home, our_token), they_did = is_new(home, their_token);
    bool we_went_back = !we_did && !is_current(home, our_token) && is_current(home, their_token);

    /* Who has logged out, or in elsewhere, has done so on purpose. */
    if (we_did && is_current(home, their_token)) {
        if (cf_config_hand_on(&ours, &theirs, home->source) == 0)
            remember(home, our_token);
    } else if ((we_went_back || (they_did && !we_did)) &&
               strcmp(cf_config_field(&ours, "Target"), cf_config_field(&theirs, "Target")) == 0) {
        if (cf_config_hand_on(&theirs, &ours, path) == 0 && they_did)
            remember(home, their_token);
    }
    cf_config_free(&ours);
    cf_config_free(&theirs);
}

static int make_folder(struct cf_home *home)
{
    const char *places[SYSTEM_PLACES];
    int result = -ENOENT;

    system_places(places);
    for (size_t i = 0; i < SYSTEM_PLACES && result != 0; i++)
        if (places[i][0] != '\0')
            result = system_make_private(places[i], home->folder, PATH_MAX / 2);
    return result;
}

static int write_copy(struct cf_home *home, const char *text, size_t length)
{
    char path[PATH_MAX];
    int result = make_folder(home);

    if (result != 0)
        return result;
    if (snprintf(path, sizeof path, "%s/.cf", home->folder) >= (int)sizeof path)
        return -ENAMETOOLONG;
    result = system_make_folder(path);
    if (result != 0)
        return result;
    copy_path(home, path);
    result = cf_config_write(path, text, length);
    if (result == 0)
        home->guard = system_guard(home->folder);
    return home->guard < 0 && result == 0 ? home->guard : result;
}

int cf_home_make(struct cf_home *home)
{
    char folder[PATH_MAX];
    const char *base = getenv("CF_HOME");

    *home = (struct cf_home){.guard = -1};
    if (base == NULL || *base == '\0') {
        if (system_home(folder, sizeof folder) != 0)
            return -ENAMETOOLONG;
        base = folder;
    }
    if (snprintf(home->source, sizeof home->source, "%s/.cf/config.json", base) >=
        (int)sizeof home->source)
        return -ENAMETOOLONG;
    errno = 0;
    struct cf_config config = cf_config_read(home->source);
    if (config.text == NULL)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    int result = write_copy(home, config.text, strlen(config.text));
    if (result == 0 && config.parsed != NULL)
        remember(home, cf_config_field(&config, "RefreshToken"));
    cf_config_free(&config);
    if (result != 0 && home->folder[0] != '\0')
        system_remove_folder(home->folder);
    if (result != 0)
        home->folder[0] = '\0';
    return result;
}

void cf_home_is_for_children(const struct cf_home *home, bool is)
{
    if (home->guard >= 0)
        system_guard_is_for_children(home->guard, is);
}

void cf_home_remove(struct cf_home *home)
{
    cf_home_sync(home);
    if (home->folder[0] != '\0')
        system_remove_folder(home->folder);
    if (home->guard >= 0)
        system_unguard(home->guard);
    free(home->refresh_token);
    free(home->old_tokens);
    *home = (struct cf_home){.guard = -1};
}
