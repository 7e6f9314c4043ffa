package pdf

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// The flags of a component of a composite glyph.
const (
	wordArguments  = 0x0001
	oneScale       = 0x0008
	moreComponents = 0x0020
	twoScales      = 0x0040
	fourScales     = 0x0080
)

// components calls each with the place of every glyph number inside a
// composite outline.
func components(outline []byte, each func(at int)) {
	t := table(outline)
	if t.i16(0) >= 0 {
		return // a simple glyph
	}
	for at := 10; at+4 <= len(t); {
		flags := t.u16(at)
		each(at + 2)
		at += 6
		if flags&wordArguments != 0 {
			at += 2
		}
		switch {
		case flags&oneScale != 0:
			at += 2
		case flags&twoScales != 0:
			at += 4
		case flags&fourScales != 0:
			at += 8
		}
		if flags&moreComponents == 0 {
			return
		}
	}
}

// subset makes a font file with the given glyphs, renumbered in that order,
// and behind them the parts that composite glyphs are made of.
func (f *Font) subset(glyphs []uint16) []byte {
	glyphs = slices.Clone(glyphs)
	numbers := make(map[uint16]uint16, len(glyphs))
	for i, g := range glyphs {
		numbers[g] = uint16(i)
	}
	var glyf, hmtx []byte
	var loca []int
	for i := 0; i < len(glyphs); i++ { // glyphs grows on the way
		g := glyphs[i]
		loca = append(loca, len(glyf))
		drawing, bearing := f.outline(g)
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(f.advances[g]*f.units()/1000))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(int16(bearing)))
		start := len(glyf)
		glyf = append(glyf, drawing...)
		outline := glyf[start:]
		components(outline, func(at int) {
			part := table(outline).u16(at)
			if int(part) >= len(f.outlines) {
				part = 0
			}
			n, known := numbers[part]
			if !known {
				n = uint16(len(glyphs))
				numbers[part], glyphs = n, append(glyphs, part)
			}
			binary.BigEndian.PutUint16(outline[at:], n)
		})
		if len(glyf)%2 != 0 {
			glyf = append(glyf, 0)
		}
	}
	places, long := offsets(append(loca, len(glyf)))

	head, hhea, maxp := slices.Clone(f.head), slices.Clone(f.hhea), slices.Clone(f.maxp)
	binary.BigEndian.PutUint32(head[8:], 0) // the checksum of the file; no reader of PDF looks at it
	binary.BigEndian.PutUint16(head[50:], long)
	f.scale(head, 18, 36, 38, 40, 42)
	f.scale(hhea, 4, 6, 8, 10, 12, 14, 16)
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(glyphs)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(glyphs)))
	return assemble(map[string][]byte{"head": head, "hhea": hhea, "maxp": maxp, "hmtx": hmtx, "loca": places, "glyf": glyf})
}

// offsets writes where glyphs begin, halved and short where they fit.
func offsets(places []int) (loca []byte, long uint16) {
	if places[len(places)-1] >= 2<<16 {
		long = 1
	}
	for _, at := range places {
		if long == 1 {
			loca = binary.BigEndian.AppendUint32(loca, uint32(at))
		} else {
			loca = binary.BigEndian.AppendUint16(loca, uint16(at/2))
		}
	}
	return loca, long
}

// scale brings numbers of a table to the units of a file.
func (f *Font) scale(t table, places ...int) {
	for _, at := range places {
		binary.BigEndian.PutUint16(t[at:], uint16(int16(f.scaled(t.i16(at)))))
	}
}

// assemble puts tables into a font file, sorted by name as the format asks.
func assemble(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare)
	power, log := 1, 0
	for power*2 <= len(names) {
		power, log = power*2, log+1
	}
	file := []byte{0, 1, 0, 0}
	for _, v := range []int{len(names), 16 * power, log, 16 * (len(names) - power)} {
		file = binary.BigEndian.AppendUint16(file, uint16(v))
	}
	at := len(file) + 16*len(names)
	for _, name := range names {
		file = append(file, name...)
		for _, v := range []uint32{checksum(tables[name]), uint32(at), uint32(len(tables[name]))} {
			file = binary.BigEndian.AppendUint32(file, v)
		}
		at += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range names {
		file = append(file, tables[name]...)
		for len(file)%4 != 0 {
			file = append(file, 0)
		}
	}
	return file
}

func checksum(t []byte) uint32 {
	var sum uint32
	for len(t) >= 4 {
		sum += binary.BigEndian.Uint32(t)
		t = t[4:]
	}
	var last [4]byte
	copy(last[:], t)
	return sum + binary.BigEndian.Uint32(last[:])
}
