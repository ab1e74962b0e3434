// The grid by keyboard: 1-5 choose and go on, "-" or 0 says "no evidence", Enter goes to the next gap, arrows up and down to the next person.
// Left and right choose the level beside, as in every group of radio buttons. Saving is the form's own (htmx).
const form = document.querySelector("[data-grid]");
const cells = form ? [...form.querySelectorAll("[data-cell]")] : [];
const chosen = (cell) => cell.querySelector("input[type=radio]:checked");
const focusOn = (cell) => (chosen(cell) || cell.querySelector("input[type=radio]")).focus();

function forward(from) {
  const start = cells.indexOf(from);
  const missing = [...cells.slice(start + 1), ...cells.slice(0, start)].find((cell) => !chosen(cell));
  if (missing) focusOn(missing);
  else document.querySelector("[data-lock]").focus();
}

if (form) {
  const width = form.querySelector(".grid-row").querySelectorAll("[data-cell]").length;
  const save = document.querySelector("[data-save]");
  // A page that is filled once and not saved in between has no such button.
  if (save) save.hidden = true;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, input:not([type=radio]), select")) return;
    const cell = event.target.closest("[data-cell]") || cells.find((each) => !chosen(each)) || cells[0];
    if (event.key === "Enter" && !event.target.matches("button, a, summary")) { event.preventDefault(); forward(cell); return; }
    if (["ArrowUp", "ArrowDown"].includes(event.key) && event.target.matches("[type=radio]")) {
      const other = cells[cells.indexOf(cell) + (event.key === "ArrowDown" ? width : -width)];
      event.preventDefault();
      if (other) focusOn(other);
      return;
    }
    const value = /^[1-5]$/.test(event.key) ? event.key : ["-", "–", "0"].includes(event.key) ? "none" : null;
    const input = value && cell.querySelector(`input[value="${value}"]`);
    if (!input) return;
    event.preventDefault();
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    forward(cell);
  });
}
