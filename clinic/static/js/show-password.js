// A password that is typed once can be looked at before it is sent.
for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
  });
  // Nothing that was shown stays behind in the browser's memory of forms.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
