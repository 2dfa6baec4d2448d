/* The policy file. */
#include <stdio.h>
#include <string.h>

#include "../../fuzz.h"
#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct policy policy;
    struct policy again;
    char text[256];

    if (policy_parse(&policy, "file", (const char *)data, size) != 0)
        return 0;
    CLAIM(policy.max_snaplen <= 262144 && policy.max_duration <= 31536000);
    /* Written out in full it means the same. */
    int length =
        snprintf(text, sizeof text, "require_ssh %s\nmax_snaplen %u\nmax_duration %u\n",
                 policy.require_ssh ? "yes" : "no", policy.max_snaplen, policy.max_duration);
    CLAIM(policy_parse(&again, "file", text, (size_t)length) == 0);
    CLAIM(again.require_ssh == policy.require_ssh && again.max_snaplen == policy.max_snaplen &&
          again.max_duration == policy.max_duration);
    /* SSH is required unless the text says otherwise. */
    CLAIM(policy.require_ssh || memmem(data, size, "require_ssh", 11) != NULL);
    return 0;
}
