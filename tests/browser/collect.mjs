// What a page shows, taken from its DOM and its charts, and how to compare it with the rows of a query.

/** Runs in the page. */
export async function collect() {
  await Leat.drawRest();
  const all = (selector, within) => [...(within || document).querySelectorAll(selector)];
  const values = all('.value').map(e => ({query: e.dataset.query, column: e.dataset.column, row: e.dataset.row, value: e.dataset.value, text: e.textContent}));
  const data = all('script[id^="data-"]').map(e => { const name = e.id.slice(5); return {name, columns: Leat.data(name).columns}; });
  const rows = [];
  for (const table of all('table.data')) {
    for (const row of all('tbody tr', table)) {
      if (row.matches('.fold-head, .subtotal')) continue;
      rows.push({query: table.dataset.download, cells: [...row.cells].map((cell, i) => ({value: cell.dataset.value, text: cell.querySelector('.spark, img') ? '' : cell.textContent, index: i === 0 && cell.classList.contains('soft')}))});
    }
  }
  const charts = all('[data-chart]').map(e => {
    const spec = JSON.parse(e.dataset.chart), chart = echarts.getInstanceByDom(e), series = chart.getOption().series.filter(s => String(s.id || '')[0] !== '\u0002');
    const number = item => {
      const v = item && typeof item === 'object' && !Array.isArray(item) ? item.value : item;
      if (!Array.isArray(v)) return Number(v) || 0;
      if (spec.kind === 'box' || spec.kind === 'heatmap') return Number(v[2]) || 0;
      return Number(v[spec.swapXY ? 0 : 1]) || 0;
    };
    const items = spec.kind === 'sankey' ? series[0].links || series[0].edges : series.flatMap(s => s.data);
    return {kind: spec.kind, spec, data: spec.data, label: e.getAttribute('aria-label'), visible: !!e.offsetParent, sum: items.reduce((sum, item) => sum + number(item), 0),
      marks: e.querySelector('canvas') ? 1 : e.querySelectorAll('svg path').length};
  });
  return {values, data, rows, charts};
}

/** True where a text with a number shows the value, as far as its digits go. */
export function shownNumber(text, value) {
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(String(value))) return true;
  const part = /(-?)\D?([\d,]+)(\.\d+)?\s?([%kMB]?)/.exec(text);
  if (!part) return text.trim() === '' || text === '–';
  const scale = {'': 1, '%': 0.01, k: 1e3, M: 1e6, B: 1e9}[part[4]], places = (part[3] || '.').length - 1;
  const shown = Number(part[2].replace(/,/g, '') + (part[3] || '')) * scale;
  return Math.abs(shown - Math.abs(Number(value))) <= 0.5000001 * scale / 10 ** places && (part[1] === '-') === (Number(value) < 0 && shown !== 0);
}

/** What the marks of a chart amount to by the rows of its query; null where they are no plain amounts. */
export function drawnSum({kind, spec}, rows) {
  const columns = {funnel: spec.valueCol, sankey: spec.valueCol, heatmap: spec.value, calendar: spec.value, box: spec.midpoint, spark: spec.valueCol, usmap: spec.value}[kind];
  let names = columns ? [columns] : [...(spec.y || []), ...(spec.y2 || [])];
  if (spec.type === 'stacked100' || kind === 'echarts' || kind === 'map') return null;
  if (kind === 'hist') return rows.length;
  if (kind === 'chart') {
    if (spec.parts.some(part => part.kind === 'hist')) return rows.length;
    names = spec.parts.flatMap(part => [...part.y, ...part.y2]);
  }
  return rows.reduce((sum, row) => sum + names.reduce((inner, name) => inner + (Number(row[name]) || 0), 0), 0);
}
