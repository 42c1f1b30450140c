// A form that was just sent is not sent again by a second tap. Where no scripts run, the server knows the
// same press by its key; here nobody waits for two answers to one.
(() => {
  "use strict";
  const AGAIN_AFTER = 4000;
  const sent = new Set();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    setTimeout(() => sent.delete(form), AGAIN_AFTER);
  });
  // Back to a page that the browser kept as it was.
  window.addEventListener("pageshow", () => sent.clear());
})();
