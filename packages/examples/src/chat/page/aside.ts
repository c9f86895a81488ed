import { find } from "./elements.js";

/** On a narrow screen, who is here and the live panel come out when asked for. */
export function foldAside(): void {
  const aside = find("#aside", HTMLElement);
  const toggle = find(".aside-toggle", HTMLButtonElement);
  const open = (isOpen: boolean): void => {
    toggle.setAttribute("aria-expanded", String(isOpen));
    aside.classList.toggle("open", isOpen);
  };
  toggle.addEventListener("click", () => open(!aside.classList.contains("open")));
  addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !aside.classList.contains("open")) return;
    open(false);
    toggle.focus();
  });
}
