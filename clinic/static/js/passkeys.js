// A passkey prompt that was cancelled or failed is said in words; allauth only tells the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const words = document.body.dataset.passkeyFailed;
  document.dispatchEvent(new CustomEvent("dorsa:problem", { detail: words }));
});
