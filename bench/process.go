package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A process that is measured.
type process struct {
	cmd      *exec.Cmd
	started  time.Time
	messages bytes.Buffer
	stdin    *os.File // our end; closing it is end of file for the process
	output   *sink    // of a pipe; nil: the process writes to a file
	read     chan struct{}
}

// Starts a command with standard output to a file, or, if that is empty, to a pipe and a sink.
func start(command []string, user bool, file string, delays bool) (*process, error) {
	p := &process{read: make(chan struct{})}
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Stderr = &p.messages
	// Whatever becomes of the bench, they end. (The signal comes when the thread that starts them
	// ends: it never does before.)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if user {
		p.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer inRead.Close()
	p.cmd.Stdin, p.stdin = inRead, inWrite

	var out *os.File
	if file != "" {
		if out, err = os.Create(file); err != nil {
			return nil, err
		}
		close(p.read)
	} else {
		var fds [2]int
		if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
			return nil, err
		}
		out = os.NewFile(uintptr(fds[1]), "pipe")
		p.output = &sink{wanted: delays}
		go func() {
			p.output.read(fds[0])
			unix.Close(fds[0])
			close(p.read)
		}()
	}
	p.cmd.Stdout = out
	p.started = time.Now()
	err = p.cmd.Start()
	out.Close()
	return p, err
}

// CPU time the process has used until now.
func (p *process) cpu() time.Duration { return cpuClock(p.cmd.Process.Pid) }

// CPU time of a process, in all its threads: clock_getcpuclockid(3).
func cpuClock(pid int) time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|2), &now); err != nil {
		return 0
	}
	return time.Duration(now.Nano())
}

// Bytes of private memory, without the ring: a mapping of the packet socket in smaps (proc(5)).
func (p *process) privateMemory() (bytes int64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", p.cmd.Process.Pid))
	ring := false
	for _, line := range strings.Split(string(text), "\n") {
		f := strings.Fields(line)
		switch {
		case len(f) > 0 && !strings.HasSuffix(f[0], ":"):
			ring = strings.Contains(line, "socket:")
		case strings.HasPrefix(line, "Private_") && !ring:
			kb, _ := strconv.ParseInt(f[1], 10, 64)
			bytes += kb << 10
		}
	}
	return bytes
}

type ending struct {
	cpu  time.Duration // in all, user and system
	user time.Duration
	took time.Duration // from the request to the end
}

// Asks the process to end, by end of file or by SIGINT, and waits for it and its output.
func (p *process) stop(bySignal bool) (ending, error) {
	asked := time.Now()
	if bySignal {
		_ = p.cmd.Process.Signal(os.Interrupt)
	} else {
		p.stdin.Close()
	}
	hung := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	err := p.cmd.Wait()
	hung.Stop()
	took := time.Since(asked)
	<-p.read
	p.stdin.Close()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(p.cmd.Args, " "), err, &p.messages)
	}
	state := p.cmd.ProcessState
	return ending{state.UserTime() + state.SystemTime(), state.UserTime(), took}, err
}

var (
	drops        = regexp.MustCompile(`(?m)(\d+) packets? dropped by kernel$`)
	dumpcapDrops = regexp.MustCompile(`: \d+/(\d+) \(pcap:`)
)

// Packets that the process says the kernel dropped.
func (p *process) dropped() (int64, error) {
	for _, counts := range []*regexp.Regexp{drops, dumpcapDrops} {
		if m := counts.FindSubmatch(p.messages.Bytes()); m != nil {
			return strconv.ParseInt(string(m[1]), 10, 64)
		}
	}
	return 0, fmt.Errorf("%s: no counts in: %s", p.cmd.Args[0], &p.messages)
}
