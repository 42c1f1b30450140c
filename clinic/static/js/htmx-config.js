// What htmx cannot be told in its <meta> configuration: say why a request failed, and leave when the session ended.
(() => {
  "use strict";
  const show = (words) => {
    if (words) document.dispatchEvent(new CustomEvent("dorsa:problem", { detail: words }));
  };
  const prepared = (name) => document.getElementById("toasts")?.dataset[name];

  const isWholePage = (xhr) => /^\s*<!doctype html/i.test(xhr.responseText);

  // An error page that answers a fragment carries its sentence in [data-problem]: say that, and swap nothing.
  const sentenceOf = (xhr) => {
    if (!isWholePage(xhr)) return "";
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    return page.querySelector("[data-problem]")?.textContent.trim().replace(/\s+/g, " ") ?? "";
  };

  document.addEventListener("htmx:sendError", () => show(prepared("offline")));
  document.addEventListener("htmx:timeout", () => show(prepared("offline")));
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    show(sentenceOf(xhr) || prepared(xhr.status >= 500 ? "failed" : "refused"));
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (!event.detail.shouldSwap || !isWholePage(xhr)) return;
    if (xhr.status >= 400) {
      event.detail.shouldSwap = false;
      show(sentenceOf(xhr) || prepared("refused"));
    } else if (xhr.responseText.includes("data-sign-in")) {
      // Signed out meanwhile: reloading leads to the sign-in page and back here afterwards.
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.target?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target?.removeAttribute("aria-busy");
  });

  // What is shown in [data-answers] answers a question. While another one is asked it is out of date:
  // a press that comes meanwhile would take a time of the kind of visit that was chosen before.
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest?.("[data-answers][aria-busy='true']")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
})();
