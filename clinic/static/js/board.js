// The board by keyboard: arrows go from cell to cell, Enter opens, "s" takes the next step, "k" parks.
// Forms marked data-board-form are sent in place, and only the columns that changed come back.
(() => {
  "use strict";
  const grid = document.getElementById("grid");
  const dialog = document.getElementById("board-dialog");

  const opens = (href) => {
    if (!dialog || !window.htmx) return false;
    window.htmx.ajax("GET", href, { target: "#board-window", swap: "outerHTML" }).then(() => {
      if (!dialog.open) dialog.showModal();
      dialog.querySelector("[autofocus]")?.focus();
    });
    return true;
  };

  // A cell names its beginning in minutes of the Unix clock, or written out.
  const instantOf = (text) => new Date(/^\d+$/.test(text) ? Number(text) * 60000 : text);

  // A press in a long gap means the time at which it was pressed, not the beginning of the gap;
  // and what needs so many minutes begins early enough to fit.
  const pressedAt = (pressed, event, cell, needs = 0) => {
    const [column, instant] = cell.split("/");
    const start = instantOf(instant);
    if (event.detail === 0 || !grid || Number.isNaN(start.getTime())) return cell;
    const box = pressed.getBoundingClientRect();
    const rows = window.dorsaBoard.rowsIn(pressed.closest("li"));
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const minutes = Math.max(0, Math.min(row * 5, rows * 5 - needs));
    const later = new Date(start.getTime() + (minutes - (minutes % 10)) * 60000);
    return `${column}/${later.toISOString()}`;
  };

  const hrefOf = (link, event) => {
    const url = new URL(link.href);
    url.searchParams.set("at", pressedAt(link, event, url.searchParams.get("at")));
    return url.href;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".columns a, .gap-link[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const href = link.closest(".gap, .gap-list") ? hrefOf(link, event) : link.href;
    if (opens(href)) event.preventDefault();
  });

  // On a phone the board comes first, and its tools are one press away.
  const tools = document.querySelector(".board-more");
  if (tools && window.matchMedia("(max-width: 47.99rem)").matches) tools.open = false;

  if (!grid) return;

  const number = (element, letter) => {
    const found = element.className.match(new RegExp(`(?:^| )${letter}(\\d+)(?: |$)`));
    return found ? Number(found[1]) : 0;
  };
  const says = document.getElementById("board-says");

  const board = {
    grid,
    number,
    instantOf,
    isBusy: () => grid.hasAttribute("data-moving"),
    rowsIn: (li) => number(li, "q") * 12 + number(li, "n"),
    rowOf: (li) => number(li, "h") * 12 + number(li, "m"),
    // Scroll the board, and not the page, so that a cell is in sight below the heads and beside the hours.
    reveal: (li) => {
      const [box, around] = [li.getBoundingClientRect(), grid.getBoundingClientRect()];
      const [top, left] = [around.top + 64, around.left + 64];
      if (box.top < top) grid.scrollTop -= top - box.top;
      else if (box.bottom > around.bottom) grid.scrollTop += Math.min(box.bottom - around.bottom + 8, box.top - top);
      if (box.left < left) grid.scrollLeft -= left - box.left;
      else if (box.right > around.right) grid.scrollLeft += box.right - around.right + 16;
    },
    say: (words) => { says.textContent = words; },
    problem: (words) => document.dispatchEvent(new CustomEvent("dorsa:problem", { detail: words })),
    columns: () => [...grid.querySelectorAll(".column")],
    headers: () => ({
      "Dorsa-Columns": board.columns().map((c) => `${c.id.slice(7)}:${c.dataset.tag}`).join(" "),
    }),
  };
  window.dorsaBoard = board;

  // A parked visit goes to the time at which somebody pressed.
  grid.addEventListener("click", (event) => {
    const button = event.target.closest(".gap > button[name=to]");
    if (!button) return;
    button.dataset.cell ??= button.value;
    const [column, first] = button.dataset.cell.split("/");
    const needs = Number(document.getElementById("pinboard")?.dataset.minutes ?? 0);
    // Without a pointer: the first time in the gap at which it fits. With one, not before that.
    if (event.detail === 0) { button.value = button.dataset.cell; return; }
    const pressed = pressedAt(button, event, `${column}/${button.dataset.gap}`, needs).split("/").pop();
    const isEarlier = instantOf(pressed) < instantOf(first);
    button.value = `${column}/${isEarlier ? first : pressed}`;
  });

  // --- swapping what changed, without losing the place ---
  const keyOf = (element) => {
    const cell = element?.closest?.("li");
    const link = cell?.querySelector("a[href], button[value]");
    if (!link || !grid.contains(element)) return null;
    return { href: link.getAttribute("href") ?? link.value, isButton: element.matches("button"), row: board.rowOf(cell), column: cell.closest(".column")?.id };
  };

  const refocus = (key) => {
    if (!key || grid.contains(document.activeElement)) return;
    const link = [...grid.querySelectorAll("li > a")].find((a) => a.getAttribute("href") === key.href);
    const cell = link?.closest("li");
    const next = key.isButton ? cell?.querySelector("button") : null;
    if (next ?? link) return (next ?? link).focus({ preventScroll: true });
    // It went elsewhere: stay near.
    const column = document.getElementById(key.column);
    const near = cells(column ?? grid).sort((a, b) => Math.abs(rowAt(a) - key.row) - Math.abs(rowAt(b) - key.row))[0];
    near?.focus({ preventScroll: true });
  };

  board.swap = (text, etag) => {
    const key = keyOf(document.activeElement);
    const fresh = document.createElement("template");
    fresh.innerHTML = text;
    for (const element of [...fresh.content.children]) {
      const old = element.id && document.getElementById(element.id);
      if (old) old.replaceWith(element);
    }
    if (etag) grid.dataset.etag = etag;
    refocus(key);
    rove();
    document.dispatchEvent(new CustomEvent("dorsa:board"));
  };

  const sentenceIn = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    return page.querySelector("[data-problem]")?.textContent.trim().replace(/\s+/g, " ");
  };

  board.take = async (response) => {
    if (response.status === 304) return true;
    const text = await response.text();
    if (response.redirected || response.status === 401) return window.location.reload();
    if (!response.ok) {
      board.problem(sentenceIn(text) || document.getElementById("toasts").dataset.refused);
      return false;
    }
    if (response.headers.has("Dorsa-Reload")) return window.location.reload();
    board.swap(text, response.headers.get("ETag"));
    return true;
  };

  board.send = async (action, fields) => {
    const body = fields instanceof FormData ? fields : new FormData(grid);
    if (body !== fields) for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const url = new URL(action, window.location.href);
    url.search = new URL(grid.dataset.changes, window.location.href).search;
    try {
      const done = await board.take(await fetch(url, { method: "POST", body, headers: board.headers() }));
      if (done) board.say(document.querySelector("#undo-place span")?.textContent ?? "Done");
      else board.refresh?.();
      return done;
    } catch {
      board.problem(document.getElementById("toasts").dataset.offline);
      return false;
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-board-form]") || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    dialog?.close();
    board.send(form.action, new FormData(form, event.submitter));
  });

  // --- going from cell to cell ---
  const cells = (within) => [...within.querySelectorAll("li > a, .gap > button")];
  const rowAt = (cell) => board.rowOf(cell.closest("ol > li"));
  let current = null;

  const rove = () => {
    if (!current?.isConnected) current = cells(grid)[0];
    for (const cell of grid.querySelectorAll("li > a, li > button")) {
      cell.tabIndex = cell.closest("li") === current?.closest("li") ? 0 : -1;
    }
  };

  const go = (cell) => {
    if (!cell) return;
    current = cell;
    rove();
    cell.focus({ preventScroll: true });
    board.reveal(cell.closest("ol > li"));
  };

  const beside = (cell, step) => {
    const columns = board.columns();
    const row = rowAt(cell);
    for (let i = columns.indexOf(cell.closest(".column")) + step; columns[i]; i += step) {
      const near = cells(columns[i]).sort((a, b) => Math.abs(rowAt(a) - row) - Math.abs(rowAt(b) - row));
      if (near.length) return near[0];
    }
    return null;
  };

  const nearNow = () => {
    const line = Number(grid.dataset.nowRow);
    const all = cells(grid);
    return all.find((cell) => rowAt(cell) >= line) ?? all[0];
  };

  const movable = (li) => li?.matches(".booked, .confirmed");
  board.visitOf = (li) => li?.querySelector(":scope > a")?.pathname.split("/").filter(Boolean).pop();
  board.isMovable = movable;
  // The cell in which this page shows the visit: if it stands elsewhere by now, the server says so.
  board.seenAt = (li) => {
    const at = li.querySelector(":scope > a")?.dataset.at;
    return at ? `${li.closest(".column").id.slice(7)}/${at}` : "";
  };

  const park = (li) => {
    if (!movable(li)) return board.problem("Only a visit that has not begun can be parked.");
    const form = document.createElement("form");
    form.method = "post";
    form.action = grid.dataset.park;
    form.hidden = true;
    const fields = { csrfmiddlewaretoken: new FormData(grid).get("csrfmiddlewaretoken"), visit: board.visitOf(li), was: board.seenAt(li), do: "park" };
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      input.name = name;
      input.value = value;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  };

  grid.addEventListener("focusin", (event) => {
    const cell = event.target.closest("li > a, .gap > button") ?? event.target.closest("li")?.querySelector("a");
    if (!cell || cell === current) return;
    current = cell;
    rove();
  });

  const isFree = (event) =>
    !event.defaultPrevented && !event.altKey && !event.ctrlKey && !event.metaKey &&
    !board.isBusy() && !document.querySelector("dialog[open]") &&
    !event.target.matches?.("input, select, textarea, summary, .menu *");

  document.addEventListener("keydown", (event) => {
    if (!isFree(event)) return;
    const inside = grid.contains(event.target) && event.target !== grid;
    const onPage = inside || event.target === document.body || event.target === grid || event.target.id === "main";
    if (!onPage) return;
    const here = inside ? event.target.closest("li")?.querySelector("a, button") : null;
    const goal = {
      ArrowDown: () => (here ? cells(here.closest(".column"))[cells(here.closest(".column")).indexOf(here) + 1] : nearNow()),
      ArrowUp: () => (here ? cells(here.closest(".column"))[cells(here.closest(".column")).indexOf(here) - 1] : nearNow()),
      ArrowLeft: () => (here ? beside(here, -1) : nearNow()),
      ArrowRight: () => (here ? beside(here, 1) : nearNow()),
      Home: () => here && cells(here.closest(".column"))[0],
      End: () => here && cells(here.closest(".column")).at(-1),
    }[event.key];
    if (goal) {
      event.preventDefault();
      return go(goal());
    }
    const li = here?.closest("li");
    if (!li?.matches(".v")) return;
    if (event.key === "s") {
      event.preventDefault();
      li.querySelector("button")?.click();
    } else if (event.key === "k") {
      event.preventDefault();
      park(li);
    } else if (event.key === "m") {
      event.preventDefault();
      board.startMoving?.(li);
    }
  });

  rove();
  // The visit that was just booked or moved has the focus.
  const meant = grid.querySelector("li[id^=appointment] > a");
  if (meant) {
    go(meant);
    // The browser, too, goes to the address's fragment when the page is there, and drops the focus.
    window.addEventListener("load", () => setTimeout(() => go(meant.isConnected ? meant : current), 0));
  }
})();
