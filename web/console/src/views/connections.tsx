// Connections: what comes in, how much of it, how far behind it is, what changed in its shape.
import {useState} from 'preact/hooks';
import {may, useData} from '../api';
import {ago, bytes, duration, instant, plural, short} from '../format';
import {assetPath, useParam} from '../router';
import {RunDialog, trigger} from '../run_dialog';
import type {Connection, Load, Stream} from '../types';
import {Icon} from '../ui/icons';
import {Bars, Button, Card, Copy, Dialog, Empty, Fact, Facts, Page, Show, Tabs, Time} from '../ui/parts';
import {Dot, StatusBadge} from '../ui/state';

const isGood = (load: Load) => load.status === 'success' || load.status === 'done' || load.status === '' || load.status === 'succeeded';
const stateOfStream = (stream: Stream): string => !stream.loads.length ? '' : isGood(stream.loads[0]) ? stream.loads[0].rows_rejected ? 'warning' : 'success' : 'error';
const stateOfConnection = (it: Connection) => { const all = it.streams.map(stateOfStream); return ['error', 'warning', 'success', ''].find(each => all.includes(each)) ?? ''; };
const newest = (it: Connection) => it.streams.flatMap(each => each.loads.slice(0, 1)).sort((a, b) => instant(b.at) - instant(a.at))[0];
const sum = (it: Connection, of: (load: Load) => number) => it.streams.reduce((total, each) => total + (each.loads[0] ? of(each.loads[0]) : 0), 0);
const written = (load: Load) => load.rows_inserted + load.rows_updated;

function loadsOf(streams: Stream[], many: number) {
  const byTime = new Map<string, {rows: number; bad: boolean; at: string}>();
  for (const stream of streams) for (const load of stream.loads) {
    const key = load.at.slice(0, 16), held = byTime.get(key) ?? {rows: 0, bad: false, at: load.at};
    byTime.set(key, {rows: held.rows + load.rows_read, bad: held.bad || !isGood(load), at: held.at});
  }
  return [...byTime.values()].sort((a, b) => instant(a.at) - instant(b.at)).slice(-many).map(each => ({value: each.rows, tone: each.bad ? 'bad' : 'good', title: `${short(each.rows)} rows read, ${ago(each.at)}`}));
}

export function Connections() {
  const all = useData<{connections: Connection[]}>('/connections', 8000);
  return <Page title="Connections" twin="/connections" note={all.data && <span>{plural(all.data.connections.length, 'connection')}, {plural(all.data.connections.reduce((n, each) => n + each.streams.length, 0), 'stream')}</span>}>
    <Show of={all}>{({connections}) => !connections.length ? <Empty title="The project has no connections" icon="connection">Declare them under <code>connections:</code> in leat.yml.</Empty> :
      <Card flush><div class="grid head connections-grid"><span class="cell">Connection</span><span class="cell">State</span><span class="cell wide-only">Last loads</span><span class="cell num wide-only">Rows</span><span class="cell num wide-only">Bytes</span><span class="cell num wide-only">Lag</span><span class="cell num">Last load</span></div>
        {connections.map(it => <a class="grid connections-grid tall" key={it.name} href={'/connections/' + encodeURIComponent(it.name)}>
          <span class="cell name"><Icon name="connection"/><b>{it.name}</b><small>{it.source} → {it.destination || it.schema}, {plural(it.streams.length, 'stream')}</small></span>
          <span class="cell"><StatusBadge status={stateOfConnection(it)}/>{it.schema_changes.length > 0 && <span class="chip wide-only">{plural(it.schema_changes.length, 'schema change')}</span>}</span>
          <span class="cell wide-only"><Bars values={loadsOf(it.streams, 12)} label={`Rows of the last loads of ${it.name}`}/></span>
          <span class="cell num wide-only">{newest(it) ? short(sum(it, load => load.rows_read)) : '–'}</span><span class="cell num wide-only">{newest(it) ? bytes(sum(it, load => load.bytes)) : '–'}</span>
          <span class="cell num wide-only">{it.lag ? <>{duration(it.lag.seconds * 1000)}<small>{bytes(it.lag.bytes)}</small></> : <span class="soft">–</span>}</span><span class="cell num soft"><Time at={newest(it)?.at}/></span></a>)}</Card>}</Show>
  </Page>;
}

export function ConnectionPage({name}: {name: string}) {
  const [tab, setTab] = useParam('tab', 'streams');
  const [run, setRun] = useState(false);
  const [state, setState] = useState<{stream: string; text: string} | null>(null);
  const all = useData<Connection>('/connections/' + encodeURIComponent(name), 8000);
  const sync = (full_refresh: boolean) => trigger({select: [`fqn:${name}.*`], kinds: ['stream'], full_refresh, name});
  return <Page title={name} crumbs={[['Connections', '/connections']]} twin={'/connections/' + encodeURIComponent(name)}
    note={all.data && <><StatusBadge status={stateOfConnection(all.data)}/><span class="soft">{all.data.source} → {all.data.destination || all.data.schema}</span></>}
    actions={may('run') && <><Button onClick={() => setRun(true)}>Choose…</Button><Button kind="main" icon="runs" onClick={() => sync(false)}>Sync now</Button></>}>
    <Show of={all}>{it => {
      const facts = new Map((it.facts ?? []).map(each => [each.stream, each])), letters = (it.facts ?? []).reduce((n, each) => n + each.dead_letters, 0);
      return <>
        <Card><Facts>
          <Fact name="Last load"><Time at={newest(it)?.at}/></Fact><Fact name="Rows read">{short(sum(it, load => load.rows_read))}</Fact><Fact name="Rows written">{short(sum(it, written))}</Fact><Fact name="Bytes">{bytes(sum(it, load => load.bytes))}</Fact>
          {it.lag && <Fact name="Lag">{duration(it.lag.seconds * 1000)}, {bytes(it.lag.bytes)} <span class="soft">of log, told <Time at={it.lag.at}/></span></Fact>}
          <Fact name="Dead letters">{letters ? <a href={'/dead-letters?connection=' + encodeURIComponent(name)}>{short(letters)}</a> : it.problem ? '–' : 'none'}</Fact>
        </Facts>{it.problem && <p class="soft small">The warehouse can’t be asked now: {it.problem}</p>}</Card>
        <Tabs value={tab} choose={setTab} tabs={[['streams', 'Streams', it.streams.length], ['loads', 'Loads'], ['schema', 'Schema changes', it.schema_changes.length]]}/>
        <div role="tabpanel" aria-labelledby={'tab-' + tab}>
        {tab === 'streams' && <Card flush><div class="table-box"><table><thead><tr><th>Stream</th><th>State</th><th class="wide-only">Mode</th><th class="wide-only">Key</th><th class="wide-only">Loads</th><th class="num">Rows</th><th class="num wide-only">Bytes</th><th class="num">Last</th><th class="wide-only">Goes on at</th></tr></thead>
          <tbody>{it.streams.map(each => { const last = each.loads[0], fact = facts.get(each.name); return <tr key={each.name}>
            <td><a href={assetPath(`stream.${name}.${each.name}`)}><b>{each.name}</b></a>{each.table !== each.name && <small class="soft"> → {each.table}</small>}{last?.error && <div class="bad-text small">{last.error}</div>}</td>
            <td><StatusBadge status={stateOfStream(each)}/></td><td class="wide-only">{each.mode ? <code>{each.mode}</code> : <span class="soft">the source’s</span>}</td><td class="wide-only soft">{each.primary_key.join(', ')}{each.cursor && <> by {each.cursor}</>}</td>
            <td class="wide-only"><Bars height={20} values={each.loads.slice(0, 12).reverse().map(load => ({value: load.rows_read, tone: isGood(load) ? load.rows_rejected ? 'warn' : 'good' : 'bad', title: `${short(load.rows_read)} rows, ${ago(load.at)}`}))} label={`Rows of the last loads of ${each.name}`}/></td>
            <td class="num">{last ? short(last.rows_read) : '–'}{fact && fact.dead_letters > 0 && <small class="bad-text"> {plural(fact.dead_letters, 'letter')}</small>}</td><td class="num wide-only">{last ? bytes(last.bytes) : '–'}</td><td class="num soft"><Time at={last?.at}/></td>
            <td class="wide-only">{fact?.state ? <button type="button" class="link clip state" onClick={() => setState({stream: each.name, text: pretty(fact.state)})}>{fact.state.slice(0, 40)}</button> : <span class="soft">–</span>}</td></tr>; })}</tbody></table></div></Card>}
        {tab === 'loads' && <Loads it={it}/>}
        {tab === 'schema' && <Card flush>{it.schema_changes.length ? <ul class="list">{it.schema_changes.map((each, i) => <li key={i} class="pad"><span class="chip">{each.change}</span><b>{each.stream}.{each.column}</b><span class="soft">{each.detail}</span><span class="end"><Time at={each.at}/></span></li>)}</ul> : <Empty title="The shape of its streams has not changed" icon="check"/>}</Card>}
        </div></>;
    }}</Show>
    {state && <Dialog title={`State of ${state.stream}`} close={() => setState(null)} actions={<Copy text={state.text}/>}><pre class="code" tabIndex={0}>{state.text}</pre><p class="soft small">Where the next read goes on. It is committed with the rows that it covers; `leat state` changes it.</p></Dialog>}
    {run && <RunDialog wanted={{select: `fqn:${name}.*`, kinds: ['stream'], name}} close={() => setRun(false)}/>}
  </Page>;
}
function pretty(json: string) { try { return JSON.stringify(JSON.parse(json), null, 2); } catch { return json; } }

function Loads({it}: {it: Connection}) {
  const all = it.streams.flatMap(stream => stream.loads.map(load => ({stream: stream.name, ...load}))).sort((a, b) => instant(b.at) - instant(a.at)).slice(0, 200);
  if (!all.length) return <Empty title="Nothing was loaded yet" icon="stream"/>;
  return <Card flush><div class="table-box"><table><thead><tr><th>When</th><th>Stream</th><th class="num">Read</th><th class="num">New</th><th class="num">Changed</th><th class="num wide-only">Unchanged</th><th class="num">Rejected</th><th class="num wide-only">Bytes</th><th class="num">Took</th></tr></thead>
    <tbody>{all.map((each, i) => <tr key={i}><td><Time at={each.at}/></td><td><Dot status={isGood(each) ? 'success' : 'error'}/> {each.stream}{each.error && <div class="bad-text small">{each.error}</div>}</td><td class="num">{short(each.rows_read)}</td><td class="num">{short(each.rows_inserted)}</td><td class="num">{short(each.rows_updated)}</td><td class="num wide-only">{short(each.rows_unchanged)}</td><td class={'num ' + (each.rows_rejected ? 'bad-text' : '')}>{short(each.rows_rejected)}</td><td class="num wide-only">{bytes(each.bytes)}</td><td class="num">{duration(each.took_ms)}</td></tr>)}</tbody></table></div></Card>;
}
