// Entities → a forest and elements, with Node alone: `node --test tests/page/`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { document } from "./document.mjs";
import { render, safeAddress, tree } from "../../src/sandbox/page/assets/entities.mjs";

globalThis.document = document;

/** `bold[a italic[b]]`: what nests in what. */
const shape = (nodes) =>
  nodes.map((node) => (typeof node === "string" ? node : `${node.entity.type}[${shape(node.children)}]`)).join("");

const entity = (type, offset, length, more) => ({ type, offset, length, ...more });

test("text without entities is one string", () => {
  assert.deepEqual(tree("plain", []), ["plain"]);
  assert.deepEqual(tree("plain", undefined), ["plain"]);
  assert.deepEqual(tree("", []), []);
});

test("offsets count UTF-16 units", () => {
  assert.equal(shape(tree("🦀 é bold", [entity("bold", 5, 4)])), "🦀 é bold[bold]");
});

test("entities nest", () => {
  assert.equal(shape(tree("abcd", [entity("italic", 1, 2), entity("bold", 0, 4)])), "bold[aitalic[bc]d]");
});

test("entities on the same words nest in a fixed order", () => {
  const both = [entity("bold", 0, 2), entity("text_link", 0, 2, { url: "https://example.com" })];
  assert.equal(shape(tree("ab", both)), "text_link[bold[ab]]");
  assert.equal(shape(tree("ab", both.reverse())), "text_link[bold[ab]]");
});

test("entities that cross each other are cut, and nothing is lost or doubled", () => {
  const nodes = tree("abcdef", [entity("bold", 0, 4), entity("italic", 2, 4)]);
  assert.equal(shape(nodes), "bold[abitalic[cd]]italic[ef]");
});

test("a block is never torn by an inline entity that crosses its border", () => {
  const nodes = tree("one\ntwo\nthree", [entity("bold", 0, 6), entity("blockquote", 4, 9)]);
  assert.equal(shape(nodes), "bold[one\n]blockquote[bold[tw]o\nthree]");
});

test("one entity over several others stays one element", () => {
  const nodes = tree("abcdef", [entity("blockquote", 0, 6), entity("bold", 1, 1), entity("code", 3, 2)]);
  assert.equal(shape(nodes), "blockquote[abold[b]ccode[de]f]");
});

test("the line breaks beside a block are the block's own", () => {
  const nodes = tree("before\ncode\nafter", [entity("pre", 7, 4)]);
  assert.equal(shape(nodes), "beforepre[code]after");
  const apart = tree("before\n\ncode\n\nafter", [entity("pre", 8, 4)]);
  assert.equal(shape(apart), "before\npre[code]\nafter");
});

test("entities outside of the text are cut or left out", () => {
  const odd = [entity("bold", 2, 99), entity("italic", 9, 1), entity("code", 0, 0), entity("bold", -3, 4), { type: "bold" }, null];
  assert.equal(shape(tree("abc", odd)), "bold[a]bbold[c]");
});

test("every text survives every pair of entities", () => {
  const text = "ab\ncd";
  const types = ["bold", "spoiler", "text_link"];
  for (let a = 0; a < 25; a += 1) {
    for (let b = 0; b < 25; b += 1) {
      const pair = [a, b].map((n, i) => entity(types[(n + i) % 3], n % 5, 1 + Math.trunc(n / 5)));
      const flat = (nodes) => nodes.map((node) => (typeof node === "string" ? node : flat(node.children))).join("");
      assert.equal(flat(tree(text, pair)), text);
    }
  }
});

test("addresses that a chat opens, and those it does not", () => {
  assert.equal(safeAddress("https://example.com/a?b=c"), "https://example.com/a?b=c");
  assert.equal(safeAddress("example.com"), "https://example.com/");
  assert.equal(safeAddress("example.com:8080/x"), "https://example.com:8080/x");
  assert.equal(safeAddress("tg://resolve?domain=x"), "tg://resolve?domain=x");
  assert.equal(safeAddress("mailto:a@example.com"), "mailto:a@example.com");
  const refused = ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "blob:x", undefined, ""];
  for (const address of refused) assert.equal(safeAddress(address), null, String(address));
});

test("text becomes text nodes, never markup", () => {
  const made = render("<b>x</b>", [entity("bold", 0, 8)]);
  assert.equal(made.outline(), "(strong(#<b>x</b>))");
});

test("a link says where it goes, opens elsewhere and gives nothing away", () => {
  const link = render("here", [entity("text_link", 0, 4, { url: "https://example.com" })]).children[0];
  assert.equal(link.tag, "a");
  assert.equal(link.attributes.href, "https://example.com/");
  assert.equal(link.attributes.title, "https://example.com/");
  assert.match(link.attributes.rel, /noopener/);
});

test("a link that nobody should open is only words", () => {
  const made = render("here", [entity("text_link", 0, 4, { url: "javascript:alert(1)" })]);
  assert.equal(made.outline(), "(span(#here))");
});

test("an address in the text is its own link", () => {
  assert.equal(render("example.com", [entity("url", 0, 11)]).children[0].attributes.href, "https://example.com/");
  assert.equal(render("a@b.org", [entity("email", 0, 7)]).children[0].attributes.href, "mailto:a@b.org");
});

test("a command is a button that sends itself", () => {
  const sent = [];
  const made = render("Try /help now", [entity("bot_command", 4, 5)], { command: (text) => sent.push(text) });
  made.children[1].listeners.click();
  assert.deepEqual(sent, ["/help"]);
});

test("a code block shows its language and copies its text alone", () => {
  const copied = [];
  const made = render("let x;", [entity("pre", 0, 6, { language: "rust" })], { copy: (text) => copied.push(text) });
  assert.equal(made.find("code-language").outline(), "span(#rust)");
  made.find("copy").listeners.click();
  assert.deepEqual(copied, ["let x;"]);
});

test("a spoiler is hidden until it is pressed", () => {
  const cover = render("secret", [entity("spoiler", 0, 6)]).children[0];
  assert.equal(cover.attributes.role, "button");
  assert.equal(cover.children[0].attributes["aria-hidden"], "true");
  cover.listeners.click({ preventDefault() {}, stopPropagation() {} });
  assert.ok(cover.classList.contains("shown"));
  assert.equal(cover.attributes.role, undefined);
  assert.equal(cover.children[0].attributes["aria-hidden"], undefined);
});

test("an entity of a kind nobody knows yet leaves its text", () => {
  assert.equal(render("soon", [entity("date_time", 0, 4)]).outline(), "(span(#soon))");
});
