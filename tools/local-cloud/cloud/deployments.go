package main

import (
	"net/http"
	"time"
)

// Deployment is a rolling one: a second web process beside the first, which takes over instance by instance. A canary one
// is the same, but waits, once its first instance runs beside all of the old ones, until it is told to continue.
type Deployment struct {
	GUID, Value, Reason string
	Strategy            string // rolling, canary
	App                 *App
	Droplet             *Build
	old, new            *Process
	Created             time.Time
	canceled, continued bool
}

func (d *Deployment) id() string { return d.GUID }

func (c *Cloud) deploymentEndpoints(mux *http.ServeMux) {
	mux.HandleFunc("GET /v3/deployments", func(w http.ResponseWriter, r *http.Request) {
		those(w, c.deployments, func(d *Deployment) bool {
			return listed(r, "app_guids", d.App.GUID) && listed(r, "status_values", d.Value)
		})
	})
	mux.HandleFunc("GET /v3/deployments/{guid}", show(&c.deployments, "Deployment"))
	mux.HandleFunc("POST /v3/deployments", func(w http.ResponseWriter, r *http.Request) {
		b := body(r)
		a := byGUID(c.apps, related(b, "app"))
		if a == nil {
			notFound(w, "App")
			return
		}
		droplet := a.Droplet
		if guid := str(at(b, "droplet", "guid")); guid != "" {
			droplet = byGUID(c.builds, guid)
		}
		if droplet == nil {
			fail(w, 422, 10008, "CF-UnprocessableEntity", "Assign a droplet before starting this app.")
			return
		}
		strategy := str(b["strategy"])
		if strategy == "" {
			strategy = "rolling"
		}
		reply(w, 201, c.deploy(a, droplet, strategy).json())
	})
	mux.HandleFunc("POST /v3/deployments/{guid}/actions/cancel", with(&c.deployments, "Deployment", func(w http.ResponseWriter, r *http.Request, d *Deployment) {
		d.canceled = true
		reply(w, 200, d.json())
	}))
	mux.HandleFunc("POST /v3/deployments/{guid}/actions/continue", with(&c.deployments, "Deployment", func(w http.ResponseWriter, r *http.Request, d *Deployment) {
		if d.Reason != "PAUSED" {
			fail(w, 422, 10008, "CF-UnprocessableEntity", "Cannot continue a deployment with status: "+d.Value+" and reason: "+d.Reason)
			return
		}
		d.continued, d.Reason = true, "DEPLOYING"
		reply(w, 200, d.json())
	}))
}

// deploy begins a deployment, which ends that of the app that is under way. With c.mu held.
func (c *Cloud) deploy(a *App, droplet *Build, strategy string) *Deployment {
	for _, other := range c.deployments {
		if other.App == a {
			other.canceled = true
		}
	}
	old := a.process("web")
	d := &Deployment{GUID: newGUID(), Value: "ACTIVE", Reason: "DEPLOYING", Strategy: strategy, App: a, Droplet: droplet, old: old, Created: time.Now()}
	c.deployments = append(c.deployments, d)
	a.Droplet = droplet
	c.event(a, "audit.app.deployment.create", user, object{"deployment_guid": d.GUID, "droplet_guid": droplet.GUID})
	if !a.Started {
		c.startApp(a)
		d.Value, d.Reason = "FINALIZED", "DEPLOYED"
		return d
	}
	copy := *old
	copy.GUID, copy.Instances, copy.running, copy.Created = newGUID(), 0, nil, time.Now()
	if droplet.Command != "" && old.Command == "" {
		copy.Command = droplet.Command
	}
	d.new = &copy
	a.Processes = append(a.Processes, d.new)
	c.live.Add(1)
	go func(instances int) {
		defer c.live.Done()
		c.roll(d, instances)
	}(old.Instances)
	return d
}

// roll lets one instance after the other take over, each once it runs.
func (c *Cloud) roll(d *Deployment, instances int) {
	for done := false; !done; time.Sleep(100 * time.Millisecond) {
		c.mu.Lock()
		switch n := len(d.new.running); {
		case d.canceled || !d.App.Started:
			c.finish(d, d.new, d.old, instances, "CANCELED")
			done = true
		case n > 0 && d.new.running[n-1].State != running:
		case n == 1 && d.Strategy == "canary" && !d.continued:
			d.Reason = "PAUSED"
		case n < instances:
			d.new.Instances = n + 1
			c.reconcile(d.new)
			if n > 0 && d.old.Instances > 0 {
				d.old.Instances--
				c.reconcile(d.old)
			}
		default:
			c.finish(d, d.old, d.new, instances, "DEPLOYED")
			done = true
		}
		c.mu.Unlock()
	}
}

// finish leaves one of the two processes. With c.mu held.
func (c *Cloud) finish(d *Deployment, goes, stays *Process, instances int, reason string) {
	goes.Instances, stays.Instances = 0, instances
	c.reconcile(goes)
	c.reconcile(stays)
	d.App.Processes = without(d.App.Processes, func(p *Process) bool { return p == goes })
	d.Value, d.Reason = "FINALIZED", reason
}

func (d *Deployment) json() object {
	fresh := []object{}
	if d.new != nil {
		fresh = append(fresh, object{"guid": d.new.GUID, "type": "web"})
	}
	status := object{"value": d.Value, "reason": d.Reason, "details": object{"last_status_change": d.Created.UTC().Format(time.RFC3339)}}
	if d.Strategy == "canary" {
		status["canary"] = object{"steps": object{"current": 1, "total": 1}}
	}
	created := d.Created.UTC().Format(time.RFC3339)
	return object{"guid": d.GUID, "state": map[string]string{"ACTIVE": "DEPLOYING", "FINALIZED": "DEPLOYED"}[d.Value],
		"status": status, "strategy": d.Strategy, "options": object{"max_in_flight": 1}, "droplet": object{"guid": d.Droplet.GUID},
		"new_processes": fresh, "created_at": created, "updated_at": created, "metadata": metadata(), "relationships": object{"app": to(d.App.GUID)}}
}
