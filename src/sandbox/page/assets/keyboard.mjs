// Inline keyboards: rows of buttons under a message.
//
// A pressed button spins until the bot answers the callback (the answer names the person, not the button), the message
// is edited, or nobody answers for a while.

import { copy, h, icon } from "./dom.mjs";
import { safeAddress } from "./entities.mjs";
import { toast } from "./popups.mjs";

// Telegram gives up on an unanswered callback after about this long.
const PATIENCE_MS = 30000;

const waiting = new Set();

/** The bot answered this person's press: nothing spins any more. */
export function answered() {
  for (const button of waiting) rest(button);
}

function rest(button) {
  waiting.delete(button);
  button.classList.remove("waiting");
  button.removeAttribute("aria-busy");
}

/** `press(data)` resolves when the press was delivered, and throws a sentence when it was not. */
export function keyboard(rows, press) {
  if (!Array.isArray(rows?.inline_keyboard ?? rows)) return null;
  const made = (rows.inline_keyboard ?? rows).map((row) => h("div", { class: "keys-row" }, ...row.map((key) => button(key, press))));
  return h("div", { class: "keys", role: "group", "aria-label": "Buttons" }, ...made);
}

function button(key, press) {
  const props = { class: "key", "data-testid": "key", title: key.text };
  const address = safeAddress(key.url ?? key.web_app?.url ?? key.login_url?.url);
  if (address !== null && key.callback_data === undefined) {
    const link = { ...props, href: address, target: "_blank", rel: "noopener noreferrer" };
    return h("a", link, h("span", null, key.text), icon("open"));
  }
  const make = (click, mark) => h("button", { ...props, type: "button", on: { click } }, h("span", null, key.text), mark);
  if (key.copy_text) return make(() => copyText(key.copy_text.text), icon("copy"));
  if (key.callback_data !== undefined) {
    const made = make(() => pressed(made, key.callback_data, press), h("span", { class: "spinner" }));
    return made;
  }
  const refused = { ...props, type: "button", disabled: true, title: "This page cannot press this kind of button" };
  return h("button", refused, h("span", null, key.text));
}

async function copyText(text) {
  toast((await copy(text)) ? "Copied to the clipboard." : "The browser refused to copy.");
}

async function pressed(button, data, press) {
  if (waiting.has(button)) return;
  waiting.add(button);
  button.classList.add("waiting");
  button.setAttribute("aria-busy", "true");
  setTimeout(() => rest(button), PATIENCE_MS);
  try {
    await press(data);
  } catch (error) {
    rest(button);
    toast(error.message);
  }
}
