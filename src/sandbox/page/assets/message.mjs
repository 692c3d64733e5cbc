// One message: a bubble with its name, quote, text, time and buttons.

import { copy, h, icon } from "./dom.mjs";
import { render } from "./entities.mjs";
import { attachments } from "./files.mjs";
import { keyboard } from "./keyboard.mjs";
import { avatar } from "./people.mjs";
import { renderBlocks } from "./rich.mjs";
import { toast } from "./popups.mjs";
import { colour, isJumbo, summary, time } from "./words.mjs";

const KEPT_IN_A_QUOTE = 120;

/**
 * An element for a message. `scene` tells what it stands in: `{ world, chat, me, group }`; `on` what it can do:
 * `command(text)`, `press(message, data)`, `menu(message, point)`, `reply(message)`, `jump(id)`.
 */
export function messageElement(message, scene, on) {
  if (message.service) return serviceElement(message);
  const { world, me, group } = scene;
  const own = message.from === me;
  const author = world.author(message);
  const keys = message.keyboard && keyboard(message.keyboard, (data) => on.press(message, data));
  const stack = h("div", { class: keys ? "stack with-keys" : "stack" }, bubble(message, author, scene, on), keys);
  const props = {
    class: `msg ${own ? "own" : "theirs"} ${colour(author.id)}`,
    tabindex: "-1",
    "data-testid": "message",
    "data-message-id": message.message_id,
    "data-from": message.from,
    "data-bot": author.is_bot,
  };
  const element = h("article", props, group && !own && avatar(author.id, author.name, author.is_bot), stack, more(message, on));
  const select = (event) => {
    if (event.target.closest("a, button, pre, .spoiler:not(.shown)")) return;
    event.preventDefault();
    on.menu(message, { x: event.clientX, y: event.clientY });
  };
  element.addEventListener("contextmenu", select);
  element.addEventListener("dblclick", (event) => {
    if (event.target.closest("a, button, pre")) return;
    getSelection()?.removeAllRanges();
    on.reply(message);
  });
  return element;
}

/** What Telegram says itself: a topic was opened, a group moved. */
function serviceElement(message) {
  const props = { class: "msg service", tabindex: "-1", "data-testid": "service", "data-message-id": message.message_id };
  return h("article", props, h("span", null, message.service));
}

function bubble(message, author, scene, on) {
  const { world, chat, me, group } = scene;
  const quoted = message.reply_to && quote(world, chat, message, on);
  const origin = message.forwarded_from ? `Forwarded from ${message.forwarded_from}` : message.via_bot && `via @${world.bot?.username}`;
  const named = group && message.from !== me;
  const name = named && h("div", { class: "name" }, author.name, author.is_bot && h("span", { class: "badge" }, "bot"));
  const text = h("div", { class: isJumbo(message.text) ? "text jumbo" : "text", "data-testid": "text", dir: "auto" });
  const can = { command: on.command, copy: copyCode };
  const content = message.blocks?.length ? renderBlocks(message.blocks, can) : render(spoken(message), message.entities, can);
  text.append(content, meta(message, me, author));
  if (message.blocks?.length) text.classList.add("rich");
  return h("div", { class: "bubble" }, name, origin && h("div", { class: "origin", "data-testid": "origin" }, origin), quoted, attachments(message), text);
}

// Telegram's apps do not call a bot's message edited, however often it grew.
function meta(message, me, author) {
  const edited = message.edit_date && !author.is_bot && h("span", { class: "edited", "data-testid": "edited" }, "edited ");
  const moment = h("time", { datetime: new Date(message.date * 1000).toISOString() }, time(message.date));
  return h("span", { class: "meta" }, edited, moment, message.from === me && icon("sent"));
}

/** What is said: the bracketed word for a thing without a caption is for those who only read. */
const spoken = ({ text, media }) => (media && text === `[${media.kind}]` ? "" : text);

function quote(world, chat, { reply_to: id, quote: chosen }, on) {
  const original = world.message(chat.id, id);
  const author = original && world.author(original);
  const props = { type: "button", class: `quote ${colour(original?.from ?? 0)}`, on: { click: () => on.jump(id) } };
  const words = original ? (chosen ?? summary(original)).slice(0, KEPT_IN_A_QUOTE) : "Deleted message";
  return h("button", props, h("span", { class: "quote-name" }, author?.name ?? "Reply"), h("span", { class: "quote-line" }, words));
}

function more(message, on) {
  const click = (event) => {
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    on.menu(message, { x: left, y: bottom });
  };
  const props = { type: "button", class: "more", tabindex: "-1", "aria-label": "Message menu", "data-testid": "more" };
  return h("button", { ...props, on: { click } }, icon("more"));
}

async function copyCode(text) {
  toast((await copy(text)) ? "Code copied." : "The browser refused to copy.");
}
