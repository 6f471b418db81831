// cite.js — 引用条文：输入“统计法第四十四条”，列出条文和内容，选中后写入。没有脚本时按所写的条文查找。
(function () {
  'use strict';
  var input = document.querySelector('input[data-article]');
  var form = input && input.form;
  if (!form || !form.dataset.find) { return; }
  var list = document.createElement('ul');
  list.className = 'inbox found';
  list.setAttribute('aria-live', 'polite');
  input.parentNode.appendChild(list);
  var waiting = 0;

  function take(label) {
    input.value = label;
    list.textContent = '';
    input.focus();
    look(label);
  }

  function row(one) {
    var item = document.createElement('li');
    var told = document.createElement('div');
    var name = document.createElement('b');
    var text = document.createElement('small');
    name.textContent = one.label;
    text.textContent = one.text ? one.text + (one.gist ? '（要旨，不是条文原文）' : '') : '没有收录条文内容';
    text.className = 'pre';
    told.appendChild(name);
    told.appendChild(text);
    item.appendChild(told);
    if (one.label !== input.value) {
      var button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn s';
      button.textContent = '选用';
      button.addEventListener('click', function () { take(one.label); });
      item.appendChild(button);
    } else {
      var tag = document.createElement('span');
      tag.className = 'tag green';
      tag.textContent = '已选';
      item.appendChild(tag);
    }
    return item;
  }

  function show(found, words) {
    if (words !== input.value.trim()) { return; }
    list.textContent = '';
    found.forEach(function (one) { list.appendChild(row(one)); });
    if (!found.length) {
      var none = document.createElement('li');
      var said = document.createElement('div');
      said.textContent = '执法依据库中没有这一条。';
      none.appendChild(said);
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
  Array.prototype.forEach.call(document.querySelectorAll('[data-take]'), function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { take(button.dataset.take); });
  });
}());
