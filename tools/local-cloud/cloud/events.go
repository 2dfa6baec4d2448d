package main

import (
	"net/http"
	"time"
)

// Event is one of those that `cf events` shows.
type Event struct {
	GUID, Type, Actor, Target string
	Data                      object
	Created                   time.Time
}

func (e *Event) id() string { return e.GUID }

// event notes what happened to an app; actor is the user, or the process that crashed. With c.mu held.
func (c *Cloud) event(a *App, kind, actor string, data object) {
	c.events = append(c.events, &Event{newGUID(), kind, actor, a.GUID, data, time.Now()})
}

func (c *Cloud) eventEndpoints(mux *http.ServeMux) {
	mux.HandleFunc("GET /v3/audit_events", func(w http.ResponseWriter, r *http.Request) {
		var newest []*Event
		for i := len(c.events) - 1; i >= 0; i-- {
			newest = append(newest, c.events[i])
		}
		those(w, newest, func(e *Event) bool { return listed(r, "target_guids", e.Target) && listed(r, "types", e.Type) })
	})
}

func (e *Event) json() object {
	kind := "user"
	if e.Actor != user {
		kind = "process"
	}
	return object{"guid": e.GUID, "type": e.Type, "created_at": e.Created.UTC().Format(time.RFC3339), "data": e.Data,
		"actor": object{"guid": "", "type": kind, "name": e.Actor}, "target": object{"guid": e.Target, "type": "app", "name": ""}}
}
