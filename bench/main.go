// Measures this project beside what people use instead. Run by scripts/bench, which prepares what is
// in the folder -work and the network namespace.
//
//	bench [-runs N] [-work DIR] [-out DIR] [-memory DIR] [-only WORDS] [-against FILE…] PART…
//
// -against compares cf-pcap with other builds of itself instead, to see what a change of it brings.
package main

import (
	"flag"
	"fmt"
	"os"
)

var (
	runs      int
	workDir   string // programs to measure
	outDir    string // CSV and SVG
	memoryDir string // a folder on a tmpfs
	only      string // part of the name of the settings wanted
	against   string // other builds of cf-pcap, separated by commas
)

var parts = map[string]func() error{
	"waiting":  waitingTable,
	"cpu":      cpuTable,
	"loss":     lossTable,
	"stall":    stallTable,
	"merge":    mergeTable,
	"memory":   steadyTable,
	"assembly": assemblyTable,
	"live":     liveTable,
	"startup":  startupTable,
}

func main() {
	flag.IntVar(&runs, "runs", 5, "alternating runs; tables show medians")
	flag.StringVar(&workDir, "work", "", "folder of programs")
	flag.StringVar(&outDir, "out", "", "folder for CSV and SVG")
	flag.StringVar(&memoryDir, "memory", "", "folder in memory")
	flag.StringVar(&against, "against", "", "other builds of cf-pcap to compare with instead, separated by commas")
	flag.StringVar(&only, "only", "", "of the settings of 'cpu', 'loss' and 'merge' those with this in their name")
	feed := flag.Int("feed", -1, "be the capture of this instance, for 'memory'")
	flag.Parse()
	if *feed >= 0 {
		steadyFeed(*feed)
		return
	}
	for _, name := range flag.Args() {
		part, ok := parts[name]
		if !ok {
			fmt.Fprintf(os.Stderr, "bench: there is no part '%s'\n", name)
			os.Exit(2)
		}
		if err := part(); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", name, err)
			os.Exit(1)
		}
	}
}
