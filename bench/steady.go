package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The plugin's memory over time, with instances that capture at a steady rate for as long as one likes.
const (
	steadyStreams = 10
	steadyRate    = 10000 // packets a second, of each
	steadyFrame   = 200   // bytes
	steadySeconds = 20
	steadySample  = 100 * time.Millisecond
)

// What the stand-in for the cf CLI runs for an instance: `bench -feed INDEX`. Packets come every 10 ms, with the
// time at which they do. Ends with its standard input, as a capture tool does.
func steadyFeed(index int) {
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	_, _ = out.WriteString("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x01\x00\x00\x00")
	_ = out.Flush()
	ended := make(chan error)
	go func() {
		_, err := os.Stdin.Read(make([]byte, 1))
		ended <- err
	}()
	rate := steadyRate
	if index == 0 && os.Getenv("BENCH_SILENT") != "" {
		rate = 0
	}
	record := make([]byte, recordHeader+steadyFrame)
	binary.LittleEndian.PutUint32(record[8:], steadyFrame)
	binary.LittleEndian.PutUint32(record[12:], steadyFrame)
	began, sent := time.Now(), 0
	for {
		select {
		case <-ended:
			return
		case <-time.After(10 * time.Millisecond):
		}
		now := time.Now()
		binary.LittleEndian.PutUint32(record, uint32(now.Unix()))
		binary.LittleEndian.PutUint32(record[4:], uint32(now.Nanosecond()/1000))
		for ; sent < int(now.Sub(began).Seconds()*float64(rate)); sent++ {
			_, _ = out.Write(record)
		}
		_ = out.Flush()
	}
}

// Resident memory of the plugin, MiB, sampled from the first packet to the last.
func steadyRun(silent string) (samples [][2]float64, err error) {
	out := filepath.Join(memoryDir, "merged"+silent+".pcap")
	defer os.Remove(out)
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(filepath.Join(workDir, "cf-pcap-plugin"), "1", "pcap", "app", "--output", out, "-d", fmt.Sprintf("%ds", steadySeconds))
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(workDir, "merge")+":"+os.Getenv("PATH"),
		"BENCH_FEED="+self, "BENCH_SILENT="+silent, fmt.Sprintf("BENCH_COUNT=%d", steadyStreams))
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	began := time.Now()
	for {
		select {
		case err := <-ended:
			return samples, err
		case <-time.After(steadySample):
		}
		if memory := resident(cmd.Process.Pid); memory > 0 {
			samples = append(samples, [2]float64{time.Since(began).Seconds(), memory / (1 << 20)})
		}
	}
}

func resident(pid int) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(fields[1])
	return float64(pages * os.Getpagesize())
}

func steadyTable() error {
	log := newRecords("instances", "seconds", "MiB")
	p := &plot{title: "Memory of cf pcap, ten instances that send 2 MB/s each", x: "seconds", y: "MiB", linear: true}
	t := newTable(fmt.Sprintf("Memory of `cf pcap` over time, %d instances that capture %d packets of %d bytes a second each, MiB", steadyStreams, steadyRate, steadyFrame),
		"", "after 5 s", "10 s", "15 s", fmt.Sprintf("%d s", steadySeconds))
	var reached []string
	ways := []struct{ name, silent string }{{"all send", ""}, {"one of them is silent", "yes"}}
	samples, failures := make([][][2]float64, len(ways)), make(chan error)
	for i, way := range ways {
		go func() {
			var err error
			samples[i], err = steadyRun(way.silent)
			failures <- err
		}()
	}
	for range ways {
		if err := <-failures; err != nil {
			return err
		}
	}
	for i, way := range ways {
		at := func(second float64) (memory float64) {
			for _, sample := range samples[i] {
				if sample[0] < second {
					memory = sample[1]
				}
			}
			return memory
		}
		row := []string{way.name}
		for _, second := range []float64{5, 10, 15, steadySeconds} {
			row = append(row, fmt.Sprintf("%.1f", at(second)))
		}
		t.add(row...)
		reached = append(reached, fmt.Sprintf("%s: %s at 5 s, %s at %d s", way.name, row[1], row[4], steadySeconds))
		for _, sample := range samples[i] {
			log.add(way.name, fmt.Sprintf("%.1f", sample[0]), fmt.Sprintf("%.2f", sample[1]))
			p.curve(way.name).add(sample[0], sample[1])
		}
	}
	t.print()
	aim("merge: memory over time, MiB", "flat", strings.Join(reached, "; "))
	if err := p.write("memory.svg"); err != nil {
		return err
	}
	return log.write("memory.csv")
}
