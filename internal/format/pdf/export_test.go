package pdf

// Outline gives the drawing of a character, nil for a blank.
func (f *Font) Outline(r rune) []byte { return f.outlines[f.glyphs[r]] }

// Runes lists what the font has.
func (f *Font) Runes() []rune {
	var all []rune
	for r := range f.glyphs {
		all = append(all, r)
	}
	return all
}

// Subset cuts the font to some characters.
func (f *Font) Subset(runes ...rune) []byte {
	e := embed(f, "F1")
	for _, r := range runes {
		e.code(r)
	}
	return f.subset(e.glyphs)
}
