// Pictures of people and chats, and the picker of who you are.

import { byId, h, icon } from "./dom.mjs";
import { menu } from "./popups.mjs";
import { colour, initials } from "./words.mjs";

export function avatar(id, name, isBot = false) {
  const inside = isBot ? icon("bot") : initials(name);
  return h("span", { class: `avatar ${colour(id)}`, "aria-hidden": "true" }, inside);
}

/** The picture of a chat as `me` sees it: the bot's for a private chat. */
export function chatAvatar(world, chat) {
  const isPrivate = chat.kind === "private";
  return avatar(isPrivate ? (world.bot?.id ?? chat.id) : chat.id, world.title(chat), isPrivate);
}

/** Shows who you are, and lets you be somebody else. */
export function renderPicker(world, me, choose) {
  const button = byId("me");
  const person = world.person(me);
  const name = h("span", { class: "me-name" }, person.name);
  const hint = h("span", { class: "me-hint" }, person.username ? `@${person.username}` : "you");
  button.replaceChildren(avatar(me, person.name), h("span", { class: "me-words" }, name, hint), icon("down"));
  button.setAttribute("aria-label", `You are ${person.name}. Be somebody else`);
  button.onclick = () => {
    const { left, bottom } = button.getBoundingClientRect();
    const items = world.humans.map((human) => ({
      label: human.name,
      before: avatar(human.id, human.name),
      checked: human.id === me,
      testid: `person-${human.id}`,
      act: () => choose(human.id),
    }));
    menu(items, { x: left, y: bottom + 4, label: "Who are you?" });
  };
}
