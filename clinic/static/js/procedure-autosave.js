// The form of a procedure, sent by itself a moment after the last change, so that a closed tab loses nothing.
// What makes no sense yet is not saved, and says so; what somebody else changed is compared on a page of its own.
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave-whole]");
  if (!form) return;
  const state = form.querySelector("[data-save-state]");
  const PAUSE = 1200;
  const LONGEST = 30_000;
  // Not part of what is written: who asks, and what was read.
  const ASIDE = new Set(["csrfmiddlewaretoken", "once", "revision", "drugs_seen"]);

  const written = () =>
    JSON.stringify([...new FormData(form)].filter(([name]) => !ASIDE.has(name)));

  let saved = written();
  let timer = 0;
  let wait = PAUSE;
  let sending = false;
  let stuck = false;
  let leaving = false;

  const isDirty = () => written() !== saved;
  const say = (words, unsaved) => {
    state.textContent = words;
    state.classList.toggle("is-unsaved", unsaved);
  };

  const mark = (refused) => {
    for (const field of form.querySelectorAll("[data-refused]")) {
      field.removeAttribute("data-refused");
      field.removeAttribute("aria-invalid");
      field.removeAttribute("title");
    }
    for (const [name, sentence] of Object.entries(refused)) {
      for (const field of [...form.elements].filter((one) => one.name === name)) {
        field.dataset.refused = "";
        field.setAttribute("aria-invalid", "true");
        field.title = sentence;
      }
    }
  };

  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait);
  };

  const failed = (words) => {
    wait = Math.min(wait * 2, LONGEST);
    say(words, true);
    later();
  };

  const compare = () => {
    stuck = true;
    say("Somebody else changed the same. ", true);
    const button = document.createElement("button");
    button.className = "button small";
    button.textContent = "Compare and choose";
    state.append(button);
  };

  const answered = async (response, sent) => {
    const isOurs = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
    if (response.redirected || response.status === 401) return failed("Not saved – sign in again in another tab");
    if (!isOurs) return failed("Not saved – trying again");
    const answer = await response.json();
    if (answer.stale) return compare();
    mark(answer.refused ?? {});
    if (!response.ok) {
      // It will not go until something is changed, or it is signed already.
      stuck = response.status === 409;
      saved = sent;
      return say(`Not saved – ${answer.sentence}`, true);
    }
    wait = PAUSE;
    saved = sent;
    form.elements.revision.value = answer.revision;
    form.elements.drugs_seen.value = answer.drugs_seen;
    const wrong = Object.values(answer.refused);
    say(wrong.length ? `Saved ${answer.saved_at}, but not all: ${wrong[0]}` : `Saved ${answer.saved_at}`, wrong.length > 0);
    if (isDirty()) later();
  };

  const save = async () => {
    if (sending || stuck || leaving || !isDirty()) return;
    sending = true;
    const sent = written();
    const body = new FormData(form);
    body.delete("once");
    const headers = { "Dorsa-Autosave": "1" };
    // Only a hand at the keyboard keeps somebody signed in; trying again by itself does not.
    if (wait > PAUSE) headers["Dorsa-Background"] = "1";
    try {
      await answered(await fetch(form.action, { method: "POST", body, headers }), sent);
    } catch {
      failed("Not saved – trying again");
    } finally {
      sending = false;
    }
  };

  const changed = () => {
    if (stuck || !isDirty()) return;
    say("Not saved yet", true);
    wait = PAUSE;
    later();
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // The buttons of a row fill its fields without an event of their own.
  form.addEventListener("click", () => window.setTimeout(changed));
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && !stuck && isDirty()) event.preventDefault();
  });
})();
