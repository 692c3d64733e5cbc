// What a message carries beside its text: photos, alone or as an album, and documents to save.

import { h, icon } from "./dom.mjs";
import { size } from "./words.mjs";

const address = (id) => `/file?id=${encodeURIComponent(id)}`;

/** An element, or null. `message.photos` are the photos of its whole album. */
export function attachments(message) {
  if (message.files) return h("div", { class: "files" }, ...message.files.map(documentCard));
  if (message.document) return documentCard(message.document);
  const thing = message.media && THINGS[message.media.kind]?.(message.media.content);
  if (thing) return thing;
  const photos = message.photos ?? (message.photo ? [message.photo] : []);
  if (photos.length === 0) return null;
  const made = photos.map((id, i) => h("img", { src: address(id), alt: `Photo ${i + 1}`, "data-testid": "photo", decoding: "async" }));
  return h("div", { class: photos.length > 1 ? "photos album" : "photos", "data-testid": "photos" }, ...made);
}

const player = ({ file_id: id, duration }) => h("audio", { class: "player", controls: true, preload: "metadata", src: address(id), "data-testid": "player", "aria-label": `Recording of ${duration} s` });
const film = ({ file_id: id }, kind = "") => h("video", { class: `film ${kind}`, controls: true, preload: "metadata", src: address(id), "data-testid": "film" });
const card = (head, ...lines) => h("div", { class: "thing", "data-testid": "thing" }, h("b", null, head), ...lines.map((line) => h("span", null, line)));
const degrees = ({ latitude, longitude }) => `${latitude}, ${longitude}`;

/** What a thing looks like; photos and documents are drawn by themselves. */
const THINGS = {
  voice: player,
  audio: player,
  video: (content) => film(content),
  animation: (content) => film(content),
  video_note: (content) => film(content, "round-film"),
  sticker: ({ file_id: id, emoji }) => h("img", { class: "sticker", src: address(id), alt: `Sticker ${emoji}`, "data-testid": "sticker" }),
  contact: (content) => card(content.first_name, content.phone_number),
  location: (content) => card("Location", degrees(content)),
  venue: (content) => card(content.title, content.address, degrees(content.location)),
  poll: (content) => card(content.question, ...content.options.map(({ text }) => `○ ${text}`)),
  dice: (content) => card(content.emoji, String(content.value)),
};

function documentCard(file) {
  const props = { class: "document", href: address(file.file_id), download: file.name || "file", "data-testid": "document" };
  const words = h("span", { class: "document-words" }, h("span", { class: "document-name" }, file.name || "File"), h("span", { class: "document-size" }, `${size(file.size)} · ${file.mime}`));
  return h("a", { ...props, "aria-label": `Save ${file.name || "file"}, ${size(file.size)}` }, h("span", { class: "document-picture" }, icon("file")), words);
}

/** Messages with every album as one: the first of it, with the photos or files of all. Pure. */
export function withAlbums(messages) {
  const albums = new Map();
  const shown = [];
  for (const message of messages) {
    const first = message.album && albums.get(message.album);
    if (first) {
      if (message.photo) first.photos.push(message.photo);
      if (message.document) first.files.push(message.document);
      continue;
    }
    const kept = message.album ? { ...message, photos: message.photo ? [message.photo] : [] } : message;
    if (message.album && message.document) kept.files = [message.document];
    if (message.album) albums.set(message.album, kept);
    shown.push(kept);
  }
  return shown;
}
