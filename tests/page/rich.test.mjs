// Blocks and formulas → elements, with Node alone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { document } from "./document.mjs";
import { formula } from "../../src/sandbox/page/assets/formula.mjs";
import { renderBlocks } from "../../src/sandbox/page/assets/rich.mjs";

globalThis.document = document;

const math = (source) => formula(source).children[0].outline();

test("a table is a table", () => {
  const cell = (text, more) => ({ text, align: "left", valign: "middle", ...more });
  const cells = [[cell("a", { is_header: true })], [cell(["1 ", { type: "bold", text: "2" }], { align: "right" })]];
  const made = renderBlocks([{ type: "table", cells }]);
  assert.equal(made.outline(), "(div(table(tr(th(#a)) tr(td(#1  strong(#2))))))");
  assert.equal(made.find("to-right").tag, "td");
});

test("lists nest, and their boxes are ticked", () => {
  const inner = { type: "list", items: [{ label: "•", has_checkbox: true, is_checked: true, blocks: [{ type: "paragraph", text: "b" }] }] };
  const made = renderBlocks([{ type: "list", items: [{ label: "1.", blocks: [{ type: "paragraph", text: "a" }, inner] }] }]);
  assert.equal(made.outline(), "(ul(li(span(#1.) div(p(#a) ul(li(span(#☑) div(p(#b))))))))");
});

test("code keeps its language and is copied as it is", () => {
  const copied = [];
  const made = renderBlocks([{ type: "pre", text: "<b>", language: "html" }], { copy: (text) => copied.push(text) });
  made.find("copy").listeners.click();
  assert.deepEqual(copied, ["<b>"]);
  assert.equal(made.find("code-language").outline(), "span(#html)");
});

test("a link that nobody should open is only words", () => {
  const made = (url) => renderBlocks([{ type: "paragraph", text: { type: "url", text: "x", url } }]).outline();
  assert.equal(made("javascript:alert(1)"), "(p(span(#x)))");
  assert.equal(made("https://example.com"), "(p(a(#x)))");
});

test("blocks and marks of kinds nobody knows yet leave their text", () => {
  assert.equal(renderBlocks([{ type: "hologram", text: { type: "sparkling", text: "a" } }]).outline(), "(p(span(#a)))");
  assert.equal(renderBlocks([null, {}]).outline(), "(p() p())");
  assert.equal(renderBlocks(undefined).outline(), "()");
});

test("formulas are built, not printed", () => {
  assert.equal(math("x^2"), "mrow(msup(mi(#x) mn(#2)))");
  assert.equal(math("\\frac{a}{b+1}"), "mrow(mfrac(mi(#a) mrow(mi(#b) mo(#+) mn(#1))))");
  assert.equal(math("\\sqrt[3]{x}"), "mrow(mroot(mi(#x) mrow(mn(#3))))");
  assert.equal(math("\\alpha_i'"), "mrow(msubsup(mi(#α) mi(#i) mo(#′)))");
  assert.equal(math("\\sum_{i=1}^n i"), "mrow(munderover(mo(#∑) mrow(mi(#i) mo(#=) mn(#1)) mi(#n)) mi(#i))");
  assert.equal(math("\\text{if it } x"), "mrow(mi(#if\u00a0it\u00a0) mi(#x))");
  assert.equal(math("\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}"), "mrow(mrow(mo(#() mtable(mtr(mtd(mn(#1)) mtd(mn(#0))) mtr(mtd(mn(#0)) mtd(mn(#1)))) mo(#))))");
});

test("what a formula says that is not known stays as it was written", () => {
  assert.equal(math("\\weird x"), "mrow(mtext(#\\weird) mi(#x))");
  assert.equal(math("<img>"), "mrow(mo(#<) mi(#i) mi(#m) mi(#g) mo(#>))");
});

test("no text breaks a formula", () => {
  for (const hostile of ["", "}", "^", "_", "{", "\\", "\\frac", "\\sqrt[", "\\begin", "\\begin{cases}", "\\left", "^^__", "\\end{x}", "{".repeat(500), "x^".repeat(500)]) {
    assert.ok(formula(hostile).children.length === 1, hostile.slice(0, 20));
  }
});
