package main

import (
	"encoding/json"
	"net/http"
	"time"
)

func (c *Cloud) withApp(handle func(http.ResponseWriter, *http.Request, *App)) http.HandlerFunc {
	return with(&c.apps, "App", handle)
}

func (c *Cloud) appEndpoints(mux *http.ServeMux) {
	mux.HandleFunc("GET /v3/apps", func(w http.ResponseWriter, r *http.Request) {
		var all, spaces, orgs []object
		for _, a := range c.apps {
			if listed(r, "names", a.Name) && listed(r, "guids", a.GUID) && listed(r, "space_guids", a.Space.GUID) {
				all = append(all, a.json())
				spaces, orgs = append(spaces, a.Space.json()), append(orgs, a.Space.Org.json())
			}
		}
		page(w, all, object{"spaces": spaces, "organizations": orgs})
	})
	mux.HandleFunc("DELETE /v3/apps/{guid}", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		c.deleteApp(a)
		c.job(w)
	}))
	for verb, do := range map[string]func(*App){"start": c.startApp, "stop": c.stopApp, "restart": func(a *App) { c.stopApp(a); c.startApp(a) }} {
		mux.HandleFunc("POST /v3/apps/{guid}/actions/"+verb, c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
			if a.Droplet == nil && verb != "stop" {
				fail(w, 422, 10008, "CF-UnprocessableEntity", "Assign a droplet before starting this app.")
				return
			}
			do(a)
			c.event(a, "audit.app."+verb, user, object{})
			reply(w, 200, a.json())
		}))
	}
	mux.HandleFunc("GET /v3/apps/{guid}/ssh_enabled", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		reason := ""
		if !a.Space.SSH {
			reason = "Disabled for space"
		} else if !a.SSH {
			reason = "Disabled for app"
		}
		reply(w, 200, object{"enabled": reason == "", "reason": reason})
	}))
	mux.HandleFunc("GET /v3/apps/{guid}/features/{name}", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		reply(w, 200, object{"name": r.PathValue("name"), "enabled": r.PathValue("name") == "ssh" && a.SSH})
	}))
	mux.HandleFunc("PATCH /v3/apps/{guid}/features/{name}", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		if r.PathValue("name") == "ssh" {
			a.SSH, _ = body(r)["enabled"].(bool)
		}
		reply(w, 200, object{"name": r.PathValue("name"), "enabled": a.SSH})
	}))
	variables := func(w http.ResponseWriter, a *App) { reply(w, 200, object{"var": a.Env}) }
	mux.HandleFunc("GET /v3/apps/{guid}/environment_variables", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		variables(w, a)
	}))
	mux.HandleFunc("PATCH /v3/apps/{guid}/environment_variables", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		changes, _ := body(r)["var"].(map[string]any)
		for name, value := range changes {
			if value == nil {
				delete(a.Env, name)
			} else {
				a.Env[name] = str(value)
			}
		}
		variables(w, a)
	}))
	mux.HandleFunc("GET /v3/apps/{guid}/env", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		reply(w, 200, object{"environment_variables": a.Env, "staging_env_json": object{}, "running_env_json": object{},
			"system_env_json": object{"VCAP_SERVICES": json.RawMessage(services(a))}, "application_env_json": object{}})
	}))
}

// services is VCAP_SERVICES: no service can be bound here, so the app's variable BOUND_SERVICES says what would be.
func services(a *App) string {
	if text := a.Env["BOUND_SERVICES"]; json.Valid([]byte(text)) {
		return text
	}
	return "{}"
}

// sshAccess is Cloud Controller's word to ssh-proxy: the process in the BBS, if SSH is allowed.
func (c *Cloud) sshAccess(w http.ResponseWriter, r *http.Request) {
	p := c.process(r.PathValue("guid"))
	switch {
	case p == nil || !p.App.Started:
		notFound(w, "App")
	case !p.App.SSH || !p.App.Space.SSH:
		fail(w, 400, 320002, "CF-SSHDisabled", "SSH is disabled")
	default:
		reply(w, 200, object{"process_guid": p.bbsGUID()})
	}
}

func (c *Cloud) newApp(space *Space, name string) *App {
	a := &App{GUID: newGUID(), Name: name, Space: space, SSH: c.config.AppSSH, Lifecycle: "buildpack",
		Stack: "cflinuxfs4", Env: map[string]string{}, Created: time.Now()}
	a.Processes = []*Process{{GUID: a.GUID, Type: "web", App: a, Instances: 1, MemoryMB: 256, Health: "port", Created: time.Now()}}
	c.apps = append(c.apps, a)
	return a
}

func (c *Cloud) startApp(a *App) {
	if a.Started {
		return
	}
	a.Started = true
	a.Version++
	for _, p := range a.Processes {
		c.reconcile(p)
	}
}

func (c *Cloud) stopApp(a *App) {
	a.Started = false
	for _, p := range a.Processes {
		c.reconcile(p)
	}
}

func (c *Cloud) deleteApp(a *App) {
	c.stopApp(a)
	for _, t := range c.tasks {
		if t.App == a {
			t.stop()
		}
	}
	for _, route := range c.routes {
		route.Apps = without(route.Apps, func(other *App) bool { return other == a })
	}
	c.apps = without(c.apps, func(other *App) bool { return other == a })
}

func (a *App) json() object {
	state := "STOPPED"
	if a.Started {
		state = "STARTED"
	}
	data := object{}
	if a.Lifecycle != "docker" {
		data = object{"buildpacks": a.Buildpacks, "stack": a.Stack}
	}
	droplet := object{"data": nil}
	if a.Droplet != nil {
		droplet = to(a.Droplet.GUID)
	}
	return object{"guid": a.GUID, "name": a.Name, "state": state, "created_at": a.Created.UTC().Format(time.RFC3339),
		"lifecycle": object{"type": a.Lifecycle, "data": data}, "metadata": metadata(),
		"relationships": object{"space": to(a.Space.GUID), "current_droplet": droplet}}
}
