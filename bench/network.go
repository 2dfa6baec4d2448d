package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// A network is a pair of veth interfaces. `sender` lies in the network namespace that the bench runs
// in (scripts/bench made it), `captured` in a second one, which exists as long as the thread that
// serves `jobs`. Nothing of it is left when the bench ends, however it ends.
type network struct {
	jobs chan func()
}

const (
	sender   = "bench-sender"
	captured = "bench-captured"
)

// The main thread is the one that /proc/PID/ns/net means: no other goroutine may run on it.
func init() { runtime.LockOSThread() }

var theNetwork *network

// The network, made when it is first asked for.
func newNetwork() (*network, error) {
	if theNetwork != nil {
		return theNetwork, nil
	}
	n := &network{jobs: make(chan func())}
	outer := fmt.Sprint(os.Getpid())
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread has the namespace
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			started <- fmt.Errorf("unshare: %w", err)
			return
		}
		started <- n.connect(outer)
		for job := range n.jobs {
			job()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	theNetwork = n
	return n, run("ip", "link", "set", sender, "up")
}

// Without IPv6 the kernel has nothing of its own to say on these interfaces. The address is there for
// cf-pcap's exclusion of SSH sessions, as in a container.
func (n *network) connect(outer string) error {
	commands := []string{
		"sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
		"nsenter -t " + outer + " -n sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
		"ip link add name " + captured + " type veth peer name " + sender + " netns " + outer,
		"ip address add 198.51.100.1/30 dev " + captured,
		"ip link set lo up",
		"ip link set " + captured + " up",
	}
	for _, c := range commands {
		if err := run(strings.Fields(c)...); err != nil {
			return err
		}
	}
	return nil
}

// Runs f in the namespace of the capturing end; what f starts is in there, too.
func (n *network) inside(f func() error) error {
	done := make(chan error)
	n.jobs <- func() { done <- f() }
	return <-done
}

// Number of packet sockets in the namespace that are bound: the fifth column of /proc/net/packet.
func (n *network) captures() (count int) {
	_ = n.inside(func() error {
		text, err := os.ReadFile("/proc/thread-self/net/packet")
		for _, line := range strings.Split(string(text), "\n") {
			if f := strings.Fields(line); len(f) > 5 && f[5] == "1" {
				count++
			}
		}
		return err
	})
	return count
}

func run(command ...string) error {
	out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, out)
	}
	return nil
}
