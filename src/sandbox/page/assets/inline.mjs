// Inline mode: `@bot …` at the beginning of the field is asked while it is typed, and what the bot offers stands above it.
// Enter still sends the words themselves, as in Telegram's apps, unless an arrow key has chosen a result.

import { byId, h } from "./dom.mjs";
import { toast } from "./popups.mjs";

// The bot is asked when nothing was typed for this long.
const PAUSE_MS = 350;

export class Inline {
  /**
   * `on`: `bot()` (its username), `ask(query)` (a promise of an id), `choose(query, result)` (a promise),
   * `start(parameter)` (opens the private chat with it).
   */
  constructor(on) {
    this.on = on;
    this.box = byId("results");
    this.query = null;
    this.chosen = -1;
  }

  typed(text) {
    clearTimeout(this.waiting);
    const bot = this.on.bot();
    const start = `@${bot} `;
    if (!bot || text.slice(0, start.length).toLowerCase() !== start.toLowerCase()) return this.close();
    const asked = text.slice(start.length);
    this.waiting = setTimeout(() => this.#ask(asked), PAUSE_MS);
    return undefined;
  }

  async #ask(text) {
    try {
      this.query = null;
      this.query = await this.on.ask(text);
      if (this.early?.query === this.query) this.offer(this.early);
    } catch {
      // A bot without inline mode offers nothing.
      this.close();
    }
  }

  /** What the bot offers; it may be quicker than the answer to the question. */
  offer({ query, results, button }) {
    this.early = { query, results, button };
    if (query !== this.query) return;
    this.results = results;
    this.chosen = -1;
    this.box.hidden = results.length === 0 && !button;
    const above = button ? [this.#button(button)] : [];
    this.box.replaceChildren(...results.map((result, i) => this.#result(result, i)), ...above);
  }

  /** The way to the private chat; no result, so no key leads to it. */
  #button({ text, start_parameter: parameter }) {
    const open = (event) => {
      event.preventDefault();
      this.close();
      this.on.start(parameter);
    };
    return h("li", { class: "offer", role: "presentation", "data-testid": "result-button", on: { mousedown: open } }, h("b", null, text));
  }

  #result(result, i) {
    const pick = (event) => {
      event.preventDefault();
      this.#choose(i);
    };
    const words = h("span", { class: "result-words" }, h("b", null, result.title), h("span", null, result.description ?? ""));
    return h("li", { class: "offer", role: "option", id: `result-${i}`, "data-testid": `result-${result.id}`, on: { mousedown: pick } }, words);
  }

  async #choose(i) {
    const { query, results } = this;
    this.close();
    try {
      await this.on.choose(query, results[i].id);
    } catch (error) {
      toast(error.message);
    }
  }

  close() {
    clearTimeout(this.waiting);
    this.query = null;
    this.box.hidden = true;
    byId("field").removeAttribute("aria-activedescendant");
  }

  /** Keys that belong to the results; true when it was one. */
  key(event) {
    if (this.box.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { length } = this.results;
    if (step && length > 0) {
      this.chosen = this.chosen < 0 && step < 0 ? length - 1 : (this.chosen + step + length) % length;
      [...this.box.children].forEach((offer, at) => offer.setAttribute("aria-selected", String(at === this.chosen)));
      byId("field").setAttribute("aria-activedescendant", `result-${this.chosen}`);
    } else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && !event.shiftKey && this.chosen >= 0) this.#choose(this.chosen);
    else return false;
    event.preventDefault();
    return true;
  }
}
