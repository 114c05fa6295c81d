// `leat pages dev` adds this to the pages that it serves: reloads when the page is built anew, and tells what is wrong
// over the page until it is mended.
(function () {
  'use strict';
  var here = decodeURIComponent(location.pathname).slice(1) || 'index.html', box = null;
  // "people/[name]" is every page of that form.
  function isHere(id) {
    var parts = id.split(/\[[^\]]*\]/).map(function (text) { return text.replace(/[.*+?^${}()|\\]/g, '\\$&'); });
    return new RegExp('^' + parts.join('[^/]+') + '\\.html$').test(here);
  }
  function make(name, text, style) {
    var element = document.createElement(name);
    element.textContent = text;
    element.style.cssText = style || '';
    return element;
  }
  function tell(problems) {
    if (box) box.remove();
    box = null;
    if (!problems.length) return;
    box = make('div', '', 'position:fixed;z-index:99;left:1rem;right:1rem;bottom:1rem;max-height:60vh;overflow:auto;padding:1rem 1.2rem;border-radius:10px;background:#2a1214;color:#ffe9e7;border:1px solid #b3372f;font:14px/1.5 ui-monospace,monospace;box-shadow:0 12px 40px rgb(0 0 0 / .4)');
    box.id = 'leat-problems';
    box.setAttribute('role', 'alert');
    var close = make('button', '×', 'float:right;font-size:1.3rem;background:none;border:0;color:inherit;cursor:pointer');
    close.setAttribute('aria-label', 'Close');
    close.onclick = function () { box.remove(); };
    box.appendChild(close);
    problems.forEach(function (problem) {
      box.appendChild(make('div', problem.where, 'font-weight:700;color:#ff9d94'));
      box.appendChild(make('div', problem.what, 'white-space:pre-wrap;margin-bottom:.6rem'));
    });
    document.body.appendChild(box);
  }
  // The scripts of the page stay, so that this takes a moment only; another page's list of scripts is loaded as a whole.
  function renew() {
    fetch(location.href, { cache: 'no-store' }).then(function (answer) { return answer.text(); }).then(function (text) {
      if (!window.Leat || !Leat.renew || !Leat.renew(new DOMParser().parseFromString(text, 'text/html'))) location.reload();
    }).catch(function () { location.reload(); });
  }
  var events = new EventSource('/_leat/events?page=' + encodeURIComponent(here) + '&seen=' + document.currentScript.dataset.seen);
  events.addEventListener('problems', function (event) { tell(JSON.parse(event.data)); });
  events.addEventListener('built', function (event) { if (JSON.parse(event.data).some(isHere)) renew(); });
})();
