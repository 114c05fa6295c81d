// Column lineage on its own page: an asset, its columns, the way of one of them.
import {useMemo} from 'preact/hooks';
import {useData} from '../api';
import {plural} from '../format';
import {assetPath, setParams, useParam} from '../router';
import type {Lineage} from '../types';
import {Card, Empty, Page, Search, Show} from '../ui/parts';
import {ColumnGraph, ownerKind, ownerName} from './column_graph';

const kFound = 200;

export function LineageView() {
  const [asset] = useParam('asset');
  const [column] = useParam('column');
  const [find] = useParam('find');
  const all = useData<Lineage>('/lineage');
  const query = `/lineage?asset=${encodeURIComponent(asset)}` + (column ? `&column=${encodeURIComponent(column)}` : '');
  const one = useData<Lineage>(asset ? query : null);
  const found = useMemo(() => {
    const words = find.toLowerCase().split(/[\s.]+/).filter(Boolean);
    return (all.data?.assets ?? []).flatMap(each => each.columns.map(name => ({asset: each.asset, name}))).filter(each => {
      const text = (each.asset + '.' + each.name).toLowerCase();
      return words.every(word => text.includes(word));
    });
  }, [all.data, find]);
  return <Page title="Column lineage" twin={asset ? query : '/lineage'} crumbs={asset ? [['Column lineage', '/lineage']] : undefined}
    note={asset && <span><a href={assetPath(asset)}>{ownerName(asset)}</a>{column && <>.<b>{column}</b></>}</span>}>
    <div class="split">
      <Card flush><div class="list-head"><Search value={find} change={value => setParams({find: value || null})} label="Find a column" placeholder="Find: orders.amount"/></div>
        <Show of={all}>{() => !found.length ? <Empty title="No column is called that" icon="search"/> : <ul class="list tight scroll" aria-label="Columns">{found.slice(0, kFound).map(each => <li key={each.asset + each.name}>
          <a href={`/lineage?asset=${encodeURIComponent(each.asset)}&column=${encodeURIComponent(each.name)}${find ? '&find=' + encodeURIComponent(find) : ''}`} aria-current={each.asset === asset && each.name === column ? 'true' : undefined}>
            <b>{each.name}</b><span class="soft clip">{ownerName(each.asset)}</span></a></li>)}{found.length > kFound && <li class="soft pad">and {plural(found.length - kFound, 'more column')}</li>}</ul>}</Show></Card>
      <Card title={column ? `Way of ${column}` : asset ? `Columns of ${ownerName(asset)}` : 'Way of a column'}>
        {!asset ? <Empty title="Choose a column" icon="lineage">Its way from the source’s field to the page is drawn here.</Empty> :
          <Show of={one}>{lineage => <LineageBody lineage={lineage} asset={asset} column={column}/>}</Show>}</Card>
    </div>
  </Page>;
}

export function LineageBody({lineage, asset, column}: {lineage: Lineage; asset: string; column: string}) {
  if (lineage.gap) return <Empty title="Its columns can’t be followed" icon="warn">{lineage.gap}</Empty>;
  if (!column) return <ul class="list tight">{lineage.columns.map(name => <li key={name}><a href={`/lineage?asset=${encodeURIComponent(asset)}&column=${encodeURIComponent(name)}`}><b>{name}</b></a></li>)}</ul>;
  if (!lineage.edges.length) return <Empty title="Nothing above, nothing below" icon="lineage">{ownerKind(asset) === 'page' ? 'This column is computed on the page.' : 'No other column is made of it, and it of none.'}</Empty>;
  return <><ColumnGraph edges={lineage.edges} asset={asset} column={column}/><p class="soft small">A whole line: passed on as it is. A dashed one: something is made from it.</p></>;
}
