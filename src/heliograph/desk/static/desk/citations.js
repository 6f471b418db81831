// 依据的选择：输入时从执法依据库取相近条文，选中后加到上面的文本框；“内容 | 依据”的文本框里写到光标所在的行。
// 没有脚本时，所填一条随表单提交。
(function () {
  "use strict";
  var list = document.getElementById("citable-articles");
  if (!list) { return; }
  var known = {};
  Array.prototype.forEach.call(list.options, function (one) { known[one.value] = true; });

  function offer(found) {
    found.forEach(function (one) {
      if (known[one.key]) { return; }
      known[one.key] = true;
      var option = document.createElement("option");
      option.value = one.key;
      option.label = one.title;
      list.appendChild(option);
    });
  }

  function take(input) {
    var key = input.value.trim();
    var area = document.getElementById(input.dataset.citationOf);
    if (!known[key] || !area) { return; }
    if (input.dataset.citationAim === "line") {
      if (!cite(area, key)) { return; }
    } else {
      var lines = area.value.split("\n").filter(function (line) { return line.trim(); });
      if (lines.indexOf(key) < 0) { lines.push(key); }
      area.value = lines.join("\n");
    }
    input.value = "";
  }

  // 光标所在的行；没有点过文本框时，是最后一个没有依据的行。
  function aimed(area, lines) {
    if (area.dataset.caret !== undefined) {
      var at = area.value.slice(0, Number(area.dataset.caret)).split("\n").length - 1;
      if (split(lines[at])[0]) { return at; }
    }
    for (var last = lines.length - 1; last >= 0; last -= 1) {
      var parts = split(lines[last]);
      if (parts[0] && !parts[1]) { return last; }
    }
    return -1;
  }

  function split(line) {
    var parts = line.replace("｜", "|").split("|");
    return [parts[0].trim(), parts.slice(1).join("|").trim()];
  }

  function cite(area, key) {
    var lines = area.value.split("\n");
    var at = aimed(area, lines);
    if (at < 0) { return false; }
    lines[at] = split(lines[at])[0] + " | " + key;
    area.value = lines.join("\n");
    area.dataset.caret = String(lines.slice(0, at + 1).join("\n").length);
    return true;
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-citation-of]"), function (input) {
    var waiting = 0;
    var area = document.getElementById(input.dataset.citationOf);
    ["keyup", "click", "input", "blur"].forEach(function (kind) {
      if (area) { area.addEventListener(kind, function () { area.dataset.caret = String(area.selectionStart); }); }
    });
    input.addEventListener("input", function () {
      take(input);
      clearTimeout(waiting);
      var words = input.value.trim();
      if (words.length < 2) { return; }
      waiting = setTimeout(function () {
        fetch(list.dataset.find + "?q=" + encodeURIComponent(words), { credentials: "same-origin" })
          .then(function (answer) { return answer.ok ? answer.json() : { articles: [] }; })
          .then(function (found) { offer(found.articles); })
          .catch(function () { return null; });
      }, 250);
    });
    input.addEventListener("change", function () { take(input); });
  });
}());
