// What the page knows, with Node alone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { withAlbums } from "../../src/sandbox/page/assets/files.mjs";
import { topicName } from "../../src/sandbox/page/assets/topics.mjs";
import { dayKey, day, initials, isJumbo, pieces, size, summary } from "../../src/sandbox/page/assets/words.mjs";
import { World } from "../../src/sandbox/page/assets/world.mjs";

const ANNA = 1;
const BOT = 9;

/** A world with one private chat, and timers that run when told. */
function made() {
  const timers = [];
  let changes = 0;
  const world = new World(() => (changes += 1), (run) => timers.push(run));
  const people = [{ id: ANNA, name: "Anna", is_bot: false }, { id: BOT, name: "Juniper", is_bot: true }];
  world.load({ people, chats: [{ id: ANNA, kind: "private", title: "Anna", members: [ANNA], messages: [] }] });
  return { world, timePasses: () => timers.splice(0).forEach((run) => run()), changes: () => changes };
}

const message = (id, text, from = BOT) => ({ message_id: id, from, text, date: 0, thread: null, entities: [] });
const says = (id, text, from) => ({ event: "message", chat: ANNA, message: message(id, text, from) });
const draft = (text, more) => ({ event: "draft", chat: ANNA, thread: null, draft_id: 5, text, entities: [], can_stop: true, ...more });
const gone = { event: "draft_gone", chat: ANNA, draft_id: 5 };
const texts = (world) => world.chats.get(ANNA).messages.map(({ text }) => text);

test("an event that was in the snapshot already changes nothing", () => {
  const { world } = made();
  world.apply(says(1, "a"));
  world.apply(says(1, "a"));
  assert.deepEqual(texts(world), ["a"]);
});

test("messages stand in the order of their ids, however they come", () => {
  const { world } = made();
  for (const id of [2, 3, 1]) world.apply(says(id, String(id)));
  assert.deepEqual(texts(world), ["1", "2", "3"]);
});

test("an edit replaces, a deletion removes", () => {
  const { world } = made();
  world.apply(says(1, "a"));
  world.apply({ event: "edited", chat: ANNA, message: message(1, "b") });
  assert.deepEqual(texts(world), ["b"]);
  world.apply({ event: "deleted", chat: ANNA, message_id: 1 });
  assert.deepEqual(texts(world), []);
});

test("the final message takes the place of a draft that has just ended", () => {
  const { world } = made();
  world.apply(draft("Hel"));
  world.apply(gone);
  assert.equal(world.draftsIn(ANNA).length, 1, "it waits for its message");
  world.apply(says(1, "Something else entirely"));
  assert.equal(world.draftsIn(ANNA).length, 0);
  assert.equal(world.message(ANNA, 1).was_draft, true);
});

test("the final message takes the place of a draft that it continues, before anybody says that it ended", () => {
  const { world } = made();
  world.apply(draft("Hel"));
  world.apply(says(1, "Hello"));
  assert.equal(world.draftsIn(ANNA).length, 0);
});

test("another message leaves a running draft alone, as does the person's own", () => {
  const { world } = made();
  world.apply(draft("Hel"));
  world.apply(says(1, "By the way"));
  world.apply(says(2, "Hello", ANNA));
  assert.equal(world.draftsIn(ANNA)[0].text, "Hel");
});

test("a draft that ended without a message goes after a moment", () => {
  const { world, timePasses, changes } = made();
  world.apply(draft("Hel"));
  world.apply(gone);
  timePasses();
  assert.equal(world.draftsIn(ANNA).length, 0);
  assert.equal(changes(), 1);
});

test("a draft whose frames stop coming goes; a newer frame keeps it", () => {
  const { world, timePasses } = made();
  world.apply(draft("a"));
  const first = world.draftsIn(ANNA)[0];
  world.apply(draft("ab"));
  assert.notEqual(world.draftsIn(ANNA)[0], first);
  timePasses();
  assert.equal(world.draftsIn(ANNA).length, 0);
});

test("typing ends with time, with a message, and is typing while a draft grows", () => {
  const { world, timePasses } = made();
  const types = { event: "chat_action", chat: ANNA, action: "upload_photo" };
  world.apply(types);
  assert.equal(world.actionIn(ANNA), "upload_photo");
  timePasses();
  assert.equal(world.actionIn(ANNA), null);
  world.apply(types);
  world.apply(says(1, "here"));
  assert.equal(world.actionIn(ANNA), null);
  world.apply(draft("a"));
  assert.equal(world.actionIn(ANNA), "typing");
});

test("events of chats and kinds nobody knows are no failure", () => {
  const { world } = made();
  world.apply({ ...says(1, "a"), chat: 404 });
  world.apply({ event: "somersault" });
  assert.deepEqual(texts(world), []);
});

test("a long text is sent in pieces of 4096 units that end between words and hold all of them", () => {
  const words = Array.from({ length: 2000 }, (_, i) => `word${i}`).join(" ");
  const parts = pieces(words);
  assert.ok(parts.length > 1 && parts.every((part) => part.length <= 4096));
  assert.equal(parts.join(" "), words);
});

test("a long text without any gap is not cut inside a character", () => {
  const parts = pieces(`a${"🦀".repeat(4000)}`);
  assert.ok(parts.every((part) => part.length <= 4096 && part.isWellFormed()));
  assert.equal(parts.join(""), `a${"🦀".repeat(4000)}`);
});

test("blank text is no message", () => assert.deepEqual(pieces(" \n "), []));

test("days are named as people name them", () => {
  const now = new Date(2026, 5, 15, 12);
  const at = (...when) => new Date(...when).getTime() / 1000;
  assert.equal(day(at(2026, 5, 15, 0, 1), now), "Today");
  assert.equal(day(at(2026, 5, 14, 23, 59), now), "Yesterday");
  assert.match(day(at(2025, 5, 14), now), /2025/);
  assert.notEqual(dayKey(at(2026, 5, 15, 0, 1)), dayKey(at(2026, 5, 14, 23, 59)));
});

test("initials and large emoji", () => {
  assert.deepEqual(["Anna", "Ben Ali Smith", "🦀", "мария иванова"].map(initials), ["A", "BS", "#", "МИ"]);
  assert.deepEqual(["👍", "👨‍👩‍👧🦀", "👍🏽", "ok", "👍👍👍👍", "7"].map(isJumbo), [true, true, true, false, false, false]);
});

test("an album is one message with the photos of all", () => {
  const photo = (id, album, text = "") => ({ ...message(id, text), photo: `p${id}`, album });
  const shown = withAlbums([photo(1, "a", "two"), photo(2, "a"), message(3, "x"), photo(4, "b")]);
  assert.deepEqual(shown.map(({ message_id: id, photos }) => [id, photos]), [[1, ["p1", "p2"]], [3, undefined], [4, ["p4"]]]);
});

test("what changed beside messages leaves drafts alone", () => {
  const { world } = made();
  world.apply(draft("Hel"));
  const chat = { id: ANNA, kind: "private", title: "Anna", members: [ANNA], messages: [], topics: [{ id: 3, name: "Food" }] };
  world.refresh({ people: [...world.people.values()], chats: [chat] });
  assert.equal(world.draftsIn(ANNA)[0].text, "Hel");
  assert.equal(topicName(world, world.chats.get(ANNA), 3), "Food");
  assert.equal(topicName(world, world.chats.get(ANNA), 4), undefined);
});

test("whoever writes as the group is the group", () => {
  const { world } = made();
  world.chats.set(-5, { id: -5, title: "Trip", members: [], messages: [] });
  assert.equal(world.author({ ...message(1, "x", 1087968824), sender_chat: -5 }).name, "Trip");
  assert.equal(world.author(message(1, "x")).name, "Juniper");
});

test("sizes and messages in one line", () => {
  assert.deepEqual([0, 999, 1234, 20480, 52428800].map(size), ["0 B", "999 B", "1.2 KB", "20 KB", "52 MB"]);
  assert.equal(summary({ text: "all of it", document: { name: "a.md" } }), "📄 a.md, all of it");
  assert.equal(summary({ text: "", photo: "p", album: "1" }), "🖼 Album");
  assert.equal(summary({ text: "[forum_topic_created]", service: "Topic “A” was opened" }), "Topic “A” was opened");
});
