// <form data-file-at-most="bytes">: says that a file is too large before it is sent, in the reader's language.
(() => {
  "use strict";
  const form = document.querySelector("form[data-file-at-most]");
  const said = form?.querySelector("[data-file-says]");
  if (!said) return;
  const isTooLarge = () => {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
    return files.some((file) => file.size > Number(form.dataset.fileAtMost));
  };
  const say = () => {
    said.hidden = !isTooLarge();
    said.textContent = said.hidden ? "" : form.dataset.fileTooLarge;
  };
  form.addEventListener("change", say);
  form.addEventListener("submit", (event) => {
    say();
    if (!said.hidden) event.preventDefault();
  });
})();
