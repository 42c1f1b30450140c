// What every form that saves itself shares: when it is sent, how often it is tried, and what is said meanwhile.
// Nothing is dropped: what could not be sent is sent again until it is there, or until somebody chooses.
// Load this before the script of the form, which calls dorsaAutosave with what only it knows:
//   isDirty()           whether something is to be sent
//   isAtRisk()          whether closing the tab would lose something besides
//   pack(underWay)      { body, sent }: what to send, and what to remember of it; `underWay` is what was remembered of
//                       the one before if its answer is not there yet
//   hold(names)         lay aside what somebody else changed as well, until it is compared; where it cannot be, leave it out
//   take(answer, sent)  what to do with the answer; returns words to add to "Saved", or nothing
(() => {
  "use strict";
  const PAUSE = 1200;
  const LONGEST = 30_000;
  // A browser keeps no more than 64 kB alive for a page that is gone, what surrounds the words included.
  const KEPT_ALIVE = 60_000;
  const AROUND = 150;

  const named = (form, name) => [...form.elements].filter((one) => one.name === name);

  // A value as FormData gives it: a list, for boxes and radios those that are chosen.
  const put = (form, name, values) => {
    const fields = named(form, name);
    for (const field of fields) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
    fields[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // What was refused is said beside its field, where there is a place for it.
  const mark = (form, refused) => {
    for (const said of form.querySelectorAll("[data-refused-said]")) said.remove();
    for (const field of form.querySelectorAll("[data-refused]")) {
      field.removeAttribute("data-refused");
      field.removeAttribute("aria-invalid");
      field.removeAttribute("title");
    }
    for (const [name, sentence] of Object.entries(refused)) {
      const fields = named(form, name);
      for (const field of fields) {
        field.dataset.refused = "";
        field.setAttribute("aria-invalid", "true");
        field.title = sentence;
      }
      const place = form.querySelector(`[data-error-for="${name}"]`) ?? fields[0]?.closest(".field, .spine-row");
      if (!place) continue;
      const said = document.createElement("p");
      said.className = "error";
      said.dataset.refusedSaid = "";
      said.textContent = sentence;
      place.append(said);
    }
  };

  const start = (form, { isDirty, isAtRisk, pack, take, hold }) => {
    const state = form.querySelector("[data-save-state]");
    let timer = 0;
    let wait = PAUSE;
    // What was sent and not answered yet, and how many were sent.
    let underWay = null;
    // What was sent and may have come, though its answer never did.
    let unsure = null;
    let turn = 0;
    // The last one that was answered; what was sent before it holds nothing that it does not.
    let heard = 0;
    let isFresh = false;
    let offered = false;
    let stuck = false;
    let leaving = false;
    let refused = {};

    const said = document.createElement("span");

    const say = (words, unsaved) => {
      if (!said.isConnected) state.replaceChildren(said);
      if (said.textContent !== words) said.textContent = words;
      state.classList.toggle("is-unsaved", unsaved || offered);
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

    // Only a page can go on from here: it shows both, and everything that was typed goes with it.
    const offer = (words, label) => {
      if (offered) return;
      offered = true;
      say("", true);
      const why = document.createElement("span");
      why.textContent = ` ${words} `;
      const button = document.createElement("button");
      button.className = "button small";
      button.name = "do";
      button.value = "save";
      button.textContent = label;
      state.append(why, button);
    };

    const compare = () => offer("Somebody else changed the same.", "Compare and choose");

    // What both changed waits for a choice; whatever else is typed is saved as before.
    const clashed = (names) => {
      if (hold?.(names)) {
        if (isDirty()) later();
      } else stuck = true;
      compare();
    };

    const saved = (answer, sent) => {
      wait = PAUSE;
      refused = answer.refused;
      const more = take(answer, sent, compare) ?? "";
      mark(form, refused);
      const wrong = Object.values(refused);
      say(`Saved ${answer.saved_at}${wrong.length ? `, but not all: ${wrong[0]}` : more}`, wrong.length > 0);
      if (isDirty()) later();
    };

    const answered = async (response, sent, own) => {
      const isOurs = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
      if (response.redirected || response.status === 401) return failed("Not saved – sign in again in another tab");
      if (!isOurs) return failed("Not saved – trying again");
      const answer = await response.json();
      if (own < heard) return undefined;
      heard = own;
      unsure = null;
      // A later one came first, with more in it.
      if (answer.stale && own !== turn) return undefined;
      if (answer.stale) return clashed(answer.names ?? []);
      if (answer.signed) {
        stuck = true;
        return offer("Not saved: this was signed meanwhile.", "See what is not in it");
      }
      if (response.ok) return saved(answer, sent);
      // It will not go as it is; the next change is tried again.
      mark(form, answer.refused ?? {});
      stuck = response.status === 409;
      return say(`Not saved – ${answer.sentence}`, true);
    };

    const save = async () => {
      const isClosing = document.visibilityState === "hidden";
      // A page that goes away does not wait for the answer; it says what was under way instead.
      if (stuck || leaving || !isDirty() || (underWay && !(isClosing && isFresh && hold))) return;
      isFresh = false;
      turn += 1;
      const own = turn;
      const { body, sent } = pack(underWay ?? unsure);
      underWay = sent;
      const headers = { "Dorsa-Autosave": "1" };
      // Only a hand at the keyboard keeps somebody signed in; trying again by itself does not.
      if (wait > PAUSE) headers["Dorsa-Background"] = "1";
      const length = [...body.values()].reduce((sum, value) => sum + AROUND + 3 * value.length, 0);
      // A tab that is closed still sends what it began to send.
      const keepalive = isClosing || length < KEPT_ALIVE;
      try {
        await answered(await fetch(form.action, { method: "POST", body, headers, keepalive }), sent, own);
      } catch {
        unsure = sent;
        failed("Not saved – trying again");
      } finally {
        if (own === turn) underWay = null;
        // What was typed while this was under way.
        if (isFresh) later();
      }
    };

    const changed = () => {
      if (stuck || !isDirty()) return;
      isFresh = true;
      say("Not saved yet", true);
      wait = PAUSE;
      later();
    };

    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    // Buttons may fill fields without an event of their own.
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
    window.addEventListener("pagehide", () => save());
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && (isDirty() || isAtRisk() || Object.keys(refused).length)) event.preventDefault();
    });
  };

  window.dorsaAutosave = { start, put };
})();
