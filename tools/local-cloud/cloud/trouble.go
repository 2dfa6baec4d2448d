package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Trouble is what goes wrong on a platform, as tools/local-cloud/trouble asks for it.
type Trouble struct {
	mu      sync.Mutex
	latency time.Duration // of a round trip: each answer of the API, there and back through the SSH connection
	limit   int           // requests a second that Cloud Controller and UAA answer, each; 0: any number
	second  int64         // that is counted
	counts  [2]int        // requests in it: Cloud Controller, UAA
	away    bool          // the API accepts no connection
	ssh     *sync.Cond    // on mu: stalled or conns has changed
	stalled bool          // nothing goes through SSH connections, which stay
	conns   map[net.Conn]bool
	proxy   *exec.Cmd // the ssh-proxy that runs
}

func newTrouble() *Trouble {
	t := &Trouble{conns: map[net.Conn]bool{}}
	t.ssh = sync.NewCond(&t.mu)
	return t
}

func (t *Trouble) wait() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.latency
}

// tooMany counts a request, and says whether it is one too many.
func (t *Trouble) tooMany(toUAA bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now().Unix(); now != t.second {
		t.second, t.counts = now, [2]int{}
	}
	of := 0
	if toUAA {
		of = 1
	}
	t.counts[of]++
	return t.limit > 0 && t.counts[of] > t.limit
}

// troubled is the API as its users see it. The platform's own requests do not come through here.
func (c *Cloud) troubled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		toUAA := strings.HasPrefix(r.URL.Path, "/uaa/")
		time.Sleep(c.trouble.wait())
		if !c.trouble.tooMany(toUAA) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		if toUAA {
			http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
			return
		}
		w.Header().Set("X-RateLimit-Limit", strconv.Itoa(c.trouble.limit))
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Unix()+1, 10))
		fail(w, http.StatusTooManyRequests, 10013, "CF-RateLimitExceeded", "Rate Limit Exceeded")
	})
}

// awayListener closes connections at once while the API is away.
type awayListener struct {
	net.Listener
	trouble *Trouble
}

func (l awayListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.trouble.mu.Lock()
		away := l.trouble.away
		l.trouble.mu.Unlock()
		if !away {
			return conn, nil
		}
		conn.Close()
	}
}

// startSSHForwarding is the load balancer in front of ssh-proxy.
func (c *Cloud) startSSHForwarding() (server, error) {
	return func() error {
		for {
			conn, err := c.public["ssh"].Accept()
			if err != nil {
				return err
			}
			go c.trouble.forwardSSH(conn)
		}
	}, nil
}

func (t *Trouble) forwardSSH(conn net.Conn) {
	defer conn.Close()
	proxy, err := net.Dial("tcp", sshProxyAddress)
	if err != nil {
		return
	}
	defer proxy.Close()
	t.mu.Lock()
	t.conns[conn], t.conns[proxy] = true, true
	t.mu.Unlock()
	back := make(chan struct{})
	go func() {
		t.carry(conn, proxy)
		close(back)
	}()
	t.carry(proxy, conn)
	<-back
	t.mu.Lock()
	delete(t.conns, conn)
	delete(t.conns, proxy)
	t.mu.Unlock()
}

// carry copies as a network would that takes time, and may stall.
func (t *Trouble) carry(to, from net.Conn) {
	type piece struct {
		bytes []byte
		due   time.Time
	}
	pieces := make(chan piece, 64)
	go func() {
		defer close(pieces)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				pieces <- piece{buffer[:n], time.Now().Add(t.wait() / 2)}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range pieces {
		time.Sleep(time.Until(p.due))
		t.mu.Lock()
		for t.stalled && t.conns[to] {
			t.ssh.Wait()
		}
		t.mu.Unlock()
		if _, err := to.Write(p.bytes); err != nil {
			from.Close()
			for range pieces {
				continue
			}
			return
		}
	}
	closeWrite(to)
}

// startTroubles takes the requests of tools/local-cloud/trouble, at a socket in the state folder.
func (c *Cloud) startTroubles() (server, error) {
	mux := http.NewServeMux()
	handle := func(path string, do func(url.Values) error) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			if err := do(r.URL.Query()); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
			}
		})
	}
	t := c.trouble
	locked := func(do func(url.Values) error) func(url.Values) error {
		return func(q url.Values) error {
			t.mu.Lock()
			defer t.mu.Unlock()
			return do(q)
		}
	}
	handle("/latency", locked(func(q url.Values) error {
		ms, err := strconv.Atoi(q.Get("value"))
		t.latency = time.Duration(ms) * time.Millisecond
		return err
	}))
	handle("/rate-limit", locked(func(q url.Values) (err error) {
		t.limit, err = strconv.Atoi(q.Get("value"))
		return err
	}))
	handle("/api", locked(func(q url.Values) error {
		t.away = q.Get("value") == "away"
		return nil
	}))
	handle("/ssh", locked(func(q url.Values) error {
		t.stalled = q.Get("value") == "stall"
		if q.Get("value") == "cut" {
			for conn := range t.conns {
				conn.Close()
			}
			clear(t.conns)
		}
		t.ssh.Broadcast()
		return nil
	}))
	handle("/ssh-proxy", locked(func(q url.Values) error {
		signal := map[string]syscall.Signal{"stop": syscall.SIGSTOP, "continue": syscall.SIGCONT, "kill": syscall.SIGKILL}[q.Get("value")]
		return t.proxy.Process.Signal(signal)
	}))
	handle("/login", func(q url.Values) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.expireLogins()
		return nil
	})
	handle("/crash", c.withInstance(func(_ *Process, i *Instance) error {
		i.crash()
		return nil
	}))
	handle("/evacuate", c.withInstance(c.evacuate))
	handle("/link", func(q url.Values) error {
		return c.withInstance(func(_ *Process, i *Instance) error {
			var n int
			if _, err := fmt.Sscanf(i.Address, "10.255.%d.2", &n); err != nil {
				return fmt.Errorf("the instance has no address yet")
			}
			device := fmt.Sprintf("veth%d", n)
			commands := []string{"link set " + device + " " + q.Get("value")}
			if q.Get("value") == "up" { // the kernel has forgotten Silk's neighbour (spec/support/network.bash)
				commands = append(commands, fmt.Sprintf("neighbour replace %s lladdr ee:ee:0a:ff:%02x:02 dev %s nud permanent", i.Address, n, device))
			}
			for _, command := range commands {
				out, err := exec.Command("ip", strings.Fields(command)...).CombinedOutput()
				if err != nil {
					return fmt.Errorf("ip %s: %s", command, out)
				}
			}
			return nil
		})(q)
	})
	l, err := net.Listen("unix", filepath.Join(c.dir, "troubles"))
	if err != nil {
		return nil, err
	}
	return func() error { return http.Serve(l, mux) }, nil
}

// withInstance finds the instance that app, index, and process (web) name.
func (c *Cloud) withInstance(do func(*Process, *Instance) error) func(url.Values) error {
	return func(q url.Values) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		app := find(c.apps, func(a *App) bool { return a.Name == q.Get("app") })
		if app == nil {
			return fmt.Errorf("there is no app %q", q.Get("app"))
		}
		p := app.process(q.Get("process"))
		index, err := strconv.Atoi(q.Get("index"))
		if p == nil || err != nil || index < 0 || index >= len(p.running) {
			return fmt.Errorf("app %s has no instance %q of process %q", app.Name, q.Get("index"), q.Get("process"))
		}
		return do(p, p.running[index])
	}
}

// runSSHProxy runs it to its end, and remembers it meanwhile.
func (t *Trouble) runSSHProxy(program, config string, output io.Writer) {
	cmd := exec.Command(program, "-config="+config)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err := cmd.Start()
	if err == nil {
		t.mu.Lock()
		t.proxy = cmd
		t.mu.Unlock()
		err = cmd.Wait()
	}
	log.Printf("ssh-proxy ended: %v", err)
}
