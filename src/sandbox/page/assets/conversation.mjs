// The messages of the open chat: days, runs of one author, drafts at the end, and where the reader is.
//
// There is one way to draw: `show` compares what should be there with what is, message by message, and touches only what
// differs. Events, edits, snapshots after a lost connection and another chat all come this way.
//
// A reader at the bottom stays there, whatever grows. A reader who scrolled up is never moved; a button counts what came.

import { byId, calm, h } from "./dom.mjs";
import { Draft } from "./draft.mjs";
import { withAlbums } from "./files.mjs";
import { messageElement } from "./message.mjs";
import { day, dayKey } from "./words.mjs";

// So many messages are drawn at first and added at a time: a page with thousands stays quick.
const WINDOW = 200;
// Closer to the end than this counts as being there, in pixels.
const NEAR = 60;
// Messages of one author within this many seconds stand together.
const RUN = 300;
// The floating day goes when nothing has moved for this long.
const STILL_MS = 900;

export class Conversation {
  constructor(on) {
    this.on = on;
    this.log = byId("log");
    this.list = byId("messages");
    this.down = byId("to-end");
    this.shown = new Map();
    this.drafts = new Map();
    this.atEnd = true;
    this.missed = 0;
    this.limit = WINDOW;
    this.left = new Map();
    this.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.down.addEventListener("click", () => this.toEnd(!calm()));
    byId("earlier").addEventListener("click", () => this.#earlier());
    const grown = new ResizeObserver(() => this.atEnd && this.toEnd());
    grown.observe(this.log);
    grown.observe(this.list);
    this.list.addEventListener("keydown", (event) => this.#key(event));
  }

  /** `scene`: `{ world, chat, me, thread, group }`; `thread` undefined shows every topic. */
  show(scene) {
    const place = `${scene.me}:${scene.chat.id}:${scene.thread}`;
    const arrived = place !== this.place;
    if (arrived) this.#clear(place);
    const left = arrived && this.left.get(place);
    this.scene = scene;
    const here = ({ thread }) => scene.thread === undefined || (thread ?? null) === scene.thread;
    const all = withAlbums(scene.chat.messages.filter(here));
    byId("earlier").hidden = all.length <= this.limit;
    this.#draw(all.slice(-this.limit), arrived);
    this.#drawDrafts(scene.world.draftsIn(scene.chat.id).filter(here));
    if (arrived && left === undefined) this.toEnd();
    else if (arrived) this.#return(left);
    this.#settleQuotes();
    this.#counter();
  }

  toEnd(smoothly = false) {
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
    this.atEnd = true;
    this.missed = 0;
    this.#counter();
  }

  jump(id) {
    const element = this.shown.get(id)?.element;
    if (!element) return;
    element.scrollIntoView({ block: "center", behavior: calm() ? "instant" : "smooth" });
    element.classList.remove("flash");
    void element.offsetWidth; // Starts the animation again when it is running.
    element.classList.add("flash");
  }

  /** The messages in view, oldest first. */
  get messages() {
    return [...this.shown.values()].map(({ message }) => message);
  }

  /** Where this reader was in this chat and topic; at the end is where whoever was there stays. */
  #return(left) {
    this.log.scrollTop = left;
    this.atEnd = false;
  }

  #clear(place) {
    if (this.place !== undefined && this.atEnd) this.left.delete(this.place);
    else if (this.place !== undefined) this.left.set(this.place, this.log.scrollTop);
    this.place = place;
    this.list.replaceChildren();
    this.shown.clear();
    this.drafts.clear();
    this.limit = WINDOW;
    this.missed = 0;
    this.newest = undefined;
  }

  #draw(messages, arrived) {
    const before = this.shown;
    const focus = focusIn(before);
    this.shown = new Map();
    let section = null;
    let place = this.list.firstElementChild;
    let slot = null;
    messages.forEach((message, i) => {
      const key = dayKey(message.date);
      if (section?.dataset.day !== key) {
        section = this.#section(key, message.date, place);
        place = section.nextElementSibling;
        slot = section.firstElementChild;
      }
      const old = before.get(message.message_id);
      const element = this.#element(message, old, arrived);
      if (slot.nextElementSibling !== element) slot.after(element);
      slot = element;
      element.classList.toggle("first", !together(messages[i - 1], message));
      element.classList.toggle("last", !together(message, messages[i + 1]));
      element.tabIndex = i === messages.length - 1 ? 0 : -1;
      this.shown.set(message.message_id, { message, element });
    });
    for (const [id, { element }] of before) if (this.shown.get(id)?.element !== element) element.remove();
    for (const empty of this.list.querySelectorAll("section:not(:has(.msg))")) empty.remove();
    this.newest = messages.at(-1)?.message_id ?? this.newest;
    if (focus) focusables(this.shown.get(focus.id)?.element)[focus.at]?.focus({ preventScroll: true });
    byId("empty").hidden = messages.length > 0 || this.drafts.size > 0;
  }

  #section(key, date, place) {
    if (place?.dataset.day === key) return place;
    const existing = [...this.list.children].find((section) => section.dataset.day === key);
    const made = existing ?? h("section", { "data-day": key }, h("h3", { class: "day", "data-testid": "day" }, h("span", null, day(date))));
    this.list.insertBefore(made, place);
    return made;
  }

  #element(message, old, arrived) {
    if (old && (old.message === message || same(old.message, message))) return old.element;
    const element = messageElement(message, this.scene, this.on);
    if (old) {
      keepOpened(old.element, element);
      return element;
    }
    if (arrived || !(message.message_id > (this.newest ?? -Infinity))) return element;
    const own = message.from === this.scene.me;
    if (!message.was_draft) element.classList.add("enter");
    if (own) this.atEnd = true;
    else if (!this.atEnd) this.missed += 1;
    return element;
  }

  #drawDrafts(drafts) {
    const live = new Set(drafts.map((draft) => draft.draft_id));
    for (const [id, drawn] of this.drafts) {
      if (live.has(id)) continue;
      drawn.element.remove();
      this.drafts.delete(id);
    }
    for (const draft of drafts) {
      const drawn = this.drafts.get(draft.draft_id);
      if (drawn) drawn.update(draft);
      else this.drafts.set(draft.draft_id, new Draft(draft, this.scene, () => this.on.stop(draft.draft_id)));
      this.list.append(this.drafts.get(draft.draft_id).element);
    }
    if (drafts.length > 0) byId("empty").hidden = true;
  }

  /** A quote that fits into its three lines needs no handle. */
  #settleQuotes() {
    for (const quote of this.list.querySelectorAll(".expandable:not([data-measured])")) {
      const text = quote.querySelector(".quote-text");
      quote.dataset.measured = "";
      if (text.scrollHeight > text.clientHeight + 4) continue;
      quote.classList.remove("collapsed", "expandable");
      quote.querySelector(".quote-toggle").remove();
    }
  }

  #earlier() {
    const { scrollHeight, scrollTop } = this.log;
    this.limit += WINDOW;
    this.atEnd = false;
    this.show(this.scene);
    this.log.scrollTop = scrollTop + this.log.scrollHeight - scrollHeight;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd) this.missed = 0;
    this.#counter();
    // The day floats above the messages only while they move.
    this.log.classList.add("scrolling");
    clearTimeout(this.still);
    this.still = setTimeout(() => this.log.classList.remove("scrolling"), STILL_MS);
  }

  #counter() {
    this.down.hidden = this.atEnd;
    byId("missed").textContent = this.missed || "";
    this.down.setAttribute("aria-label", this.missed ? `To the end, ${this.missed} new` : "To the end");
  }

  #key(event) {
    const focused = event.target;
    if (!focused.classList.contains("msg")) return;
    const elements = [...this.shown.values()].map(({ element }) => element);
    const at = elements.indexOf(focused);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) elements[at + step]?.focus();
    else if (event.key === "Enter" && at >= 0) focused.querySelector(".more")?.click();
    else return;
    event.preventDefault();
  }
}

function together(a, b) {
  return a && b && !a.service && !b.service && a.from === b.from && b.date - a.date < RUN && dayKey(a.date) === dayKey(b.date);
}

const same = (a, b) => JSON.stringify({ ...a, was_draft: 0 }) === JSON.stringify({ ...b, was_draft: 0 });

const focusables = (element) => (element ? [element, ...element.querySelectorAll("a, button, pre")] : []);

/** Which part of which message has the focus: an edit (a menu that turns its page) must not lose it. */
function focusIn(shown) {
  const focused = document.activeElement;
  const id = Number(focused.closest?.(".msg")?.dataset.messageId);
  const at = focusables(shown.get(id)?.element).indexOf(focused);
  return at < 0 ? null : { id, at };
}

/** An edit does not hide again what the reader has opened. */
function keepOpened(old, element) {
  const spoilers = element.querySelectorAll(".spoiler");
  old.querySelectorAll(".spoiler").forEach((spoiler, i) => spoiler.matches(".shown") && spoilers[i]?.click());
  const quotes = element.querySelectorAll(".expandable");
  old.querySelectorAll(".expandable").forEach((quote, i) => quote.matches(":not(.collapsed)") && quotes[i]?.click());
}
