package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// `cf pcap` through the Cloud Foundry of acceptance-tests/local, with the real cf CLI, SSH proxy and SSH
// daemon: what it carries, and how late packets are. Traffic comes from outside the containers.
type cloud struct {
	netns      string
	interfaces []string // that lead to the instances' eth0
}

const (
	liveSeconds  = 2
	liveFileSize = 120 << 20
)

func startCloud() (c cloud, stop func(), err error) {
	dir, script := filepath.Join(workDir, "cloud"), filepath.Join(os.Getenv("ROOT"), "spec/bench/live/cloud")
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

// Starts a capture, sends while it runs, ends it. The rate at which bytes came, bytes a second, is that of
// the time while there was traffic.
func (c cloud) capture(command []string, instances, frame, rate int, delays bool) (s *sink, bytesPerSecond float64, err error) {
	p, err := start(command, false, "", delays)
	if err != nil {
		return nil, 0, err
	}
	for tries := 0; p.output.header.Load() == 0; tries++ {
		if tries == 1000 {
			_, err = p.stop(true)
			return nil, 0, fmt.Errorf("%v does not capture: %v", command, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond)
	failure := make(chan error)
	go func() { failure <- c.send(instances, frame, rate, liveSeconds) }()
	time.Sleep(300 * time.Millisecond)
	from, began := p.output.bytes.Load(), time.Now()
	time.Sleep((liveSeconds - 1) * time.Second)
	bytesPerSecond = float64(p.output.bytes.Load()-from) / time.Since(began).Seconds()
	if err := <-failure; err != nil {
		return nil, 0, err
	}
	_, err = p.stop(false)
	return p.output, bytesPerSecond, err
}

// Bytes a second of a file in the container, while there is the same traffic, which nobody captures.
func (c cloud) cat(rate int) (bytesPerSecond float64, err error) {
	failure := make(chan error)
	go func() { failure <- c.send(1, 1400, rate, liveSeconds) }()
	p, err := start([]string{"cf", "ssh", "bench", "-T", "-c", "cat /tmp/bench-file"}, false, "", false)
	if err != nil {
		return 0, err
	}
	for p.output.bytes.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	<-p.read
	bytesPerSecond = float64(p.output.bytes.Load()) / time.Since(began).Seconds()
	if err := <-failure; err != nil {
		return 0, err
	}
	_, err = p.stop(false)
	return bytesPerSecond, err
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
	if err := c.throughput(log); err != nil {
		return err
	}
	if err := c.delays(log); err != nil {
		return err
	}
	return log.write("live.csv")
}

func (c cloud) throughput(log *records) error {
	const rate = 120000 // more than goes through
	var ours, theirs []float64
	for number := range runs {
		_, got, err := c.capture(pcapCommand("-i", "0"), 1, 1400, rate, false)
		if err != nil {
			return err
		}
		ours = append(ours, got/1e6)
		log.add("cf pcap MB/s", number, got/1e6)
		if got, err = c.cat(rate); err != nil {
			return err
		}
		theirs = append(theirs, got/1e6)
		log.add("cat MB/s", number, got/1e6)
	}
	t := newTable("Live, through a Cloud Foundry on this machine", "`cf pcap`, MB/s", "`cf ssh -c 'cat FILE'`, MB/s", "ratio (≥ 0.90)")
	t.add(fmt.Sprintf("%.1f", median(ours)), fmt.Sprintf("%.1f", median(theirs)), fmt.Sprintf("%.2f", median(ours)/median(theirs)))
	t.print()
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
		{"`cf pcap`, three instances, all with traffic", pcapCommand(), 3},
		{"`cf pcap`, three instances, one with traffic (merge window 2000)", pcapCommand(), 1},
	}
	middle, longest := map[string][]float64{}, map[string][]float64{}
	for number := range runs {
		for _, way := range ways {
			s, _, err := c.capture(way.command, way.busy, 64, 200, true)
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
	t := newTable("From the kernel's timestamp to whoever reads, ms (200 packets a second)", "", "median", "longest")
	for _, way := range ways {
		t.add(way.name, fmt.Sprintf("%.0f", median(middle[way.name])), fmt.Sprintf("%.0f", median(longest[way.name])))
	}
	t.print()
	return nil
}
