// Short messages leave after a while, wait under the mouse or the focus, and stay if they report an error.
(() => {
  "use strict";
  const LIFETIME_MS = 7000;
  const region = document.getElementById("toasts");
  if (!region) return;

  const start = (toast) => {
    if ("stays" in toast.dataset) return;
    let timer;
    const run = () => {
      clearTimeout(timer);
      timer = setTimeout(() => toast.remove(), LIFETIME_MS);
    };
    const pause = () => clearTimeout(timer);
    toast.addEventListener("mouseenter", pause);
    toast.addEventListener("focusin", pause);
    toast.addEventListener("mouseleave", run);
    toast.addEventListener("focusout", run);
    run();
  };

  const toastsIn = (node) => {
    if (!(node instanceof Element)) return [];
    return node.matches(".toast") ? [node] : [...node.querySelectorAll(".toast")];
  };

  toastsIn(region).forEach(start);
  new MutationObserver((changes) => {
    for (const change of changes) [...change.addedNodes].flatMap(toastsIn).forEach(start);
  }).observe(region, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    event.target.closest("[data-toast-close]")?.closest(".toast")?.remove();
  });

  // Other scripts report a problem with: document.dispatchEvent(new CustomEvent("dorsa:problem", {detail: "words"}))
  document.addEventListener("dorsa:problem", (event) => {
    const same = [...region.querySelectorAll("[data-stays] span")].some(
      (words) => words.textContent === event.detail,
    );
    if (same) return;
    const toast = document.createElement("div");
    toast.className = "toast tone-bad";
    toast.dataset.stays = "";
    const words = document.createElement("span");
    words.textContent = event.detail;
    const close = document.createElement("button");
    close.className = "button quiet small";
    close.type = "button";
    close.dataset.toastClose = "";
    close.textContent = region.dataset.dismiss;
    toast.append(words, close);
    region.append(toast);
  });
})();
