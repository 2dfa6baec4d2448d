package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// A plot of curves, as SVG; the x axis is logarithmic unless it is to be linear, from 0.
type plot struct {
	title, x, y string
	linear      bool
	curves      []*curve
}

type curve struct {
	name   string
	points [][2]float64
}

func (p *plot) curve(name string) *curve {
	for _, c := range p.curves {
		if c.name == name {
			return c
		}
	}
	c := &curve{name: name}
	p.curves = append(p.curves, c)
	return c
}

func (c *curve) add(x, y float64) { c.points = append(c.points, [2]float64{x, y}) }

const (
	width, height            = 760.0, 440.0
	left, right, top, bottom = 80.0, 190.0, 40.0, 50.0
)

var colours = []string{"#d62728", "#1f77b4", "#17becf", "#2ca02c", "#9467bd", "#8c564b", "#7f7f7f", "#e377c2"}

// 1, 2 or 5 times a power of ten, so that about `count` of them make up `size`.
func niceStep(size float64, count int) float64 {
	raw := size / float64(count)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, factor := range []float64{1, 2, 5} {
		if raw <= factor*power {
			return factor * power
		}
	}
	return 10 * power
}

func (p *plot) write(name string) error {
	var xs []float64
	minX, maxX, maxY := math.Inf(1), 0.0, 0.0
	for _, c := range p.curves {
		sort.Slice(c.points, func(i, j int) bool { return c.points[i][0] < c.points[j][0] })
		for _, point := range c.points {
			xs = append(xs, point[0])
			minX, maxX, maxY = math.Min(minX, point[0]), math.Max(maxX, point[0]), math.Max(maxY, point[1])
		}
	}
	if len(xs) == 0 {
		return nil
	}
	if maxY == 0 {
		maxY = 1
	}
	if maxX <= minX {
		maxX = minX * 10
	}
	atX := func(x float64) float64 {
		if p.linear {
			return left + (width-left-right)*x/maxX
		}
		return left + (width-left-right)*math.Log(x/minX)/math.Log(maxX/minX)
	}
	atY := func(y float64) float64 { return height - bottom - (height-top-bottom)*y/(maxY*1.05) }

	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&svg, `<rect width="100%%" height="100%%" fill="white"/><text x="%g" y="22" font-size="15">%s</text>`+"\n", left, escape(p.title))
	for y := 0.0; y <= maxY*1.05; y += niceStep(maxY, 6) {
		fmt.Fprintf(&svg, `<line x1="%g" x2="%g" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%g" y="%.1f" text-anchor="end">%g</text>`+"\n",
			left, width-right, atY(y), atY(y), left-6, atY(y)+4, math.Round(y*1e6)/1e6)
	}
	for _, x := range p.ticks(minX, maxX) {
		fmt.Fprintf(&svg, `<line x1="%.1f" x2="%.1f" y1="%g" y2="%g" stroke="#ddd"/><text x="%.1f" y="%g" text-anchor="middle">%s</text>`+"\n",
			atX(x), atX(x), top, height-bottom, atX(x), height-bottom+16, short(x))
	}
	fmt.Fprintf(&svg, `<text x="%g" y="%g" text-anchor="middle">%s</text>`+"\n", (left+width-right)/2, height-12, escape(p.x))
	fmt.Fprintf(&svg, `<text transform="translate(20 %g) rotate(-90)" text-anchor="middle">%s</text>`+"\n", (top+height-bottom)/2, escape(p.y))
	for i, c := range p.curves {
		colour := colours[i%len(colours)]
		var path []string
		for _, point := range c.points {
			path = append(path, fmt.Sprintf("%.1f,%.1f", atX(point[0]), atY(point[1])))
			if !p.linear {
				fmt.Fprintf(&svg, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", atX(point[0]), atY(point[1]), colour)
			}
		}
		fmt.Fprintf(&svg, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.Join(path, " "), colour)
		fmt.Fprintf(&svg, `<text x="%g" y="%g" fill="%s">%s</text>`+"\n", width-right+12, top+10+18*float64(i), colour, escape(c.name))
	}
	svg.WriteString("</svg>\n")
	return os.WriteFile(filepath.Join(outDir, name), []byte(svg.String()), 0o644)
}

// Where the x axis has a line and a number.
func (p *plot) ticks(minX, maxX float64) (all []float64) {
	if p.linear {
		for x := 0.0; x <= maxX; x += niceStep(maxX, 6) {
			all = append(all, x)
		}
		return all
	}
	for decade := math.Pow(10, math.Floor(math.Log10(minX))); decade <= maxX; decade *= 10 {
		for _, factor := range []float64{1, 2, 5} {
			if x := factor * decade; x >= minX*0.999 && x <= maxX*1.001 {
				all = append(all, x)
			}
		}
	}
	return all
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(text)
}

func short(x float64) string {
	switch {
	case x >= 1e6:
		return fmt.Sprintf("%gM", x/1e6)
	case x >= 1e3:
		return fmt.Sprintf("%gk", x/1e3)
	}
	return fmt.Sprintf("%g", x)
}
