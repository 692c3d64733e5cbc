// Files as the world takes them: what kind of thing each becomes, and which go together. What is chosen as a photo is made
// one as an app does it: no larger than needed, and a file when it is no picture.

import { oggOf } from "./ogg.mjs";

// The longer side of a photo as Telegram's apps send it, in pixels.
const LARGEST_SIDE = 1280;
const QUALITY = 0.87;
// Things in one album.
const TOGETHER = 10;
// More would not fit into one act: bytes, which travel as text, a third longer.
export const LARGEST = 45e6;

/** Things of a kind together, ten at most; what is written goes below the first. Pure. */
export function parcels(items, caption) {
  const groups = [];
  for (const item of items) {
    const open = groups.find((group) => group[0].kind === item.kind && group.length < TOGETHER && item.kind !== "voice");
    if (open) open.push(item);
    else groups.push([item]);
  }
  return groups.map((group, i) => ({ items: group, caption: i === 0 ? caption : "" }));
}

/** A file as a thing. `wanted`: "photo", "voice" or "document". */
export async function item(file, wanted) {
  const picture = wanted === "photo" && (await photo(file));
  if (picture) return { kind: "photo", bytes: await encoded(picture) };
  if (wanted === "voice") return voice(new Uint8Array(await file.arrayBuffer()));
  return { kind: "document", name: file.name || "file", mime: file.type || null, bytes: await encoded(file) };
}

/** A voice message: what is not Ogg and not recorded here goes as it is, for the bot to find out. */
function voice(bytes) {
  let ready = { bytes, seconds: 1 };
  try {
    ready = oggOf(bytes);
  } catch {
    // Not a recording of a browser.
  }
  return spoken(ready);
}

/** A voice message that was recorded here. Fails when nothing came from the microphone. */
export function recorded(bytes) {
  return spoken(oggOf(bytes));
}

async function spoken(ready) {
  return { kind: "voice", seconds: Math.max(1, Math.round(ready.seconds)), bytes: await encoded(new Blob([ready.bytes])) };
}

/** Base64, without what a data URL has before it. */
function encoded(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => reject(new Error("The file cannot be read.")));
    reader.readAsDataURL(blob);
  });
}

/** A picture of a size that apps send; null for what is none. */
async function photo(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  const { width, height } = bitmap;
  const scale = LARGEST_SIDE / Math.max(width, height);
  if (scale >= 1 && ["image/jpeg", "image/png"].includes(file.type)) return file;
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * Math.min(1, scale))), Math.max(1, Math.round(height * Math.min(1, scale))));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
