// A button with data-copy="id" copies what stands in that element and says so; without JavaScript it stays hidden.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;  // plain http outside this computer: the text can still be selected by hand
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    const words = button.querySelector("[data-copied]");
    if (!words || button.dataset.said) return;
    button.dataset.said = words.textContent;
    words.textContent = words.dataset.copied;
    setTimeout(() => { words.textContent = button.dataset.said; delete button.dataset.said; }, 2500);
  });
}
