/* template-editor.js — asks the server what is wrong with a form as it is typed, and shows its pages. */
(function () {
  "use strict";

  const form = document.getElementById("template-form");
  const source = document.getElementById("template-source");
  if (!form || !source || !form.dataset.check || !window.fetch) return;
  const faults = document.getElementById("template-faults");
  const pages = document.getElementById("template-pages");
  let timer = 0;
  let asked = 0;

  function element(name, text, css) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (css) made.className = css;
    return made;
  }

  function goTo(line) {
    const lines = source.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    source.focus();
    source.setSelectionRange(start, start + (lines[line - 1] || "").length);
    source.scrollTop = Math.max(0, (line - 5) * (source.scrollHeight / lines.length));
  }

  function faultOf(one) {
    const item = element("li");
    const button = element("button", `第 ${one.line} 行：${one.message}`, "linkbtn");
    button.type = "button";
    button.addEventListener("click", () => goTo(one.line));
    item.append(button);
    return item;
  }

  function showFaults(found) {
    faults.textContent = "";
    if (!found.length) {
      faults.append(element("p", "没有发现问题。", "ok"));
      return;
    }
    const note = element("div", "", "note red");
    const inside = element("div");
    const list = element("ul", "", "faults");
    list.append(...found.map(faultOf));
    inside.append(element("p", "须改正以下各项，点一下到那一行："), list);
    note.append(inside);
    faults.append(note);
  }

  function showPages(answer) {
    if (answer.faults.length) return; // the pages as they were stay beside the text that is being put right
    pages.textContent = "";
    if (answer.said) pages.append(element("p", answer.said));
    answer.pages.forEach((one, index) => {
      const picture = element("img", "", "sheet");
      picture.src = one;
      picture.alt = `第 ${index + 1} 页`;
      pages.append(picture);
    });
  }

  async function check() {
    asked += 1;
    const turn = asked;
    const answer = await fetch(form.dataset.check, {
      method: "POST",
      body: new FormData(form),
      credentials: "same-origin",
    }).catch(() => null);
    if (!answer || !answer.ok || turn !== asked) return;
    const found = await answer.json();
    showFaults(found.faults);
    showPages(found);
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(check, 600);
  }

  source.addEventListener("input", soon);
  document.getElementById("template-case").addEventListener("change", soon);
  faults.querySelectorAll("li[data-line]").forEach((item) => {
    item.replaceWith(faultOf({ line: Number(item.dataset.line), message: item.textContent.replace(/^第 \d+ 行：/, "") }));
  });
}());
