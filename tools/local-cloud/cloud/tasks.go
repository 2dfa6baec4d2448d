package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

func (c *Cloud) taskEndpoints(mux *http.ServeMux) {
	mux.HandleFunc("POST /v3/apps/{guid}/tasks", c.withApp(func(w http.ResponseWriter, r *http.Request, a *App) {
		b := body(r)
		id := 1
		for _, t := range c.tasks {
			if t.App == a {
				id++
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		t := &Task{GUID: newGUID(), Name: str(b["name"]), Command: str(b["command"]), State: "RUNNING", ID: id, App: a, Created: time.Now(), stop: cancel}
		if t.Name == "" {
			t.Name = fmt.Sprintf("%08x", id)
		}
		c.tasks = append(c.tasks, t)
		box := c.newContainer(a, newGUID(), a.Processes[0].MemoryMB)
		c.live.Add(1)
		go func() {
			defer c.live.Done()
			c.runTask(ctx, t, box)
		}()
		reply(w, 202, t.json())
	}))
	mux.HandleFunc("GET /v3/tasks/{guid}", show(&c.tasks, "Task"))
}

// runTask runs the command in a container of its own, with the lifecycle and without an SSH daemon.
func (c *Cloud) runTask(ctx context.Context, t *Task, box *container) {
	defer c.destroy(box)
	_, err := c.create(box, t.App)
	if err == nil {
		err = c.run(ctx, box, "task", box.uid, "/bin/sh", "-c", t.Command)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t.State = "SUCCEEDED"
	if err != nil {
		t.State, t.Failure = "FAILED", exitDescription(err)
	}
}

func (t *Task) json() object {
	var failure any
	if t.Failure != "" {
		failure = t.Failure
	}
	return object{"guid": t.GUID, "sequence_id": t.ID, "name": t.Name, "command": t.Command, "state": t.State,
		"result": object{"failure_reason": failure}, "created_at": t.Created.UTC().Format(time.RFC3339), "relationships": object{"app": to(t.App.GUID)}}
}
