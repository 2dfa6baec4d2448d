#include "key_log.h"

#include <string.h>

enum { RANDOM = 64 /* digits */ };

static const struct label {
    const char *name;
    size_t random, least, most; /* digits: of the client random, and of the secret */
} labels[] = {
    {"CLIENT_RANDOM", RANDOM, 96, 96}, /* the master secret of TLS 1.2 and before */
    {"CLIENT_EARLY_TRAFFIC_SECRET", RANDOM, 64, 128},
    {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", RANDOM, 64, 128},
    {"SERVER_HANDSHAKE_TRAFFIC_SECRET", RANDOM, 64, 128},
    {"CLIENT_TRAFFIC_SECRET_0", RANDOM, 64, 128},
    {"SERVER_TRAFFIC_SECRET_0", RANDOM, 64, 128},
    {"EARLY_EXPORTER_SECRET", RANDOM, 64, 128},
    {"EXPORTER_SECRET", RANDOM, 64, 128},
    {"RSA", 16, 96, 96}, /* what begins the encrypted premaster secret, in place of the random */
};

void key_log_begin(struct key_log *log)
{
    log->length = 0;
    log->skips = false;
}

static size_t digits(const char *text, size_t length)
{
    size_t count = 0;

    while (count < length && text[count] != '\0' &&
           strchr("0123456789abcdefABCDEF", text[count]) != NULL)
        count++;
    return count;
}

static const struct label *label_of(const char *line, size_t length)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        size_t name = strlen(labels[i].name);

        if (length > name && line[name] == ' ' && memcmp(line, labels[i].name, name) == 0)
            return &labels[i];
    }
    return NULL;
}

bool key_log_is_key(const char *line, size_t length)
{
    const struct label *label = label_of(line, length);

    if (label == NULL)
        return false;
    size_t at = strlen(label->name) + 1;
    if (digits(line + at, length - at) != label->random)
        return false;
    at += label->random;
    if (at == length || line[at] != ' ')
        return false;
    size_t secret = length - at - 1;
    return digits(line + at + 1, secret) == secret && secret % 2 == 0 && secret >= label->least &&
           secret <= label->most;
}

/* It ends at its newline. */
static bool take_line(struct key_log *log)
{
    size_t length = log->length;

    log->length = 0;
    if (log->skips) {
        log->skips = false;
        return false;
    }
    if (length > 0 && log->line[length - 1] == '\r')
        length--;
    if (!key_log_is_key(log->line, length))
        return false;
    log->line[length] = '\n';
    log->length = length + 1;
    return true;
}

bool key_log_next(struct key_log *log, const char *bytes, size_t length, size_t *at)
{
    if (log->length > 0 && log->line[log->length - 1] == '\n')
        log->length = 0; /* the key of the call before */
    while (*at < length) {
        char byte = bytes[(*at)++];

        if (byte == '\n') {
            if (take_line(log))
                return true;
        } else if (log->length == KEY_LINE_MAX - 1) {
            log->skips = true;
        } else {
            log->line[log->length++] = byte;
        }
    }
    return false;
}

static unsigned int digit(char character)
{
    if (character <= '9')
        return (unsigned int)(character - '0');
    return (unsigned int)((character | 0x20) - 'a' + 10);
}

bool key_log_random(const char *line, size_t length, uint8_t random[KEY_RANDOM_SIZE])
{
    const struct label *label = label_of(line, length);

    if (label == NULL || label->random != RANDOM)
        return false;
    const char *at = line + strlen(label->name) + 1;
    for (size_t i = 0; i < KEY_RANDOM_SIZE; i++)
        random[i] = (uint8_t)(digit(at[2 * i]) << 4 | digit(at[2 * i + 1]));
    return true;
}
