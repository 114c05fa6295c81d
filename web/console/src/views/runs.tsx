// All runs: over time, and as a list.
import {useMemo} from 'preact/hooks';
import {useData} from '../api';
import {count, duration, instant, plural, short} from '../format';
import {setParams, useParam} from '../router';
import type {Schedule} from '../types';
import {Card, Choice, Empty, Page, Search, Show, Time} from '../ui/parts';
import {Dot, StatusBadge} from '../ui/state';
import {barsOf, dueOf, useActivity} from './activity';
import {spans, Timeline} from './timeline';

const kPage = 100;

export function Runs() {
  const [span, setSpan] = useParam('span', '24h');
  const [status, setStatus] = useParam('status');
  const [find] = useParam('find');
  const [limit, setLimit] = useParam('limit', String(kPage));
  const activity = useActivity(Math.min(1000, Math.max(Number(limit) || kPage, kPage)), 2500);
  const schedules = useData<{schedules: Schedule[]}>('/schedules', 20000);
  const shown = useMemo(() => (activity.data ?? []).filter(each => (!status || each.status === status) &&
    `${each.name} ${each.kind} ${each.note}`.toLowerCase().includes(find.toLowerCase())), [activity.data, status, find]);
  const took = useMemo(() => shown.filter(each => each.started && each.ended).map(each => instant(each.ended) - instant(each.started)).sort((a, b) => a - b), [shown]);
  const at = (part: number) => took.length ? duration(took[Math.min(took.length - 1, Math.floor(took.length * part))]) : '–';
  return <Page title="Runs" twin="/runs" note={activity.data && <span>{plural(shown.length, 'run')}, half of them within {at(0.5)}, 9 of 10 within {at(0.9)}</span>}>
    <Card title="Timeline" actions={<Choice label="How far back" options={spans} value={span} choose={setSpan}/>}>
      <Show of={activity} rows={4}>{() => <Timeline bars={barsOf(shown)} due={status ? [] : dueOf(schedules.data?.schedules ?? [])} span={span}/>}</Show>
    </Card>
    <div class="filters"><Search value={find} change={value => setParams({find: value || null})} label="Find runs" placeholder="Find by name or selection"/>
      <Choice label="Status" value={status} choose={setStatus} options={[['', 'All'], ['running', 'Running'], ['queued', 'Queued'], ['failed', 'Failed'], ['succeeded', 'Succeeded'], ['cancelled', 'Cancelled']]}/></div>
    <Card flush><Show of={activity} rows={8}>{all => !shown.length ? <Empty title={all.length ? 'No run fits' : 'Nothing has run yet'} icon="runs">{!all.length && <>Press <kbd>n</kbd> to run something.</>}</Empty> : <>
      <div class="grid head runs-grid"><span class="cell">Run</span><span class="cell wide-only">What</span><span class="cell">State</span><span class="cell num wide-only">Rows</span><span class="cell num wide-only">Took</span><span class="cell num">Began</span></div>
      {shown.slice(0, Number(limit)).map(each => <a class="grid runs-grid" key={each.key} href={each.to}>
        <span class="cell name"><Dot status={each.status}/><b>{each.name}</b><small>{each.job ? `${each.kind} ${each.job.id}` : 'by hand'}</small></span><span class={'cell clip wide-only ' + (each.job?.error ? 'bad-text' : 'soft')}>{each.note}</span>
        <span class="cell"><StatusBadge status={each.status}/>{each.job && each.job.attempt > 1 && <small class="soft wide-only">attempt {each.job.attempt}</small>}</span>
        <span class="cell num wide-only">{each.job?.rows ? short(each.job.rows) : ''}</span><span class="cell num soft wide-only">{each.started ? duration((each.ended ? instant(each.ended) : Date.now()) - instant(each.started)) : ''}</span><span class="cell num soft"><Time at={each.at}/></span></a>)}
      {all.length > Number(limit) && <button type="button" class="more" onClick={() => setLimit(String(Number(limit) + kPage))}>Show more of {count(all.length)}</button>}</>}</Show></Card>
  </Page>;
}
