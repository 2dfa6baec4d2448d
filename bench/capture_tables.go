package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

var captureColumns = []string{"setting", "contestant", "run", "packets/s sent", "sent", "delivered", "dropped by kernel",
	"cpu ns/packet", "user share", "private bytes", "sender cpu ns/packet"}

// Runs every contestant in turn, `runs` times over, so that a change of the machine hits all of them.
func alternate(n *network, all []contestant, s setting, log *records, each func(c contestant, r captureResult)) error {
	for number := range runs {
		for _, c := range all {
			r, err := capture(n, c, s)
			if err != nil {
				return err
			}
			log.add(s, c.name, number, math.Round(r.rate), r.sent, r.delivered, r.dropped,
				math.Round(r.cost()), fmt.Sprintf("%.2f", r.userShare), r.memory, math.Round(float64(r.senderCPU)/float64(r.sent)))
			each(c, r)
		}
	}
	return nil
}

func ratioHeader(first ...string) []string {
	for _, c := range contestants()[1:] {
		first = append(first, fmt.Sprintf("%s (≤ %.2f)", c.name, c.target))
	}
	return first
}

func cpuTable() error {
	n, err := newNetwork()
	if err != nil {
		return err
	}
	log := newRecords(captureColumns...)
	settings := []setting{
		{"64", fullSnaplen, "", false, 200000, 1, 0.4},
		{"64", fullSnaplen, "", true, 200000, 1, 0.4},
		{"1400", fullSnaplen, "", false, 100000, 1, 0.4},
		{"1400", fullSnaplen, "", true, 100000, 1, 0.4},
		{"1400", 96, "", false, 100000, 1, 0.4},
		{"mix", fullSnaplen, "", false, 100000, 1, 0.4},
		{"mix", fullSnaplen, "", true, 100000, 1, 0.4},
		{"mix", fullSnaplen, halfFilter, false, 100000, 1, 0.6},
	}
	t := newTable("CPU time a captured packet, user and system: ours, and ours over theirs (target)",
		ratioHeader("packets", "rate/s", "ours, ns", "writing alone, ns")...)
	ratios := map[string][]float64{}
	for _, s := range settings {
		if !strings.Contains(s.String(), only) {
			continue
		}
		costs, writing, rates := map[string][]float64{}, []float64{}, []float64{}
		err := alternate(n, contestants(), s, log, func(c contestant, r captureResult) {
			costs[c.name] = append(costs[c.name], r.cost())
			rates = append(rates, r.rate)
		})
		for range runs {
			if err != nil {
				return err
			}
			var cost float64
			cost, err = writingAlone(s)
			writing = append(writing, cost)
		}
		if err != nil {
			return err
		}
		ours := median(costs[contestants()[0].name])
		row := []string{s.String(), fmt.Sprintf("%.0fk", median(rates)/1000), fmt.Sprintf("%.0f", ours), fmt.Sprintf("%.0f", median(writing))}
		for _, c := range contestants()[1:] {
			ratios[c.name] = append(ratios[c.name], ours/median(costs[c.name]))
			row = append(row, fmt.Sprintf("%.2f", ours/median(costs[c.name])))
		}
		t.add(row...)
	}
	t.print()
	for _, c := range contestants()[1:] {
		if len(ratios[c.name]) > 0 {
			aim("capture: CPU time a packet, of "+c.name, fmt.Sprintf("≤ %.2f", c.target), span("%.2f", ratios[c.name]))
		}
	}
	return log.write("cpu.csv")
}

// Loss over rate, up to two senders as fast as they can, which leave the capture the rest of two cores.
func lossTable() error {
	n, err := newNetwork()
	if err != nil {
		return err
	}
	log := newRecords(captureColumns...)
	fewest, where := true, ""
	for _, frame := range []string{"64", "1400"} {
		all := contestants()
		if frame == "1400" { // of 64 bytes the smaller rings hold enough
			all = append(all, sameRing()...)
		}
		p := &plot{title: "Packets of " + frame + " bytes lost over rate, to a pipe", x: "packets sent a second", y: "lost, %"}
		header := []string{"sent a second"}
		for _, c := range all {
			header = append(header, c.name)
		}
		t := newTable("Packets of "+frame+" bytes that the kernel dropped, %, to a pipe", header...)
		steps := []setting{
			{"", fullSnaplen, "", false, 100000, 1, 0.3},
			{"", fullSnaplen, "", false, 200000, 1, 0.3},
			{"", fullSnaplen, "", false, 400000, 1, 0.3},
			{"", fullSnaplen, "", false, 0, 1, 0.5},
			{"", fullSnaplen, "", false, 0, 2, 0.5},
		}
		for _, s := range steps {
			s.frame = frame
			if !strings.Contains(s.String(), only) {
				continue
			}
			losses, rates := map[string][]float64{}, []float64{}
			err := alternate(n, all, s, log, func(c contestant, r captureResult) {
				losses[c.name] = append(losses[c.name], r.loss())
				rates = append(rates, r.rate)
			})
			if err != nil {
				return err
			}
			name := fmt.Sprintf("%.0fk", median(rates)/1000)
			if s.rate == 0 {
				name += fmt.Sprintf(", %d at full speed", s.senders)
			}
			row := []string{name}
			for _, c := range all {
				loss := median(losses[c.name])
				row = append(row, fmt.Sprintf("%.2f", loss))
				p.curve(c.name).add(median(rates), loss)
				if ours := median(losses[all[0].name]); loss < ours {
					fewest, where = false, where+fmt.Sprintf("; %.1f %% at %s of %s bytes, %s %.1f %%", ours, name, frame, c.name, loss)
				}
			}
			t.add(row...)
		}
		t.print()
		if err := p.write("loss-" + frame + ".svg"); err != nil {
			return err
		}
	}
	if fewest {
		where = "; nobody fewer at any rate"
	}
	aim("capture: packets lost", "none where another loses none, else fewer", strings.TrimPrefix(where, "; "))
	return log.write("loss.csv")
}

// How long one waits: for the file header, for a packet while the capture runs, for the end.
func waitingTable() error {
	n, err := newNetwork()
	if err != nil {
		return err
	}
	log := newRecords("contestant", "run", "header ms", "packet ms, median", "packet ms, longest", "stop ms", "private bytes")
	values := map[string][][]float64{}
	s := setting{"64", fullSnaplen, "", false, 200, 1, 1}
	for number := range runs {
		for _, c := range contestants() {
			p, err := startCapture(n, c, s, true)
			if err != nil {
				return err
			}
			var r captureResult
			if err := send(s, &r); err != nil {
				return err
			}
			time.Sleep(200 * time.Millisecond)
			memory := p.privateMemory()
			end, err := p.stop(c.bySignal)
			if err != nil {
				return err
			}
			header := ms(time.Unix(0, p.output.header.Load()).Sub(p.started))
			var delays []float64
			longest := 0.0
			for _, d := range p.output.delays {
				delays = append(delays, ms(d))
				longest = max(longest, ms(d))
			}
			v := []float64{header, median(delays), longest, ms(end.took), float64(memory)}
			values[c.name] = append(values[c.name], v)
			log.add(c.name, number, v[0], v[1], v[2], v[3], memory)
		}
	}
	t := newTable("Waiting, ms (packets come 200 a second), and memory beside the ring",
		"", "exec to file header (≤ 20)", "packet to reader, median", "packet to reader, longest (≤ 100)", "asked to end, to exit (≤ 100)", "private memory, MiB (≤ 2)")
	aims := []string{"capture: exec to file header, ms", "", "capture: packet to reader, longest, ms", "capture: asked to end, to exit, ms", "capture: private memory beside the ring, MiB"}
	wanted := []string{"≤ 20", "", "≤ 100", "≤ 100", "≤ 2"}
	for i, c := range contestants() {
		row := []string{c.name}
		for column := range 5 {
			var all []float64
			for _, v := range values[c.name] {
				all = append(all, v[column])
			}
			value := median(all)
			if column == 4 {
				row = append(row, fmt.Sprintf("%.2f", value/(1<<20)))
			} else {
				row = append(row, fmt.Sprintf("%.1f", value))
			}
			if i == 0 && aims[column] != "" {
				aim(aims[column], wanted[column], row[len(row)-1])
			}
		}
		t.add(row...)
	}
	t.print()
	return log.write("waiting.csv")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
