// Jobs of the server and runs that somebody began by hand, as one list.
import {useMemo} from 'preact/hooks';
import {useData} from '../api';
import {instant} from '../format';
import type {Job, Run, Schedule} from '../types';
import {barTitle, type Bar, type Due} from './timeline';

export interface Entry {
  key: string; to: string; name: string; kind: string; status: string; at: string; started: string | null; ended: string | null;
  note: string; job?: Job; run?: Run;
}

const words: Record<string, string> = {interrupted: 'interrupted', success: 'succeeded', error: 'failed'};

export function describeJob(job: Job): string {
  const what = job.what.select?.length ? job.what.select.join(' ') : 'everything';
  return job.what.from || job.what.to ? `${what}, ${job.what.from || '…'} to ${job.what.to || '…'}` : what;
}

export function useActivity(limit = 200, every = 3000) {
  const jobs = useData<{jobs: Job[]; total: number}>(`/jobs?limit=${limit}`, every);
  const runs = useData<{runs: Run[]}>(`/runs?limit=${limit}`, every);
  const entries = useMemo(() => {
    if (!jobs.data || !runs.data) return undefined;
    const byRun = new Map(runs.data.runs.map(run => [run.id, run]));
    const out: Entry[] = jobs.data.jobs.map(job => ({
      key: 'job-' + job.id, to: '/jobs/' + job.id, name: job.name, kind: job.kind, status: job.status, at: job.started_at ?? job.created_at,
      started: job.started_at, ended: job.finished_at, note: job.error || describeJob(job), job, run: byRun.get(job.run_id),
    }));
    for (const run of runs.data.runs) {
      if (run.job !== null) continue;
      out.push({key: run.id, to: '/runs/' + run.id, name: run.command || 'run', kind: 'command', status: words[run.status] ?? run.status, at: run.started_at,
        started: run.started_at, ended: run.finished_at, note: `${run.steps} steps${run.failed ? `, ${run.failed} failed` : ''}`, run});
    }
    return out.sort((a, b) => instant(b.at) - instant(a.at));
  }, [jobs.data, runs.data]);
  return {data: entries, error: jobs.error ?? runs.error, refresh: () => { jobs.refresh(); runs.refresh(); }};
}

export function barsOf(entries: Entry[]): Bar[] {
  return entries.filter(each => each.started).map(each => {
    const from = instant(each.started), to = each.ended ? instant(each.ended) : Date.now();
    return {lane: each.name, from, to, status: each.status, to_path: each.to, title: barTitle(each.name, each.status, from, to)};
  });
}
export const dueOf = (schedules: Schedule[]): Due[] => schedules.filter(each => each.enabled).flatMap(each => each.next.map(at => ({lane: each.name, at: instant(at)})));
