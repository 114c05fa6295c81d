// What the graph shows: assets, or groups of them that can be unfolded.
import type {Asset} from '../types';
import {stateOf, toneOf, type Tone} from '../ui/state';

export interface GraphNode {
  key: string;             // an asset's id, "group:NAME"
  name: string; note: string; kind: string; state: string; tone: Tone;
  asset?: number;          // its index, where it is one
  members: number[];       // of a group
  tones: Partial<Record<Tone, number>>;
  upstream: number[]; downstream: number[]; height: number; depth: number;
}
export type By = 'none' | 'group' | 'schema' | 'kind';

export const groupOf = (asset: Asset, by: By) =>
  by === 'group' ? asset.group : by === 'schema' ? asset.schema || asset.kind + 's' : asset.kind + 's';

/** How many assets are above each, along the longest way. */
function depths(assets: Asset[]): number[] {
  const depth = new Array<number>(assets.length).fill(-1);
  for (let root = 0; root < assets.length; ++root) {
    const stack = [root];
    while (stack.length) {
      const at = stack[stack.length - 1];
      const waits = depth[at] < 0 ? assets[at].upstream.filter(i => depth[i] < 0 && !stack.includes(i)) : [];
      if (waits.length) { stack.push(waits[0]); continue; }
      stack.pop();
      if (depth[at] < 0) depth[at] = assets[at].upstream.reduce((most, i) => Math.max(most, depth[i] + 1), 0);
    }
  }
  return depth;
}

export function model(assets: Asset[], by: By, open: Set<string>): GraphNode[] {
  const nodes: GraphNode[] = [], place = new Int32Array(assets.length), groups = new Map<string, number>(), depth = depths(assets);
  assets.forEach((asset, i) => {
    const group = by === 'none' ? '' : groupOf(asset, by), state = stateOf(asset), tone = toneOf(state);
    if (by !== 'none' && !open.has(group)) {
      let at = groups.get(group);
      if (at === undefined) {
        groups.set(group, at = nodes.length);
        nodes.push({key: 'group:' + group, name: group, note: '', kind: asset.kind, state: '', tone: 'idle', members: [], tones: {}, upstream: [], downstream: [], height: 58, depth: 0});
      }
      nodes[at].members.push(i);
      nodes[at].tones[tone] = (nodes[at].tones[tone] ?? 0) + 1;
      place[i] = at;
    } else {
      place[i] = nodes.length;
      nodes.push({key: asset.id, name: asset.name, note: asset.schema || asset.group, kind: asset.kind, state, tone, asset: i, members: [i], tones: {}, upstream: [], downstream: [], height: 44, depth: depth[i]});
    }
  });
  const seen = new Set<number>();
  assets.forEach((asset, i) => {
    const to = place[i];
    for (const above of asset.upstream) {
      const from = place[above], edge = from * nodes.length + to;
      if (from === to || seen.has(edge)) continue;
      seen.add(edge);
      nodes[to].upstream.push(from);
      nodes[from].downstream.push(to);
    }
  });
  const order: Tone[] = ['bad', 'busy', 'warn', 'good', 'idle', 'quiet'];
  for (const node of nodes) {
    if (node.asset !== undefined) continue;
    node.depth = node.members.reduce((sum, i) => sum + depth[i], 0) / node.members.length;
    node.note = node.members.length === 1 ? '1 asset' : `${node.members.length.toLocaleString('en-US')} assets`;
    node.tone = order.find(tone => node.tones[tone]) ?? 'idle';
  }
  return nodes;
}

/** Whatever is above and below a node. */
export function around(nodes: GraphNode[], at: number): Set<number> {
  const found = new Set([at]);
  for (const way of ['upstream', 'downstream'] as const) {
    const stack = [at], seen = new Set([at]);
    for (let i; (i = stack.pop()) !== undefined;)
      for (const next of nodes[i][way]) if (!seen.has(next)) { seen.add(next); found.add(next); stack.push(next); }
  }
  return found;
}
