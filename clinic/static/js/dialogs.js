// <dialog> without inline handlers: data-dialog-open="id" opens, data-dialog-close closes,
// and a dialog with data-dialog-now opens as soon as it arrives (with the page or in a fragment).
(() => {
  "use strict";
  const open = (dialog) => {
    if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
  };
  const openNow = () => document.querySelectorAll("dialog[data-dialog-now]").forEach(open);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) open(document.getElementById(opener.dataset.dialogOpen));
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
  });

  // A press on the backdrop reports the dialog itself as its target, outside the dialog's box.
  document.addEventListener("mousedown", (event) => {
    if (!(event.target instanceof HTMLDialogElement)) return;
    const box = event.target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left && event.clientX <= box.right &&
      event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  });

  document.addEventListener("htmx:afterSettle", openNow);
  openNow();
})();
