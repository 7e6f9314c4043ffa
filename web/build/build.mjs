// Builds everything under ../static from the sources here, under names that
// carry a hash of the content, each with a brotli and a gzip twin.
//
//   node build.mjs           writes ../static
//   node build.mjs --check   writes nothing; fails when ../static differs
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { transform } from "lightningcss";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const uswds = join(here, "node_modules", "@uswds", "uswds");

// USWDS bakes its colours in. These become custom properties, so that a brand
// is one small file (brief D2). The hint grey is darkened for contrast.
const swaps = {
  "#005ea2": "var(--pp-brand)",
  "#1a4480": "var(--pp-brand-dark)",
  "#162e51": "var(--pp-brand-darker)",
  "#2491ff": "var(--pp-focus)",
  "#54278f": "var(--pp-visited)",
};
const hint = { "#71767a": "#565c65" };

function swapColours(css) {
  const [theirs, ours] = splitAtOurLayer(css);
  let swapped = dropUnused(theirs);
  for (const [hex, name] of Object.entries({ ...swaps, ...hint })) {
    if (!swapped.includes(hex)) throw new Error(`USWDS no longer has ${hex}: check the swaps in build.mjs`);
    swapped = swapped.replaceAll(hex, name);
  }
  const blue = [...swapped.matchAll(/#[0-9a-f]{6}\b/gi)].map((m) => m[0]).find(isBlue);
  if (blue) throw new Error(`USWDS has a blue that no brand can change: ${blue}`);
  return swapped + ours;
}

// Button and input variants that no page of ours uses.
const unused = /^usa-button--(accent|secondary|base|big|inverse|outline-inverse)|^usa-(input|label)--success|^usa-intro|^usa-media-link|^usa-character|^usa-input-list/;

function dropUnused(css) {
  const needed = (selector) => !selector.some((part) => part.type === "class" && unused.test(part.name));
  const { code } = transform({
    filename: "uswds.css",
    code: Buffer.from(css),
    visitor: {
      Rule: {
        style(rule) {
          const selectors = rule.value.selectors.filter(needed);
          if (selectors.length === 0) return [];
          if (selectors.length < rule.value.selectors.length) return { ...rule, value: { ...rule.value, selectors } };
        },
      },
    },
  });
  return code.toString();
}

// Our layer starts with the custom properties themselves.
function splitAtOurLayer(css) {
  const at = css.indexOf(":root {\n  --pp-brand");
  if (at < 0) throw new Error("portal.scss lost its custom properties");
  return [css.slice(0, at), css.slice(at)];
}

function isBlue(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return b - Math.max(r, g) > 24;
}

function style() {
  const compiled = sass.compile(join(here, "portal.scss"), { loadPaths: [here, join(uswds, "packages")], quietDeps: true });
  const css = swapColours(compiled.css);
  if (css.includes("url(")) throw new Error("the style asks for an image: every request costs a reader on a phone");
  const { code } = transform({ filename: "portal.css", code: Buffer.from(css), minify: true });
  return Buffer.from(code);
}

// A script is served as it is written, less its indentation and the comments
// that stand on their own lines.
function script(name) {
  const lines = readFileSync(join(here, "scripts", name), "utf8").split("\n");
  return Buffer.from(lines.map((l) => l.trim()).filter((l) => l && !l.startsWith("//")).join("\n") + "\n");
}

function outputs() {
  const files = new Map();
  const add = (name, content) => {
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
    const hashed = name.replace(/(\.[a-z]+)$/, `.${hash}$1`);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    files.set(hashed, content);
    files.set(`${hashed}.br`, brotliCompressSync(content, { params }));
    files.set(`${hashed}.gz`, gzipSync(content, { level: 9 }));
  };
  add("portal.css", style());
  for (const name of readdirSync(join(here, "scripts")).sort()) add(name, script(name));
  files.set("USWDS-LICENSE.md", readFileSync(join(uswds, "LICENSE.md")));
  return files;
}

function check(files) {
  const there = new Set(readdirSync(out));
  const wrong = [...files].filter(([name, content]) => !there.has(name) || !same(name, content)).map(([name]) => name);
  const extra = [...there].filter((name) => !files.has(name));
  for (const name of wrong) console.error(`web/static/${name} is missing or differs`);
  for (const name of extra) console.error(`web/static/${name} is not built from here`);
  if (wrong.length + extra.length > 0) process.exit(1);
  console.log(`web/static is up to date: ${files.size} files`);
}

// Compressed bytes depend on the zlib that Node was built with, so only what
// they hold is compared: the plain twin has been, and they are named by it.
function same(name, content) {
  return /\.(br|gz)$/.test(name) || readFileSync(join(out, name)).equals(content);
}

function write(files) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [name, content] of files) {
    writeFileSync(join(out, name), content);
    console.log(`${String(content.length).padStart(7)}  ${name}`);
  }
}

const files = outputs();
if (process.argv.includes("--check")) check(files);
else write(files);
