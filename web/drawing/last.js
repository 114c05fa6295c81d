// Charts as SVG: the descriptions of a page's charts, drawn by the same code that draws them in a browser.
(function () {
  'use strict';
  // How wide letters are in the sans serif fonts of most systems, from " " to "~", in thousandths of the font's size.
  var widths = '278,278,355,556,556,889,667,191,333,333,389,584,278,333,278,278,556,556,556,556,556,556,556,556,556,556,278,278,584,584,584,556,1015,667,667,722,722,667,611,778,722,278,500,667,556,833,722,778,667,778,722,667,611,722,667,944,667,667,611,278,278,278,469,556,333,556,556,500,556,556,278,556,556,222,222,500,222,833,556,556,556,556,333,500,278,556,500,722,500,500,500,334,260,334,584'.split(',').map(Number);
  function width(text, font) {
    var size = /([\d.]+)px/.exec(font || ''), sum = 0;
    for (var i = 0; i < text.length; i++) {
      var code = text.charCodeAt(i);
      sum += widths[code - 32] || (code > 0x2e80 ? 1000 : 600);
    }
    return sum / 1000 * (size ? +size[1] : 12) * 1.12;
  }
  echarts.setPlatformAPI({ measureText: function (text, font) { return { width: width(String(text), font) }; } });

  // Colors of the theme by name: no two tokens may look the same, or one could not be told from the other.
  function distinct(tokens) {
    var seen = {}, names = {};
    Object.keys(tokens).forEach(function (token) {
      var color = tokens[token].toLowerCase();
      if (!/^#[0-9a-f]{6}$/.test(color)) return;
      for (var last = parseInt(color.slice(6), 16); seen[color]; last = (last + 15) % 16) color = color.slice(0, 6) + last.toString(16);
      seen[color] = true;
      tokens[token] = color;
      names[color] = token;
    });
    return names;
  }
  // Black, white and the greys of what can't be seen or stands on a color of its own are no concern of the theme.
  function shorten(svg, names, live, label) {
    var foreign = false, ids = {}, count = 0;
    svg = svg.replace(/ class="[^"]*"| pointer-events="visible"| xmlns:xlink="[^"]*"| version="1.1"| baseProfile="full"| ecmeta[\w-]*="[^"]*"| xml:space="preserve"/g, '').replace(/<style[\s\S]*?<\/style>/g, '').replace(/<rect width="\d+" height="\d+" x="0" y="0" fill="none"><\/rect>\n?/, '')
      .replace(/zr\d+-[\w-]+/g, function (id) { return ids[id] || (ids[id] = label + count++); })
      .replace(/font-family:[^;"]*;?/g, '').replace(/font: normal (\w+) ([\d.]+px)[^;"]*/g, function (all, weight, size) { return 'font-size:' + size + (weight === 'normal' ? '' : ';font-weight:' + weight); }).replace(/ style=""/g, '').replace(/><\/(path|rect|circle|ellipse|line|polyline|polygon)>/g, '/>').replace(/>\n</g, '><');
    svg = svg.replace(/(fill|stroke|stop-color)="(#[0-9a-fA-F]{3,8}|rgba?\([^)]*\))"/g, function (whole, name, color) {
      var token = names[color.toLowerCase()];
      if (!token) { foreign = foreign || !/^(#(fff|ffffff|000|000000|eee|b7b9be)|rgb\(0,0,0\))$/i.test(color); return whole; }
      return live ? name + '="var(' + token + ')"' : whole;
    });
    return { svg: svg, foreign: foreign };
  }

  // Nobody points at a drawing: what would answer is left out, which takes a good part of the time.
  function still(options) {
    options.animation = false;
    delete options.tooltip;
    if (options.legend && options.legend.show === false) delete options.legend;
    [].concat(options.series || []).forEach(function (s) { if (s && typeof s === 'object') { s.emphasis = { disabled: true }; s.silent = true; } });
    return options;
  }

  // {data, tokens, live, charts: [{spec, width, height, label}]} gives [{svg, foreign} or {error}]. `live`: colors of the
  // theme stay names; `foreign`: there are colors that the theme does not follow.
  window.leatDraw = function (text) {
    var page = JSON.parse(text);
    held.data = page.data;
    held.tokens = page.tokens;
    document.documentElement.dataset.theme = 'page' + (held.count = (held.count || 0) + 1);
    Leat.forget();
    var names = distinct(held.tokens);
    return JSON.stringify(page.charts.map(function (wanted) {
      var chart;
      try {
        held.width = wanted.width < 500 ? 390 : 1280;
        chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: wanted.width, height: wanted.height });
        chart.setOption(still(Leat.optionsOf(Object.assign({}, wanted.spec, { width: wanted.width }))));
        return shorten(chart.renderToSVGString(), names, page.live, wanted.label);
      } catch (error) {
        return { error: String(error && error.message || error) };
      } finally {
        if (chart) chart.dispose();
      }
    }));
  };
})();
