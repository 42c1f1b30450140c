// Counts down to when a kept time runs out. Without it the clock time stands there.
"use strict";

for (const line of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(line.dataset.until);
  const left = line.querySelector("[data-left]");
  const clock = line.querySelector("[data-left-clock]");
  const tick = () => {
    const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    left.hidden = false;
    if (seconds === 0) {
      line.classList.add("is-over");
      clearInterval(timer);
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}
