#include "cf_config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/system.h"

enum { CONFIG_MAX = 4 * 1024 * 1024 /* bytes */ };

/* The whole file, terminated; the caller's to free. NULL: errno says why. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = system_open_to_read(path);

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

int cf_config_write(const char *path, const char *text, size_t length)
{
    char fresh[PATH_MAX];

    if (snprintf(fresh, sizeof fresh, "%s.%d", path, (int)getpid()) >= (int)sizeof fresh)
        return -ENAMETOOLONG;
    int fd = system_open(fresh, SYSTEM_ANEW);
    if (fd < 0)
        return fd;
    ssize_t written = write(fd, text, (unsigned int)length);
    int result = written == (ssize_t)length ? 0 : written < 0 ? -errno : -ENOSPC;
    if (close(fd) != 0 && result == 0)
        result = -errno;
    if (result == 0)
        result = system_replace(fresh, path);
    if (result != 0)
        system_remove(fresh);
    return result;
}

struct cf_config cf_config_read(const char *path)
{
    size_t length = 0;
    struct cf_config config = {.text = read_file(path, &length)};

    if (config.text != NULL)
        config.parsed = yyjson_read(config.text, length, 0);
    return config;
}

void cf_config_free(struct cf_config *config)
{
    free(config->text);
    yyjson_doc_free(config->parsed);
}

const char *cf_config_field(const struct cf_config *config, const char *name)
{
    const char *value = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(config->parsed), name));

    return value == NULL ? "" : value;
}

/* Where the value of `name` is in the text; NULL: it is not there as it is, but with escapes. */
static char *find_value(const struct cf_config *config, const char *name, const char *value)
{
    size_t length = strlen(name);

    for (char *at = config->text; (at = strstr(at, name)) != NULL; at += length) {
        char *value_at = at + length;

        if (at == config->text || at[-1] != '"' || *value_at != '"')
            continue;
        value_at += 1 + strspn(value_at + 1, " \t\r\n");
        if (*value_at != ':')
            continue;
        value_at += 1 + strspn(value_at + 1, " \t\r\n");
        if (*value_at++ == '"' && strncmp(value_at, value, strlen(value)) == 0 &&
            value_at[strlen(value)] == '"')
            return value_at;
    }
    return NULL;
}

int cf_config_hand_on(const struct cf_config *from, struct cf_config *to, const char *path)
{
    static const char *const names[] = {"AccessToken", "RefreshToken"};

    for (size_t i = 0; i < 2; i++) {
        const char *old = cf_config_field(to, names[i]), *fresh = cf_config_field(from, names[i]);
        const char *at = find_value(to, names[i], old);
        size_t room = strlen(to->text) + strlen(fresh) + 1;

        if (at == NULL || find_value(from, names[i], fresh) == NULL)
            return -EINVAL;
        char *text = malloc(room);
        if (text == NULL)
            return -ENOMEM;
        snprintf(text, room, "%.*s%s%s", (int)(at - to->text), to->text, fresh, at + strlen(old));
        free(to->text);
        to->text = text;
    }
    return cf_config_write(path, to->text, strlen(to->text));
}
