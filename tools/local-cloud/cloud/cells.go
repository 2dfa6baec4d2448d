package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Ports in a container, those that Diego gives to an app's first port and to SSH, and their doors at the
// container proxy.
const (
	appPort, sshPort           = 8080, 2222
	appProxyPort, sshProxyPort = 61001, 61002
)

const (
	starting = "STARTING"
	running  = "RUNNING"
	crashed  = "CRASHED"
	down     = "DOWN"
)

// Instance is one instance of a process in its container.
type Instance struct {
	Index          int
	GUID, Address  string
	State, Details string
	Since          time.Time
	crashes        int
	stop           context.CancelFunc
	crash          context.CancelFunc // ends its container, as if the app had crashed
	old            *Instance          // the one that it takes the place of, in an evacuation, until it runs
	evacuating     bool               // another takes its place
}

// Diego's rep looks every ten seconds whether the new instance of an evacuated one runs: it goes on for half of that.
const evacuatedGoesOn = 5 * time.Second

// reconcile starts and stops instances until p has as many as it should. With c.mu held.
func (c *Cloud) reconcile(p *Process) {
	want := 0
	if p.App.Started {
		want = p.Instances
	}
	for len(p.running) > want {
		last := p.running[len(p.running)-1]
		last.stop()
		p.running = p.running[:len(p.running)-1]
	}
	for len(p.running) < want {
		c.start(p, len(p.running))
	}
}

// start adds an instance, or replaces the one at index, which is on its way out. With c.mu held.
func (c *Cloud) start(p *Process, index int) {
	ctx, cancel := context.WithCancel(context.Background())
	i := &Instance{Index: index, State: starting, Since: time.Now(), stop: cancel, crash: func() {}}
	if index < len(p.running) {
		p.running[index] = i
	} else {
		p.running = append(p.running, i)
	}
	c.live.Add(1)
	go func() {
		defer c.live.Done()
		c.keepRunning(ctx, p, i)
	}()
}

// evacuate starts an instance anew, as on another cell, while the one that runs goes on: what the platform tells of the
// index is that one until the new one runs, and then the new one. With c.mu held.
func (c *Cloud) evacuate(p *Process, old *Instance) error {
	if old.State != running {
		return fmt.Errorf("the instance does not run")
	}
	c.start(p, old.Index)
	old.evacuating = true
	i := p.running[old.Index]
	stop := i.stop
	i.old, i.stop = old, func() { stop(); old.stop() }
	return nil
}

// shown is the instance that the platform tells of. With c.mu held.
func (i *Instance) shown() *Instance {
	if i.old != nil && i.old.State == running {
		return i.old
	}
	return i
}

// keepRunning runs an instance again whenever it has crashed: three times at once, then after a wait.
func (c *Cloud) keepRunning(ctx context.Context, p *Process, i *Instance) {
	for {
		err := c.runOnce(ctx, p, i)
		if ctx.Err() != nil {
			return
		}
		c.mu.Lock()
		i.crashes++
		i.State, i.Details, i.Since = crashed, err.Error(), time.Now()
		c.event(p.App, "audit.app.process.crash", p.Type, object{"index": i.Index, "instance": i.GUID, "reason": "CRASHED",
			"exit_description": err.Error()})
		if i.evacuating {
			c.mu.Unlock()
			return
		}
		wait := time.Second
		if i.crashes > 3 {
			wait = 30 * time.Second
		}
		c.mu.Unlock()
		log.Printf("%s/%s/%d crashed: %v", p.App.Name, p.Type, i.Index, err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// runOnce makes the container of an instance, starts all that Diego starts in it, and returns when the
// app's own process has ended.
func (c *Cloud) runOnce(ctx context.Context, p *Process, i *Instance) error {
	c.mu.Lock()
	i.GUID, i.State, i.Since, i.Address = newGUID(), starting, time.Now(), ""
	ctx, cancel := context.WithCancel(ctx)
	i.crash = cancel
	box := c.newContainer(p.App, i.GUID, p.MemoryMB)
	box.env = append(box.env, environment(c, p, i)...)
	command, ssh := p.Command, p.App.SSH && p.App.Space.SSH
	c.mu.Unlock()

	defer c.destroy(box)
	defer cancel()
	address, err := c.create(box, p.App)
	if err != nil {
		return err
	}
	c.mu.Lock()
	i.Address = address
	c.mu.Unlock()

	doors := []string{fmt.Sprintf("%d=%d", appProxyPort, appPort)}
	if ssh {
		doors = append(doors, fmt.Sprintf("%d=%d", sshProxyPort, sshPort))
		c.background(ctx, box, "sshd", box.uid, "/tmp/lifecycle/diego-sshd",
			fmt.Sprintf("-address=0.0.0.0:%d", sshPort), "-hostKey="+c.keys.daemon,
			"-authorizedKey="+c.keys.authorized, "-inheritDaemonEnv", "-logLevel=fatal")
	}
	c.background(ctx, box, "proxy", 0, append([]string{proxyInContainer, "proxy", credentialsInContainer}, doors...)...)
	go c.watch(ctx, p, i, address, ssh)
	start := []string{"/bin/sh", "-c", command}
	if box.noShell {
		start = strings.Fields(command)
	}
	err = c.run(ctx, box, "app", box.uid, start...)
	return fmt.Errorf("APP/PROC/%s: %s", strings.ToUpper(p.Type), exitDescription(err))
}

// exitDescription is Diego's word for how a process has ended.
func exitDescription(err error) string {
	status := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status = exit.ExitCode()
		if wait, ok := exit.Sys().(syscall.WaitStatus); ok && wait.Signaled() {
			status = 128 + int(wait.Signal())
		}
	} else if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("Exited with status %d", status)
}

// watch says RUNNING when the app's port answers (or at once, where the health check is "process") and
// SSH can be reached. It ends with ctx, which ends before the instance gets another container.
func (c *Cloud) watch(ctx context.Context, p *Process, i *Instance, address string, ssh bool) {
	var ports []int
	if p.Health == "port" || p.Health == "http" {
		ports = append(ports, appPort, appProxyPort)
	}
	if ssh {
		ports = append(ports, sshPort, sshProxyPort)
	}
	for _, port := range ports {
		for !answers(address, port) {
			if ctx.Err() != nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	c.mu.Lock()
	if ctx.Err() == nil && i.State == starting {
		i.State, i.Details, i.Since = running, "", time.Now()
		if i.old != nil {
			time.AfterFunc(evacuatedGoesOn, i.old.stop)
			i.old = nil
		}
	}
	c.mu.Unlock()
}

func answers(address string, port int) bool {
	conn, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", address, port), time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// instance finds what the BBS knows under a process GUID (GUID-VERSION).
func (c *Cloud) instance(processGUID string, index int) (*Process, *Instance) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.apps {
		for _, p := range a.Processes {
			if p.bbsGUID() != processGUID {
				continue
			}
			if index < len(p.running) {
				copy := *p.running[index].shown()
				return p, &copy
			}
			return p, nil
		}
	}
	return nil, nil
}

func (p *Process) bbsGUID() string { return fmt.Sprintf("%s-%d", p.GUID, p.App.Version) }

func environment(c *Cloud, p *Process, i *Instance) []string {
	ports, _ := json.Marshal([]object{
		{"external": appPort, "internal": appPort, "external_tls_proxy": appProxyPort, "internal_tls_proxy": appProxyPort},
		{"external": sshPort, "internal": sshPort, "external_tls_proxy": sshProxyPort, "internal_tls_proxy": sshProxyPort},
	})
	application, _ := json.Marshal(object{
		"application_id": p.App.GUID, "application_name": p.App.Name, "process_id": p.GUID, "process_type": p.Type,
		"space_id": p.App.Space.GUID, "space_name": p.App.Space.Name, "cf_api": c.apiURL(),
	})
	return []string{
		"PORT=8080", "CF_INSTANCE_PORTS=" + string(ports), "VCAP_APPLICATION=" + string(application), "VCAP_SERVICES=" + services(p.App),
		fmt.Sprintf("CF_INSTANCE_INDEX=%d", i.Index), "CF_INSTANCE_GUID=" + i.GUID,
		fmt.Sprintf("MEMORY_LIMIT=%dm", p.MemoryMB),
	}
}

// stopAll ends every instance and task, and waits until their containers are gone.
func (c *Cloud) stopAll() {
	c.mu.Lock()
	for _, a := range c.apps {
		a.Started = false
		for _, p := range a.Processes {
			c.reconcile(p)
		}
	}
	for _, t := range c.tasks {
		t.stop()
	}
	c.mu.Unlock()
	c.live.Wait()
}
