/* flow-panel.js — what is selected, in plain words: name, who does it, the time limit, documents, condition. */
(function () {
  "use strict";

  const { NAMES } = window.flowTools;
  const OWN_LIMIT = "limit_new_";

  const listed = (value) => (value || "").replace(/，/g, ",").split(",").map((one) => one.trim()).filter(Boolean);
  const isTask = (element) => element.type === "bpmn:UserTask";

  function named(element) {
    const own = element.businessObject;
    if (element.type !== "bpmn:SequenceFlow") return own.name || NAMES[element.type] || "";
    const from = element.source.businessObject.name || NAMES[element.source.type];
    const to = element.target.businessObject.name || NAMES[element.target.type];
    return `${from} → ${to}${own.name ? `（${own.name}）` : ""}`;
  }

  function make(tag, attributes, ...inner) {
    const made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => {
      if (name in made && typeof value !== "string") made[name] = value;
      else made.setAttribute(name, value);
    });
    made.append(...inner);
    return made;
  }

  /** Show and change what is selected; `limits` holds the limits added or changed here until they are saved. */
  function Panel(form, modeler, offered) {
    const modeling = modeler.get("modeling");
    const registry = modeler.get("elementRegistry");
    const selection = modeler.get("selection");
    const moddle = modeler.get("moddle");
    const changedLimits = {};
    let count = 0;

    function field(label, control, hint) {
      count += 1;
      control.id = `prop-${count}`;
      const inner = [make("label", { for: control.id }, label)];
      if (hint) {
        inner.push(make("span", { class: "hint", id: `${control.id}-hint` }, hint));
        control.setAttribute("aria-describedby", `${control.id}-hint`);
      }
      return make("div", { class: "field" }, ...inner, control);
    }

    function textField(label, value, change, hint) {
      const control = make("input", { class: "input", type: "text", maxlength: "500", autocomplete: "off" });
      control.value = value || "";
      control.addEventListener("change", () => change(control.value.trim()));
      return field(label, control, hint);
    }

    function choiceField(label, value, choices, change, hint) {
      const control = make("select", { class: "select" });
      const known = choices.some(([key]) => key === (value || ""));
      const every = known ? choices : [...choices, [value, `${value}（没有这一项）`]];
      every.forEach(([key, text]) => control.append(make("option", { value: key, selected: key === (value || "") }, text)));
      control.addEventListener("change", () => change(control.value));
      return field(label, control, hint);
    }

    function checkField(label, value, change) {
      const control = make("input", { type: "checkbox", checked: value });
      control.addEventListener("change", () => change(control.checked));
      return make("label", { class: "check" }, control, label);
    }

    function severalField(label, chosen, choices, change) {
      const box = make("details", { class: "several", open: chosen.length > 0 && choices.length < 12 });
      const counted = () => `${label}${chosen.length ? `（${chosen.length} 项）` : "（无）"}`;
      const head = make("summary", {}, counted());
      box.append(head);
      choices.forEach(([key, text]) => {
        box.append(checkField(text, chosen.includes(key), (on) => {
          chosen = on ? [...chosen, key] : chosen.filter((one) => one !== key);
          head.textContent = counted();
          change(chosen);
        }));
      });
      return box;
    }

    const update = (element, name, value) => modeling.updateProperties(element, { [name]: value === "" ? undefined : value });
    const own = (element, name) => element.businessObject.get(name);
    const property = (element, label, name, hint) =>
      textField(label, own(element, name), (value) => update(element, name, listed(value).join(",") || undefined), hint);
    const nameField = (element) => textField("名称", own(element, "name"), (value) => modeling.updateProperties(element, { name: value }));
    const basisField = (element) => property(element, "依据", "zf:basis", "如 行政处罚法@2021:57，几条之间用逗号隔开");

    function limitChoices() {
      const every = Object.entries({ ...offered.limits, ...changedLimits });
      return [["", "不规定期限"], ...every.map(([key, limit]) => [key, `${limit.name}：${words(limit)}`])];
    }

    function words(limit) {
      const unit = (offered.limitUnits.find(([key]) => key === limit.unit) || ["", ""])[1];
      return limit.words || (limit.unit === "promptly" ? unit : `${limit.length} ${unit}`);
    }

    /** A limit of one's own: changed for every step that has it, or a new one for this step. */
    function limitEditor(key, chosen) {
      const limit = { ...offered.limits, ...changedLimits }[key];
      const fresh = !limit;
      const given = fresh ? { name: "", unit: "working_days", length: "", basis: "" } : { ...limit };
      if (Array.isArray(given.basis)) given.basis = given.basis.join("，");
      const change = (name) => (value) => { given[name] = value; };
      const box = make("details", { class: "several" }, make("summary", {}, fresh ? "新增期限" : `修改期限“${limit.name}”`));
      const done = make("button", { class: "btn s", type: "button" }, fresh ? "采用新期限" : "采用修改");
      done.addEventListener("click", () => {
        const target = fresh ? `${OWN_LIMIT}${Object.keys({ ...offered.limits, ...changedLimits }).length + 1}` : key;
        changedLimits[target] = { ...given, words: "" };
        chosen(target);
      });
      box.append(
        textField("期限名称", given.name, change("name")),
        textField("长度", String(given.length || ""), change("length"), "只写数字"),
        choiceField("单位", given.unit, offered.limitUnits, change("unit"), "法律中的二日、三日、五日、七日是工作日"),
        textField("期限依据", given.basis, change("basis")),
        done,
      );
      return box;
    }

    function limitFields(element, value, set) {
      const chosen = (key) => { set(key); show(element); };
      const parts = [choiceField("办理期限", value, limitChoices(), chosen)];
      const kept = { ...offered.limits, ...changedLimits }[value];
      if (kept && kept.unit !== "date_of_year") parts.push(limitEditor(value, chosen));
      parts.push(limitEditor("", chosen));
      return parts;
    }

    const others = (element) =>
      registry.filter((one) => isTask(one) && one !== element).map((one) => [one.id, one.businessObject.name || one.id]);

    const shows = {
      "bpmn:UserTask": (element) => [
        nameField(element),
        choiceField("办理角色", own(element, "zf:role"), [["", "按所在泳道"], ...offered.roles], (value) => update(element, "zf:role", value)),
        choiceField("办理内容", own(element, "zf:act"), [["", "一般环节"], ...offered.acts], (value) => update(element, "zf:act", value)),
        ...limitFields(element, own(element, "zf:limit"), (value) => update(element, "zf:limit", value)),
        property(element, "文书", "zf:documents", "几种之间用逗号隔开"),
        choiceField("执法人员", own(element, "zf:officers") || "1", ["1", "2", "3", "4"].map((one) => [one, `不少于 ${one} 人`]), (value) =>
          update(element, "zf:officers", value === "1" ? "" : value)),
        checkField("先出示执法证件", own(element, "zf:onsite") === "true", (on) => update(element, "zf:onsite", on ? "true" : "")),
        severalField("不得由办理这些环节的人办理", listed(own(element, "zf:exclude")), others(element), (value) =>
          update(element, "zf:exclude", value.join(","))),
        severalField("须填的事项", listed(own(element, "zf:facts")), offered.facts.map((one) => [one, one]), (value) =>
          update(element, "zf:facts", value.join(","))),
        choiceField("承办机构", own(element, "zf:unit"), [["", "案件的承办机构"], ...offered.units], (value) => update(element, "zf:unit", value)),
        basisField(element),
      ],
      "bpmn:BusinessRuleTask": (element) => [
        nameField(element),
        choiceField("对照的规则表", own(element, "zf:decision"), offered.tables, (value) => update(element, "zf:decision", value)),
        basisField(element),
      ],
      "bpmn:CallActivity": (element) => [
        nameField(element),
        choiceField("转入的流程", own(element, "calledElement"), offered.processes, (value) => update(element, "calledElement", value)),
        basisField(element),
      ],
      "bpmn:BoundaryEvent": (element) => {
        const timer = element.businessObject.eventDefinitions[0];
        const set = (value) => modeling.updateModdleProperties(element, timer, { "zf:limit": value || undefined });
        const effect = element.businessObject.cancelActivity === false ? "remind" : "go";
        return [
          nameField(element),
          ...limitFields(element, timer.get("zf:limit"), set),
          choiceField("期满后", effect, [["go", "结束本环节，转入下一步"], ["remind", "只作提醒，本环节继续"]], (value) =>
            modeling.updateProperties(element, { cancelActivity: value === "go" })),
          basisField(element),
        ];
      },
      "bpmn:ExclusiveGateway": (element) => {
        const ways = element.outgoing.map((flow) => [flow.id, named(flow)]);
        const now = element.businessObject.default ? element.businessObject.default.id : "";
        const set = (value) => {
          const flow = registry.get(value);
          modeling.updateProperties(element, { default: flow ? flow.businessObject : undefined });
        };
        return [nameField(element), choiceField("其余情况走", now, [["", "没有（各连线都写条件）"], ...ways], set), basisField(element)];
      },
      "bpmn:SequenceFlow": (element) => {
        const parts = [textField("连线上的字", own(element, "name"), (value) => modeling.updateProperties(element, { name: value }))];
        if (element.source.type === "bpmn:ExclusiveGateway") {
          const now = element.businessObject.conditionExpression;
          const set = (value) => modeling.updateProperties(element, {
            conditionExpression: value ? moddle.create("bpmn:FormalExpression", { body: value }) : undefined,
          });
          parts.push(textField("条件", now ? now.body : "", set, "如 准予立案 = true；罚款金额 >= 10000；当事人类型 = \"公民\""));
        }
        const insert = make("button", { class: "btn s", type: "button" }, "在这里插入环节");
        insert.addEventListener("click", () => {
          const made = window.flowTools.insert(element, modeling, modeler.get("elementFactory"), offered, registry);
          selection.select(made);
        });
        return [...parts, insert];
      },
      "bpmn:Lane": (element) => [
        nameField(element),
        choiceField("办理角色", own(element, "zf:role"), [["", "各环节自行写明"], ...offered.roles], (value) => update(element, "zf:role", value)),
      ],
    };

    function picker(element) {
      const known = registry.filter((one) => NAMES[one.type] && !one.labelTarget);
      const order = Object.keys(NAMES);
      known.sort((one, other) => order.indexOf(one.type) - order.indexOf(other.type));
      const choices = known.map((one) => [one.id, `${NAMES[one.type]}：${named(one)}`]);
      return choiceField("选择", element ? element.id : "", [["", "在图上点选，或者从这里选"], ...choices], (value) => {
        const found = registry.get(value);
        selection.select(found ? [found] : []);
        if (found) modeler.get("canvas").scrollToElement(found, 80);
      });
    }

    function show(element) {
      const real = element && element.labelTarget ? element.labelTarget : element;
      const parts = real && shows[real.type] ? shows[real.type](real) : real && NAMES[real.type] ? [nameField(real)] : [];
      const head = make("h2", { class: "h" }, real && NAMES[real.type] ? NAMES[real.type] : "没有选中");
      form.replaceChildren(make("header", {}, head), make("div", { class: "in" }, picker(real), ...parts));
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    modeler.on("selection.changed", (event) => show(event.newSelection.length === 1 ? event.newSelection[0] : null));
    this.show = show;
    this.limits = () => changedLimits;
    this.saved = () => {
      Object.entries(changedLimits).forEach(([key, limit]) => {
        offered.limits[key] = { ...limit, own: true };
        delete changedLimits[key];
      });
    };
  }

  window.FlowPanel = Panel;
})();
