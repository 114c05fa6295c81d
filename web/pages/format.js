// Values by number format codes, as the builder prints them (src/pages/format_code.cpp), and what every script of a page
// shares: the page's data, the theme's colors, escaping.
window.Leat = (function () {
  'use strict';
  var root = document.documentElement, tables = {};
  // Asking for a style makes the browser compute all of them, so each token is asked for once a theme.
  var tokens = {}, theme;
  function token(name) {
    if (theme !== root.dataset.theme) { tokens = {}; theme = root.dataset.theme; }
    if (tokens[name] === undefined) tokens[name] = getComputedStyle(root).getPropertyValue('--' + name).trim();
    return tokens[name];
  }
  // A palette or scale of the project's theme: "#a|#b|#c" in quotes; undefined where it names none.
  function named(kind, name) {
    var held = /^[\w-]+$/.test(name) ? token(kind + '-' + name).replace(/^["']|["']$/g, '') : '';
    return held ? held.split('|') : undefined;
  }
  function palette() { return named('palette', 'default') || [1, 2, 3, 4, 5, 6, 7, 8].map(function (i) { return token('c' + i); }); }
  // A color of CSS as one that a canvas knows, too: names of the theme become their values.
  function color(name) {
    if (!name) return undefined;
    var names = { 'base-content': 'text', 'base-content-muted': 'soft', 'base-heading': 'text', 'base-100': 'ground', 'base-200': 'raised', 'base-300': 'line', primary: 'accent', accent: 'accent', info: 'accent', positive: 'good', negative: 'bad', warning: 'warn' };
    var own = typeof name === 'string' && /^[\w-]+$/.test(name) ? token('color-' + name) : '';
    if (own) return own;
    if (names[name]) return token(names[name]);
    var variable = /^var\(--([\w-]+)\)$/.exec(name);
    return variable ? token(variable[1]) : name;
  }
  function forget() { tables = {}; }
  function data(name) {
    if (tables[name]) return tables[name];
    var raw = JSON.parse(document.getElementById('data-' + name).textContent), table = { rows: raw.rows, kinds: {}, columns: {} };
    Object.keys(raw.columns).forEach(function (column) {
      var held = raw.columns[column];
      table.kinds[column] = held.kind;
      table.columns[column] = held.words ? held.values.map(function (i) { return i === null ? null : held.words[i]; }) : held.values;
    });
    return (tables[name] = table);
  }

  var months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
  var days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  function pad(number, digits) { return String(number).padStart(digits, '0'); }
  function showDate(text, code) {
    var part = /^(-?\d+)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?/.exec(String(text));
    if (!part) return String(text);
    var year = +part[1], month = +part[2], day = +part[3], hour = +(part[4] || 0), minute = +(part[5] || 0), second = +(part[6] || 0);
    var weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay(), twelve = /am\/pm/i.test(code), before = '', out = '';
    var tokens = code.match(/"[^"]*"|\\.|\[[^\]]*\]|am\/pm|y+|m+|d+|h+|s+|q+|./gi) || [];
    tokens.forEach(function (token, i) {
      var c = token[0].toLowerCase(), run = token.length;
      if (token[0] === '"') out += token.slice(1, -1);
      else if (token[0] === '\\') out += token[1];
      else if (token[0] === '[') return;
      else if (/^am\/pm$/i.test(token)) out += hour < 12 ? 'AM' : 'PM';
      else if (c === 'y') { out += run > 2 ? pad(year, 4) : pad(year % 100, 2); before = c; }
      else if (c === 'd') { out += run > 3 ? days[weekday] : run === 3 ? days[weekday].slice(0, 3) : pad(day, run); before = c; }
      else if (c === 'h') { out += pad(twelve ? (hour + 11) % 12 + 1 : hour, Math.min(run, 2)); before = c; }
      else if (c === 's') { out += pad(second, Math.min(run, 2)); before = c; }
      else if (c === 'q') { out += Math.floor((month + 2) / 3); before = c; }
      else if (c === 'm') {
        var rest = tokens.slice(i + 1).filter(function (t) { return !/^[: ]$/.test(t); })[0] || '';
        if (run < 3 && (before === 'h' || rest[0] === 's')) out += pad(minute, run);
        else out += run > 4 ? months[month - 1][0] : run === 4 ? months[month - 1] : run === 3 ? months[month - 1].slice(0, 3) : pad(month, run);
        before = c;
      } else out += token;
    });
    return out;
  }
  function showDuration(minutes) {
    if (minutes < 1) return '<1 min';
    if (minutes < 60) return Math.round(minutes) + ' mins';
    var amount = minutes < 1440 ? minutes / 60 : minutes / 1440;
    return (amount >= 10 ? Math.round(amount) : amount.toFixed(1)) + (minutes < 1440 ? ' hrs' : ' days');
  }
  // Half away from zero, on the decimal digits.
  function rounded(value, places) {
    var shifted = Number(Math.abs(value) + 'e' + places);
    if (!isFinite(shifted)) return Math.abs(value);
    return Number(Math.round(shifted) + 'e-' + places);
  }
  function showNumber(value, code) {
    if (code === '[duration]') return showDuration(value);
    if (code === '[duration_hrs]') return showDuration(value * 60);
    var sections = code.match(/(?:"[^"]*"|\\.|[^;"\\])+/g) || [code], index = value < 0 && sections.length > 1 ? 1 : value === 0 && sections.length > 2 ? 2 : 0;
    var section = sections[index], sign = value < 0 && index === 0, before = '', after = '', digits = '';
    (section.match(/"[^"]*"|\\.|\[[^\]]*\]|[_*].|[0#?][0#?,.]*(?:[eE][+-]0+)?|\.[0#?]+|./g) || []).forEach(function (token) {
      var literal = token[0] === '"' ? token.slice(1, -1) : token[0] === '\\' ? token[1] : token[0] === '[' || (/^[_*]./.test(token)) ? '' : null;
      if (literal === null && /^[0#?.]/.test(token) && /[0#?]/.test(token) && !digits) { digits = token; return; }
      if (literal === null) literal = token;
      if (digits) after += literal; else before += literal;
    });
    if (!digits) return section === '@' ? String(value) : before;
    if (/\//.test(after) && /\?/.test(digits + after)) return String(rounded(value, 2));
    if ((before + after).indexOf('%') >= 0) value *= 100;
    var exponent = /[eE][+-]0+$/.exec(digits);
    if (exponent) {
      var places = (digits.split('.')[1] || '').replace(/[^0#?]/g, '').length, power = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
      return (sign ? '-' : '') + before + rounded(value / Math.pow(10, power), places).toFixed(places) + 'E' + (power < 0 ? '-' : '+') + Math.abs(power) + after;
    }
    var parts = digits.split('.'), scale = /,+$/.exec(digits.replace(/\.[0#?]*/, ''));
    var thousands = /,+$/.exec(digits) || (parts[1] === undefined ? scale : null);
    if (thousands) value /= Math.pow(1000, thousands[0].length);
    var behind = (parts[1] || '').replace(/[^0#?]/g, ''), least = (behind.match(/^0*/) || [''])[0].length;
    if (/0/.test(behind)) least = behind.lastIndexOf('0') + 1;
    var text = rounded(value, behind.length).toLocaleString('en-US', { minimumFractionDigits: least, maximumFractionDigits: behind.length, useGrouping: /[0#?],[0#?]/.test(parts[0]) });
    if (/^#*$/.test(parts[0].replace(/,/g, '')) && text[0] === '0' && text.length > 1) text = text.slice(1);
    if (sign && !/[1-9]/.test(text)) sign = false;
    return (sign ? '-' : '') + before + text + after;
  }
  function plainCode(value) { return Number.isInteger(value) ? '#,##0' : Math.abs(value) < 10 ? '#,##0.##' : '#,##0.#'; }
  function show(value, code, kind) {
    if (value === null || value === undefined || value === '') return '–';
    if (kind === 'date' || (typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) && code && /[ymdh]/i.test(code))) return showDate(value, code && code !== '@' ? code : 'yyyy-mm-dd');
    if (typeof value !== 'number') return String(value);
    return showNumber(value, code && code !== '@' ? code : code === '@' ? '0.##########' : plainCode(value));
  }
  // Short numbers for axes.
  function short(value, code) {
    var size = Math.abs(value);
    if (code && code !== '@' && !/^#,##0(\.[0#]+)?$/.test(code)) return show(value, code);
    if (code === '@') return String(value);
    if (size >= 1e9) return show(value / 1e9, '#,##0.##') + 'B';
    if (size >= 1e6) return show(value / 1e6, '#,##0.##') + 'M';
    if (size >= 1e4) return show(value / 1e3, '#,##0.#') + 'k';
    return show(value, '#,##0.####');
  }
  function plain(text) { return String(text).replace(/[&<>"']/g, function (c) { return { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }[c]; }); }
  function title(column) { return String(column).replace(/_/g, ' ').replace(/(^| )(.)/g, function (m, space, letter) { return space + letter.toUpperCase(); }); }
  // Functions that the page's author wrote come as text.
  function revive(value) {
    if (Array.isArray(value)) return value.map(revive);
    if (value && typeof value === 'object') {
      if (typeof value.$function === 'string') return new Function('return (' + value.$function + ')')();
      var out = {};
      Object.keys(value).forEach(function (key) { out[key] = revive(value[key]); });
      return out;
    }
    return typeof value === 'string' && /^var\(--/.test(value) ? color(value) : value;
  }
  function merge(base, over) {
    if (over === undefined || over === null) return base;
    if (Array.isArray(base) && !Array.isArray(over) && typeof over === 'object') return base.map(function (each) { return merge(each, over); });
    if (typeof over !== 'object' || Array.isArray(over) || typeof base !== 'object' || base === null) {
      if (Array.isArray(over) && Array.isArray(base)) return over.map(function (each, i) { return i < base.length ? merge(base[i], each) : each; }).concat(base.slice(over.length));
      return over;
    }
    var out = Object.assign({}, base);
    Object.keys(over).forEach(function (key) { out[key] = merge(base[key], over[key]); });
    return out;
  }
  // An address of the site as the file that it is in.
  function link(url) {
    if (!url || url[0] !== '/' || url[1] === '/') return /^(https?:|mailto:|tel:|[^:]*$|[./#?])/i.test(url || '') ? url : '#';
    var parts = /^\/([^?#]*?)\/?([?#].*)?$/.exec(url), path = parts[1] || 'index';
    return document.body.dataset.root + path + (/\.[a-z][a-z0-9]{0,4}$/.test(path) ? '' : '.html') + (parts[2] || '');
  }
  // A member by a name of the data: "__proto__" is none.
  function own(map, key) { return map && Object.prototype.hasOwnProperty.call(map, key) ? map[key] : undefined; }
  return { own: own, forget: forget, token: token, palette: palette, named: named, color: color, data: data, show: show, short: short, plain: plain, title: title, revive: revive, merge: merge, link: link, kinds: {} };
})();
