package main

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// pushEndpoints are what "cf push" goes through: manifest, package, build, droplet. Staging is a stand-in:
// the droplet is the package, and the Procfile's web line the command of a process that has none.
func (c *Cloud) pushEndpoints(mux *http.ServeMux) {
	mux.HandleFunc("POST /v3/spaces/{guid}/manifest_diff", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 201, object{"diff": []object{}})
	})
	mux.HandleFunc("POST /v3/spaces/{guid}/actions/apply_manifest", c.applyManifest)
	mux.HandleFunc("POST /v3/resource_matches", func(w http.ResponseWriter, r *http.Request) { reply(w, 201, object{"resources": []object{}}) })

	mux.HandleFunc("POST /v3/packages", func(w http.ResponseWriter, r *http.Request) {
		b := body(r)
		a := byGUID(c.apps, related(b, "app"))
		if a == nil {
			notFound(w, "App")
			return
		}
		p := &Package{GUID: newGUID(), Type: str(b["type"]), State: "AWAITING_UPLOAD", Image: str(at(b, "data", "image")), App: a}
		if p.Type == "docker" {
			p.State = "READY"
		}
		c.packages = append(c.packages, p)
		reply(w, 201, p.json())
	})
	mux.HandleFunc("GET /v3/packages", func(w http.ResponseWriter, r *http.Request) {
		those(w, c.packages, func(p *Package) bool { return listed(r, "app_guids", p.App.GUID) })
	})
	mux.HandleFunc("POST /v3/packages/{guid}/upload", with(&c.packages, "Package", func(w http.ResponseWriter, r *http.Request, p *Package) {
		p.Dir = filepath.Join(c.dir, "packages", p.GUID)
		if err := unpack(r, p.Dir); err != nil {
			fail(w, 422, 10008, "CF-UnprocessableEntity", err.Error())
			return
		}
		p.State = "READY"
		reply(w, 200, p.json())
	}))

	mux.HandleFunc("POST /v3/builds", func(w http.ResponseWriter, r *http.Request) {
		p := byGUID(c.packages, str(at(body(r), "package", "guid")))
		if p == nil {
			notFound(w, "Package")
			return
		}
		if _, known := c.config.Images[p.Image]; p.Type == "docker" && !known {
			fail(w, 422, 10008, "CF-UnprocessableEntity", "this platform has no image '"+p.Image+"'")
			return
		}
		b := &Build{GUID: newGUID(), App: p.App, Package: p, Command: procfile(p.Dir)}
		c.builds = append(c.builds, b)
		reply(w, 201, b.json())
	})
	mux.HandleFunc("GET /v3/builds/{guid}", show(&c.builds, "Build"))
	mux.HandleFunc("GET /v3/droplets/{guid}", with(&c.builds, "Droplet", func(w http.ResponseWriter, r *http.Request, b *Build) {
		reply(w, 200, b.droplet())
	}))
	mux.HandleFunc("GET /v3/packages/{guid}/droplets", func(w http.ResponseWriter, r *http.Request) {
		var all []object
		for _, b := range c.builds {
			if b.Package.GUID == r.PathValue("guid") {
				all = append(all, b.droplet())
			}
		}
		page(w, all)
	})
	mux.HandleFunc("GET /v3/apps/{guid}/droplets/current", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		if a.Droplet != nil {
			reply(w, 200, a.Droplet.droplet())
		} else {
			notFound(w, "Droplet")
		}
	}))
	mux.HandleFunc("PATCH /v3/apps/{guid}/relationships/current_droplet", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		guid := str(at(body(r), "data", "guid"))
		if b := byGUID(c.builds, guid); b != nil {
			a.Droplet = b
			if web := a.process("web"); web.Command == "" {
				web.Command = b.Command
			}
			reply(w, 200, to(guid))
		} else {
			notFound(w, "Droplet")
		}
	}))
}

func (c *Cloud) applyManifest(w http.ResponseWriter, r *http.Request) {
	space := byGUID(c.spaces, r.PathValue("guid"))
	var manifest struct {
		Applications []map[string]any
	}
	if err := yaml.NewDecoder(r.Body).Decode(&manifest); err != nil || space == nil {
		fail(w, 422, 10008, "CF-UnprocessableEntity", "manifest not understood")
		return
	}
	for _, m := range manifest.Applications {
		name := str(m["name"])
		a := find(c.apps, func(a *App) bool { return a.Name == name && a.Space == space })
		if a == nil {
			a = c.newApp(space, name)
		}
		c.applyToApp(a, m)
	}
	c.job(w)
}

func (c *Cloud) applyToApp(a *App, m map[string]any) {
	if kind := str(m["lifecycle"]); kind != "" {
		a.Lifecycle = kind
	}
	if m["docker"] != nil {
		a.Lifecycle = "docker"
	}
	if list, ok := m["buildpacks"].([]any); ok {
		a.Buildpacks = nil
		for _, b := range list {
			a.Buildpacks = append(a.Buildpacks, str(b))
		}
	}
	if env, ok := m["env"].(map[string]any); ok {
		for name, value := range env {
			a.Env[name] = str(value)
		}
	}
	applyToProcess(a.process("web"), m)
	if processes, ok := m["processes"].([]any); ok {
		for _, one := range processes {
			pm, _ := one.(map[string]any)
			p := a.process(str(pm["type"]))
			if p == nil {
				p = &Process{GUID: newGUID(), Type: str(pm["type"]), App: a, Instances: 0, MemoryMB: 256, Health: "process"}
				a.Processes = append(a.Processes, p)
			}
			applyToProcess(p, pm)
		}
	}
	for _, p := range a.Processes {
		c.reconcile(p)
	}
	if m["no-route"] == true {
		return
	}
	if routes, ok := m["routes"].([]any); ok {
		for _, one := range routes {
			host, _, _ := strings.Cut(str(at(one, "route")), ".")
			c.mapRoute(a, host)
		}
	} else if m["default-route"] == true || m["random-route"] == true {
		c.mapRoute(a, a.Name)
	}
}

func applyToProcess(p *Process, m map[string]any) {
	if command := str(m["command"]); command != "" {
		p.Command = command
	}
	if n, ok := m["instances"]; ok {
		p.Instances = num(n)
	}
	if n, ok := m["memory"]; ok {
		p.MemoryMB = num(n)
	}
	if health := str(m["health-check-type"]); health != "" {
		p.Health = health
	}
}

// unpack writes the files of an uploaded zip (field "bits") below dir.
func unpack(r *http.Request, dir string) error {
	file, _, err := r.FormFile("bits")
	if err != nil {
		return err
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.CopyFS(dir, archive)
}

// procfile is the command of its web line.
func procfile(dir string) string {
	text, _ := os.ReadFile(filepath.Join(dir, "Procfile"))
	for _, line := range strings.Split(string(text), "\n") {
		if command, ok := strings.CutPrefix(line, "web:"); ok {
			return strings.TrimSpace(command)
		}
	}
	return ""
}

func (p *Package) json() object {
	data := object{}
	if p.Type == "docker" {
		data["image"] = p.Image
	}
	return object{"guid": p.GUID, "type": p.Type, "state": p.State, "data": data, "created_at": "2025-01-01T00:00:00Z",
		"relationships": object{"app": to(p.App.GUID)}}
}

func (b *Build) json() object {
	return object{"guid": b.GUID, "state": "STAGED", "error": nil, "droplet": object{"guid": b.GUID}, "package": object{"guid": b.Package.GUID},
		"lifecycle": object{"type": b.App.Lifecycle, "data": object{}}, "created_at": "2025-01-01T00:00:00Z", "relationships": object{"app": to(b.App.GUID)}}
}

func (b *Build) droplet() object {
	var buildpacks []object
	for _, name := range b.App.Buildpacks {
		buildpacks = append(buildpacks, object{"name": name, "detect_output": "", "buildpack_name": name, "version": ""})
	}
	return object{"guid": b.GUID, "state": "STAGED", "error": nil, "stack": b.App.Stack, "image": b.Package.Image, "buildpacks": buildpacks,
		"lifecycle": object{"type": b.App.Lifecycle, "data": object{}}, "process_types": object{"web": b.Command},
		"created_at": "2025-01-01T00:00:00Z", "relationships": object{"app": to(b.App.GUID)}}
}
