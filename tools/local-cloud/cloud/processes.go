package main

import (
	"net/http"
	"strconv"
	"time"
)

func (c *Cloud) process(guid string) *Process {
	for _, a := range c.apps {
		if p := byGUID(a.Processes, guid); p != nil {
			return p
		}
	}
	return nil
}

func (c *Cloud) processEndpoints(mux *http.ServeMux) {
	withProcess := func(handle func(http.ResponseWriter, *http.Request, *Process)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			p := c.process(r.PathValue("guid"))
			if a := byGUID(c.apps, r.PathValue("guid")); a != nil && r.PathValue("type") != "" {
				p = a.process(r.PathValue("type"))
			}
			if p != nil {
				handle(w, r, p)
			} else {
				notFound(w, "Process")
			}
		}
	}
	list := func(w http.ResponseWriter, r *http.Request) {
		var all []object
		for _, a := range c.apps {
			for _, p := range a.Processes {
				of := r.PathValue("guid")
				if (of == "" || of == a.GUID) && listed(r, "app_guids", a.GUID) && listed(r, "space_guids", a.Space.GUID) {
					o := p.json()
					o["process_instances"] = p.stats()
					all = append(all, o)
				}
			}
		}
		page(w, all)
	}
	mux.HandleFunc("GET /v3/processes", list)
	mux.HandleFunc("GET /v3/apps/{guid}/processes", list)
	mux.HandleFunc("GET /v3/apps/{guid}/processes/{type}", withProcess(func(w http.ResponseWriter, r *http.Request, p *Process) { reply(w, 200, p.json()) }))
	mux.HandleFunc("GET /v3/processes/{guid}", withProcess(func(w http.ResponseWriter, r *http.Request, p *Process) { reply(w, 200, p.json()) }))
	mux.HandleFunc("GET /v3/processes/{guid}/sidecars", empty)
	for _, path := range []string{"/v3/processes/{guid}/stats", "/v3/apps/{guid}/processes/{type}/stats"} {
		mux.HandleFunc("GET "+path, withProcess(func(w http.ResponseWriter, r *http.Request, p *Process) { page(w, p.stats()) }))
	}
	mux.HandleFunc("POST /v3/apps/{guid}/processes/{type}/actions/scale", withProcess(func(w http.ResponseWriter, r *http.Request, p *Process) {
		b := body(r)
		if n, ok := b["instances"]; ok {
			p.Instances = num(n)
		}
		if n, ok := b["memory_in_mb"]; ok {
			p.MemoryMB = num(n)
		}
		c.reconcile(p)
		c.event(p.App, "audit.app.process.scale", user, object{"process_type": p.Type, "request": object{"instances": p.Instances}})
		reply(w, 202, p.json())
	}))
	mux.HandleFunc("DELETE /v3/apps/{guid}/processes/{type}/instances/{index}", withProcess(func(w http.ResponseWriter, r *http.Request, p *Process) {
		index, err := strconv.Atoi(r.PathValue("index"))
		if err != nil || index < 0 || index >= len(p.running) {
			notFound(w, "Instance")
			return
		}
		p.running[index].stop()
		c.start(p, index)
		c.event(p.App, "audit.app.process.terminate_instance", user, object{"process_type": p.Type, "process_index": index})
		w.WriteHeader(http.StatusNoContent)
	}))
}

func (p *Process) json() object {
	var command any
	if p.Command != "" {
		command = p.Command
	}
	return object{"guid": p.GUID, "type": p.Type, "command": command, "instances": p.Instances,
		"memory_in_mb": p.MemoryMB, "disk_in_mb": 1024, "log_rate_limit_in_bytes_per_second": -1,
		"health_check":           object{"type": p.Health, "data": object{"timeout": nil}},
		"readiness_health_check": object{"type": "process", "data": object{}},
		"metadata":               metadata(), "relationships": object{"app": to(p.App.GUID)}}
}

func (p *Process) stats() []object {
	all := []object{}
	if !p.App.Started {
		for i := range p.Instances {
			all = append(all, object{"type": p.Type, "index": i, "state": down})
		}
		return all
	}
	for _, i := range p.running {
		i = i.shown()
		all = append(all, object{"type": p.Type, "index": i.Index, "state": i.State, "details": i.Details, "routable": i.State == running,
			"uptime": int(time.Since(i.Since).Seconds()), "mem_quota": p.MemoryMB << 20, "disk_quota": 1 << 30, "fds_quota": 16384,
			"log_rate_limit": -1, "usage": object{"time": time.Now().UTC().Format(time.RFC3339), "cpu": 0.0, "mem": 0, "disk": 0, "log_rate": 0},
			"instance_guid": i.GUID, "host": "127.0.0.1", "instance_internal_ip": i.Address, "instance_ports": []object{}})
	}
	return all
}
