// As much of a document as the renderer touches. Setting `innerHTML` is not a part of it, and must not become one.

class Node {
  constructor(tag) {
    Object.assign(this, { tag, children: [], attributes: {}, listeners: {} });
    const names = () => new Set((this.attributes.class ?? "").split(" ").filter(Boolean));
    this.classList = {
      contains: (name) => names().has(name),
      add: (name) => this.setAttribute("class", [...names().add(name)].join(" ")),
    };
  }

  set innerHTML(_) {
    throw new Error("markup must not be parsed");
  }

  append(...children) {
    this.children.push(...children.map((child) => (typeof child === "string" ? document.createTextNode(child) : child)));
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  addEventListener(event, listener) {
    this.listeners[event] = listener;
  }

  /** The first element below with this class. */
  find(name) {
    for (const child of this.children) {
      const found = child.classList?.contains(name) ? child : child.find?.(name);
      if (found) return found;
    }
    return null;
  }

  /** `strong(#text)`. */
  outline() {
    return `${this.tag}(${this.children.map((child) => child.outline()).join(" ")})`;
  }
}

export const document = {
  createElement: (tag) => new Node(tag),
  createElementNS: (_, tag) => new Node(tag),
  createTextNode: (text) => ({ outline: () => `#${text}` }),
  createDocumentFragment: () => new Node(""),
};
