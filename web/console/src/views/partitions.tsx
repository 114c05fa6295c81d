// Partitions: a grid of what is there, what is missing, what failed; a range of it becomes a backfill.
import {useMemo, useState} from 'preact/hooks';
import {may, useData} from '../api';
import {plural} from '../format';
import {useParam} from '../router';
import type {Cell, PartitionSet, PartitionState} from '../types';
import {Button, Card, Choice, Empty, Fact, Facts, Page, Show, Time} from '../ui/parts';
import {StatusBadge, toneOf, wordOf} from '../ui/state';
import {BackfillDialog} from './backfill_form';

export const states: PartitionState[] = ['succeeded', 'running', 'queued', 'failed', 'cancelled', 'missing'];

export function StateBar({of, label}: {of: Partial<Record<string, number>>; label: string}) {
  const total = states.reduce((n, state) => n + (of[state] ?? 0), 0);
  const words = states.filter(state => of[state]).map(state => `${of[state]} ${wordOf(state).toLowerCase()}`).join(', ');
  return <span class="state-bar" role="img" aria-label={`${label}: ${words || 'nothing'}`} title={words}>{total > 0 && states.map(state => of[state] ? <i key={state} class={toneOf(state) + ' ' + state} style={{width: of[state]! / total * 100 + '%'}}/> : null)}</span>;
}

export function PartitionSets() {
  const sets = useData<{partitions: PartitionSet[]}>('/partitions', 8000);
  return <Page title="Partitions" twin="/partitions"><Show of={sets}>{({partitions}) => !partitions.length ? <Empty title="Nothing is divided into partitions" icon="partitions">Write <code>partitions:</code> into leat.yml: windows of time, or a list.</Empty> :
    <Card flush><div class="table-box"><table><thead><tr><th>Partitions</th><th>Each</th><th class="wide-only">What</th><th>State</th><th class="num">Done</th></tr></thead><tbody>{partitions.map(each => <tr key={each.name}>
      <td><a href={'/partitions/' + encodeURIComponent(each.name)}><b>{each.name}</b></a></td><td>{each.window ?? 'of a list'}{each.timezone && <small class="soft"> {each.timezone}</small>}</td><td class="wide-only"><code>{each.select.join(' ') || 'everything'}</code></td><td><StateBar of={each.states} label={each.name}/></td><td class="num">{each.states.succeeded ?? 0} of {each.count}</td></tr>)}</tbody></table></div></Card>}</Show></Page>;
}

export function PartitionsPage({name}: {name: string}) {
  const [state, setState] = useParam('state');
  const [form, setForm] = useState(false);
  const [first, setFirst] = useState<number | null>(null);
  const [last, setLast] = useState<number | null>(null);
  const path = '/partitions/' + encodeURIComponent(name);
  const data = useData<PartitionSet & {cells: Cell[]; total: number}>(path + '?limit=10000', 4000);
  const set = data.data, cells = set?.cells ?? [];
  const [low, high] = first === null ? [-1, -1] : [Math.min(first, last ?? first), Math.max(first, last ?? first)];
  const chosen = low < 0 ? [] : cells.slice(low, high + 1);
  const press = (at: number, more: boolean) => { if (more && first !== null) setLast(at); else if (first === at && last === null) setFirst(null); else { setFirst(at); setLast(null); } };
  const keys = (event: KeyboardEvent, at: number) => {
    const box = (event.currentTarget as HTMLElement).parentElement!, row = Math.max(1, Math.floor(box.clientWidth / (box.firstElementChild as HTMLElement).offsetWidth));
    const step = ({ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row} as Record<string, number>)[event.key];
    if (!step) return;
    event.preventDefault();
    const next = box.children[at + step] as HTMLElement | undefined;
    next?.focus();
    if (event.shiftKey && next) { if (first === null) setFirst(at); setLast(at + step); }
  };
  const groups = useMemo(() => {
    const out: {name: string; cells: {cell: Cell; at: number}[]}[] = [];
    cells.forEach((cell, at) => {
      if (state && cell.state !== state) return;
      const month = set?.kind === 'time' ? cell.key.slice(0, cell.key.length > 10 ? 10 : 7) : '';
      if (!out.length || out[out.length - 1].name !== month) out.push({name: month, cells: []});
      out[out.length - 1].cells.push({cell, at});
    });
    return out;
  }, [cells, state]);
  return <Page title={name} crumbs={[['Partitions', '/partitions']]} twin={path} note={set && <span>{plural(set.count, 'partition')}{set.window && `, each ${set.window}`}</span>}
    actions={may('run') && <Button kind="main" icon="backfill" onClick={() => setForm(true)}>{chosen.length ? `Backfill ${chosen.length}` : 'Backfill…'}</Button>}>
    <Show of={data}>{set => <>
      <Card><Facts>{states.map(each => <Fact key={each} name={wordOf(each)}>{set.states[each] ?? 0}</Fact>)}<Fact name="What"><code>{set.select.join(' ') || 'everything'}</code></Fact></Facts><StateBar of={set.states} label={name}/></Card>
      <div class="filters"><Choice label="State" value={state} choose={setState} options={[['', 'All'], ...states.map(each => [each, wordOf(each)] as [string, string])]}/><span class="soft small">Click one, Shift and click another: that range.</span></div>
      <Card>{groups.length === 0 ? <Empty title="No partition fits"/> : groups.map(group => <div class="cells-group" key={group.name}>{group.name && <h3>{group.name}</h3>}<div class="cells">{group.cells.map(({cell, at}) =>
        <button type="button" key={cell.key} class={`cell-box ${toneOf(cell.state)} ${cell.state}`} aria-pressed={at >= low && at <= high} aria-label={`${cell.key}: ${wordOf(cell.state)}`} title={`${cell.key}: ${wordOf(cell.state)}`} onClick={event => press(at, event.shiftKey)} onKeyDown={event => keys(event as any, at)}/>)}</div></div>)}
        <div class="graph-legend inline" aria-hidden="true">{states.map(each => <span key={each}><i class={`cell-key ${toneOf(each)} ${each}`}/>{wordOf(each)}</span>)}</div></Card>
      {chosen.length > 0 && <Card title={chosen.length === 1 ? chosen[0].key : `${chosen[0].key} to ${chosen[chosen.length - 1].key}`} flush><ul class="list tight scroll">{chosen.slice(0, 60).map(each => <li key={each.key} class="pad"><b>{each.key}</b><StatusBadge status={each.state}/><span class="end">{each.job && <a href={'/jobs/' + each.job}>job {each.job}</a>}{each.backfill && <a href={'/backfills/' + each.backfill}>backfill {each.backfill}</a>}<span class="soft"><Time at={each.updated_at}/></span></span></li>)}</ul></Card>}
      {form && <BackfillDialog sets={[set]} wanted={chosen.length ? {partitions: name, keys: chosen.map(each => each.key), which: chosen.length === 1 ? 'all' : 'unfinished'} : {partitions: name}} close={() => { setForm(false); data.refresh(); }}/>}
    </>}</Show></Page>;
}
