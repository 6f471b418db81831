// 依据的选择：输入时从执法依据库取相近条文，选中后加到上面的文本框。没有脚本时，所填一条随表单提交。
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
    var lines = area.value.split("\n").filter(function (line) { return line.trim(); });
    if (lines.indexOf(key) < 0) { lines.push(key); }
    area.value = lines.join("\n");
    input.value = "";
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-citation-of]"), function (input) {
    var waiting = 0;
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
