package main

import (
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
)

const bbsAddress = "127.0.0.1:8889"

// startBBS answers the two questions ssh-proxy has: where is this instance, and how does one log in to
// its SSH daemon. Field numbers are those of the BBS's actual_lrp.proto, desired_lrp.proto and
// *_requests.proto.
func (c *Cloud) startBBS() (server, error) {
	config, err := c.ca.serverTLS("127.0.0.1")
	if err != nil {
		return nil, err
	}
	config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, c.ca.pool()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/actual_lrps/list", func(w http.ResponseWriter, r *http.Request) {
		fields := readMessage(r)
		process, index := fields.text(3), int(fields.number(4))
		var lrps message
		if p, i := c.instance(process, index); i != nil && i.State == running {
			lrps.bytes(2, actualLRP(process, p, i))
		}
		writeMessage(w, lrps)
	})
	desired := func(w http.ResponseWriter, r *http.Request) {
		process := readMessage(r).text(1)
		var response message
		if p, _ := c.instance(process, 0); p != nil {
			response.bytes(2, c.desiredLRP(process, p))
		} else {
			var e message
			e.number(1, 13) // ResourceNotFound
			response.bytes(1, e)
		}
		writeMessage(w, response)
	}
	mux.HandleFunc("POST /v1/desired_lrps/get_by_process_guid.r2", desired)
	mux.HandleFunc("POST /v1/desired_lrps/get_by_process_guid.r3", desired)
	l, err := net.Listen("tcp", bbsAddress)
	if err != nil {
		return nil, err
	}
	return func() error { return http.Serve(tls.NewListener(l, config), mux) }, nil
}

func actualLRP(processGUID string, p *Process, i *Instance) message {
	var key, instanceKey, port, netInfo, lrp message
	key.text(1, processGUID)
	key.number(2, uint64(i.Index))
	key.text(3, "cf-apps")
	instanceKey.text(1, i.GUID)
	instanceKey.text(2, "cell")
	port.number(1, sshPort)
	port.number(2, sshPort)
	port.number(3, sshProxyPort)
	port.number(4, sshProxyPort)
	netInfo.text(1, i.Address)
	netInfo.bytes(2, port)
	netInfo.text(3, i.Address)
	netInfo.number(4, 1) // preferred address: the instance's
	lrp.bytes(1, key)
	lrp.bytes(2, instanceKey)
	lrp.bytes(3, netInfo)
	lrp.text(6, "RUNNING")
	lrp.number(8, uint64(i.Since.UnixNano()))
	lrp.bytes(9, message{})
	return lrp
}

func (c *Cloud) desiredLRP(processGUID string, p *Process) message {
	route, _ := json.Marshal(object{
		"container_port": sshPort, "private_key": c.keys.user, "host_fingerprint": c.keys.daemonFingerprint,
	})
	var entry, routes, lrp message
	entry.text(1, "diego-ssh")
	entry.bytes(2, route)
	routes.bytes(1, entry)
	lrp.text(1, processGUID)
	lrp.text(2, "cf-apps")
	lrp.number(4, uint64(p.Instances))
	lrp.bytes(15, routes)
	lrp.text(17, p.App.GUID)
	return lrp
}

// message is a protobuf message in the making.
type message []byte

func (m *message) number(field int, v uint64) {
	*m = binary.AppendUvarint(binary.AppendUvarint(*m, uint64(field)<<3), v)
}

func (m *message) bytes(field int, v []byte) {
	*m = binary.AppendUvarint(binary.AppendUvarint(*m, uint64(field)<<3|2), uint64(len(v)))
	*m = append(*m, v...)
}

func (m *message) text(field int, v string) { m.bytes(field, []byte(v)) }

// fields are a received message's, the last of each number.
type fields map[int]any

func (f fields) text(field int) string   { b, _ := f[field].([]byte); return string(b) }
func (f fields) number(field int) uint64 { n, _ := f[field].(uint64); return n }

func parseMessage(b []byte) (fields, error) {
	f := fields{}
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errors.New("bad field")
		}
		b = b[n:]
		value, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errors.New("bad value")
		}
		b = b[n:]
		switch tag & 7 {
		case 0:
			f[int(tag>>3)] = value
		case 2:
			if value > uint64(len(b)) {
				return nil, errors.New("bad length")
			}
			f[int(tag>>3)], b = b[:value], b[value:]
		default:
			return nil, errors.New("a wire type the BBS's requests do not have")
		}
	}
	return f, nil
}

func readMessage(r *http.Request) fields {
	body, _ := io.ReadAll(r.Body)
	f, err := parseMessage(body)
	if err != nil {
		return fields{}
	}
	return f
}

func writeMessage(w http.ResponseWriter, m message) {
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(m)
}
