// Native <dialog>s open by `command="show-modal" commandfor="id"`. This adds what browsers lack:
// the commands where they are unknown, opening on load, closing by a click beside the dialog.
const COMMANDS = "command" in HTMLButtonElement.prototype;

function show(dialog) {
  if (!dialog.open) dialog.showModal();
  focusFirstField(dialog);
}

// A dialog starts on its first field (one with an error first), never on the destructive button.
function focusFirstField(dialog) {
  const field =
    dialog.querySelector("[autofocus]") ??
    dialog.querySelector("[aria-invalid=true]") ??
    dialog.querySelector(".dialog-body :is(input, select, textarea):not([type=hidden], :disabled)") ??
    dialog.querySelector(".dialog-foot [command=close], .dialog-foot .btn-secondary");
  field?.focus();
}

function openWaiting(root) {
  for (const dialog of root.querySelectorAll("dialog[data-open]")) {
    delete dialog.dataset.open;
    dialog.close();
    show(dialog);
  }
}

if (!COMMANDS) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (button.getAttribute("command") === "show-modal") show(dialog);
    if (button.getAttribute("command") === "close") dialog.close();
  });
}

document.addEventListener(
  "command",
  (event) => {
    if (event.command !== "show-modal") return;
    event.preventDefault(); // opened here, so that the focus can be placed once it is open
    show(event.target);
  },
  true,
);

// The backdrop belongs to the dialog element itself: only a click outside its box closes it.
document.addEventListener("mousedown", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || dialog.dataset.stay !== undefined) return;
  const box = dialog.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right &&
    event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) dialog.close();
});

openWaiting(document);
document.addEventListener("htmx:afterSettle", (event) => openWaiting(event.target));
