// The program behind the Cloud Foundry on one machine: it stands in for Cloud Controller, UAA, the
// BBS, the rep, the router and the container proxy, as far as cf and the real ssh-proxy can tell.
// What is real (containers, diego-sshd, ssh-proxy, file-server, the archives) it starts.
//
//	cloud listen DIR NETNS   open the ports people use, then serve inside the network of the containers
//	cloud serve DIR          (run by listen)
//	cloud proxy DIR PORT=PORT…   the container proxy (run in each container)
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// The listeners that people reach, in the order of their inherited file descriptors, from 3 up.
var publicPorts = []string{"api", "ssh", "router"}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cloud:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "listen":
		return listen(args[1], args[2])
	case len(args) == 2 && args[0] == "serve":
		return serve(args[1])
	case len(args) > 2 && args[0] == "proxy":
		return containerProxy(args[1], args[2:])
	}
	return fmt.Errorf("usage: cloud listen DIR NETNS | serve DIR | proxy DIR PORT=PORT…")
}

// listen opens the public ports on the host's loopback interface and executes serve inside the network
// namespace, where the containers' addresses are. nsenter rather than "ip netns exec": runc needs the
// host's /sys.
func listen(dir, netns string) error {
	for i, name := range publicPorts {
		l, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("CLOUD_PORT_"+name))
		if err != nil {
			return err
		}
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			return err
		}
		if err := syscall.Dup3(int(f.Fd()), 100+i, 0); err != nil { // 100: clear of Go's own descriptors
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec("/usr/bin/nsenter", []string{"nsenter", "--net=" + netns, self, "serve", dir}, os.Environ())
}

func inherited() (map[string]net.Listener, error) {
	listeners := map[string]net.Listener{}
	for i, name := range publicPorts {
		l, err := net.FileListener(os.NewFile(uintptr(100+i), name))
		if err != nil {
			return nil, err
		}
		listeners[name] = l
	}
	return listeners, nil
}

// server accepts connections until it fails; it listens already.
type server func() error

// serve runs until SIGTERM or SIGINT, then stops every instance.
func serve(dir string) error {
	public, err := inherited()
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)

	config, err := readConfig(filepath.Join(dir, "config.json"))
	if err != nil {
		return err
	}
	ca, err := newAuthority(filepath.Join(dir, "certs"))
	if err != nil {
		return err
	}
	c := newCloud(dir, config, ca, public)
	starts := []func() (server, error){c.startAPI, c.startInternalAPI, c.startBBS, c.startRouter, c.startSSHForwarding, c.startTroubles}
	failed := make(chan error, len(starts))
	for _, start := range starts {
		serve, err := start()
		if err != nil {
			return err
		}
		go func() { failed <- serve() }()
	}
	if err := c.startSSHProxy(); err != nil {
		return err
	}
	address := c.public["api"].Addr().String()
	if err := os.WriteFile(filepath.Join(dir, "api"), []byte(address), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "ready"), nil, 0o644); err != nil {
		return err
	}
	select {
	case err = <-failed:
	case <-signals:
	}
	c.stopAll()
	return err
}
