package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// containerProxy is what envoy does in an app's container: TLS on eth0 at one port, plain to another on
// the loopback interface. dir holds instance.crt and instance.key; each door is "OUTER=INNER".
func containerProxy(dir string, doors []string) error {
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "instance.crt"), filepath.Join(dir, "instance.key"))
	if err != nil {
		return err
	}
	failed := make(chan error)
	for _, door := range doors {
		outer, inner, _ := strings.Cut(door, "=")
		l, err := tls.Listen("tcp", ":"+outer, &tls.Config{Certificates: []tls.Certificate{cert}})
		if err != nil {
			return err
		}
		go func() { failed <- forward(l, "127.0.0.1:"+inner) }()
	}
	return <-failed
}

// forward connects everyone who comes to l with target.
func forward(l net.Listener, target string) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			if t, ok := conn.(*tls.Conn); ok && t.Handshake() != nil {
				return
			}
			inner, err := net.Dial("tcp", target)
			if err != nil {
				return
			}
			defer inner.Close()
			back := make(chan struct{})
			go func() {
				_, _ = io.Copy(conn, inner)
				closeWrite(conn)
				close(back)
			}()
			_, _ = io.Copy(inner, conn)
			closeWrite(inner)
			<-back
		}()
	}
}

func closeWrite(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// startRouter is gorouter: the route's app, its running instances in turn, by TLS to the container proxy.
func (c *Cloud) startRouter() (server, error) {
	var turn atomic.Uint32
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetXForwarded()
			r.Out.Host = r.In.Host
			r.SetURL(r.In.Context().Value(targetKey{}).(*url.URL))
			r.Out.Host = r.In.Host
		},
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := strings.Cut(r.Host, ".")
		instances := c.routed(host, r.Header.Get("X-Cf-App-Instance"))
		if len(instances) == 0 {
			w.Header().Set("X-Cf-RouterError", "unknown_route")
			http.Error(w, fmt.Sprintf("404 Not Found: Requested route ('%s') does not exist.", r.Host), 404)
			return
		}
		address := instances[int(turn.Add(1))%len(instances)].Address
		target := &url.URL{Scheme: "https", Host: fmt.Sprintf("%s:%d", address, appProxyPort)}
		proxy.ServeHTTP(w, r.WithContext(contextWith(r.Context(), target)))
	})
	config, err := c.ca.serverTLS("apps.localhost", "*.apps.localhost")
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	return func() error { return s.Serve(tls.NewListener(c.public["router"], config)) }, nil
}

// routed lists the running web instances behind a host; want, "APP-GUID:INDEX", may choose one.
func (c *Cloud) routed(host, want string) (instances []*Instance) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, route := range c.routes {
		for _, app := range route.Apps {
			web := app.process("web")
			if route.Host != host || web == nil {
				continue
			}
			for _, i := range web.running {
				if i.State == running && (want == "" || want == fmt.Sprintf("%s:%d", app.GUID, i.Index)) {
					copy := *i
					instances = append(instances, &copy)
				}
			}
		}
	}
	return instances
}
