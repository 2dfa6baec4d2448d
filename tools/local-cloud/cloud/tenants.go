package main

import "net/http"

// tenants adds organizations, spaces, domains, and what the CLI asks about the platform.
func (c *Cloud) tenants(mux *http.ServeMux) {
	mux.HandleFunc("GET /v3/organizations", func(w http.ResponseWriter, r *http.Request) {
		those(w, c.orgs, func(o *Org) bool { return listed(r, "names", o.Name) && listed(r, "guids", o.GUID) })
	})
	mux.HandleFunc("POST /v3/organizations", func(w http.ResponseWriter, r *http.Request) {
		name := str(body(r)["name"])
		if find(c.orgs, func(o *Org) bool { return o.Name == name }) != nil {
			fail(w, 422, 10008, "CF-UnprocessableEntity", "Organization '"+name+"' already exists.")
			return
		}
		o := &Org{newGUID(), name}
		c.orgs = append(c.orgs, o)
		reply(w, 201, o.json())
	})
	mux.HandleFunc("DELETE /v3/organizations/{guid}/{$}", with(&c.orgs, "Organization", func(w http.ResponseWriter, r *http.Request, o *Org) {
		for _, s := range c.spaces {
			if s.Org == o {
				c.deleteSpace(s)
			}
		}
		c.orgs = without(c.orgs, func(other *Org) bool { return other == o })
		c.job(w)
	}))
	mux.HandleFunc("GET /v3/domains", func(w http.ResponseWriter, r *http.Request) {
		those(w, c.domains, func(d *Domain) bool { return listed(r, "names", d.Name) })
	})

	c.spaceEndpoints(mux)

	mux.HandleFunc("POST /v3/roles", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 201, object{"guid": newGUID(), "type": body(r)["type"]})
	})
	mux.HandleFunc("GET /v3/feature_flags/{name}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"name": r.PathValue("name"), "enabled": true})
	})
	mux.HandleFunc("GET /v3/jobs/{guid}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, object{"guid": r.PathValue("guid"), "state": "COMPLETE", "errors": []object{}, "warnings": []object{}})
	})
}

func (c *Cloud) spaceEndpoints(mux *http.ServeMux) {
	mux.HandleFunc("GET /v3/spaces", func(w http.ResponseWriter, r *http.Request) {
		those(w, c.spaces, func(s *Space) bool {
			return listed(r, "names", s.Name) && listed(r, "guids", s.GUID) && listed(r, "organization_guids", s.Org.GUID)
		})
	})
	mux.HandleFunc("POST /v3/spaces", func(w http.ResponseWriter, r *http.Request) {
		b := body(r)
		name, org := str(b["name"]), byGUID(c.orgs, related(b, "organization"))
		if org == nil {
			notFound(w, "Organization")
			return
		}
		if find(c.spaces, func(s *Space) bool { return s.Name == name && s.Org == org }) != nil {
			fail(w, 422, 10008, "CF-UnprocessableEntity", "Organization '"+org.Name+"' already contains a space with name '"+name+"'.")
			return
		}
		s := &Space{newGUID(), name, org, c.config.SpaceSSH}
		c.spaces = append(c.spaces, s)
		reply(w, 201, s.json())
	})
	space := func(handle func(http.ResponseWriter, *http.Request, *Space)) http.HandlerFunc {
		return with(&c.spaces, "Space", handle)
	}
	mux.HandleFunc("DELETE /v3/spaces/{guid}", space(func(w http.ResponseWriter, r *http.Request, s *Space) {
		c.deleteSpace(s)
		c.job(w)
	}))
	mux.HandleFunc("GET /v3/spaces/{guid}/features/{name}", space(func(w http.ResponseWriter, r *http.Request, s *Space) {
		reply(w, 200, object{"name": "ssh", "enabled": s.SSH})
	}))
	mux.HandleFunc("PATCH /v3/spaces/{guid}/features/{name}", space(func(w http.ResponseWriter, r *http.Request, s *Space) {
		s.SSH, _ = body(r)["enabled"].(bool)
		reply(w, 200, object{"name": "ssh", "enabled": s.SSH})
	}))
}

func (c *Cloud) deleteSpace(s *Space) {
	for _, a := range c.apps {
		if a.Space == s {
			c.deleteApp(a)
		}
	}
	c.routes = without(c.routes, func(r *Route) bool { return r.Space == s })
	c.spaces = without(c.spaces, func(o *Space) bool { return o == s })
}

// job answers what Cloud Controller does later with a job that is done already.
func (c *Cloud) job(w http.ResponseWriter) {
	w.Header().Set("Location", c.apiURL()+"/v3/jobs/"+newGUID())
	w.WriteHeader(http.StatusAccepted)
}

func (o *Org) json() object {
	return object{"guid": o.GUID, "name": o.Name, "suspended": false, "metadata": metadata(),
		"relationships": object{"quota": object{"data": object{"guid": "quota"}}}}
}

func (s *Space) json() object {
	return object{"guid": s.GUID, "name": s.Name, "metadata": metadata(),
		"relationships": object{"organization": to(s.Org.GUID), "quota": object{"data": nil}}}
}

func (d *Domain) json() object {
	return object{"guid": d.GUID, "name": d.Name, "internal": false, "router_group": nil,
		"supported_protocols": []string{"http"}, "metadata": metadata(), "relationships": object{"organization": object{"data": nil}}}
}

func metadata() object      { return object{"labels": object{}, "annotations": object{}} }
func to(guid string) object { return object{"data": object{"guid": guid}} }

// related is the GUID of what a new resource is to belong to.
func related(b object, what string) string { return str(at(b, "relationships", what, "data", "guid")) }
