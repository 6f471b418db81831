// opinion.js — 选“存在问题”时展开该要素的说明；改选其他结果、又什么都没有填的，收起。没有脚本时点开填写。
(function () {
  'use strict';
  function isEmpty(details) {
    return Array.prototype.every.call(details.querySelectorAll('input, textarea, select'), function (field) {
      return !field.value.trim();
    });
  }
  document.addEventListener('change', function (event) {
    var chosen = event.target;
    var box = chosen.type === 'radio' && chosen.closest('[data-element]');
    var details = box && box.querySelector('details');
    if (!details) { return; }
    if (chosen.value === box.dataset.element) {
      details.open = true;
    } else if (isEmpty(details)) {
      details.open = false;
    }
  });
}());
