// A draft: the answer while it is being written.
//
// Frames arrive about once a second; Telegram's clients let the text flow between them, and so does this. What is shown
// runs after what is known, faster the further behind it is; the newest words fade in.

import { calm, h, icon } from "./dom.mjs";
import { render } from "./entities.mjs";
import { avatar } from "./people.mjs";
import { renderBlocks } from "./rich.mjs";
import { colour } from "./words.mjs";

// A frame's worth of text is shown within about this time, so that the text still flows when the next frame comes.
const CATCH_UP_MS = 700;
// The newest words are this much softer step by step: so many steps of so many UTF-16 units.
const STEPS = 4;
const STEP = 5;

export class Draft {
  constructor(draft, scene, stop) {
    const { bot } = scene.world;
    this.shown = 0;
    this.text = h("div", { class: "text", "data-testid": "draft-text", dir: "auto" });
    this.bubble = h("div", { class: "bubble" }, this.text);
    const pressed = async () => {
      this.button.disabled = true;
      await stop();
      this.button.disabled = false;
    };
    this.button = h("button", { type: "button", class: "stop", "data-testid": "stop", on: { click: pressed } }, icon("stop"), "Stop");
    const name = scene.group && h("div", { class: "name" }, bot?.name ?? "Bot");
    if (name) this.bubble.prepend(name);
    const stack = h("div", { class: "stack" }, this.bubble, this.button);
    const picture = scene.group && avatar(bot?.id ?? 0, bot?.name ?? "Bot", true);
    const props = { class: `msg theirs draft first last ${colour(bot?.id ?? 0)}`, "data-testid": "draft" };
    // Not read aloud while it grows: the final message is.
    this.element = h("article", { ...props, "aria-live": "off", "aria-busy": "true" }, picture, stack);
    this.update(draft);
  }

  update(draft) {
    this.known = draft;
    this.button.hidden = !draft.can_stop;
    this.element.classList.toggle("ending", draft.gone);
    // A frame may take back what was shown (a half-written link that became one): never show beyond it.
    this.shown = Math.min(this.shown, draft.text.length);
    if (calm() || document.hidden || draft.gone) this.shown = draft.text.length;
    this.paint();
    this.run();
  }

  run() {
    if (this.known.blocks?.length || this.running || this.shown >= this.known.text.length) return;
    this.running = true;
    let last = performance.now();
    const step = (now) => {
      const behind = this.known.text.length - this.shown;
      const due = (behind * (now - last)) / CATCH_UP_MS;
      if (due >= 1) {
        last = now;
        this.shown += Math.ceil(due);
        this.paint();
      }
      this.running = this.shown < this.known.text.length && this.element.isConnected;
      if (this.running) requestAnimationFrame(step);
      else this.paint();
    };
    requestAnimationFrame(step);
  }

  paint() {
    const { text, entities, blocks } = this.known;
    this.text.classList.toggle("rich", Boolean(blocks?.length));
    if (blocks?.length) {
      // Blocks come whole: half a table is no table.
      this.text.replaceChildren(renderBlocks(blocks), h("span", { class: "caret", "aria-hidden": "true" }));
      return;
    }
    if (text === "") {
      this.text.replaceChildren(h("span", { class: "thinking" }, "Thinking…"));
      return;
    }
    const end = wholeCharacters(text, this.shown);
    const known = entities.map((entity) => (entity.type === "expandable_blockquote" ? { ...entity, type: "blockquote" } : entity));
    const marks = end < text.length || this.running ? [...known, ...fresh(end)] : known;
    this.text.replaceChildren(render(text.slice(0, end), marks), h("span", { class: "caret", "aria-hidden": "true" }));
  }
}

/** Marks for the newest words, the softest last. */
function fresh(end) {
  return Array.from({ length: STEPS }, (_, level) => ({ type: "fresh", level, offset: end - STEP * (level + 1), length: STEP }));
}

/** Not the first half of a surrogate pair. */
function wholeCharacters(text, end) {
  return end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end + 1 : end;
}
