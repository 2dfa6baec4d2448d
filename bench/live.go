package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// `cf pcap` through the Cloud Foundry of tools/local-cloud, with the real cf CLI, SSH proxy and SSH
// daemon: what it carries, and how late packets are. Traffic comes from outside the containers.
type cloud struct {
	netns      string
	interfaces []string // that lead to the instances' eth0
}

const (
	liveSeconds  = 2
	liveFileSize = 240 << 20 // outlives the time that is measured
)

func startCloud() (c cloud, stop func(), err error) {
	dir, script := filepath.Join(workDir, "cloud"), filepath.Join(os.Getenv("ROOT"), "bench/live/cloud")
	stop = func() { _ = run(script, "stop", dir) }
	if err := run(script, "start", dir); err != nil {
		return c, stop, err
	}
	os.Setenv("CF_HOME", filepath.Join(dir, "cf"))
	os.Setenv("CF_PLUGIN_HOME", filepath.Join(dir, "cf"))
	os.Setenv("PATH", filepath.Join(os.Getenv("ROOT"), "build/tools")+":"+os.Getenv("PATH"))
	netns, err := os.ReadFile(filepath.Join(dir, "netns"))
	if err != nil {
		return c, stop, err
	}
	interfaces, err := os.ReadFile(filepath.Join(dir, "interfaces"))
	return cloud{strings.TrimSpace(string(netns)), strings.Fields(string(interfaces))}, stop, err
}

// Sends to the first `instances` of the app, and returns when all is sent.
func (c cloud) send(instances, frame, rate int, seconds float64) error {
	failures := make(chan error)
	for i := range instances {
		go func() {
			failures <- run("ip", "netns", "exec", c.netns, filepath.Join(workDir, "send"), c.interfaces[i],
				strconv.Itoa(frame), strconv.Itoa(rate), strconv.Itoa(int(float64(rate)*seconds)), "0")
		}()
	}
	var failure error
	for range instances {
		if err := <-failures; err != nil {
			failure = err
		}
	}
	return failure
}

// Starts a capture, sends while it runs, ends it.
func (c cloud) capture(command []string, instances, frame, rate int) (*sink, error) {
	p, err := start(command, false, "", true)
	if err != nil {
		return nil, err
	}
	if err := p.begins(); err != nil {
		return nil, err
	}
	time.Sleep(300 * time.Millisecond)
	if err := c.send(instances, frame, rate, liveSeconds); err != nil {
		return nil, err
	}
	_, err = p.stop(false)
	return p.output, err
}

// Waits for the first 24 bytes of output.
func (p *process) begins() error {
	for range 1000 {
		if p.output.header.Load() != 0 {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	_, err := p.stop(true)
	return fmt.Errorf("%v gives no output: %v", p.cmd.Args, err)
}

// Bytes a second that come out of a command in one second in which as many packets as may be are sent to
// the instance, whether they are captured or not; and the CPU time that all programs take in it.
func (c cloud) throughput(command []string) (bytesPerSecond float64, used map[string]time.Duration, err error) {
	const rate = 120000 // more than goes through
	p, err := start(command, false, "", false)
	if err != nil {
		return 0, nil, err
	}
	if err := p.begins(); err != nil {
		return 0, nil, err
	}
	failure := make(chan error)
	go func() { failure <- c.send(1, 1400, rate, liveSeconds) }()
	time.Sleep(300 * time.Millisecond)
	from, began, before := p.output.bytes.Load(), time.Now(), cpuByProgram()
	time.Sleep(time.Second)
	took := time.Since(began).Seconds()
	bytesPerSecond = float64(p.output.bytes.Load()-from) / took
	used = cpuByProgram()
	for name := range used {
		used[name] = time.Duration(float64(used[name]-before[name]) / took)
	}
	if err := <-failure; err != nil {
		return 0, nil, err
	}
	_, err = p.stop(false)
	return bytesPerSecond, used, err
}

// CPU time used until now by all processes that run the same file.
func cpuByProgram() map[string]time.Duration {
	used := map[string]time.Duration{}
	files, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, file := range files {
		target, err := os.Readlink(file)
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		if err == nil {
			name := filepath.Base(target)
			if filepath.Base(filepath.Dir(target)) == "plugins" {
				name = "plugin" // the cf CLI keeps it as cf-pcap
			}
			used[name] += cpuClock(pid)
		}
	}
	return used
}

func pcapCommand(options ...string) []string {
	return append([]string{"cf", "pcap", "bench", "-o", "-", "-d", strconv.Itoa(liveSeconds+2) + "s"}, options...)
}

func liveTable() error {
	c, stop, err := startCloud()
	defer stop()
	if err != nil {
		return err
	}
	if err := run("cf", "ssh", "bench", "-T", "-c", fmt.Sprintf("head -c %d /dev/zero >/tmp/bench-file", liveFileSize)); err != nil {
		return err
	}
	log := newRecords("what", "run", "value")
	if err := c.throughputs(log); err != nil {
		return err
	}
	if err := c.delays(log); err != nil {
		return err
	}
	return log.write("live.csv")
}

func (c cloud) throughputs(log *records) error {
	ways := []struct {
		name    string
		command []string
	}{
		{"`cf pcap`, one instance", pcapCommand("-i", "0")},
		{"`cf ssh -c cf-pcap`", []string{"cf", "ssh", "bench", "-T", "-c", "/tmp/lifecycle/cf-pcap"}},
		{"`cf ssh -c 'cat FILE'`", []string{"cf", "ssh", "bench", "-T", "-c", "cat /tmp/bench-file"}},
	}
	programs := []string{"cf", "plugin", "ssh-proxy", "envoy", "diego-sshd", "cf-pcap", "cat", "send", "bench"}
	got, used := map[string][]float64{}, map[string][]float64{}
	for number := range runs {
		for _, way := range ways {
			rate, cpu, err := c.throughput(way.command)
			if err != nil {
				return err
			}
			got[way.name] = append(got[way.name], rate/1e6)
			log.add(way.name+", MB/s", number, rate/1e6)
			for _, program := range programs {
				used[way.name+program] = append(used[way.name+program], ms(cpu[program]))
				log.add(way.name+", CPU ms a second of "+program, number, ms(cpu[program]))
			}
		}
	}
	t := newTable("Live, through a Cloud Foundry on this machine, one instance, 120,000 packets of 1400 bytes a second sent to it; CPU time of the programs in that second, ms",
		append([]string{"", "MB/s"}, programs...)...)
	for _, way := range ways {
		row := []string{way.name, fmt.Sprintf("%.1f", median(got[way.name]))}
		for _, program := range programs {
			row = append(row, fmt.Sprintf("%.0f", median(used[way.name+program])))
		}
		t.add(row...)
	}
	t.print()
	aim("live: throughput of `cf pcap`, of `cf ssh -c 'cat FILE'`", "≥ 0.9", fmt.Sprintf("%.2f", median(got[ways[0].name])/median(got[ways[2].name])))
	return nil
}

func (c cloud) delays(log *records) error {
	ways := []struct {
		name    string
		command []string
		busy    int // instances that have traffic
	}{
		{"`cf ssh -c cf-pcap`", []string{"cf", "ssh", "bench", "-T", "-c", "/tmp/lifecycle/cf-pcap"}, 1},
		{"`cf pcap`, one instance", pcapCommand("-i", "0"), 1},
		{"`cf pcap`, three instances, one with traffic (merge window 2000)", pcapCommand(), 1},
	}
	middle, longest := map[string][]float64{}, map[string][]float64{}
	for number := range runs {
		for _, way := range ways {
			s, err := c.capture(way.command, way.busy, 64, 200)
			if err != nil {
				return err
			}
			var all []float64
			most := 0.0
			for _, d := range s.delays {
				all = append(all, ms(d))
				most = max(most, ms(d))
			}
			middle[way.name] = append(middle[way.name], median(all))
			longest[way.name] = append(longest[way.name], most)
			log.add(way.name+", median delay ms", number, median(all))
			log.add(way.name+", longest delay ms", number, most)
		}
	}
	t := newTable("From the kernel's timestamp to the reader, ms (200 packets a second)", "", "median", "longest")
	for _, way := range ways {
		t.add(way.name, fmt.Sprintf("%.0f", median(middle[way.name])), fmt.Sprintf("%.0f", median(longest[way.name])))
	}
	t.print()
	aim("live: longest delay above the merge window of 2000 ms, one of three instances has traffic, ms", "≤ 150",
		fmt.Sprintf("%.0f", median(longest[ways[2].name])-2000))
	aim("live: longest delay with one instance, above that of `cf ssh -c cf-pcap`, ms", "none",
		fmt.Sprintf("%.1f", median(longest[ways[1].name])-median(longest[ways[0].name])))
	return nil
}
