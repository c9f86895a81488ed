/** The element that `selector` names; the page is ours, so it is there. */
export function find<E extends Element>(selector: string, type: new () => E, root: ParentNode = document): E {
  const element = root.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`The page has no ${selector}`);
}

/** An element with text. What people wrote goes into the page only through here: as text, never as HTML. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text = "",
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}
