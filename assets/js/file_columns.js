// Choosing the columns of a file, inside [data-file-columns]: boxes [data-column] say which, the list
// [data-chosen] says in which order; what is not chosen waits in [data-spare]. The list's hidden
// inputs take the place of the boxes in the form, since a form sends boxes in the page's order.
const partsOf = (root) => ({
  chosen: root.querySelector("[data-chosen]"),
  spare: root.querySelector("[data-spare]"),
  boxes: [...root.querySelectorAll("[data-column]")],
});
const rowNamed = (root, name) =>
  [...root.querySelectorAll("[data-name]")].find((row) => row.dataset.name === name);

function refresh(root) {
  const { chosen, spare, boxes } = partsOf(root);
  for (const row of root.querySelectorAll("[data-name]")) {
    row.querySelector("input").disabled = row.parentElement === spare;
  }
  const names = new Set([...chosen.children].map((row) => row.dataset.name));
  for (const box of boxes) box.checked = names.has(box.value);
  root.querySelector("[data-count]").textContent = String(names.size);
  const rows = [...chosen.children];
  rows.forEach((row, place) => {
    row.querySelector("[data-up]").disabled = place === 0;
    row.querySelector("[data-down]").disabled = place === rows.length - 1;
  });
}

function tell(root, row) {
  const place = [...row.parentElement.children].indexOf(row) + 1;
  root.querySelector("[data-told]").textContent = `${row.dataset.moved} ${place}`;
}

function choose(root, names) {
  const { chosen, spare } = partsOf(root);
  for (const row of [...chosen.children]) if (!names.includes(row.dataset.name)) spare.append(row);
  for (const name of names) {
    const row = rowNamed(root, name);
    if (row) chosen.append(row);
  }
  refresh(root);
}

function move(root, button) {
  const row = button.closest("[data-name]");
  const up = button.matches("[data-up]");
  const beside = up ? row.previousElementSibling : row.nextElementSibling;
  if (!beside) return;
  if (up) beside.before(row);
  else beside.after(row);
  refresh(root);
  tell(root, row);
  // At either end the button is disabled: the other one keeps the focus in the row.
  (button.disabled ? row.querySelector(up ? "[data-down]" : "[data-up]") : button).focus();
  row.scrollIntoView({ block: "nearest" });
}

function remove(root, row) {
  const { chosen, spare } = partsOf(root);
  const next = row.nextElementSibling ?? row.previousElementSibling;
  spare.append(row);
  refresh(root);
  (next?.querySelector("[data-remove]") ?? chosen).focus();
}

function find(root, words) {
  const wanted = words.trim().toLocaleLowerCase();
  for (const group of root.querySelectorAll("[data-group]")) {
    let shown = 0;
    for (const label of group.querySelectorAll("label")) {
      label.hidden = !label.textContent.toLocaleLowerCase().includes(wanted);
      label.classList.toggle("hidden", label.hidden);
      shown += Number(!label.hidden);
    }
    group.hidden = shown === 0;
  }
}

document.addEventListener("click", (event) => {
  const root = event.target.closest("[data-file-columns]");
  const button = event.target.closest("button");
  if (!root || !button) return;
  const { chosen, boxes } = partsOf(root);
  const names = [...chosen.children].map((row) => row.dataset.name);
  if (button.matches("[data-up], [data-down]")) move(root, button);
  else if (button.matches("[data-remove]")) remove(root, button.closest("[data-name]"));
  else if (button.matches("[data-remove-all]")) choose(root, []);
  else if (button.matches("[data-reset]")) choose(root, root.dataset.usual.split(" "));
  else if (button.matches("[data-add-all]")) {
    choose(root, [...new Set([...names, ...boxes.map((box) => box.value)])]);
  }
});

document.addEventListener("change", (event) => {
  const box = event.target;
  const root = box.closest?.("[data-file-columns]");
  if (!root || !box.matches("[data-column]")) return;
  const { chosen, spare } = partsOf(root);
  (box.checked ? chosen : spare).append(rowNamed(root, box.value));
  refresh(root);
});

document.addEventListener("input", (event) => {
  const root = event.target.closest?.("[data-file-columns]");
  if (root && event.target.matches("[data-find]")) find(root, event.target.value);
});

// Enter in the search of columns does not start an export.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("[data-file-columns] [data-find]")) {
    event.preventDefault();
  }
});

function begin(part) {
  for (const root of part.querySelectorAll("[data-file-columns]")) {
    for (const box of partsOf(root).boxes) box.removeAttribute("name");
    refresh(root);
  }
}

begin(document);
document.addEventListener("htmx:afterSwap", () => begin(document));
