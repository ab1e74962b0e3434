// Forms that save themselves, a countdown, and fields that only matter after a "yes". Every page works without.
const form = document.querySelector("[data-keep]");

if (form) {
  const line = form.querySelector("[data-saved]"), revision = form.elements.revision;
  let timer = 0, running = null, waiting = false;
  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    if (running) { waiting = true; return running; }
    running = (async () => {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      data.set("do", "save");
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Autosave": "1" }, redirect: "error" });
        const told = await answer.json();
        if (answer.ok) revision.value = told.revision;
        line.textContent = told.words || told.problem;
        line.classList.toggle("attention", !answer.ok);
      } catch { line.textContent = form.dataset.offline || "…"; }
      running = null;
      if (waiting) { waiting = false; await save(); }
    })();
    return running;
  };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
  form.addEventListener("input", (event) => { if (event.target.type !== "file") later(1500); });
  form.addEventListener("change", (event) => { if (event.target.type !== "file") later(400); });
  // A button sends what is typed now, after the saving that is under way: its own revision is no stranger's.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (form.hasAttribute("data-gone")) { event.preventDefault(); return; }
    if (running) { event.preventDefault(); waiting = false; running.then(() => form.requestSubmit(event.submitter)); return; }
    form.setAttribute("data-gone", "");
  });
  window.addEventListener("pageshow", () => form.removeAttribute("data-gone"));
}

for (const part of document.querySelectorAll("[data-if]")) {
  const [name, value] = part.dataset.if.split("=");
  const show = () => { const chosen = document.querySelector(`input[name="${name}"]:checked`); part.hidden = !chosen || chosen.value !== value; };
  document.addEventListener("change", show);
  show();
}

const clock = document.querySelector("[data-seconds]");
if (clock) {
  const end = performance.now() + Number(clock.dataset.seconds) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.closest(".clock").classList.toggle("soon", left <= 300);
    if (left) setTimeout(tick, 1000);
    else if (form) form.requestSubmit(form.querySelector("[data-at-end]"));
  };
  tick();
}
