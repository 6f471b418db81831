// draft.js — keeps what is typed into a step's form a moment after the last key, for the person who types it
(function () {
  'use strict';
  var KEPT_ALIVE = 60000; // characters that a browser still sends when the page has gone
  var form = document.querySelector('form[data-draft]');
  if (!form || !window.fetch) { return; }
  var state = form.querySelector('[data-draft-state]');
  var waiting = 0, sending = false, again = false, sent = false, leaving = '';

  function say(words) { if (state) { state.textContent = words; } }

  function send() {
    clearTimeout(waiting);
    waiting = 0;
    if (sending) { again = true; return; }
    sending = true;
    var all = new FormData(form), body = new URLSearchParams();
    all.forEach(function (value, name) { if (typeof value === 'string') { body.append(name, value); } });
    fetch(form.dataset.draft, {
      method: 'POST', body: body, credentials: 'same-origin', headers: { Accept: 'application/json' },
      keepalive: body.toString().length < KEPT_ALIVE
    }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (kept) { say('草稿已保存，' + kept.saved_at); })
      .catch(function () { say('草稿没有保存，请不要关闭页面'); })
      .then(function () {
        sending = false;
        if (again) { again = false; send(); } else if (leaving) { window.location.assign(leaving); }
      });
  }

  function later() { clearTimeout(waiting); waiting = setTimeout(send, 1500); }

  // a link beside the form: what was typed last is kept first, for the page behind it may be drawn up from it
  function leave(event) {
    var link = event.target.closest ? event.target.closest('a[href]') : null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) { return; }
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) { return; }
    if (!waiting && !sending || link.href.split('#')[0] === window.location.href.split('#')[0]) { return; }
    event.preventDefault();
    leaving = link.href;
    if (waiting) { send(); }
  }
  function typed(field) { return field.type !== 'hidden' && 'defaultValue' in field && field.value !== field.defaultValue; }

  form.addEventListener('input', later);
  form.addEventListener('change', later);
  form.addEventListener('submit', function (event) {
    if (sent) { event.preventDefault(); return; } // a second click on the way
    sent = !event.defaultPrevented;
    clearTimeout(waiting);
    waiting = 0;
    again = false;
  });
  window.addEventListener('pageshow', function () { sent = false; });
  document.addEventListener('click', leave);
  window.addEventListener('pagehide', function () { if (waiting) { send(); } });
  if (Array.prototype.some.call(form.elements, typed)) { later(); } // typed before this file had come
}());
