// files.js — names the chosen file; without script the page only says that one was chosen
document.addEventListener('change', function (event) {
  'use strict';
  var input = event.target, drop = input.closest('.drop');
  if (input.type !== 'file' || !drop || !input.files.length) { return; }
  drop.querySelector('.chosen').textContent = '已选择：' + input.files[0].name;
});
