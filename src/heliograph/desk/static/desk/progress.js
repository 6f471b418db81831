// progress.js — asks how far an import is and reloads the page when it has ended
(function () {
  'use strict';
  var bar = document.querySelector('[data-progress]');
  if (!bar) { return; }
  var words = document.querySelector('[data-progress-words]');
  function ask() {
    fetch(bar.dataset.progress, { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
      .then(function (answer) { return answer.json(); })
      .then(function (now) {
        if (now.state !== 'running') { location.reload(); return; }
        bar.value = now.done;
        if (words) { words.textContent = '已核对 ' + now.done + ' 行，共 ' + now.of + ' 行'; }
        setTimeout(ask, 1000);
      })
      .catch(function () { setTimeout(ask, 3000); });
  }
  setTimeout(ask, 600);
})();
