// One run: its steps over time, its log as it comes, cancel and run again.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {may, post, useData} from '../api';
import {bytes, duration, instant, short} from '../format';
import {go, setParams, useParam} from '../router';
import type {Job, RunDetail} from '../types';
import {Button, Card, Choice, Empty, Fact, Facts, Loading, Page, Time, Wrong, attempt} from '../ui/parts';
import {StatusBadge} from '../ui/state';
import {describeJob} from './activity';
import {Gantt} from './gantt';
import {Log, useLog} from './log';

const kQuick = 1200, kSlow = 15000;

export function RunPage({id}: {id: string}) {
  const run = useData<RunDetail>('/runs/' + id, kSlow);
  return <RunBody runId={id} jobId={run.data?.job ?? null}/>;
}
export function JobPage({id}: {id: string}) {
  const [chosen] = useParam('run');
  const job = useData<Job>('/jobs/' + id, kSlow);
  if (job.error && !job.data) return <Page title={`Job ${id}`} crumbs={[['Runs', '/runs']]}><Wrong error={job.error} retry={job.refresh}/></Page>;
  return <RunBody runId={chosen || null} jobId={Number(id)}/>;
}

const isOver = (status: string) => !['running', 'queued', ''].includes(status);

function RunBody({runId, jobId}: {runId: string | null; jobId: number | null}) {
  const [quick, setQuick] = useState(true);
  const [step] = useParam('step');
  const [only, setOnly] = useParam('only');
  const job = useData<Job>(jobId === null ? null : '/jobs/' + jobId, quick ? kQuick : kSlow);
  const shownRun = runId ?? (job.data?.run_id || null);
  const run = useData<RunDetail>(shownRun ? '/runs/' + shownRun : null, quick ? kQuick : kSlow);
  const [now, setNow] = useState(Date.now());
  const status = job.data && (!runId || runId === job.data.run_id) ? job.data.status : run.data?.status ?? '';
  const isRunning = run.data?.status === 'running';
  useEffect(() => { setQuick(!isOver(job.data?.status ?? run.data?.status ?? '')); }, [job.data?.status, run.data?.status]);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isRunning]);
  const log = useLog(shownRun && run.data ? shownRun : null, isRunning, () => { run.refresh(); job.refresh(); });
  const steps = run.data?.steps ?? [];
  const shown = useMemo(() => only === 'failed' ? steps.filter(each => ['error', 'skipped', 'interrupted', 'warning'].includes(each.status)) : only === 'work' ? steps.filter(each => each.status !== 'unchanged') : steps, [steps, only]);
  const j = job.data, r = run.data, title = j ? j.name : r?.name ?? 'Run';
  const began = r ? instant(r.started_at) : 0, ended = r?.finished_at ? instant(r.finished_at) : now;
  const failed = steps.filter(each => each.status === 'error').length, skipped = steps.filter(each => each.status === 'skipped').length;
  const again = async (from_failure: boolean) => {
    const made = j ? await attempt(() => post<Job>(`/jobs/${j.id}/rerun`, {from_failure}), made => [`Job ${made.id} is queued`]) : undefined;
    if (made) go('/jobs/' + made.id);
  };
  const cancel = async () => { await attempt(() => post<Job>(`/jobs/${j!.id}/cancel`), 'It is asked to end'); job.refresh(); run.refresh(); };
  const error = job.error ?? run.error;
  return <Page title={title} crumbs={[['Runs', '/runs']]} twin={j ? '/jobs/' + j.id : shownRun ? '/runs/' + shownRun : undefined}
    note={(j || r) && <><StatusBadge status={status}/><span class="soft">{j ? `${j.kind} ${j.id}` : 'by hand'}</span></>}
    actions={may('run') && j && <>{!isOver(j.status) ? <Button kind="bad" icon="stop" onClick={cancel}>Cancel</Button> : <>
      {(j.status === 'failed' || j.status === 'cancelled') && <Button icon="retry" onClick={() => again(true)}>From failure</Button>}<Button icon="retry" onClick={() => again(false)}>Run again</Button></>}</>}>
    {!j && !r && (error ? <Wrong error={error} retry={() => { job.refresh(); run.refresh(); }}/> : <Loading/>)}
    {(j || r) && <Card><Facts>
      <Fact name="Began"><Time at={j?.started_at ?? r?.started_at} exact/></Fact>
      <Fact name="Took">{r ? duration(ended - began) : j?.started_at ? duration((j.finished_at ? instant(j.finished_at) : now) - instant(j.started_at)) : '–'}</Fact>
      <Fact name="Steps">{r ? <>{steps.filter(each => each.status !== 'running').length} done{failed > 0 && <span class="bad-text">, {failed} failed</span>}{skipped > 0 && `, ${skipped} skipped`}{steps.some(each => each.status === 'running') && `, ${steps.filter(each => each.status === 'running').length} at work`}</> : '–'}</Fact>
      {j && j.rows > 0 && <Fact name="Rows">{short(j.rows)}{j.bytes > 0 && `, ${bytes(j.bytes)}`}</Fact>}
      {j && <Fact name="What"><code>{describeJob(j)}</code>{j.what.exclude?.length ? <> but not <code>{j.what.exclude.join(' ')}</code></> : ''}{j.what.full_refresh && <span class="chip">full refresh</span>}</Fact>}
      {j && j.status === 'queued' && <Fact name="Due"><Time at={j.due_at} exact/></Fact>}
      {r && <Fact name="Target">{r.target}</Fact>}
    </Facts>
    {j?.error && <p class="said bad">{j.error}</p>}
    {j?.attempts && j.attempts.length > 1 && <div class="attempts" role="group" aria-label="Attempts">{j.attempts.map(each => <button type="button" key={each.number} aria-pressed={each.run_id === shownRun} disabled={!each.run_id} onClick={() => setParams({run: each.run_id})} title={each.error}>Attempt {each.number} <StatusBadge status={each.status}/></button>)}</div>}
    </Card>}
    {j && !r && !error && <Empty title={j.status === 'queued' ? 'It waits for its turn' : 'It begins'} icon="schedule">{j.status === 'queued' && <>Due <Time at={j.due_at}/></>}</Empty>}
    {r && <><Card title="Steps" actions={<Choice label="Steps shown" value={only} choose={setOnly} options={[['', `All ${steps.length}`], ['work', 'Not unchanged'], ['failed', 'Failed']]}/>} flush>
      {shown.length ? <Gantt steps={shown} began={began} ended={ended} chosen={step} choose={asset => setParams({step: asset || null})}/> : <Empty title={steps.length ? 'No step fits' : 'No step has begun'} icon="runs"/>}</Card>
      <Log log={log} asset={step}/></>}
  </Page>;
}
