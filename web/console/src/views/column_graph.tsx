// The way of a column, drawn: a box an asset, a line a column in it, an edge where one is made of another.
import {useLayoutEffect, useMemo, useRef} from 'preact/hooks';
import {layout} from '../graph/layout';
import {go, withParams} from '../router';
import type {LineageEdge} from '../types';

const kWidth = 188, kRow = 22, kHead = 28;

export const ownerName = (owner: string) => owner.startsWith('stream.') ? owner.slice(7) : owner.startsWith('page.') ? owner.slice(5) : owner.split('.').slice(2).join('.') || owner;
export const ownerKind = (owner: string) => owner.slice(0, owner.indexOf('.'));

export function ColumnGraph({edges, asset, column}: {edges: LineageEdge[]; asset: string; column: string}) {
  const drawn = useMemo(() => {
    const owners = new Map<string, Set<string>>([[asset, new Set([column])]]);
    for (const edge of edges) for (const [owner, name] of [edge.from, edge.to]) (owners.get(owner) ?? owners.set(owner, new Set()).get(owner)!).add(name);
    const names = [...owners.keys()], at = new Map(names.map((name, i) => [name, i]));
    const boxes = names.map(name => ({upstream: [...new Set(edges.filter(edge => edge.to[0] === name).map(edge => at.get(edge.from[0])!))], height: kHead + owners.get(name)!.size * kRow + 6}));
    const placed = layout(boxes, {width: kWidth, gapX: 48, gapY: 18});
    const point = (owner: string, name: string, right: boolean) => {
      const i = at.get(owner)!, row = [...owners.get(owner)!].indexOf(name);
      return [placed.x[i] + (right ? kWidth : 0), placed.y[i] + kHead + row * kRow + kRow / 2] as const;
    };
    return {names, owners, boxes, placed, point};
  }, [edges, asset, column]);
  const {names, owners, boxes, placed, point} = drawn;
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => { if (frame.current) frame.current.scrollLeft = placed.x[0] + kWidth / 2 - frame.current.clientWidth / 2; }, [drawn]);
  return <div class="column-graph" ref={frame} tabIndex={0} role="region" aria-label={`Lineage of ${column}`}>
    <svg width={placed.width + 4} height={placed.height + 4} viewBox={`-2 -2 ${placed.width + 4} ${placed.height + 4}`} role="group" aria-label={`What ${column} of ${ownerName(asset)} is made of, and what is made of it`}>
      {edges.map((edge, i) => {
        const [ax, ay] = point(edge.from[0], edge.from[1], true), [bx, by] = point(edge.to[0], edge.to[1], false), bend = Math.max(30, (bx - ax) / 2);
        return <path key={i} class={edge.itself ? 'edge' : 'edge made'} d={`M${ax} ${ay}C${ax + bend} ${ay} ${bx - bend} ${by} ${bx} ${by}`}><title>{edge.itself ? 'passed on as it is' : 'made from it'}</title></path>;
      })}
      {names.map((owner, i) => <g key={owner} transform={`translate(${placed.x[i]},${placed.y[i]})`}>
        <rect class={owner === asset ? 'box chosen' : 'box'} width={kWidth} height={boxes[i].height} rx="8"/>
        <text class="title" x="11" y="19">{cut(ownerName(owner))}<title>{owner}</title></text>
        {[...owners.get(owner)!].map((name, row) => <a key={name} href={withParams({asset: owner, column: name}, '/lineage')} onClick={event => { event.preventDefault(); go(withParams({asset: owner, column: name}, '/lineage')); }}>
          {owner === asset && name === column && <rect class="chosen-row" x="4" y={kHead + row * kRow} width={kWidth - 8} height={kRow} rx="5"/>}
          <text x="11" y={kHead + row * kRow + 15}>{cut(name)}</text></a>)}
      </g>)}
    </svg></div>;
}
const cut = (text: string) => text.length > 25 ? text.slice(0, 24) + '…' : text;
