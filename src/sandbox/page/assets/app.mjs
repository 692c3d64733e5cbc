// Puts the parts together: which person, which chat, what happens, what is drawn.
//
// Events change the world at once and the page at the next frame, all of them together: a draft that ends and the message
// that takes its place are one change for the eye.

import { Unread, renderChats } from "./chats.mjs";
import { Composer } from "./composer.mjs";
import { Conversation } from "./conversation.mjs";
import { byId, copy } from "./dom.mjs";
import { answered } from "./keyboard.mjs";
import { chatAvatar, renderPicker } from "./people.mjs";
import { alertBox, menu, toast } from "./popups.mjs";
import { renderTopics, topicName } from "./topics.mjs";
import * as wire from "./wire.mjs";
import { action } from "./words.mjs";
import { World } from "./world.mjs";

const world = new World(() => draw());
const unread = new Unread();
const at = { me: undefined, chat: undefined, thread: undefined };
let online = false;

const chat = () => world.chats.get(at.chat);
const act = (deed) => wire.act({ chat: at.chat, user: at.me, ...deed });
const attempt = (deed) => act(deed).catch((error) => toast(error.message));

const send = (text, replyTo = null) => act({ act: "send", text, reply_to: replyTo, thread: at.thread ?? null });
const share = (parcel, replyTo = null) => act({ act: "share", ...parcel, reply_to: replyTo, thread: at.thread ?? null });
const sendCommand = (text) => send(text).catch((error) => toast(error.message));

const conversation = new Conversation({
  command: sendCommand,
  press: (message, data) => act({ act: "press", message_id: message.message_id, data }),
  stop: (draft) => attempt({ act: "stop_draft", draft_id: draft }),
  menu: messageMenu,
  reply: (message) => composer.reply(message, world.author(message)),
  jump: (id) => conversation.jump(id),
});

const composer = new Composer({
  send,
  share,
  extras,
  inline: {
    bot: () => world.bot?.username,
    ask: async (query) => (await act({ act: "type_inline", query })).inline_query_id,
    choose: (query, result) => act({ act: "choose_inline", query, result }),
    start: (parameter) => start(parameter),
  },
  edit: (message, text) => act({ act: "edit", message_id: message.message_id, text }),
  commands: () => wire.commands(at.chat, at.me),
  jump: (id) => conversation.jump(id),
  lastOwn: () => withAuthor(conversation.messages.findLast((message) => message.from === at.me)),
  neighbour: (message, step) => {
    const { messages } = conversation;
    const from = message ? messages.findIndex(({ message_id: id }) => id === message.message_id) : messages.length;
    return withAuthor(messages[from + step]);
  },
});

const withAuthor = (message) => message && { message, author: world.author(message) };

/** What can be sent beside a message; each gets what is written. */
function extras() {
  const thread = at.thread ?? null;
  const album = (count) => ({
    label: `Album of ${count} photos`,
    icon: "photos",
    testid: `album-${count}`,
    act: (caption) => act({ act: "album", count, caption, thread }),
  });
  const hidden = {
    label: "Message as the group",
    icon: "send",
    testid: "anonymously",
    act: (text) => act({ act: "send_anonymously", text, thread }),
  };
  return [album(2), album(3), album(10), ...(chat()?.admins?.includes(at.me) ? [hidden] : [])];
}

function messageMenu(message, { x, y }) {
  const own = message.from === at.me;
  const reply = { label: "Reply", icon: "reply", testid: "menu-reply", act: () => composer.reply(message, world.author(message)) };
  const take = async () => toast((await copy(message.text)) ? "Text copied." : "The browser refused to copy.");
  const text = { label: "Copy text", icon: "copy", testid: "menu-copy", act: take };
  const edit = { label: "Edit", icon: "edit", testid: "menu-edit", act: () => composer.edit(message, world.person(message.from)) };
  const gone = { label: "Delete", icon: "delete", testid: "menu-delete", act: () => attempt({ act: "delete", message_id: message.message_id }) };
  const mayDelete = own || chat().kind === "private" || chat().admins?.includes(at.me);
  const items = [reply, own && edit, text, mayDelete && gone].filter(Boolean);
  menu(items, { x, y, label: "Message" });
}

/** Where to be: what the address says, else the first person and their latest chat. */
function settle() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const { humans } = world;
  const asked = at.me ?? Number(wanted.get("me"));
  at.me = (humans.find((person) => person.id === asked) ?? humans[0])?.id;
  const chats = world.chatsOf(at.me);
  const open = at.chat ?? Number(wanted.get("chat"));
  const own = chats.find(({ kind }) => kind === "private");
  at.chat = (chats.find(({ id }) => id === open) ?? own ?? chats[0])?.id;
}

function go(place) {
  Object.assign(at, { thread: undefined }, place);
  settle();
  keepAddress();
  draw();
  if (matchMedia("(pointer: fine)").matches) composer.focus();
}

const keepAddress = () => {
  const topic = at.thread === undefined ? "" : `&topic=${at.thread ?? "general"}`;
  history.replaceState(null, "", `#me=${at.me}&chat=${at.chat}${topic}`);
};

function bePerson(me) {
  document.documentElement.dataset.pane = "chat";
  go({ me, chat: undefined });
}

function openChat(id) {
  document.documentElement.dataset.pane = "chat";
  go({ chat: id });
}

/** Opens the person's own chat with the bot, with what a link carries. */
async function start(parameter) {
  openChat(at.me);
  await sendCommand(`/start ${parameter}`);
}

// A link of Telegram's to this very bot leads to its chat here.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  const parameter = link?.hostname === "t.me" && new URLSearchParams(link.search).get("start");
  if (!parameter || link.pathname.slice(1) !== world.bot?.username) return;
  event.preventDefault();
  start(parameter);
});

/** Is the open chat before somebody's eyes? On a narrow page the list may be. */
const isRead = () => !document.hidden && byId("log").clientHeight > 0;

let due = false;

function draw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    if (at.me === undefined) return;
    if (chat() && isRead()) unread.seen(at.me, chat());
    renderPicker(world, at.me, bePerson);
    renderChats(world, at, unread, openChat);
    drawHeader();
    if (chat()) drawChat();
    document.documentElement.dataset.ready = online ? "online" : "offline";
  });
}

function drawHeader() {
  const doing = chat() && world.actionIn(at.chat);
  byId("title").textContent = chat() ? world.title(chat()) : "routergram sandbox";
  byId("title-picture").replaceChildren(...(chat() ? [chatAvatar(world, chat())] : []));
  const status = byId("status");
  status.classList.toggle("doing", Boolean(doing) && online);
  status.textContent = online ? (doing ? `${action(doing)}…` : about()) : "connecting…";
  document.title = chat() ? `${world.title(chat())} · routergram sandbox` : "routergram sandbox";
}

function about() {
  if (!chat()) return "";
  if (chat().kind === "private") return world.bot?.username ? `bot · @${world.bot.username}` : "bot";
  const admin = (id) => (chat().admins?.includes(id) ? " (admin)" : "");
  const names = chat().members.map((id) => (id === at.me ? "you" : world.person(id).name) + admin(id));
  return [...names, world.bot?.name].filter(Boolean).join(", ");
}

function drawChat() {
  const group = chat().kind !== "private";
  byId("hello-name").textContent = world.title(chat());
  byId("hello-picture").replaceChildren(chatAvatar(world, chat()));
  const topic = topicName(world, chat(), at.thread);
  composer.open(`${at.me}:${at.chat}:${at.thread}`, topic ? `${world.title(chat())}, ${topic}` : world.title(chat()));
  renderTopics(chat(), at.thread, openTopic);
  conversation.show({ world, chat: chat(), me: at.me, thread: at.thread, group });
}

function openTopic(thread) {
  at.thread = thread;
  keepAddress();
  draw();
}

function happened(event) {
  if (event.event === "callback_answer") {
    if (event.user !== at.me) return;
    answered();
    if (event.text && event.alert) alertBox(world.bot?.name ?? "Bot", event.text);
    else if (event.text) toast(event.text);
    return;
  }
  if (event.event === "inline_results") {
    if (event.user === at.me) composer.inline.offer(event);
    return;
  }
  if (event.chat !== undefined && !world.chats.has(event.chat)) {
    // A chat that began after the page was opened; should it fail, the stream is failing, too, and brings the world.
    wire.look().then(arrived, () => {});
    return;
  }
  if (event.event === "chat_changed") {
    wire.look().then(refreshed, () => {});
    return;
  }
  world.apply(event);
  draw();
}

function arrived(view) {
  world.load(view);
  unread.begin(world);
  settle();
  composer.learn();
  draw();
}

function refreshed(view) {
  world.refresh(view);
  if (at.thread && chat() && !topicName(world, chat(), at.thread)) at.thread = undefined;
  settle();
  draw();
}

function theme() {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const kept = localStorage.getItem("theme");
  if (kept) root.dataset.theme = kept;
  byId("theme").addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}

theme();
byId("back").addEventListener("click", () => {
  document.documentElement.dataset.pane = "chats";
  byId("chats").querySelector("button")?.focus();
});
byId("begin").addEventListener("click", () => sendCommand("/start"));
document.addEventListener("visibilitychange", draw);
addEventListener("keydown", (event) => {
  // Typing goes into the message, wherever the focus is, as in a desktop client.
  const free = event.target === document.body || event.target.classList?.contains("msg");
  if (free && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) composer.focus();
});

wire.listen({
  online: (is) => {
    online = is;
    draw();
  },
  world: arrived,
  event: happened,
});
