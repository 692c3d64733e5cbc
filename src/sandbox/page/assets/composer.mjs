// Where a message is written: text, reply or edit, the menu of commands, and the text that was not sent yet.

import { byId, h, icon } from "./dom.mjs";
import { Inline } from "./inline.mjs";
import { menu, toast } from "./popups.mjs";
import { Recorder } from "./recorder.mjs";
import { Tray } from "./tray.mjs";
import { colour, pieces, summary } from "./words.mjs";

// The text field grows to about ten lines and then scrolls, in pixels.
const TALLEST = 240;

export class Composer {
  /**
   * `on`: `send(text, replyTo)`, `share(parcel, replyTo)`, `extras()` (menu items whose `act` gets the text),
   * `edit(message, text)`, `lastOwn()`, `neighbour(message, step)`, `commands()`, `jump(id)`, `inline` (see inline.mjs).
   */
  constructor(on) {
    this.on = on;
    this.field = byId("field");
    this.bar = byId("about");
    this.popup = byId("commands");
    this.unsent = new Map();
    this.known = [];
    this.chosen = 0;
    this.tray = new Tray(() => this.#typed());
    this.inline = new Inline({ ...on.inline, choose: (query, result) => this.#sendAs(() => on.inline.choose(query, result)) });
    this.recorder = new Recorder((item) => this.#answer((replyTo) => on.share({ items: [item], caption: "" }, replyTo)));
    byId("composer").addEventListener("submit", (event) => this.#submit(event));
    byId("menu-commands").addEventListener("click", () => this.#toggleAll());
    byId("attach").addEventListener("click", () => this.#attach());
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    // Later, because the button that opens the menu takes the focus for a moment.
    this.field.addEventListener("blur", () => setTimeout(() => document.activeElement === this.field || this.#close(), 150));
  }

  /** Another chat or person: the text that was written there comes back. */
  async open(place, label) {
    if (place === this.place) return;
    if (this.place !== undefined) this.unsent.set(this.place, { text: this.field.value, about: this.about });
    this.place = place;
    const { text, about } = this.unsent.get(place) ?? { text: "", about: null };
    this.#set(text);
    this.#talkAbout(about);
    this.field.setAttribute("aria-label", `Message to ${label}`);
    this.#close();
    this.recorder.cancel();
    this.known = [];
    byId("menu-commands").hidden = true;
    await this.learn();
  }

  /** Asks for the commands again: the bot may have changed them. */
  async learn() {
    const { place } = this;
    if (place === undefined) return;
    const known = await this.on.commands();
    if (place !== this.place) return;
    this.known = known;
    byId("menu-commands").hidden = known.length === 0;
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  reply(message, author) {
    this.#talkAbout({ kind: "reply", message, author });
    this.focus();
  }

  edit(message, author) {
    this.#talkAbout({ kind: "edit", message, author });
    this.#set(message.text);
    this.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  #talkAbout(about) {
    if (this.about?.kind === "edit" && about?.kind !== "edit") this.#set("");
    this.about = about;
    this.bar.hidden = !about;
    byId("composer").classList.toggle("editing", about?.kind === "edit");
    if (!about) return;
    const { kind, message, author } = about;
    const title = kind === "edit" ? "Edit message" : `Reply to ${author.name}`;
    const close = { type: "button", class: "round", "aria-label": "Cancel", "data-testid": "cancel-about" };
    this.bar.className = `about ${colour(message.from)}`;
    this.bar.dataset.testid = `${kind}-bar`;
    const words = h("button", { type: "button", class: "about-words", on: { click: () => this.on.jump(message.message_id) } });
    words.append(h("span", { class: "quote-name" }, title), h("span", { class: "quote-line" }, summary(message).slice(0, 120)));
    const cancel = h("button", { ...close, on: { click: () => this.#talkAbout(null) } }, icon("close"));
    this.bar.replaceChildren(icon(kind === "edit" ? "edit" : "reply"), words, cancel);
  }

  #set(text) {
    this.field.value = text;
    this.#typed();
  }

  #typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
    const empty = this.field.value.trim() === "";
    byId("send").disabled = empty && this.tray.isEmpty;
    this.inline.typed(this.field.value);
    this.#offer();
    // The bot may have changed its commands since.
    if (this.field.value === "/") this.learn().then(() => this.field.value === "/" && this.#offer());
  }

  async #submit(event) {
    event?.preventDefault();
    if (!this.tray.isEmpty && this.about?.kind !== "edit") return this.#sendTray();
    const parts = pieces(this.field.value);
    if (parts.length === 0) return;
    const { about } = this;
    const written = this.field.value;
    this.about = null;
    this.#talkAbout(null);
    this.#set("");
    this.focus();
    try {
      if (about?.kind === "edit") await this.on.edit(about.message, written.trim());
      else for (const [i, part] of parts.entries()) await this.on.send(part, i === 0 ? (about?.message.message_id ?? null) : null);
    } catch (error) {
      toast(error.message);
      if (this.field.value === "") this.#set(written);
    }
  }

  /** Sends what is chosen, with what is written below it. */
  async #sendTray() {
    const { chosen } = this.tray;
    const [kept, written] = [[...chosen], this.field.value];
    this.#set("");
    this.focus();
    try {
      const parcels = await this.tray.empty(written.trim());
      await this.#answer(async (replyTo) => {
        for (const [i, parcel] of parcels.entries()) await this.on.share(parcel, i === 0 ? replyTo : null);
      });
    } catch (error) {
      toast(error.message);
      if (this.tray.isEmpty) this.tray.put(kept);
      if (this.field.value === "") this.#set(written);
    }
  }

  /** Does it with the message that is answered, which then is. */
  async #answer(deliver) {
    const { about } = this;
    const replyTo = about?.kind === "reply" ? about.message.message_id : null;
    if (replyTo !== null) this.#talkAbout(null);
    await deliver(replyTo);
  }

  /** Other ways to send what is written: with photos, in another name. */
  #attach() {
    const { left, top } = byId("attach").getBoundingClientRect();
    const items = this.on.extras().map((extra) => ({ ...extra, act: () => this.#sendAs(extra.act) }));
    const pick = (wanted, label, image) => ({ label, icon: image, testid: `choose-${wanted}`, act: () => byId(`pick-${wanted}`).click() });
    items.unshift(pick("photo", "Photos…", "photos"), pick("document", "Files…", "file"), pick("voice", "Voice note from a file…", "mic"));
    menu(items, { x: left, y: top, label: "Send something else", above: true });
  }

  async #sendAs(deliver) {
    const written = this.field.value;
    this.#set("");
    this.focus();
    try {
      await deliver(written.trim());
    } catch (error) {
      toast(error.message);
      if (this.field.value === "") this.#set(written);
    }
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.inline.key(event)) return;
    if (!this.popup.hidden && this.#choose(event)) return;
    if (event.key === "Enter" && !event.shiftKey) this.#submit(event);
    else if (event.key === "Escape" && this.about) this.#talkAbout(null);
    else if (event.key === "ArrowUp" && event.ctrlKey) this.#replyTo(-1);
    else if (event.key === "ArrowDown" && event.ctrlKey) this.#replyTo(1);
    else if (event.key === "ArrowUp" && this.field.value === "" && !event.shiftKey) this.#editLast();
    else return;
    event.preventDefault();
  }

  #editLast() {
    const last = this.on.lastOwn();
    if (last) this.edit(last.message, last.author);
  }

  #replyTo(step) {
    const found = this.on.neighbour(this.about?.kind === "reply" ? this.about.message : null, step);
    if (found) this.reply(found.message, found.author);
    else this.#talkAbout(null);
  }

  #matching() {
    const typed = /^\/([a-z0-9_]*)$/i.exec(this.field.value);
    if (!typed) return [];
    const name = typed[1].toLowerCase();
    const found = this.known.filter(({ command }) => command.startsWith(name));
    // What is written out is meant, whatever else begins like it.
    return found.sort((a, b) => (b.command === name) - (a.command === name));
  }

  #offer(commands = this.#matching()) {
    this.chosen = 0;
    this.popup.hidden = commands.length === 0;
    this.popup.replaceChildren(...commands.map((command, i) => this.#command(command, i)));
    this.#mark();
  }

  #command({ command, description }, i) {
    const pick = (event) => {
      event.preventDefault();
      this.#send(command);
    };
    const props = { class: "offer", role: "option", id: `offer-${i}`, "data-testid": `command-${command}`, "data-command": command };
    const name = h("b", null, `/${command}`);
    // On press, not on click: the field must not lose the focus before.
    return h("li", { ...props, on: { mousedown: pick } }, name, h("span", null, description));
  }

  #send(command) {
    this.#set(`/${command}`);
    this.#close();
    this.#submit();
  }

  #toggleAll() {
    if (!this.popup.hidden) return this.#close();
    this.focus();
    return this.#offer(this.known);
  }

  #close() {
    this.popup.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  #mark() {
    [...this.popup.children].forEach((offer, i) => {
      offer.setAttribute("aria-selected", String(i === this.chosen));
      if (i === this.chosen) offer.scrollIntoView({ block: "nearest" });
    });
    if (this.popup.hidden) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `offer-${this.chosen}`);
  }

  /** Keys that belong to the open menu of commands; true when it was one. */
  #choose(event) {
    const offers = this.popup.children;
    const { command } = offers[this.chosen]?.dataset ?? {};
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.chosen = (this.chosen + step + offers.length) % offers.length;
      this.#mark();
    } else if (event.key === "Escape") this.#close();
    else if (event.key === "Tab") this.#set(`/${command} `);
    else if (event.key === "Enter" && !event.shiftKey) this.#send(command);
    else return false;
    event.preventDefault();
    return true;
  }
}
