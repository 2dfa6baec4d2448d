package main

import "net/http"

func (c *Cloud) routeEndpoints(mux *http.ServeMux) {
	list := func(w http.ResponseWriter, r *http.Request, include func(*Route) bool) {
		those(w, c.routes, func(route *Route) bool {
			return include(route) && listed(r, "hosts", route.Host) && listed(r, "space_guids", route.Space.GUID)
		})
	}
	mux.HandleFunc("GET /v3/routes", func(w http.ResponseWriter, r *http.Request) {
		guid := r.FormValue("app_guids")
		list(w, r, func(route *Route) bool { return guid == "" || byGUID(route.Apps, guid) != nil })
	})
	mux.HandleFunc("GET /v3/apps/{guid}/routes", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		list(w, r, func(route *Route) bool { return byGUID(route.Apps, a.GUID) != nil })
	}))
	mux.HandleFunc("DELETE /v3/routes/{guid}", func(w http.ResponseWriter, r *http.Request) {
		c.routes = without(c.routes, func(route *Route) bool { return route.GUID == r.PathValue("guid") })
		c.job(w)
	})
}

func (c *Cloud) mapRoute(a *App, host string) {
	route := find(c.routes, func(r *Route) bool { return r.Host == host })
	if route == nil {
		route = &Route{GUID: newGUID(), Host: host, Space: a.Space, Domain: c.domains[0]}
		c.routes = append(c.routes, route)
	}
	if byGUID(route.Apps, a.GUID) == nil {
		route.Apps = append(route.Apps, a)
	}
}

func (route *Route) json() object {
	destinations := []object{}
	for _, a := range route.Apps {
		destinations = append(destinations, object{"guid": route.GUID, "app": object{"guid": a.GUID, "process": object{"type": "web"}},
			"port": appPort, "protocol": "http1", "weight": nil})
	}
	return object{"guid": route.GUID, "protocol": "http", "host": route.Host, "path": "", "port": nil,
		"url": route.Host + "." + route.Domain.Name, "destinations": destinations, "metadata": metadata(),
		"relationships": object{"space": to(route.Space.GUID), "domain": to(route.Domain.GUID)}}
}
