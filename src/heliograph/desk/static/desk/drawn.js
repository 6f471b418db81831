// drawn.js — brings the open steps of a tall flowchart into sight: all of them where they fit, else the first
(function () {
  'use strict';
  var box = document.querySelector('.drawn');
  var open = box ? Array.prototype.slice.call(box.querySelectorAll('.node.now')) : [];
  if (!open.length) { return; }
  var here = box.getBoundingClientRect();
  var places = open.map(function (one) { return one.getBoundingClientRect(); });
  places.sort(function (a, b) { return a.top - b.top || a.left - b.left; });
  var first = places[0], all = { top: first.top, left: first.left, bottom: first.bottom, right: first.right };
  places.forEach(function (one) {
    if (one.bottom - first.top <= here.height && Math.max(one.right, all.right) - Math.min(one.left, all.left) <= here.width) {
      all.left = Math.min(all.left, one.left);
      all.right = Math.max(all.right, one.right);
      all.bottom = Math.max(all.bottom, one.bottom);
    }
  });
  if (all.bottom <= here.bottom && all.right <= here.right && all.top >= here.top && all.left >= here.left) { return; }
  box.scrollTop += all.top - here.top - (here.height - (all.bottom - all.top)) / 2;
  box.scrollLeft += all.left - here.left - (here.width - (all.right - all.left)) / 2;
}());
