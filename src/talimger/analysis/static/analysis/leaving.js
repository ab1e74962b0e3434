// A page of somebody's spreadsheet says when it is left: file and result are deleted then. The next page of the same spreadsheet
// has told the server of itself by that time. Without JavaScript the button does it, or the hour.
const form = document.querySelector("form[data-leaving]");
if (form) {
  window.addEventListener("pagehide", () => navigator.sendBeacon(form.action, new FormData(form)));
  // The back button can bring a page as it was left: ask again whether there is anything to show.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
