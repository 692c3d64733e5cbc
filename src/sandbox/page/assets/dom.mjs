// The only way this page makes elements. Text is always a text node; nothing here ever parses HTML.

/**
 * An element. `props`: `class`, `data-…`, `aria-…` and other attributes; `on` is an object of listeners.
 * `null` and `undefined` are no attribute; booleans are words in `aria-…` and `data-…`, presence elsewhere.
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (/^(aria|data)-/.test(name) ? value !== null && value !== undefined : value || value === 0) {
      element.setAttribute(name, value === true && !name.includes("-") ? "" : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of the sheet in index.html. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * Makes these the children of `parent`. Who has the same `data-testid` (itself, or its only child) stays the same element
 * and gets what is new: a button that is being pressed must not be replaced under the finger. It keeps its listeners, so
 * the same name has to do the same.
 */
export function become(parent, children) {
  const known = new Map([...parent.children].map((child) => [nameOf(child), child]));
  children.forEach((child, i) => {
    const old = known.get(nameOf(child));
    const node = old ? renewed(old, child) : child;
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild.remove();
}

const nameOf = (element) => element.dataset.testid ?? element.firstElementChild?.dataset.testid;

function renewed(old, fresh) {
  if (old.isEqualNode(fresh)) return old;
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) old.setAttribute(name, fresh.getAttribute(name));
  if (old.dataset.testid === undefined) renewed(old.firstElementChild, fresh.firstElementChild);
  else old.replaceChildren(...fresh.childNodes);
  return old;
}

export const byId = (id) => document.getElementById(id);

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Puts text on the clipboard; false when the browser refuses both ways. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "offscreen", "aria-hidden": "true" });
    area.value = text;
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus?.();
    return copied;
  }
}
