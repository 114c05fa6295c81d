// A run's steps over time. Thousands of rows: only those in sight are made.
import {useMemo} from 'preact/hooks';
import {duration, instant, short} from '../format';
import {assetPath} from '../router';
import type {Step} from '../types';
import {Icon} from '../ui/icons';
import {Rows} from '../ui/parts';
import {toneOf, wordOf} from '../ui/state';

export const assetName = (id: string) => id.startsWith('stream.') || id.startsWith('page.') ? id.slice(id.indexOf('.') + 1) : id.split('.').slice(2).join('.') || id;

export function Gantt({steps, began, ended, chosen, choose}: {steps: Step[]; began: number; ended: number; chosen: string; choose: (asset: string) => void}) {
  const sorted = useMemo(() => [...steps].sort((a, b) => instant(a.started_at) - instant(b.started_at) || a.asset.localeCompare(b.asset)), [steps]);
  const length = Math.max(50, ended - began);
  return <div class="gantt"><div class="gantt-scale" aria-hidden="true"><span/><div>{[0, 0.25, 0.5, 0.75, 1].map(part => <i key={part} style={{left: part * 100 + '%'}}>{duration(length * part)}</i>)}</div></div>
    <Rows total={sorted.length} height={28} tall={Math.min(560, innerHeight * 0.5)} label="Steps" row={i => {
      const step = sorted[i], from = Math.max(0, instant(step.started_at) - began), to = step.status === 'running' ? ended - began : from + (step.took_ms ?? 0);
      const left = Math.min(99.6, from / length * 100), width = Math.max(0.4, Math.min(100 - left, (to - from) / length * 100));
      const note = [wordOf(step.status), duration(to - from), step.rows !== undefined && step.rows >= 0 ? short(step.rows) + ' rows' : ''].filter(Boolean).join(', ');
      return <div class={'gantt-row' + (step.asset === chosen ? ' chosen' : '')} key={step.asset}>
        <button type="button" aria-pressed={step.asset === chosen} onClick={() => choose(step.asset === chosen ? '' : step.asset)} title={step.asset}><Icon name={step.kind} size={13}/><span class="clip">{assetName(step.asset)}</span></button>
        <a class="gantt-lane" href={assetPath(step.asset)} tabIndex={-1} aria-label={`${assetName(step.asset)}: ${note}`} title={`${note}${step.message ? '\n' + step.message : ''}`}>
          <i class={'gantt-bar ' + toneOf(step.status)} style={{left: left + '%', width: width + '%'}}/><span style={left > 70 ? {right: 100 - left + 0.6 + '%'} : {left: left + width + 0.6 + '%'}}>{step.status === 'error' ? 'failed' : duration(to - from)}</span></a>
      </div>;
    }}/></div>;
}
