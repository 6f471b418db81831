// draft.js — keeps what is typed into a step's form a moment after the last key, for the person who types it
(function () {
  'use strict';
  var form = document.querySelector('form[data-draft]');
  if (!form || !window.fetch) { return; }
  var state = form.querySelector('[data-draft-state]');
  var waiting = 0, sending = false, again = false;

  function say(words) { if (state) { state.textContent = words; } }

  function send() {
    if (sending) { again = true; return; }
    sending = true;
    var all = new FormData(form), body = new URLSearchParams();
    all.forEach(function (value, name) { if (typeof value === 'string') { body.append(name, value); } });
    fetch(form.dataset.draft, {
      method: 'POST', body: body, credentials: 'same-origin', headers: { Accept: 'application/json' }
    }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (kept) { say('草稿已保存，' + kept.saved_at); })
      .catch(function () { say('草稿没有保存，请不要关闭页面'); })
      .then(function () { sending = false; if (again) { again = false; send(); } });
  }

  function later() { clearTimeout(waiting); waiting = setTimeout(send, 1500); }
  function typed(field) { return field.type !== 'hidden' && 'defaultValue' in field && field.value !== field.defaultValue; }

  form.addEventListener('input', later);
  form.addEventListener('change', later);
  form.addEventListener('submit', function () { clearTimeout(waiting); again = false; });
  if (Array.prototype.some.call(form.elements, typed)) { later(); } // typed before this file had come
}());
