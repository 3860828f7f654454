// Ticking rows: inside [data-selection], boxes [data-select], one box [data-select-all], a box
// [data-select-group] for the boxes of its own <tbody>, and a [data-bulk] bar with a [data-count],
// shown while something is ticked.
const boxesIn = (part) => [...part.querySelectorAll("[data-select]:not(:disabled)")];

function summarise(box, boxes) {
  const ticked = boxes.filter((each) => each.checked).length;
  box.checked = ticked > 0 && ticked === boxes.length;
  box.indeterminate = ticked > 0 && ticked < boxes.length;
}

function refresh(list) {
  const boxes = boxesIn(list);
  const ticked = boxes.filter((box) => box.checked).length;
  for (const all of list.querySelectorAll("[data-select-all]")) summarise(all, boxes);
  for (const group of list.querySelectorAll("[data-select-group]")) {
    summarise(group, boxesIn(group.closest("tbody")));
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
  const box = event.target;
  if (box.matches("[data-select-all], [data-select-group]")) {
    const part = box.matches("[data-select-group]") ? box.closest("tbody") : list;
    for (const each of boxesIn(part)) each.checked = box.checked;
  }
  if (box.matches("[data-select], [data-select-all], [data-select-group]")) refresh(list);
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
