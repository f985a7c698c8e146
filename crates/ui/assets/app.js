// Small helps for pages that already work without them. Nothing here decides anything.

// Codes that people pass on get a copy button; without script the code can still be selected.
function copyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const word = button.querySelector("span");
      const before = word.textContent;
      word.textContent = button.dataset.done;
      setTimeout(() => { word.textContent = before; }, 2000);
    });
  }
}

// A suggested amount fills the field in place of loading the page again.
document.addEventListener("click", (event) => {
  const chip = event.target.closest?.("[data-fill]");
  const field = chip && document.getElementById(chip.dataset.fill);
  if (!field) return;
  event.preventDefault();
  field.value = chip.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
document.addEventListener("input", (event) => {
  for (const chip of document.querySelectorAll(`[data-fill="${CSS.escape(event.target.id)}"]`)) {
    if (chip.dataset.value === event.target.value) chip.setAttribute("aria-current", "true");
    else chip.removeAttribute("aria-current");
  }
});

// An impatient thumb sends a form once. The server refuses the second copy anyway; this spares the worry.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});
// Coming back with the browser's back button: the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

// Parts that move: fetch the page again and put the new part in place of the old one. A hidden page rests; a failing
// server is asked less and less often; a part in which somebody is typing is left alone.
function refresh(part) {
  const every = Math.max(1000, Number(part.dataset.refreshMs) || 10000);
  let wait = every;
  const again = () => setTimeout(load, wait * (0.9 + Math.random() * 0.2));
  async function load() {
    const old = document.getElementById(part.id);
    if (!old || !old.dataset.refreshMs) return;
    if (document.hidden || old.contains(document.activeElement)) { again(); return; }
    try {
      const answer = await fetch(old.dataset.refreshFrom || location.href, { headers: { accept: "text/html" } });
      if (answer.redirected && !old.dataset.refreshFrom) { location.assign(answer.url); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (!fresh) { if (!old.dataset.refreshFrom) location.reload(); return; }
      old.replaceWith(fresh);
      copyButtons(fresh);
      wait = every;
    } catch {
      wait = Math.min(wait * 2, 60000);
    }
    again();
  }
  again();
}

copyButtons(document);
// The script does the moving, so a reload of the whole page is not needed too.
for (const part of document.querySelectorAll("[data-refresh-ms][id]")) refresh(part);
