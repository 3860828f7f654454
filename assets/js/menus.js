// Menus are native popovers. This places them where CSS anchors are unknown, and adds arrow keys.
const ANCHORS = CSS.supports("position-area: block-end span-inline-start");
const GAP = 4;

function place(popover) {
  const button = document.querySelector(`[popovertarget="${popover.id}"]`);
  if (!button) return;
  const at = button.getBoundingClientRect();
  const size = popover.getBoundingClientRect();
  const below = at.bottom + GAP + size.height <= innerHeight;
  const start = popover.classList.contains("from-start");
  const left = start ? at.left : at.right - size.width;
  popover.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - size.height)}px`;
  popover.style.left = `${Math.min(Math.max(GAP, left), innerWidth - size.width - GAP)}px`;
  popover.style.margin = "0";
}

if (!ANCHORS) {
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.("[popover]") && event.newState === "open") place(event.target);
    },
    true,
  );
}

document.addEventListener("keydown", (event) => {
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const opener = event.target.closest?.("[popovertarget]");
  const menu =
    event.target.closest?.(".menu[popover]") ??
    (opener && document.getElementById(opener.getAttribute("popovertarget")));
  if (!menu?.matches(".menu:popover-open")) return;
  const entries = [...menu.querySelectorAll("a[href], button:not(:disabled)")];
  if (!entries.length) return;
  event.preventDefault();
  const at = entries.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
  entries.at(to % entries.length).focus();
});
