// Copies a value to the clipboard and says so on the button.
const SHOWN_MS = 2000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const status = button.querySelector("[data-copied]");
  status.textContent = status.dataset.copied;
  button.dataset.done = "";
  setTimeout(() => {
    status.textContent = "";
    delete button.dataset.done;
  }, SHOWN_MS);
});
