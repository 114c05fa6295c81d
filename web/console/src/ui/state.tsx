// What a status is called and how it looks: a sign and a word, never colour alone.
import type {Asset, Status} from '../types';
import {Icon} from './icons';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle' | 'quiet';
const looks: Record<string, [Tone, string, string]> = {
  success: ['good', 'check', 'Done'], succeeded: ['good', 'check', 'Succeeded'], unchanged: ['good', 'dash', 'Unchanged'],
  warning: ['warn', 'warn', 'Warning'], error: ['bad', 'cross', 'Failed'], failed: ['bad', 'cross', 'Failed'],
  skipped: ['quiet', 'dash', 'Skipped'], interrupted: ['warn', 'pause', 'Interrupted'], cancelled: ['quiet', 'stop', 'Cancelled'],
  running: ['busy', 'runs', 'Running'], queued: ['idle', 'schedule', 'Queued'], missing: ['idle', 'dash', 'Missing'],
  fresh: ['good', 'check', 'Fresh'], due: ['busy', 'schedule', 'Due'], stale: ['warn', 'schedule', 'Stale'], unknown: ['idle', 'dash', 'Unknown'],
  open: ['bad', 'alerts', 'Open'], recovered: ['good', 'check', 'Recovered'], silenced: ['quiet', 'mute', 'Silenced'],
  merged: ['quiet', 'dash', 'Merged'], '': ['idle', 'dash', 'Never run'],
};
export const toneOf = (status: string): Tone => looks[status]?.[0] ?? 'idle';
export const wordOf = (status: string): string => looks[status]?.[2] ?? status;

export function StatusBadge({status, word}: {status: Status | string; word?: string}) {
  const [tone, icon] = looks[status] ?? looks[''];
  return <span class={`badge ${tone}`}><Icon name={icon} size={12}/>{word ?? wordOf(status)}</span>;
}
export function Dot({status, title}: {status: Status | string; title?: string}) {
  return <span class={`dot ${toneOf(status)}`} role="img" aria-label={title ?? wordOf(status)} title={title ?? wordOf(status)}/>;
}

/** An asset's state in one word: what goes on now, what is wrong, how old it is. */
export function stateOf(asset: Pick<Asset, 'status' | 'at_work' | 'stale' | 'tests' | 'declared'>): string {
  if (asset.at_work) return 'running';
  if (asset.status === 'error') return 'error';
  if (asset.tests && asset.tests[2] > 0) return 'error';
  if (asset.status === 'interrupted') return 'interrupted';
  if (asset.stale) return 'stale';
  if (asset.status === 'warning' || (asset.tests && asset.tests[1] > 0)) return 'warning';
  return asset.status ?? '';
}
export const stateWord = (asset: Parameters<typeof stateOf>[0]) => {
  const state = stateOf(asset);
  if (asset.declared && state === '') return 'Not built here';
  if (state === 'error' && asset.status !== 'error') return 'Tests fail';
  return wordOf(state);
};
