// One asset: how it stands, its columns, code, checks, history, rows.
import {useState} from 'preact/hooks';
import {may, post, useData} from '../api';
import {duration, plural, short} from '../format';
import {assetPath, useParam} from '../router';
import {RunDialog} from '../run_dialog';
import type {Answer, Asset, AssetDetail, Column, Freshness, Lineage} from '../types';
import {Icon} from '../ui/icons';
import {Bars, Button, Card, Copy, Empty, Fact, Facts, Page, Show, Tabs, Time, Wrong} from '../ui/parts';
import {Dot, StatusBadge, stateOf, stateWord, toneOf, wordOf} from '../ui/state';
import {ColumnGraph} from './column_graph';
import {selectorOf} from './graph';
import {AnswerTable} from './sql';

export function AssetPage({id}: {id: string}) {
  const [tab, setTab] = useParam('tab', 'overview');
  const [run, setRun] = useState<string | null>(null);
  const asset = useData<AssetDetail>(assetPath(id), 4000);
  const it = asset.data, word = it && selectorOf(it);
  return <Page title={it?.name ?? id} crumbs={[['Catalogue', '/assets'], ...(it ? [[it.group, `/assets?find=${encodeURIComponent(it.group)}`] as [string, string]] : [])]} twin={assetPath(id)}
    note={it && <><StatusBadge status={stateOf(it)} word={stateWord(it)}/><span class="chip"><Icon name={it.kind} size={12}/>{it.materialized || it.kind}</span>{it.tags?.map(tag => <a class="chip" key={tag} href={`/assets?select=tag:${encodeURIComponent(tag)}`}>{tag}</a>)}</>}
    actions={<><a class="button" href={`/graph?select=${encodeURIComponent(`+${word}+`)}&focus=${encodeURIComponent(id)}`}><Icon name="graph"/><span>Graph</span></a>
      {it && !it.declared && may('run') && <Button kind="main" icon="runs" onClick={() => setRun(word!)}>Run</Button>}</>}>
    <Show of={asset} rows={8}>{it => <>
      <Tabs value={tab} choose={setTab} tabs={[['overview', 'Overview'], ['columns', 'Columns'], ['code', 'Code'], ['checks', 'Checks', it.checks.length], ['history', 'History'], ...(it.relation ? [['rows', 'Rows'] as [string, string]] : [])]}/>
      <div role="tabpanel" aria-labelledby={'tab-' + tab}>
        {tab === 'overview' && <Overview it={it}/>}
        {tab === 'columns' && <Columns id={id}/>}
        {tab === 'code' && <Card title={it.file} actions={<Copy text={it.code}/>} flush>{it.code ? <pre class="code" tabIndex={0}>{it.code}</pre> : <Empty title="It has no code of its own" icon="code"/>}</Card>}
        {tab === 'checks' && <Checks all={it.checks}/>}
        {tab === 'history' && <History it={it}/>}
        {tab === 'rows' && <Preview it={it}/>}
      </div></>}</Show>
    {run !== null && <RunDialog wanted={{select: run}} close={() => setRun(null)}/>}
  </Page>;
}

function Overview({it}: {it: AssetDetail}) {
  const freshness = useData<{freshness: Freshness[]}>('/freshness', 15000);
  const promise = freshness.data?.freshness.find(each => each.asset === it.id);
  const last = it.history.slice(0, 40).reverse();
  const neighbours = (title: string, all: Asset[]) => <Card title={title} flush>{all.length ? <ul class="list tight">{all.map(each => <li key={each.id}><a href={assetPath(each.id)}><Icon name={each.kind}/><b>{each.name}</b><span class="soft clip wide-only">{each.group}</span><span class="end"><Dot status={stateOf(each)} title={stateWord(each)}/></span></a></li>)}</ul> : <Empty title="Nothing"/>}</Card>;
  return <>
    {it.message && it.status === 'error' && <p class="said bad">{it.message}</p>}
    <Card><Facts>
      <Fact name="Built"><Time at={it.built_at}/></Fact>
      <Fact name="Last run">{it.run ? <a href={'/runs/' + it.run}><Time at={it.finished_at}/></a> : <span class="soft">never</span>}</Fact>
      <Fact name="Rows changed">{it.rows === undefined ? '–' : short(it.rows)}</Fact>
      <Fact name="Took">{it.took_ms === undefined ? '–' : duration(it.took_ms)}</Fact>
      {promise && <Fact name="Promise"><StatusBadge status={promise.status}/> <span class="soft">within {duration(promise.within_seconds * 1000)}{promise.stale_because && <>, because of <a href={assetPath(promise.stale_because)}>{promise.stale_because}</a></>}</span></Fact>}
      {it.relation && <Fact name="Relation"><code>{it.schema}.{it.relation}</code></Fact>}
      {it.message && it.status !== 'error' && <Fact name="Said">{it.message}</Fact>}
      <Fact name="Declared in"><code>{it.file}</code></Fact>
    </Facts>{it.description && <p class="prose">{it.description}</p>}</Card>
    {last.length > 1 && <div class="columns"><Card title="Rows changed"><Bars label="Rows changed, oldest run first" values={last.map(each => ({value: Math.max(0, each.rows), tone: toneOf(each.status), title: `${short(Math.max(0, each.rows))} rows, ${wordOf(each.status)}`}))}/></Card>
      <Card title="Duration"><Bars label="Duration, oldest run first" values={last.map(each => ({value: each.took_ms, tone: toneOf(each.status), title: `${duration(each.took_ms)}, ${wordOf(each.status)}`}))}/></Card></div>}
    <div class="columns">{neighbours('Made of', it.upstream)}{neighbours('Feeds', it.downstream)}</div>
  </>;
}

function Columns({id}: {id: string}) {
  const [column, choose] = useParam('column');
  const columns = useData<{columns: Column[]}>(assetPath(id) + '?show=columns');
  const way = useData<Lineage>(column ? `/lineage?asset=${encodeURIComponent(id)}&column=${encodeURIComponent(column)}` : null);
  return <><Card flush><Show of={columns}>{({columns}) => !columns.length ? <Empty title="No columns are known">It was not built yet, and none are described.</Empty> : <div class="table-box"><table>
    <thead><tr><th>Column</th><th>Type</th><th>Description</th><th>Checks</th></tr></thead>
    <tbody>{columns.map(each => <tr key={each.name} aria-current={each.name === column ? 'true' : undefined}><td><button type="button" class="link" aria-expanded={each.name === column} onClick={() => choose(each.name === column ? '' : each.name)}>{each.name}</button></td><td class="soft"><code>{each.type}</code></td><td>{each.description}</td><td>{each.tests.map(test => <span class="chip" key={test}>{test}</span>)}</td></tr>)}</tbody></table></div>}</Show></Card>
    {column ? <Card title={`Way of ${column}`} actions={<a href={`/lineage?asset=${encodeURIComponent(id)}&column=${encodeURIComponent(column)}`}>On its own</a>}><Show of={way}>{it => it.gap ? <Empty title="Its columns can’t be followed" icon="warn">{it.gap}</Empty> : it.edges.length ? <ColumnGraph edges={it.edges} asset={id} column={column}/> : <Empty title="Nothing above, nothing below" icon="lineage"/>}</Show></Card> : <p class="soft small">Choose a column to see what it is made of.</p>}</>;
}

function Checks({all}: {all: Asset[]}) {
  if (!all.length) return <Empty title="It has no checks" icon="test">Tests of dbt that are declared on it stand here.</Empty>;
  return <Card flush><ul class="list">{all.map(each => <li key={each.id}><a href={assetPath(each.id)}><Icon name="test"/><b class="clip">{each.name}</b><span class="soft wide-only clip">{each.status === 'success' ? '' : each.message}</span><span class="end"><StatusBadge status={each.status ?? ''} word={each.status === 'success' || each.status === 'unchanged' ? 'Passes' : undefined}/><span class="when"><Time at={each.finished_at}/></span></span></a></li>)}</ul></Card>;
}

function History({it}: {it: AssetDetail}) {
  if (!it.history.length) return <Empty title="It never ran" icon="runs"/>;
  return <Card flush><div class="table-box"><table><thead><tr><th>When</th><th>State</th><th class="num">Rows</th><th class="num">Took</th><th>Said</th></tr></thead>
    <tbody>{it.history.map(each => <tr key={each.run}><td><a href={'/runs/' + each.run}><Time at={each.finished_at}/></a></td><td><StatusBadge status={each.status}/></td><td class="num">{each.rows < 0 ? '' : short(each.rows)}</td><td class="num">{duration(each.took_ms)}</td><td class="soft">{each.message}</td></tr>)}</tbody></table></div></Card>;
}

function Preview({it}: {it: AssetDetail}) {
  const [answer, setAnswer] = useState<Answer>();
  const [wrong, setWrong] = useState<any>();
  const [asked, setAsked] = useState('');
  const quote = (name: string) => /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replace(/"/g, '""')}"`;
  const sql = `select * from ${quote(it.schema ?? 'main')}.${quote(it.relation)} limit 100`;
  if (asked !== sql) {
    setAsked(sql);
    post<Answer>('/sql', {sql, limit: 100}).then(setAnswer, setWrong);
  }
  return <Card title={answer ? plural(answer.rows.length, 'row') : 'Rows'} actions={<a href={'/sql?sql=' + encodeURIComponent(sql)}>In the SQL pad</a>} flush>
    {wrong ? <Wrong error={wrong}/> : answer ? <AnswerTable answer={answer}/> : <p class="soft pad">Asking…</p>}</Card>;
}
