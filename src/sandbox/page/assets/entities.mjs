// Text with Telegram's entities → elements, as Telegram's clients show them.
//
// Offsets and lengths count UTF-16 units, which is what JavaScript strings count, too. Entities may nest and overlap in
// any way: the text is cut at every border, and neighbouring pieces share an element where they share an entity.
// `tree` is pure (tested with Node alone); `render` makes elements of it and never parses HTML.

import { h, icon } from "./dom.mjs";

// Outermost first. Blocks must not be torn apart by an inline entity that crosses their border.
const RANK = ["blockquote", "expandable_blockquote", "pre", "spoiler", "text_link", "url", "email", "text_mention"];
const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
const SCHEMES = new Set(["http:", "https:", "tg:", "mailto:"]);

const rank = ({ type }) => (RANK.indexOf(type) + 1 || RANK.length + 1);

/** Entities that lie in the text, cut to it, outermost first. */
function usable(text, entities) {
  return (entities ?? [])
    .filter((e) => e && Number.isInteger(e.offset) && Number.isInteger(e.length) && typeof e.type === "string")
    .map((e) => ({ ...e, start: Math.max(0, e.offset), end: Math.min(text.length, e.offset + e.length) }))
    .filter((e) => e.start < e.end)
    .sort((a, b) => rank(a) - rank(b) || b.end - b.start - (a.end - a.start) || a.start - b.start);
}

/** A forest: strings, and `{ entity, children }`. */
export function tree(text, entities) {
  const active = usable(text, entities);
  const cuts = [...new Set([0, text.length, ...active.flatMap((e) => [e.start, e.end])])].sort((a, b) => a - b);
  const root = { children: [] };
  let open = [root];
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const [from, to] = [cuts[i], cuts[i + 1]];
    const wanted = active.filter((e) => e.start <= from && to <= e.end);
    let kept = 0;
    while (kept < wanted.length && open[kept + 1]?.entity === wanted[kept]) kept += 1;
    open = open.slice(0, kept + 1);
    for (const entity of wanted.slice(kept)) {
      const node = { entity, children: [] };
      open.at(-1).children.push(node);
      open.push(node);
    }
    open.at(-1).children.push(text.slice(from, to));
  }
  return withoutBlockBreaks(root.children);
}

/** A block begins and ends a line by itself: the line break beside it in the text would be a second one. */
function withoutBlockBreaks(nodes) {
  const isBlock = (node) => BLOCKS.has(node?.entity?.type);
  return nodes
    .map((node, i) => {
      if (typeof node !== "string") return { ...node, children: withoutBlockBreaks(node.children) };
      let text = node;
      if (isBlock(nodes[i - 1])) text = text.replace(/^\n/, "");
      if (isBlock(nodes[i + 1])) text = text.replace(/\n$/, "");
      return text;
    })
    .filter((node) => node !== "");
}

/** The address of a link, or null when it is not one that a chat should open. */
export function safeAddress(address) {
  const text = String(address ?? "").trim();
  for (const candidate of [text, `https://${text}`]) {
    try {
      const url = new URL(candidate);
      if (SCHEMES.has(url.protocol)) return url.href;
      // "example.com:80" parses as a scheme; what is really one (javascript:, data:) has no dot in it.
      if (!url.protocol.includes(".")) return null;
    } catch {
      // Not an address as it stands: try it as a bare host.
    }
  }
  return null;
}

const plain = (node) => (typeof node === "string" ? node : node.children.map(plain).join(""));

/**
 * Elements for a message. `on.command(text)` sends a command, `on.copy(text)` copies; both may be missing.
 */
export function render(text, entities, on = {}) {
  const fragment = document.createDocumentFragment();
  fragment.append(...tree(text, entities).map((node) => element(node, on)));
  return fragment;
}

function element(node, on) {
  if (typeof node === "string") return document.createTextNode(node);
  const make = MAKERS[node.entity.type] ?? MAKERS.unknown;
  return make(node.children.map((child) => element(child, on)), node, on);
}

const as = (tag, name) => (children) => h(tag, name && { class: name }, ...children);

function link(address) {
  return (children, node) => {
    const href = safeAddress(address(node));
    if (href === null) return h("span", null, ...children);
    const title = node.entity.type === "text_link" ? href : null;
    return h("a", { class: "link", href, title, target: "_blank", rel: "noopener noreferrer" }, ...children);
  };
}

function spoiler(children) {
  const hidden = h("span", { class: "spoiler-text", "aria-hidden": "true" }, ...children);
  const props = { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text, press to show" };
  const cover = h("span", { ...props, "data-testid": "spoiler" }, hidden);
  const show = (event) => {
    if (cover.classList.contains("shown") || (event.key && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    cover.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
    hidden.removeAttribute("aria-hidden");
  };
  cover.addEventListener("click", show, true);
  cover.addEventListener("keydown", show, true);
  return cover;
}

const codeBlock = (children, node, on) => codeBox(children, plain(node), node.entity.language, on);

/** A box of code with its language and a button that copies `text`. */
export function codeBox(children, text, language, on = {}) {
  const props = { type: "button", class: "copy", "data-testid": "copy-code", "aria-label": "Copy code" };
  const button = h("button", { ...props, on: { click: () => on.copy?.(text) } }, icon("copy"), "Copy");
  const head = h("span", { class: "code-head" }, h("span", { class: "code-language" }, language || "code"), button);
  return h("span", { class: "code-block" }, head, h("pre", { tabindex: "0" }, h("code", null, ...children)));
}

function expandable(children) {
  const inside = h("span", { class: "quote-text" }, ...children);
  const props = { type: "button", class: "quote-toggle", "aria-expanded": "false", "aria-label": "Show all of the quote" };
  const toggle = h("button", props, icon("down"));
  const quote = h("blockquote", { class: "expandable collapsed" }, inside, toggle);
  const flip = (event) => {
    if (event.target.closest("a, button:not(.quote-toggle)") || String(getSelection?.() ?? "")) return;
    const collapsed = quote.classList.toggle("collapsed");
    toggle.setAttribute("aria-expanded", String(!collapsed));
  };
  quote.addEventListener("click", flip);
  return quote;
}

function command(children, node, on) {
  const click = () => on.command?.(plain(node));
  return h("button", { type: "button", class: "link command", on: { click } }, ...children);
}

const MAKERS = {
  bold: as("strong"),
  italic: as("em"),
  underline: as("u"),
  strikethrough: as("s"),
  code: as("code"),
  blockquote: as("blockquote"),
  mention: as("span", "link"),
  hashtag: as("span", "link"),
  cashtag: as("span", "link"),
  phone_number: as("span", "link"),
  text_mention: as("span", "link"),
  // Not Telegram's: the newest words of a draft.
  fresh: (children, node) => h("span", { class: `fresh-${node.entity.level}` }, ...children),
  unknown: as("span"),
  pre: codeBlock,
  spoiler,
  expandable_blockquote: expandable,
  bot_command: command,
  url: link(plain),
  email: link((node) => `mailto:${plain(node)}`),
  text_link: link((node) => node.entity.url),
};
