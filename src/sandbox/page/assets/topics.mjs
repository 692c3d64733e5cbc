// The topics of a chat: a row above the messages. Each shows its own messages and gets what is written while it is open.

import { become, byId, h } from "./dom.mjs";

// Where messages of no topic are.
const GENERAL = null;

/** The chosen topic as people call it; undefined when all are shown, or when it is gone. */
export function topicName(world, chat, thread) {
  if (thread === undefined) return undefined;
  return choices(chat).find(([id]) => id === thread)?.[1];
}

/** What can be chosen: everything, what is in no topic, and each topic. */
function choices(chat) {
  const named = (chat.topics ?? []).map(({ id, name }) => [id, name]);
  return [[undefined, "All"], [GENERAL, "General"], ...named];
}

/** Draws the row, or none for a chat without topics. `choose(thread)` opens one. */
export function renderTopics(chat, open, choose) {
  const bar = byId("topics");
  bar.hidden = !(chat.topics?.length > 0);
  if (bar.hidden) return;
  const focused = bar.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  become(bar, choices(chat).map((choice) => topic(choice, open, choose)));
  if (focused) bar.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
}

function topic([thread, label], open, choose) {
  const props = { type: "button", "aria-pressed": String(open === thread), "data-testid": `topic-${thread ?? (thread === GENERAL ? "general" : "all")}` };
  const keydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...byId("topics").children];
    const next = all[(all.indexOf(event.currentTarget) + step + all.length) % all.length];
    next.focus();
    next.click();
  };
  return h("button", { ...props, on: { click: () => choose(thread), keydown } }, label);
}
