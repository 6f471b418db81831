/* flow-editor.js — a drawing of a draft in bpmn-js: opened, checked by the server, saved. Only the server's word counts. */
(function () {
  "use strict";

  const box = document.getElementById("editor");
  const source = document.getElementById("offered");
  if (!box || !source || typeof window.BpmnJS !== "function") return;
  const PALETTE = 125; // pixels
  const offered = JSON.parse(source.textContent);
  const said = document.getElementById("flow-said");
  const faultBox = document.getElementById("flow-fault-box");
  const faultList = document.getElementById("flow-faults");
  const canvasBox = document.getElementById("canvas");
  const token = document.querySelector("#upload input[name=csrfmiddlewaretoken]").value;
  let rev = offered.rev;
  let saved = true;
  let marked = [];

  box.hidden = false;
  document.getElementById("flow-buttons").hidden = false;
  const modeler = new window.BpmnJS({
    container: canvasBox,
    moddleExtensions: { zf: window.flowTools.DESCRIPTOR },
    additionalModules: window.flowTools.modules(offered),
  });
  const panel = new window.FlowPanel(document.getElementById("props"), modeler, offered);
  const canvas = modeler.get("canvas");

  function say(text, tone) {
    said.className = `note ${tone}`;
    said.textContent = text;
    said.hidden = false;
  }

  function showFaults(faults) {
    marked.forEach((id) => canvas.removeMarker(id, "fault"));
    marked = [];
    faultBox.hidden = !faults.length;
    faultList.replaceChildren(...faults.map((fault) => {
      const line = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "linkbtn";
      button.dataset.element = fault.element;
      button.textContent = fault.text;
      line.append(document.createElement("span"), button);
      return line;
    }));
    mark(faults);
  }

  function mark(faults) {
    const registry = modeler.get("elementRegistry");
    faults.forEach((fault) => {
      if (fault.element && registry.get(fault.element) && !marked.includes(fault.element)) {
        canvas.addMarker(fault.element, "fault");
        marked.push(fault.element);
      }
    });
  }

  /** Show the drawing from its top, as wide as there is room beside the palette. */
  function fitWidth() {
    const whole = canvas.viewbox().inner;
    const [width, height] = [canvasBox.clientWidth, canvasBox.clientHeight];
    const palette = width > 600 ? PALETTE : 0;
    const scale = Math.max((whole.width + 40) / (width - palette), 1);
    const spare = (width - palette) * scale - whole.width;
    canvas.viewbox({ x: whole.x - palette * scale - spare / 2, y: whole.y - 30, width: width * scale, height: height * scale });
  }

  async function open(xml) {
    await modeler.importXML(xml);
    fitWidth();
    panel.show(null);
  }

  async function send(address, more) {
    const { xml } = await modeler.saveXML({ format: true });
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ xml, rev, limits: panel.limits(), ...more }),
    });
    if (!(answer.headers.get("Content-Type") || "").startsWith("application/json")) {
      throw new Error(answer.status === 403 ? "没有权限，或者登录已经过期，请重新登录。" : "服务器没有办理，请稍后再试。");
    }
    return answer.json();
  }

  function shown(found) {
    const faults = found.faults || [];
    showFaults(faults);
    return faults.length;
  }

  async function run(button, work) {
    button.disabled = true;
    say("正在处理，请稍候。", "");
    try {
      await work();
    } catch (error) {
      say(error.message || "没有办理，请检查网络后再试。", "red");
    } finally {
      button.disabled = false;
      said.focus();
    }
  }

  function on(id, work) {
    const button = document.getElementById(id);
    button.addEventListener("click", () => run(button, work));
  }

  on("flow-save", async () => {
    const found = await send(box.dataset.save);
    const count = shown(found);
    if (found.refused) {
      say(found.refused, "red");
      return;
    }
    rev = found.rev;
    document.querySelectorAll("input[name=rev]").forEach((one) => { one.value = rev; });
    panel.saved();
    saved = true;
    say(count ? `已保存到草稿。还有 ${count} 处须改正，改正后才能提出发布。` : "已保存到草稿，查证没有发现问题。", count ? "amber" : "green");
  });

  on("flow-check", async () => {
    const count = shown(await send(box.dataset.check));
    say(count ? `有 ${count} 处须改正。` : "查证没有发现问题。", count ? "amber" : "green");
  });

  on("flow-layout", async () => {
    const found = await send(box.dataset.layout);
    shown(found);
    if (found.refused) {
      say(found.refused, "red");
      return;
    }
    await open(found.xml);
    saved = false;
    say("已重新排版，还没有保存。", "amber");
  });

  on("flow-undo", async () => {
    const stack = modeler.get("commandStack");
    if (stack.canUndo()) stack.undo();
    said.hidden = true;
  });

  faultList.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-element]");
    const found = button && button.dataset.element && modeler.get("elementRegistry").get(button.dataset.element);
    if (!found) return;
    modeler.get("selection").select(found);
    canvas.scrollToElement(found, 120);
    canvasBox.scrollIntoView({ block: "nearest" });
  });

  modeler.on("commandStack.changed", () => { saved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!saved) event.preventDefault();
  });
  document.getElementById("upload").addEventListener("submit", () => { saved = true; });
  open(offered.xml).then(() => {
    mark(Array.from(faultList.querySelectorAll("button"), (one) => ({ element: one.dataset.element })));
    box.dataset.ready = "true";
  }).catch(() => say("这个流程文件不能在图上打开，请下载后改正再上传。", "red"));
})();
