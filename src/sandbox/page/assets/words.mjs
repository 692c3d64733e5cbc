// Numbers, names and moments as people read them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayThisYear = new Intl.DateTimeFormat(undefined, { month: "long", day: "numeric" });
const dayOtherYear = new Intl.DateTimeFormat(undefined, { month: "long", day: "numeric", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

export const time = (seconds) => clock.format(new Date(seconds * 1000));

/** A key that two moments of one local day share. */
export const dayKey = (seconds) => new Date(seconds * 1000).toDateString();

/** "Today", "Yesterday", "3 August", "3 August 2025". */
export function day(seconds, now = new Date()) {
  const date = new Date(seconds * 1000);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  return (date.getFullYear() === now.getFullYear() ? dayThisYear : dayOtherYear).format(date);
}

/** For the chat list: the time today, the day before that. */
export const shortMoment = (seconds, now = new Date()) =>
  dayKey(seconds) === now.toDateString() ? time(seconds) : shortDay.format(new Date(seconds * 1000));

/** One or two letters for a picture. */
export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, "").trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join("") || "#";
}

/** Telegram has seven colours for names. */
export const colour = (id) => `peer-${((Math.trunc(id) % 7) + 7) % 7}`;

/** Up to three emoji and nothing else are shown large. */
export function isJumbo(text) {
  return text.length <= 40 && /^(?:\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]*(?:\u200D\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]*)*){1,3}$/u.test(text);
}

const ACTIONS = {
  typing: "typing",
  upload_photo: "sending a photo",
  record_video: "recording a video",
  upload_video: "sending a video",
  record_voice: "recording a voice message",
  upload_voice: "sending a voice message",
  upload_document: "sending a file",
  choose_sticker: "choosing a sticker",
  find_location: "sending a location",
};

export const action = (name) => ACTIONS[name] ?? "typing";

// Longest message of a person, in UTF-16 units; a client cuts a longer one into several.
const LONGEST = 4096;

/** A text as a client sends it: one message, or several when it is too long, cut at a line or a word when possible. */
export function pieces(text) {
  const parts = [];
  let rest = text.trim();
  while (rest.length > LONGEST) {
    const head = rest.slice(0, LONGEST);
    // Not in the first half: a lonely early line break would make a tiny message.
    const cut = [head.lastIndexOf("\n"), head.lastIndexOf(" ")].find((at) => at > LONGEST / 2);
    const end = cut ?? (/[\uD800-\uDBFF]$/.test(head) ? LONGEST - 1 : LONGEST);
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return rest ? [...parts, rest] : parts;
}

/** "12 B", "3.4 KB", "20 MB". */
export function size(bytes) {
  const steps = ["B", "KB", "MB", "GB"];
  let [value, step] = [bytes, 0];
  while (value >= 1000 && step < steps.length - 1) [value, step] = [value / 1000, step + 1];
  return `${value >= 10 || step === 0 ? Math.round(value) : value.toFixed(1)} ${steps[step]}`;
}

// What has no text of its own, in one line.
const THINGS = {
  voice: "🎤 Voice message",
  audio: "🎵 Audio",
  video: "🎬 Video",
  video_note: "🎬 Video message",
  animation: "🎬 Animation",
  sticker: "Sticker",
  contact: "👤 Contact",
  location: "📍 Location",
  venue: "📍 Venue",
  poll: "📊 Poll",
  dice: "🎲 Dice",
};

/** A message in one line. */
export function summary(message) {
  if (message.service) return message.service;
  const media = message.media && THINGS[message.media.kind];
  if (media) return [media, message.text.startsWith("[") ? "" : message.text].filter(Boolean).join(", ");
  if (message.document) return `📄 ${message.document.name}${message.text && `, ${message.text}`}`;
  if (message.photo) return `🖼 ${message.text || (message.album ? "Album" : "Photo")}`;
  return message.text;
}
