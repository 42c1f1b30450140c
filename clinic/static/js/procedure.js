// Recording a procedure. Everything works without this; it says at once what the server would say:
// what is picked on the spine, the dose that volume and concentration make, the lot used last.
(() => {
  "use strict";
  const form = document.querySelector(".procedure-form");
  if (!form) return;

  const spine = form.querySelector("[data-spine]");
  const saidIn = form.querySelector("[data-spine-said]");
  const SIDES = { left: "left", right: "right", bilateral: "both sides", midline: "midline" };

  const say = () => {
    const picked = [...spine.querySelectorAll("[name=levels]:checked")].map((box) => box.value);
    const region = spine.querySelector("[name=region]:checked")?.value ?? "";
    const side = spine.querySelector("[name=laterality]:checked")?.value ?? "";
    const words = [];
    if (region) words.push(region[0].toUpperCase() + region.slice(1));
    if (picked.length) {
      const last = picked.pop();
      words.push(picked.length ? `${picked.join(", ")} and ${last}` : last);
    }
    if (side) words.push(SIDES[side]);
    saidIn.textContent = words.length ? `${words.join(", ")}.` : "Nothing is picked yet.";
  };

  spine?.addEventListener("change", (event) => {
    const box = event.target;
    // A level says its region, if none is chosen yet.
    if (box.name === "levels" && box.checked && !spine.querySelector("[name=region]:checked")) {
      const radio = spine.querySelector(`[name=region][value="${box.dataset.region}"]`);
      if (radio) radio.checked = true;
    }
    say();
  });

  const source = document.getElementById("drug-facts");
  const facts = source ? JSON.parse(source.textContent) : {};
  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);

  const perMillilitre = (text, unit) => {
    const found = /^\s*(\d+(?:\.\d+)?)\s*(%|mg\/ml)\s*$/i.exec(text);
    if (!found || unit !== "mg") return null;
    return found[2] === "%" ? Number(found[1]) * 10 : Number(found[1]);
  };

  const compute = (row) => {
    const dose = field(row, "dose");
    if (dose.value && !dose.dataset.made) return;
    const strength = perMillilitre(field(row, "concentration").value, field(row, "dose_unit").value);
    const volume = Number(field(row, "volume_ml").value);
    if (!strength || !(volume > 0)) return;
    dose.value = String(Number((strength * volume).toFixed(4)));
    dose.dataset.made = "yes";
  };

  const offer = (row, label, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small quiet";
    button.textContent = label;
    button.addEventListener("click", () => { act(); compute(row); });
    return button;
  };

  const hint = (row) => {
    const line = row.querySelector("[data-drug-hint]");
    const fact = facts[field(row, "drug").value];
    line.replaceChildren();
    line.hidden = true;
    if (!fact) return;
    const lot = field(row, "lot_number");
    const expiry = field(row, "expiry_date");
    if (fact.lot && !lot.value) {
      line.append(offer(row, `Lot ${fact.lot}, expires ${fact.expiry}`, () => {
        lot.value = fact.lot;
        expiry.value = fact.expiry;
      }));
    }
    if (!field(row, "concentration").value) {
      for (const strength of fact.strengths) {
        line.append(offer(row, strength, () => { field(row, "concentration").value = strength; }));
      }
    }
    line.hidden = !line.childElementCount;
  };

  form.querySelectorAll("[data-drug-row]").forEach((row) => {
    hint(row);
    row.addEventListener("change", (event) => {
      const fact = facts[field(row, "drug").value];
      if (event.target === field(row, "drug") && fact) {
        const isVolume = fact.unit === "mL";
        field(row, "dose_unit").value = isVolume ? "" : fact.unit;
      }
      if (event.target === field(row, "dose")) delete event.target.dataset.made;
      compute(row);
      hint(row);
    });
  });
})();
