// The rating sheet by keyboard: 1-5 choose a level, "-" or 0 says "no evidence", Enter goes on. Saving is the form's own (htmx).
const form = document.querySelector("[data-sheet]");
const items = form ? [...form.querySelectorAll("[data-item]")] : [];
const next = document.querySelector("[data-next]");
const chosen = (item) => item.querySelector("input[type=radio]:checked");

function open(item, focus) {
  for (const other of items) if (other !== item) other.open = false;
  item.open = true;
  if (focus) (chosen(item) || item.querySelector("input[type=radio]")).focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

function forward(from) {
  const start = items.indexOf(from);
  const rest = [...items.slice(start + 1), ...items.slice(0, start)];
  const missing = rest.find((item) => !chosen(item));
  if (missing) open(missing, true);
  else { for (const item of items) item.open = false; document.querySelector("[data-lock]").focus(); }
}

function show(item) {
  const input = chosen(item), key = item.querySelector("[data-key]");
  if (!input) return;
  const none = input.value === "none";
  key.textContent = none ? "–" : input.value;
  key.className = none ? "key chosen none" : "key chosen";
  item.classList.add("done");
}

const current = () => items.find((item) => item.open) || items[0];

if (form) {
  next.hidden = false;
  next.addEventListener("click", () => forward(current()));
  document.querySelector("[data-save]").hidden = true;
  form.addEventListener("change", (event) => { const item = event.target.closest("[data-item]"); if (item) show(item); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input:not([type=radio]), select")) return;
    if (event.key === "Enter" && !event.target.matches("button, a, summary")) { event.preventDefault(); forward(current()); return; }
    const value = /^[1-5]$/.test(event.key) ? event.key : ["-", "–", "0"].includes(event.key) ? "none" : null;
    const input = value && current().querySelector(`input[value="${value}"]`);
    if (!input) return;
    event.preventDefault();
    input.checked = true;
    input.focus({ preventScroll: true });
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
