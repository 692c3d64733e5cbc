// The connection: one stream that begins with the world, and one address to act.

// The server names its own pace for a lost stream; this is for an answer that was not a stream at all (a restart).
const RETRY_MS = 1000;

/** Listens for ever. `on.world(view)`, `on.event(event)`, `on.online(boolean)`. */
export function listen(on) {
  const source = new EventSource("/events");
  source.addEventListener("world", (frame) => {
    on.online(true);
    on.world(JSON.parse(frame.data));
  });
  source.addEventListener("message", (frame) => on.event(JSON.parse(frame.data)));
  source.addEventListener("error", () => {
    on.online(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(on), RETRY_MS);
  });
}

/** Does what a person does. Throws an Error with a sentence. */
export async function act(deed) {
  let response;
  try {
    const headers = { "content-type": "application/json" };
    response = await fetch("/act", { method: "POST", headers, body: JSON.stringify(deed) });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  if (!response.ok) throw new Error((await response.text()) || `The sandbox answered ${response.status}.`);
  return response.json();
}

/** The world as it is now, for a page that heard of a chat it does not know. */
export const look = async () => (await fetch("/world")).json();

/** The bot's commands for this person here; none when there are none, or when they cannot be had. */
export async function commands(chat, user) {
  try {
    const response = await fetch(`/commands?chat=${chat}&user=${user}`);
    return response.ok ? await response.json() : [];
  } catch {
    return [];
  }
}
