// The command palette, and the keys that work everywhere.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {may, useData} from './api';
import {places} from './app';
import {assetPath, go} from './router';
import {chooseLook, look} from './theme';
import type {Connection, Graph, Schedule} from './types';
import {Icon} from './ui/icons';
import {Dot, stateOf} from './ui/state';

type Over = '' | 'palette' | 'run' | 'keys';

export function listenKeys(show: (what: Over) => void) {
  let waiting = 0;
  const press = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') { event.preventDefault(); return show('palette'); }
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || document.querySelector('dialog[open]')) return;
    const isAfterG = Date.now() - waiting < 1200;
    waiting = 0;
    if (isAfterG) {
      const place = places.find(each => each.key === event.key);
      if (place) { event.preventDefault(); return go(place.to); }
    }
    if (event.key === 'g') waiting = Date.now();
    if (event.key === '/') { event.preventDefault(); show('palette'); }
    if (event.key === '?') show('keys');
    if (event.key === 'n' && may('run')) show('run');
    if (event.key === 't') chooseLook(look() === 'dark' ? 'light' : 'dark');
    if (event.key === 'f') {
      const find = document.querySelector<HTMLInputElement>('[data-find]');
      if (find) { event.preventDefault(); find.focus(); find.select(); }
    }
  };
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}

interface Item { name: string; note: string; icon: string; status?: string; act: () => void }
const kShown = 12;

export function Palette({close, run}: {close: () => void; run: () => void}) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDialogElement>(null);
  const graph = useData<Graph>('/graph');
  const connections = useData<{connections: Connection[]}>('/connections');
  const schedules = useData<{schedules: Schedule[]}>('/schedules');
  useEffect(() => { box.current?.showModal(); }, []);
  const all = useMemo<Item[]>(() => [
    ...places.map(each => ({name: each.name, note: 'Page', icon: each.icon, act: () => go(each.to)})),
    ...(may('run') ? [{name: 'Run something…', note: 'Action', icon: 'runs', act: run}] : []),
    ...(connections.data?.connections ?? []).map(each => ({name: each.name, note: 'Connection', icon: 'connection', act: () => go('/connections/' + encodeURIComponent(each.name))})),
    ...(schedules.data?.schedules ?? []).map(each => ({name: each.name, note: 'Schedule', icon: 'schedule', act: () => go('/schedules?name=' + encodeURIComponent(each.name))})),
    ...(graph.data?.assets ?? []).map(each => ({name: each.name, note: `${each.kind} · ${each.group}`, icon: each.kind, status: stateOf(each), act: () => go(assetPath(each.id))})),
  ], [graph.data, connections.data, schedules.data]);
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const score = (item: Item) => {
      const name = item.name.toLowerCase(), whole = name + ' ' + item.note.toLowerCase();
      if (!words.every(word => whole.includes(word))) return -1;
      return words.length && name.startsWith(words[0]) ? 2 : words.length && name.includes(words[0]) ? 1 : 0;
    };
    const out: [number, Item][] = [];
    for (const item of all) { const points = score(item); if (points >= 0) out.push([points, item]); }
    return out.sort((a, b) => b[0] - a[0]).slice(0, kShown).map(each => each[1]);
  }, [text, all]);
  const act = (item: Item | undefined) => { if (item) { close(); item.act(); } };
  const keys = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step) { event.preventDefault(); setAt((at + step + found.length) % Math.max(1, found.length)); }
    if (event.key === 'Enter') { event.preventDefault(); act(found[at]); }
  };
  return <dialog ref={box} class="dialog palette" aria-label="Jump to" onCancel={event => { event.preventDefault(); close(); }} onMouseDown={event => { if (event.target === box.current) close(); }}>
    <div class="dialog-box">
      <label class="search"><Icon name="search"/><span class="hidden">Jump to</span>
        <input type="text" autofocus value={text} placeholder="A page, an asset, a connection…" role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant={'found-' + at}
          onInput={event => { setText(event.currentTarget.value); setAt(0); }} onKeyDown={keys}/></label>
      <ul id="found" role="listbox" aria-label="Found">{found.map((item, i) => <li key={i} id={'found-' + i} role="option" aria-selected={i === at} onMouseMove={() => setAt(i)} onClick={() => act(item)}>
        <Icon name={item.icon}/><span>{item.name}</span><small>{item.note}</small>{item.status !== undefined && <Dot status={item.status}/>}</li>)}
        {!found.length && <li class="none" role="option" aria-selected="false">Nothing is called that</li>}</ul>
    </div>
  </dialog>;
}
