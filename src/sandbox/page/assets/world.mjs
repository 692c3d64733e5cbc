// What this page knows: people, chats, drafts and who is typing. Pure: no elements, testable with Node alone.
//
// Every event may come twice (it can be in the snapshot already), so messages are kept by id, and the newest wins.

// Telegram shows an action for five seconds.
const ACTION_MS = 5000;
// A draft is a preview of thirty seconds since its last frame; then it fades even if nobody says so.
const DRAFT_MS = 30000;
// A draft that ended waits this long for its final message, which then takes its place instead of jumping in.
const FAREWELL_MS = 700;
// So many first characters in common say that a message is the final text of a draft.
const ALIKE = 24;

export class World {
  /** `changed()` is called when time alone has changed something. */
  constructor(changed = () => {}, later = (run, ms) => setTimeout(run, ms)) {
    this.people = new Map();
    this.chats = new Map();
    this.drafts = new Map();
    this.actions = new Map();
    this.changed = changed;
    this.later = later;
  }

  load(view) {
    this.people = new Map(view.people.map((person) => [person.id, person]));
    this.chats = new Map(view.chats.map((chat) => [chat.id, { ...chat, messages: [...chat.messages] }]));
    this.drafts.clear();
    this.actions.clear();
  }

  /** What changed beside messages: new chats, topics, people. Drafts and actions go on. */
  refresh(view) {
    const { drafts, actions } = this;
    [this.drafts, this.actions] = [new Map(), new Map()];
    this.load(view);
    [this.drafts, this.actions] = [drafts, actions];
  }

  get bot() {
    return [...this.people.values()].find((person) => person.is_bot);
  }

  get humans() {
    return [...this.people.values()].filter((person) => !person.is_bot);
  }

  person(id) {
    return this.people.get(id) ?? { id, name: `#${id}`, username: null, is_bot: false };
  }

  /** Who a message is by, for people: the group itself, when an administrator hides. */
  author(message) {
    const chat = message.sender_chat && this.chats.get(message.sender_chat);
    return chat ? { id: chat.id, name: chat.title, username: null, is_bot: false } : this.person(message.from);
  }

  /** This person's chats, the latest first. */
  chatsOf(me) {
    const latest = (chat) => chat.messages.at(-1)?.date ?? 0;
    return [...this.chats.values()].filter((chat) => chat.members.includes(me)).sort((a, b) => latest(b) - latest(a));
  }

  /** As its members see it: a private chat is called like the bot. */
  title(chat) {
    return chat.kind === "private" ? (this.bot?.name ?? chat.title) : chat.title;
  }

  message(chat, id) {
    return this.chats.get(chat)?.messages.find((message) => message.message_id === id);
  }

  draftsIn(chat) {
    return [...this.drafts.values()].filter((draft) => draft.chat === chat);
  }

  /** What the bot is doing in a chat, or null. */
  actionIn(chat) {
    if (this.draftsIn(chat).some((draft) => !draft.gone)) return "typing";
    return this.actions.get(chat)?.action ?? null;
  }

  apply(event) {
    switch (event.event) {
      case "message":
        return this.#message(event);
      case "edited":
        return this.#keep(event);
      case "deleted":
        return this.#delete(event);
      case "draft":
        return this.#draft(event);
      case "draft_gone":
        return this.#draftGone(event);
      case "chat_action":
        return this.#action(event);
      default:
        return undefined;
    }
  }

  #message(event) {
    this.#keep(event);
    const { chat, message } = event;
    if (!this.person(message.from).is_bot) return;
    this.actions.delete(chat);
    const draft = this.draftsIn(chat).find((candidate) => (candidate.thread ?? null) === (message.thread ?? null));
    if (!draft || !(draft.gone || alike(draft.text, message.text))) return;
    this.drafts.delete(key(draft));
    message.was_draft = true;
  }

  #keep({ chat, message }) {
    const messages = this.chats.get(chat)?.messages;
    if (!messages) return;
    let at = messages.length;
    while (at > 0 && messages[at - 1].message_id > message.message_id) at -= 1;
    if (at > 0 && messages[at - 1].message_id === message.message_id) messages[at - 1] = message;
    else messages.splice(at, 0, message);
  }

  #delete({ chat, message_id: id }) {
    const found = this.chats.get(chat);
    if (found) found.messages = found.messages.filter((message) => message.message_id !== id);
  }

  #draft(event) {
    const draft = { ...event, gone: false };
    this.drafts.set(key(draft), draft);
    this.actions.delete(event.chat);
    this.#forget(this.drafts, key(draft), draft, DRAFT_MS);
  }

  #draftGone(event) {
    const draft = this.drafts.get(key(event));
    if (!draft) return;
    const gone = { ...draft, gone: true, can_stop: false };
    this.drafts.set(key(event), gone);
    this.#forget(this.drafts, key(event), gone, FAREWELL_MS);
  }

  #action({ chat, action }) {
    const entry = { action };
    this.actions.set(chat, entry);
    this.#forget(this.actions, chat, entry, ACTION_MS);
  }

  /** Removes an entry after a while, unless it has been replaced meanwhile. */
  #forget(map, name, entry, ms) {
    this.later(() => {
      if (map.get(name) !== entry) return;
      map.delete(name);
      this.changed();
    }, ms);
  }
}

const key = ({ chat, draft_id: id }) => `${chat}:${id}`;

function alike(draft, message) {
  const length = Math.min(draft.length, ALIKE);
  return length > 0 && message.startsWith(draft.slice(0, length));
}
