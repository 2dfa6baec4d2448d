package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

type object map[string]any

type targetKey struct{}

func contextWith(ctx context.Context, target *url.URL) context.Context {
	return context.WithValue(ctx, targetKey{}, target)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, status, code int, title, detail string) {
	reply(w, status, object{"errors": []object{{"code": code, "title": title, "detail": detail}}})
}

func notFound(w http.ResponseWriter, what string) {
	fail(w, 404, 10010, "CF-ResourceNotFound", what+" not found")
}

// page is a list as Cloud Controller answers it, always whole.
func page(w http.ResponseWriter, resources []object, included ...object) {
	if resources == nil {
		resources = []object{}
	}
	body := object{"pagination": object{
		"total_results": len(resources), "total_pages": 1, "first": object{"href": ""}, "last": object{"href": ""}, "next": nil, "previous": nil,
	}, "resources": resources}
	if len(included) > 0 {
		body["included"] = included[0]
	}
	reply(w, 200, body)
}

// A resource of the API.
type resource interface {
	comparable
	id() string
	json() object
}

func byGUID[T resource](list []T, guid string) (none T) {
	for _, item := range list {
		if item.id() == guid {
			return item
		}
	}
	return none
}

// with is a handler for paths with the {guid} of one of list.
func with[T resource](list *[]T, what string, handle func(http.ResponseWriter, *http.Request, T)) http.HandlerFunc {
	var none T
	return func(w http.ResponseWriter, r *http.Request) {
		if item := byGUID(*list, r.PathValue("guid")); item != none {
			handle(w, r, item)
		} else {
			notFound(w, what)
		}
	}
}

func show[T resource](list *[]T, what string) http.HandlerFunc {
	return with(list, what, func(w http.ResponseWriter, r *http.Request, item T) { reply(w, 200, item.json()) })
}

// those answers the ones of list that are chosen.
func those[T resource](w http.ResponseWriter, list []T, chosen func(T) bool) {
	var all []object
	for _, item := range list {
		if chosen(item) {
			all = append(all, item.json())
		}
	}
	page(w, all)
}

func empty(w http.ResponseWriter, r *http.Request) { page(w, nil) }

func body(r *http.Request) object {
	o := object{}
	_ = json.NewDecoder(r.Body).Decode(&o)
	return o
}

// at walks nested objects: at(o, "data", "guid").
func at(v any, path ...string) any {
	for _, key := range path {
		switch o := v.(type) {
		case object:
			v = o[key]
		case map[string]any:
			v = o[key]
		default:
			return nil
		}
	}
	return v
}

func str(v any) string { s, _ := v.(string); return s }

func num(v any) int {
	switch n := v.(type) {
	case float64:
		return int(n)
	case int:
		return n
	case string: // memory: 64M, 1G, 128MB
		digits := strings.TrimRight(strings.ToUpper(n), "MBG")
		value, _ := strconv.Atoi(digits)
		if strings.Contains(strings.ToUpper(n), "G") {
			value *= 1024
		}
		return value
	}
	return 0
}

// listed says whether value is among those of a filter parameter; a filter that is not given lets all by.
func listed(r *http.Request, parameter, value string) bool {
	filter := r.FormValue(parameter)
	if filter == "" {
		return true
	}
	for _, one := range strings.Split(filter, ",") {
		if one == value {
			return true
		}
	}
	return false
}

// handler is Cloud Controller and UAA; what they do not know is answered 404 and logged, which is how one
// finds out what a new cf asks for.
func (c *Cloud) handler() http.Handler {
	mux := http.NewServeMux()
	c.uaa(mux)
	mux.HandleFunc("GET /{$}", c.root)
	mux.HandleFunc("GET /v3", c.root)
	mux.HandleFunc("GET /v3/info", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"build": "local", "name": "Cloud Foundry on one machine", "cli_version": object{"minimum": "", "recommended": ""}})
	})
	mux.HandleFunc("GET /api/v1/{rest...}", c.logCache)

	v3 := http.NewServeMux()
	c.tenants(v3)
	c.appEndpoints(v3)
	c.processEndpoints(v3)
	c.pushEndpoints(v3)
	c.routeEndpoints(v3)
	c.taskEndpoints(v3)
	c.deploymentEndpoints(v3)
	c.eventEndpoints(v3)
	v3.HandleFunc("GET /internal/apps/{guid}/ssh_access/{index}", c.sshAccess)
	v3.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		log.Printf("not answered: %s %s", r.Method, r.URL)
		notFound(w, "Endpoint")
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if !c.authorized(r) {
			fail(w, 401, 1000, "CF-InvalidAuthToken", "Invalid Auth Token")
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		v3.ServeHTTP(w, r)
	})
	return mux
}

func (c *Cloud) startAPI() (server, error) {
	return c.startAPIOn(awayListener{c.public["api"], c.trouble}, c.troubled(c.handler()))
}
func (c *Cloud) startInternalAPI() (server, error) {
	l, err := net.Listen("tcp", internalAPI)
	if err != nil {
		return nil, err
	}
	return c.startAPIOn(l, c.handler())
}

func (c *Cloud) startAPIOn(l net.Listener, handler http.Handler) (server, error) {
	config, err := c.ca.serverTLS("127.0.0.1", "localhost")
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	return func() error { return s.Serve(tls.NewListener(l, config)) }, nil
}

func (c *Cloud) root(w http.ResponseWriter, r *http.Request) {
	link := func(path string) object { return object{"href": c.apiURL() + path} }
	reply(w, 200, object{"links": object{
		"self": link(""), "cloud_controller_v2": nil,
		"cloud_controller_v3": object{"href": c.apiURL() + "/v3", "meta": object{"version": "3.195.0"}},
		"uaa":                 link("/uaa"), "login": link("/uaa"), "log_cache": link(""), "logging": nil,
		"routing": link("/routing"), "network_policy_v1": link("/networking/v1/external"),
		"app_ssh": object{"href": fmt.Sprintf("%s:%d", c.config.SSHHost, c.port("ssh")), "meta": object{
			"host_key_fingerprint": c.keys.proxyFingerprint, "oauth_client": "ssh-proxy",
		}},
	}})
}

// logCache knows no logs: what instances print is in the state folder.
func (c *Cloud) logCache(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/info") {
		reply(w, 200, object{"version": "3.0.0", "vm_uptime": "100"})
		return
	}
	reply(w, 200, object{"envelopes": object{"batch": []object{}}})
}
