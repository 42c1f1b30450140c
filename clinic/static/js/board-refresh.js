// The board keeps itself fresh: it asks every ten seconds while somebody can see it, and mostly hears "unchanged".
// The line of the present, the timers of who waits, and the offer to undo move on in between.
(() => {
  "use strict";
  const PERIOD_MS = 10000;
  const LONG_WAIT = 20;

  const leave = () => {
    for (const form of document.querySelectorAll("[data-leaves]:not([data-seen])")) {
      form.dataset.seen = "";
      const later = () => setTimeout(() => {
        if (form.matches(":hover, :focus-within")) later();
        else form.remove();
      }, Number(form.dataset.leaves) * 1000);
      later();
    }
  };
  leave();
  document.addEventListener("htmx:afterSettle", leave);

  const board = window.dorsaBoard;
  if (!board) return;
  const { grid } = board;

  board.refresh = async () => {
    if (document.hidden || board.isBusy()) return;
    try {
      const headers = { ...board.headers(), "Dorsa-Background": "1", "If-None-Match": grid.dataset.etag };
      const response = await fetch(grid.dataset.changes, { headers });
      // Somebody may have begun to move a card while the answer was on its way.
      if (response.status !== 304 && !board.isBusy()) await board.take(response);
    } catch {
      // No connection just now: the next round asks again.
    }
  };
  setInterval(board.refresh, PERIOD_MS);
  document.addEventListener("visibilitychange", board.refresh);

  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: grid.dataset.zone, hour: "numeric", minute: "numeric", hourCycle: "h23",
  });

  const line = document.createElement("div");
  line.className = "now-line";
  line.setAttribute("aria-hidden", "true");

  const tick = () => {
    for (const time of grid.querySelectorAll("time[data-since]")) {
      const minutes = Math.floor((Date.now() / 1000 - Number(time.dataset.since)) / 60);
      time.textContent = `${minutes} min`;
      time.classList.toggle("long", minutes >= LONG_WAIT);
    }
    if (!("today" in grid.dataset)) return;
    const parts = Object.fromEntries(clock.formatToParts(new Date()).map((p) => [p.type, Number(p.value)]));
    const rows = (parts.hour * 60 + parts.minute) / 5;
    grid.dataset.nowRow = Math.floor(rows);
    const list = grid.querySelector(".column > ol");
    const [from, to] = [board.number(grid, "from") * 12, board.number(grid, "to") * 12];
    line.hidden = rows < from || rows > to;
    line.style.setProperty("top", `${list.offsetTop + ((rows - from) / (to - from)) * list.offsetHeight}px`);
    line.style.setProperty("width", `${grid.scrollWidth}px`);
    if (!line.isConnected) {
      grid.append(line);
      if (!grid.querySelector("li[id^=appointment]")) grid.scrollTop = line.offsetTop - grid.clientHeight / 3;
    }
  };
  tick();
  setInterval(tick, 15000);
  window.addEventListener("resize", tick);
  document.addEventListener("dorsa:board", () => { tick(); leave(); });
})();
