// originals.js — sends files of evidence one after another as soon as they are chosen, with progress; the form then
// carries a reference to each. Without script the form sends the files itself.
(function () {
  'use strict';
  if (!window.XMLHttpRequest || !window.FormData) { return; }

  function part(name, text, css) {
    var made = document.createElement(name);
    if (text) { made.textContent = text; }
    if (css) { made.className = css; }
    return made;
  }

  function size(bytes) {
    return bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + ' KB' : (bytes / 1e6).toFixed(1) + ' MB';
  }

  document.querySelectorAll('.originals').forEach(function (box) {
    var chooser = box.querySelector('input[type=file]'), list = box.querySelector('.received');
    var said = box.querySelector('.said'), form = box.closest('form'), queue = [], running = null;
    var token = form.querySelector('input[name=csrfmiddlewaretoken]').value;

    function settle() {
      var left = queue.length + (running ? 1 : 0);
      form.querySelectorAll('button[type=submit]').forEach(function (one) { one.disabled = left > 0; });
      said.textContent = left ? '正在上传，还有 ' + left + ' 个文件。上传完成后才能提交。' : '';
    }

    function row(file) {
      var made = part('li'), words = part('div', file.name), note = part('small', size(file.size) + '，等待上传');
      var drop = part('button', '取消', 'btn s');
      drop.type = 'button';
      words.appendChild(note);
      made.append(words, drop);
      list.appendChild(made);
      return { file: file, row: made, words: words, note: note, drop: drop };
    }

    function fail(job, text) {
      job.note.textContent = text;
      job.note.className = 'msg';
      job.drop.textContent = '移除';
      job.drop.onclick = function () { job.row.remove(); };
    }

    function done(job, answer) {
      var kept = part('input');
      kept.type = 'hidden';
      kept.name = box.dataset.kept;
      kept.value = answer.reference;
      job.row.appendChild(kept);
      job.note.textContent = answer.kind + '，' + size(answer.size) + '，已上传' + (answer.encrypted ? '，加密，无法预览' : '');
      job.drop.textContent = '去掉';
      job.drop.onclick = function () { job.row.remove(); };
    }

    function next() {
      if (running || !queue.length) { settle(); return; }
      var job = queue.shift(), bar = part('progress'), request = new XMLHttpRequest();
      running = job;
      settle();
      if (job.file.size > Number(box.dataset.most)) {
        running = null;
        fail(job, '超过单个文件 ' + Math.floor(box.dataset.most / 1e6) + ' MB 的上限，没有上传。请分段或者压缩。');
        next();
        return;
      }
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute('aria-label', '上传进度：' + job.file.name);
      job.words.appendChild(bar);
      function end(act) { running = null; bar.remove(); act(); next(); }
      request.upload.onprogress = function (event) {
        if (!event.lengthComputable) { return; }
        bar.value = Math.round(100 * event.loaded / event.total);
        job.note.textContent = size(event.loaded) + ' / ' + size(event.total) + '，' + bar.value + '%';
      };
      request.onload = function () {
        var answer = null;
        try { answer = JSON.parse(request.responseText); } catch (error) { answer = {}; }
        end(function () {
          if (request.status === 200 && answer.reference) { done(job, answer); } else { fail(job, answer.message || '没有保存。可能登录已经过期，请在新窗口登录后重新选择文件。'); }
        });
      };
      request.onerror = function () { end(function () { fail(job, '网络中断，没有保存。请重新选择文件。'); }); };
      request.onabort = function () { end(function () { job.row.remove(); }); };
      job.drop.onclick = function () { request.abort(); };
      request.open('POST', box.dataset.sendTo);
      request.setRequestHeader('X-CSRFToken', token);
      request.setRequestHeader('X-File-Name', encodeURIComponent(job.file.name));
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.send(job.file);
    }

    list.addEventListener('change', function (event) { // what came back with the form after a refusal
      if (event.target.type === 'checkbox') { event.target.closest('li').classList.toggle('gone', event.target.checked); }
    });
    chooser.addEventListener('change', function () {
      Array.prototype.forEach.call(chooser.files, function (file) {
        var job = row(file);
        job.drop.onclick = function () { queue.splice(queue.indexOf(job), 1); job.row.remove(); settle(); };
        queue.push(job);
      });
      chooser.value = ''; // the form does not send them a second time
      next();
    });
  });
}());
