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
#include <yyjson.h>

enum { CONFIG_MAX = 4 * 1024 * 1024 /* bytes */, FILES_MAX = 8 /* open ones of nftw */ };

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

/* The whole file, terminated; the caller's to free. NULL: errno says why. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return NULL;
    char *text = malloc(CONFIG_MAX + 1);
    if (text == NULL) {
        fclose(file);
        return NULL;
    }
    *length = fread(text, 1, CONFIG_MAX, file);
    text[*length] = '\0';
    bool failed = ferror(file) != 0 || *length == CONFIG_MAX;
    fclose(file);
    if (!failed)
        return text;
    free(text);
    errno = EIO;
    return NULL;
}

/* In the place of what is there, at once; readable by its owner alone. 0 or a negative errno. */
static int write_file(const char *path, const char *text, size_t length)
{
    char fresh[PATH_MAX];

    if (snprintf(fresh, sizeof fresh, "%s.%d", path, (int)getpid()) >= (int)sizeof fresh)
        return -ENAMETOOLONG;
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return -errno;
    ssize_t written = write(fd, text, length);
    int result = written == (ssize_t)length ? 0 : written < 0 ? -errno : -ENOSPC;
    if (close(fd) != 0 && result == 0)
        result = -errno;
    if (result == 0 && rename(fresh, path) != 0)
        result = -errno;
    if (result != 0)
        unlink(fresh);
    return result;
}

/* A configuration; numbers are kept as they are written. */
static yyjson_doc *read_config(const char *path)
{
    size_t length;
    char *text = read_file(path, &length);

    if (text == NULL)
        return NULL;
    yyjson_doc *config = yyjson_read(text, length, YYJSON_READ_NUMBER_AS_RAW);
    free(text);
    return config;
}

static const char *field(const yyjson_doc *config, const char *name)
{
    const char *value =
        yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root((yyjson_doc *)config), name));

    return value == NULL ? "" : value;
}

/* `to` with the tokens of `from`, written to `path`. */
static int hand_on(const yyjson_doc *from, yyjson_doc *to, const char *path)
{
    static const char *const names[] = {"AccessToken", "RefreshToken"};
    yyjson_mut_doc *changed = yyjson_doc_mut_copy(to, NULL);
    size_t length;

    if (changed == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < 2; i++)
        yyjson_mut_obj_replace(yyjson_mut_doc_get_root(changed), yyjson_mut_str(changed, names[i]),
                               yyjson_mut_strcpy(changed, field(from, names[i])));
    char *text = yyjson_mut_write(changed, YYJSON_WRITE_PRETTY_TWO_SPACES, &length);
    int result = text == NULL ? -ENOMEM : write_file(path, text, length);
    free(text);
    yyjson_mut_doc_free(changed);
    return result;
}

static void copy_path(const struct cf_home *home, char path[PATH_MAX])
{
    if (snprintf(path, PATH_MAX, "%s/.cf/config.json", home->folder) >= PATH_MAX)
        path[0] = '\0'; /* cannot be: it was written */
}

static void remember(struct cf_home *home, const char *refresh_token)
{
    char *copy = strdup(refresh_token);

    free(home->refresh_token);
    home->refresh_token = copy;
}

void cf_home_sync(struct cf_home *home)
{
    char path[PATH_MAX];

    if (home->folder[0] == '\0' || home->refresh_token == NULL)
        return;
    copy_path(home, path);
    yyjson_doc *ours = read_config(path), *theirs = read_config(home->source);
    if (ours != NULL && theirs != NULL) {
        const char *our_token = field(ours, "RefreshToken");
        const char *their_token = field(theirs, "RefreshToken");
        bool we_did = strcmp(our_token, home->refresh_token) != 0 && our_token[0] != '\0';
        bool they_did = strcmp(their_token, home->refresh_token) != 0 && their_token[0] != '\0';

        /* Who has logged out, or in elsewhere, has done so on purpose. */
        if (we_did && strcmp(their_token, home->refresh_token) == 0) {
            if (hand_on(ours, theirs, home->source) == 0)
                remember(home, our_token);
        } else if (they_did && !we_did &&
                   strcmp(field(ours, "Target"), field(theirs, "Target")) == 0) {
            if (hand_on(theirs, ours, path) == 0)
                remember(home, their_token);
        }
    }
    yyjson_doc_free(ours);
    yyjson_doc_free(theirs);
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
    result = write_file(path, text, length);
    return result != 0 ? result : start_guard(home);
}

int cf_home_make(struct cf_home *home)
{
    const char *base = variable("CF_HOME");
    size_t length;

    *home = (struct cf_home){.guard = -1};
    if (*base == '\0')
        base = variable("HOME");
    if (snprintf(home->source, sizeof home->source, "%s/.cf/config.json", base) >=
        (int)sizeof home->source)
        return -ENAMETOOLONG;
    char *text = read_file(home->source, &length);
    if (text == NULL)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    int result = write_copy(home, text, length);
    yyjson_doc *config = yyjson_read(text, length, 0);
    if (config != NULL)
        remember(home, field(config, "RefreshToken"));
    yyjson_doc_free(config);
    free(text);
    if (result != 0 && home->folder[0] != '\0')
        remove_folder(home->folder);
    if (result != 0)
        home->folder[0] = '\0';
    return result;
}

void cf_home_remove(struct cf_home *home)
{
    cf_home_sync(home);
    if (home->folder[0] != '\0')
        remove_folder(home->folder);
    if (home->guard >= 0)
        close(home->guard);
    free(home->refresh_token);
    *home = (struct cf_home){.guard = -1};
}
