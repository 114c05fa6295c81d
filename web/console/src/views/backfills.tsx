// Backfills: the list, and one with its runs.
import {useState} from 'preact/hooks';
import {may, post, useData} from '../api';
import {duration, instant, plural} from '../format';
import {useParam} from '../router';
import type {Backfill, PartitionSet} from '../types';
import {Button, Card, Empty, Fact, Facts, Page, Show, Time, attempt} from '../ui/parts';
import {StatusBadge, toneOf, wordOf} from '../ui/state';
import {BackfillDialog} from './backfill_form';
import {StateBar} from './partitions';

export function Backfills() {
  const [form, setForm] = useParam('new');
  const all = useData<{backfills: Backfill[]; total: number}>('/backfills?limit=100', 4000);
  const sets = useData<{partitions: PartitionSet[]}>('/partitions', 30000);
  return <Page title="Backfills" twin="/backfills" actions={may('run') && <Button kind="main" icon="plus" disabled={!sets.data?.partitions.length} onClick={() => setForm('1')}>Backfill…</Button>}>
    <Show of={all}>{({backfills}) => !backfills.length ? <Empty title="There was no backfill yet" icon="backfill">{sets.data && !sets.data.partitions.length ? <>Write <code>partitions:</code> into leat.yml first: windows of time, or a list.</> : 'A backfill runs partitions of the past: those that are missing, failed, or all.'}</Empty> :
      <Card flush><div class="table-box"><table><thead><tr><th>Backfill</th><th>Partitions</th><th>State</th><th>Runs</th><th class="num wide-only">Took</th><th class="num">Began</th></tr></thead><tbody>{backfills.map(each => <tr key={each.id}>
        <td><a href={'/backfills/' + each.id}><b>Backfill {each.id}</b></a></td><td>{each.partitions} <small class="soft">{each.partition_count}</small></td><td><StatusBadge status={each.status}/></td><td><StateBar of={each.runs} label={`Backfill ${each.id}`}/></td><td class="num wide-only">{duration((each.finished_at ? instant(each.finished_at) : Date.now()) - instant(each.created_at))}</td><td class="num soft"><Time at={each.created_at}/></td></tr>)}</tbody></table></div></Card>}</Show>
    {form && sets.data && sets.data.partitions.length > 0 && <BackfillDialog sets={sets.data.partitions} close={() => { setForm(''); all.refresh(); }}/>}
  </Page>;
}

export function BackfillPage({id}: {id: string}) {
  const [filter, setFilter] = useState('');
  const backfill = useData<Backfill>('/backfills/' + id, 2000);
  const act = async (what: 'cancel' | 'retry') => { await attempt(() => post(`/backfills/${id}/${what}`), what === 'cancel' ? 'Its runs are asked to end' : 'What failed is queued again'); backfill.refresh(); };
  const it = backfill.data;
  return <Page title={`Backfill ${id}`} crumbs={[['Backfills', '/backfills']]} twin={'/backfills/' + id} note={it && <><StatusBadge status={it.status}/><a href={'/partitions/' + encodeURIComponent(it.partitions)}>{it.partitions}</a></>}
    actions={may('run') && it && <>{it.status === 'running' ? <Button kind="bad" icon="stop" onClick={() => act('cancel')}>Cancel</Button> : ((it.runs.failed ?? 0) + (it.runs.cancelled ?? 0)) > 0 && <Button kind="main" icon="retry" onClick={() => act('retry')}>Try what failed again</Button>}</>}>
    <Show of={backfill}>{it => {
      const total = Object.values(it.runs).reduce((a, b) => a + b, 0), done = total - (it.runs.queued ?? 0) - (it.runs.running ?? 0), shown = (it.jobs ?? []).filter(each => !filter || each.status === filter);
      return <><Card><Facts><Fact name="Partitions">{it.partition_count}</Fact><Fact name="Runs">{done} of {total} ended</Fact><Fact name="Began"><Time at={it.created_at} exact/></Fact><Fact name="Took">{duration((it.finished_at ? instant(it.finished_at) : Date.now()) - instant(it.created_at))}</Fact>
        {it.estimate_seconds !== null && it.status === 'running' && <Fact name="Estimate">{duration(it.estimate_seconds * 1000)}</Fact>}<Fact name="Which">{it.request.which ?? 'unfinished'}, {it.request.partitions_per_run === 0 ? 'all in one run' : `${it.request.partitions_per_run ?? 1} a run`}, {it.request.concurrency ?? 1} at once</Fact></Facts><StateBar of={it.runs} label="Runs"/></Card>
        <Card title="Runs"><div class="cells">{(it.jobs ?? []).map(each => <a key={each.job} class={`cell-box ${toneOf(each.status)} ${each.status}`} href={'/jobs/' + each.job} aria-label={`${each.keys[0]}: ${wordOf(each.status)}`} title={`${each.keys.join(', ').slice(0, 200)}: ${wordOf(each.status)}`}/>)}</div></Card>
        <Card flush actions={<label class="pick"><span class="hidden">State</span><select value={filter} onChange={event => setFilter(event.currentTarget.value)}><option value="">Every state</option>{['queued', 'running', 'succeeded', 'failed', 'cancelled'].map(each => <option key={each} value={each}>{wordOf(each)}</option>)}</select></label>} title={plural(shown.length, 'run')}><div class="table-box"><table><thead><tr><th>Partitions</th><th>State</th><th class="num">Took</th><th>Job</th></tr></thead><tbody>{shown.slice(0, 500).map(each => <tr key={each.job}>
          <td><b>{each.keys.length > 1 ? `${each.keys[0]} … ${each.keys[each.keys.length - 1]}` : each.keys[0]}</b>{each.error && <div class="bad-text small">{each.error}</div>}</td><td><StatusBadge status={each.status}/></td><td class="num">{each.started_at ? duration((each.finished_at ? instant(each.finished_at) : Date.now()) - instant(each.started_at)) : '–'}</td><td><a href={'/jobs/' + each.job}>{each.job}</a></td></tr>)}</tbody></table></div></Card></>;
    }}</Show></Page>;
}
