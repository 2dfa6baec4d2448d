/*
 * One call of Go's net/rpc, the protocol a plugin and the cf CLI talk over 127.0.0.1.
 * Reference: Go's net/rpc. A call is two gob values, Request { ServiceMethod string, Seq uint } and
 * the argument; the reply two more, Response { ServiceMethod string, Seq uint, Error string } and
 * the result (an empty struct if Error is set).
 */
#ifndef RPC_H
#define RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gob.h"

enum { RPC_REQUEST_ID = GOB_FIRST_OWN_ID, RPC_FIRST_ARGUMENT_ID };

struct rpc_reply {
    char error[256]; /* what the other side says went wrong, cut; "" if nothing did */
    bool result;     /* of a call that returns a bool */
};

/* Begins a call of `method`. The caller appends the argument: its types (ids from
 * RPC_FIRST_ARGUMENT_ID) and its value. */
void rpc_begin(struct gob_writer *call, const char *method);

/* Reads a reply whose result is a bool from untrusted bytes. 0, -EAGAIN: it is not whole yet,
 * -EBADMSG: it is malformed. */
int rpc_parse_reply(struct rpc_reply *reply, const uint8_t *bytes, size_t length);

/* Sends the call to 127.0.0.1:port and waits for the reply. 0 or a negative errno. */
int rpc_call(const char *port, const struct gob_writer *call, struct rpc_reply *reply);

#endif
