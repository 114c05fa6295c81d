// Charts without two plain axes: funnels, flows, heatmaps, calendars, boxes, sparklines, and ECharts' own options.
(function () {
  'use strict';
  var L = window.Leat;

  function scale(spec, values) {
    var given = spec.colorScale || spec.colorPalette, colors = Array.isArray(given) ? given.map(L.color) : L.named('scale', given || 'default') || [L.token('raised'), typeof given === 'string' && given !== 'default' ? L.color(given) : L.token('c1')];
    var known = values.filter(function (v) { return typeof v === 'number'; });
    if (colors.length === 1) colors.unshift(L.token('raised'));
    var least = spec.min !== undefined ? spec.min : Math.min.apply(null, known.concat([0])), most = spec.max !== undefined ? spec.max : Math.max.apply(null, known.length ? known : [1]), code = spec.codes[spec.value];
    return { min: least, max: most, text: spec.filter ? undefined : [most, least].map(function (v) { return Math.abs(v) < 1e4 ? L.show(v, code) : L.short(v, code); }), inRange: { color: colors }, calculable: !!spec.filter,
      show: spec.legend !== false, orient: 'horizontal', left: 'center', bottom: 0, itemHeight: 110, itemWidth: 12, textStyle: L.text(), formatter: function (v) { return L.short(v, spec.codes[spec.value]); } };
  }
  function item(lines) {
    var base = L.tooltip();
    base.trigger = 'item';
    base.formatter = lines;
    return base;
  }

  L.kinds.funnel = function (spec) {
    var t = L.data(spec.data), code = spec.codes[spec.valueCol], names = t.columns[spec.nameCol], values = t.columns[spec.valueCol], most = Math.max.apply(null, values), order = spec.funnelSort || spec.sort || 'none';
    return { color: L.colorsOf(spec.colorPalette, names.length), animation: false, legend: { show: spec.legend !== false, top: 0, left: 0, type: 'scroll', textStyle: L.text(), icon: 'roundRect' },
      tooltip: item(function (p) { return L.rows(p.marker, p.name, L.show(p.value, code) + ' (' + L.show(p.value / most, '0.0%') + ')'); }),
      series: [L.merge({ type: 'funnel', sort: order === 'true' ? 'descending' : order, funnelAlign: spec.funnelAlign || 'center', left: '5%', width: '90%', top: spec.legend === false ? 4 : 34, bottom: 4, gap: 2, itemStyle: { borderColor: spec.outlineColor ? L.color(spec.outlineColor) : L.token('ground'), borderWidth: spec.outlineWidth === undefined ? 1 : spec.outlineWidth },
        label: { position: spec.labelPosition || 'inside', fontSize: 13, formatter: function (p) { return p.name + ': ' + L.show(p.value, code) + (spec.showPercent ? ' (' + L.show(p.value / most, '0%') + ')' : ''); } }, data: names.map(function (n, i) { var slim = (spec.labelPosition || 'inside') === 'inside' && (String(n).length + 14) * 6.5 > spec.width * 0.9 * (values[i] + (values[i + 1] || 0)) / 2 / most; return { name: String(n), value: values[i], label: slim ? { color: L.token('text'), textBorderColor: L.token('ground'), textBorderWidth: 3 } : undefined }; }) }, L.revive(spec.seriesOptions))] };
  };

  L.kinds.sankey = function (spec) {
    var t = L.data(spec.data), code = spec.codes[spec.valueCol], from = t.columns[spec.sourceCol].map(String), to = t.columns[spec.targetCol].map(String), values = t.columns[spec.valueCol], depth = spec.depthOverride || {};
    var names = from.concat(to).filter(function (v, i, all) { return all.indexOf(v) === i; }), colors = L.colorsOf(spec.colorPalette, names.length), link = spec.linkColor;
    // Names of the last nodes stand behind them.
    function behind(last) { return Math.min(spec.width * 0.45, 12 + 7 * Math.max.apply(null, last.map(function (n) { return spec.nodeLabels === 'value' ? 6 : n.length + (spec.nodeLabels === 'full' ? 7 : 0); }).concat([4]))); }
    var percent = spec.percentCol ? t.columns[spec.percentCol] : null;
    return { animation: false, tooltip: item(function (p) { return p.dataType === 'edge' ? L.rows('', p.data.source + ' → ' + p.data.target, L.show(p.data.value, code)) : L.rows(p.marker, p.name, L.show(p.value, code)); }),
      series: [L.merge({ type: 'sankey', orient: spec.orient || 'horizontal', nodeAlign: spec.nodeAlign || 'justify', nodeGap: spec.nodeGap || 8, nodeWidth: spec.nodeWidth || 20, left: 4, right: spec.orient === 'vertical' ? 4 : behind(to.filter(function (n) { return from.indexOf(n) < 0; })), top: 8, bottom: spec.orient === 'vertical' ? 30 : 8, draggable: false, layoutIterations: spec.sort === false ? 0 : 32, emphasis: { focus: 'adjacency' },
        lineStyle: { color: link === 'source' || link === 'target' || link === 'gradient' ? link : link ? L.color(link) : L.token('soft'), opacity: 0.3, curveness: 0.5 },
        label: { color: L.token('text'), fontSize: 12, formatter: function (p) { return spec.nodeLabels === 'value' ? L.show(p.value, code) : spec.nodeLabels === 'full' ? p.name + ' ' + L.show(p.value, code) : p.name; } },
        edgeLabel: { show: !!spec.linkLabels, color: L.token('text'), fontSize: 11, formatter: function (p) { var v = L.show(p.data.value, code), share = percent ? L.show(percent[p.data.row], '0.0%') : ''; return spec.linkLabels === 'value' ? v : spec.linkLabels === 'percent' ? share : v + (share ? ' (' + share + ')' : ''); } },
        data: names.map(function (n, i) { return { name: n, depth: L.own(depth, n), itemStyle: { color: colors[i], borderColor: spec.outlineColor ? L.color(spec.outlineColor) : 'transparent', borderWidth: spec.outlineWidth === undefined ? 1 : spec.outlineWidth } }; }),
        links: from.map(function (f, i) { return { source: f, target: to[i], value: values[i], row: i }; }) }, L.revive(spec.seriesOptions))] };
  };

  function axisValues(t, column, by, down, code) {
    var seen = new Map();
    t.columns[column].forEach(function (v, i) { if (!seen.has(v)) seen.set(v, by ? t.columns[by][i] : v); });
    var list = Array.from(seen.keys());
    if (by || t.kinds[column] === 'date' || t.kinds[column] === 'number') list.sort(function (a, b) { var x = seen.get(a), y = seen.get(b); return x < y ? -1 : x > y ? 1 : 0; });
    if (down === 'desc') list.reverse();
    return list;
  }
  L.kinds.heatmap = function (spec) {
    var t = L.data(spec.data), code = spec.codes[spec.value], x = axisValues(t, spec.x, spec.xSort, spec.xSortOrder), y = axisValues(t, spec.y, spec.ySort, spec.ySortOrder), cells = new Map(), small = document.documentElement.clientWidth < 640;
    t.columns[spec.value].forEach(function (v, i) { cells.set(x.indexOf(t.columns[spec.x][i]) + ',' + y.indexOf(t.columns[spec.y][i]), v); });
    var list = [];
    x.forEach(function (a, i) { y.forEach(function (b, j) { var v = cells.has(i + ',' + j) ? cells.get(i + ',' + j) : null; list.push([i, j, v === null && spec.nullsZero !== false ? 0 : v]); }); });
    function axis(values, column, name, position) { return { type: 'category', data: values, position: position, axisLine: { show: false }, axisTick: { show: !!spec[name + 'TickMarks'] }, axisLabel: Object.assign(L.text(), { rotate: name === 'x' ? spec.xLabelRotation || 0 : 0, hideOverlap: name === 'x', interval: name === 'y' ? 0 : undefined, formatter: function (v) { return L.show(t.kinds[column] === 'number' ? Number(v) : v, spec.codes[column], t.kinds[column]); } }) }; }
    var map = scale(spec, list.map(function (c) { return c[2]; })), down = axis(y, spec.y, 'y', 'left');
    down.inverse = true;
    return { animation: false, visualMap: map, grid: { left: 2 + (spec.leftPadding || 0), right: 4 + (spec.rightPadding || 0), top: 8, bottom: spec.legend === false ? 8 : 40, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }, xAxis: axis(x, spec.x, 'x', spec.xAxisPosition || 'top'), yAxis: down,
      tooltip: item(function (p) { return '<div class="tip-head">' + L.plain(L.show(y[p.value[1]], spec.codes[spec.y], t.kinds[spec.y])) + ' · ' + L.plain(L.show(x[p.value[0]], spec.codes[spec.x], t.kinds[spec.x])) + '</div>' + L.rows('', spec.names[spec.value], L.show(p.value[2], code)); }),
      series: [L.merge({ type: 'heatmap', data: list.filter(function (c) { return c[2] !== null; }), itemStyle: { borderColor: L.token('ground'), borderWidth: spec.borders === false ? 0 : 1 },
        label: { show: spec.valueLabels !== false && (!small || !!spec.mobileValueLabels), fontSize: 11, formatter: function (p) { return p.value[2] === 0 && spec.zeroDisplay !== undefined ? spec.zeroDisplay : L.show(p.value[2], code); } }, emphasis: { itemStyle: { borderColor: L.token('text') } } }, L.revive(spec.seriesOptions))] };
  };

  L.kinds.calendar = function (spec) {
    var t = L.data(spec.data), code = spec.codes[spec.value], values = t.columns[spec.value], dates = t.columns[spec.date].map(function (d) { return String(d).slice(0, 10); });
    var years = dates.map(function (d) { return d.slice(0, 4); }).filter(function (v, i, all) { return all.indexOf(v) === i; }).sort(), wide = document.documentElement.clientWidth >= 640;
    return { animation: false, visualMap: scale(spec, values), tooltip: item(function (p) { return '<div class="tip-head">' + L.plain(L.show(p.value[0], spec.codes[spec.date], 'date')) + '</div>' + L.rows('', spec.names[spec.value], L.show(p.value[1], code)); }),
      calendar: years.map(function (year, i) { return { range: year, top: 22 + i * 150, left: wide ? 56 : 40, right: 8, height: 112, cellSize: ['auto', 15], splitLine: { lineStyle: { color: L.token('soft') } }, itemStyle: { color: L.token('raised'), borderColor: L.token('ground'), borderWidth: spec.width < 560 ? 0.5 : 2 },
        yearLabel: { show: spec.yearLabel !== false, color: L.token('soft'), fontSize: 13, margin: wide ? 34 : 24 }, monthLabel: { show: spec.monthLabel !== false, color: L.token('soft'), fontSize: spec.width < 480 ? 9 : 12 }, dayLabel: { show: spec.dayLabel !== false && wide, color: L.token('soft'), firstDay: 0, nameMap: 'en' } }; }),
      series: years.map(function (year, i) { return { type: 'heatmap', coordinateSystem: 'calendar', calendarIndex: i, data: dates.map(function (d, row) { return [d, values[row]]; }).filter(function (c) { return c[0].slice(0, 4) === year && c[1] !== null; }) }; }) };
  };

  L.kinds.box = function (spec) {
    var t = L.data(spec.data), c = t.columns, code = spec.codes[spec.midpoint], names = c[spec.name].map(String), swapped = !!spec.swapXY, colors = L.colorsOf(spec.colorPalette, 1);
    var boxes = names.map(function (name, i) {
      var middle = c[spec.midpoint][i], reach = spec.confidenceInterval ? c[spec.confidenceInterval][i] : null, low = reach !== null ? middle - reach : c[spec.intervalBottom][i], high = reach !== null ? middle + reach : c[spec.intervalTop][i];
      var own = spec.color ? L.color(c[spec.color][i]) : L.own(spec.seriesColors, name) ? L.color(spec.seriesColors[name]) : colors[0];
      return { name: name, value: [spec.min ? c[spec.min][i] : low, low, middle, high, spec.max ? c[spec.max][i] : high], itemStyle: { color: own, borderColor: L.token('text'), opacity: 0.85 } };
    });
    var category = { type: 'category', data: names, inverse: swapped, name: spec.xAxisTitle === true ? spec.names[spec.name] : spec.xAxisTitle || spec.xTitle || '', nameLocation: 'middle', nameGap: 28, nameTextStyle: L.text(), axisTick: { show: false }, axisLine: { lineStyle: { color: L.token('soft') } }, axisLabel: Object.assign(L.text(), { show: spec.xAxisLabels !== false }) };
    var value = { type: 'value', scale: true, min: spec.yMin, max: spec.yMax, name: spec.yAxisTitle === true ? spec.names[spec.midpoint] : spec.yAxisTitle || '', nameTextStyle: Object.assign(L.text(), { align: 'left' }), splitNumber: 4, splitLine: { show: spec.yGridlines !== false, lineStyle: { color: L.token('line') } }, axisLabel: Object.assign(L.text(), { show: spec.yAxisLabels !== false, formatter: function (v) { return L.short(v, code); } }) };
    return { animation: false, grid: { left: 4, right: 12, top: value.name ? 28 : 10, bottom: category.name ? 24 : 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }, xAxis: swapped ? value : category, yAxis: swapped ? category : value,
      tooltip: item(function (p) { var v = p.data.value; return '<div class="tip-head">' + L.plain(p.name) + '</div>' + ['Max', 'Upper', 'Middle', 'Lower', 'Min'].map(function (n, i) { return L.rows('', n, L.show(v[4 - i], code)); }).join(''); }),
      series: [L.merge({ type: 'boxplot', data: boxes, boxWidth: [10, 60] }, L.revive(spec.seriesOptions))] };
  };

  L.kinds.spark = function (spec) {
    var dates, values;
    if (spec.points !== undefined) {
      var list = [];
      try { list = JSON.parse(String(spec.points).replace(/'/g, '"')); } catch (e) { list = []; }
      dates = list.map(function (p, i) { return p && typeof p === 'object' ? p[spec.dateCol] : i; });
      values = list.map(function (p) { return p && typeof p === 'object' ? p[spec.valueCol] : p; });
    } else {
      var t = L.data(spec.data), order = t.columns[spec.dateCol].map(function (v, i) { return i; }).sort(function (a, b) { var x = t.columns[spec.dateCol][a], y = t.columns[spec.dateCol][b]; return x < y ? -1 : x > y ? 1 : 0; });
      dates = order.map(function (i) { return t.columns[spec.dateCol][i]; });
      values = order.map(function (i) { return t.columns[spec.valueCol][i]; });
    }
    var codes = spec.codes || {}, tint = L.color(spec.color) || L.token('c1'), base = L.tooltip();
    base.trigger = 'axis';
    base.confine = false;
    base.appendTo = 'body';
    base.formatter = function (p) { return L.rows('', L.show(p[0].axisValue, codes[spec.dateCol], 'date'), L.show(p[0].data, codes[spec.valueCol])); };
    return { animation: false, tooltip: spec.interactive === false || spec.points !== undefined ? undefined : base, grid: { left: 1, right: 1, top: 2, bottom: 1 }, xAxis: { type: 'category', data: dates, show: false, boundaryGap: spec.type === 'bar' }, yAxis: { type: 'value', show: false, scale: !!spec.yScale },
      series: [{ type: spec.type === 'bar' ? 'bar' : 'line', data: values, showSymbol: false, lineStyle: { width: 1.3, color: tint }, itemStyle: { color: tint }, areaStyle: spec.type === 'area' ? { color: tint, opacity: 0.3 } : undefined }] };
  };

  L.kinds.echarts = function (spec) {
    return L.merge({ animation: false, color: L.palette(), textStyle: L.text(), tooltip: L.tooltip() }, L.revive(spec.config));
  };
})();
