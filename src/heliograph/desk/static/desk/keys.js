// keys.js — the key “/” goes to the search box, unless somebody is writing
document.addEventListener('keydown', function (event) {
  'use strict';
  var at = event.target, box = document.getElementById('desk-search');
  if (!box || event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) { return; }
  if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) { return; }
  event.preventDefault();
  box.focus();
  box.select();
});
