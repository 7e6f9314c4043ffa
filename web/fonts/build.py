#!/usr/bin/python3
"""Cuts the fonts of the printed bill from Debian's font packages.

Needs: fonttools fonts-noto-core fonts-noto-cjk fonts-ocr-a. Run it from the
repository's root; go build never does. The outputs are committed, because a
sealed bill must come out the same next year (see docs/BILL-PDF.md).
"""

import pathlib
import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

HERE = pathlib.Path(__file__).parent
SOURCES = pathlib.Path("/usr/share/fonts")
KEEP = ["cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "OS/2", "name", "post"]
SC = 2  # Simplified Chinese, in the order of the collection's fonts


def ranges(*pairs):
    return {c for first, last in pairs for c in range(first, last + 1)}


def latin():
    """English, Spanish, Portuguese, Haitian Creole, Vietnamese; names of Europe."""
    return ranges(
        (0x20, 0x7E), (0xA0, 0x17F), (0x18F, 0x18F), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x1CD, 0x1DC),
        (0x218, 0x21B), (0x1E00, 0x1EFF), (0x2010, 0x2022), (0x2026, 0x2026), (0x2030, 0x2033),
        (0x2039, 0x203A), (0x20AC, 0x20AC), (0x2116, 0x2116), (0x2122, 0x2122), (0x2212, 0x2212),
        (0x400, 0x45F), (0x370, 0x3FF),
    )


def chinese():
    """GB 2312 level 1, its marks, and every character of the catalogue."""
    wanted = set()
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass  # the last five cells are empty
    catalogue = pathlib.Path("web/messages/zh.toml").read_text(encoding="utf-8")
    marks = ranges((0x3000, 0x3011), (0x3014, 0x3015), (0xFF01, 0xFF5E), (0xFFE5, 0xFFE5))
    return wanted | marks | {ord(c) for c in catalogue if ord(c) >= 0x2E80}


def cut(font, wanted):
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "MATH"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)


def to_truetype(font):
    """Draws the cubic outlines again as quadratic ones, at most half a unit off."""
    order, glyphs = font.getGlyphOrder(), {}
    outlines = font.getGlyphSet()
    for name in order:
        pen = TTGlyphPen(outlines)
        outlines[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    font["maxp"] = maxp = newTable("maxp")
    maxp.tableVersion = 0x00010000
    for field in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
                  "maxStackElements", "maxSizeOfInstructions", "maxComponentElements"):
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    maxp.numGlyphs = len(order)
    for name in order:
        glyphs[name].recalcBounds(glyf)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyphs[name], "xMin", 0))
    post = font["post"]
    post.formatType, post.extraNames, post.mapping, post.glyphOrder = 3.0, [], {}, order
    del font["CFF "]
    font.sfntVersion = "\x00\x01\x00\x00"


def write(font, name):
    for tag in set(font.keys()) - set(KEEP) - {"GlyphOrder"}:
        del font[tag]
    font["post"].formatType = 3.0
    font.recalcTimestamp = False
    font.save(HERE / name)
    print(f"{name}: {len(font.getGlyphOrder())} glyphs, {(HERE / name).stat().st_size} bytes", file=sys.stderr)


def main():
    for style in ("Regular", "Bold"):
        font = TTFont(SOURCES / f"truetype/noto/NotoSans-{style}.ttf")
        cut(font, latin())
        write(font, f"NotoSans-{style}.ttf")
    font = TTFont(SOURCES / "opentype/noto/NotoSansCJK-Regular.ttc", fontNumber=SC)
    cut(font, chinese())
    to_truetype(font)
    write(font, "NotoSansSC-Regular.ttf")
    font = TTFont(SOURCES / "truetype/ocr-a/OCRA.ttf")
    cut(font, ranges((0x30, 0x39)))
    write(font, "OCRA.ttf")


main()
