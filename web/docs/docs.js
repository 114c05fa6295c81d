// The reader's part of the docs site: lists, a page for each node, lineage and entities as drawings. The data stands in
// the page itself, so that it opens from disk.
(function () {
  'use strict';
  var wrong = [];
  window.addEventListener('error', function (event) { wrong.push(String(event.message)); });
  var data = JSON.parse(document.getElementById('data').textContent);
  var nodes = data.nodes;
  var kinds = ['stream', 'source', 'seed', 'snapshot', 'model', 'page', 'exposure', 'analysis'];
  var colors = { stream: '--c8', source: '--c3', seed: '--c6', snapshot: '--c5', model: '--c1', page: '--c2', exposure: '--c7', analysis: '--c8' };
  var below = {};
  Object.keys(nodes).forEach(function (id) {
    nodes[id].above = nodes[id].above.filter(function (up) { return nodes[up]; });
    nodes[id].above.forEach(function (up) { (below[up] = below[up] || []).push(id); });
  });
  // The edges of lineage by the column that they go to, and by the one that they leave.
  var madeOf = {}, madeInto = {};
  data.lineage.forEach(function (edge) {
    (madeOf[edge[2] + '\n' + edge[3]] = madeOf[edge[2] + '\n' + edge[3]] || []).push(edge);
    (madeInto[edge[0] + '\n' + edge[1]] = madeInto[edge[0] + '\n' + edge[1]] || []).push(edge);
  });

  function element(tag, attributes) {
    var made = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) { if (attributes[key] !== null) made.setAttribute(key, attributes[key]); });
    for (var i = 2; i < arguments.length; ++i) {
      var child = arguments[i];
      if (child === null || child === undefined) continue;
      made.appendChild(typeof child === 'object' ? child : document.createTextNode(child));
    }
    return made;
  }
  function svg(tag, attributes, text) {
    var made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function address(id, column) { return '#/node/' + encodeURIComponent(id) + (column ? '/' + encodeURIComponent(column) : ''); }
  function color(kind) { return 'var(' + (colors[kind] || '--c8') + ')'; }
  function dot(kind) { return element('span', { 'class': 'dot', style: 'background:' + color(kind), title: kind }); }
  function count(value) { return value.toString().replace(/\B(?=(\d{3})+$)/g, ' '); }
  function plural(kind, all) { return all === 1 ? kind : kind === 'analysis' ? 'analyses' : kind + 's'; }
  function link(id) { return element('a', { href: address(id) }, nodes[id].name); }
  function cut(text, most) { return text.length > most ? text.slice(0, most - 1) + '…' : text; }

  // ---- Drawings: boxes in layers, from left to right, with rows in them and lines between boxes or rows.
  function depths(boxes, edges) {
    var above = {}, depth = {};
    boxes.forEach(function (box) { above[box.id] = []; });
    edges.forEach(function (edge) { if (edge.from.box !== edge.to.box && above[edge.to.box] && above[edge.from.box]) above[edge.to.box].push(edge.from.box); });
    function deep(id, path) {
      if (depth[id] !== undefined) return depth[id];
      if (path[id]) return 0;
      path[id] = 1;
      var most = 0;
      above[id].forEach(function (up) { most = Math.max(most, deep(up, path) + 1); });
      delete path[id];
      return depth[id] = most;
    }
    boxes.forEach(function (box) { deep(box.id, {}); });
    return depth;
  }
  // A line that passes layers gets a lane in each, so that it does not run behind boxes.
  function layers(boxes, edges) {
    var depth = depths(boxes, edges), out = [], steps = [];
    boxes.forEach(function (box) { var at = depth[box.id]; (out[at] = out[at] || []).push(box); });
    for (var i = 0; i < out.length; ++i) out[i] = out[i] || [];
    edges.forEach(function (edge, n) {
      var last = edge.from.box;
      edge.lanes = [];
      for (var at = depth[edge.from.box] + 1; at < depth[edge.to.box]; ++at) {
        var lane = { id: '~' + n + '.' + at, lane: true };
        out[at].push(lane);
        edge.lanes.push(lane.id);
        steps.push([last, lane.id]);
        last = lane.id;
      }
      steps.push([last, edge.to.box]);
    });
    // Each box goes to the middle of its neighbours, forth and back.
    var near = {}, place = {};
    steps.forEach(function (step) { (near[step[0]] = near[step[0]] || []).push(step[1]); (near[step[1]] = near[step[1]] || []).push(step[0]); });
    function number() { out.forEach(function (layer) { layer.forEach(function (box, at) { place[box.id] = layer.length > 1 ? at / (layer.length - 1) : 0.5; }); }); }
    number();
    for (var sweep = 0; sweep < 8; ++sweep) {
      (sweep % 2 ? out.slice().reverse() : out).forEach(function (layer) {
        layer.forEach(function (box) {
          var all = (near[box.id] || []).filter(function (id) { return place[id] !== undefined; });
          box.middle = all.length ? all.reduce(function (sum, id) { return sum + place[id]; }, 0) / all.length : place[box.id];
        });
        layer.sort(function (a, b) { return a.middle - b.middle; });
      });
      number();
    }
    return out;
  }
  function draw(boxes, edges, options) {
    options = options || {};
    var wide = options.wide || 190, gapX = 70, gapY = 16, head = 30, row = 21, margin = 14;
    var columns = layers(boxes, edges), high = 0, at = {};
    columns.forEach(function (layer) {
      layer.forEach(function (box) { box.high = box.lane ? 4 : head + (box.rows && box.rows.length ? box.rows.length * row + 6 : 0); });
      layer.high = layer.reduce(function (sum, box) { return sum + box.high + gapY; }, -gapY);
      high = Math.max(high, layer.high);
    });
    columns.forEach(function (layer, i) {
      var y = margin + (high - layer.high) / 2;
      layer.forEach(function (box) {
        at[box.id] = { x: margin + i * (wide + gapX), y: y, box: box };
        y += box.high + gapY;
      });
    });
    var whole = { w: margin * 2 + columns.length * (wide + gapX) - gapX, h: margin * 2 + high };
    var picture = svg('svg', { width: whole.w, height: whole.h, viewBox: '0 0 ' + whole.w + ' ' + whole.h, role: 'img', 'aria-label': options.label || 'graph' });
    function anchor(end) {
      var here = at[end.box];
      if (!here) return null;
      var index = end.row && here.box.rows ? here.box.rows.findIndex(function (each) { return each.name === end.row; }) : -1;
      return { x: here.x, y: index < 0 ? here.y + Math.min(head, here.box.high) / 2 : here.y + head + index * row + row / 2 };
    }
    var lines = edges.map(function (edge) {
      var from = anchor(edge.from), to = anchor(edge.to);
      if (!from || !to || edge.from.box === edge.to.box) return null;
      var x1 = from.x + wide, x2 = to.x, way = 'M' + x1 + ' ' + from.y, x = x1, y = from.y;
      function bendTo(toX, toY) {
        var bend = Math.max(30, Math.abs(toX - x) / 2);
        way += 'C' + (x + bend) + ' ' + y + ' ' + (toX - bend) + ' ' + toY + ' ' + toX + ' ' + toY;
        x = toX;
        y = toY;
      }
      (edge.lanes || []).forEach(function (lane) {
        bendTo(at[lane].x, at[lane].y + 2);
        way += 'H' + (x += wide);
      });
      bendTo(x2, to.y);
      var line = svg('path', { 'class': 'edge' + (edge.made ? ' made' : ''), d: way });
      picture.appendChild(line);
      if (edge.many) {
        // The crow's foot stands where there are many.
        picture.appendChild(svg('path', { 'class': 'edge', d: 'M' + (x2 - 9) + ' ' + to.y + 'L' + x2 + ' ' + (to.y - 5) + 'M' + (x2 - 9) + ' ' + to.y + 'L' + x2 + ' ' + (to.y + 5) + 'M' + (x1 + 5) + ' ' + (from.y - 5) + 'v10' }));
      }
      return { from: edge.from.box, to: edge.to.box, line: line };
    }).filter(Boolean);
    boxes.forEach(function (box) {
      var here = at[box.id], group = svg('g', { 'class': box.chosen ? 'chosen' : '', transform: 'translate(' + here.x + ' ' + here.y + ')' });
      var anchorTag = svg('a', { href: box.href || address(box.id) });
      anchorTag.appendChild(svg('rect', { 'class': 'box', width: wide, height: box.high, rx: 7 }));
      anchorTag.appendChild(svg('rect', { width: 5, height: box.high, rx: 2.5, style: 'fill:' + color(box.kind) }));
      var title = svg('text', { x: 14, y: 20, 'font-weight': box.rows && box.rows.length ? 650 : 400 }, cut(box.title, Math.floor(wide / 7.6)));
      title.appendChild(svg('title', {}, box.title + ' (' + box.kind + ')'));
      anchorTag.appendChild(title);
      group.appendChild(anchorTag);
      if (box.rows && box.rows.length) group.appendChild(svg('path', { 'class': 'rule', d: 'M5 ' + head + 'H' + wide }));
      var marked = (box.rows || []).some(function (each) { return each.mark; });
      (box.rows || []).forEach(function (each, i) {
        var y = head + i * row + 16;
        var cell = svg('a', { href: each.href || address(box.id, each.name) });
        if (each.mark) cell.appendChild(svg('text', { 'class': 'note', x: 12, y: y }, each.mark));
        cell.appendChild(svg('text', { x: marked ? 34 : 14, y: y }, cut(each.name, Math.floor((wide - (each.note ? 64 : 0) - (marked ? 34 : 14)) / 7))));
        group.appendChild(cell);
        if (each.note) group.appendChild(svg('text', { 'class': 'note', x: wide - 8, y: y, 'text-anchor': 'end' }, cut(each.note, 12)));
      });
      picture.appendChild(group);
      here.group = group;
    });
    // What has nothing to do with the box under the pointer steps back.
    boxes.forEach(function (box) {
      function reach(id, key, other, seen) { lines.forEach(function (line) { if (line[key] === id && !seen[line[other]]) { seen[line[other]] = 1; reach(line[other], key, other, seen); } }); return seen; }
      at[box.id].group.addEventListener('mouseenter', function () {
        var ups = reach(box.id, 'to', 'from', {}), downs = reach(box.id, 'from', 'to', {});
        ups[box.id] = downs[box.id] = 1;
        boxes.forEach(function (each) { at[each.id].group.classList.toggle('faded', !ups[each.id] && !downs[each.id]); });
        lines.forEach(function (line) { line.line.classList.toggle('faded', !(ups[line.from] && ups[line.to]) && !(downs[line.from] && downs[line.to])); });
      });
      at[box.id].group.addEventListener('mouseleave', function () { picture.querySelectorAll('.faded').forEach(function (each) { each.classList.remove('faded'); }); });
    });
    var frame = element('div', { 'class': 'scroll', tabindex: '0' }, picture);
    var chosen = boxes.find(function (box) { return box.chosen; });
    if (chosen) {
      setTimeout(function () {
        frame.scrollLeft = at[chosen.id].x + wide / 2 - frame.clientWidth / 2;
        frame.scrollTop = at[chosen.id].y - frame.clientHeight / 2;
      }, 0);
    }
    return frame;
  }

  function around(id) {
    var wanted = {};
    function up(each) { nodes[each].above.forEach(function (other) { if (!wanted[other]) { wanted[other] = 1; up(other); } }); }
    function down(each) { (below[each] || []).forEach(function (other) { if (!wanted[other]) { wanted[other] = 1; down(other); } }); }
    wanted[id] = 1;
    up(id);
    var ups = Object.keys(wanted);
    down(id);
    return { ids: Object.keys(wanted), ups: ups };
  }
  function graph(ids, chosen) {
    var held = {};
    ids.forEach(function (id) { held[id] = 1; });
    var edges = [];
    ids.forEach(function (id) { nodes[id].above.forEach(function (up) { if (held[up]) edges.push({ from: { box: up }, to: { box: id } }); }); });
    return draw(ids.map(function (id) { return { id: id, title: nodes[id].name, kind: nodes[id].kind, chosen: id === chosen }; }), edges, { label: 'lineage' });
  }
  // A column's way: boxes of the nodes it passes, with the columns it passes as rows.
  function trace(id, column) {
    var edges = [], seen = {};
    function walk(map, owner, name, upward) {
      (map[owner + '\n' + name] || []).forEach(function (edge) {
        var key = edge.slice(0, 4).join('\n');
        if (seen[key]) return;
        seen[key] = 1;
        edges.push(edge);
        walk(map, upward ? edge[0] : edge[2], upward ? edge[1] : edge[3], upward);
      });
    }
    walk(madeOf, id, column, true);
    walk(madeInto, id, column, false);
    var boxes = {};
    function put(owner, name) {
      var box = boxes[owner] = boxes[owner] || { id: owner, title: nodes[owner] ? nodes[owner].name : owner, kind: nodes[owner] ? nodes[owner].kind : 'page', rows: [], chosen: owner === id };
      if (!box.rows.some(function (row) { return row.name === name; })) box.rows.push({ name: name });
    }
    put(id, column);
    edges.forEach(function (edge) { put(edge[0], edge[1]); put(edge[2], edge[3]); });
    return draw(Object.keys(boxes).map(function (key) { return boxes[key]; }), edges.map(function (edge) {
      return { from: { box: edge[0], row: edge[1] }, to: { box: edge[2], row: edge[3] }, made: !edge[4] };
    }), { label: 'lineage of ' + column, wide: 220 });
  }
  function entities(only) {
    var held = {};
    data.relations.forEach(function (each) { if (!only || each.from[0] === only || each.to[0] === only) { held[each.from[0]] = held[each.to[0]] = 1; } });
    var boxes = Object.keys(held).map(function (id) {
      var node = nodes[id], keys = {};
      data.relations.forEach(function (each) { if (each.from[0] === id) keys[each.from[1].toLowerCase()] = 1; if (each.to[0] === id) keys[each.to[1].toLowerCase()] = 1; });
      var rows = node.columns.filter(function (each) { return each.key || keys[each.name.toLowerCase()]; }), rest = node.columns.filter(function (each) { return rows.indexOf(each) < 0; });
      var shown = rows.concat(rest.slice(0, Math.max(0, 8 - rows.length)));
      var list = shown.map(function (each) { return { name: each.name, note: each.type.toLowerCase(), mark: each.key ? 'PK' : keys[each.name.toLowerCase()] ? 'FK' : '' }; });
      if (shown.length < node.columns.length) list.push({ name: '… ' + (node.columns.length - shown.length) + ' more', href: address(id) });
      return { id: id, title: node.name, kind: node.kind, rows: list, chosen: id === only };
    });
    var byName = function (id, name) { var found = nodes[id].columns.find(function (each) { return each.name.toLowerCase() === name.toLowerCase(); }); return found ? found.name : name; };
    return draw(boxes, data.relations.filter(function (each) { return held[each.from[0]] && held[each.to[0]]; }).map(function (each) {
      return { from: { box: each.to[0], row: byName(each.to[0], each.to[1]) }, to: { box: each.from[0], row: byName(each.from[0], each.from[1]) }, many: true };
    }), { label: 'entities', wide: 230 });
  }

  // ---- Pages
  function status(text) {
    var good = { success: 1, pass: 1 }, bad = { error: 1, fail: 1, 'runtime error': 1 };
    return element('span', { 'class': 'chip ' + (good[text] ? 'good' : bad[text] ? 'bad' : text === 'warn' ? 'warn' : '') }, text);
  }
  function chips(tests) {
    var out = document.createDocumentFragment();
    tests.forEach(function (test) {
      var bad = test.status === 'fail' || test.status === 'error';
      out.appendChild(element('span', { 'class': 'chip ' + (bad ? 'bad' : test.status === 'warn' ? 'warn' : test.status === 'pass' ? 'good' : ''), title: test.name }, test.kind));
    });
    return out;
  }
  function table(heads, rows) {
    var head = element('tr', {});
    heads.forEach(function (each) { head.appendChild(element('th', { 'class': each === 'Rows' ? 'num' : null }, each)); });
    var body = element('tbody', {});
    rows.forEach(function (row) { body.appendChild(row); });
    return element('div', { 'class': 'scroll' }, element('table', {}, element('thead', {}, head), body));
  }
  function code(node) {
    var texts = [['Source', node.raw], ['Compiled', node.compiled]].filter(function (each) { return each[1]; });
    if (!texts.length) return null;
    var pre = element('pre', {}), tabs = element('div', { 'class': 'tabs' });
    texts.forEach(function (each, i) {
      var tab = element('button', { type: 'button', 'aria-pressed': i === 0 ? 'true' : 'false' }, each[0]);
      tab.addEventListener('click', function () {
        tabs.querySelectorAll('button').forEach(function (other) { other.setAttribute('aria-pressed', String(other === tab)); });
        pre.textContent = each[1];
      });
      tabs.appendChild(tab);
    });
    pre.textContent = texts[0][1];
    return element('div', {}, tabs, element('div', { 'class': 'scroll' }, pre));
  }
  function facts(node) {
    var list = element('div', { 'class': 'facts' });
    function add(name, value) { if (value !== '' && value !== null && value !== undefined) list.appendChild(element('span', {}, name + ' ', element('b', {}, value))); }
    add('', node.kind);
    add('as', node.materialized);
    add('in', node.relation);
    if (node.rows >= 0) add('rows', count(node.rows));
    add('built', node.built_at);
    add('newest', node.newest);
    add('from', node.path);
    if (node.status) list.appendChild(status(node.status));
    if (node.freshness) list.appendChild(status(node.freshness));
    node.tags.forEach(function (tag) { list.appendChild(element('span', { 'class': 'chip' }, '#' + tag)); });
    return list;
  }
  function showNode(into, id, column) {
    var node = nodes[id];
    into.appendChild(element('h1', {}, dot(node.kind), node.name));
    into.appendChild(facts(node));
    if (node.description) into.appendChild(element('p', { 'class': 'text' }, node.description));
    if (column) {
      into.appendChild(element('h2', {}, 'Where ' + column + ' comes from and goes to'));
      into.appendChild(element('p', { 'class': 'soft' }, 'A whole line passes the value on, a broken one makes something of it. ', element('a', { href: address(id) }, 'The whole ' + node.kind)));
      into.appendChild(trace(id, column));
    }
    if (node.columns.length) {
      into.appendChild(element('h2', {}, 'Columns'));
      into.appendChild(table(['Column', 'Type', 'Description', 'Tests', 'Made of'], node.columns.map(function (each) {
        var from = (madeOf[id + '\n' + each.name] || []).slice(0, 4), cell = element('td', {});
        from.forEach(function (edge, i) {
          if (i) cell.appendChild(document.createTextNode(', '));
          cell.appendChild(element('a', { href: address(edge[0], edge[1]) }, (nodes[edge[0]] ? nodes[edge[0]].name : edge[0]) + '.' + edge[1]));
        });
        return element('tr', {}, element('td', {}, element('a', { href: address(id, each.name) }, each.name), each.key ? element('span', { 'class': 'chip key' }, 'key') : null), element('td', { 'class': 'type' }, each.type), element('td', { 'class': 'text' }, each.description), element('td', {}, chips(each.tests)), cell);
      })));
    }
    if (node.tests.length) { into.appendChild(element('h2', {}, 'Tests of the whole')); into.appendChild(chips(node.tests)); }
    if (data.gaps[id]) into.appendChild(element('p', { 'class': 'soft' }, 'Its columns are not followed: ' + data.gaps[id] + '.'));
    if (data.relations.some(function (each) { return each.from[0] === id || each.to[0] === id; })) {
      into.appendChild(element('h2', {}, 'Relationships'));
      into.appendChild(entities(id));
    }
    into.appendChild(element('h2', {}, 'Lineage'));
    into.appendChild(graph(around(id).ids, id));
    var text = code(node);
    if (text) { into.appendChild(element('h2', {}, 'Code')); into.appendChild(text); }
  }
  function showOverview(into) {
    into.appendChild(element('h1', {}, data.project));
    into.appendChild(element('p', { 'class': 'soft' }, 'Target ' + data.target + ' (' + data.engine + '), described ' + data.generated_at));
    var tiles = element('div', { 'class': 'tiles' });
    kinds.forEach(function (kind) {
      var all = Object.keys(nodes).filter(function (id) { return nodes[id].kind === kind; }).length;
      if (all) tiles.appendChild(element('div', { 'class': 'tile' }, element('b', {}, count(all)), dot(kind), plural(kind, all)));
    });
    if (data.tests) tiles.appendChild(element('div', { 'class': 'tile' }, element('b', {}, count(data.tests)), 'tests'));
    into.appendChild(tiles);
    var built = Object.keys(nodes).filter(function (id) { return nodes[id].kind !== 'stream' && nodes[id].kind !== 'page'; });
    into.appendChild(table(['Name', 'Kind', 'Rows', 'Built', 'Description'], built.map(function (id) {
      var node = nodes[id];
      return element('tr', {}, element('td', {}, dot(node.kind), link(id)), element('td', { 'class': 'type' }, node.materialized || node.kind), element('td', { 'class': 'num' }, node.rows >= 0 ? count(node.rows) : ''), element('td', { 'class': 'type' }, node.built_at || node.newest || ''), element('td', {}, cut(node.description, 140)));
    })));
  }

  // ---- The frame
  var main = element('main', { id: 'main', tabindex: '-1' }), side = element('aside', {}), search = element('input', { type: 'search', placeholder: 'Search names and columns', 'aria-label': 'Search names and columns' }), list = element('div', {});
  side.appendChild(search);
  side.appendChild(list);
  var nav = element('nav', {}), menu = element('button', { type: 'button', 'class': 'menu', 'aria-expanded': 'false' }, 'Names'), theme = element('button', { type: 'button', 'aria-label': 'Light or dark' }, '◐');
  nav.appendChild(menu);
  [['#/', 'Overview'], ['#/lineage', 'Lineage'], ['#/entities', 'Entities']].forEach(function (each) { nav.appendChild(element('a', { href: each[0] }, each[1])); });
  nav.appendChild(theme);
  menu.addEventListener('click', function () { menu.setAttribute('aria-expanded', String(side.classList.toggle('open'))); });
  theme.addEventListener('click', function () {
    var dark = document.documentElement.dataset.theme !== 'dark';
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    try { localStorage.setItem('leat-theme', dark ? 'dark' : 'light'); } catch (e) { return; }
  });
  document.body.appendChild(element('header', {}, element('a', { 'class': 'title', href: '#/' }, data.project), nav));
  document.body.appendChild(element('div', { 'class': 'layout' }, side, main));
  function route() { return location.hash.replace(/&.*$/, '').replace(/^#\/?/, '').split('/').map(decodeURIComponent); }
  function fillList() {
    var wanted = search.value.toLowerCase(), here = route()[1];
    list.textContent = '';
    kinds.forEach(function (kind) {
      var ids = Object.keys(nodes).filter(function (id) {
        return nodes[id].kind === kind && (!wanted || id.toLowerCase().indexOf(wanted) >= 0 || nodes[id].columns.some(function (each) { return each.name.toLowerCase().indexOf(wanted) >= 0; }));
      }).sort(function (a, b) { return nodes[a].name < nodes[b].name ? -1 : 1; });
      if (!ids.length) return;
      list.appendChild(element('h2', {}, plural(kind, 2)));
      var items = element('ul', {});
      ids.forEach(function (id) { items.appendChild(element('li', {}, element('a', { href: address(id), title: id, 'aria-current': id === here ? 'page' : null }, dot(kind), nodes[id].name))); });
      list.appendChild(items);
    });
  }
  search.addEventListener('input', fillList);
  function show() {
    var path = route();
    main.textContent = '';
    side.classList.remove('open');
    nav.querySelectorAll('a').forEach(function (each) {
      if (each.getAttribute('href') === '#/' + path[0]) each.setAttribute('aria-current', 'page'); else each.removeAttribute('aria-current');
    });
    if (path[0] === 'node' && nodes[path[1]]) {
      showNode(main, path[1], path[2]);
    } else if (path[0] === 'lineage') {
      main.appendChild(element('h1', {}, 'Lineage'));
      main.appendChild(element('p', { 'class': 'soft' }, 'From where the data is born to the pages that people read.'));
      // A drawing of thousands helps nobody; each node has its own.
      if (Object.keys(nodes).length <= 600) main.appendChild(graph(Object.keys(nodes)));
      else main.appendChild(element('p', {}, 'There are ' + count(Object.keys(nodes).length) + ' nodes: choose one by its name to see what is above and below it.'));
    } else if (path[0] === 'entities') {
      main.appendChild(element('h1', {}, 'Entities'));
      main.appendChild(element('p', { 'class': 'soft' }, data.relations.length ? 'As relationships tests and foreign keys tell of them; the crow’s foot stands where there are many.' : 'No relationships test and no foreign key tells of a relationship yet.'));
      if (data.relations.length) main.appendChild(entities());
    } else {
      showOverview(main);
    }
    fillList();
    window.scrollTo(0, 0);
    document.title = (path[1] && nodes[path[1]] ? nodes[path[1]].name + ' · ' : '') + data.project;
    if (/[#&]selfcheck/.test(location.hash)) {
      document.documentElement.dataset.report = JSON.stringify({ width: window.innerWidth, listed: list.querySelectorAll('li').length, boxes: main.querySelectorAll('svg g').length, edges: main.querySelectorAll('svg path.edge').length, rows: main.querySelectorAll('tbody tr').length,
        wide: document.documentElement.scrollWidth > window.innerWidth, wrong: wrong });
    }
  }
  window.addEventListener('hashchange', show);
  show();
})();
