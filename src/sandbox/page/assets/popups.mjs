// What appears above the page for a moment: a toast, an alert, a menu.

import { byId, h, icon } from "./dom.mjs";

const TOAST_MS = 4000;
let toastTimer;

export function toast(text) {
  const box = byId("toast");
  box.replaceChildren(h("div", { class: "toast", "data-testid": "toast" }, text));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.replaceChildren(), TOAST_MS);
}

/** A dialog with one button, as Telegram shows a callback's alert. */
export function alertBox(title, text) {
  const ok = h("button", { type: "submit", class: "primary", "data-testid": "alert-ok" }, "OK");
  const heading = h("h2", null, title);
  const form = h("form", { method: "dialog" }, heading, h("p", null, text), h("div", { class: "dialog-foot" }, ok));
  const box = h("dialog", { class: "alert", "data-testid": "alert", "aria-label": title }, form);
  // The policy of the page forbids forms to be sent, a dialog's too in some browsers: close it by hand.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box.close();
  });
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

let closeMenu = null;

/**
 * A menu at a point. `items`: `{ label, icon, testid, act, checked, before }`; `before` is an element instead of an icon.
 * It opens below the point or `above` it. Focus goes in, and back to where it was.
 */
export function menu(items, { x, y, label, above = false }) {
  closeMenu?.();
  const focused = document.activeElement;
  const close = () => {
    closeMenu = null;
    box.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", close);
    if (focused?.isConnected) focused.focus({ preventScroll: true });
  };
  const box = h("div", { class: "menu", role: "menu", "aria-label": label }, ...items.map((item) => entry(item, close)));
  const outside = (event) => !box.contains(event.target) && close();
  box.addEventListener("keydown", (event) => walk(event, box, close));
  document.body.append(box);
  place(box, x, above ? y - box.offsetHeight : y);
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", close);
  closeMenu = close;
  (box.querySelector("[aria-checked=true]") ?? box.firstElementChild)?.focus();
}

function entry(item, close) {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const props = { type: "button", role, tabindex: "-1", "aria-checked": item.checked, "data-testid": item.testid };
  const click = () => {
    close();
    item.act();
  };
  const mark = item.checked ? icon("check") : null;
  return h("button", { ...props, on: { click } }, item.before ?? icon(item.icon), h("span", null, item.label), mark);
}

function place(box, x, y) {
  const margin = 8;
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(margin, Math.min(x, innerWidth - width - margin))}px`;
  box.style.top = `${Math.max(margin, Math.min(y, innerHeight - height - margin))}px`;
}

function walk(event, box, close) {
  const entries = [...box.children];
  const at = entries.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) entries[(at + step + entries.length) % entries.length].focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
