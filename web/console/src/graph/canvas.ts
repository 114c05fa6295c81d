// Draws the graph on a canvas and moves about in it: only what is in sight, with as much detail as its size allows.
import {colour} from '../theme';
import {iconPath} from '../ui/icons';
import {layout, type Placed} from './layout';
import {around, type GraphNode} from './model';

const kWidth = 200, kGapX = 56, kGapY = 14, kScaleMax = 1.6, kPad = 32;
const kSlow = 28; // a frame that takes longer is drawn from a picture while one moves

export interface View { x: number; y: number; scale: number }
interface Look { [name: string]: string }

export class GraphCanvas {
  nodes: GraphNode[] = [];
  selected = -1;
  private hovered = -1;
  private near: Set<number> | null = null;
  private placed: Placed = {x: [], y: [], layer: [], columns: 0, width: 0, height: 0};
  private view: View = {x: 0, y: 0, scale: 1};
  private look: Look = {};
  private icons = new Map<string, Path2D>();
  private widths = new Map<string, string>();
  private context: CanvasRenderingContext2D;
  private frame = 0;
  private pointers = new Map<number, {x: number; y: number}>();
  private moved = 0;
  private picture: {canvas: HTMLCanvasElement; view: View} | null = null;
  private cost = 0;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private sizes: ResizeObserver;
  drawn: (() => void) | null = null;
  private wasFitted = false;

  constructor(readonly canvas: HTMLCanvasElement, private readonly tell: {select: (node: number) => void; open: (node: number) => void; toggle: (node: number) => void}) {
    this.context = canvas.getContext('2d')!;
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(canvas);
    canvas.addEventListener('pointerdown', this.down);
    canvas.addEventListener('pointermove', this.move);
    canvas.addEventListener('pointerup', this.up);
    canvas.addEventListener('pointercancel', this.up);
    canvas.addEventListener('pointerleave', () => this.hover(-1));
    canvas.addEventListener('dblclick', event => { const at = this.nodeAt(event.offsetX, event.offsetY); if (at >= 0) this.tell.open(at); });
    canvas.addEventListener('wheel', this.wheel, {passive: false});
    this.restyle();
  }
  end() { this.sizes.disconnect(); cancelAnimationFrame(this.frame); clearTimeout(this.resting); }

  /** Shows other nodes; keeps the view where `keep` is a node that was and is there. */
  show(nodes: GraphNode[], selectedKey: string, keep: string | null) {
    const before = keep ? this.nodes.findIndex(node => node.key === keep) : -1;
    const point = before >= 0 ? this.toScreen(this.placed.x[before], this.placed.y[before]) : null;
    this.nodes = nodes;
    this.placed = layout(nodes, {width: kWidth, gapX: kGapX, gapY: kGapY});
    this.hovered = -1;
    this.selected = nodes.findIndex(node => node.key === selectedKey);
    const after = keep ? nodes.findIndex(node => node.key === keep) : -1;
    if (point && after >= 0) {
      this.view.x = point.x - this.placed.x[after] * this.view.scale;
      this.view.y = point.y - this.placed.y[after] * this.view.scale;
    } else this.fit(false);
    this.refreshNear();
    this.redraw();
  }
  /** The same nodes in another state. */
  restate(nodes: GraphNode[]) { this.nodes = nodes; this.redraw(); }
  restyle() {
    for (const name of ['ground', 'raised', 'line', 'text', 'soft', 'accent', 'edge', 'good', 'bad', 'warn']) this.look[name] = colour(name);
    this.look.font = getComputedStyle(this.canvas).fontFamily;
    this.widths.clear();
    this.redraw();
  }
  tone(tone: string) { return {good: this.look.good, bad: this.look.bad, warn: this.look.warn, busy: this.look.accent}[tone] ?? this.look.edge; }

  select(at: number, centre = false) {
    this.selected = at;
    this.refreshNear();
    if (centre && at >= 0) this.reveal(at);
    this.redraw();
  }
  selectKey(key: string, centre: boolean) { this.select(this.nodes.findIndex(node => node.key === key), centre); }

  fit(draw = true) {
    const {clientWidth: w, clientHeight: h} = this.canvas, {width, height} = this.placed;
    this.wasFitted = w > 0;
    if (!width || !w) return;
    const scale = Math.min(1, (w - kPad * 2) / width, (h - kPad * 2) / height);
    // On a small screen a small graph begins at its left, large enough to be read.
    const isCut = w < 600 && scale < 0.55 && this.nodes.length < 200;
    this.view.scale = isCut ? 0.6 : Math.max(scale, 0.02);
    this.view.x = isCut ? 16 : (w - width * this.view.scale) / 2;
    this.view.y = (h - height * this.view.scale) / 2;
    if (draw) this.redraw();
  }
  zoom(factor: number, cx = this.canvas.clientWidth / 2, cy = this.canvas.clientHeight / 2) {
    const scale = Math.min(kScaleMax, Math.max(0.01, this.view.scale * factor)), f = scale / this.view.scale;
    this.view = {x: cx - (cx - this.view.x) * f, y: cy - (cy - this.view.y) * f, scale};
    this.moving();
  }
  reveal(at: number) {
    if (this.view.scale < 0.55) this.view.scale = 0.8;
    const {x, y} = this.placed, s = this.view.scale, p = this.toScreen(x[at], y[at]), w = this.canvas.clientWidth, h = this.canvas.clientHeight;
    if (p.x < kPad || p.y < kPad || p.x + kWidth * s > w - kPad || p.y + 60 * s > h - kPad) {
      this.view.x = w / 2 - (x[at] + kWidth / 2) * s;
      this.view.y = h / 2 - (y[at] + this.nodes[at].height / 2) * s;
    }
    this.redraw();
  }
  /** The next node that an arrow leads to, -1 for none. */
  neighbour(at: number, key: string): number {
    if (at < 0) return this.nodes.length ? this.first() : -1;
    const {y, layer, x} = this.placed, node = this.nodes[at];
    const nearest = (all: number[]) => all.reduce((best, i) => best < 0 || Math.abs(y[i] - y[at]) < Math.abs(y[best] - y[at]) ? i : best, -1);
    if (key === 'ArrowLeft') return nearest(node.upstream);
    if (key === 'ArrowRight') return nearest(node.downstream);
    const sign = key === 'ArrowDown' ? 1 : -1;
    let best = -1;
    for (let i = 0; i < this.nodes.length; ++i)
      if (layer[i] === layer[at] && x[i] === x[at] && (y[i] - y[at]) * sign > 0 && (best < 0 || Math.abs(y[i] - y[at]) < Math.abs(y[best] - y[at]))) best = i;
    return best;
  }
  private first() { let best = 0; this.nodes.forEach((_, i) => { const {x, y} = this.placed; if (x[i] < x[best] || (x[i] === x[best] && y[i] < y[best])) best = i; }); return best; }
  /** Where a node is on the screen, for tests and for what is shown beside it. */
  screenOf(key: string) {
    const at = this.nodes.findIndex(node => node.key === key);
    if (at < 0) return null;
    const p = this.toScreen(this.placed.x[at], this.placed.y[at]);
    return {x: p.x + kWidth * this.view.scale / 2, y: p.y + this.nodes[at].height * this.view.scale / 2, scale: this.view.scale};
  }

  private toScreen(x: number, y: number) { return {x: x * this.view.scale + this.view.x, y: y * this.view.scale + this.view.y}; }
  private refreshNear() {
    const at = this.hovered >= 0 && this.pointers.size === 0 ? this.hovered : this.selected;
    this.near = at >= 0 ? around(this.nodes, at) : null;
  }
  private resize() {
    const ratio = devicePixelRatio || 1, {clientWidth: w, clientHeight: h} = this.canvas;
    if (!w || !h) return;
    this.canvas.width = w * ratio;
    this.canvas.height = h * ratio;
    if (!this.wasFitted) this.fit(false);
    this.redraw();
  }
  private nodeAt(px: number, py: number): number {
    const x = (px - this.view.x) / this.view.scale, y = (py - this.view.y) / this.view.scale, placed = this.placed;
    for (let i = 0; i < this.nodes.length; ++i)
      if (x >= placed.x[i] && x <= placed.x[i] + kWidth && y >= placed.y[i] && y <= placed.y[i] + this.nodes[i].height) return i;
    return -1;
  }
  private hover(at: number) {
    if (at === this.hovered) return;
    this.hovered = at;
    this.canvas.style.cursor = at >= 0 ? 'pointer' : 'grab';
    this.canvas.title = at >= 0 && this.view.scale < 0.5 ? `${this.nodes[at].name} (${this.nodes[at].note})` : '';
    if (this.nodes.length < 3000) { this.refreshNear(); this.redraw(); }
  }
  private down = (event: PointerEvent) => {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
    this.moved = 0;
  };
  private move = (event: PointerEvent) => {
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.hover(this.nodeAt(event.offsetX, event.offsetY));
    const now = {x: event.offsetX, y: event.offsetY};
    if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)![1];
      const far = (a: {x: number; y: number}) => Math.hypot(a.x - other.x, a.y - other.y);
      this.zoom(far(now) / Math.max(1, far(before)), (now.x + other.x) / 2, (now.y + other.y) / 2);
      this.moved = 99;
    } else {
      this.moved += Math.hypot(now.x - before.x, now.y - before.y);
      this.view.x += now.x - before.x;
      this.view.y += now.y - before.y;
      if (this.moved > 4) this.canvas.style.cursor = 'grabbing';
      this.moving();
    }
    this.pointers.set(event.pointerId, now);
  };
  private up = (event: PointerEvent) => {
    if (!this.pointers.delete(event.pointerId) || this.moved > 4) { this.canvas.style.cursor = 'grab'; return; }
    const at = this.nodeAt(event.offsetX, event.offsetY);
    if (at >= 0 && this.nodes[at].asset === undefined) return this.tell.toggle(at);
    this.tell.select(at);
  };
  private wheel = (event: WheelEvent) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey || Math.abs(event.deltaY) >= 50 && event.deltaX === 0 && event.deltaMode !== 0 || !event.shiftKey && event.deltaX === 0)
      return this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.offsetX, event.offsetY);
    this.view.x -= event.deltaX + (event.shiftKey ? event.deltaY : 0);
    this.view.y -= event.shiftKey ? 0 : event.deltaY;
    this.moving();
  };
  // While one moves in a large graph, the picture of it moves; it is drawn anew when it rests.
  private moving() {
    if (this.cost > kSlow && !this.picture) {
      const canvas = document.createElement('canvas');
      canvas.width = this.canvas.width;
      canvas.height = this.canvas.height;
      canvas.getContext('2d')!.drawImage(this.canvas, 0, 0);
      this.picture = {canvas, view: this.last};
    }
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { this.picture = null; this.redraw(); }, 90);
    this.redraw();
  }
  private last: View = {x: 0, y: 0, scale: 1};
  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }
  private draw() {
    const c = this.context, ratio = devicePixelRatio || 1, w = this.canvas.clientWidth, h = this.canvas.clientHeight;
    if (!w) return;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, w, h);
    if (this.picture) {
      const {canvas, view} = this.picture, f = this.view.scale / view.scale;
      c.drawImage(canvas, this.view.x - view.x * f, this.view.y - view.y * f, w * f, h * f);
      return;
    }
    const began = performance.now();
    c.translate(this.view.x, this.view.y);
    c.scale(this.view.scale, this.view.scale);
    const sight = {left: -this.view.x / this.view.scale, top: -this.view.y / this.view.scale, right: (w - this.view.x) / this.view.scale, bottom: (h - this.view.y) / this.view.scale};
    this.drawEdges(c, sight);
    this.drawNodes(c, sight);
    this.last = {...this.view};
    this.cost = performance.now() - began;
    if (this.nodes.length) { this.drawn?.(); this.drawn = null; }
  }
  private drawEdges(c: CanvasRenderingContext2D, sight: {left: number; top: number; right: number; bottom: number}) {
    const {x, y} = this.placed, plain = new Path2D(), bright = new Path2D(), isFar = this.view.scale < 0.25;
    for (let to = 0; to < this.nodes.length; ++to) {
      const ty = y[to] + this.nodes[to].height / 2;
      for (const from of this.nodes[to].upstream) {
        const fx = x[from] + kWidth, fy = y[from] + this.nodes[from].height / 2, tx = x[to];
        if (Math.min(fx, tx) > sight.right || Math.max(fx, tx) < sight.left || Math.min(fy, ty) > sight.bottom || Math.max(fy, ty) < sight.top) continue;
        const path = this.near?.has(from) && this.near.has(to) ? bright : plain;
        path.moveTo(fx, fy);
        if (isFar) path.lineTo(tx, ty);
        else { const bend = Math.max(30, Math.abs(tx - fx) / 2); path.bezierCurveTo(fx + bend, fy, tx - bend, ty, tx, ty); }
      }
    }
    c.lineWidth = Math.max(1, 0.7 / this.view.scale);
    c.strokeStyle = this.look.edge;
    c.globalAlpha = this.near ? 0.13 : this.nodes.length > 1500 ? 0.16 : 0.45;
    c.stroke(plain);
    c.globalAlpha = 0.9;
    c.strokeStyle = this.look.accent;
    c.lineWidth *= 1.4;
    c.stroke(bright);
    c.globalAlpha = 1;
  }
  private drawNodes(c: CanvasRenderingContext2D, sight: {left: number; top: number; right: number; bottom: number}) {
    const {x, y} = this.placed;
    for (let i = 0; i < this.nodes.length; ++i) {
      const node = this.nodes[i];
      if (x[i] > sight.right || x[i] + kWidth < sight.left || y[i] > sight.bottom || y[i] + node.height < sight.top) continue;
      c.globalAlpha = this.near && !this.near.has(i) ? 0.32 : 1;
      if (this.view.scale < 0.22 && i !== this.selected) {
        c.fillStyle = this.tone(node.tone);
        c.fillRect(x[i], y[i], kWidth, node.height);
      } else this.drawNode(c, i);
    }
    c.globalAlpha = 1;
  }
  private drawNode(c: CanvasRenderingContext2D, i: number) {
    const node = this.nodes[i], x = this.placed.x[i], y = this.placed.y[i], isGroup = node.asset === undefined, h = node.height;
    const isChosen = i === this.selected;
    if (isGroup) { this.box(c, x + 5, y + 5, kWidth, h, this.look.ground, this.look.line, 1); }
    this.box(c, x, y, kWidth, h, isChosen || i === this.hovered ? this.look.raised : this.look.ground, isChosen ? this.look.accent : this.look.line, isChosen ? 2 : 1);
    const tone = this.tone(node.tone);
    if (isGroup) this.bar(c, node, x + 12, y + h - 13, kWidth - 24);
    else {
      c.fillStyle = tone;
      c.beginPath();
      c.roundRect(x, y, 4, h, [8, 0, 0, 8]);
      c.fill();
    }
    if (this.view.scale < 0.3) return;
    c.save();
    c.translate(x + 13, y + (isGroup ? 9 : 8));
    c.strokeStyle = this.look.soft;
    c.lineWidth = 1.3;
    c.lineCap = c.lineJoin = 'round';
    c.stroke(this.icon(isGroup ? 'assets' : node.kind));
    c.restore();
    c.textBaseline = 'alphabetic';
    c.fillStyle = this.look.text;
    c.font = `600 13px ${this.look.font}`;
    c.fillText(this.clip(c, node.name, kWidth - 48), x + 35, y + 20);
    c.fillStyle = this.look.soft;
    c.font = `11.5px ${this.look.font}`;
    c.fillText(this.clip(c, node.note, kWidth - 48 - (isGroup ? 0 : 14)), x + 35, y + (isGroup ? 36 : 35));
    if (isGroup) return;
    c.fillStyle = tone;
    c.beginPath();
    c.arc(x + kWidth - 14, y + 31, 4, 0, 7);
    if (node.tone === 'idle' || node.tone === 'quiet') { c.strokeStyle = tone; c.lineWidth = 1.5; c.stroke(); } else c.fill();
  }
  private box(c: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, fill: string, line: string, width: number) {
    c.beginPath();
    c.roundRect(x, y, w, h, 8);
    c.fillStyle = fill;
    c.fill();
    c.strokeStyle = line;
    c.lineWidth = width;
    c.stroke();
  }
  private bar(c: CanvasRenderingContext2D, node: GraphNode, x: number, y: number, width: number) {
    let at = x;
    for (const tone of ['bad', 'warn', 'busy', 'good', 'idle', 'quiet'] as const) {
      const part = (node.tones[tone] ?? 0) / node.members.length * width;
      if (!part) continue;
      c.fillStyle = tone === 'idle' || tone === 'quiet' ? this.look.line : this.tone(tone);
      c.fillRect(at, y, Math.max(1.5, part - 1), 4);
      at += part;
    }
  }
  private clip(c: CanvasRenderingContext2D, text: string, width: number): string {
    const key = c.font.slice(0, 3) + width + text, kept = this.widths.get(key);
    if (kept !== undefined) return kept;
    let out = text;
    if (c.measureText(text).width > width) {
      let low = 0, high = text.length;
      while (low < high) { const mid = (low + high + 1) >> 1; if (c.measureText(text.slice(0, mid) + '…').width <= width) low = mid; else high = mid - 1; }
      out = text.slice(0, low) + '…';
    }
    if (this.widths.size > 20000) this.widths.clear();
    this.widths.set(key, out);
    return out;
  }
  private icon(name: string) {
    let path = this.icons.get(name);
    if (!path) this.icons.set(name, path = new Path2D(iconPath(name)));
    return path;
  }
}
