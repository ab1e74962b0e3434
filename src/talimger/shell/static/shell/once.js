// A form is sent once, however often its button is pressed. Forms marked data-many may be sent again (a download, say).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("data-many") || form.method === "dialog" || event.defaultPrevented) return;
  if (form.hasAttribute("data-sending")) { event.preventDefault(); return; }
  form.setAttribute("data-sending", "");
  if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
});

function free() {
  for (const form of document.querySelectorAll("[data-sending]")) {
    form.removeAttribute("data-sending");
    for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
  }
}
// The browser's back button brings the page as it was left; htmx leaves it where it is.
window.addEventListener("pageshow", (event) => { if (event.persisted) free(); });
document.addEventListener("htmx:afterRequest", free);
