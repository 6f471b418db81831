/* form-check.js — asks the server what is wrong with a form while it is filled in; only its answer counts. */
(function () {
  "use strict";

  const form = document.querySelector("form[data-check-form]");
  if (!form || !window.fetch) return;
  let timer = 0;
  let asked = 0;

  function place(name) {
    const field = form.querySelector(`[name="${name}"]`);
    return field ? field.closest(".field") : null;
  }

  function tell(name, text) {
    const box = place(name);
    if (!box) return;
    let said = box.querySelector(".msg");
    if (!said) {
      said = document.createElement("span");
      said.className = "msg";
      said.setAttribute("role", "status");
      box.append(said);
    }
    said.textContent = text;
    said.hidden = !text;
    box.classList.toggle("err", Boolean(text));
  }

  async function check() {
    asked += 1;
    const turn = asked;
    const answer = await fetch(window.location.href, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    }).catch(() => null);
    if (!answer || !answer.ok || turn !== asked) return;
    const faults = (await answer.json()).faults;
    new Set(Array.from(form.elements, (one) => one.name).filter(Boolean)).forEach((name) => tell(name, faults[name] || ""));
    if (faults.__all__) tell("name", faults.__all__);
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(check, 400);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}());
