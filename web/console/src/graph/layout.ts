// A layered layout of a graph, from left to right, for thousands of boxes.
//
// Layers by the longest way from above (Sugiyama, Tagawa, Toda 1981); what has nothing above stands right before what
// it feeds. Order within a layer by the mean place of the neighbours, some sweeps up and down. Heights by isotonic
// regression: each box as near to its neighbours as the order and the distance allow. A layer that is too tall goes on
// in further columns. Groups may feed each other: an edge counts for the layers only where it leads deeper, and none
// that closes a circle does.

export interface Box { upstream: number[]; height: number; depth?: number } // depth: about how far down it is
export interface Placed { x: number[]; y: number[]; layer: number[]; columns: number; width: number; height: number }

const kRows = 30;

export function layout(boxes: Box[], size: {width: number; gapX: number; gapY: number}): Placed {
  const n = boxes.length;
  const up: number[][] = Array.from({length: n}, () => []), down: number[][] = Array.from({length: n}, () => []);
  forward(boxes).forEach(([from, to]) => { up[to].push(from); down[from].push(to); });
  const layer = layers(n, up, down);
  const rows = order(layer, up, down);
  return place(boxes, rows, layer, up, down, size);
}

/** The edges without those that close a circle. */
function forward(boxes: Box[]): [number, number][] {
  const n = boxes.length, edges: [number, number][] = [];
  const state = new Uint8Array(n), next = new Int32Array(n);
  for (let root = 0; root < n; ++root) {
    if (state[root]) continue;
    const stack = [root];
    state[root] = 1;
    while (stack.length) {
      const at = stack[stack.length - 1], above = boxes[at].upstream;
      if (next[at] === above.length) { state[at] = 2; stack.pop(); continue; }
      const to = above[next[at]++];
      const isDeeper = boxes[to].depth === undefined || Math.round(boxes[to].depth!) < Math.round(boxes[at].depth!);
      if (to === at || state[to] === 1 || !isDeeper) continue;
      edges.push([to, at]);
      if (!state[to]) { state[to] = 1; stack.push(to); }
    }
  }
  return edges;
}

function layers(n: number, up: number[][], down: number[][]): number[] {
  const layer = new Array<number>(n).fill(0), waits = up.map(each => each.length), ready: number[] = [];
  for (let i = 0; i < n; ++i) if (!waits[i]) ready.push(i);
  const sorted: number[] = [];
  for (let at; (at = ready.pop()) !== undefined;) {
    sorted.push(at);
    for (const to of down[at]) {
      layer[to] = Math.max(layer[to], layer[at] + 1);
      if (--waits[to] === 0) ready.push(to);
    }
  }
  for (let i = sorted.length - 1; i >= 0; --i) {
    const at = sorted[i];
    if (up[at].length || !down[at].length) continue;
    layer[at] = down[at].reduce((least, to) => Math.min(least, layer[to] - 1), Infinity);
  }
  return layer;
}

function order(layer: number[], up: number[][], down: number[][]): number[][] {
  const rows: number[][] = [];
  layer.forEach((l, i) => (rows[l] ??= []).push(i));
  for (let l = 0; l < rows.length; ++l) rows[l] ??= [];
  const at = new Float64Array(layer.length);
  const note = (row: number[]) => row.forEach((i, k) => { at[i] = (k + 0.5) / row.length; });
  rows.forEach(note);
  const sweep = (row: number[], near: number[][]) => {
    const key = new Map<number, number>();
    for (const i of row) {
      let sum = 0;
      for (const j of near[i]) sum += at[j];
      key.set(i, near[i].length ? sum / near[i].length : at[i]);
    }
    row.sort((a, b) => key.get(a)! - key.get(b)! || a - b);
    note(row);
  };
  for (let round = 0; round < (layer.length > 3000 ? 3 : 8); ++round) {
    for (let l = 1; l < rows.length; ++l) sweep(rows[l], up);
    for (let l = rows.length - 2; l >= 0; --l) sweep(rows[l], down);
  }
  return rows;
}

function place(boxes: Box[], rows: number[][], layer: number[], up: number[][], down: number[][], size: {width: number; gapX: number; gapY: number}): Placed {
  const n = boxes.length, x = new Array<number>(n).fill(0), y = new Array<number>(n).fill(0);
  const columns: number[][] = [];
  // About twice as wide as tall.
  const most = Math.max(kRows, Math.ceil(Math.sqrt(n * (size.width + size.gapX) / 110)));
  for (const row of rows) {
    const parts = Math.max(1, Math.ceil(row.length / most)), each = Math.ceil(row.length / parts);
    for (let p = 0; p < parts; ++p) columns.push(row.slice(p * each, (p + 1) * each));
  }
  let right = 0;
  columns.forEach((column, c) => {
    if (c > 0) right += size.width + (layer[column[0]] === layer[columns[c - 1][0]] ? size.gapY * 2 : size.gapX);
    let top = 0;
    for (const i of column) { x[i] = right; y[i] = top; top += boxes[i].height + size.gapY; }
    const shift = -(top - size.gapY) / 2;
    for (const i of column) y[i] += shift;
  });
  const middle = (i: number) => y[i] + boxes[i].height / 2;
  const settle = (column: number[], near: (i: number) => number[]) => {
    const wanted = column.map(i => {
      const others = near(i);
      return others.length ? others.reduce((sum, j) => sum + middle(j), 0) / others.length - boxes[i].height / 2 : y[i];
    });
    let offset = 0;
    const offsets = column.map(i => { const here = offset; offset += boxes[i].height + size.gapY; return here; });
    isotonic(wanted.map((value, k) => value - offsets[k])).forEach((value, k) => { y[column[k]] = value + offsets[k]; });
  };
  for (let round = 0; round < 3; ++round) {
    for (let c = 1; c < columns.length; ++c) settle(columns[c], i => up[i]);
    for (let c = columns.length - 2; c >= 0; --c) settle(columns[c], i => down[i].length ? down[i] : up[i]);
  }
  let top = Infinity, bottom = -Infinity;
  for (let i = 0; i < n; ++i) { top = Math.min(top, y[i]); bottom = Math.max(bottom, y[i] + boxes[i].height); }
  for (let i = 0; i < n; ++i) y[i] -= top;
  return {x, y, layer, columns: columns.length, width: n ? right + size.width : 0, height: n ? bottom - top : 0};
}

/** The ascending numbers nearest to these (pool adjacent violators). */
export function isotonic(values: number[]): number[] {
  const means: number[] = [], counts: number[] = [];
  for (const value of values) {
    let mean = value, many = 1;
    while (means.length && means[means.length - 1] > mean) {
      const count = counts.pop()!;
      mean = (means.pop()! * count + mean * many) / (count + many);
      many += count;
    }
    means.push(mean);
    counts.push(many);
  }
  return means.flatMap((mean, i) => new Array<number>(counts[i]).fill(mean));
}
