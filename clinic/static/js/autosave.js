// <form data-autosave>: sends the fields of a consultation that changed, a moment after the last key.
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const { start, put } = window.dorsaAutosave;
  const revision = form.elements.revision;

  // Where somebody has still to choose, nothing is chosen for them.
  const isUndecided = (name) => form.elements[`keep-${name}`] !== undefined;
  // What somebody else changed as well: it is not sent by itself any more, but with the whole page.
  const held = new Set();
  const read = () => {
    const data = new FormData(form);
    const pieces = [...form.elements].filter((field) => /^(text|flag|exam|pain)-/.test(field.name));
    return new Map(pieces.map(({ name }) => [name, data.get(name) ?? ""]));
  };

  let saved = read();
  const waits = (name) => held.has(name) || isUndecided(name);
  const dirty = () => [...read()].filter(([name, value]) => saved.get(name) !== value && !waits(name));
  // What the script goes on from. The form keeps the revision from which what is held was changed.
  let current = revision.value;
  let isBehind = false;

  const pack = (underWay) => {
    const sent = dirty();
    const before = new Map(underWay ?? []);
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("revision", current);
    for (const [name, value] of sent) {
      body.append("changed", name);
      body.append(name, value);
      if (before.has(name)) body.append(`before-${name}`, before.get(name));
    }
    return { body, sent };
  };

  const hold = (names) => {
    for (const name of names) held.add(name);
    return names.length > 0;
  };

  // What somebody else wrote meanwhile comes onto the page, unless it is being written here as well.
  const take = (answer, sent, compare) => {
    for (const [name, value] of sent) saved.set(name, value);
    const now = read();
    for (const [name, value] of Object.entries(answer.others)) {
      if (isUndecided(name)) isBehind = true;
      else if (held.has(name) || now.get(name) !== saved.get(name)) held.add(name);
      else {
        saved.set(name, value);
        put(form, name, [value]);
      }
    }
    current = answer.revision;
    if (held.size) compare();
    else if (!isBehind) revision.value = current;
  };

  // The picker of diagnoses is sent by a button; until then it stands here alone.
  const isPicked = (field) =>
    field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== (field.defaultValue ?? "");
  const picker = () => form.querySelectorAll("input[name^=diagnosis-]");
  const isAtRisk = () =>
    held.size > 0 || form.querySelector("[name^=keep-]") !== null || [...picker()].some(isPicked);

  start(form, { isDirty: () => dirty().length > 0, isAtRisk, pack, take, hold });
})();
