package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	proxyInContainer       = "/etc/cf-assets/envoy/envoy"
	credentialsInContainer = "/etc/cf-instance-credentials"
	// What the rep adds to an app's memory for the container proxy (diego.rep's proxy_memory_allocation_mb).
	proxyMemoryMB = 32
)

// container is what cell makes one of.
type container struct {
	name, root, lifecycle, cwd string
	uid, memoryMB              int
	env, mounts                []string
	noShell                    bool
	private                    string // directory of its own on the host, with its certificate
}

// newContainer describes the container of an app's instance or task. With c.mu held.
func (c *Cloud) newContainer(a *App, guid string, memoryMB int) *container {
	b := &container{
		name: guid[:8], root: c.config.Stack, uid: 2000, memoryMB: memoryMB + proxyMemoryMB, lifecycle: c.config.Lifecycles[a.Lifecycle],
		private: filepath.Join(c.dir, "instances", guid), cwd: "/",
	}
	for name, value := range a.Env {
		b.env = append(b.env, name+"="+value)
	}
	if a.Lifecycle == "docker" {
		image := c.config.Images[a.Droplet.Package.Image]
		b.root, b.uid, b.noShell = image.Root, image.UID, image.NoShell
		return b
	}
	b.cwd = map[string]string{"buildpack": "/home/vcap/app", "cnb": "/home/vcap/workspace"}[a.Lifecycle]
	b.env = append(b.env, "HOME="+b.cwd, "USER=vcap", "TMPDIR=/home/vcap/tmp")
	b.mounts = append(b.mounts, filepath.Join(b.private, "app")+":"+b.cwd)
	return b
}

// create makes the container and returns its address.
func (c *Cloud) create(b *container, a *App) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(b.private, "credentials"), 0o755); err != nil {
		return "", err
	}
	if err := c.ca.issue(filepath.Join(b.private, "credentials"), "instance", filepath.Base(b.private)); err != nil {
		return "", err
	}
	if a.Lifecycle != "docker" {
		copied := exec.Command("sh", "-c", `cp -r "$1" "$2" && chown -R 2000:2000 "$2"`, "sh",
			a.Droplet.Package.Dir, filepath.Join(b.private, "app"))
		if out, err := copied.CombinedOutput(); err != nil {
			return "", fmt.Errorf("droplet: %s", out)
		}
	}
	args := []string{"create", b.name, "--root", b.root, "--uid", fmt.Sprint(b.uid), "--lifecycle", b.lifecycle,
		"--memory", fmt.Sprintf("%dM", b.memoryMB)}
	mounts := append(b.mounts, self+":"+proxyInContainer, filepath.Join(b.private, "credentials")+":"+credentialsInContainer)
	for _, mount := range mounts {
		args = append(args, "--mount", mount)
	}
	for _, variable := range b.env {
		args = append(args, "--env", variable)
	}
	c.creating.Lock()
	defer c.creating.Unlock()
	cmd := exec.Command(c.config.Cell, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("container: %v", err)
	}
	return strings.TrimSpace(string(out)), nil
}

func (c *Cloud) destroy(b *container) {
	if out, err := exec.Command(c.config.Cell, "delete", b.name).CombinedOutput(); err != nil {
		log.Printf("cannot delete %s: %s", b.name, out)
	}
	_ = os.RemoveAll(b.private)
}

// run runs a command in the container as rep does (its parent is outside) until it ends or ctx does. Its
// output is in the log folder.
func (c *Cloud) run(ctx context.Context, b *container, what string, uid int, command ...string) error {
	output, err := os.Create(filepath.Join(c.dir, "log", b.name+"."+what))
	if err != nil {
		return err
	}
	defer output.Close()
	args := append([]string{"exec", b.name, "--uid", fmt.Sprint(uid), "--cwd", b.cwd, "--"}, command...)
	cmd := exec.CommandContext(ctx, c.config.Cell, args...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.Run()
}

// background is run for what lives as long as the container.
func (c *Cloud) background(ctx context.Context, b *container, what string, uid int, command ...string) {
	go func() {
		if err := c.run(ctx, b, what, uid, command...); ctx.Err() == nil {
			log.Printf("%s: %s ended: %v", b.name, what, err)
		}
	}()
}
