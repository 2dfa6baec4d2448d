package main

import (
	"encoding/binary"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	fileHeader   = 24
	recordHeader = 16
)

// A sink reads pcap as it comes and counts. One goroutine runs read; the rest may look at any time.
type sink struct {
	header  atomic.Int64 // when the file header was there, Unix nanoseconds; 0: not yet
	packets atomic.Int64
	bytes   atomic.Int64
	delays  []time.Duration // of packets between the kernel's timestamp and their arrival here, if wanted
	wanted  bool
	rest    []byte // the beginning of a record that has not arrived whole
	held    sync.Mutex
}

// From here on nothing is read until goOn.
func (s *sink) hold() { s.held.Lock() }
func (s *sink) goOn() { s.held.Unlock() }

func (s *sink) read(fd int) {
	buffer := make([]byte, 1<<20)
	for {
		poll(fd)
		s.held.Lock()
		n, err := unix.Read(fd, buffer)
		s.held.Unlock()
		if err == unix.EINTR {
			continue
		}
		if n <= 0 {
			return
		}
		s.take(buffer[:n], time.Now())
	}
}

// Waits until there is something to read, so that the read itself takes no time.
func poll(fd int) {
	_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
}

func (s *sink) take(data []byte, now time.Time) {
	s.bytes.Add(int64(len(data)))
	if len(s.rest) > 0 {
		data = append(s.rest, data...)
		s.rest = nil
	}
	if s.header.Load() == 0 {
		if len(data) < fileHeader {
			s.rest = append([]byte(nil), data...)
			return
		}
		s.header.Store(now.UnixNano())
		data = data[fileHeader:]
	}
	packets := int64(0)
	for len(data) >= recordHeader {
		length := recordHeader + int(binary.LittleEndian.Uint32(data[8:]))
		if len(data) < length {
			break
		}
		if s.wanted {
			at := time.Unix(int64(binary.LittleEndian.Uint32(data)), int64(binary.LittleEndian.Uint32(data[4:]))*1000)
			s.delays = append(s.delays, now.Sub(at))
		}
		data = data[length:]
		packets++
	}
	s.packets.Add(packets)
	s.rest = append([]byte(nil), data...)
}

// Packets in a file.
func countFile(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	s := &sink{}
	buffer := make([]byte, 1<<20)
	for {
		n, err := f.Read(buffer)
		s.take(buffer[:n], time.Now())
		if err == io.EOF {
			return s.packets.Load(), nil
		}
		if err != nil {
			return 0, err
		}
	}
}
