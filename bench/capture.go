package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// One way of capturing: packets of `frame` bytes (or "mix"), at `rate` a second (0: as fast as one
// sender can) from each of `senders` processes.
type setting struct {
	frame   string
	snaplen int
	filter  string // takes half of the packets
	file    bool   // standard output is a file in memory, else a pipe
	rate    int
	senders int
	seconds float64
}

const (
	fullSnaplen = 262144
	halfFilter  = "udp port 9"
)

func (s setting) String() string {
	text := s.frame + " bytes"
	if s.frame == "mix" {
		text = "64 and 1400 bytes"
	}
	if s.snaplen != fullSnaplen {
		text += fmt.Sprintf(", snaplen %d", s.snaplen)
	}
	if s.filter != "" {
		text += ", filter"
	}
	if s.file {
		return text + ", to a file"
	}
	return text + ", to a pipe"
}

type contestant struct {
	name     string
	command  func(s setting) []string
	user     bool // runs as an ordinary user
	bySignal bool // ends by SIGINT, not by end of file
	target   float64
}

func contestants() []contestant {
	tcpdump := func(options ...string) func(s setting) []string {
		return func(s setting) []string {
			command := append([]string{"tcpdump", "-Z", "root", "-p", "-n", "-i", captured, "-s", strconv.Itoa(s.snaplen), "-w", "-"}, options...)
			return filtered(command, s.filter)
		}
	}
	ours := func(name, path string) contestant {
		return contestant{name, func(s setting) []string {
			return []string{path, "-i", captured, "-s", strconv.Itoa(s.snaplen), "-f", s.filter}
		}, true, false, 0}
	}
	if against != "" {
		all := []contestant{ours("cf-pcap", filepath.Join(workDir, "cf-pcap"))}
		for _, path := range strings.Split(against, ",") {
			all = append(all, ours(filepath.Base(path), path))
		}
		return all
	}
	return []contestant{
		ours("cf-pcap", filepath.Join(workDir, "cf-pcap")),
		{"tcpdump -w -", tcpdump(), false, true, 0.6},
		{"tcpdump -U -w -", tcpdump("-U"), false, true, 0.15},
		{"dumpcap -P -w -", func(s setting) []string {
			command := []string{"dumpcap", "-q", "-p", "-i", captured, "-s", strconv.Itoa(s.snaplen), "-P", "-w", "-"}
			if s.filter != "" {
				command = append(command, "-f", s.filter)
			}
			return command
		}, false, true, 0.08},
		{"gopacket", func(s setting) []string {
			return []string{filepath.Join(workDir, "gopacket"), captured, strconv.Itoa(s.snaplen), s.filter}
		}, false, true, 0.05},
	}
}

// Those that have a ring of 2 MiB if they are not told otherwise, with one as large as ours.
func sameRing() (all []contestant) {
	for _, c := range contestants() {
		options, known := map[string][]string{"tcpdump": {"-B", "8192"}, "dumpcap": {"-B", "8"}}[strings.Fields(c.name)[0]]
		if !known {
			continue
		}
		command := c.command
		c.command = func(s setting) []string {
			all := command(s)
			return append(append(all[:1:1], options...), all[1:]...)
		}
		c.name += ", ring 8 MiB"
		all = append(all, c)
	}
	return all
}

func filtered(command []string, filter string) []string {
	if filter == "" {
		return command
	}
	return append(command, filter)
}

type captureResult struct {
	sent, delivered, dropped int64
	rate                     float64       // packets a second, as sent
	cpu                      time.Duration // of the capture, user and system, without its start
	userShare                float64       // of all its CPU time
	senderCPU                time.Duration
	memory                   int64
}

func (r captureResult) cost() float64 { return float64(r.cpu.Nanoseconds()) / float64(r.delivered) }
func (r captureResult) loss() float64 { return 100 * float64(r.dropped) / float64(r.sent) }

// Captures once.
func capture(n *network, c contestant, s setting) (r captureResult, err error) {
	p, err := startCapture(n, c, s, false)
	if err != nil {
		return r, err
	}
	before := p.cpu()
	if err := send(s, &r); err != nil {
		return r, err
	}
	settle(p, outFile(s))
	r.memory = p.privateMemory()
	end, err := p.stop(c.bySignal)
	if err != nil {
		return r, err
	}
	r.cpu = end.cpu - before
	r.userShare = float64(end.user) / float64(max(end.cpu, 1))
	if r.dropped, err = p.dropped(); err != nil {
		return r, err
	}
	if !s.file {
		r.delivered = p.output.packets.Load()
		return r, nil
	}
	r.delivered, err = countFile(outFile(s))
	_ = os.Remove(outFile(s))
	return r, err
}

func outFile(s setting) string {
	if !s.file {
		return ""
	}
	return filepath.Join(memoryDir, "capture.pcap")
}

// Bytes of a packet in the file: of its record's header, and on average of itself.
func (s setting) recordSize() int {
	size, err := strconv.Atoi(s.frame)
	if err != nil {
		size = (min(64, s.snaplen) + min(1400, s.snaplen)) / 2
	}
	return recordHeader + min(size, s.snaplen)
}

// What it costs to write as many bytes at the same rate, and nothing else, nanoseconds a packet.
func writingAlone(s setting) (cost float64, err error) {
	rate := float64(s.rate)
	if s.filter != "" {
		rate /= 2
	}
	p, err := start([]string{filepath.Join(workDir, "write"), strconv.Itoa(s.recordSize()), fmt.Sprint(rate), fmt.Sprint(int(rate * s.seconds))}, true, outFile(s), false)
	if err != nil {
		return 0, err
	}
	err = p.cmd.Wait()
	<-p.read
	p.stdin.Close()
	if s.file {
		_ = os.Remove(outFile(s))
	}
	if err != nil {
		return 0, fmt.Errorf("write: %w", err)
	}
	_, err = fmt.Sscan(p.messages.String(), &cost)
	return cost, err
}

// Starts, and waits until the capture is bound to the interface and has had time for the rest.
func startCapture(n *network, c contestant, s setting, delays bool) (p *process, err error) {
	err = n.inside(func() (err error) {
		p, err = start(c.command(s), c.user, outFile(s), delays)
		return err
	})
	if err != nil {
		return nil, err
	}
	for tries := 0; n.captures() == 0; tries++ {
		if tries == 2000 {
			_, err := p.stop(c.bySignal)
			return nil, fmt.Errorf("%s does not begin to capture: %v", c.name, err)
		}
		time.Sleep(time.Millisecond)
	}
	time.Sleep(80 * time.Millisecond)
	return p, nil
}

func send(s setting, r *captureResult) error {
	// Senders as fast as they can are bounded by a rate that no machine like this reaches.
	count := int(float64(s.rate) * s.seconds)
	if s.rate == 0 {
		count = int(350000 * s.seconds)
	}
	type sent struct {
		packets, took, cpu int64
		err                error
	}
	results := make(chan sent)
	for i := range s.senders {
		go func() {
			var r sent
			command := exec.Command(filepath.Join(workDir, "send"), sender, s.frame, strconv.Itoa(s.rate), strconv.Itoa(count), strconv.Itoa(i))
			command.Stderr = os.Stderr
			out, err := command.Output()
			if r.err = err; err == nil {
				_, r.err = fmt.Sscan(string(out), &r.packets, &r.took, &r.cpu)
			}
			results <- r
		}()
	}
	for range s.senders {
		one := <-results
		if one.err != nil {
			return fmt.Errorf("send: %w", one.err)
		}
		r.sent += one.packets
		r.rate += float64(one.packets) / (float64(one.took) / 1e9)
		r.senderCPU += time.Duration(one.cpu)
	}
	if s.filter != "" {
		r.sent /= 2
	}
	return nil
}

// Waits until no more comes out: at most two seconds, and nothing for 60 ms.
func settle(p *process, file string) {
	last, quiet := int64(-1), 0
	for tries := 0; tries < 200 && quiet < 6; tries++ {
		size := int64(0)
		if p.output != nil {
			size = p.output.bytes.Load()
		} else if info, err := os.Stat(file); err == nil {
			size = info.Size()
		}
		if quiet++; size != last {
			quiet = 0
		}
		last = size
		time.Sleep(10 * time.Millisecond)
	}
}
