// The reader's runtime: draws charts and maps with ECharts, makes tables sortable, searchable and paged, switches the
// theme. Everything it needs is in the page. With #selfcheck in the address it writes a report into <html data-report>.
(function () {
  'use strict';
  var errors = [], drawn = [];
  window.addEventListener('error', function (event) { errors.push(String(event.message)); });
  var root = document.documentElement;
  function token(name) { return getComputedStyle(root).getPropertyValue('--' + name).trim(); }
  function palette() { return [1, 2, 3, 4, 5, 6, 7, 8].map(function (i) { return token('c' + i); }); }

  var tables = {};
  function data(name) {
    if (tables[name]) return tables[name];
    var raw = JSON.parse(document.getElementById('data-' + name).textContent);
    var table = { rows: raw.rows, kinds: {}, columns: {} };
    raw.columns.forEach(function (column, i) { table.columns[column] = raw.values[i]; table.kinds[column] = raw.kinds[i]; });
    return (tables[name] = table);
  }

  var months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  function number(value, digits) {
    return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }
  // The same formats as the builder's, for axes and tooltips.
  function show(value, format, kind) {
    if (value === null || value === undefined) return '–';
    if (kind === 'date') {
      var text = String(value), month = months[Number(text.slice(5, 7)) - 1];
      if (format === 'mmm yyyy') return month + ' ' + text.slice(0, 4);
      if (format === 'yyyy') return text.slice(0, 4);
      if (format === 'shortdate' || format === 'mmm d, yyyy') return month + ' ' + Number(text.slice(8, 10)) + ', ' + text.slice(0, 4);
      return text.slice(0, 10);
    }
    if (typeof value !== 'number') return String(value);
    var match = /^(num|pct|usd)(\d)$/.exec(format || '');
    if (match && match[1] === 'num') return number(value, Number(match[2]));
    if (match && match[1] === 'pct') return number(value * 100, Number(match[2])) + '%';
    if (match || format === 'usd') return '$' + number(value, match ? Number(match[2]) : 0);
    return Number.isInteger(value) ? number(value, 0) : number(value, Math.abs(value) < 10 ? 2 : 1);
  }
  function title(column) { return column.replace(/_/g, ' ').replace(/(^| )(.)/g, function (m, space, letter) { return space + letter.toUpperCase(); }); }
  function plain(text) { return String(text).replace(/[&<>"]/g, function (c) { return { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]; }); }

  // Values by category and series, in the order in which they are to be drawn.
  function arrange(spec, table) {
    var x = table.columns[spec.x], categories = [], at = new Map(), series = new Map();
    for (var row = 0; row < table.rows; row++) {
      if (!at.has(x[row])) { at.set(x[row], categories.length); categories.push(x[row]); }
      spec.y.forEach(function (column) {
        var name = spec.series ? String(table.columns[spec.series][row]) + (spec.y.length > 1 ? ' · ' + title(column) : '') : title(column);
        if (!series.has(name)) series.set(name, []);
        series.get(name)[at.get(x[row])] = table.columns[column][row];
      });
    }
    var order = categories.map(function (c, i) { return i; }), kind = table.kinds[spec.x];
    function total(i) { var sum = 0; series.forEach(function (values) { sum += values[i] || 0; }); return sum; }
    if (kind === 'date' || kind === 'number') order.sort(function (a, b) { return categories[a] < categories[b] ? -1 : 1; });
    else if (spec.sort && spec.kind === 'bar') order.sort(function (a, b) { return total(b) - total(a); });
    var lists = [];
    series.forEach(function (values, name) { lists.push({ name: name, values: order.map(function (i) { return values[i] === undefined ? null : values[i]; }) }); });
    return { categories: order.map(function (i) { return categories[i]; }), series: lists, kind: kind };
  }

  function axisOptions(spec, table) {
    var arranged = arrange(spec, table), stacked = spec.type !== 'grouped' && arranged.series.length > 1 && spec.kind !== 'line';
    var full = spec.type === 'stacked100' && stacked, text = token('text'), soft = token('soft'), line = token('line');
    if (full) arranged.categories.forEach(function (c, i) {
      var sum = arranged.series.reduce(function (all, s) { return all + (s.values[i] || 0); }, 0);
      arranged.series.forEach(function (s) { s.values[i] = sum ? (s.values[i] || 0) / sum : null; });
    });
    var yFormat = full ? 'pct0' : spec.yFmt, lying = spec.swapXY && spec.kind === 'bar';
    var labels = arranged.categories.map(function (c) { return show(c, spec.xFmt || (arranged.kind === 'number' ? 'id' : ''), arranged.kind); });
    if (arranged.kind === 'number' && !spec.xFmt) labels = arranged.categories.map(String);
    var category = { type: 'category', data: labels, name: spec.xAxisTitle || '', nameLocation: 'middle', nameGap: 30, inverse: lying,
      axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: soft, hideOverlap: !lying, interval: lying || labels.length <= 7 ? 0 : 'auto' } };
    var value = { type: 'value', name: spec.yAxisTitle || '', nameTextStyle: { color: soft, align: 'left' }, scale: spec.kind === 'scatter',
      min: spec.yMin === undefined ? undefined : Number(spec.yMin), max: full ? 1 : spec.yMax === undefined ? undefined : Number(spec.yMax),
      axisLabel: { color: soft, formatter: function (v) { return show(v, yFormat); } }, splitLine: { lineStyle: { color: line } }, splitNumber: 4 };
    var many = arranged.series.length > 1;
    return {
      color: spec.palette ? spec.palette.match(/#[0-9a-fA-F]{3,8}/g) || palette() : palette(), animation: false,
      textStyle: { fontFamily: token('font'), color: text },
      grid: { left: lying ? 14 : 4, right: lying || spec.labels ? 44 : 16, top: (spec.legend !== undefined ? spec.legend : many) ? 40 : spec.yAxisTitle ? 32 : 16, bottom: spec.xAxisTitle ? 28 : 6, containLabel: true },
      legend: { show: spec.legend !== undefined ? spec.legend : many, type: 'scroll', top: 0, left: 0, textStyle: { color: soft }, itemWidth: 12, itemHeight: 8, pageTextStyle: { color: soft } },
      tooltip: { trigger: spec.kind === 'scatter' ? 'item' : 'axis', axisPointer: { type: spec.kind === 'bar' ? 'shadow' : 'line' }, confine: true,
        backgroundColor: token('raised'), borderColor: line, textStyle: { color: text, fontSize: 13 }, valueFormatter: function (v) { return show(v, yFormat); } },
      xAxis: lying ? value : category, yAxis: lying ? category : value,
      series: arranged.series.map(function (s) {
        return { name: s.name, data: s.values, type: spec.kind === 'area' ? 'line' : spec.kind, stack: stacked ? 'all' : undefined, areaStyle: spec.kind === 'area' ? { opacity: .25 } : undefined,
          barMaxWidth: 46, showSymbol: spec.markers || s.values.length === 1, symbolSize: spec.kind === 'scatter' ? 8 : 6, lineStyle: { width: 2 }, connectNulls: true,
          itemStyle: spec.kind === 'bar' && !stacked ? { borderRadius: lying ? [0, 3, 3, 0] : [3, 3, 0, 0] } : {}, emphasis: { focus: many ? 'series' : 'none' },
          label: { show: spec.labels, position: stacked ? 'inside' : lying ? 'right' : 'top', color: soft, formatter: function (p) { return show(p.value, yFormat); } } };
      })
    };
  }

  function mapOptions(spec, table, element) {
    var lat = table.columns[spec.lat], lon = table.columns[spec.long], values = spec.value ? table.columns[spec.value] : null, points = [];
    var box = [Infinity, Infinity, -Infinity, -Infinity];
    for (var row = 0; row < table.rows; row++) {
      if (lat[row] === null || lon[row] === null) continue;
      points.push([lon[row], lat[row], values ? values[row] : null, spec.pointName ? table.columns[spec.pointName][row] : null]);
      box = [Math.min(box[0], lon[row]), Math.min(box[1], lat[row]), Math.max(box[2], lon[row]), Math.max(box[3], lat[row])];
    }
    var name = spec.outline || 'none', empty = { type: 'FeatureCollection', features: [] };
    if (!echarts.getMap(name)) echarts.registerMap(name, spec.outline ? JSON.parse(document.getElementById(spec.outline).textContent) : empty);
    var groups = new Map();
    points.forEach(function (point) {
      var key = values && typeof point[2] === 'string' ? point[2] : 'all';
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(point);
    });
    var numeric = values && typeof points[0][2] === 'number', names = Array.from(groups.keys());
    names.sort(function (a, b) { return groups.get(b).length - groups.get(a).length; });
    var pad = 0.08 * Math.max(box[2] - box[0], box[3] - box[1], 0.01), soft = token('soft');
    return {
      color: palette(), animation: false, textStyle: { fontFamily: token('font'), color: token('text') },
      legend: { show: names.length > 1, type: 'scroll', bottom: 4, textStyle: { color: soft }, pageTextStyle: { color: soft }, itemWidth: 10, itemHeight: 10 },
      tooltip: { confine: true, backgroundColor: token('raised'), borderColor: token('line'), textStyle: { color: token('text'), fontSize: 13 },
        formatter: function (p) { return p.value ? [p.value[3], p.value[2]].filter(function (v) { return v !== null; }).map(function (v) { return plain(show(v, spec.valueFmt)); }).join('<br>') || 'Point' : ''; } },
      geo: { map: name, roam: true, silent: true, boundingCoords: [[box[0] - pad, box[3] + pad], [box[2] + pad, box[1] - pad]], top: 8, bottom: names.length > 1 ? 36 : 8, left: 8, right: 8,
        aspectScale: Math.cos((box[1] + box[3]) / 2 * Math.PI / 180), itemStyle: { areaColor: token('ground'), borderColor: soft, borderWidth: 1 }, scaleLimit: { min: 0.5, max: 40 } },
      visualMap: numeric ? { dimension: 2, min: Math.min.apply(null, values), max: Math.max.apply(null, values), calculable: true, left: 8, bottom: 8, textStyle: { color: soft }, inRange: { color: [token('c1'), token('c2'), token('c4')] } } : undefined,
      series: names.map(function (key) {
        return { name: key, type: 'scatter', coordinateSystem: 'geo', data: groups.get(key), symbolSize: spec.size, large: false, itemStyle: { opacity: spec.opacity, color: spec.color || undefined } };
      })
    };
  }

  var charts = [];
  function draw(element) {
    var spec = JSON.parse(element.dataset.chart), table = data(spec.data);
    // Thousands of points are quicker on a canvas; charts are crisper, also in print, as SVG.
    var chart = echarts.getInstanceByDom(element) || echarts.init(element, null, { renderer: spec.kind === 'map' ? 'canvas' : 'svg' });
    chart.setOption(spec.kind === 'map' ? mapOptions(spec, table, element) : axisOptions(spec, table), true);
    return chart;
  }
  function drawAll() {
    charts = [];
    document.querySelectorAll('[data-chart]').forEach(function (element) {
      try {
        charts.push(draw(element));
        drawn.push(element);
      } catch (error) {
        errors.push(element.getAttribute('aria-label') + ': ' + error.message);
        element.textContent = 'This chart could not be drawn: ' + error.message;
      }
    });
  }

  function enhance(table) {
    var body = table.tBodies[0], all = Array.prototype.slice.call(body.rows), shown = all, page = 0;
    var size = table.dataset.rows === 'all' ? Infinity : Number(table.dataset.rows) || 10;
    var tools = document.createElement('div'), count = document.createElement('span'), back = document.createElement('button'), next = document.createElement('button');
    tools.className = 'table-tools';
    back.type = next.type = 'button'; back.textContent = '‹ Back'; next.textContent = 'Next ›';
    function render() {
      var from = size === Infinity ? 0 : page * size;
      all.forEach(function (row) { row.remove(); });
      shown.slice(from, from + size).forEach(function (row) { body.appendChild(row); });
      count.textContent = shown.length ? (from + 1) + '–' + Math.min(from + size, shown.length) + ' of ' + number(shown.length, 0) : 'No row';
      back.disabled = page === 0; next.disabled = from + size >= shown.length;
      back.hidden = next.hidden = shown.length <= size;
    }
    back.onclick = function () { page--; render(); };
    next.onclick = function () { page++; render(); };
    if ('search' in table.dataset) {
      var input = document.createElement('input');
      input.type = 'search'; input.placeholder = 'Search'; input.setAttribute('aria-label', 'Search the table');
      input.oninput = function () { var wanted = input.value.toLowerCase(); shown = all.filter(function (row) { return row.textContent.toLowerCase().includes(wanted); }); page = 0; render(); };
      tools.appendChild(input);
    }
    var spring = document.createElement('span'); spring.className = 'spring';
    tools.append(spring, count, back, next);
    if ('download' in table.dataset) {
      var save = document.createElement('button'); save.type = 'button'; save.textContent = 'CSV';
      save.onclick = function () {
        var lines = [Array.prototype.map.call(table.tHead.rows[0].cells, function (c) { return c.textContent; })].concat(shown.map(function (row) { return Array.prototype.map.call(row.cells, function (c) { return c.dataset.value; }); }));
        var text = lines.map(function (line) { return line.map(function (v) { return /[",\n]/.test(v) ? '"' + v.replace(/"/g, '""') + '"' : v; }).join(','); }).join('\n');
        var link = document.createElement('a'); link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' })); link.download = (table.dataset.query || 'data') + '.csv'; link.click();
      };
      tools.appendChild(save);
    }
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell, i) {
      var button = document.createElement('button'), down = cell.classList.contains('number');
      button.type = 'button'; button.textContent = cell.textContent; cell.textContent = ''; cell.appendChild(button);
      button.onclick = function () {
        var numeric = cell.classList.contains('number');
        shown.sort(function (a, b) { var x = a.cells[i].dataset.value, y = b.cells[i].dataset.value, order = numeric ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0; return down ? -order : order; });
        cell.setAttribute('aria-sort', down ? 'descending' : 'ascending'); down = !down; page = 0; render();
      };
    });
    table.closest('figure').appendChild(tools);
    render();
  }

  // What a check asks for: no error, every chart with marks, every value equal to its query.
  function report() {
    var wrong = errors.slice(), values = 0;
    document.querySelectorAll('[data-chart]').forEach(function (element) {
      var marks = element.querySelector('canvas') || element.querySelectorAll('svg path').length > 2;
      if (!marks) wrong.push('no marks in ' + element.getAttribute('aria-label'));
      if (element.scrollWidth > root.clientWidth) wrong.push('a chart is wider than the page');
    });
    document.querySelectorAll('.value[data-query]').forEach(function (element) {
      var value = data(element.dataset.query).columns[element.dataset.column][Number(element.dataset.row)];
      values++;
      if (String(value) !== element.dataset.value && Number(value) !== Number(element.dataset.value)) wrong.push(element.dataset.query + '.' + element.dataset.column + ' shows another value');
    });
    if (root.scrollWidth > root.clientWidth + 1) wrong.push('the page is wider than the window: ' + root.scrollWidth + ' > ' + root.clientWidth);
    root.dataset.report = JSON.stringify({ width: root.clientWidth, charts: drawn.length, values: values, wrong: wrong });
  }

  drawAll();
  document.querySelectorAll('[data-table]').forEach(enhance);
  document.querySelectorAll('.refreshed').forEach(function (element) { element.textContent = element.dataset.prefix + ' ' + document.querySelector('footer span').textContent.replace('Built ', ''); });
  document.querySelector('.theme').onclick = function () {
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem('leat-theme', root.dataset.theme); } catch (e) { /* a file without storage keeps the system's */ }
    drawAll();
  };
  new MutationObserver(drawAll).observe(root, { attributes: true, attributeFilter: ['data-theme'] });
  window.addEventListener('resize', function () { charts.forEach(function (chart) { chart.resize(); }); });
  window.addEventListener('beforeprint', function () { root.dataset.before = root.dataset.theme; root.dataset.theme = 'light'; drawAll(); charts.forEach(function (chart) { chart.resize(); }); });
  window.addEventListener('afterprint', function () { root.dataset.theme = root.dataset.before; });
  if (location.hash.includes('selfcheck')) setTimeout(report, 300);
})();
