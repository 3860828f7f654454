// What opens on hover and focus of a [data-explained] is put away with Escape, and comes back once
// the pointer and the focus have left it.
function away(event) {
  const part = event.target.closest?.("[data-explained][data-away]");
  if (part && !part.contains(event.relatedTarget)) delete part.dataset.away;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const part of document.querySelectorAll("[data-explained]")) {
    if (part.matches(":hover") || part.querySelector(":hover, :focus")) part.dataset.away = "";
  }
});
document.addEventListener("mouseout", away);
document.addEventListener("focusout", away);
