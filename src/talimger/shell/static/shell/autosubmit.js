// Filters apply themselves when a choice changes; without JavaScript their button does it.
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  for (const button of form.querySelectorAll("[data-apply]")) button.hidden = true;
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=radio], [type=checkbox], [type=date]")) form.requestSubmit();
  });
}
