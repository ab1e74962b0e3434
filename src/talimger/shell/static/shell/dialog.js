// Dialogs work without this as popovers; with it they are modal: focus stays inside until they are closed.
function upgrade(root) {
  for (const dialog of root.querySelectorAll("dialog[popover]")) {
    dialog.removeAttribute("popover");
    for (const button of document.querySelectorAll(`[popovertarget="${dialog.id}"]`)) {
      button.removeAttribute("popovertarget");
      button.setAttribute("aria-haspopup", "dialog");
      button.addEventListener("click", () => (dialog.contains(button) ? dialog.close() : dialog.showModal()));
    }
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
}
upgrade(document);
document.addEventListener("htmx:load", (event) => upgrade(event.target));
