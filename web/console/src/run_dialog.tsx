// The form that runs something: what, shown before it begins.
import {useState} from 'preact/hooks';
import {post, useData} from './api';
import {plural} from './format';
import {go} from './router';
import type {Graph, Job} from './types';
import {Icon} from './ui/icons';
import {Button, Dialog, Field, Wrong, attempt} from './ui/parts';

export interface Wanted { select: string; exclude?: string; kinds?: string[]; name?: string }

export const splitWords = (text: string) => text.split(/\s+/).filter(Boolean);

export async function trigger(body: object): Promise<Job | undefined> {
  const job = await attempt(() => post<Job>('/jobs', body), job => [`Job ${job.id} is queued`, '/jobs/' + job.id]);
  if (job) go('/jobs/' + job.id);
  return job;
}

export function RunDialog({close, wanted}: {close: () => void; wanted?: Wanted}) {
  const [select, setSelect] = useState(wanted?.select ?? '');
  const [exclude, setExclude] = useState(wanted?.exclude ?? '');
  const [asked, setAsked] = useState({select: wanted?.select ?? '', exclude: wanted?.exclude ?? ''});
  const [whole, setWhole] = useState(false);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [retries, setRetries] = useState('0');
  const [busy, setBusy] = useState(false);
  const query = new URLSearchParams({...(asked.select && {select: asked.select}), ...(asked.exclude && {exclude: asked.exclude})}).toString();
  const preview = useData<Graph>('/graph' + (query ? '?' + query : ''));
  const chosen = (preview.data?.assets ?? []).filter(each => !each.declared && (!wanted?.kinds || wanted.kinds.includes(each.kind)));
  const ask = () => setAsked({select: select.trim(), exclude: exclude.trim()});
  const begin = async () => {
    setBusy(true);
    const job = await trigger({select: splitWords(select), exclude: splitWords(exclude), kinds: wanted?.kinds, full_refresh: whole, from: from || undefined, to: to || undefined, retries: Number(retries) || 0, name: wanted?.name});
    setBusy(false);
    if (job) close();
  };
  const byKind = new Map<string, number>();
  chosen.forEach(each => byKind.set(each.kind, (byKind.get(each.kind) ?? 0) + 1));
  return <Dialog title="Run" close={close} actions={<><Button onClick={close}>Not now</Button><Button kind="main" icon="runs" disabled={busy || !!preview.error} onClick={begin}>Run</Button></>}>
    <form class="form" onSubmit={event => { event.preventDefault(); ask(); }}>
      <Field label="What" hint="dbt's selection language: orders+, tag:daily, stream:orders, +page:index. Empty means everything.">
        <input type="text" value={select} autofocus spellcheck={false} onInput={event => setSelect(event.currentTarget.value)} onBlur={ask}/></Field>
      <Field label="But not"><input type="text" value={exclude} spellcheck={false} onInput={event => setExclude(event.currentTarget.value)} onBlur={ask}/></Field>
      <div class="preview" aria-live="polite">{preview.error ? <Wrong error={preview.error}/> : !preview.data ? <span class="soft">Looking…</span> : <>
        <div><b>{plural(chosen.length, 'asset')}</b> {[...byKind].map(([kind, n]) => <span class="chip" key={kind}><Icon name={kind} size={12}/>{plural(n, kind)}</span>)}</div>
        <ul>{chosen.slice(0, 6).map(each => <li key={each.id}><Icon name={each.kind} size={13}/>{each.name}</li>)}{chosen.length > 6 && <li class="soft">and {chosen.length - 6} more</li>}</ul></>}</div>
      <label class="tick"><input type="checkbox" checked={whole} onChange={event => setWhole(event.currentTarget.checked)}/><span>Full refresh <small>streams are read from the beginning, models built anew</small></span></label>
      <div class="pair"><Field label="From" hint="streams with a cursor"><input type="date" value={from} onInput={event => setFrom(event.currentTarget.value)}/></Field>
        <Field label="To" hint="not in it"><input type="date" value={to} onInput={event => setTo(event.currentTarget.value)}/></Field>
        <Field label="Retries"><input type="number" min="0" max="100" value={retries} onInput={event => setRetries(event.currentTarget.value)}/></Field></div>
    </form>
  </Dialog>;
}
