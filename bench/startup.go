package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// How long `cf pcap` takes until it captures on all instances of an app, with an API and an SSH connection
// that take their time. Latency is that of a round trip: each answer of the API, and there and back through SSH,
// whose handshake does that six times: the table has one `cf ssh` beside it, which is the least there can be.

const (
	startupInstances = 100
	startupPatience  = 10 * time.Minute
)

type startup struct {
	seconds, cpuSeconds, mebibytes float64
}

// Of all processes that run these programs: the memory that is theirs, shared pages in equal parts.
func memoryOf(programs ...string) (bytes int64) {
	files, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, file := range files {
		target, err := os.Readlink(file)
		if err != nil {
			continue
		}
		for _, program := range programs {
			if filepath.Base(target) != program {
				continue
			}
			text, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "smaps_rollup"))
			for _, line := range strings.Split(string(text), "\n") {
				if f := strings.Fields(line); len(f) > 1 && f[0] == "Pss:" {
					kb, _ := strconv.ParseInt(f[1], 10, 64)
					bytes += kb << 10
				}
			}
		}
	}
	return bytes
}

// Waits until all instances of the app run.
func scaleBench(instances int) error {
	if err := run("cf", "scale", "bench", "-i", strconv.Itoa(instances)); err != nil {
		return err
	}
	until := time.Now().Add(startupPatience)
	for time.Now().Before(until) {
		answer, _ := exec.Command("cf", "app", "bench").Output()
		if bytes.Count(answer, []byte("   running   ")) >= instances {
			return nil
		}
		time.Sleep(time.Second)
	}
	return fmt.Errorf("not all of %d instances run", instances)
}

// From the command to "Capturing".
func measureStartup(instances int) (s startup, err error) {
	said := filepath.Join(workDir, "startup.txt")
	before := cpuByProgram()
	p, err := start([]string{"cf", "pcap", "bench", "-y", "-d", "1s", "-i", fmt.Sprintf("0-%d", instances-1), "-o", filepath.Join(workDir, "startup.pcap")}, false, said, false)
	if err != nil {
		return s, err
	}
	for time.Since(p.started) < startupPatience {
		if text, _ := os.ReadFile(said); bytes.Contains(text, []byte("\nCapturing,")) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.seconds = time.Since(p.started).Seconds()
	after := cpuByProgram()
	s.cpuSeconds = (after["cf"] + after["plugin"] - before["cf"] - before["plugin"]).Seconds()
	s.mebibytes = float64(memoryOf("cf", "cf-pcap")) / (1 << 20)
	_, err = p.stop(false)
	return s, err
}

// One `cf ssh` by itself.
func measureLogin() (seconds float64, err error) {
	began := time.Now()
	err = run("cf", "ssh", "bench", "-i", "0", "-T", "-c", "true")
	return time.Since(began).Seconds(), err
}

func startupTable() error {
	_, stop, err := startCloud()
	defer stop()
	if err != nil {
		return err
	}
	if err := scaleBench(startupInstances); err != nil {
		return err
	}
	log := newRecords("latency ms", "instances", "run", "seconds", "CPU seconds", "MiB", "seconds of one cf ssh")
	t := newTable("From `cf pcap` to its line Capturing", "latency, ms", "instances", "s", "one `cf ssh`, s", "CPU, s", "memory, MiB")
	for _, latency := range []int{0, 50, 200} {
		if err := run(filepath.Join(os.Getenv("ROOT"), "tools/local-cloud/trouble"), "--state", filepath.Join(workDir, "cloud"), "latency", strconv.Itoa(latency)); err != nil {
			return err
		}
		for _, instances := range []int{1, 10, 30, startupInstances} {
			var seconds, cpu, memory, login []float64
			for number := range runs {
				one, err := measureLogin()
				if err != nil {
					return err
				}
				s, err := measureStartup(instances)
				if err != nil {
					return err
				}
				seconds, cpu, memory, login = append(seconds, s.seconds), append(cpu, s.cpuSeconds), append(memory, s.mebibytes), append(login, one)
				log.add(latency, instances, number, s.seconds, s.cpuSeconds, s.mebibytes, one)
			}
			t.add(strconv.Itoa(latency), strconv.Itoa(instances), fmt.Sprintf("%.1f", median(seconds)), fmt.Sprintf("%.1f", median(login)),
				fmt.Sprintf("%.1f", median(cpu)), fmt.Sprintf("%.0f", median(memory)))
			if latency == 200 && instances >= 30 {
				aim(fmt.Sprintf("startup: %d instances, latency of 200 ms, s", instances), map[int]string{30: "≤ 4", startupInstances: "≤ 12"}[instances], fmt.Sprintf("%.1f", median(seconds)))
			}
		}
	}
	t.print()
	return log.write("startup.csv")
}
