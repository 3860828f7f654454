// The command palette: Ctrl/Cmd + K, or a link [data-palette-open]. One question at a time: typing
// on drops the one before. What was opened lately stays in this browser, for this reader.
const PAUSE_MS = 120;
const SLOW_MS = 400;
const LONGEST_MS = 8000;
const KEPT = 5;
const dialog = document.getElementById("palette");

function begin() {
  const input = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[data-palette-status]");
  const reader = document.querySelector("[data-palette-open]")?.dataset.reader ?? "";
  const store = `palette:${dialog.dataset.palette}:${reader}`;
  let question = null; // what is under way
  let pause = 0;
  let enterWaits = false; // Enter was pressed before the answer to these words came

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  const pattern = (kind, name) =>
    dialog.querySelector(`template[data-palette-${kind}="${name}"]`).content.firstElementChild.cloneNode(true);

  function show(state) {
    for (const note of dialog.querySelectorAll("[data-palette-state]")) {
      note.hidden = note.dataset.paletteState !== state;
    }
  }

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function recent() {
    try {
      const kept = JSON.parse(localStorage.getItem(store) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => String(one?.url).startsWith("/")) : [];
    } catch {
      return [];
    }
  }

  function keep(option) {
    const url = option.getAttribute("href");
    if (!url.startsWith("/")) return;
    const words = (name) => option.querySelector(`.palette-${name}`)?.textContent ?? "";
    const one = { url, label: words("label"), detail: words("detail") };
    const others = recent().filter((other) => other.url !== url);
    try {
      localStorage.setItem(store, JSON.stringify([one, ...others].slice(0, KEPT)));
    } catch {
      // no room, or not allowed: nothing is remembered
    }
  }

  // What was opened lately stands above the answer while nothing is typed yet.
  function addRecent() {
    const lines = input.value.trim() ? [] : recent();
    if (!lines.length) return;
    const group = pattern("group", "recent");
    for (const { url, label, detail } of lines) {
      const line = pattern("line", "recent");
      line.setAttribute("href", url);
      line.querySelector(".palette-label").textContent = label;
      line.querySelector(".palette-detail").textContent = detail ?? "";
      group.append(line);
    }
    list.prepend(group);
  }

  // Buttons and links of the page itself that offer themselves: [data-command="Save this view"].
  function addHere() {
    const words = input.value.trim().toLowerCase();
    const here = [...document.querySelectorAll("[data-command]:not(:disabled)")].filter(
      (part) => !part.closest("[hidden], dialog") && part.dataset.command.toLowerCase().includes(words),
    );
    if (!here.length) return 0;
    const group = pattern("group", "here");
    for (const part of here) {
      const line = pattern("line", "here");
      line.querySelector(".palette-label").textContent = part.dataset.command;
      line.paletteOpens = part;
      group.append(line);
    }
    list.prepend(group);
    return here.length;
  }

  function fill(html) {
    list.innerHTML = html; // written by our own server, which escaped it
    const told = list.querySelector("template[data-said]");
    const found = Number(told?.dataset.count ?? 0) + addHere();
    addRecent();
    status.textContent = told?.dataset.said ?? "";
    told?.remove();
    options().forEach((option, place) => (option.id = `palette-line-${place}`));
    input.setAttribute("aria-expanded", String(options().length > 0));
    show(found || !input.value.trim() ? "" : "empty");
    choose(options()[0]);
    if (enterWaits && chosen()) open(chosen());
  }

  function drop() {
    question?.abort();
    question = null;
  }

  async function ask() {
    drop();
    const mine = (question = new AbortController());
    const slow = setTimeout(() => {
      show("slow");
      status.textContent = status.dataset.slow;
    }, SLOW_MS);
    const late = setTimeout(() => mine.abort("late"), LONGEST_MS);
    list.setAttribute("aria-busy", "true");
    try {
      const words = new URLSearchParams({ q: input.value.trim() });
      const answer = await fetch(`${dialog.dataset.palette}?${words}`, {
        headers: { "HX-Request": "true" },
        signal: mine.signal,
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const html = await answer.text();
      if (question === mine) {
        question = null;
        fill(html);
      }
    } catch {
      if (question === mine) {
        question = null;
        fail();
      }
    } finally {
      clearTimeout(slow);
      clearTimeout(late);
      if (!question) list.removeAttribute("aria-busy");
    }
  }

  function fail() {
    enterWaits = false;
    list.replaceChildren();
    choose(null);
    input.setAttribute("aria-expanded", "false");
    show("failed");
    status.textContent = status.dataset.failed;
  }

  function open(option, elsewhere = false) {
    enterWaits = false;
    keep(option);
    const url = option.getAttribute("href");
    if (elsewhere && url.startsWith("/")) return window.open(url, "_blank", "noopener");
    dialog.close();
    if (option.paletteOpens) option.paletteOpens.click();
    else if (url.startsWith("#")) document.querySelector(`dialog${url}`)?.showModal();
    else location.assign(url);
  }

  function start() {
    if (dialog.open) return;
    document.querySelector("dialog.drawer[open]")?.close();
    if (document.querySelector("dialog[open]")) return;
    input.value = "";
    enterWaits = false;
    dialog.showModal();
    input.focus();
    ask();
  }

  input.addEventListener("input", () => {
    enterWaits = false;
    drop(); // its answer is to other words: Enter must not open it
    clearTimeout(pause);
    pause = setTimeout(() => {
      pause = 0;
      ask();
    }, PAUSE_MS);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const lines = options();
      event.preventDefault();
      if (!lines.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(lines.at((lines.indexOf(chosen()) + step) % lines.length));
    }
    if (event.key === "Enter") {
      event.preventDefault();
      if (pause || question) enterWaits = true;
      else if (chosen()) open(chosen(), event.ctrlKey || event.metaKey);
    }
  });

  list.addEventListener("mousemove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });

  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return keep(option);
    event.preventDefault();
    open(option);
  });

  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette-again]")) return;
    input.focus();
    ask();
  });

  dialog.addEventListener("close", () => {
    clearTimeout(pause);
    pause = 0;
    drop();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette-open]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    start();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    if (event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else start();
  });

  // Somebody else may sign in next.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action")?.includes("/logout")) localStorage.removeItem(store);
  });
}

if (dialog) begin();
