// The microphone: press to record, press again to send; Escape or the cross throws the recording away.

import { byId } from "./dom.mjs";
import { recorded } from "./parcel.mjs";
import { toast } from "./popups.mjs";

// Ogg where the browser can write it.
const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus"];

export class Recorder {
  /** `send(item)` sends a voice message. */
  constructor(send) {
    this.send = send;
    this.button = byId("mic");
    this.box = byId("recording");
    this.button.addEventListener("click", () => (this.running ? this.#finish() : this.#begin()));
    byId("recording-cancel").addEventListener("click", () => this.cancel());
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.running) return;
      event.preventDefault();
      this.cancel();
    });
  }

  async #begin() {
    if (this.asking) return;
    this.asking = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const running = new MediaRecorder(stream, { mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)) });
      this.pieces = [];
      running.addEventListener("dataavailable", ({ data }) => this.pieces.push(data));
      running.start();
      this.running = running;
      this.#show(true);
    } catch {
      toast("The browser gives no microphone to this page.");
    } finally {
      this.asking = false;
    }
  }

  async #finish() {
    const ended = new Promise((resolve) => this.running.addEventListener("stop", resolve, { once: true }));
    this.#end();
    await ended;
    try {
      const bytes = new Uint8Array(await new Blob(this.pieces).arrayBuffer());
      await this.send(await recorded(bytes));
    } catch (error) {
      toast(error.message);
    }
  }

  /** Throws it away. */
  cancel() {
    if (this.running) this.#end();
  }

  #end() {
    const { running } = this;
    this.running = null;
    running.stop();
    for (const track of running.stream.getTracks()) track.stop();
    this.#show(false);
  }

  #show(on) {
    this.box.hidden = !on;
    this.button.setAttribute("aria-pressed", String(on));
    this.button.setAttribute("aria-label", on ? "Send the recording" : "Record a voice message");
    clearInterval(this.ticking);
    if (!on) return;
    let seconds = 0;
    const tell = () => {
      byId("recording-time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      seconds += 1;
    };
    tell();
    this.ticking = setInterval(tell, 1000);
  }
}
