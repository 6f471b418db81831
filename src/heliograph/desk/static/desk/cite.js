// cite.js — 引用条文：输入“统计法第四十四条”，列出条文和内容，选中后写入。没有脚本时按所写的条文查找。
(function () {
  'use strict';

  function element(name, css, words) {
    var made = document.createElement(name);
    if (css) { made.className = css; }
    if (words) { made.textContent = words; }
    return made;
  }

  function attach(input) {
    var form = input.form;
    var waiting = 0;
    var list = element('ul', 'inbox found');
    list.setAttribute('aria-live', 'polite');
    input.parentNode.appendChild(list);

    function take(label) {
      input.value = label;
      input.dispatchEvent(new Event('change', { bubbles: true })); // 草稿随之保存
      list.textContent = '';
      input.focus();
      look(label);
    }

    function row(one) {
      var item = element('li');
      var told = element('div');
      told.appendChild(element('b', '', one.label));
      told.appendChild(element('small', 'pre',
        one.text ? one.text + (one.gist ? '（要旨，不是条文原文）' : '') : '没有收录条文内容'));
      item.appendChild(told);
      if (one.label === input.value) {
        item.appendChild(element('span', 'tag green', '已选'));
        return item;
      }
      var button = element('button', 'btn s', '选用');
      button.type = 'button';
      button.addEventListener('click', function () { take(one.label); });
      item.appendChild(button);
      return item;
    }

    function show(found, words) {
      if (words !== input.value.trim()) { return; }
      list.textContent = '';
      found.forEach(function (one) { list.appendChild(row(one)); });
      if (!found.length) {
        var none = element('li');
        none.appendChild(element('div', '', '执法依据库中没有这一条。'));
        list.appendChild(none);
      }
    }

    function look(words) {
      fetch(form.dataset.find + '?q=' + encodeURIComponent(words), { credentials: 'same-origin' })
        .then(function (answer) { return answer.ok ? answer.json() : { articles: [] }; })
        .then(function (found) { show(found.articles, words); })
        .catch(function () { return null; });
    }

    input.addEventListener('input', function () {
      clearTimeout(waiting);
      var words = input.value.trim();
      if (words.length < 2) { list.textContent = ''; return; }
      waiting = setTimeout(function () { look(words); }, 250);
    });
    return take;
  }

  var inputs = Array.prototype.filter.call(document.querySelectorAll('input[data-article]'), function (input) {
    return input.form && input.form.dataset.find;
  });
  var takers = inputs.map(attach);
  if (!takers.length) { return; }
  Array.prototype.forEach.call(document.querySelectorAll('[data-take]'), function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { takers[0](button.dataset.take); });
  });
}());
