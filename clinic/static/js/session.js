// Keeps the sign-in alive while somebody works on the page, warns before it ends, and leaves the
// page when it has: a patient's record must not stay on a screen that nobody watches.
(() => {
  "use strict";
  const dialog = document.querySelector("dialog[data-session]");
  if (!dialog) return;
  const { clock, signIn } = dialog.dataset;
  const warning = Number(dialog.dataset.warning);
  const countdown = dialog.querySelector("[data-countdown]");
  const PING_EVERY = 60_000;
  let endsAt = Date.now() + Number(dialog.dataset.seconds) * 1000;
  let pingedAt = Date.now();
  let asking = false;

  const leave = () => {
    const here = window.location.pathname + window.location.search;
    window.location.replace(`${signIn}?next=${encodeURIComponent(here)}`);
  };

  // GET only asks how long is left; POST says that somebody is here.
  const ask = async (method) => {
    if (asking) return;
    asking = true;
    try {
      const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
      const headers = method === "GET" ? { "Dorsa-Background": "1" } : { "X-CSRFToken": token };
      const answer = await fetch(clock, { method, headers, redirect: "manual" });
      if (!answer.ok) return leave();
      const { seconds_left: seconds } = await answer.json();
      endsAt = Date.now() + seconds * 1000;
    } catch {
      // No connection: the countdown goes on, and the end is the end.
    } finally {
      asking = false;
    }
  };

  const shown = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  const tick = async () => {
    let left = Math.ceil((endsAt - Date.now()) / 1000);
    if (left <= warning && !dialog.open) {
      // Another tab may have kept the session alive meanwhile.
      await ask("GET");
      left = Math.ceil((endsAt - Date.now()) / 1000);
    }
    if (left <= 0) return leave();
    if (left <= warning && !dialog.open) dialog.showModal();
    if (left > warning && dialog.open) dialog.close();
    countdown.textContent = shown(left);
  };

  const stay = () => {
    pingedAt = Date.now();
    return ask("POST").then(tick);
  };

  // Typing a long note is being there, although nothing is sent.
  const active = () => {
    if (!dialog.open && Date.now() - pingedAt > PING_EVERY) stay();
  };
  for (const kind of ["keydown", "pointerdown", "input"]) {
    document.addEventListener(kind, active, { passive: true });
  }
  dialog.querySelector("[data-session-stay]").addEventListener("click", stay);
  dialog.addEventListener("close", stay);
  document.addEventListener("htmx:afterRequest", (event) => {
    const background = event.detail.requestConfig?.headers?.["Dorsa-Background"];
    if (!background && event.detail.successful) endsAt = Math.max(endsAt, Date.now() + Number(dialog.dataset.seconds) * 1000);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) ask("GET").then(tick); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
  setInterval(tick, 1000);
})();
