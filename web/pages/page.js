// The reader's runtime: draws charts, makes tables sortable, searchable and paged, keeps what inputs hold and shows the
// parts of the page for it. Everything it needs is in the page. With #selfcheck in the address it writes a report into
// <html data-report>.
(function () {
  'use strict';
  var L = window.Leat, root = document.documentElement, errors = [], charts = [];
  window.addEventListener('error', function (event) { errors.push(String(event.message)); });
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function make(name, attributes, text) {
    var element = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    if (text) element.textContent = text;
    return element;
  }
  function save(name, text, type) {
    var link = make('a', { href: URL.createObjectURL(new Blob([text], { type: type })), download: name });
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }
  function csv(lines) {
    return lines.map(function (line) { return line.map(function (v) { v = v === null || v === undefined ? '' : String(v); return /[",\n\r]/.test(v) ? '"' + v.replace(/"/g, '""') + '"' : v; }).join(','); }).join('\n') + '\n';
  }
  function csvOf(name) {
    var table = L.data(name), columns = Object.keys(table.columns), lines = [columns];
    for (var row = 0; row < table.rows; row++) lines.push(columns.map(function (c) { return table.columns[c][row]; }));
    return csv(lines);
  }

  // The chart library is loaded when a chart needs it: one that the builder could not draw, does not fit its place, or is
  // pointed at.
  var waiting = [], loaded = '';
  function need(then) {
    var names = document.body.dataset.charts || '';
    if (!names || loaded === 'all') return then();
    waiting.push(then);
    if (loaded) return;
    loaded = 'soon';
    var list = names.split(' ');
    list.forEach(function (name, i) {
      var script = make('script', { src: document.body.dataset.root + '_leat/' + name });
      script.async = false;
      script.onload = function () { if (i === list.length - 1) { loaded = 'all'; waiting.splice(0).forEach(function (each) { each(); }); } };
      script.onerror = function () { errors.push(name + ' could not be loaded'); };
      document.head.appendChild(script);
    });
  }
  function instance(element) { return window.echarts && echarts.getInstanceByDom(element); }

  function draw(element) {
    var spec = Object.assign(JSON.parse(element.dataset.chart), { width: element.clientWidth }), options = L.optionsOf(spec);
    var chart = instance(element), many = spec.kind === 'map';
    if (!chart) {
      element.textContent = '';
      // Thousands of points are quicker on a canvas; charts are crisper, also in print, as SVG.
      chart = echarts.init(element, null, { renderer: spec.renderer || (many ? 'canvas' : 'svg') });
      if (spec.connectGroup) { chart.group = spec.connectGroup; echarts.connect(spec.connectGroup); }
      chart.on('click', function (p) {
        var held = chart.getOption().series[p.seriesIndex].leat;
        if (held && held.layer.link && p.data && p.data.row !== undefined) location.href = L.link(String(held.table.columns[held.layer.link][p.data.row]));
      });
    }
    chart.setOption(options, true);
    if (spec.printEchartsConfig && !element.parentNode.querySelector('.config')) element.parentNode.appendChild(make('pre', { class: 'config', tabindex: '0' }, JSON.stringify(options, null, 1)));
    return chart;
  }
  function tools(element) {
    var spec = JSON.parse(element.dataset.chart), figure = element.closest('figure'), name = (figure && figure.querySelector('figcaption') ? figure.querySelector('figcaption').firstChild.textContent : spec.kind) || 'chart';
    if (!figure || element.classList.contains('spark') || figure.querySelector('.chart-tools')) return;
    var bar = make('div', { class: 'chart-tools' });
    if (spec.data && spec.downloadableData !== false) { var rows = make('button', { type: 'button' }, 'CSV'); rows.onclick = function () { save(name + '.csv', csvOf(spec.data), 'text/csv'); }; bar.appendChild(rows); }
    if (spec.downloadableImage !== false) {
      var image = make('button', { type: 'button' }, 'Image');
      image.onclick = function () { wake(element, function (chart) { var vector = chart.getDom().querySelector('svg'), link = make('a', { href: chart.getDataURL({ type: vector ? 'svg' : 'png', pixelRatio: 2, backgroundColor: L.token('ground') }), download: name + (vector ? '.svg' : '.png') }); link.click(); }); };
      bar.appendChild(image);
    }
    var full = make('button', { type: 'button' }, 'Full screen');
    full.onclick = function () { if (document.fullscreenElement) document.exitFullscreen(); else if (figure.requestFullscreen) figure.requestFullscreen(); };
    bar.appendChild(full);
    figure.appendChild(bar);
  }

  // A drawing that came with the page stands for its chart as long as it is about as wide as its place, and its colors
  // are those of the theme.
  function stands(element) {
    var still = element.querySelector('svg.still'), shown = still && Array.prototype.filter.call(element.children, function (e) { return e.matches('svg.still') && (!element.offsetParent || getComputedStyle(e).display !== 'none'); })[0];
    if (!shown) return false;
    if (!element.offsetParent) return true;
    var wide = element.clientWidth / shown.viewBox.baseVal.width;
    return wide > 0.72 && wide < 1.2 && (root.dataset.theme !== 'dark' || !shown.classList.contains('light'));
  }
  // Brings a chart to life: what is pointed at, touched or reached by keys answers from now on.
  function wake(element, then) {
    need(function () {
      if (!element.isConnected) return;
      var spec = JSON.parse(element.dataset.chart), others = spec.connectGroup ? all('[data-chart]').filter(function (e) { return !instance(e) && JSON.parse(e.dataset.chart).connectGroup === spec.connectGroup; }) : [];
      if (!instance(element)) { take(element); paint(element); }
      others.forEach(function (other) { if (other !== element) { take(other); paint(other); } });
      var chart = instance(element);
      if (then && chart) then(chart);
    });
  }
  function sleep(element) {
    if (element.dataset.sleeps) return;
    element.dataset.sleeps = '1';
    var last;
    element.addEventListener('pointermove', function (e) { last = e; });
    ['pointerenter', 'touchstart', 'focus'].forEach(function (kind) {
      element.addEventListener(kind, function (e) {
        if (instance(element)) return;
        last = e.clientX === undefined ? undefined : e;
        wake(element, function (chart) { if (last) chart.getDom().firstElementChild.dispatchEvent(new MouseEvent('mousemove', { bubbles: true, clientX: last.clientX, clientY: last.clientY })); });
      }, { passive: true });
    });
  }

  // Charts that nobody sees yet are drawn as they come near, or when there is nothing else to do.
  var later = [], idle = false;
  function paint(element) {
    try {
      var chart = draw(element);
      if (charts.indexOf(chart) < 0) charts.push(chart);
    } catch (error) {
      errors.push((element.getAttribute('aria-label') || 'chart') + ': ' + error.message);
      element.textContent = 'This chart could not be drawn: ' + error.message;
      element.classList.add('problem');
    }
  }
  var near = window.IntersectionObserver && new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { if (entry.isIntersecting && take(entry.target)) need(function () { paint(entry.target); }); });
  }, { rootMargin: '400px' });
  function take(element) {
    var place = later.indexOf(element);
    if (place < 0) return false;
    later.splice(place, 1);
    near.unobserve(element);
    return true;
  }
  // Draws every chart, also those that stand as they came; resolves when that is done.
  function drawRest() {
    return new Promise(function (done) {
      if (!document.querySelector('[data-chart]')) return done();
      need(function () {
        later.slice().forEach(take);
        all('[data-chart]').forEach(function (element) { if (!instance(element) && !element.classList.contains('problem')) paint(element); });
        done();
      });
    });
  }
  L.drawRest = drawRest;
  function whenIdle(deadline) {
    idle = false;
    do { if (later.length) { var next = later[0]; take(next); if (next.isConnected) paint(next); } } while (later.length && deadline.timeRemaining() > 12);
    beIdle();
  }
  function beIdle() {
    if (!later.length || idle || !window.requestIdleCallback || (document.body.dataset.charts && loaded !== 'all')) return;
    idle = true;
    requestIdleCallback(whenIdle, { timeout: 4000 });
  }
  function drawAll(within) {
    // All places are asked for before anything is changed, which would have them computed anew each time.
    var now = [], seen = all('[data-chart]', within).map(function (element) { return { element: element, unseen: element.getBoundingClientRect().top > window.innerHeight || !element.offsetParent, stands: !instance(element) && stands(element) }; });
    seen.forEach(function (each) {
      tools(each.element);
      if (each.stands) return sleep(each.element);
      if (!near || !window.requestIdleCallback || !each.unseen || instance(each.element)) now.push(each.element);
      else if (later.indexOf(each.element) < 0) { later.push(each.element); near.observe(each.element); }
    });
    if (now.length) need(function () { now.forEach(function (element) { if (element.isConnected) { take(element); paint(element); } }); beIdle(); });
    setTimeout(beIdle, 300);
  }
  // Its bytes are there before anything asks for them; only then are they read.
  function fetchAhead() {
    var names = document.body.dataset.charts;
    if (!names || loaded || !/^http/.test(location.protocol)) return;
    names.split(' ').forEach(function (name) { document.head.appendChild(make('link', { rel: 'prefetch', as: 'script', href: document.body.dataset.root + '_leat/' + name })); });
  }

  function enhance(table) {
    if (table.dataset.ready) return;
    table.dataset.ready = '1';
    var head = table.tHead.rows[table.tHead.rows.length - 1], grouped = 'grouped' in table.dataset, body = table.tBodies[0], every = grouped ? [] : Array.prototype.slice.call(body.rows), shown = every, page = 0;
    var size = table.dataset.rows === 'all' || grouped ? Infinity : Number(table.dataset.rows) || 10, bar = make('div', { class: 'table-tools' });
    var count = make('span', { 'aria-live': 'polite' }), back = make('button', { type: 'button', 'aria-label': 'Rows before' }, '‹'), next = make('button', { type: 'button', 'aria-label': 'Rows behind' }, '›');
    function render() {
      var from = size === Infinity ? 0 : page * size;
      body.replaceChildren.apply(body, shown.slice(from, from + size));
      count.textContent = shown.length > size ? (from + 1) + '–' + Math.min(from + size, shown.length) + ' of ' + shown.length.toLocaleString('en-US') : shown.length === every.length ? '' : shown.length + ' of ' + every.length;
      back.disabled = page === 0; next.disabled = from + size >= shown.length;
      back.hidden = next.hidden = shown.length <= size;
      resize(body);
    }
    back.onclick = function () { page--; render(); };
    next.onclick = function () { page++; render(); };
    if ('search' in table.dataset && !grouped) {
      var input = make('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search the table' });
      input.oninput = function () { var wanted = input.value.toLowerCase(); shown = every.filter(function (row) { return row.textContent.toLowerCase().includes(wanted); }); page = 0; render(); };
      bar.appendChild(input);
    }
    bar.append(make('span', { class: 'spring' }), count, back, next);
    if ('download' in table.dataset) {
      var button = make('button', { type: 'button' }, 'CSV');
      button.onclick = function () {
        if (table.dataset.rowsOf) return save(table.dataset.download + '.csv', csvOf(table.dataset.rowsOf), 'text/csv');
        var rows = grouped ? all('tbody tr:not(.fold-head):not(.subtotal)', table) : shown;
        save((table.dataset.download || 'data') + '.csv', csv([Array.prototype.map.call(head.cells, function (c) { return c.textContent; })].concat(rows.map(function (row) { return Array.prototype.map.call(row.cells, function (c) { return c.dataset.value; }); }))), 'text/csv');
      };
      bar.appendChild(button);
    }
    if ('sortable' in table.dataset) Array.prototype.forEach.call(head.cells, function (cell, i) {
      var button = make('button', { type: 'button' }, cell.textContent), down = cell.classList.contains('number');
      cell.textContent = '';
      cell.appendChild(button);
      button.onclick = function () {
        var numeric = cell.classList.contains('number');
        shown = shown.slice().sort(function (a, b) { var x = a.cells[i].dataset.value, y = b.cells[i].dataset.value, order = numeric ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0; return down ? -order : order; });
        Array.prototype.forEach.call(head.cells, function (other) { other.removeAttribute('aria-sort'); });
        cell.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        down = !down; page = 0; render();
      };
    });
    all('tbody.fold .fold-head button', table).forEach(function (button) {
      button.onclick = function () { var closed = button.closest('tbody').classList.toggle('closed'); button.setAttribute('aria-expanded', String(!closed)); };
    });
    table.closest('figure').appendChild(bar);
    if (grouped) back.hidden = next.hidden = true;
    else render();
  }

  function tabs(element) {
    if (element.dataset.ready) return;
    element.dataset.ready = '1';
    var names = Array.prototype.slice.call(element.firstElementChild.children);
    function choose(i, focus) {
      names.forEach(function (name, k) {
        var on = k === i, panel = document.getElementById(name.getAttribute('aria-controls'));
        name.setAttribute('aria-selected', String(on));
        name.tabIndex = on ? 0 : -1;
        panel.hidden = !on;
        if (on) resize(panel);
      });
      if (focus) names[i].focus();
    }
    names.forEach(function (name, i) {
      name.onclick = function () { choose(i); if (element.dataset.tabs) history.replaceState(null, '', '#' + element.dataset.tabs + '=' + i); };
      name.onkeydown = function (e) { var to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: -1 }[e.key]; if (to !== undefined) { e.preventDefault(); choose((to + names.length) % names.length, true); } };
    });
    var wanted = element.dataset.tabs && new RegExp(element.dataset.tabs.replace(/\W/g, '') + '=(\\d+)').exec(location.hash);
    if (wanted && names[+wanted[1]]) choose(+wanted[1]);
  }
  // What comes into view: charts that were drawn without a width, or not at all, are drawn.
  function resize(within) {
    all('[data-chart]', within).forEach(function (e) {
      var c = instance(e), unseen = !c || c.getWidth() < 10;
      if (!c && stands(e)) return sleep(e);
      take(e);
      if (c) c.resize();
      if (unseen && e.offsetParent) need(function () { paint(e); });
    });
  }

  // What inputs hold, and the parts of the page that depend on them.
  var state, held;
  function hear() {
    var script = document.getElementById('regions');
    held = script ? JSON.parse(script.textContent) : { inputs: {}, regions: [] };
    state = Object.assign({}, held.inputs);
  }
  function keyOf(element) {
    if (element.matches('select') || element.matches('input[type=search]') || element.matches('input[type=date]') || element.matches('input[type=range]')) return '=' + element.value;
    if (element.matches('input[type=checkbox]')) return '=' + element.checked;
    if (element.matches('.range')) { var days = all('input', element); return '=' + days[0].value + '/' + days[1].value; }
    if (element.matches('.multi')) return '=' + all('input:checked', element).map(function (i) { return i.value; }).join('\u001f');
    return '=' + all('[aria-pressed=true]', element).map(function (b) { return b.value; }).join('\u001f');
  }
  function show(element, region) {
    var key = region.by.map(function (name) { return state[name] === undefined ? '' : state[name]; }).join('\u001e'), number = region.variants[key];
    var note = element.previousElementSibling && element.previousElementSibling.classList.contains('missing') ? element.previousElementSibling : null;
    if (number === undefined) {
      element.classList.add('stale');
      if (!note) element.before(make(element.tagName === 'SPAN' ? 'span' : 'p', { class: 'missing', role: 'status' }, 'Not in this export: this page holds its answers ready for the choices it lists, and this is another one.'));
      return false;
    }
    if (note) note.remove();
    element.classList.remove('stale');
    if (element.dataset.shown === String(number)) return false;
    element.dataset.shown = String(number);
    all('[data-chart]', element).forEach(function (e) { var c = instance(e); if (c) { charts.splice(charts.indexOf(c), 1); c.dispose(); } });
    element.innerHTML = region.html[number];
    start(element);
    return true;
  }
  function settle(changed) {
    for (var round = 0; round < 8 && changed.length; round++) {
      var next = [];
      all('[data-region]').forEach(function (element) {
        var region = held.regions[+element.dataset.region];
        if (!region.by.some(function (name) { return changed.indexOf(name) >= 0; })) return;
        if (!show(element, region)) return;
        all('[data-input]', element).forEach(function (input) { var name = input.dataset.input, key = keyOf(input); if (state[name] !== key) { state[name] = key; next.push(name); } });
      });
      changed = next;
    }
  }
  function hold(element) {
    var name = element.dataset.input, key = keyOf(element);
    if (state[name] === key) return;
    state[name] = key;
    settle([name]);
  }
  function summary(element) {
    var chosen = all('input:checked', element), every = all('input', element);
    element.querySelector('summary').textContent = chosen.length === every.length && every.length > 1 ? 'All' : chosen.length > 2 ? chosen.length + ' chosen' : chosen.map(function (i) { return i.parentNode.textContent.trim(); }).join(', ') || 'None';
  }
  function input(element) {
    if (element.dataset.ready) return;
    element.dataset.ready = '1';
    if (element.matches('.multi')) {
      summary(element);
      element.addEventListener('change', function () { summary(element); hold(element); });
      element.addEventListener('keydown', function (e) { if (e.key === 'Escape' && element.open) { element.open = false; element.querySelector('summary').focus(); } });
      document.addEventListener('click', function (e) { if (!element.contains(e.target)) element.open = false; });
      all('[data-all],[data-none]', element).forEach(function (b) { b.onclick = function () { all('input', element).forEach(function (i) { i.checked = 'all' in b.dataset; }); summary(element); hold(element); }; });
    } else if (element.matches('.buttons') || element.matches('.dimensions')) {
      all('button', element).forEach(function (b) {
        b.onclick = function () {
          var on = b.getAttribute('aria-pressed') === 'true', toggles = element.matches('.dimensions');
          all('button', element).forEach(function (other) { other.setAttribute('aria-pressed', 'false'); });
          b.setAttribute('aria-pressed', String(toggles ? !on : true));
          hold(element);
        };
      });
    } else if (element.matches('.range')) {
      var preset = element.querySelector('select'), days = all('input', element);
      preset.onchange = function () { if (preset.value) { var both = preset.value.split('/'); days[0].value = both[0]; days[1].value = both[1]; hold(element); } };
      days.forEach(function (d) { d.onchange = function () { preset.value = ''; hold(element); }; });
    } else {
      element.addEventListener(element.matches('[type=range]') || element.matches('[type=search]') ? 'input' : 'change', function () {
        if (element.nextElementSibling && element.nextElementSibling.matches('output')) element.nextElementSibling.textContent = L.show(Number(element.value));
        hold(element);
      });
    }
  }

  function start(within) {
    drawAll(within);
    all('[data-table]', within).forEach(enhance);
    all('.tabs', within).forEach(tabs);
    all('[data-input]', within).forEach(input);
    all('[data-opens]', within).forEach(function (b) { b.onclick = function () { var d = document.getElementById(b.dataset.opens); d.showModal(); resize(d); }; });
    all('dialog[data-open]', within).forEach(function (d) { d.showModal(); resize(d); });
    all('[data-copy]', within).forEach(function (b) { b.onclick = function () { if (navigator.clipboard) navigator.clipboard.writeText(b.parentNode.querySelector('code').textContent).then(function () { b.textContent = 'Copied'; }); }; });
    all('[data-csv]', within).forEach(function (b) { b.onclick = function () { save(b.dataset.file + '.csv', csvOf(b.dataset.csv), 'text/csv'); }; });
    all('[data-embed] button', within).forEach(function (b) { b.onclick = function () { var box = b.parentNode; box.replaceChildren(make('iframe', { src: box.dataset.embed, title: box.dataset.title, width: '100%', height: '100%' })); }; });
    all('[data-fullscreen]', within).forEach(function (b) { b.onclick = function () { if (document.fullscreenElement) document.exitFullscreen(); else b.parentNode.requestFullscreen(); }; });
    all('details', within).forEach(function (d) { d.addEventListener('toggle', function () { if (d.open) resize(d); }); });
  }

  // What a check asks for: no error, every chart with marks, every value equal to its query.
  function report() {
    drawRest().then(judge);
  }
  function judge() {
    var wrong = errors.slice(), values = 0, drawn = all('[data-chart]').filter(function (e) { return e.firstChild; });
    drawn.forEach(function (element) {
      var marks = element.querySelector('canvas') || element.querySelectorAll('svg path').length > (element.classList.contains('spark') ? 0 : 2);
      if (!marks && element.offsetParent) wrong.push('no marks in ' + element.getAttribute('aria-label'));
      if (element.scrollWidth > root.clientWidth) wrong.push('a chart is wider than the page');
    });
    all('.value[data-query]').forEach(function (element) {
      var value = L.data(element.dataset.query).columns[element.dataset.column][Number(element.dataset.row)];
      values++;
      if (String(value === null ? '' : value) !== element.dataset.value && Number(value) !== Number(element.dataset.value)) wrong.push(element.dataset.query + '.' + element.dataset.column + ' shows another value');
    });
    if (root.scrollWidth > root.clientWidth + 1) wrong.push('the page is wider than the window: ' + root.scrollWidth + ' > ' + root.clientWidth);
    root.dataset.report = JSON.stringify({ width: root.clientWidth, charts: drawn.length, values: values, wrong: wrong });
  }

  // Takes over another build of this page, as `leat pages dev` makes it; false where it needs other scripts.
  L.renew = function (other) {
    var data = 'script[type="application/json"]', scripts = function (of) { return all('script[src*="_leat/"]:not([src*="live.js"])', of).map(function (s) { return s.getAttribute('src'); }).join(); };
    var wanted = other.body.dataset.charts || '', held = document.body.dataset.charts || '';
    if (scripts(document) !== scripts(other) || !other.querySelector('main') || (loaded && wanted && wanted !== held)) return false;
    if (wanted) document.body.dataset.charts = wanted;
    charts.splice(0).forEach(function (chart) { chart.dispose(); });
    later.slice().forEach(take);
    L.forget();
    all('body > ' + data).forEach(function (s) { s.remove(); });
    document.title = other.title;
    ['.side', '.toc', 'main', 'footer'].forEach(function (part) {
      var old = document.querySelector(part), fresh = other.querySelector(part);
      if (old && fresh) old.replaceWith(document.importNode(fresh, true));
      else if (old) old.remove();
    });
    document.querySelector('.frame').className = other.querySelector('.frame').className;
    all('body > ' + data, other).forEach(function (s) { document.body.appendChild(document.importNode(s, true)); });
    hear();
    start(document);
    return true;
  };

  hear();
  start(document);
  var theme = document.querySelector('.theme'), menu = document.querySelector('.menu'), print = document.querySelector('.print');
  if (theme) theme.onclick = function () {
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem('leat-theme', root.dataset.theme); } catch (e) { /* a file without storage keeps the system's */ }
  };
  if (print) print.onclick = function () { window.print(); };
  if (menu) menu.onclick = function () { var open = document.body.classList.toggle('menu-open'); menu.setAttribute('aria-expanded', String(open)); };
  new MutationObserver(function () { drawAll(document); }).observe(root, { attributes: true, attributeFilter: ['data-theme'] });
  window.addEventListener('resize', function () { charts.forEach(function (chart) { chart.resize(); }); drawAll(document); });
  window.addEventListener('load', function () { setTimeout(fetchAhead, 200); });
  document.addEventListener('fullscreenchange', function () { charts.forEach(function (chart) { chart.resize(); }); drawAll(document); });
  window.addEventListener('beforeprint', function () {
    if (loaded === 'all' || !document.body.dataset.charts) later.slice().forEach(function (element) { if (take(element) && element.isConnected) paint(element); });
    root.dataset.before = root.dataset.theme;
    root.dataset.theme = 'light';
    // Folds of one name close each other.
    all('details[name]').forEach(function (d) { d.dataset.group = d.getAttribute('name'); d.removeAttribute('name'); });
    all('details:not([data-print-closed])').forEach(function (d) { if (!d.open && !d.matches('.chart-data,.multi')) { d.open = true; d.dataset.unfolded = '1'; } });
    all('[role=tabpanel]:not([data-print-closed])').forEach(function (p) { if (p.hidden) { p.hidden = false; p.dataset.unfolded = '1'; } });
    drawAll(document);
    charts.forEach(function (chart) { chart.resize(); });
  });
  window.addEventListener('afterprint', function () {
    root.dataset.theme = root.dataset.before;
    all('[data-unfolded]').forEach(function (e) { delete e.dataset.unfolded; if (e.matches('details')) e.open = false; else e.hidden = true; });
    all('[data-group]').forEach(function (d) { d.setAttribute('name', d.dataset.group); delete d.dataset.group; });
  });
  if (location.hash.includes('selfcheck')) setTimeout(report, 300);
})();
