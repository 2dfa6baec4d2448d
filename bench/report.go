package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"
)

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := append([]float64(nil), values...)
	sort.Float64s(sorted)
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// Every single run, by names of columns, for a CSV file.
type records struct {
	columns []string
	rows    [][]string
}

func newRecords(columns ...string) *records { return &records{columns: columns} }

func (r *records) add(values ...any) {
	row := make([]string, len(values))
	for i, v := range values {
		row[i] = fmt.Sprint(v)
	}
	r.rows = append(r.rows, row)
}

func (r *records) write(name string) error {
	f, err := os.Create(filepath.Join(outDir, name))
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	_ = w.Write(r.columns)
	_ = w.WriteAll(r.rows)
	if err := w.Error(); err != nil {
		return err
	}
	return f.Close()
}

// A table as Markdown, as docs/performance.md has it.
type table struct {
	title string
	rows  [][]string
}

func newTable(title string, header ...string) *table {
	return &table{title: title, rows: [][]string{header}}
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print() {
	fmt.Printf("\n%s\n\n", t.title)
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for number, row := range t.rows {
		for i, cell := range row {
			fmt.Printf("| %s%s ", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
		}
		fmt.Println("|")
		if number == 0 {
			for _, width := range widths {
				fmt.Printf("|%s", strings.Repeat("-", width+2))
			}
			fmt.Println("|")
		}
	}
}

// A line of the table that scripts/bench prints in the end: what was measured, what it was to be, what it is.
func aim(figure, wanted, reached string) {
	f, err := os.OpenFile(filepath.Join(outDir, "aims.md"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintf(f, "| %s | %s | %s |\n", figure, wanted, reached)
}

// "a to b", or a where they are the same.
func span(format string, values []float64) string {
	sorted := append([]float64(nil), values...)
	sort.Float64s(sorted)
	least, most := fmt.Sprintf(format, sorted[0]), fmt.Sprintf(format, sorted[len(sorted)-1])
	if least == most {
		return least
	}
	return least + " to " + most
}
