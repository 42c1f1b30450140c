// <form data-autosave>: sends the fields that changed to the form's own address, a moment after the last key.
// Nothing is dropped: what could not be sent is sent again until it is there, or until somebody chooses.
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const state = form.querySelector("[data-save-state]");
  const revision = form.elements.revision;
  const PAUSE = 1200;
  const LONGEST = 30_000;

  const pieces = () =>
    [...form.elements].filter((field) => /^(text|flag|exam|pain)-/.test(field.name));
  // A radio group has one value, a box is "yes" or nothing.
  const valueOf = (name) => new FormData(form).get(name) ?? "";
  const read = () => {
    const data = new FormData(form);
    return new Map(pieces().map((field) => [field.name, data.get(field.name) ?? ""]));
  };

  let saved = read();
  let timer = 0;
  let wait = PAUSE;
  let sending = false;
  let stuck = false;
  let leaving = false;

  const dirty = () => [...read()].filter(([name, value]) => saved.get(name) !== value);
  const say = (words, unsaved) => {
    if (state.textContent.trim() !== words) state.textContent = words;
    state.classList.toggle("is-unsaved", unsaved);
  };

  const put = (name, value) => {
    for (const field of pieces().filter((one) => one.name === name)) {
      if (field.type === "checkbox") field.checked = value === "yes";
      else if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
    }
  };

  // What somebody else wrote meanwhile comes onto the page, unless it is being written here as well:
  // then the old revision is kept, so that the next save is refused and both versions are shown.
  const take = (answer, sent) => {
    for (const [name, value] of sent) saved.set(name, value);
    const now = read();
    const others = Object.entries(answer.others);
    if (others.some(([name]) => now.get(name) !== saved.get(name))) return;
    for (const [name, value] of others) {
      put(name, value);
      saved.set(name, valueOf(name));
    }
    revision.value = answer.revision;
  };

  const mark = (refused) => {
    for (const field of form.querySelectorAll("[data-refused]")) {
      field.removeAttribute("data-refused");
      field.removeAttribute("aria-invalid");
      field.removeAttribute("title");
    }
    for (const [name, sentence] of Object.entries(refused)) {
      for (const field of pieces().filter((one) => one.name === name)) {
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
    button.name = "do";
    button.value = "save";
    button.textContent = "Compare and choose";
    state.append(button);
  };

  const answered = async (response, sent) => {
    const isOurs = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
    if (response.redirected || response.status === 401) return failed("Not saved – sign in again in another tab");
    if (response.status === 409 && isOurs && (await response.clone().json()).stale) return compare();
    if (!isOurs) return failed("Not saved – trying again");
    const answer = await response.json();
    if (!response.ok) {
      stuck = response.status === 409;
      return stuck ? say(answer.sentence, true) : failed(`Not saved – ${answer.sentence}`);
    }
    wait = PAUSE;
    take(answer, sent);
    mark(answer.refused);
    const wrong = Object.values(answer.refused);
    say(wrong.length ? `Saved ${answer.saved_at}, but not all: ${wrong[0]}` : `Saved ${answer.saved_at}`, wrong.length > 0);
    if (dirty().length) later();
  };

  const save = async () => {
    const changed = dirty();
    if (sending || stuck || leaving || !changed.length) return;
    sending = true;
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("revision", revision.value);
    for (const [name, value] of changed) {
      body.append("changed", name);
      body.append(name, value);
    }
    const headers = { "Dorsa-Autosave": "1" };
    // Only a hand at the keyboard keeps somebody signed in; trying again by itself does not.
    if (wait > PAUSE) headers["Dorsa-Background"] = "1";
    try {
      const response = await fetch(form.action, { method: "POST", body, headers });
      await answered(response, changed);
    } catch {
      failed("Not saved – trying again");
    } finally {
      sending = false;
    }
  };

  const changed = () => {
    if (!dirty().length) return;
    if (!stuck) say("Not saved yet", true);
    wait = PAUSE;
    later();
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  // Leaving in a hurry: what is not there yet goes at once.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && dirty().length) event.preventDefault();
  });
})();
