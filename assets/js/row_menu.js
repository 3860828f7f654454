// One menu for all rows of a list: a row's button says which row, [data-for-row] addresses take its
// number in the place of "NUMBER", and what cannot be done in its status is left out.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("button[data-row]");
    const menu = button && document.getElementById(button.getAttribute("popovertarget"));
    if (!menu) return;
    for (const entry of menu.querySelectorAll("a[data-for-row]")) {
      const number = encodeURIComponent(button.dataset.row);
      entry.href = entry.dataset.forRow.replace("NUMBER", number);
      const statuses = entry.dataset.statuses;
      entry.hidden = Boolean(statuses) && !statuses.split(" ").includes(button.dataset.status);
    }
  },
  true,
);
