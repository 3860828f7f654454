// Opens the browser's print dialog; without a script people still have their own menu for it.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
