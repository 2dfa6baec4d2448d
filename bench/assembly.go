package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Assembly of one archive of the size of diego-release's, as its pre-start does it, beside the least that
// could be done: to unpack and to pack. The archive holds programs of Go's, as Diego's do.
func assemblyTable() error {
	vm := filepath.Join(workDir, "vcap")
	out, err := exec.Command("bash", "-euc", `source "$ROOT/spec/support/file_server_vm.bash"
		mkdir "$0.files" && for copy in a b; do mkdir "$0.files/$copy" && cp -r "$(go env GOROOT)"/{bin,pkg/tool} "$0.files/$copy"; done
		vm_create "$0" && stock_archive buildpack "$0.files" && agent_apply && stock buildpack`, vm).Output()
	if err != nil {
		return fmt.Errorf("a VM to assemble on: %w", err)
	}
	stock := strings.TrimSpace(string(out))
	info, err := os.Stat(stock)
	if err != nil {
		return err
	}
	own := filepath.Join(vm, "jobs/file_server/cf-pcap")
	assemble := `rm -rf "$VM/jobs/file_server/cf-pcap"; source "$ROOT/spec/support/file_server_vm.bash"; agent_apply; assemble --enabled yes`
	log := newRecords("way", "run", "wall ms", "peak bytes of memory", "peak bytes of disk")
	var ours, theirs, memory, disk []float64
	for number := range runs {
		c, used, err := runGroup(own, "bash", "-euc", assemble)
		if err != nil {
			return err
		}
		log.add("assembly", number, ms(c.wall), c.memory, used)
		ours, memory, disk = append(ours, c.wall.Seconds()), append(memory, float64(c.memory)), append(disk, float64(used))

		c, _, err = runGroup(own, "bash", "-euc", `gzip -dc "$0" | gzip -n >"$VM/repacked"`, stock)
		if err != nil {
			return err
		}
		log.add("gzip", number, ms(c.wall), c.memory, 0)
		theirs = append(theirs, c.wall.Seconds())
	}
	t := newTable("Assembly of an archive, wall time", "archive, MiB", "assembly, s", "gzip -dc, gzip; s", "ratio (≤ 1.20)", "peak memory, MiB (≤ 64)", "peak disk, MiB")
	t.add(fmt.Sprintf("%.1f", float64(info.Size())/(1<<20)), fmt.Sprintf("%.1f", median(ours)), fmt.Sprintf("%.1f", median(theirs)),
		fmt.Sprintf("%.2f", median(ours)/median(theirs)), fmt.Sprintf("%.1f", median(memory)/(1<<20)), fmt.Sprintf("%.1f", median(disk)/(1<<20)))
	t.print()
	aim("assembly: wall time, of `gzip -dc` and `gzip`", "≤ 1.2", fmt.Sprintf("%.2f", median(ours)/median(theirs)))
	aim("assembly: peak memory, MiB", "≤ 64", fmt.Sprintf("%.1f", median(memory)/(1<<20)))
	aim(fmt.Sprintf("assembly: peak disk, for an archive of %.1f MiB, MiB", float64(info.Size())/(1<<20)), "named", fmt.Sprintf("%.1f", median(disk)/(1<<20)))
	return log.write("assembly.csv")
}

// Runs a command and all it starts, and watches what they take: private memory of all together, and bytes
// of files below a folder, as far as a look every 20 ms tells.
func runGroup(folder string, command ...string) (c cost, disk int64, err error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "VM="+filepath.Join(workDir, "vcap"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var messages strings.Builder
	cmd.Stdout, cmd.Stderr = &messages, &messages
	began := time.Now()
	if err = cmd.Start(); err != nil {
		return c, 0, err
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err = <-ended:
			c.wall = time.Since(began)
			if err != nil {
				err = fmt.Errorf("%w: %s", err, messages.String())
			}
			return c, disk, err
		case <-time.After(20 * time.Millisecond):
			c.memory = max(c.memory, groupMemory(cmd.Process.Pid))
			disk = max(disk, folderSize(folder))
		}
	}
}

// Resident, with what they share counted once each (Pss in proc(5)), of all processes of a group.
func groupMemory(group int) (bytes int64) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		text, _ := os.ReadFile(stat)
		_, after, _ := strings.Cut(string(text), ") ")
		if f := strings.Fields(after); len(f) < 3 || f[2] != fmt.Sprint(group) {
			continue
		}
		rollup, _ := os.ReadFile(filepath.Join(filepath.Dir(stat), "smaps_rollup"))
		if _, after, ok := strings.Cut(string(rollup), "Pss:"); ok {
			kb := int64(0)
			_, _ = fmt.Sscan(after, &kb)
			bytes += kb << 10
		}
	}
	return bytes
}

func folderSize(folder string) (bytes int64) {
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			if info, err := entry.Info(); err == nil {
				bytes += info.Size()
			}
		}
		return nil
	})
	return bytes
}
