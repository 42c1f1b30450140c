// Walk a list with the arrow keys.
//   <input data-list-input="#found" …>            ArrowDown enters the list, Enter takes its first item
//   <ul id="found" data-list-keys> … <a data-item> …   ArrowUp, ArrowDown, Home and End move between items
(() => {
  "use strict";
  const answered = new WeakMap(); // input -> the words its list answers
  const sent = new WeakMap(); // input -> the words on their way
  let waiting = null; // the input whose Enter came before its answer

  const itemsOf = (list) =>
    [...(list?.querySelectorAll("[data-item]") ?? [])].filter((item) => !item.disabled);
  const listOf = (input) => document.querySelector(input.dataset.listInput);
  const asksServer = (input) => input.closest("[hx-get], [hx-post]") !== null;
  const isFresh = (input) =>
    !asksServer(input) || (answered.get(input) ?? input.defaultValue) === input.value;

  const focusAt = (items, index) => items[Math.max(0, Math.min(index, items.length - 1))]?.focus();

  const onInputKey = (event, input) => {
    const items = itemsOf(listOf(input));
    if (event.key === "ArrowDown" && items.length) {
      event.preventDefault();
      focusAt(items, 0);
    }
    if (event.key !== "Enter" || event.isComposing) return;
    if (!isFresh(input)) {
      // The list still shows the people of an earlier word: taking its first one could open the wrong record.
      event.preventDefault();
      waiting = input;
    } else if (items.length) {
      event.preventDefault();
      items[0].click();
    }
  };

  const onListKey = (event, list) => {
    const items = itemsOf(list);
    const here = items.indexOf(event.target.closest("[data-item]"));
    if (here < 0) return;
    const goal = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    const input = list.id && document.querySelector(`[data-list-input="#${CSS.escape(list.id)}"]`);
    if (goal < 0 && input) input.focus();
    else focusAt(items, goal);
  };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof Element)) return;
    if (event.target.matches("[data-list-input]")) onInputKey(event, event.target);
    const list = event.target.closest("[data-list-keys]");
    if (list) onListKey(event, list);
  });

  const inputOf = (element) =>
    element.matches("[data-list-input]") ? element : element.querySelector("[data-list-input]");

  document.addEventListener("htmx:beforeRequest", (event) => {
    const input = inputOf(event.detail.elt);
    if (input) sent.set(input, input.value);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const input = event.detail.requestConfig && inputOf(event.detail.requestConfig.elt);
    if (!input) return;
    answered.set(input, sent.get(input));
    if (waiting !== input || !isFresh(input)) return;
    waiting = null;
    if (document.activeElement === input) focusAt(itemsOf(listOf(input)), 0);
  });
})();
