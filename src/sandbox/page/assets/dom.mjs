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
 * Makes these the children of `parent`, and leaves alone what looks the same already: a button that is being pressed
 * must not be replaced under the finger. What looks the same has to do the same.
 */
export function become(parent, children) {
  children.forEach((child, i) => {
    const present = parent.children[i];
    if (!present) parent.append(child);
    else if (!present.isEqualNode(child)) present.replaceWith(child);
  });
  while (parent.children.length > children.length) parent.lastElementChild.remove();
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
