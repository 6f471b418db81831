// drawn.js — brings the open step of a tall flowchart into sight
(function () {
  'use strict';
  var box = document.querySelector('.drawn'), now = box && box.querySelector('.now');
  if (!now) { return; }
  var there = now.getBoundingClientRect(), here = box.getBoundingClientRect();
  if (there.bottom <= here.bottom && there.right <= here.right) { return; }
  box.scrollTop += there.top - here.top - (here.height - there.height) / 2;
  box.scrollLeft += there.left - here.left - (here.width - there.width) / 2;
}());
