package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// Config is what start writes into config.json: how this Cloud Foundry is to be.
type Config struct {
	Password   string            `json:"password"`
	Cell       string            `json:"cell"`       // the script that makes containers
	SSHProxy   string            `json:"ssh_proxy"`  // the real one
	Lifecycles map[string]string `json:"lifecycles"` // buildpack, docker, cnb: the extracted archive
	AppSSH     bool              `json:"app_ssh"`    // SSH of new apps
	SpaceSSH   bool              `json:"space_ssh"`  // SSH of new spaces
	TokenLife  int               `json:"token_life"` // seconds that an access token is valid
	Rotate     bool              `json:"rotate"`     // UAA gives a new refresh token with each access token
	LatencyMS  int               `json:"latency_ms"` // as of `trouble latency`
	RateLimit  int               `json:"rate_limit"` // as of `trouble rate-limit`
	SSHHost    string            `json:"ssh_host"`   // what the API tells of where ssh-proxy is
	Stack      string            `json:"stack"`      // root filesystem of buildpack and cnb apps
	Images     map[string]Image  `json:"images"`     // root filesystems of docker apps
}

// Image is a docker image by what a container is made of.
type Image struct {
	Root    string `json:"root"`
	UID     int    `json:"uid"`
	NoShell bool   `json:"no_shell"` // the command is run without one
}

func readConfig(path string) (c Config, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(text, &c)
}

// Cloud is the whole platform. mu guards all that it holds and all that hangs on it.
type Cloud struct {
	dir    string
	config Config
	ca     *authority
	keys   sshKeys
	public map[string]net.Listener

	userGUID string
	trouble  *Trouble

	mu       sync.Mutex
	secret   string          // what makes tokens valid
	refresh  map[string]bool // refresh tokens that are valid
	codes    map[string]bool // UAA's one-time codes
	domains  []*Domain       // one
	orgs     []*Org
	spaces   []*Space
	apps     []*App
	packages []*Package
	builds   []*Build
	routes   []*Route
	tasks    []*Task

	deployments []*Deployment
	events      []*Event

	creating sync.Mutex     // containers are made one after the other
	live     sync.WaitGroup // instances and tasks
}

type Domain struct{ GUID, Name string }

type Org struct{ GUID, Name string }

type Space struct {
	GUID, Name string
	Org        *Org
	SSH        bool
}

type App struct {
	GUID, Name, Stack string
	Space             *Space
	Started, SSH      bool
	Lifecycle         string // buildpack, docker, cnb
	Buildpacks        []string
	Env               map[string]string
	Processes         []*Process
	Droplet           *Build
	Version           int // grows with every start: a process's GUID in the BBS ends in it
	Created           time.Time
}

// Process is one process type of an app; the web process has the app's GUID, as in Cloud Controller.
type Process struct {
	GUID, Type, Command, Health string
	App                         *App
	Instances, MemoryMB         int
	Created                     time.Time
	running                     []*Instance
}

type Package struct {
	GUID, Type, State, Image, Dir string
	App                           *App
}

// Build is a build and the droplet that comes of it (GUID is both's).
type Build struct {
	GUID    string
	App     *App
	Package *Package
	Command string // from the Procfile
}

type Route struct {
	GUID, Host string
	Space      *Space
	Domain     *Domain
	Apps       []*App
}

type Task struct {
	GUID, Name, Command, State, Failure string
	ID                                  int
	App                                 *App
	Created                             time.Time
	stop                                func()
}

func newCloud(dir string, config Config, ca *authority, public map[string]net.Listener) *Cloud {
	keys, err := newSSHKeys()
	if err != nil {
		panic(err) // no randomness
	}
	org := &Org{newGUID(), "pcap"}
	trouble := newTrouble()
	trouble.latency, trouble.limit = time.Duration(config.LatencyMS)*time.Millisecond, config.RateLimit
	return &Cloud{
		dir: dir, config: config, ca: ca, keys: keys, public: public,
		userGUID: newGUID(), secret: newSecret(), codes: map[string]bool{}, refresh: map[string]bool{}, trouble: trouble,
		domains: []*Domain{{newGUID(), fmt.Sprintf("apps.localhost:%d", public["router"].Addr().(*net.TCPAddr).Port)}},
		orgs:    []*Org{org}, spaces: []*Space{{newGUID(), "dev", org, config.SpaceSSH}},
	}
}

func (c *Cloud) port(name string) int { return c.public[name].Addr().(*net.TCPAddr).Port }
func (c *Cloud) apiURL() string       { return fmt.Sprintf("https://127.0.0.1:%d", c.port("api")) }

func (d *Domain) id() string  { return d.GUID }
func (o *Org) id() string     { return o.GUID }
func (s *Space) id() string   { return s.GUID }
func (a *App) id() string     { return a.GUID }
func (p *Process) id() string { return p.GUID }
func (p *Package) id() string { return p.GUID }
func (b *Build) id() string   { return b.GUID }
func (r *Route) id() string   { return r.GUID }
func (t *Task) id() string    { return t.GUID }

// find is the first of list for which is holds, or nil.
func find[T any](list []*T, is func(*T) bool) *T {
	for _, item := range list {
		if is(item) {
			return item
		}
	}
	return nil
}

func without[T any](list []*T, drop func(*T) bool) (kept []*T) {
	for _, item := range list {
		if !drop(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

// process is the newest of a type: while a deployment rolls there are two web processes.
func (a *App) process(kind string) (newest *Process) {
	for _, p := range a.Processes {
		if p.Type == kind {
			newest = p
		}
	}
	return newest
}

func newGUID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
