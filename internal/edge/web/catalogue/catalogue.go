// Package catalogue holds every sentence that the pages, messages and receipts
// say, in six languages, and prints dates and amounts inside them.
//
// English is the master: a key that it lacks is an error at start. A language
// that lacks a key is shown in English as a whole, and the page says so: a
// half-translated page about money misleads (brief 6.5).
package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Args are the named values of a message: money.Amount, civil.Date,
// civil.Month, civil.Instant, int or string.
type Args map[string]any

// Catalogue is the messages of all languages. It does not change after Load.
type Catalogue struct {
	zone     *time.Location
	messages map[Lang]map[string]message
	glossary map[Lang][]Term
	complete map[Lang]bool
}

// Term is a word of the glossary with what it is called in English.
type Term struct{ English, Word string }

// The table of a file that holds no messages.
const glossaryTable = "glossary" // key words, in every file but English

// Load reads en.toml and the five other languages. A language may have more
// files: letters.en.toml, letters.es.toml. No key is in two of them. Times are
// told in zone.
func Load(files fs.FS, zone *time.Location) (*Catalogue, error) {
	c := &Catalogue{zone: zone, messages: map[Lang]map[string]message{}, glossary: map[Lang][]Term{}, complete: map[Lang]bool{}}
	for _, lang := range Langs() {
		if err := c.load(files, lang); err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
	}
	for _, lang := range Langs() {
		if err := c.matchEnglish(lang); err != nil {
			return nil, fmt.Errorf("catalogue: %s.toml: %w", lang, err)
		}
		c.complete[lang] = len(c.Missing(lang)) == 0
	}
	c.messages[Pseudo] = pseudo(c.messages[English])
	c.complete[Pseudo] = true
	return c, nil
}

func (c *Catalogue) load(files fs.FS, lang Lang) error {
	more, err := fs.Glob(files, "*."+string(lang)+".toml")
	if err != nil {
		return err
	}
	c.messages[lang] = map[string]message{}
	for _, name := range append([]string{string(lang) + ".toml"}, more...) {
		if err := c.loadFile(files, lang, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (c *Catalogue) loadFile(files fs.FS, lang Lang, name string) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	var tree map[string]any
	meta, err := toml.Decode(string(text), &tree)
	if err != nil {
		return err
	}
	for _, key := range meta.Keys() { // in the order of the file
		if key[0] == glossaryTable && len(key) == 2 {
			word, _ := tree[glossaryTable].(map[string]any)[key[1]].(string)
			c.glossary[lang] = append(c.glossary[lang], Term{English: key[1], Word: word})
		}
	}
	delete(tree, glossaryTable)
	return c.flatten(lang, "", tree)
}

// flatten turns [find] title = "…" into find.title. A table whose "other" is text
// is one message with two forms.
func (c *Catalogue) flatten(lang Lang, prefix string, tree map[string]any) error {
	for name, value := range tree {
		key := prefix + name
		if _, twice := c.messages[lang][key]; twice {
			return fmt.Errorf("%s: is in two files", key)
		}
		switch v := value.(type) {
		case string:
			parts, err := parse(v)
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			c.messages[lang][key] = message{other: parts}
		case map[string]any:
			if _, plural := v["other"].(string); !plural {
				if err := c.flatten(lang, key+".", v); err != nil {
					return err
				}
				continue
			}
			m, err := parseForms(v)
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			c.messages[lang][key] = m
		default:
			return fmt.Errorf("%s: is no text", key)
		}
	}
	return nil
}

func parseForms(forms map[string]any) (message, error) {
	var m message
	for name, target := range map[string]*[]part{"one": &m.one, "other": &m.other} {
		text, ok := forms[name].(string)
		if !ok && name == "one" {
			continue
		}
		parts, err := parse(text)
		if err != nil {
			return m, err
		}
		*target = parts
	}
	return m, nil
}

// matchEnglish finds keys that English lacks and placeholders that differ.
func (c *Catalogue) matchEnglish(lang Lang) error {
	for _, key := range slices.Sorted(maps.Keys(c.messages[lang])) {
		master, ok := c.messages[English][key]
		if !ok {
			return fmt.Errorf("%s: en.toml has no such key", key)
		}
		if got, want := c.messages[lang][key].names(), master.names(); !slices.Equal(got, want) {
			return fmt.Errorf("%s: has the placeholders %v, English has %v", key, got, want)
		}
	}
	return nil
}

// Has tells whether English has a key.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.messages[English][key]
	return ok
}

// Keys lists every key of the English file, sorted.
func (c *Catalogue) Keys() []string { return slices.Sorted(maps.Keys(c.messages[English])) }

// Missing lists the keys that a language does not translate yet, sorted.
func (c *Catalogue) Missing(lang Lang) []string {
	var missing []string
	for _, key := range c.Keys() {
		if _, ok := c.messages[lang][key]; !ok {
			missing = append(missing, key)
		}
	}
	return missing
}

// Glossary gives the key words of a language, in the order of its file.
func (c *Catalogue) Glossary(lang Lang) []Term { return c.glossary[lang] }

// In gives the printer for a language asked for. It speaks English while the
// language is not complete.
func (c *Catalogue) In(lang Lang) Printer {
	spoken := lang
	if !c.complete[lang] {
		spoken = English
	}
	return Printer{cat: c, asked: lang, spoken: spoken, cal: calendarOf(spoken)}
}

// T gives a message in a language; see Printer.T.
func (c *Catalogue) T(lang Lang, key string, args Args) (string, error) {
	return c.In(lang).T(key, args)
}

// pseudo makes English 40 percent longer and accented, so that tests see text
// that is not in the catalogue and layouts that do not stretch.
func pseudo(english map[string]message) map[string]message {
	long := map[string]message{}
	for key, m := range english {
		long[key] = message{one: pseudoParts(m.one), other: pseudoParts(m.other)}
	}
	return long
}

var accents = strings.NewReplacer("a", "á", "e", "ë", "i", "í", "o", "ö", "u", "ü", "y", "ý", "c", "ç", "n", "ñ")

func pseudoParts(parts []part) []part {
	if parts == nil {
		return nil
	}
	out := slices.Clone(parts)
	letters := 0
	for i, p := range out {
		if p.kind == partText {
			letters += len(p.text)
			out[i].text = accents.Replace(p.text)
		}
	}
	tail := strings.Repeat(" löng", (letters*2/5+4)/5)
	return append(out, part{kind: partText, text: tail})
}

// Version gives a short name for the exact wording of a message in a language,
// kept beside what people agreed to. It changes whenever the words do.
func (c *Catalogue) Version(lang Lang, key string) string {
	spoken := c.In(lang).Spoken()
	sum := sha256.Sum256(fmt.Appendf(nil, "%v", c.messages[spoken][key]))
	return string(spoken) + "-" + hex.EncodeToString(sum[:4])
}
