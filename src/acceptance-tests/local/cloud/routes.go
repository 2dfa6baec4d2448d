package main

import "net/http"

func (c *Cloud) routeEndpoints(mux *http.ServeMux) {
	list := func(w http.ResponseWriter, r *http.Request, include func(*Route) bool) {
		var all []object
		for _, route := range c.routes {
			if include(route) && listed(r, "hosts", route.Host) && listed(r, "space_guids", route.Space.GUID) {
				all = append(all, c.routeJSON(route))
			}
		}
		page(w, all)
	}
	serves := func(route *Route, guid string) bool {
		return find(route.Apps, func(a *App) bool { return a.GUID == guid }) != nil
	}
	mux.HandleFunc("GET /v3/routes", func(w http.ResponseWriter, r *http.Request) {
		guid := r.FormValue("app_guids")
		list(w, r, func(route *Route) bool { return guid == "" || serves(route, guid) })
	})
	mux.HandleFunc("GET /v3/apps/{guid}/routes", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		list(w, r, func(route *Route) bool { return serves(route, a.GUID) })
	}))
	mux.HandleFunc("POST /v3/routes", func(w http.ResponseWriter, r *http.Request) {
		b := body(r)
		route := c.newRoute(c.space(str(at(b, "relationships", "space", "data", "guid"))), str(b["host"]))
		reply(w, 201, c.routeJSON(route))
	})
	mux.HandleFunc("POST /v3/routes/{guid}/destinations", func(w http.ResponseWriter, r *http.Request) {
		route := c.route(r.PathValue("guid"))
		destinations, _ := body(r)["destinations"].([]any)
		for _, d := range destinations {
			if a := c.app(str(at(d, "app", "guid"))); a != nil && route != nil {
				c.mapRoute(a, route.Host)
			}
		}
		reply(w, 200, object{"destinations": []object{}})
	})
	mux.HandleFunc("DELETE /v3/routes/{guid}", func(w http.ResponseWriter, r *http.Request) {
		c.routes = without(c.routes, func(route *Route) bool { return route.GUID == r.PathValue("guid") })
		c.job(w)
	})
}

func (c *Cloud) route(guid string) *Route {
	return find(c.routes, func(r *Route) bool { return r.GUID == guid })
}

func (c *Cloud) newRoute(space *Space, host string) *Route {
	route := find(c.routes, func(r *Route) bool { return r.Host == host })
	if route == nil {
		route = &Route{GUID: newGUID(), Host: host, Space: space}
		c.routes = append(c.routes, route)
	}
	return route
}

func (c *Cloud) mapRoute(a *App, host string) {
	route := c.newRoute(a.Space, host)
	if find(route.Apps, func(other *App) bool { return other == a }) == nil {
		route.Apps = append(route.Apps, a)
	}
}

func (c *Cloud) routeJSON(route *Route) object {
	destinations := []object{}
	for _, a := range route.Apps {
		destinations = append(destinations, object{"guid": route.GUID, "app": object{"guid": a.GUID, "process": object{"type": "web"}},
			"port": appPort, "protocol": "http1", "weight": nil})
	}
	return object{"guid": route.GUID, "protocol": "http", "host": route.Host, "path": "", "port": nil,
		"url": route.Host + "." + c.domain(), "destinations": destinations, "metadata": metadata(),
		"relationships": object{"space": to(route.Space.GUID), "domain": to(c.domainGUID)}}
}
