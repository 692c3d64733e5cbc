// What is chosen and not sent yet: files from the picker, dropped on the chat, or pasted into the field.

import { byId, h, icon } from "./dom.mjs";
import { LARGEST, item, parcels } from "./parcel.mjs";
import { toast } from "./popups.mjs";
import { size } from "./words.mjs";

export class Tray {
  /** `changed()` is called when something was put in or taken out. */
  constructor(changed) {
    this.changed = changed;
    this.box = byId("tray");
    this.chosen = [];
    for (const wanted of ["photo", "document", "voice"]) {
      const input = byId(`pick-${wanted}`);
      input.addEventListener("change", () => {
        this.take(input.files, wanted);
        input.value = "";
      });
    }
    byId("field").addEventListener("paste", (event) => this.#pasted(event));
    const main = document.querySelector(".main");
    main.addEventListener("dragover", (event) => this.#over(event, main));
    main.addEventListener("dragleave", (event) => main.contains(event.relatedTarget) || main.classList.remove("dropping"));
    main.addEventListener("drop", (event) => this.#dropped(event, main));
  }

  get isEmpty() {
    return this.chosen.length === 0;
  }

  /** Puts files in. `wanted` says what they are to be; without, pictures are photos. */
  take(files, wanted) {
    for (const file of files) {
      if (file.size > LARGEST) toast(`${file.name || "This file"} is too large for the sandbox: ${size(LARGEST)} is the most.`);
      else this.chosen.push({ file, wanted: wanted ?? (file.type.startsWith("image/") ? "photo" : "document") });
    }
    this.#draw();
  }

  /** Takes everything out, as it is to be sent with these words. */
  async empty(caption) {
    const chosen = this.chosen.splice(0);
    this.#draw();
    try {
      return parcels(await Promise.all(chosen.map(({ file, wanted }) => item(file, wanted))), caption);
    } catch (error) {
      this.put(chosen);
      throw error;
    }
  }

  /** Puts back what could not be sent. */
  put(chosen) {
    this.chosen.unshift(...chosen);
    this.#draw();
  }

  #draw() {
    this.box.hidden = this.isEmpty;
    this.box.replaceChildren(...this.chosen.map((entry) => this.#entry(entry)));
    this.changed();
  }

  #entry(entry) {
    const { file, wanted } = entry;
    const name = file.name || "pasted";
    const click = () => {
      this.chosen = this.chosen.filter((other) => other !== entry);
      this.#draw();
      byId("field").focus();
    };
    const gone = h("button", { type: "button", class: "round", "aria-label": `Take out ${name}`, on: { click } }, icon("close"));
    const words = h("span", { class: "tray-words" }, name, h("span", { class: "tray-size" }, ` ${size(file.size)}`));
    return h("li", { class: "tray-entry", "data-testid": "chosen" }, icon({ photo: "photos", voice: "mic" }[wanted] ?? "file"), words, gone);
  }

  #pasted(event) {
    const { files } = event.clipboardData;
    if (files.length === 0) return;
    event.preventDefault();
    this.take(files);
  }

  #over(event, main) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    main.classList.add("dropping");
  }

  #dropped(event, main) {
    main.classList.remove("dropping");
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    this.take(event.dataTransfer.files);
    byId("field").focus();
  }
}
