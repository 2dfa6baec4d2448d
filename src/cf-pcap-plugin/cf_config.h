/*
 * The cf CLI's config.json: its fields, and its tokens from one to another. The CLI replaces the
 * file as a whole, so it is read and written here without a lock, as the CLI does it.
 */
#ifndef CF_CONFIG_H
#define CF_CONFIG_H

#include <stddef.h>
#include <yyjson.h>

struct cf_config {
    char *text;         /* NULL: it could not be read, errno says why */
    yyjson_doc *parsed; /* NULL: it is none */
};

struct cf_config cf_config_read(const char *path);
void cf_config_free(struct cf_config *config);

/* A field that is a string; "" if it is not there. */
const char *cf_config_field(const struct cf_config *config, const char *name);

/* Writes a file in the place of what is there, at once; readable by its owner alone. 0 or a
 * negative errno. */
int cf_config_write(const char *path, const char *text, size_t length);

/*
 * Puts the tokens of `from` into the text of `to`, whose other bytes are left as they are, and
 * writes that. 0 or a negative errno; -EINVAL: one of them holds no tokens, or not as the CLI
 * writes them.
 */
int cf_config_hand_on(const struct cf_config *from, struct cf_config *to, const char *path);

#endif
