// data-shortcut="n" data-shortcut-label="New patient": the key activates the element when nobody is typing.
// "?" lists what the page offers in <dialog id="shortcuts">, where single keys can be switched off (WCAG 2.1.4).
(() => {
  "use strict";
  const KEY = "dorsa-shortcuts";
  const dialog = document.getElementById("shortcuts");
  const toggle = dialog?.querySelector("[data-shortcut-switch]");

  let enabled = true;
  try {
    enabled = localStorage.getItem(KEY) !== "off";
  } catch {
    // Storage is switched off: the keys stay on.
  }

  const isTyping = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches("input:not([type=radio], [type=checkbox]), textarea, select"));

  const find = (key) =>
    [...document.querySelectorAll("[data-shortcut]")].find(
      (element) => element.dataset.shortcut === key && !element.disabled && element.getClientRects().length,
    );

  const activate = (element) => {
    if (!element.matches("input:not([type=radio], [type=checkbox]), textarea, select")) return element.click();
    element.focus();
    element.select?.();
  };

  const fill = () => {
    const list = dialog.querySelector("[data-shortcut-list]");
    list.replaceChildren();
    const row = (key, label) => {
      const term = document.createElement("dt");
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap);
      const words = document.createElement("dd");
      words.textContent = label;
      list.append(term, words);
    };
    for (const element of document.querySelectorAll("[data-shortcut][data-shortcut-label]")) {
      row(element.dataset.shortcut, element.dataset.shortcutLabel);
    }
    // Keys that a script of the page answers by itself.
    for (const element of document.querySelectorAll("[data-shortcut-help]")) {
      row(element.dataset.shortcutHelp, element.dataset.shortcutLabel);
    }
    if (document.querySelector("[data-list-keys]")) row("↑ ↓", "Move in the list");
    row("Esc", "Leave the search box, close a menu");
    row("?", "This list");
  };

  if (dialog) {
    toggle.checked = enabled;
    toggle.addEventListener("change", () => {
      enabled = toggle.checked;
      try {
        localStorage.setItem(KEY, enabled ? "on" : "off");
      } catch {
        // The choice then lasts for this page only.
      }
    });
    document.addEventListener("click", (event) => {
      if (event.target.closest('[data-dialog-open="shortcuts"]')) fill();
    });
  }

  // Fast hands: after "b" the next letters belong to the page that is coming, and before a page's own
  // field has got the focus they belong to that field. Neither may open something else.
  let leaving = false;
  let focused = document.activeElement !== document.body;
  document.addEventListener("focusin", () => { focused = true; });
  window.addEventListener("pageshow", () => { leaving = false; });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (leaving) return;
    const first = focused ? null : document.querySelector("input[autofocus]");
    if (first) return first.focus();
    const isFunctionKey = /^F\d+$/.test(event.key);
    if (isTyping(event.target) && !isFunctionKey) {
      if (event.key === "Escape" && event.target.matches("[data-shortcut]")) event.target.blur();
      return;
    }
    if ((!enabled && !isFunctionKey) || document.querySelector("dialog[open]")) return;
    if (event.key === "?" && dialog) {
      event.preventDefault();
      fill();
      dialog.showModal();
      return;
    }
    const element = find(event.key);
    if (!element) return;
    event.preventDefault();
    leaving = element.matches("a[href]");
    activate(element);
  });
})();
