// Whoever has pressed a button gets their click. A preview or a poll that arrives between press and
// release would put another button in its place, and the browser would click on neither. It is left
// out, and asked for again where the press ends without sending anything.
let pressed = false;
const leftOut = new Map(); // part -> what it was asked for by

document.addEventListener("pointerdown", (event) => {
  pressed = event.target.closest?.("button, a") != null;
}, true);

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const cause = event.detail.requestConfig?.triggeringEvent?.type;
  if (!pressed || !["change", "poll", "recount"].includes(cause)) return;
  event.preventDefault();
  leftOut.set(event.target, cause);
});

function released() {
  pressed = false;
  setTimeout(() => {
    // The click comes first, and sends what it sends.
    for (const [part, cause] of leftOut) part.dispatchEvent(new Event(cause));
    leftOut.clear();
  });
}
for (const end of ["pointerup", "pointercancel", "dragend"]) {
  document.addEventListener(end, released, true);
}
document.addEventListener("submit", () => leftOut.clear(), true);
