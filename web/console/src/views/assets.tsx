// The catalogue: every asset in a table, with filters that stand in the address.
import {useMemo} from 'preact/hooks';
import {useData} from '../api';
import {duration, instant, plural, short} from '../format';
import {assetPath, setParams, useParam} from '../router';
import type {Asset, Freshness, Graph} from '../types';
import {Icon} from '../ui/icons';
import {Empty, Page, Rows, Search, Show, Time, Wrong} from '../ui/parts';
import {StatusBadge, stateOf, stateWord} from '../ui/state';

const sorts: Record<string, (a: Asset, b: Asset) => number> = {
  name: (a, b) => a.name.localeCompare(b.name), kind: (a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name),
  group: (a, b) => a.group.localeCompare(b.group) || a.name.localeCompare(b.name), built: (a, b) => (instant(b.built_at) || 0) - (instant(a.built_at) || 0),
  rows: (a, b) => (b.rows ?? -1) - (a.rows ?? -1), took: (a, b) => (b.took_ms ?? -1) - (a.took_ms ?? -1),
};

export function Assets() {
  const [select, setSelect] = useParam('select');
  const [find] = useParam('find');
  const [kind, setKind] = useParam('kind');
  const [state, setState] = useParam('state');
  const [sort, setSort] = useParam('sort', 'group');
  const query = select ? '?select=' + encodeURIComponent(select) : '';
  const graph = useData<Graph>('/graph' + query, 8000);
  const freshness = useData<{freshness: Freshness[]}>('/freshness', 30000);
  const fresh = useMemo(() => new Map((freshness.data?.freshness ?? []).map(each => [each.asset, each])), [freshness.data]);
  const all = graph.data?.assets ?? [];
  const kinds = [...new Set(all.map(each => each.kind))].sort();
  const shown = useMemo(() => {
    const words = find.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter(each => (!kind || each.kind === kind) && (!state || stateOf(each) === (state === 'never' ? '' : state)) &&
      words.every(word => `${each.name} ${each.group} ${each.schema ?? ''} ${(each.tags ?? []).join(' ')}`.toLowerCase().includes(word))).sort(sorts[sort] ?? sorts.group);
  }, [graph.data, find, kind, state, sort]);
  const head = (id: string, name: string, more = '') => <button type="button" class={'cell ' + more} aria-pressed={sort === id} onClick={() => setSort(id)}>{name}</button>;
  return <Page title="Catalogue" twin={'/graph' + query} note={graph.data && <span>{shown.length === all.length ? plural(all.length, 'asset') : `${shown.length} of ${plural(all.length, 'asset')}`}</span>}>
    <div class="filters">
      <Search value={find} change={value => setParams({find: value || null})} label="Find assets" placeholder="Find by name, group, tag…"/>
      <Search value={select} change={value => setSelect(value.trim())} label="Select by dbt's language" placeholder="Select: orders+, tag:daily"/>
      <label class="pick"><span class="hidden">Kind</span><select value={kind} onChange={event => setKind(event.currentTarget.value)}><option value="">Every kind</option>{kinds.map(each => <option key={each}>{each}</option>)}</select></label>
      <label class="pick"><span class="hidden">State</span><select value={state} onChange={event => setState(event.currentTarget.value)}><option value="">Every state</option>
        {[['error', 'Failed'], ['stale', 'Stale'], ['warning', 'Warning'], ['running', 'Running'], ['success', 'Done'], ['unchanged', 'Unchanged'], ['never', 'Never run']].map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select></label>
    </div>
    {graph.error?.status === 400 ? <Wrong error={graph.error}/> : <Show of={graph} rows={10}>{() => !shown.length ? <Empty title="No asset fits" icon="search"/> : <div class="card"><div class="flush">
      <div class="grid head assets-grid">{head('name', 'Name')}{head('kind', 'Kind', 'wide-only')}{head('group', 'Group', 'wide-only')}<span class="cell">State</span>{head('rows', 'Rows', 'num wide-only')}{head('took', 'Took', 'num wide-only')}{head('built', 'Built', 'num')}</div>
      <Rows total={shown.length} height={38} tall={Math.max(320, innerHeight - 250)} label="Assets" row={i => {
        const each = shown[i], promise = fresh.get(each.id);
        return <a class="grid assets-grid" key={each.id} href={assetPath(each.id)}>
          <span class="cell name"><Icon name={each.kind}/><b>{each.name}</b></span><span class="cell soft wide-only">{each.materialized || each.kind}</span><span class="cell soft wide-only clip">{each.group}</span>
          <span class="cell"><StatusBadge status={promise?.status === 'stale' ? 'stale' : stateOf(each)} word={promise?.status === 'stale' ? 'Stale' : stateWord(each)}/></span>
          <span class="cell num wide-only">{each.rows === undefined ? '' : short(each.rows)}</span><span class="cell num soft wide-only">{each.took_ms === undefined ? '' : duration(each.took_ms)}</span><span class="cell num soft"><Time at={each.built_at}/></span></a>;
      }}/></div></div>}</Show>}
  </Page>;
}
