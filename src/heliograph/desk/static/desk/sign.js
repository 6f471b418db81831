// sign.js — a pad to sign on by finger, pen or mouse; what is drawn goes with the form as a PNG
(function () {
  'use strict';
  var pad = document.querySelector('canvas[data-sign]');
  if (!pad || !pad.getContext) { return; }
  var form = pad.closest('form'), kept = form.querySelector('input[name=drawn]');
  var state = form.querySelector('[data-sign-state]'), pen = pad.getContext('2d');
  var drawing = false, empty = true, last = null, edges = null; // edges: left, top, right, bottom of what is drawn

  function fit() { // as many dots as the screen shows, so that strokes are sharp; what was drawn stays
    var scale = window.devicePixelRatio || 1, box = pad.getBoundingClientRect();
    var old = empty ? null : pad.toDataURL('image/png');
    var was = [pad.width, pad.height];
    pad.width = Math.round(box.width * scale);
    pad.height = Math.round(box.height * scale);
    pen.lineWidth = 3.2 * scale;
    pen.lineCap = pen.lineJoin = 'round';
    pen.strokeStyle = '#111';
    if (old) {
      edges = edges.map(function (place, side) { return place * (side % 2 ? pad.height / was[1] : pad.width / was[0]); });
      var picture = new Image();
      picture.onload = function () { pen.drawImage(picture, 0, 0, pad.width, pad.height); };
      picture.src = old;
    }
  }
  function at(event) {
    var box = pad.getBoundingClientRect();
    return { x: (event.clientX - box.left) * pad.width / box.width, y: (event.clientY - box.top) * pad.height / box.height };
  }
  function reach(point) {
    var far = pen.lineWidth * 2;
    if (!edges) { edges = [point.x, point.y, point.x, point.y]; }
    edges = [Math.min(edges[0], point.x - far), Math.min(edges[1], point.y - far),
      Math.max(edges[2], point.x + far), Math.max(edges[3], point.y + far)];
  }
  function cut() { // the signature without the empty paper around it
    var left = Math.max(0, Math.floor(edges[0])), top = Math.max(0, Math.floor(edges[1]));
    var sheet = document.createElement('canvas');
    sheet.width = Math.max(1, Math.min(pad.width, Math.ceil(edges[2])) - left);
    sheet.height = Math.max(1, Math.min(pad.height, Math.ceil(edges[3])) - top);
    sheet.getContext('2d').drawImage(pad, -left, -top);
    return sheet.toDataURL('image/png');
  }
  function say(words) { if (state) { state.textContent = words; } }

  pad.addEventListener('pointerdown', function (event) {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    drawing = true;
    last = at(event);
    reach(last);
    pen.beginPath();
    pen.arc(last.x, last.y, pen.lineWidth / 2, 0, 7);
    pen.fill();
    if (empty) { empty = false; say('已书写'); }
  });
  pad.addEventListener('pointermove', function (event) {
    if (!drawing) { return; }
    var now = at(event), middle = { x: (last.x + now.x) / 2, y: (last.y + now.y) / 2 };
    pen.beginPath();
    pen.moveTo(last.x, last.y);
    pen.quadraticCurveTo(middle.x, middle.y, now.x, now.y);
    pen.stroke();
    last = now;
    reach(now);
  });
  ['pointerup', 'pointercancel'].forEach(function (name) { pad.addEventListener(name, function () { drawing = false; }); });
  form.querySelector('[data-sign-clear]').addEventListener('click', function () {
    pen.clearRect(0, 0, pad.width, pad.height);
    empty = true;
    edges = null;
    kept.value = '';
    say('尚未书写');
  });
  form.addEventListener('submit', function () { kept.value = empty ? '' : cut(); });
  window.addEventListener('resize', fit);
  pad.closest('[data-sign-box]').hidden = false;
  fit();
})();
