/* flow-tools.js — what the editor of procedures offers: only what a procedure may hold, with Chinese words for icons. */
(function () {
  "use strict";

  const NAMES = {
    "bpmn:StartEvent": "开始", "bpmn:EndEvent": "结束", "bpmn:UserTask": "环节", "bpmn:BusinessRuleTask": "对照规则表",
    "bpmn:CallActivity": "转入其他流程", "bpmn:ExclusiveGateway": "判断", "bpmn:ParallelGateway": "并行",
    "bpmn:BoundaryEvent": "期满", "bpmn:SequenceFlow": "连线", "bpmn:Lane": "泳道",
  };
  const FRESH = { "bpmn:UserTask": "新环节", "bpmn:BusinessRuleTask": "对照规则表", "bpmn:CallActivity": "转入其他流程" };

  const ROOM = { x: 60, y: 45 }; // half a step and a little more

  // our own attributes, so that they are kept, changed and written like BPMN's
  const text = (name) => ({ name, isAttr: true, type: "String" });
  const DESCRIPTOR = {
    name: "Heliograph", prefix: "zf", uri: "urn:heliograph:procedure:1", xml: { tagAlias: "lowerCase" },
    associations: [],
    types: [
      { name: "Based", extends: ["bpmn:FlowElement", "bpmn:Process"], properties: [text("basis")] },
      {
        name: "Step", extends: ["bpmn:UserTask"],
        properties: ["role", "act", "limit", "documents", "officers", "exclude", "facts", "onsite", "unit"].map(text),
      },
      { name: "Ruled", extends: ["bpmn:BusinessRuleTask"], properties: [text("decision")] },
      { name: "Timed", extends: ["bpmn:TimerEventDefinition"], properties: [text("limit")] },
      { name: "Staffed", extends: ["bpmn:Lane"], properties: [text("role")] },
    ],
  };

  /** Make a shape of a kind with what it cannot be without. */
  function fresh(elementFactory, type, offered, more) {
    const shape = elementFactory.createShape(Object.assign({ type }, more));
    const made = shape.businessObject;
    if (FRESH[type]) made.name = FRESH[type];
    if (type === "bpmn:BusinessRuleTask" && offered.tables.length) made.set("zf:decision", offered.tables[0][0]);
    if (type === "bpmn:CallActivity" && offered.processes.length) made.calledElement = offered.processes[0][0];
    return shape;
  }

  function word(text_) {
    const box = document.createElement("div");
    box.className = "entry word";
    box.draggable = true;
    box.textContent = text_;
    return box.outerHTML;
  }

  /** Return the modules that take the place of the editor's own palette and context pad. */
  function modules(offered) {
    function Palette(palette, create, elementFactory, handTool, lassoTool, spaceTool, globalConnect) {
      palette.registerProvider(this);
      this.getPaletteEntries = function () {
        const entries = {};
        const tool = (id, title, tool_, start) => {
          const begin = (event) => tool_[start](event);
          entries[id] = { group: "tools", title, html: word(title), action: { click: begin } };
        };
        tool("hand", "移动画布", handTool, "activateHand");
        tool("lasso", "框选", lassoTool, "activateSelection");
        tool("space", "腾出空间", spaceTool, "activateSelection");
        tool("connect", "连线", globalConnect, "start");
        const kinds = ["bpmn:UserTask", "bpmn:ExclusiveGateway", "bpmn:ParallelGateway", "bpmn:EndEvent"];
        if (offered.tables.length) kinds.push("bpmn:BusinessRuleTask");
        if (offered.processes.length) kinds.push("bpmn:CallActivity");
        kinds.forEach((type) => {
          const begin = (event) => create.start(event, fresh(elementFactory, type, offered));
          const action = { click: begin, dragstart: begin };
          entries[type] = { group: "kinds", title: `画一个${NAMES[type]}`, html: word(NAMES[type]), action };
        });
        entries.separator = { group: "tools", separator: true };
        return entries;
      };
    }
    Palette.$inject = ["palette", "create", "elementFactory", "handTool", "lassoTool", "spaceTool", "globalConnect"];

    function Pad(contextPad, modeling, elementFactory, connect, autoPlace, rules, registry) {
      contextPad.registerProvider(this);
      this.getContextPadEntries = function (element) {
        const type = element.type;
        const entries = {};
        const add = (id, title, run) => {
          entries[id] = { group: "edit", title, html: word(title), action: { click: run, dragstart: run } };
        };
        if (type === "bpmn:SequenceFlow") add("insert", "插入环节", () => insert(element, modeling, elementFactory, offered, registry));
        if (NAMES[type] && !["bpmn:SequenceFlow", "bpmn:Lane", "bpmn:EndEvent"].includes(type)) {
          ["bpmn:UserTask", "bpmn:ExclusiveGateway", "bpmn:EndEvent"].forEach((next) => {
            add(`append-${next}`, `接${NAMES[next]}`, () => autoPlace.append(element, fresh(elementFactory, next, offered)));
          });
          add("connect", "连线", (event) => connect.start(event, element));
        }
        if (type === "bpmn:UserTask") add("timer", "加期满", () => attach(element, modeling, elementFactory));
        if (NAMES[type] && rules.allowed("elements.delete", { elements: [element] })) {
          add("delete", "删除", () => modeling.removeElements([element]));
        }
        return entries;
      };
    }
    Pad.$inject = ["contextPad", "modeling", "elementFactory", "connect", "autoPlace", "rules", "elementRegistry"];

    return [
      { __init__: ["paletteProvider"], paletteProvider: ["type", Palette] },
      { __init__: ["contextPadProvider"], contextPadProvider: ["type", Pad] },
    ];
  }

  /** Return the part of a stretch that lies in a box, as its two ends; null where none does. */
  function within(one, other, box) {
    const cut = (low, high, from, to) => [Math.max(Math.min(low, high), from), Math.min(Math.max(low, high), to)];
    const [left, right] = cut(one.x, other.x, box.x, box.x + box.width);
    const [top, bottom] = cut(one.y, other.y, box.y, box.y + box.height);
    return left > right || top > bottom ? null : [{ x: left, y: top }, { x: right, y: bottom }];
  }

  /** Put a new step into a flow, in the lane of the step before it where there is room, else wherever there is. */
  function insert(flow, modeling, elementFactory, offered, registry) {
    const centre = { x: flow.source.x + flow.source.width / 2, y: flow.source.y + flow.source.height / 2 };
    const lanes = registry.filter((one) => one.type === "bpmn:Lane").map((one) => (
      { x: one.x + ROOM.x, y: one.y + ROOM.y, width: one.width - 2 * ROOM.x, height: one.height - 2 * ROOM.y }
    ));
    lanes.sort((one, other) => Number(Boolean(within(centre, centre, other))) - Number(Boolean(within(centre, centre, one))));
    const stretches = flow.waypoints.slice(1).map((end, at) => [flow.waypoints[at], end]);
    let best = null;
    lanes.some((lane) => {
      stretches.forEach(([one, other]) => {
        const part = within(one, other, lane);
        const length = part && part[1].x - part[0].x + part[1].y - part[0].y;
        if (part && (!best || length > best.length)) best = { part, length };
      });
      return best;
    });
    const [one, other] = best ? best.part : stretches[0];
    const middle = { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
    return modeling.createShape(fresh(elementFactory, "bpmn:UserTask", offered), middle, flow);
  }

  function attach(task, modeling, elementFactory) {
    const more = { eventDefinitionType: "bpmn:TimerEventDefinition" };
    const timer = fresh(elementFactory, "bpmn:BoundaryEvent", {}, more);
    timer.businessObject.name = "期满";
    return modeling.createShape(timer, { x: task.x + task.width * 0.75, y: task.y + task.height }, task, { attach: true });
  }

  window.flowTools = { NAMES, DESCRIPTOR, modules, insert };
})();
