// Single keys, as the help dialog lists them: what stands there is what works. Never while
// typing or under something open; switched off by the box in the help, for this browser.
const KEPT = "shortcuts";
const NEXT_KEY_MS = 1500;
const TYPING =
  "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const help = document.getElementById("shortcuts");

function begin() {
  const box = help.querySelector("[data-shortcuts-switch]");
  const announcer = document.querySelector("[data-announcer]");
  const known = new Map(
    [...help.querySelectorAll("[data-keys]")].map((line) => [line.dataset.keys, line.dataset]),
  );
  let pressed = ""; // the first key of two
  let waiting = 0;

  const kept = () => {
    try {
      return localStorage.getItem(KEPT);
    } catch {
      return null;
    }
  };
  const shown = (part) => part.offsetParent !== null;
  // A field of a dialog that was just closed keeps the focus until the next frame.
  const typing = (part) => part.closest?.(TYPING)?.getClientRects().length > 0;
  const firstShown = (selector) => [...document.querySelectorAll(selector)].find(shown);

  function say(words) {
    announcer.textContent = "";
    requestAnimationFrame(() => (announcer.textContent = words));
  }

  const rows = () =>
    [...document.querySelectorAll("main tbody tr")].filter(
      (row) => shown(row) && row.querySelector("a[href]"),
    );
  const present = () => document.activeElement.closest("main tbody tr");

  function move(step, act) {
    const all = rows();
    const at = all.indexOf(present());
    const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
    if (!next) return say(help.dataset[act]);
    const link = next.querySelector("a[href]");
    link.focus({ preventScroll: true, focusVisible: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function tick() {
    const tickable = present()?.querySelector("[data-select]:not(:disabled)");
    if (!tickable) return say(help.dataset.tick);
    tickable.click();
    say(tickable.checked ? help.dataset.ticked : help.dataset.unticked);
  }

  function follow(selector, act) {
    const link = firstShown(selector);
    if (link) link.click();
    else say(help.dataset[act]);
  }

  function search() {
    const field = firstShown("main [data-search]");
    if (!field) return firstShown("[data-palette-open]")?.click();
    field.focus();
    field.select();
  }

  const acts = {
    search,
    help: () => help.showModal(),
    "next-row": () => move(1, "nextRow"),
    "previous-row": () => move(-1, "previousRow"),
    tick,
    "next-page": () => follow("main a[rel=next]", "nextPage"),
    "previous-page": () => follow("main a[rel=prev]", "previousPage"),
    export: () => follow("main [data-export], main a[href*='/exports/new']", "export"),
  };

  function forget() {
    pressed = "";
    clearTimeout(waiting);
  }

  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1) return;
    if (typing(event.target)) return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    const keys = pressed ? `${pressed} ${event.key}` : event.key;
    forget();
    const found = known.get(keys);
    if (!found) {
      if (![...known.keys()].some((other) => other.startsWith(`${keys} `))) return;
      pressed = keys;
      waiting = setTimeout(forget, NEXT_KEY_MS);
      event.preventDefault();
      return say(help.dataset.waiting);
    }
    if (event.repeat && !found.act?.endsWith("-row")) return;
    event.preventDefault();
    if (found.url) location.assign(found.url);
    else acts[found.act]();
  });

  box.checked = kept() !== "off";
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      // not allowed to remember: it holds for this page
    }
    say(box.checked ? help.dataset.on : help.dataset.off);
  });

  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    for (const key of document.querySelectorAll("[data-ctrl]")) key.textContent = "⌘";
  }
}

if (help) begin();
