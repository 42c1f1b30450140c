// A button whose work takes a while says so: [data-busy] is the sentence that stands below it until the
// answer is there. How far it is nobody knows; that it goes on is seen.
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    const words = event.submitter?.dataset.busy;
    if (!words || event.defaultPrevented || document.querySelector(".busy")) return;
    const line = document.createElement("p");
    line.className = "busy";
    line.setAttribute("role", "status");
    const bar = document.createElement("progress");
    bar.setAttribute("aria-hidden", "true");
    event.submitter.closest(".form-actions")?.after(line);
    // A status is read aloud when it changes, not when it appears.
    requestAnimationFrame(() => line.append(bar, words));
  });
  // Back to a page that the browser kept as it was.
  window.addEventListener("pageshow", () => document.querySelector(".busy")?.remove());
})();
