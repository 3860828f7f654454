// Freshness without disturbance: <div data-poll="20" hx-get="…" hx-trigger="poll"> is told to
// look again every 20 s, but not while the page is hidden, a dialog is open, or someone is in it,
// or has ticked. With data-etag it says what it shows, and is answered only when that is no more;
// with data-news it says so to those who do not see it. Its counts stand elsewhere, in the
// [data-recount]: they are told to "recount" when rows have changed, as soon as nobody is at work.
function busy(part) {
  return (
    part.contains(document.activeElement) ||
    part.querySelector("[data-select]:checked, :popover-open") !== null ||
    document.querySelector("dialog[open]") !== null
  );
}

let elapsed = 0;
let behind = false; // the rows have changed since their counts were asked for
setInterval(() => {
  elapsed += 1;
  if (document.hidden) return;
  if (behind && !busy(document.getElementById("main"))) {
    behind = false;
    for (const counts of document.querySelectorAll("[data-recount]")) {
      counts.dispatchEvent(new CustomEvent("recount"));
    }
  }
  for (const part of document.querySelectorAll("[data-poll]")) {
    if (elapsed % Number(part.dataset.poll) === 0 && !busy(part)) {
      part.dispatchEvent(new CustomEvent("poll"));
    }
  }
}, 1000);

const polls = (event) =>
  event.detail.elt?.dataset?.poll !== undefined &&
  (event.detail.triggeringEvent ?? event.detail.requestConfig?.triggeringEvent)?.type === "poll";

document.addEventListener("htmx:configRequest", (event) => {
  const { etag } = event.detail.elt.dataset;
  if (etag && polls(event)) event.detail.headers["If-None-Match"] = etag;
});

// The answer may come when somebody has begun to work in it: then it is not wanted any more.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!polls(event)) return;
  if (event.detail.xhr.status !== 304 && busy(event.detail.elt)) event.detail.shouldSwap = false;
  else if (event.detail.shouldSwap) {
    behind ||= "etag" in event.detail.elt.dataset;
    announce(event.detail.elt.dataset.news);
  }
});

function announce(words) {
  const announcer = document.querySelector("[data-announcer]");
  if (!announcer || !words) return;
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = words), 50);
}
