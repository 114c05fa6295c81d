// Chooses light or dark before the first paint: what the reader chose, else the project, else the system.
(function () {
  var query = window.matchMedia ? window.matchMedia('(prefers-color-scheme: dark)') : null;
  function chosen() { try { return localStorage.getItem('leat-theme'); } catch (e) { return null; } }
  function apply() {
    var wanted = /[#&]theme=(light|dark)/.exec(location.hash);
    document.documentElement.dataset.theme = wanted ? wanted[1] : chosen() || document.documentElement.dataset.appearance || (query && query.matches ? 'dark' : 'light');
  }
  apply();
  // Tables show their first rows from the beginning where a script turns their pages.
  document.documentElement.classList.add('js');
  if (query && query.addEventListener) query.addEventListener('change', apply);
})();
