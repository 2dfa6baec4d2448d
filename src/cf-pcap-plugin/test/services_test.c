#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../services.h"

/* The hosts that a value of a field gives, with commas between them. */
static const char *of_value(const char *value)
{
    static char text[HOSTS_MAX * HOST_NAME_SIZE];
    struct hosts hosts = {.count = 0};

    text[0] = '\0';
    hosts_add_value(&hosts, value, strlen(value));
    for (size_t i = 0; i < hosts.count; i++) {
        strcat(text, i > 0 ? "," : "");
        strcat(text, hosts.names[i]);
    }
    return text;
}

static void a_value_gives_its_hosts_and_nothing_of_a_password(void **state)
{
    static const char *const values[][2] = {
        {"db.internal", "db.internal"},
        {"db.internal:5432", "db.internal"},
        {"postgres://user:word@db.internal:5432/name?ssl=true", "db.internal"},
        {"postgres://db.internal/name", "db.internal"},
        {"jdbc:mysql://db-1.internal:3306/name?user=u&password=p", "db-1.internal"},
        {"jdbc:sqlserver://db.internal:1433;databaseName=d;user=u;password=p", "db.internal"},
        {"mongodb://u:p@m1.internal:27017,m2.internal:27017/d", "m1.internal,m2.internal"},
        {"k1.internal:9092,k2.internal:9092, k3.internal", "k1.internal,k2.internal,k3.internal"},
        {"https://login.example.com", "login.example.com"},
        {"amqps://u:p@rabbit.internal/%2f", "rabbit.internal"},
        {"redis", "redis"},
        /* at signs in a password */
        {"postgres://user:p@ss.word@db.internal:1/n", "db.internal"},
        {"postgres://user:word,of.secret@db.internal:1/n", "db.internal"},
        /* the password has a slash, a question mark, a number sign: what is the host? */
        {"postgres://user:wo/rd.secret@db.internal/n", ""},
        {"postgres://user:wo?rd@db.internal/n", ""},
        {"postgres://user:secret.a@b/c@db.internal/n", ""},
        {"postgres://user.secret:wo#rd@db.internal/n", ""},
        {"jdbc:oracle:thin:scott/tiger.secret@//db.internal:1521/x", ""},
        {"user:secret.word", ""},
        {"user.name:secret.word@", ""},
        /* addresses, and what is no name */
        {"10.0.0.1:5432", ""},
        {"postgres://u:p@10.0.0.1/n", ""},
        {"fd00::1", ""},
        {"http://[fd00::1]:80/", ""},
        {"localhost", ""},
        {"-rf", ""},
        {".hidden", ""},
        {"a b.c", ""},
        {"$(reboot)", ""},
        {"a;b", ""},
        {"db.internal\n", ""},
        {"db\xc3\xa4.internal", ""},
        {"", ""},
        {"://", ""},
        {"x://@", ""},
        {"x://u@:1", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_string_equal(of_value(values[i][0]), values[i][1]);
}

static void a_filter_gives_what_is_behind_host_src_and_dst(void **state)
{
    static const char *const filters[][2] = {
        {"host db.internal", "db.internal"},
        {"tcp port 80", ""},
        {"host db and port 5432", "db"},
        {"src host db.internal or dst cache.internal", "db.internal,cache.internal"},
        {"(src or dst a.b) && !(host c.d)", "a.b,c.d"},
        {"host a.b or c.d or e.f and tcp", "a.b,c.d,e.f"},
        {"host a.b and tcp port http and not c.d", "a.b"},
        {"src port 53 or dst net example.org or host 10.0.0.1", ""},
        {"gateway gw.internal", "gw.internal"},
        {"ether host 00:11:22:33:44:55", ""},
        {"host DB.internal or host db.INTERNAL", "DB.internal"},
        {"host", ""},
        {"host host host a.b", "a.b"},
        {"host -rf.x or host $(x)", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct hosts hosts = {.count = 0};
        char text[512] = "";

        hosts_of_filter(&hosts, filters[i][0]);
        for (size_t j = 0; j < hosts.count; j++) {
            strcat(text, j > 0 ? "," : "");
            strcat(text, hosts.names[j]);
        }
        assert_string_equal(text, filters[i][1]);
    }
    hosts_of_filter(&(struct hosts){.count = 0}, NULL);
}

static int of_services(struct hosts *hosts, const char *json, char *why)
{
    *hosts = (struct hosts){.count = 0};
    return services_hosts(hosts, json, strlen(json), why, 64);
}

#define SERVICES(credentials)                                                                      \
    "{\"system_env_json\":{\"VCAP_SERVICES\":{\"p.mysql\":[{\"name\":\"my.db\",\"credentials\":"   \
    "" credentials "}]}}}"

static void credentials_are_read_where_their_fields_say_that_they_tell_hosts(void **state)
{
    struct hosts hosts;
    char why[64] = "";

    (void)state;
    assert_int_equal(
        of_services(&hosts,
                    SERVICES("{\"hostname\":\"a.internal\",\"Host\":\"b.internal\","
                             "\"jdbcUrl\":\"jdbc:x://c.internal/\",\"name\":\"no.internal\","
                             "\"password\":\"no.secret\",\"url_password\":\"no.secret\","
                             "\"api_key_uri\":\"no.secret\",\"vhost\":\"no.host\","
                             "\"virtual_host\":\"no.host\",\"token_endpoint\":\"no.secret\","
                             "\"server_auth\":\"no.secret\",\"hostCredential\":\"nosecret\","
                             "\"url_signature\":\"nosecret\",\"server_hash\":\"nosecret\","
                             "\"hosts\":[\"d.internal\",7,null,[\"e.internal\"]],"
                             "\"deep\":{\"servers\":[{\"x\":\"no.x\",\"host\":\"f.internal\"}]}}"),
                    why),
        0);
    assert_int_equal(hosts.count, 6);
    for (size_t i = 0; i < hosts.count; i++) {
        char expected[] = "a.internal";

        expected[0] = (char)('a' + (int)i);
        assert_string_equal(hosts.names[i], expected);
    }
}

static void an_answer_that_is_none_gives_no_hosts(void **state)
{
    static const char *const answers[] = {"", "{", "[]", "{}", "{\"system_env_json\":[]}"};
    static const char *const empty[] = {
        "{\"system_env_json\":{}}",
        "{\"system_env_json\":{\"VCAP_SERVICES\":\"x\"}}",
        "{\"system_env_json\":{\"VCAP_SERVICES\":{\"a\":{\"b\":1},\"c\":[1,[],{}]}}}",
        SERVICES("\"host\""),
        SERVICES("[\"a.b\"]"),
        SERVICES("null")};
    struct hosts hosts;
    char why[64] = "";

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        assert_int_equal(of_services(&hosts, answers[i], why), -EBADMSG);
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        assert_int_equal(of_services(&hosts, empty[i], why), 0);
        assert_int_equal(hosts.count, 0);
    }
    assert_int_equal(of_services(&hosts, "{\"errors\":[{\"detail\":\"You are not\\u001b\"}]}", why),
                     -EACCES);
    assert_string_equal(why, "You are not\\x1b");
}

static void as_many_as_there_is_room_for(void **state)
{
    char *json = malloc(200000), why[64];
    struct hosts hosts;
    size_t used = (size_t)sprintf(json, "{\"system_env_json\":{\"VCAP_SERVICES\":{\"x\":[");

    (void)state;
    for (int i = 0; i < 1000; i++)
        used += (size_t)sprintf(json + used, "%s{\"credentials\":{\"host\":\"h%d.internal\"}}",
                                i == 0 ? "" : ",", i);
    sprintf(json + used, "]}}}");
    assert_int_equal(of_services(&hosts, json, why), 0);
    assert_int_equal(hosts.count, HOSTS_MAX);
    used =
        (size_t)sprintf(json, "{\"system_env_json\":{\"VCAP_SERVICES\":{\"x\":[{\"credentials\":");
    for (int i = 0; i < 5000; i++)
        used += (size_t)sprintf(json + used, "{\"h\":");
    used += (size_t)sprintf(json + used, "{\"host\":\"deep.internal\"}");
    memset(json + used, '}', 5000);
    strcpy(json + used + 5000, "}]}}}");
    assert_int_equal(of_services(&hosts, json, why), 0);
    assert_int_equal(hosts.count, 0);
    free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_gives_its_hosts_and_nothing_of_a_password),
        cmocka_unit_test(a_filter_gives_what_is_behind_host_src_and_dst),
        cmocka_unit_test(credentials_are_read_where_their_fields_say_that_they_tell_hosts),
        cmocka_unit_test(an_answer_that_is_none_gives_no_hosts),
        cmocka_unit_test(as_many_as_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
