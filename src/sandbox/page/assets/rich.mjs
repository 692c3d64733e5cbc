// Rich messages: blocks as in the Bot API → elements. Tables are tables, formulas are formulas; nothing parses markup.

import { h } from "./dom.mjs";
import { codeBox, safeAddress } from "./entities.mjs";
import { formula } from "./formula.mjs";

/** Elements for blocks. `on.copy(text)` copies code; it may be missing. */
export function renderBlocks(blocks, on = {}) {
  const fragment = document.createDocumentFragment();
  fragment.append(...(blocks ?? []).map((block) => element(block, on)));
  return fragment;
}

const element = (block, on) => (BLOCKS[block?.type] ?? paragraph)(block ?? {}, on);
const inside = (block, on) => (block.blocks ?? []).map((child) => element(child, on));

const paragraph = (block) => h("p", { class: "rich-p" }, ...words(block.text));

function heading(block) {
  const size = Math.min(6, Math.max(1, Math.trunc(block.size) || 1));
  return h("div", { class: `rich-h rich-h${size}`, role: "heading", "aria-level": size }, ...words(block.text));
}

function list(block, on) {
  const item = (entry) => {
    const mark = entry.has_checkbox
      ? h("span", { class: "rich-mark", role: "img", "aria-label": entry.is_checked ? "done" : "open" }, entry.is_checked ? "☑" : "☐")
      : h("span", { class: "rich-mark" }, entry.label ?? "•");
    return h("li", null, mark, h("div", { class: "rich-item" }, ...inside(entry, on)));
  };
  return h("ul", { class: "rich-list" }, ...(block.items ?? []).map(item));
}

function table(block) {
  const cell = (entry) => h(entry.is_header ? "th" : "td", { class: `to-${entry.align ?? "left"}`, colspan: entry.colspan, rowspan: entry.rowspan }, ...words(entry.text));
  const rows = (block.cells ?? []).map((row) => h("tr", null, ...row.map(cell)));
  // Wide tables scroll by themselves, with the keys, too.
  return h("div", { class: "rich-table", tabindex: "0", role: "group", "aria-label": "Table" }, h("table", null, ...rows));
}

function details(block, on) {
  return h("details", { class: "rich-details", open: block.is_open }, h("summary", null, ...words(block.summary)), ...inside(block, on));
}

const BLOCKS = {
  heading,
  list,
  table,
  details,
  paragraph,
  footer: (block) => h("p", { class: "rich-footer" }, ...words(block.text)),
  divider: () => h("hr", { class: "rich-rule" }),
  pre: (block, on) => codeBox([block.text ?? ""], String(block.text ?? ""), block.language, on),
  blockquote: (block, on) => h("blockquote", null, ...inside(block, on)),
  mathematical_expression: (block) => h("div", { class: "rich-formula" }, formula(String(block.expression ?? ""), true)),
  photo: (block) => h("p", { class: "rich-p" }, "🖼 ", ...words(block.caption?.text ?? "Picture")),
};

/** `RichText`: a string, several, or something marked. */
function words(text) {
  if (text === null || text === undefined) return [];
  if (typeof text === "string") return [document.createTextNode(text)];
  if (Array.isArray(text)) return text.flatMap(words);
  return [(MARKS[text.type] ?? MARKS.unknown)(text)];
}

const as = (tag) => (part) => h(tag, null, ...words(part.text));

function link(part) {
  const href = safeAddress(part.url);
  if (href === null) return h("span", null, ...words(part.text));
  return h("a", { class: "link", href, title: href, target: "_blank", rel: "noopener noreferrer" }, ...words(part.text));
}

const MARKS = {
  bold: as("strong"),
  italic: as("em"),
  underline: as("u"),
  strikethrough: as("s"),
  code: as("code"),
  marked: as("mark"),
  subscript: as("sub"),
  superscript: as("sup"),
  unknown: as("span"),
  mathematical_expression: (part) => formula(String(part.expression ?? "")),
  url: link,
};
