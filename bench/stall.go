package main

import (
	"fmt"
	"strconv"
	"time"
)

// What is lost while the reader of a capture takes nothing, and then reads on. All contestants capture the same
// packets at the same time.
func stallTable() error {
	n, err := newNetwork()
	if err != nil {
		return err
	}
	var all []contestant
	for _, c := range append(contestants(), sameRing()...) {
		if c.name != "tcpdump -w -, ring 8 MiB" { // nobody looks at packets with it while they come
			all = append(all, c)
		}
	}
	header := []string{"traffic", "packets", "MiB in the ring"}
	for _, c := range all {
		header = append(header, c.name)
	}
	t := newTable("Packets lost while the reader takes nothing, and then reads on", header...)
	log := newRecords("packets/s", "bytes", "seconds", "MiB in the ring", "contestant", "sent", "kept", "lost")
	lost := int64(0)
	for _, s := range []setting{
		{"1000", fullSnaplen, "", false, 10, 1, 10},
		{"1000", fullSnaplen, "", false, 100, 1, 60},
		{"1000", fullSnaplen, "", false, 200, 1, 10},
		{"100", fullSnaplen, "", false, 1000, 1, 20},
		{"1400", fullSnaplen, "", false, 1000, 1, 5.5},
		{"64", fullSnaplen, "", false, 20000, 1, 2.5},
		{"1400", fullSnaplen, "", false, 20000, 1, 0.28},
		{"1400", fullSnaplen, "", false, 0, 1, 0.016},
		{"1400", fullSnaplen, "", false, 1000, 1, 11}, // twice what the ring holds
	} {
		kept, sent, err := stall(n, all, s)
		if err != nil {
			return err
		}
		size, _ := strconv.Atoi(s.frame)
		waiting := float64(sent) * float64((86+size+7)/8*8) / (1 << 20)
		row := []string{stallName(s), fmt.Sprint(sent), fmt.Sprintf("%.1f", waiting)}
		for i, c := range all {
			row = append(row, fmt.Sprint(sent-kept[i]))
			log.add(s.rate, s.frame, s.seconds, fmt.Sprintf("%.2f", waiting), c.name, sent, kept[i], sent-kept[i])
		}
		if waiting <= 8 {
			lost += sent - kept[0]
		}
		t.add(row...)
	}
	t.print()
	aim("capture: packets lost in a stall, until 8 MiB wait in the ring", "0", fmt.Sprint(lost))
	return log.write("stall.csv")
}

func stallName(s setting) string {
	if s.rate == 0 {
		return s.frame + " bytes, full speed"
	}
	return fmt.Sprintf("%d a second of %s bytes, %g s", s.rate, s.frame, s.seconds)
}

// Packets that each contestant has kept, and how many were sent.
func stall(n *network, all []contestant, s setting) (kept []int64, sent int64, err error) {
	captures := make([]*process, len(all))
	for i, c := range all {
		if captures[i], err = startCapture(n, c, s, false); err != nil {
			return nil, 0, err
		}
	}
	for _, p := range captures {
		p.output.hold()
	}
	var r captureResult
	if err = send(s, &r); err != nil {
		return nil, 0, err
	}
	time.Sleep(300 * time.Millisecond) // the last blocks are handed out
	for i, p := range captures {
		p.output.goOn()
		settle(p, "")
		if all[i].bySignal {
			time.Sleep(time.Second) // tcpdump and gopacket end with what they have
		}
		if _, err = p.stop(all[i].bySignal); err != nil {
			return nil, 0, err
		}
		kept = append(kept, p.output.packets.Load())
	}
	return kept, r.sent, nil
}
