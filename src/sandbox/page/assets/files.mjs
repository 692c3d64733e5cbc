// What a message carries beside its text: photos, alone or as an album, and documents to save.

import { h, icon } from "./dom.mjs";
import { size } from "./words.mjs";

const address = (id) => `/file?id=${encodeURIComponent(id)}`;

/** An element, or null. `message.photos` are the photos of its whole album. */
export function attachments(message) {
  if (message.document) return documentCard(message.document);
  const photos = message.photos ?? (message.photo ? [message.photo] : []);
  if (photos.length === 0) return null;
  const made = photos.map((id, i) => h("img", { src: address(id), alt: `Photo ${i + 1}`, "data-testid": "photo", decoding: "async" }));
  return h("div", { class: photos.length > 1 ? "photos album" : "photos", "data-testid": "photos" }, ...made);
}

function documentCard(file) {
  const props = { class: "document", href: address(file.file_id), download: file.name || "file", "data-testid": "document" };
  const words = h("span", { class: "document-words" }, h("span", { class: "document-name" }, file.name || "File"), h("span", { class: "document-size" }, `${size(file.size)} · ${file.mime}`));
  return h("a", { ...props, "aria-label": `Save ${file.name || "file"}, ${size(file.size)}` }, h("span", { class: "document-picture" }, icon("file")), words);
}

/** Messages with every album as one: the first of it, with the photos of all. Pure. */
export function withAlbums(messages) {
  const albums = new Map();
  const shown = [];
  for (const message of messages) {
    const first = message.album && albums.get(message.album);
    if (first) {
      first.photos.push(message.photo);
      continue;
    }
    const kept = message.album ? { ...message, photos: [message.photo] } : message;
    if (message.album) albums.set(message.album, kept);
    shown.push(kept);
  }
  return shown;
}
