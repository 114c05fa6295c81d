// Maps: points, bubbles and areas over outlines that came with the site. Moves and zooms by pointer and touch.
(function () {
  'use strict';
  var L = window.Leat, outlines = {};

  // TopoJSON's arcs as GeoJSON, for the outlines that are bundled.
  function features(topology, name) {
    var scale = topology.transform.scale, move = topology.transform.translate;
    var arcs = topology.arcs.map(function (arc) {
      var x = 0, y = 0;
      return arc.map(function (p) { x += p[0]; y += p[1]; return [x * scale[0] + move[0], y * scale[1] + move[1]]; });
    });
    function ring(indexes) {
      var out = [];
      indexes.forEach(function (i) { var arc = i < 0 ? arcs[~i].slice().reverse() : arcs[i]; out = out.concat(out.length ? arc.slice(1) : arc); });
      return out;
    }
    return { type: 'FeatureCollection', features: topology.objects[name].geometries.map(function (g) {
      var coordinates = g.type === 'Polygon' ? g.arcs.map(ring) : (g.arcs || []).map(function (polygon) { return polygon.map(ring); });
      return { type: 'Feature', id: g.id, properties: g.properties || {}, geometry: { type: g.type || 'MultiPolygon', coordinates: coordinates } };
    }) };
  }
  function outline(name) {
    if (!outlines[name]) outlines[name] = features(L.outlines[name][0], L.outlines[name][1]);
    return outlines[name];
  }
  function embedded(id) { return JSON.parse(document.getElementById(id).textContent); }
  var count = 0;
  function register(geo, key) {
    var name = 'map' + (++count);
    geo.features.forEach(function (f, i) { f.properties = f.properties || {}; f.properties.name = key && f.properties[key] !== undefined ? String(f.properties[key]) : f.properties.name || String(i); });
    echarts.registerMap(name, { geoJSON: geo });
    return name;
  }
  function eachPoint(coordinates, take) {
    if (typeof coordinates[0] === 'number') take(coordinates);
    else coordinates.forEach(function (inner) { eachPoint(inner, take); });
  }

  function shows(layer) { return layer.legend !== false && layer.showLegend !== false; }
  function colors(layer, values) {
    var given = Array.isArray(layer.colorPalette) ? layer.colorPalette.map(L.color) : null, numbers = values.filter(function (v) { return typeof v === 'number'; });
    var numeric = numbers.length > 0 && numbers.length * 2 >= values.length && layer.legendType !== 'categorical';
    return { numeric: numeric, min: layer.min !== undefined ? layer.min : Math.min.apply(null, numbers), max: layer.max !== undefined ? layer.max : Math.max.apply(null, numbers), range: given || L.named('scale', layer.colorPalette || 'default') || [L.token('map1'), L.token('map2'), L.token('map3')], palette: given || L.palette() };
  }

  function tip(layer, table, row, fallback) {
    if (Array.isArray(layer.tooltip)) return layer.tooltip.map(function (t) {
      if (!table.columns[t.id]) return '';
      var value = L.show(table.columns[t.id][row], t.fmt ? L.formats && L.formats[t.fmt] || layer.codes[t.id] : layer.codes[t.id], table.kinds[t.id]);
      return t.showColumnName === false || /bold|title/i.test(t.fieldClass || '') ? '<div class="tip-head">' + L.plain(value) + '</div>' : L.rows('', t.title || layer.names[t.id] || L.title(t.id), value);
    }).join('');
    var out = '<div class="tip-head">' + L.plain(fallback) + '</div>';
    if (layer.value) out += L.rows('', layer.names[layer.value] || L.title(layer.value), L.show(table.columns[layer.value][row], layer.codes[layer.value], table.kinds[layer.value]));
    if (layer.size && layer.kind === 'bubbles' && layer.size !== layer.value) out += L.rows('', layer.names[layer.size] || L.title(layer.size), L.show(table.columns[layer.size][row], layer.codes[layer.size]));
    return out;
  }

  function pointSeries(layer, table, scales) {
    var values = layer.value ? table.columns[layer.value] : [], look = colors(layer, values), groups = new Map(), biggest = 1;
    if (layer.kind === 'bubbles') biggest = Math.max.apply(null, table.columns[layer.size].map(function (v) { return Math.abs(v || 0); })) || 1;
    for (var row = 0; row < table.rows; row++) {
      var lat = table.columns[layer.lat][row], lon = table.columns[layer.long][row];
      if (lat === null || lon === null) continue;
      var key = layer.value && !look.numeric ? String(values[row]) : '';
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push({ value: [lon, lat, layer.value && look.numeric ? values[row] : 0], row: row });
    }
    var keys = Array.from(groups.keys()), first = scales.series;
    var out = keys.map(function (key, i) {
      return { type: 'scatter', name: key, coordinateSystem: 'geo', data: groups.get(key), z: 3, symbolSize: layer.kind === 'bubbles' ? function (v, p) { return Math.max(3, Math.sqrt(Math.abs(table.columns[layer.size][p.data.row] || 0) / biggest) * 2 * (layer.maxSize || 20)); } : layer.size || 5,
        itemStyle: { color: L.color(layer.color) || (look.numeric && layer.value ? undefined : look.palette[i % look.palette.length]), opacity: layer.opacity === undefined ? 0.8 : layer.opacity, borderWidth: layer.borderWidth === undefined ? 0.75 : layer.borderWidth, borderColor: L.color(layer.borderColor) || L.token('ground') },
        tooltip: { show: layer.showTooltip !== false, formatter: function (p) { return tip(layer, table, p.data.row, layer.pointName ? table.columns[layer.pointName][p.data.row] : p.seriesName || 'Place'); } }, leat: { layer: layer, table: table } };
    });
    scales.series += out.length;
    if (layer.value && look.numeric && !layer.color) scales.maps.push(visual(layer, look, 2, keys.map(function (k, i) { return first + i; })));
    if (keys.length > 1 && shows(layer)) scales.legend = scales.legend.concat(keys);
    return out;
  }
  function visual(layer, look, dimension, indexes) {
    var right = /Right/.test(layer.legendPosition || ''), top = /top/.test(layer.legendPosition || '');
    return { show: shows(layer), dimension: dimension, seriesIndex: indexes, min: look.min, max: look.max, inRange: { color: look.range }, calculable: false, itemHeight: 90, itemWidth: 11, orient: 'horizontal', [right ? 'right' : 'left']: 10, [top ? 'top' : 'bottom']: 8, textStyle: L.text(11), padding: [4, 8], borderRadius: 4, backgroundColor: L.token('ground'),
      text: [L.short(look.max, layer.codes[layer.value]), L.short(look.min, layer.codes[layer.value])] };
  }
  function areaSeries(layer, table, scales) {
    var geo = layer.world ? outline('world') : embedded(layer.geo), name = register(geo, layer.geoId), values = layer.value ? table.columns[layer.value] : [], look = colors(layer, values), rows = new Map();
    for (var row = 0; row < table.rows; row++) rows.set(String(table.columns[layer.areaCol][row]), row);
    var categories = look.numeric ? [] : values.filter(function (v, i, all) { return all.indexOf(v) === i; });
    scales.areas.push(geo);
    var index = scales.series++;
    if (look.numeric) scales.maps.push(visual(layer, look, 0, [index]));
    return [{ type: 'map', map: name, showLegendSymbol: false, geoIndex: undefined, roam: true, selectedMode: false, z: 2, aspectScale: 0.8, itemStyle: { areaColor: L.token('raised'), borderColor: L.color(layer.borderColor) || L.token('ground'), borderWidth: layer.borderWidth === undefined ? 0.75 : layer.borderWidth, opacity: layer.opacity === undefined ? 0.9 : layer.opacity }, emphasis: { label: { show: false }, itemStyle: { areaColor: undefined, borderColor: L.token('text') } }, label: { show: false },
      data: Array.from(rows.keys()).map(function (key) { var r = rows.get(key), v = layer.value ? values[r] : 1; return { name: key, value: look.numeric ? v : 0, row: r, itemStyle: look.numeric ? undefined : { areaColor: L.color(layer.color) || look.palette[Math.max(0, categories.indexOf(v)) % look.palette.length] } }; }),
      tooltip: { show: layer.showTooltip !== false, formatter: function (p) { return p.data ? tip(layer, table, p.data.row, layer.labelCol ? table.columns[layer.labelCol][p.data.row] : p.name) : L.plain(p.name); } }, leat: { layer: layer, table: table } }];
  }

  // The part of the world that the marks are in.
  function box(spec, tables) {
    var west = 180, east = -180, south = 90, north = -90;
    function take(lon, lat) { west = Math.min(west, lon); east = Math.max(east, lon); south = Math.min(south, lat); north = Math.max(north, lat); }
    spec.layers.forEach(function (layer, i) {
      if (layer.ignoreZoom) return;
      if (layer.kind === 'areas') return (layer.world ? outline('world') : embedded(layer.geo)).features.forEach(function (f) { if (f.geometry) eachPoint(f.geometry.coordinates, function (p) { take(p[0], p[1]); }); });
      var lat = tables[i].columns[layer.lat], lon = tables[i].columns[layer.long];
      lat.forEach(function (v, row) { if (v !== null && lon[row] !== null) take(lon[row], v); });
    });
    if (spec.startingLat !== undefined && spec.startingLong !== undefined) {
      var reach = 180 / Math.pow(2, spec.startingZoom || 4);
      return [spec.startingLong - reach * 1.6, spec.startingLat - reach * 0.7, spec.startingLong + reach * 1.6, spec.startingLat + reach * 0.7];
    }
    var pad = Math.max((east - west) * 0.08, (north - south) * 0.08, 0.01);
    return [west - pad, Math.max(-89, south - pad), east + pad, Math.min(89, north + pad)];
  }

  L.kinds.map = function (spec) {
    var tables = spec.layers.map(function (layer) { return L.data(layer.data); }), view = box(spec, tables), scales = { series: 0, maps: [], legend: [], areas: [] }, series = [];
    spec.layers.forEach(function (layer, i) { series = series.concat(layer.kind === 'areas' ? areaSeries(layer, tables[i], scales) : pointSeries(layer, tables[i], scales)); });
    var geo = spec.outline ? embedded(spec.outline) : scales.areas[0] || outline('world'), name = register(geo), only = series.length > 0 && series.every(function (s) { return s.type === 'map'; });
    var place = { boundingCoords: [[view[0], view[3]], [view[2], view[1]]], aspectScale: Math.max(0.2, Math.cos((view[1] + view[3]) / 2 * Math.PI / 180)), left: 8, right: 8, top: 8, bottom: scales.maps.length || scales.legend.length ? 34 : 8, roam: true, scaleLimit: { min: 0.6, max: 60 } };
    series.forEach(function (s) { if (s.type === 'map') Object.assign(s, place); });
    var tooltip = L.tooltip();
    tooltip.trigger = 'item';
    tooltip.triggerOn = spec.layers.some(function (l) { return l.tooltipType === 'click'; }) ? 'click' : 'mousemove|click';
    return { animation: false, tooltip: tooltip, visualMap: scales.maps, legend: { show: scales.legend.length > 0, data: scales.legend, type: 'scroll', bottom: 4, left: 8, textStyle: L.text(), icon: 'circle', itemWidth: 9 },
      geo: only ? undefined : Object.assign({ map: name, silent: true, itemStyle: { areaColor: L.token('raised'), borderColor: L.token('soft'), borderWidth: 0.6 } }, place), series: series };
  };

  L.kinds.usmap = function (spec) {
    var t = L.data(spec.data), usa = outline('usa'), short = { Alabama: 'AL', Alaska: 'AK', Arizona: 'AZ', Arkansas: 'AR', California: 'CA', Colorado: 'CO', Connecticut: 'CT', Delaware: 'DE', 'District of Columbia': 'DC', Florida: 'FL', Georgia: 'GA', Hawaii: 'HI', Idaho: 'ID', Illinois: 'IL', Indiana: 'IN', Iowa: 'IA', Kansas: 'KS', Kentucky: 'KY', Louisiana: 'LA', Maine: 'ME', Maryland: 'MD', Massachusetts: 'MA', Michigan: 'MI', Minnesota: 'MN', Mississippi: 'MS', Missouri: 'MO', Montana: 'MT', Nebraska: 'NE', Nevada: 'NV', 'New Hampshire': 'NH', 'New Jersey': 'NJ', 'New Mexico': 'NM', 'New York': 'NY', 'North Carolina': 'NC', 'North Dakota': 'ND', Ohio: 'OH', Oklahoma: 'OK', Oregon: 'OR', Pennsylvania: 'PA', 'Rhode Island': 'RI', 'South Carolina': 'SC', 'South Dakota': 'SD', Tennessee: 'TN', Texas: 'TX', Utah: 'UT', Vermont: 'VT', Virginia: 'VA', Washington: 'WA', 'West Virginia': 'WV', Wisconsin: 'WI', Wyoming: 'WY', 'Puerto Rico': 'PR' };
    var values = t.columns[spec.value], given = spec.colorScale || spec.colorPalette, range = Array.isArray(given) ? given.map(L.color) : L.named('scale', given || 'default') || (typeof given === 'string' && given !== 'default' ? [L.token('raised'), L.color(given)] : [L.token('map1'), L.token('map2'), L.token('map3')]), known = values.filter(function (v) { return v !== null; }), least = spec.min !== undefined ? spec.min : Math.min.apply(null, known), most = spec.max !== undefined ? spec.max : Math.max.apply(null, known);
    // Projected already: y grows downwards.
    // Neighbors share their points.
    if (!usa.flipped) { usa.features.forEach(function (f) { f.geometry.coordinates = (function flip(c) { return typeof c[0] === 'number' ? [c[0], -c[1]] : c.map(flip); })(f.geometry.coordinates); }); usa.flipped = true; }
    usa.features.forEach(function (f) { f.properties.full = f.properties.full || f.properties.name; f.properties.key = spec.abbreviations ? short[f.properties.full] : f.properties.full; });
    var tooltip = L.tooltip();
    tooltip.trigger = 'item';
    tooltip.formatter = function (p) { return p.data ? L.rows('', p.name, L.show(p.data.value, spec.codes[spec.value])) : L.plain(p.name); };
    return { animation: false, tooltip: tooltip, visualMap: { show: !!spec.legend || !!spec.filter, min: least, max: most, calculable: !!spec.filter, inRange: { color: range }, orient: 'horizontal', left: 'center', bottom: 0, textStyle: L.text(), text: [L.short(most, spec.codes[spec.value]), L.short(least, spec.codes[spec.value])], formatter: function (v) { return L.short(v, spec.codes[spec.value]); } },
      series: [{ type: 'map', map: register(usa, 'key'), showLegendSymbol: false, roam: false, aspectScale: 1, left: 4, right: 4, top: 4, bottom: spec.legend ? 40 : 4, selectedMode: false, label: { show: false }, itemStyle: { areaColor: L.token('raised'), borderColor: L.token('ground') }, emphasis: { label: { show: false }, itemStyle: { areaColor: undefined, borderColor: L.token('text') } },
        data: t.columns[spec.state].map(function (s, i) { return { name: String(s), value: values[i], row: i }; }), leat: { layer: spec, table: t } }] };
  };
})();
