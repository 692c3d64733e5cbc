// The list of chats at the left.

import { become, byId, h } from "./dom.mjs";
import { chatAvatar } from "./people.mjs";
import { action, shortMoment, summary } from "./words.mjs";

const KEPT_OF_A_MESSAGE = 90;

/** What nobody has read yet, by person and chat. What was there when the page opened counts as read. */
export class Unread {
  #read = new Map();

  seen(me, chat) {
    this.#read.set(`${me}:${chat.id}`, chat.messages.at(-1)?.message_id ?? 0);
  }

  begin(world) {
    for (const { id } of world.humans) {
      for (const chat of world.chatsOf(id)) if (!this.#read.has(`${id}:${chat.id}`)) this.seen(id, chat);
    }
  }

  count(me, chat) {
    const read = this.#read.get(`${me}:${chat.id}`) ?? 0;
    return chat.messages.filter((message) => message.message_id > read && message.from !== me).length;
  }
}

export function renderChats(world, { me, chat: open }, unread, choose) {
  const rows = world.chatsOf(me).map((chat) => row(world, chat, me, unread, chat.id === open, choose));
  const list = byId("chats");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  become(list, rows);
  if (focused) list.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
}

function row(world, chat, me, unread, isOpen, choose) {
  const last = chat.messages.at(-1);
  const count = unread.count(me, chat);
  const head = h("span", { class: "chat-head" }, h("span", { class: "chat-title" }, world.title(chat)), last && h("time", null, shortMoment(last.date)));
  const badge = count > 0 && h("span", { class: "unread", "aria-label": `${count} unread` }, String(count));
  const foot = h("span", { class: "chat-foot" }, snippet(world, chat, me, last), badge);
  const props = { type: "button", class: "chat", "aria-current": isOpen ? "true" : null, "data-testid": `chat-${chat.id}` };
  const button = h("button", { ...props, on: { click: () => choose(chat.id) } }, chatAvatar(world, chat), h("span", { class: "chat-words" }, head, foot));
  return h("li", null, button);
}

function snippet(world, chat, me, last) {
  const doing = world.actionIn(chat.id);
  if (doing) return h("span", { class: "snippet doing" }, `${action(doing)}…`);
  if (!last) return h("span", { class: "snippet" }, "No messages yet");
  const who = last.service ? "" : last.from === me ? "You: " : chat.kind === "private" ? "" : `${world.author(last).name}: `;
  return h("span", { class: "snippet" }, who && h("b", null, who), summary(last).slice(0, KEPT_OF_A_MESSAGE));
}
