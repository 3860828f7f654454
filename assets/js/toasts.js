// Toasts leave after a while when they only tell; those with an action or a failure stay.
// A response may bring one along: HX-Trigger: {"toast": {"text": "…", "tone": "success"}}
const STAY_MS = 8000;
const holder = document.getElementById("toasts");

function watch(toast) {
  if (toast.dataset.watched !== undefined) return;
  toast.dataset.watched = "";
  if (toast.dataset.keep !== undefined) return;
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), STAY_MS));
  const stop = () => clearTimeout(timer);
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
  start();
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast, .alert")?.remove();
});

document.addEventListener("toast", (event) => {
  const { text, tone = "success" } = event.detail ?? {};
  const pattern = document.querySelector(`template[data-toast="${tone}"]`);
  if (!text || !pattern || !holder) return;
  const toast = pattern.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-text]").textContent = text;
  holder.append(toast);
});

if (holder) {
  for (const toast of holder.children) watch(toast);
  new MutationObserver(() => [...holder.children].forEach(watch)).observe(holder, { childList: true });
}
