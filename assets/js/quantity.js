// Plus and minus beside a quantity. Typing works without them.
function limits(input) {
  return [Number(input.dataset.min ?? 0), Number(input.dataset.max ?? Infinity)];
}

function mark(stepper) {
  const input = stepper.querySelector("input");
  const [low, high] = limits(input);
  const value = Number(input.value) || 0;
  stepper.querySelector("[data-step='-1']").disabled = input.disabled || value <= low;
  stepper.querySelector("[data-step='1']").disabled = input.disabled || value >= high;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-quantity] [data-step]");
  if (!button) return;
  const stepper = button.closest("[data-quantity]");
  const input = stepper.querySelector("input");
  const [low, high] = limits(input);
  const value = (Number(input.value) || 0) + Number(button.dataset.step);
  input.value = String(Math.min(Math.max(value, low), high));
  for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
  mark(stepper);
});

document.addEventListener("input", (event) => {
  const stepper = event.target.closest?.("[data-quantity]");
  if (stepper) mark(stepper);
});

const markAll = (root) => root.querySelectorAll("[data-quantity]").forEach(mark);
markAll(document);
document.addEventListener("htmx:afterSettle", (event) => markAll(event.target));
