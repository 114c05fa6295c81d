// Charts with two axes: bars, lines, areas, points, bubbles, histograms, and mixes of them. Each is a description that the
// builder wrote (data-chart) turned into ECharts' options.
(function () {
  'use strict';
  var L = window.Leat;

  function text(size) { return { color: L.token('soft'), fontSize: size || 12, fontFamily: L.token('font') }; }
  L.text = text;
  L.tooltip = function () {
    return { backgroundColor: L.token('raised'), borderColor: L.token('line'), textStyle: { color: L.token('text'), fontSize: 13, fontFamily: L.token('font') }, confine: true, transitionDuration: 0 };
  };
  L.colorsOf = function (given, count) {
    var base = L.palette(), list = Array.isArray(given) ? given.map(L.color) : typeof given === 'string' && given !== 'default' ? L.named('palette', given) || [L.color(given)] : base;
    var out = [];
    for (var i = 0; i < Math.max(count, list.length); i++) out.push(list[i % list.length] || base[i % base.length]);
    return out;
  };
  L.rows = function (marker, name, value) {
    return '<div class="tip">' + marker + '<span>' + L.plain(name) + '</span><b>' + L.plain(value) + '</b></div>';
  };

  // A point in time as its text in the reader's zone, where ECharts takes times without a zone to be.
  function local(v) {
    var d = new Date(v), pad = function (n) { return String(n).padStart(2, '0'); };
    return String(d.getFullYear()).padStart(4, '0') + '-' + pad(d.getMonth() + 1) + '-' + pad(d.getDate()) + 'T' + pad(d.getHours()) + ':' + pad(d.getMinutes()) + ':' + pad(d.getSeconds());
  }

  function sum(values) { return values.reduce(function (total, value) { return total + (value || 0); }, 0); }

  // Every series of the chart: its name, its kind, its values by x.
  function seriesOf(spec, table) {
    var all = [], parts = spec.parts && spec.parts.length ? spec.parts : [{ kind: spec.kind, y: spec.y, y2: spec.y2, main: true }];
    parts.forEach(function (part) {
      var own = part.main ? spec : part, by = part.series || spec.series, kind = part.kind;
      function add(columns, second) {
        columns.forEach(function (column) {
          var groups = new Map();
          for (var row = 0; row < table.rows; row++) {
            var key = by ? String(table.columns[by][row]) : '';
            if (!groups.has(key)) groups.set(key, []);
            groups.get(key).push(row);
          }
          groups.forEach(function (rows, key) {
            var many = columns.length + (second ? spec.y.length : (part.y2 || []).length) > 1;
            var title = (own.name) || (spec.names && spec.names[column]) || L.title(column);
            var name = by ? L.show(key, spec.codes[by]) + (many ? ' · ' + title : '') : title;
            all.push({ name: name, key: key, column: column, rows: rows, second: second, kind: second && part.main && spec.kind === 'bar' ? (spec.y2SeriesType || 'bar') : second && part.main ? (spec.y2SeriesType || spec.kind) : kind, look: own });
          });
        });
      }
      add(part.y || [], false);
      add(part.y2 || [], true);
    });
    if (spec.seriesOrder) {
      var order = spec.seriesOrder.map(String);
      all.sort(function (a, b) { var x = order.indexOf(a.key || a.name), y = order.indexOf(b.key || b.name); return (x < 0 ? 1e6 : x) - (y < 0 ? 1e6 : y); });
    }
    return all;
  }

  function axisKind(spec, table, series) {
    var kind = table.kinds[spec.x], bars = series.some(function (s) { return s.kind === 'bar'; });
    if (spec.xType) return spec.xType;
    if (spec.kind === 'hist') return 'value';
    if (spec.swapXY) return 'category';
    if (kind === 'date') return bars && table.rows > 400 ? 'category' : 'time';
    if (kind === 'number') return bars ? 'category' : 'value';
    return 'category';
  }

  // The order of categories: times by time, others by their sum where sort asks for it.
  function categories(spec, table, series) {
    var x = table.columns[spec.x], seen = new Map();
    for (var row = 0; row < table.rows; row++) {
      if (!seen.has(x[row])) seen.set(x[row], 0);
    }
    series.forEach(function (s) {
      s.rows.forEach(function (row) { seen.set(x[row], seen.get(x[row]) + (table.columns[s.column][row] || 0)); });
    });
    var list = Array.from(seen.keys()), kind = table.kinds[spec.x], bars = series.some(function (s) { return s.kind === 'bar'; });
    if (kind === 'date' || (kind === 'number' && spec.sort !== false)) list.sort(function (a, b) { return a < b ? -1 : a > b ? 1 : 0; });
    else if (bars && spec.sort !== false) list.sort(function (a, b) { return seen.get(b) - seen.get(a); });
    return list;
  }

  function values(s, spec, table, order, axis, missing) {
    var x = table.columns[spec.x], y = table.columns[s.column], byX = new Map();
    if (s.kind === 'scatter' || s.kind === 'bubble') return s.rows.map(function (row) { return { value: [x[row], y[row], spec.size ? table.columns[spec.size][row] : null], row: row }; });
    s.rows.forEach(function (row) { byX.set(x[row], (byX.has(x[row]) ? byX.get(x[row]) : null)); byX.set(x[row], byX.get(x[row]) === null ? y[row] : byX.get(x[row]) + (y[row] || 0)); });
    return order.map(function (key) {
      var value = byX.has(key) ? byX.get(key) : null;
      if (value === null && missing === 'zero') value = 0;
      return axis === 'category' ? value : [key, value];
    });
  }

  function label(s, spec, stacked, swapped) {
    var look = s.look, code = s.second ? spec.y2LabelFmt || spec.labelFmt : spec.yLabelFmt || spec.labelFmt;
    if (!(look.labels || spec.labels) || (stacked && look.seriesLabels === false)) return undefined;
    var where = look.labelPosition || spec.labelPosition, place = { above: 'top', middle: 'inside', below: 'bottom', outside: swapped ? 'right' : 'top', inside: 'inside' }[where];
    return { show: true, position: place || (s.kind === 'bar' ? (stacked ? 'inside' : swapped ? 'right' : 'top') : 'top'), fontSize: look.labelSize || 11, color: L.color(look.labelColor) || (stacked && s.kind === 'bar' ? undefined : L.token('text')),
      formatter: function (p) { var v = Array.isArray(p.value) ? p.value[swapped ? 0 : 1] : p.value; return v === null || v === undefined || v === 0 ? '' : L.show(v, code || spec.codes[s.column]); } };
  }

  function bar(s, spec, look, share) {
    var type = look.type || 'stacked';
    return { type: 'bar', stack: type === 'grouped' ? undefined : (look.stackName || 'all') + (s.second ? '2' : ''), barMaxWidth: 60, large: false,
      itemStyle: { opacity: look.fillOpacity === undefined ? 1 : look.fillOpacity, borderWidth: look.outlineWidth, borderColor: L.color(look.outlineColor), borderRadius: share ? 0 : 1 }, own: look.fillColor };
  }
  function line(look) {
    return { type: 'line', showSymbol: !!look.markers, symbol: look.markerShape || 'circle', symbolSize: look.markerSize || 8, step: look.step ? look.stepPosition || 'end' : false, connectNulls: (look.handleMissing || look.handleNulls) === 'connect',
      lineStyle: { width: look.lineWidth || 2, type: look.lineType || 'solid', opacity: look.lineOpacity === undefined ? 1 : look.lineOpacity }, emphasis: { focus: 'none' }, own: look.lineColor };
  }
  function area(look, count) {
    var base = line(look);
    base.stack = 'area';
    base.areaStyle = { opacity: look.fillOpacity === undefined ? 0.7 : look.fillOpacity, color: L.color(look.fillColor) };
    base.lineStyle = { width: look.line === false ? 0 : 1.5 };
    base.own = look.lineColor || look.fillColor;
    if (count === 1 && !look.type) base.stack = undefined;
    return base;
  }
  function points(s, spec, look, table) {
    var shape = look.shape || 'circle', biggest = 1;
    if (spec.size && s.kind === 'bubble') biggest = Math.max.apply(null, table.columns[spec.size].map(function (v) { return Math.abs(v || 0); })) || 1;
    return { type: 'scatter', symbol: shape, symbolSize: s.kind === 'bubble' ? function (v) { return Math.max(3, Math.sqrt(Math.abs(v[2] || 0) / biggest) * 42 * (look.scaleTo || 1)); } : look.pointSize || 10,
      itemStyle: { opacity: look.opacity === undefined ? 0.7 : look.opacity, borderWidth: look.outlineWidth, borderColor: L.color(look.outlineColor) }, own: look.fillColor };
  }

  function histogram(spec, table) {
    var column = spec.x && table.kinds[spec.x] === 'number' ? spec.x : spec.y[0] || (spec.parts && spec.parts[0].y[0]), list = table.columns[column].filter(function (v) { return v !== null; });
    var least = Math.min.apply(null, list), most = Math.max.apply(null, list), count = Math.max(1, Math.min(40, Math.ceil(Math.log2(list.length) + 1) * 2)), raw = (most - least) / count || 1;
    var power = Math.pow(10, Math.floor(Math.log10(raw))), width = [1, 2, 2.5, 5, 10].map(function (m) { return m * power; }).filter(function (w) { return w >= raw; })[0], start = Math.floor(least / width) * width;
    var bins = [];
    for (var from = start; from <= most; from += width) bins.push({ from: from, to: from + width, count: 0 });
    list.forEach(function (v) { bins[Math.min(bins.length - 1, Math.floor((v - start) / width))].count++; });
    var code = spec.codes[column];
    return { bins: bins, labels: bins.map(function (b) { return L.short(b.from, code) + ' – ' + L.short(b.to, code); }) };
  }

  function axisTitle(given, names, columns) {
    if (given === true) return columns.map(function (c) { return names[c] || L.title(c); }).join(', ');
    return typeof given === 'string' ? given : '';
  }

  function valueAxis(spec, which, columns, swapped) {
    var second = which === 'y2', code = spec.codes[columns[0]], on = function (name, fallback) { var v = spec[which + name]; return v === undefined ? fallback : v; };
    var name = axisTitle(spec[which + 'AxisTitle'], spec.names, columns), accent = spec[which + 'AxisColor'];
    return { type: spec.yLog ? 'log' : 'value', logBase: spec.yLogBase || 10, scale: !!on('Scale', false), min: on('Min', undefined), max: on('Max', undefined), name: name, nameLocation: swapped ? 'middle' : 'end', nameGap: swapped ? 28 : 14,
      nameTextStyle: Object.assign(text(), { align: swapped ? 'center' : second ? 'right' : 'left' }), splitNumber: 4, interval: spec.share ? 0.25 : undefined,
      axisLabel: Object.assign(text(), { show: on('AxisLabels', true), hideOverlap: true, color: typeof accent === 'string' ? L.color(accent) : L.token('soft'), formatter: function (v) { return spec.share ? Math.round(v * 100) + '%' : L.short(v, code); } }),
      splitLine: { show: on('Gridlines', !second), lineStyle: { color: L.token('line') } }, axisLine: { show: on('Baseline', false), lineStyle: { color: L.token('soft') } }, axisTick: { show: on('TickMarks', false) } };
  }

  function categoryAxis(spec, table, axis, order, swapped) {
    var code = spec.codes[spec.x], kind = table.kinds[spec.x], on = function (name, fallback) { var v = spec['x' + name]; return v === undefined ? fallback : v; };
    var name = axisTitle(spec.xAxisTitle, spec.names, [spec.x]), given = code && code !== 'yyyy-mm-dd' && kind === 'date';
    var out = { type: axis, name: name, nameLocation: swapped ? 'end' : 'middle', nameGap: swapped ? 14 : 30, nameTextStyle: text(), min: on('Min', undefined), max: on('Max', undefined), scale: axis === 'value',
      axisLine: { show: on('Baseline', true), onZero: false, lineStyle: { color: L.token('soft') } }, axisTick: { show: on('TickMarks', false), alignWithLabel: true }, splitLine: { show: on('Gridlines', false), lineStyle: { color: L.token('line') } },
      axisLabel: Object.assign(text(), { show: on('AxisLabels', true), hideOverlap: true }) };
    if (axis === 'category') {
      out.data = order;
      out.inverse = !!swapped;
      out.axisLabel.formatter = function (v) { var shown = L.show(kind === 'number' ? Number(v) : v, code, kind); return spec.xLabelWrap ? shown.replace(/ /g, '\n') : shown; };
      // Every name where there is room for all of them.
      var longest = Math.max.apply(null, order.map(function (v) { return out.axisLabel.formatter(v).length; }).concat([1]));
      if (!swapped && order.length * (longest * 6.5 + 8) < spec.width - 90) out.axisLabel.interval = 0;
      out.axisLabel.width = swapped ? 150 : undefined;
      out.axisLabel.overflow = swapped ? 'truncate' : undefined;
    } else if (axis === 'value') {
      out.axisLabel.formatter = function (v) { return L.short(v, code); };
    } else {
      out.axisLabel.formatter = given ? function (v) { return L.show(local(v), code, 'date'); } : undefined;
      // A few times are named themselves.
      // Few moments are told themselves, every so many that none hides another: what is left out is left out evenly.
      if (order.length <= 16) {
        var wide = (given ? L.show(local(order[0]), code, 'date').length : 8) * 6.5 + 14;
        var every = Math.max(1, Math.ceil(order.length * wide / Math.max(spec.width - 90, 1)));
        out.axisTick.customValues = order.map(function (v) { return echarts.number.parseDate(v).getTime(); });
        out.axisLabel.customValues = out.axisTick.customValues.filter(function (v, i) { return i % every === 0; });
      }
      if (!given) out.axisLabel.formatter = { year: '{yyyy}', month: '{MMM}', day: '{d} {MMM}', hour: '{HH}:{mm}', minute: '{HH}:{mm}' };
    }
    return out;
  }

  function tooltip(spec, table, axis, points) {
    var base = L.tooltip(), code = spec.codes[spec.x], kind = table.kinds[spec.x];
    function head(v) { return '<div class="tip-head">' + L.plain(L.show(typeof v === 'number' && kind === 'date' ? local(v) : v, code, kind)) + '</div>'; }
    if (points) {
      base.trigger = 'item';
      base.formatter = function (p) {
        if (!p.data || p.data.row === undefined) return p.name ? L.plain(p.name) : '';
        var row = p.data.row, name = spec.tooltipTitle ? String(table.columns[spec.tooltipTitle][row]) : p.seriesName;
        var out = '<div class="tip-head">' + L.plain(name) + '</div>' + L.rows('', spec.names[spec.x] || L.title(spec.x), L.show(p.value[0], code, kind)) + L.rows('', spec.names[p.seriesId.split('\u0001')[1]] || '', L.show(p.value[1], spec.codes[p.seriesId.split('\u0001')[1]]));
        return spec.size ? out + L.rows('', L.title(spec.size), L.show(p.value[2], spec.codes[spec.size])) : out;
      };
      return base;
    }
    base.trigger = 'axis';
    base.axisPointer = { type: spec.kind === 'bar' ? 'shadow' : 'line', lineStyle: { color: L.token('soft') }, shadowStyle: { color: L.token('line'), opacity: 0.4 } };
    base.formatter = function (list) {
      list = list.filter(function (p) { return p.seriesId && p.seriesId[0] !== '\u0002'; });
      if (!list.length) return '';
      var total = 0, out = list.map(function (p) {
        var v = Array.isArray(p.value) ? p.value[spec.swapXY ? 0 : 1] : p.value, column = p.seriesId.split('\u0001')[1];
        if (spec.share) { v = spec.raw[p.seriesIndex][p.dataIndex]; if (Array.isArray(v)) v = v[1]; }
        total += v || 0;
        return v === null || v === undefined ? '' : L.rows(p.marker, p.seriesName, L.show(v, spec.codes[column]));
      }).join('');
      var first = list[0].axisValue;
      if (list.length > 2 && (spec.type || '') !== 'grouped' && spec.kind !== 'line') out += L.rows('', 'Total', L.show(total, spec.codes[spec.y[0]]));
      return head(axis === 'category' ? (kind === 'number' ? Number(first) : first) : axis === 'time' && Array.isArray(list[0].value) ? list[0].value[spec.swapXY ? 1 : 0] : first) + out;
    };
    return base;
  }

  // Lines, areas, points and notes over the chart hang on one empty series.
  function marks(spec, swapped) {
    var lines = [], areas = [], spots = [], ends;
    (spec.marks || []).forEach(function (m) {
      var own = L.color(m.color), size = m.fontSize || 12;
      var label = { show: !!m.label || (m.mark === 'ReferenceLine' && !m.hideValue), color: L.color(m.labelColor) || own || L.token('text'), fontSize: size, fontWeight: m.bold ? 'bold' : 'normal', fontStyle: m.italic ? 'italic' : 'normal', align: m.align,
        backgroundColor: m.labelBackground === false ? 'transparent' : L.color(m.labelBackgroundColor) || L.token('ground'), padding: m.labelPadding === undefined ? [1, 4] : m.labelPadding, borderWidth: m.labelBorderWidth || 0, borderRadius: m.labelBorderRadius || 2, borderColor: L.color(m.labelBorderColor), borderType: m.labelBorderType };
      if (m.mark === 'ReferenceLine') {
        var value = m.y !== undefined && m.x === undefined ? m.y : m.x, where = { aboveStart: 'insideStartTop', aboveCenter: 'insideMiddleTop', aboveEnd: 'insideEndTop', belowStart: 'insideStartBottom', belowCenter: 'insideMiddleBottom', belowEnd: 'insideEndBottom' }[m.labelPosition || 'aboveEnd'];
        label.position = where;
        var said = [m.label, m.hideValue || m.x2 !== undefined ? '' : '(' + L.show(value, m.y !== undefined ? spec.codes[spec.y[0]] : spec.codes[spec.x]) + ')'].filter(Boolean).join(' ');
        label.formatter = function () { return said; };
        ends = m.symbolEnd || ends;
        var style = { color: L.color(m.lineColor) || own || L.token('soft'), type: m.lineType || 'dashed', width: m.lineWidth || 1.3 };
        if (m.x2 !== undefined) lines.push([{ coord: [m.x, m.y], symbol: m.symbolStart || 'circle', symbolSize: m.symbolStartSize || 8, label: label, lineStyle: style }, { coord: [m.x2, m.y2], symbol: m.symbolEnd || 'circle', symbolSize: m.symbolEndSize || 8 }]);
        else lines.push(Object.assign({ symbol: m.symbolStart || 'none', label: label, lineStyle: style }, (m.y !== undefined) !== swapped ? { yAxis: value } : { xAxis: value }));
      } else if (m.mark === 'ReferenceArea') {
        label.position = { topLeft: 'insideTopLeft', top: 'insideTop', topRight: 'insideTopRight', left: 'insideLeft', center: 'inside', right: 'insideRight', bottomLeft: 'insideBottomLeft', bottom: 'insideBottom', bottomRight: 'insideBottomRight' }[m.labelPosition || 'topLeft'];
        label.formatter = function () { return m.label || ''; };
        label.backgroundColor = L.color(m.labelBackgroundColor) || 'transparent';
        var from = { label: label, itemStyle: { color: L.color(m.areaColor) || own || L.token('line'), opacity: m.opacity === undefined ? 0.25 : m.opacity, borderWidth: m.border ? m.borderWidth || 1 : 0, borderColor: L.color(m.borderColor) || own, borderType: m.borderType || 'dashed' } }, to = {};
        if (m.xMin !== undefined) from[swapped ? 'yAxis' : 'xAxis'] = m.xMin;
        if (m.xMax !== undefined) to[swapped ? 'yAxis' : 'xAxis'] = m.xMax;
        if (m.yMin !== undefined) from[swapped ? 'xAxis' : 'yAxis'] = m.yMin;
        if (m.yMax !== undefined) to[swapped ? 'xAxis' : 'yAxis'] = m.yMax;
        areas.push([from, to]);
      } else {
        label.position = m.labelPosition || 'top';
        label.formatter = function () { return m.label || ''; };
        label.width = m.labelWidth && m.labelWidth !== 'fit' ? Number(m.labelWidth) : undefined;
        label.overflow = label.width ? 'break' : undefined;
        spots.push({ coord: swapped ? [m.y, m.x] : [m.x, m.y], symbol: m.symbol || 'circle', symbolSize: m.symbolSize || 8, label: label, itemStyle: { color: L.color(m.symbolColor) || own || L.token('soft'), opacity: m.symbolOpacity, borderWidth: m.symbolBorderWidth, borderColor: L.color(m.symbolBorderColor) } });
      }
    });
    if (!lines.length && !areas.length && !spots.length) return [];
    return [{ id: '\u0002marks', type: 'line', data: [], silent: true, animation: false, markLine: lines.length ? { silent: true, symbol: ['none', ends || 'none'], data: lines, animation: false } : undefined, markArea: areas.length ? { silent: true, data: areas, animation: false } : undefined, markPoint: spots.length ? { silent: true, data: spots, animation: false } : undefined }];
  }

  // Parts of 100 %: each value by the sum of its x.
  function shares(series, spec) {
    spec.raw = series.map(function (s) { return s.data.slice(); });
    var swap = function (v) { return Array.isArray(v) ? v[1] : v; };
    series[0].data.forEach(function (unused, i) {
      var total = sum(series.map(function (s) { return swap(s.data[i]); }));
      series.forEach(function (s) { var v = swap(s.data[i]), share = total ? (v || 0) / total : 0; s.data[i] = Array.isArray(s.data[i]) ? [s.data[i][0], share] : share; });
    });
  }

  function totals(series, spec, order, axis, swapped) {
    var stacked = series.filter(function (s) { return s.type === 'bar' && s.stack === 'all'; });
    if (!(spec.labels && spec.stackTotalLabel !== false) || stacked.length < 2 || spec.share) return [];
    return [{ id: '\u0002total', type: 'bar', stack: 'all', silent: true, itemStyle: { color: 'transparent' }, tooltip: { show: false }, data: stacked[0].data.map(function (v) { return Array.isArray(v) ? [v[0], 0] : 0; }),
      label: { show: true, position: swapped ? 'right' : 'top', color: L.token('text'), fontSize: 11, formatter: function (p) { return L.show(sum(stacked.map(function (s) { var v = s.data[p.dataIndex]; return Array.isArray(v) ? v[1] : v; })), spec.labelFmt || spec.codes[spec.y[0]]); } } }];
  }

  function draw(spec) {
    var table = L.data(spec.data);
    if (spec.kind === 'hist' || (spec.parts && spec.parts.length && spec.parts[0].kind === 'hist')) {
      var binned = histogram(spec, table), column = '\u0003';
      table = { rows: binned.bins.length, kinds: { range: 'text', count: 'number' }, columns: { range: binned.labels, count: binned.bins.map(function (b) { return b.count; }) } };
      spec = Object.assign({}, spec, { kind: 'bar', x: 'range', y: ['count'], y2: [], sort: false, codes: { range: '@', count: '#,##0' }, names: { range: (spec.names || {})[spec.x] || '', count: 'Count' }, parts: null, series: undefined, fillColor: spec.fillColor || spec.color });
    }
    var series = seriesOf(spec, table), axis = axisKind(spec, table, series), swapped = !!spec.swapXY, order = categories(spec, table, series);
    var pointed = series.length > 0 && series.every(function (s) { return s.kind === 'scatter' || s.kind === 'bubble'; });
    spec.share = spec.type === 'stacked100';
    if (spec.share && !pointed) axis = 'category';
    var colors = L.colorsOf(spec.colorPalette, series.length), named = spec.seriesColors || {};
    var drawn = series.map(function (s, i) {
      var look = s.look, missing = look.handleMissing || spec.handleMissing || spec.handleNulls || (s.kind === 'area' && series.length > 1 ? 'zero' : 'gap');
      var made = s.kind === 'bar' ? bar(s, spec, look, spec.share) : s.kind === 'area' ? area(look, series.length) : s.kind === 'scatter' || s.kind === 'bubble' ? points(s, spec, look, table) : line(look);
      var tint = L.color(L.own(named, s.key) || L.own(named, s.name) || made.own) || colors[i];
      delete made.own;
      made.data = values(s, spec, table, order, axis, missing);
      made.id = i + '\u0001' + s.column;
      made.name = s.name;
      made.itemStyle = Object.assign({ color: tint }, made.itemStyle);
      if (made.type === 'line') made.lineStyle = Object.assign({ color: tint }, made.lineStyle);
      if (made.type === 'line' && made.data.filter(function (v) { return (Array.isArray(v) ? v[1] : v) !== null; }).length === 1) made.showSymbol = true;
      made.label = label(s, spec, !!made.stack && series.length > 1, swapped);
      if (made.label) made.labelLayout = { hideOverlap: !(look.showAllLabels || spec.showAllLabels) };
      made[swapped ? 'xAxisIndex' : 'yAxisIndex'] = s.second ? 1 : 0;
      return L.merge(made, L.revive(look.options || look.seriesOptions || (look === spec ? undefined : spec.seriesOptions)));
    });
    if (spec.share && !pointed && drawn.length) shares(drawn, spec);
    if (swapped) drawn.forEach(function (s) { s.data = s.data.map(function (v) { return v && v.value ? Object.assign({}, v, { value: [v.value[1], v.value[0], v.value[2]] }) : Array.isArray(v) ? [v[1], v[0]] : v; }); });
    var second = series.filter(function (s) { return s.second; }).map(function (s) { return s.column; }), firsts = series.filter(function (s) { return !s.second; }).map(function (s) { return s.column; });
    if (spec.share) { spec.yMin = 0; spec.yMax = 1; }
    var distinct = function (list) { return list.filter(function (v, i) { return list.indexOf(v) === i; }); };
    var value = [valueAxis(spec, 'y', distinct(firsts.length ? firsts : spec.y), swapped)];
    if (second.length) value.push(valueAxis(spec, 'y2', distinct(second), swapped));
    var category = categoryAxis(spec, table, axis, order, swapped), legend = spec.legend === undefined ? drawn.length > 1 : spec.legend;
    return { color: colors, animation: false, textStyle: { fontFamily: L.token('font') }, tooltip: tooltip(spec, table, axis, pointed),
      legend: { show: legend, type: 'scroll', top: 0, left: 0, icon: 'roundRect', itemWidth: 12, itemHeight: 10, textStyle: text(), pageTextStyle: text(), pageIconColor: L.token('soft'), data: drawn.map(function (s) { return s.name; }) },
      grid: { left: 2 + (spec.leftPadding || 0), right: (axis === 'category' && !swapped ? 12 : 24) + (spec.rightPadding || 0), top: (legend ? 30 : 8) + (value.some(function (a) { return a.name; }) && !swapped ? 20 : 0), bottom: (swapped ? value[0].name : category.name) ? 26 : 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: swapped ? value : category, yAxis: swapped ? category : value, series: drawn.concat(totals(drawn, spec, order, axis, swapped), marks(spec, swapped)) };
  }
  ['bar', 'line', 'area', 'scatter', 'bubble', 'hist', 'chart'].forEach(function (kind) { L.kinds[kind] = draw; });

  // What ECharts is given for a description of any kind, with the options of the page's author over it.
  L.optionsOf = function (spec) {
    var options = L.kinds[spec.kind](spec);
    options.textStyle = options.textStyle || { fontFamily: L.token('font') };
    if (spec.echartsOptions) options = L.merge(options, L.revive(spec.echartsOptions));
    if (spec.kind === 'chart' && spec.options) options = L.merge(options, L.revive(spec.options));
    if (spec.seriesOptions && Array.isArray(options.series)) options.series = options.series.map(function (s) { return String(s.id || '')[0] === '\u0002' ? s : L.merge(s, L.revive(spec.seriesOptions)); });
    // What older options call containLabel.
    [].concat(options.grid || []).forEach(function (g) { if (g.containLabel) { g.containLabel = false; g.outerBoundsMode = 'same'; g.outerBoundsContain = 'axisLabel'; } });
    return options;
  };
})();
