package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Captures to be merged: `packets` of `frame` bytes in all, spread over `count` streams at random,
// evenly or so that stream i has 1/(i+1) of what the first has.
type streams struct {
	count, packets, frame int
	skewed, live          bool
}

func (s streams) String() string {
	text := fmt.Sprintf("%d × %d bytes", s.count, s.frame)
	if s.skewed {
		text += ", skewed"
	}
	if s.live {
		return text + ", live from pipes"
	}
	return text + ", from files"
}

func (s streams) files() (files []string) {
	for i := range s.count {
		files = append(files, filepath.Join(memoryDir, fmt.Sprintf("%d.pcap", i)))
	}
	return files
}

// Writes them. Packets are a microsecond apart.
func (s streams) generate() error {
	random := rand.New(rand.NewPCG(1, 2))
	var weights []float64
	sum := 0.0
	for i := range s.count {
		weight := 1.0
		if s.skewed {
			weight = 1 / float64(i+1)
		}
		sum += weight
		weights = append(weights, sum)
	}
	header := []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x01\x00\x00\x00")
	var writers []*bufio.Writer
	for _, name := range s.files() {
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		defer f.Close()
		w := bufio.NewWriterSize(f, 1<<18)
		_, _ = w.Write(header)
		writers = append(writers, w)
	}
	record := make([]byte, recordHeader+s.frame)
	binary.LittleEndian.PutUint32(record[8:], uint32(s.frame))
	binary.LittleEndian.PutUint32(record[12:], uint32(s.frame))
	for n := range s.packets {
		binary.LittleEndian.PutUint32(record, uint32(1700000000+n/1000000))
		binary.LittleEndian.PutUint32(record[4:], uint32(n%1000000))
		at, i := random.Float64()*sum, 0
		for i < s.count-1 && weights[i] <= at {
			i++
		}
		_, _ = writers[i].Write(record)
	}
	for _, w := range writers {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// What one run cost: of the process alone, not of its children.
type cost struct {
	wall, cpu time.Duration
	memory    int64 // its largest resident set, bytes, as far as a look every few milliseconds tells
}

// Runs a command to its end. Its output goes to `file`, unless that is empty.
func measure(file string, command ...string) (c cost, err error) {
	cmd := exec.Command(command[0], command[1:]...)
	if file != "" {
		out, err := os.Create(file)
		if err != nil {
			return c, err
		}
		defer out.Close()
		cmd.Stdout = out
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return c, err
	}
	return waitFor(cmd, began, 0)
}

// What a process has cost, at its end, since a moment when it had used so much CPU time.
func waitFor(cmd *exec.Cmd, began time.Time, cpu time.Duration) (c cost, err error) {
	hung := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer hung.Stop()
	over := make(chan int64)
	ended := make(chan struct{})
	go func() { over <- watchMemory(cmd.Process.Pid, ended) }()
	// It stays a zombie, whose clock can be read.
	var info unix.Siginfo
	for {
		if err = unix.Waitid(unix.P_PID, cmd.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil); err != unix.EINTR {
			break
		}
	}
	c.wall = time.Since(began)
	c.cpu = cpuClock(cmd.Process.Pid) - cpu
	close(ended)
	c.memory = <-over
	if err = cmd.Wait(); err != nil {
		return c, fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	return c, nil
}

// The plugin itself, with a stand-in for the cf CLI, from the moment when all instances are there.
func (s streams) mergeLive(out string) (c cost, err error) {
	gate := filepath.Join(memoryDir, "go")
	if err := unix.Mkfifo(gate, 0o600); err != nil {
		return c, err
	}
	defer os.Remove(gate)
	cmd := exec.Command(filepath.Join(workDir, "cf-pcap-plugin"), "1", "pcap", "app", "--output", out)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(workDir, "merge")+":"+os.Getenv("PATH"),
		"BENCH_STREAMS="+memoryDir, fmt.Sprintf("BENCH_COUNT=%d", s.count))
	said, err := cmd.StdoutPipe()
	if err != nil {
		return c, err
	}
	if err := cmd.Start(); err != nil {
		return c, err
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Capturing") {
	}
	cpu, began := cpuClock(cmd.Process.Pid), time.Now()
	opened, err := os.OpenFile(gate, os.O_WRONLY, 0)
	if err != nil {
		return c, err
	}
	defer opened.Close()
	_, _ = opened.WriteString(strings.Repeat("\n", s.count))
	go func() {
		for lines.Scan() {
		}
	}()
	return waitFor(cmd, began, cpu)
}

// The kernel's own high-water mark: what wait4 reports of it begins with the parent's.
func watchMemory(pid int, ended chan struct{}) (peak int64) {
	for {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, after, ok := strings.Cut(string(text), "VmHWM:"); ok {
			kb := int64(0)
			_, _ = fmt.Sscan(after, &kb)
			peak = max(peak, kb<<10)
		}
		select {
		case <-ended:
			return peak
		case <-time.After(4 * time.Millisecond):
		}
	}
}

var mergers = []string{"cf pcap", "mergecap", "cat"}

// Merges once.
func (s streams) merge(how string) (c cost, err error) {
	out := filepath.Join(memoryDir, "merged.pcap")
	defer os.Remove(out)
	inputs := s.files()
	if s.live && how != "cf pcap" {
		feeders, pipes, err := feed(inputs)
		defer os.RemoveAll(filepath.Dir(pipes[0]))
		for _, f := range feeders {
			defer func() { _ = f.Process.Kill(); _ = f.Wait() }()
		}
		if err != nil {
			return c, err
		}
		inputs = pipes
	}
	switch {
	case how == "cf pcap" && s.live:
		c, err = s.mergeLive(out)
	case how == "cf pcap":
		c, err = measure(out, append([]string{filepath.Join(workDir, "merge_files")}, inputs...)...)
	case how == "mergecap":
		c, err = measure("", append([]string{"mergecap", "-F", "pcap", "-w", out}, inputs...)...)
	default:
		c, err = measure(out, append([]string{"cat"}, inputs...)...)
	}
	if err != nil {
		return c, err
	}
	if how == "cat" {
		return c, nil // many files in one are no capture
	}
	packets, err := countFile(out)
	if err == nil && packets != int64(s.packets) {
		err = fmt.Errorf("%s: %s wrote %d packets, not %d", s, how, packets, s.packets)
	}
	return c, err
}

// Named pipes that each give one of the files.
func feed(files []string) (feeders []*exec.Cmd, pipes []string, err error) {
	dir, err := os.MkdirTemp(workDir, "pipes")
	if err != nil {
		return nil, nil, err
	}
	for i, file := range files {
		pipe := filepath.Join(dir, fmt.Sprint(i))
		pipes = append(pipes, pipe)
		if err := unix.Mkfifo(pipe, 0o600); err != nil {
			return feeders, pipes, err
		}
		cmd := exec.Command("sh", "-c", `exec cat "$0" >"$1"`, file, pipe)
		if err := cmd.Start(); err != nil {
			return feeders, pipes, err
		}
		feeders = append(feeders, cmd)
	}
	return feeders, pipes, nil
}

func mergeSettings() (all []streams) {
	for _, live := range []bool{false, true} {
		for _, count := range []int{1, 3, 10, 30, 100} {
			all = append(all, streams{count, 600000, 64, false, live})
		}
		all = append(all, streams{30, 600000, 64, true, live})
		for _, count := range []int{1, 10, 100} {
			all = append(all, streams{count, 100000, 1400, false, live})
		}
	}
	return append(all, streams{30, 100000, 1400, true, true})
}

// Nanoseconds a packet, of CPU and of wall time, by contestant, one for each run, and our memory. What
// a run takes that has nothing to merge is taken off: starting processes is no merging.
func (s streams) compare(log *records) (cpu, wall map[string][]float64, memory float64, err error) {
	cpu, wall = map[string][]float64{}, map[string][]float64{}
	empty := s
	empty.packets = 0
	starts := map[string]cost{}
	for _, part := range []streams{empty, s} {
		if err := part.generate(); err != nil {
			return nil, nil, 0, err
		}
		times := runs
		if part.packets == 0 {
			times = 2 // of which the lesser counts
		}
		for number := range times {
			for _, how := range mergers {
				c, err := part.merge(how)
				if err != nil {
					return nil, nil, 0, err
				}
				log.add(s, how, number, part.packets, c.cpu.Microseconds(), c.wall.Microseconds(), c.memory)
				start, known := starts[how]
				switch {
				case part.packets == 0 && (!known || c.cpu < start.cpu):
					starts[how] = c
				case part.packets > 0:
					cpu[how] = append(cpu[how], float64(c.cpu-start.cpu)/float64(s.packets))
					wall[how] = append(wall[how], float64(c.wall-start.wall)/float64(s.packets))
					if how == mergers[0] {
						memory = max(memory, float64(c.memory))
					}
				}
			}
		}
	}
	for _, f := range s.files() {
		_ = os.Remove(f)
	}
	return cpu, wall, memory, nil
}

func mergeTable() error {
	log := newRecords("streams", "contestant", "run", "packets", "cpu us", "wall us", "peak bytes")
	t := newTable("Merging (the plugin's module from files, the plugin itself live) into a file in memory; time beyond that for empty captures, ours and ours over theirs (target)",
		"streams", "CPU a packet, ns", "wall a packet, ns", "CPU, of mergecap (≤ 0.40)", "CPU of cat, of mergecap", "wall, of mergecap", "wall, of cat (≤ 1.30)", "peak memory, MiB")
	ofMergecap, ofCat, most := map[int][]float64{}, map[int][]float64{}, 0.0 // by bytes a packet
	curves := &plot{title: "Merging from files: CPU time a packet of 64 bytes", x: "streams", y: "ns"}
	for _, s := range mergeSettings() {
		if !strings.Contains(s.String(), only) {
			continue
		}
		cpu, wall, memory, err := s.compare(log)
		if err != nil {
			return err
		}
		for _, how := range mergers {
			if s.frame == 64 && !s.live && !s.skewed {
				curves.curve(how).add(float64(s.count), median(cpu[how]))
			}
		}
		ours := mergers[0]
		ofMergecap[s.frame] = append(ofMergecap[s.frame], median(cpu[ours])/median(cpu["mergecap"]))
		ofCat[s.frame] = append(ofCat[s.frame], median(wall[ours])/median(wall["cat"]))
		most = max(most, memory)
		t.add(s.String(), fmt.Sprintf("%.0f", median(cpu[ours])), fmt.Sprintf("%.0f", median(wall[ours])),
			fmt.Sprintf("%.2f", median(cpu[ours])/median(cpu["mergecap"])), fmt.Sprintf("%.2f", median(cpu["cat"])/median(cpu["mergecap"])), fmt.Sprintf("%.2f", median(wall[ours])/median(wall["mergecap"])),
			fmt.Sprintf("%.2f", median(wall[ours])/median(wall["cat"])), fmt.Sprintf("%.1f", memory/(1<<20)))
	}
	t.print()
	for _, frame := range []int{64, 1400} {
		if len(ofCat[frame]) > 0 {
			aim(fmt.Sprintf("merge: CPU time, of mergecap, packets of %d bytes", frame), "≤ 0.4", span("%.2f", ofMergecap[frame]))
			aim(fmt.Sprintf("merge: wall time, of cat, packets of %d bytes", frame), "≤ 1.3", span("%.2f", ofCat[frame]))
		}
	}
	if points := curves.curve(mergers[0]).points; len(points) > 1 {
		aim("merge: CPU time a packet with 1, 3, 10, 30, 100 streams, ns", "grows with their logarithm", listed(points))
	}
	aim("merge: most memory, MiB", "bounded", fmt.Sprintf("%.1f", most/(1<<20)))
	if err := curves.write("merge.svg"); err != nil {
		return err
	}
	return log.write("merge.csv")
}

func listed(points [][2]float64) string {
	var values []string
	for _, point := range points {
		values = append(values, fmt.Sprintf("%.0f", point[1]))
	}
	return strings.Join(values, ", ")
}
