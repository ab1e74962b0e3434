// Files may be dropped anywhere on a drop area; without JavaScript its own file field does the same.
for (const area of document.querySelectorAll("[data-drop]")) {
  area.addEventListener("dragover", (event) => event.preventDefault());
  area.addEventListener("drop", (event) => {
    const input = area.querySelector("input[type=file]");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
