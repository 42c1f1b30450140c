// A passkey prompt that was cancelled or failed is said in words; allauth only tells the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const words = document.body.dataset.passkeyFailed;
  document.dispatchEvent(new CustomEvent("dorsa:problem", { detail: words }));
});

// What only works with a passkey is shown where this browser can make one.
if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = false;
}
