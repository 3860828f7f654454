// Keeps countdowns true, once a minute. The server wrote them first, in the same words.
const EVERY_MS = 60_000;
const RING = 34.56;
const LATE_HOURS = 4;
const SOON_HOURS = 24;
const words = JSON.parse(
  document.querySelector("meta[name=countdown-words]")?.content ?? "null",
);

const fill = (sentence, values) =>
  sentence.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

function split(seconds) {
  const all = Math.floor(Math.abs(seconds) / 60);
  return { days: Math.floor(all / 1440), hours: Math.floor((all % 1440) / 60), minutes: all % 60 };
}

function overdue(seconds) {
  const { days, hours, minutes } = split(seconds);
  if (days) return fill(words.days, { days });
  if (hours) return fill(words.full_hours, { hours });
  return fill(words.minutes, { minutes });
}

function left(seconds) {
  const { days, hours, minutes } = split(seconds);
  if (days && hours) return fill(words.days_hours, { days, hours });
  if (days) return fill(words.days, { days });
  if (hours) return fill(words.hours, { hours, minutes: String(minutes).padStart(2, "0") });
  return fill(words.minutes, { minutes });
}

function sentence(seconds, withLeft) {
  if (seconds <= 0) return fill(words.overdue, { span: overdue(seconds) });
  return withLeft ? fill(words.left, { span: left(seconds) }) : left(seconds);
}

function refresh(countdown) {
  const time = countdown.querySelector("time");
  const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
  const text = sentence(seconds, "left" in countdown.dataset);
  if (time.textContent !== text) time.textContent = text;
  const share = seconds <= 0 ? 1 : Math.min(1, seconds / Number(countdown.dataset.whole));
  const dashes = `${(share * RING).toFixed(1)} ${RING}`;
  countdown.querySelector(".arc").setAttribute("stroke-dasharray", dashes);
  const hours = seconds / 3600;
  const tone = hours < LATE_HOURS ? "cd-late" : hours < SOON_HOURS ? "cd-soon" : "cd-calm";
  countdown.classList.remove("cd-calm", "cd-soon", "cd-late");
  countdown.classList.add(tone);
}

if (words) {
  setInterval(() => document.querySelectorAll("[data-countdown]").forEach(refresh), EVERY_MS);
}
