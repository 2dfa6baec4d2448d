#include "policy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../snaplen.h"
#include "message.h"

enum { DURATION_MAX = 31536000 /* a year, in seconds */, LINE_SHOWN = 80 };

static int set_bool(bool *flag, const char *value)
{
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return -EINVAL;
    *flag = strcmp(value, "yes") == 0;
    return 0;
}

static int set_require_ssh(struct policy *policy, const char *value)
{
    return set_bool(&policy->require_ssh, value);
}

static int set_log_captures(struct policy *policy, const char *value)
{
    return set_bool(&policy->log_captures, value);
}

static int set_number(uint32_t *number, const char *value, uint32_t max)
{
    uint64_t sum = 0;

    if (*value == '\0')
        return -EINVAL;
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9')
            return -EINVAL;
        sum = sum * 10 + (uint64_t)(*value - '0');
        if (sum > max)
            return -EINVAL;
    }
    *number = (uint32_t)sum;
    return 0;
}

static int set_max_snaplen(struct policy *policy, const char *value)
{
    return set_number(&policy->max_snaplen, value, SNAPLEN_MAX);
}

static int set_max_duration(struct policy *policy, const char *value)
{
    return set_number(&policy->max_duration, value, DURATION_MAX);
}

static const struct {
    const char *key;
    int (*set)(struct policy *policy, const char *value);
} keys[] = {
    {"require_ssh", set_require_ssh},
    {"log_captures", set_log_captures},
    {"max_snaplen", set_max_snaplen},
    {"max_duration", set_max_duration},
};

enum { KEYS = sizeof keys / sizeof keys[0] };

/* One line, without its newline. Returns what is wrong with it, NULL if nothing is. */
static const char *parse_line(struct policy *policy, bool seen[KEYS], char *line)
{
    char *rest = NULL;
    char *key = strtok_r(line, " \t", &rest);

    if (key == NULL || *key == '#')
        return NULL;

    char *value = strtok_r(NULL, " \t", &rest);
    const char *more = value == NULL ? NULL : strtok_r(NULL, " \t", &rest);
    if (value == NULL || *value == '#' || (more != NULL && *more != '#'))
        return "not of the form 'key value'";
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(key, keys[i].key) != 0)
            continue;
        if (seen[i])
            return "this key stands here twice";
        seen[i] = true;
        return keys[i].set(policy, value) == 0 ? NULL : "bad value";
    }
    return "unknown key";
}

int policy_parse(struct policy *policy, const char *name, const char *text, size_t length)
{
    bool seen[KEYS] = {false};
    unsigned number = 0;

    *policy = (struct policy){.require_ssh = true};
    while (length > 0) {
        char line[POLICY_MAX_BYTES + 1];
        const char *end = memchr(text, '\n', length);
        size_t size = end == NULL ? length : (size_t)(end - text);
        const char *wrong = NULL;

        number++;
        if (size >= sizeof line) {
            wrong = "too long";
        } else if (memchr(text, '\0', size) != NULL) {
            wrong = "not text";
        } else {
            memcpy(line, text, size);
            line[size] = '\0';
            wrong = parse_line(policy, seen, line);
        }
        if (wrong != NULL) {
            message("%s, line %u: %s: '%.*s'; no capture until the operator has corrected it", name,
                    number, wrong, (int)(size > LINE_SHOWN ? LINE_SHOWN : size), text);
            return -EINVAL;
        }
        text += size;
        length -= size;
        if (length > 0) { /* the newline */
            text++;
            length--;
        }
    }
    return 0;
}

int policy_load(struct policy *policy, const char *directory)
{
    char path[PATH_MAX];
    char text[POLICY_MAX_BYTES + 1];
    size_t length = 0;
    struct stat status;
    int result = 0;

    if (snprintf(path, sizeof path, "%s/cf-pcap.policy", directory) >= (int)sizeof path) {
        message("%s: this path is too long", directory);
        return -ENAMETOOLONG;
    }

    /* O_NONBLOCK: opening a FIFO put there instead must not wait for its writer. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return policy_parse(policy, path, "", 0);
    if (fd < 0 || fstat(fd, &status) != 0) {
        result = -errno;
        message("%s: %s; no capture without the operator's policy", path,
                errno == ELOOP ? "not a regular file" : strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        result = -EINVAL;
        message("%s: not a regular file; no capture without the operator's policy", path);
    } else {
        ssize_t got = 0;
        while (length < sizeof text && (got = read(fd, text + length, sizeof text - length)) > 0)
            length += (size_t)got;
        if (got < 0) {
            result = -errno;
            message("%s: %s; no capture without the operator's policy", path, strerror(errno));
        } else if (length > POLICY_MAX_BYTES) {
            result = -EFBIG;
            message("%s: more than %d bytes; no capture until the operator has corrected it", path,
                    POLICY_MAX_BYTES);
        } else {
            result = policy_parse(policy, path, text, length);
        }
    }
    if (fd >= 0)
        close(fd);
    return result;
}

int policy_apply(const struct policy *policy, struct options *options, bool ssh_session)
{
    if (policy->require_ssh && !ssh_session) {
        message("captures only in an SSH session of the app: run it with cf ssh, or use cf pcap");
        return -EPERM;
    }
    if (policy->max_snaplen == 0 || options->snaplen <= policy->max_snaplen)
        return 0;
    if (options->snaplen_given) {
        message("--snaplen %u: the operator's policy allows no more than %u bytes",
                options->snaplen, policy->max_snaplen);
        return -EPERM;
    }
    options->snaplen = policy->max_snaplen;
    return 0;
}
