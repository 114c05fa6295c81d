// Dead letters: records that could not be loaded, by their reasons, and another try.
import {useState} from 'preact/hooks';
import {may, post, useData} from '../api';
import {count, plural} from '../format';
import {setParams, useParam} from '../router';
import type {Connection, Letter, Letters} from '../types';
import {Icon} from '../ui/icons';
import {Button, Card, Copy, Dialog, Empty, Page, Show, Time, attempt, say} from '../ui/parts';

const kPage = 50;

export function DeadLetters() {
  const [connection] = useParam('connection');
  const [stream] = useParam('stream');
  const [offset] = useParam('offset', '0');
  const [open, setOpen] = useState<Letter | null>(null);
  const [busy, setBusy] = useState(false);
  const query = new URLSearchParams({...(connection && {connection}), ...(stream && {stream}), limit: String(kPage), offset}).toString();
  const letters = useData<Letters>('/dead-letters?' + query, 20000);
  const connections = useData<{connections: Connection[]}>('/connections');
  const streams = connections.data?.connections.filter(each => !connection || each.name === connection).flatMap(each => each.streams.map(one => one.name)) ?? [];
  const retry = async () => {
    setBusy(true);
    const answer = await attempt(() => post<{retried: {connection: string; stream: string; loaded: number; rejected: number; reason: string}[]}>('/dead-letters/retry', {connection, stream}));
    setBusy(false);
    if (!answer) return;
    if (!answer.retried.length) say('There is none that can be tried again');
    for (const each of answer.retried) say(`${each.connection}.${each.stream}: ${count(each.loaded)} loaded, ${count(each.rejected)} rejected again${each.reason ? `: ${each.reason}` : ''}`, each.rejected ? 'bad' : 'good');
    letters.refresh();
  };
  return <Page title="Dead letters" twin={'/dead-letters?' + query} note={letters.data && <span>{plural(letters.data.total, 'record')} rejected</span>}
    actions={may('run') && <Button kind="main" icon="retry" disabled={busy || !letters.data?.total} onClick={retry}>{busy ? 'Trying…' : 'Try again'}</Button>}>
    <div class="filters">
      <label class="pick"><span class="hidden">Connection</span><select value={connection} onChange={event => setParams({connection: event.currentTarget.value || null, stream: null, offset: null})}><option value="">Every connection</option>{connections.data?.connections.map(each => <option key={each.name}>{each.name}</option>)}</select></label>
      <label class="pick"><span class="hidden">Stream</span><select value={stream} onChange={event => setParams({stream: event.currentTarget.value || null, offset: null})}><option value="">Every stream</option>{streams.map(each => <option key={each}>{each}</option>)}</select></label>
    </div>
    <Show of={letters}>{it => !it.total ? <Empty title="No record was rejected" icon="check">What can’t be loaded is kept here with its reason.</Empty> : <>
      <Card title="By reason" flush><div class="table-box"><table><thead><tr><th class="num">Records</th><th>Stream</th><th>Field</th><th>Reason</th><th class="num">Newest</th></tr></thead>
        <tbody>{it.groups.map((each, i) => <tr key={i}><td class="num"><b>{count(each.count)}</b></td><td><button type="button" class="link" onClick={() => setParams({connection: each.connection, stream: each.stream, offset: null})}>{each.connection}.{each.stream}</button></td><td><code>{each.field}</code></td><td>{each.reason}</td><td class="num soft"><Time at={each.newest_at}/></td></tr>)}</tbody></table></div></Card>
      <Card title="Records" flush><ul class="list">{it.dead_letters.map((each, i) => <li key={each.id || i}><button type="button" onClick={() => setOpen(each)}><Icon name="letters"/><b class="stay">{each.connection}.{each.stream}</b><code class="clip">{each.record}</code><span class="end soft wide-only clip">{each.reason}</span><span class="when soft"><Time at={each.rejected_at}/></span></button></li>)}</ul>
        <div class="pager"><Button kind="plain" disabled={Number(offset) === 0} onClick={() => setParams({offset: String(Math.max(0, Number(offset) - kPage))})}>Newer</Button><span class="soft">{count(Number(offset) + 1)} to {count(Number(offset) + it.dead_letters.length)} of {count(it.total)}</span><Button kind="plain" disabled={Number(offset) + kPage >= it.total} onClick={() => setParams({offset: String(Number(offset) + kPage)})}>Older</Button></div></Card></>}</Show>
    {open && <Dialog title={`${open.connection}.${open.stream}`} close={() => setOpen(null)} actions={<Copy text={open.record} label="Copy record"/>}><p><b>{open.reason}</b>{open.field && <> in <code>{open.field}</code></>}, <Time at={open.rejected_at} exact/></p><pre class="code" tabIndex={0}>{pretty(open.record)}</pre></Dialog>}
  </Page>;
}
function pretty(json: string) { try { return JSON.stringify(JSON.parse(json), null, 2); } catch { return json; } }
