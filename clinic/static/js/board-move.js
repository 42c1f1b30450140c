// Moving a visit on the board: "m" and arrows, or dragging. A ghost shows where it would go; the server decides.
(() => {
  "use strict";
  const board = window.dorsaBoard;
  if (!board) return;
  const { grid } = board;
  const STEP = 2; // rows: ten minutes
  let moving = null; // {li, visit, was, rows, ghost, target, wish}: wish is the row that is wanted

  const words = (row) => {
    const hour = Math.floor(row / 12);
    return `${hour % 12 || 12}:${String((row % 12) * 5).padStart(2, "0")} ${hour < 12 ? "AM" : "PM"}`;
  };

  // When a gap or the card of a visit begins.
  const startOf = (li) => {
    const link = li.querySelector(":scope > a[href]");
    const cell = link?.dataset.at ?? (link ? new URL(link.href).searchParams.get("at") : li.querySelector("button")?.dataset.gap);
    return cell ? board.instantOf(cell.split("/").pop()) : null;
  };

  const later = (instant, rows) => new Date(instant.getTime() + rows * 5 * 60000);

  const isOwn = (li) => li.matches(".v") && board.visitOf(li) === moving.visit;

  // What is free in a column when the visit leaves its place: gaps, its own cards, and the buffers beside those.
  const piecesIn = (column) => {
    const cells = [...column.querySelectorAll(":scope > ol > li:not(.ghost)")].map((li) => {
      const first = board.rowOf(li);
      return { li, first, last: first + board.rowsIn(li) };
    });
    const own = cells.filter(({ li }) => isOwn(li));
    const found = [];
    for (const cell of cells) {
      const beside = cell.li.matches(".buffer") && own.find((o) => o.first === cell.last || o.last === cell.first);
      const at = beside ? later(startOf(beside.li), cell.first - beside.first) : null;
      if (beside) found.push({ ...cell, at });
      else if (cell.li.matches(".gap") || own.includes(cell)) found.push({ ...cell, at: startOf(cell.li) });
    }
    return found.filter((piece) => piece.at).sort((a, b) => a.first - b.first);
  };

  // Pieces that touch, as one.
  const stretchesIn = (column) => {
    const found = [];
    for (const piece of piecesIn(column)) {
      const before = found.at(-1);
      if (before && piece.first <= before.last) {
        before.last = Math.max(before.last, piece.last);
        before.pieces.push(piece);
      } else found.push({ first: piece.first, last: piece.last, pieces: [piece] });
    }
    return found;
  };

  const isWhereItIs = ({ column, row }) =>
    column === moving.li.closest(".column") && row === board.rowOf(moving.li);

  // Where a visit of this length might be in a column: when it is now, and every ten minutes by the clock.
  const placesIn = (column, rows) => {
    const found = [];
    for (const { first, last, pieces } of stretchesIn(column)) {
      const starts = new Set([board.rowOf(moving.li)]);
      for (let row = Math.ceil(first / STEP) * STEP; row <= last - rows; row += STEP) starts.add(row);
      for (const row of starts) {
        const piece = row <= last - rows && pieces.findLast((p) => p.first <= row);
        if (piece) found.push({ column, row, at: later(piece.at, row - piece.first) });
      }
    }
    return found;
  };

  // Of two that are as near, the later one.
  const nearest = (places, row) => places.sort((a, b) => Math.abs(a.row - row) - Math.abs(b.row - row) || b.row - a.row)[0];

  const show = (target, isRefused = false) => {
    moving.target = isRefused ? null : target;
    const { row, column } = target;
    const { ghost, rows } = moving;
    const long = Math.floor(rows / 12);
    ghost.className = `ghost h${Math.floor(row / 12)} m${row % 12}${long ? ` q${long}` : ""} n${rows % 12}${isRefused ? " refused" : ""}`;
    ghost.textContent = `${words(row)} ${moving.name}`;
    const list = column.querySelector("ol");
    if (ghost.parentNode !== list) list.append(ghost);
  };

  const begin = (li) => {
    const ghost = document.createElement("li");
    ghost.setAttribute("aria-hidden", "true");
    const name = li.querySelector("a").textContent.replace(/^\S+ [AP]M\s*/, "");
    moving = { li, visit: board.visitOf(li), was: board.seenAt(li), rows: board.rowsIn(li), ghost, name, target: null };
    li.classList.add("leaving");
    grid.setAttribute("data-moving", "");
  };

  const stop = () => {
    moving?.ghost.remove();
    moving?.li.classList.remove("leaving");
    moving = null;
    grid.removeAttribute("data-moving");
  };

  const finish = async () => {
    const { target, visit, was, li } = moving;
    const stays = target && isWhereItIs(target);
    stop();
    if (stays) {
      board.say("It stays where it is.");
      li.querySelector("a")?.focus();
    }
    if (!target || stays) return;
    await board.send(grid.dataset.drop, { visit, was, to: `${target.column.id.slice(7)}/${target.at.toISOString()}` });
    const moved = [...grid.querySelectorAll(".v > a")].find((a) => a.pathname.includes(visit));
    moved?.focus();
  };

  const tell = () => {
    const { column, row } = moving.target;
    board.reveal(moving.ghost);
    board.say(`${column.querySelector("h2").textContent}, ${words(row)}`);
  };

  board.startMoving = (li) => {
    if (!board.isMovable(li)) return board.problem("Only a visit that has not begun can be moved.");
    begin(li);
    const own = li.closest(".column");
    const row = board.rowOf(li);
    if (board.columns().every((c) => placesIn(c, moving.rows).every(isWhereItIs))) {
      stop();
      return board.problem("Nothing on this board is free for so long. Park the visit, then look at another day.");
    }
    moving.wish = row;
    show({ column: own, row, at: startOf(li) });
    tell();
  };

  const byKey = (key) => {
    const { column, row } = moving.target;
    if (key === "ArrowUp" || key === "ArrowDown") {
      const places = placesIn(column, moving.rows);
      const place = nearest(places.filter((p) => (key === "ArrowDown" ? p.row > row : p.row < row)), row);
      if (place) moving.wish = place.row;
      return place;
    }
    const columns = board.columns();
    const step = key === "ArrowRight" ? 1 : -1;
    for (let i = columns.indexOf(column) + step; columns[i]; i += step) {
      const place = nearest(placesIn(columns[i], moving.rows), moving.wish);
      if (place) return place;
    }
    return null;
  };

  document.addEventListener("keydown", (event) => {
    if (!moving) return;
    if (event.key === "Escape") {
      event.preventDefault();
      const { li } = moving;
      stop();
      board.say("Put back.");
      return li.querySelector("a")?.focus();
    }
    if (!moving.target || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      return finish();
    }
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
    const target = byKey(event.key);
    if (target) {
      show(target);
      tell();
    }
  }, true);

  // --- dragging (a finger scrolls: on a phone, park) ---
  let pressed = null;

  const under = (event) => {
    const column = document.elementsFromPoint(event.clientX, event.clientY).map((e) => e.closest?.(".column")).find(Boolean);
    const list = column?.querySelector("ol");
    if (!list) return null;
    const box = list.getBoundingClientRect();
    const from = board.number(grid, "from") * 12;
    const height = box.height / ((board.number(grid, "to") * 12) - from);
    const row = from + Math.round((event.clientY - pressed.offset - box.top) / height / STEP) * STEP;
    return { column, row };
  };

  const follow = (event) => {
    const at = under(event);
    if (!at || at.row < 0) return;
    const near = placesIn(at.column, moving.rows).filter((p) => Math.abs(p.row - at.row) <= STEP * 1.5);
    const fitting = nearest(near.filter((p) => !isWhereItIs(p) || p.row === at.row), at.row);
    if (fitting && isWhereItIs(fitting)) return show(at, true);
    show(fitting ?? at, !fitting);
  };

  grid.addEventListener("pointerdown", (event) => {
    const li = event.target.closest(".column > ol > .v");
    if (event.button || event.pointerType === "touch" || !li || !board.isMovable(li) || event.target.closest("button")) return;
    pressed = { li, x: event.clientX, y: event.clientY, offset: event.clientY - li.getBoundingClientRect().top };
  });

  document.addEventListener("pointermove", (event) => {
    if (!pressed) return;
    if (!moving && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 6) begin(pressed.li);
    if (moving) follow(event);
  });

  document.addEventListener("pointerup", () => {
    const dragged = pressed && moving;
    pressed = null;
    if (!dragged) return;
    // The click that follows a drag opens nothing.
    const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50);
    finish();
  });

  grid.addEventListener("dragstart", (event) => event.preventDefault());
})();
