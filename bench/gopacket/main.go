// The usual way to capture in Go: libpcap, gopacket's packet source, its pcap writer on standard
// output. SIGINT ends it. Prints the kernel's counts.
//
//	gopacket INTERFACE SNAPLEN FILTER
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/pcap"
	"github.com/gopacket/gopacket/pcapgo"
)

func main() {
	snaplen, err := strconv.Atoi(os.Args[2])
	check(err)
	handle, err := pcap.OpenLive(os.Args[1], int32(snaplen), false, pcap.BlockForever)
	check(err)
	check(handle.SetBPFFilter(os.Args[3]))
	out := pcapgo.NewWriter(os.Stdout)
	check(out.WriteFileHeader(uint32(snaplen), handle.LinkType()))

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	packets := gopacket.NewPacketSource(handle, handle.LinkType()).Packets()
	captured := 0
	for {
		select {
		case p := <-packets:
			check(out.WritePacket(p.Metadata().CaptureInfo, p.Data()))
			captured++
		case <-stop:
			stats, err := handle.Stats()
			check(err)
			fmt.Fprintf(os.Stderr, "%d packets captured\n%d packets received by filter\n%d packets dropped by kernel\n",
				captured, stats.PacketsReceived, stats.PacketsDropped)
			return
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal("gopacket: ", err)
	}
}
