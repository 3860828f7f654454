// Freshness without disturbance: <div data-poll="20" hx-get="…" hx-trigger="poll"> is told to
// look again every 20 s, but not while the page is hidden, or someone is in it, or has ticked.
function busy(part) {
  return (
    part.contains(document.activeElement) ||
    part.querySelector("[data-select]:checked, :popover-open, dialog[open]") !== null
  );
}

let elapsed = 0;
setInterval(() => {
  elapsed += 1;
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-poll]")) {
    if (elapsed % Number(part.dataset.poll) === 0 && !busy(part)) {
      part.dispatchEvent(new CustomEvent("poll"));
    }
  }
}, 1000);
