// <form data-save>: saves the page of a patient a moment after the last touch. Without it, the buttons save.
// Sentences come from the form and from the answers, in the reader's language.
(() => {
  "use strict";
  const PAUSE = 1500;
  const LONGEST = 30_000;
  const form = document.querySelector("form[data-save]");
  if (!form) return;
  const state = form.querySelector("[data-save-state]");
  const words = () => {
    const data = new FormData(form);
    for (const name of ["seen", "csrfmiddlewaretoken"]) data.delete(name);
    return new URLSearchParams(data).toString();
  };
  let saved = words();
  let timer = 0;
  let wait = PAUSE;
  let isUnderWay = false;
  let isLeaving = false;
  // Somebody else saved the same page: only the whole page shows both.
  let isStuck = false;

  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait);
  };

  const save = async () => {
    const sent = words();
    if (isStuck || isLeaving || isUnderWay || sent === saved) return;
    isUnderWay = true;
    const headers = { "Dorsa-Autosave": "1" };
    // Trying again by itself keeps nobody signed in.
    if (wait > PAUSE) headers["Dorsa-Background"] = "1";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
      const isOurs = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
      if (answer.redirected || !isOurs) throw new Error("not saved");
      const told = await answer.json();
      state.textContent = told.words;
      wait = PAUSE;
      isStuck = answer.status === 409;
      if (answer.ok) {
        form.elements.seen.value = told.seen;
        saved = sent;
      }
    } catch {
      state.textContent = form.dataset.saveFailed;
      wait = Math.min(wait * 2, LONGEST);
      later();
    } finally {
      isUnderWay = false;
      if (words() !== saved && words() !== sent) later();
    }
  };

  const changed = () => {
    if (isStuck || words() === saved) return;
    state.textContent = form.dataset.saveWaits;
    wait = PAUSE;
    later();
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    isLeaving = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
})();
