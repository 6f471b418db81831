/* table-grid.js — rows added, moved and removed in the page; each change is checked by the server, whose word counts. */
(function () {
  "use strict";

  const form = document.getElementById("grid-form");
  if (!form) return;
  const body = form.querySelector("#grid tbody");
  const packed = document.getElementById("packed");
  const proof = document.getElementById("proof");
  const proofText = document.getElementById("proof-text");
  const token = form.querySelector("input[name=csrfmiddlewaretoken]").value;
  const pattern = body.rows.length ? body.rows[0].cloneNode(true) : null;
  let fresh = body.rows.length;
  let timer = 0;
  let asked = 0;

  const parts = (row, name) => Array.from(row.querySelectorAll(`[data-part="${name}"]`));

  function rows() {
    return Array.from(body.rows, (row) => ({
      id: parts(row, "id")[0].value,
      cells: parts(row, "cell").map((cell) => cell.value),
      basis: parts(row, "basis")[0].value,
      note: parts(row, "note")[0].value,
    }));
  }

  function number() {
    Array.from(body.rows).forEach((row, at) => {
      row.querySelector("[data-number]").textContent = String(at + 1);
      row.querySelectorAll("[aria-label]").forEach((one) => {
        one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/第 \d+ 行/, `第 ${at + 1} 行`));
      });
    });
  }

  function add() {
    const row = pattern.cloneNode(true);
    const key = `n${fresh}`;
    fresh += 1;
    row.classList.remove("bad");
    row.querySelectorAll("input").forEach((one) => {
      one.value = one.dataset.part === "row" ? key : "";
      one.name = one.name.replace(/^r[^-]+-/, `r${key}-`);
      one.classList.remove("bad");
      one.removeAttribute("aria-invalid");
      one.removeAttribute("aria-describedby");
    });
    row.querySelectorAll(".msg").forEach((one, at) => {
      one.textContent = "";
      one.hidden = true;
      if (one.id) one.id = `f-${key}-${at}`;
    });
    body.append(row);
    parts(row, "cell")[0].focus();
  }

  function tell(cell, text) {
    const place = cell.parentElement.querySelector(".msg");
    place.textContent = text;
    place.hidden = !text;
    cell.classList.toggle("bad", Boolean(text));
    if (text) {
      cell.setAttribute("aria-invalid", "true");
      cell.setAttribute("aria-describedby", place.id);
    } else {
      cell.removeAttribute("aria-invalid");
    }
  }

  function show(found) {
    const whole = found.cells.filter((one) => !one.row || !one.column);
    Array.from(body.rows).forEach((row, at) => {
      parts(row, "cell").forEach((cell) => {
        const own = found.cells.filter((one) => one.row === at + 1 && one.column === cell.dataset.column);
        tell(cell, own.map((one) => one.message).join("；"));
      });
    });
    const lines = [...whole.map((one) => (one.row ? `第 ${one.row} 行：${one.message}` : one.message)), ...found.findings];
    const list = document.createElement("ul");
    list.className = "faults";
    lines.forEach((text) => {
      const line = document.createElement("li");
      line.textContent = text;
      list.append(line);
    });
    const head = document.createElement("p");
    head.textContent = found.cells.length ? `有 ${found.cells.length} 处须改正。` : found.findings.length ? "提出发布前须改正：" : found.said;
    proofText.replaceChildren(head, ...(lines.length ? [list] : []));
    proof.className = `note ${found.cells.length || found.findings.length ? "amber" : "green"}`;
  }

  async function check() {
    asked += 1;
    const turn = asked;
    try {
      const answer = await fetch(form.dataset.check, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ rows: rows() }),
      });
      if (answer.ok && turn === asked) show(await answer.json());
    } catch (error) {
      proofText.textContent = "没有连上服务器，保存时再查证。";
    }
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(check, 400);
  }

  body.addEventListener("input", soon);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button || !pattern) return;
    event.preventDefault();
    const row = button.closest("tr");
    if (button.dataset.act === "add") add();
    if (button.dataset.act === "remove") row.remove();
    if (button.dataset.act === "up" && row.previousElementSibling) row.previousElementSibling.before(row);
    if (button.dataset.act === "down" && row.nextElementSibling) row.nextElementSibling.after(row);
    if (button.isConnected) button.focus();
    number();
    soon();
  });
  form.addEventListener("submit", () => {
    packed.value = JSON.stringify(rows());
    packed.disabled = false;
    body.querySelectorAll("input").forEach((one) => { one.disabled = true; });
  });
})();
