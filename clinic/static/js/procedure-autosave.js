// <form data-autosave-whole>: sends the whole form of a procedure, a moment after the last change.
// What makes no sense yet is not saved, and says so; what somebody else changed is compared on a page of its own.
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave-whole]");
  if (!form) return;
  const { start, put } = window.dorsaAutosave;
  // Not part of what is written: who asks, what was read, what is still to be chosen or explained.
  const ASIDE = /^(csrfmiddlewaretoken|once|revision|drugs_seen|clash|theirs|reason_.*)$/;
  const { revision, drugs_seen: drugsSeen } = form.elements;

  const read = () => {
    const data = new FormData(form);
    return new Map([...data.keys()].filter((name) => !ASIDE.test(name)).map((name) => [name, data.getAll(name)]));
  };
  const isSame = (one, other) => String(one ?? []) === String(other ?? []);

  const differing = (one, other) =>
    [...new Set([...one.keys(), ...other.keys()])].filter((name) => !isSame(one.get(name), other.get(name)));

  // What somebody else changed as well, by the field it stands in (rows of drugs are one piece): it is not sent by
  // itself any more, but with the whole page, where it is compared.
  const held = new Map();
  const waits = (name) => held.has(name) || (held.has("drugs") && name.startsWith("drugs-"));

  let saved = read();
  const isDirty = () => differing(read(), saved).some((name) => !waits(name));
  // What the script goes on from. The form keeps the revision from which what is held was changed.
  let current = revision.value;

  const pack = (underWay) => {
    const body = new FormData(form);
    body.delete("once");
    body.set("revision", current);
    for (const piece of held.values()) body.append("clash", piece);
    const sent = read();
    // What is on its way says what it said, so that it is not taken for somebody else's.
    for (const name of underWay ? differing(sent, underWay) : []) {
      body.append("before", name);
      for (const value of underWay.get(name) ?? []) body.append(`before-${name}`, value);
    }
    return { body, sent };
  };

  const hold = (pieces) => {
    for (const { piece, field } of pieces) held.set(field, piece);
    return pieces.length > 0;
  };

  // What somebody else wrote meanwhile comes onto the page, unless it is being written here as well:
  // then the old revision is kept, so that the next save is refused and both versions are shown.
  const take = (answer, sent, compare) => {
    saved = sent;
    if (held.size) compare();
    const now = read();
    const others = Object.entries(answer.others);
    if (others.some(([name]) => !isSame(now.get(name), sent.get(name)))) return "";
    for (const [name, values] of others) put(form, name, values);
    const after = read();
    for (const [name] of others) saved.set(name, after.get(name) ?? []);
    current = answer.revision;
    if (!held.size) revision.value = current;
    if (held.has("drugs")) return "";
    drugsSeen.value = answer.drugs_seen;
    return answer.drugs_changed ? ". Somebody else changed the drugs: save the draft to see them" : "";
  };

  const isAtRisk = () =>
    held.size > 0 ||
    form.querySelector("[name=clash]") !== null ||
    [...form.querySelectorAll("[name^=reason_]")].some((field) => field.value !== field.defaultValue);

  start(form, { isDirty, isAtRisk, pack, take, hold });
})();
