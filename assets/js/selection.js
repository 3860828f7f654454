// Ticking rows: inside [data-selection], boxes [data-select], one box [data-select-all], and a
// [data-bulk] bar with a [data-count], shown while something is ticked.
function refresh(list) {
  const boxes = [...list.querySelectorAll("[data-select]:not(:disabled)")];
  const ticked = boxes.filter((box) => box.checked).length;
  for (const all of list.querySelectorAll("[data-select-all]")) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  for (const bar of list.querySelectorAll("[data-bulk]")) {
    bar.hidden = ticked === 0;
    const count = bar.querySelector("[data-count]");
    if (count) count.textContent = String(ticked);
  }
}

document.addEventListener("change", (event) => {
  const list = event.target.closest?.("[data-selection]");
  if (!list) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of list.querySelectorAll("[data-select]:not(:disabled)")) {
      box.checked = event.target.checked;
    }
  }
  if (event.target.matches("[data-select], [data-select-all]")) refresh(list);
});

document.addEventListener("click", (event) => {
  const list = event.target.closest("[data-clear-selection]")?.closest("[data-selection]");
  if (!list) return;
  for (const box of list.querySelectorAll("[data-select]")) box.checked = false;
  refresh(list);
  list.querySelector("[data-select]")?.focus();
});

const refreshAll = () => document.querySelectorAll("[data-selection]").forEach(refresh);
refreshAll();
document.addEventListener("htmx:afterSettle", refreshAll);
