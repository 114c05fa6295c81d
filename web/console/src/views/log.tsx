// A run's log as it comes: server-sent events, filtered by level, asset and text.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {call, kApi} from '../api';
import {bytes, clockTime, count, duration} from '../format';
import {setParams, useParam} from '../router';
import type {LogEvent} from '../types';
import {Button, Card, Choice, Empty, Rows, Search} from '../ui/parts';
import {assetName} from './gantt';

const silent = new Set(['message', 'error', 'asset', 'name', 'kind', 'done', 'total', 'status', 'took_ms', 'rows', 'run']);

export function textOf(event: LogEvent): string {
  const f = event.fields, of = (name: string) => f[name] === undefined || f[name] === '' ? '' : String(f[name]);
  const subject = of('asset') ? assetName(of('asset')) : of('connection') ? `${of('connection')}.${of('stream')}` : '';
  const parts = [event.event.replace(/_/g, ' '), subject, of('status'), of('message')];
  if (typeof f.rows === 'number' && f.rows >= 0 && !of('message')) parts.push(count(f.rows) + ' rows');
  for (const [name, value] of Object.entries(f)) {
    if (silent.has(name) || name === 'connection' || name === 'stream' || value === '' || value === 0) continue;
    parts.push(`${name}=${name === 'bytes' || name.endsWith('_bytes') ? bytes(Number(value)) : name.endsWith('_ms') ? duration(Number(value)) : value}`);
  }
  if (typeof f.took_ms === 'number' && f.took_ms > 0) parts.push(duration(f.took_ms));
  if (of('error')) parts.push(of('error'));
  return parts.filter(Boolean).join('  ');
}

/** The events of a run: what there is, then each as it comes. */
export function useLog(run: string | null, live: boolean, over: () => void): {events: LogEvent[]; state: 'asking' | 'live' | 'ended'} {
  const [, redraw] = useState(0);
  const held = useRef<{events: LogEvent[]; state: 'asking' | 'live' | 'ended'}>({events: [], state: 'asking'});
  useEffect(() => {
    if (!run) return;
    let source: EventSource | undefined, frame = 0, ended = false;
    held.current = {events: [], state: 'asking'};
    const show = () => { if (!frame) frame = requestAnimationFrame(() => { frame = 0; redraw(n => n + 1); }); };
    call<{events: LogEvent[]}>(`/runs/${run}/log`).then(answer => {
      if (ended) return;
      held.current = {events: answer.events, state: live ? 'live' : 'ended'};
      show();
      if (!live) return;
      const last = () => held.current.events[held.current.events.length - 1]?.row ?? 0;
      const follow = () => {
        source = new EventSource(`${kApi}/runs/${run}/events?after=${last()}`);
        source.onmessage = message => {
          const event = JSON.parse(message.data) as LogEvent;
          if (event.row > last()) { held.current.events.push(event); held.current.events = [...held.current.events]; show(); }
        };
        source.addEventListener('end', () => { source?.close(); held.current = {...held.current, state: 'ended'}; show(); over(); });
        // The browser would ask from the beginning again; we know how far we are.
        source.onerror = () => { source?.close(); if (!ended) setTimeout(() => { if (!ended) follow(); }, 1500); };
      };
      follow();
    }).catch(() => { held.current = {events: [], state: 'ended'}; show(); });
    return () => { ended = true; source?.close(); cancelAnimationFrame(frame); };
  }, [run, live]);
  return held.current;
}

export function Log({log, asset}: {log: {events: LogEvent[]; state: string}; asset: string}) {
  const [level, setLevel] = useParam('level');
  const [find] = useParam('log');
  const [follow, setFollow] = useState(true);
  const shown = useMemo(() => log.events.filter(event => (!level || event.level === level || (level === 'warning' && event.level === 'error')) &&
    (!asset || event.fields.asset === asset || (asset.startsWith('stream.') && asset === `stream.${event.fields.connection}.${event.fields.stream}`)) &&
    (!find || textOf(event).toLowerCase().includes(find.toLowerCase()))), [log.events, level, asset, find]);
  return <Card title={<>Log {log.state === 'live' && <span class="live">live</span>}</>} actions={<><Search value={find} change={value => setParams({log: value || null})} label="Find in the log"/>
    <Choice label="Level" value={level} choose={setLevel} options={[['', 'All'], ['warning', 'Warnings'], ['error', 'Errors']]}/>
    {log.state === 'live' && <Button kind="plain" aria-pressed={follow} onClick={() => setFollow(!follow)}>{follow ? 'Following' : 'Follow'}</Button>}</>} flush>
    {asset && <p class="soft pad small">Only {assetName(asset)}. <button type="button" class="link" onClick={() => setParams({step: null})}>Show all</button></p>}
    {!shown.length ? <Empty title={log.state === 'asking' ? 'Asking…' : log.events.length ? 'No line fits' : 'Nothing was said yet'} icon="code"/> :
      <div class="log" role="log" aria-live="off"><Rows total={shown.length} height={22} tall={Math.min(460, innerHeight * 0.5)} label="Log lines" stick={follow && log.state === 'live'} row={i => {
        const event = shown[i], text = textOf(event);
        return <div class={'log-line ' + event.level} key={event.row}><time>{clockTime(event.at)}</time><b>{event.level}</b><span title={text}>{text}</span></div>;
      }}/></div>}
  </Card>;
}
