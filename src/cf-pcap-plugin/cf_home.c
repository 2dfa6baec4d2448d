#include "cf_home.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cf_config.h"

enum { FILES_MAX = 8 /* open ones of nftw */ };

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value == NULL ? "" : value;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    remove(path);
    return 0;
}

static void remove_folder(const char *folder)
{
    nftw(folder, remove_entry, FILES_MAX, FTW_DEPTH | FTW_PHYS);
}

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

/* In a process that nobody waits for: removes the folder once the other end of the pipe is closed.
 */
static void guard(const char *folder, int pipe_end)
{
    int null = open("/dev/null", O_RDWR);
    char byte;

    setsid(); /* ^C is not for this process */
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        dup2(null, fd); /* or whoever reads the plugin's output would wait for this process */
    while (read(pipe_end, &byte, 1) < 0 && errno == EINTR)
        continue;
    remove_folder(folder);
    _exit(0);
}

static int start_guard(struct cf_home *home)
{
    int ends[2];

    if (pipe(ends) != 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        if (fork() == 0)
            guard(home->folder, ends[0]);
        _exit(0);
    }
    int result = pid < 0 ? -errno : 0;
    close(ends[0]);
    if (result == 0) {
        waitpid(pid, NULL, 0);
        home->guard = ends[1]; /* children inherit it: the folder lives as long as they do */
    } else {
        close(ends[1]);
    }
    return result;
}

static int make_folder(struct cf_home *home)
{
    const char *const places[] = {variable("XDG_RUNTIME_DIR"), variable("TMPDIR"), "/tmp"};
    int result = -ENOENT;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i][0] != '/')
            continue;
        if (snprintf(home->folder, sizeof home->folder - sizeof "/.cf/config.json.2147483647",
                     "%s/cf-pcap.XXXXXX", places[i]) >= PATH_MAX / 2)
            continue;
        if (mkdtemp(home->folder) != NULL)
            return 0;
        result = -errno;
    }
    home->folder[0] = '\0';
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
    if (mkdir(path, S_IRWXU) != 0)
        return -errno;
    copy_path(home, path);
    result = cf_config_write(path, text, length);
    return result != 0 ? result : start_guard(home);
}

int cf_home_make(struct cf_home *home)
{
    const char *base = variable("CF_HOME");

    *home = (struct cf_home){.guard = -1};
    if (*base == '\0')
        base = variable("HOME");
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
        remove_folder(home->folder);
    if (result != 0)
        home->folder[0] = '\0';
    return result;
}

void cf_home_is_for_children(const struct cf_home *home, bool is)
{
    if (home->guard >= 0)
        fcntl(home->guard, F_SETFD, is ? 0 : FD_CLOEXEC);
}

void cf_home_remove(struct cf_home *home)
{
    cf_home_sync(home);
    if (home->folder[0] != '\0')
        remove_folder(home->folder);
    if (home->guard >= 0)
        close(home->guard);
    free(home->refresh_token);
    free(home->old_tokens);
    *home = (struct cf_home){.guard = -1};
}
