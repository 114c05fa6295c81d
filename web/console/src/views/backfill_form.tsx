// The form of a backfill: its plan is shown before it begins.
import {useEffect, useState} from 'preact/hooks';
import {Problem, post} from '../api';
import {duration, plural} from '../format';
import {go} from '../router';
import {splitWords} from '../run_dialog';
import type {Backfill, BackfillPlan, NewBackfill, PartitionSet} from '../types';
import {Button, Choice, Dialog, Field, Wrong, attempt} from '../ui/parts';

export function BackfillDialog({sets, wanted, close}: {sets: PartitionSet[]; wanted?: Partial<NewBackfill>; close: () => void}) {
  const [name, setName] = useState(wanted?.partitions ?? sets[0]?.name ?? '');
  const [from, setFrom] = useState(wanted?.from ?? '');
  const [to, setTo] = useState(wanted?.to ?? '');
  const [which, setWhich] = useState(wanted?.which ?? 'unfinished');
  const [each, setEach] = useState('1');
  const [once, setOnce] = useState('1');
  const [order, setOrder] = useState('asc');
  const [select, setSelect] = useState('');
  const [whole, setWhole] = useState(false);
  const [plan, setPlan] = useState<BackfillPlan>();
  const [wrong, setWrong] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const set = sets.find(one => one.name === name);
  const body: NewBackfill = {partitions: name, which, partitions_per_run: Math.max(0, Number(each) || 0), concurrency: Math.max(1, Number(once) || 1), order, full_refresh: whole,
    ...(wanted?.keys ? {keys: wanted.keys} : {...(from && {from}), ...(to && {to})}), ...(select.trim() && {select: splitWords(select)})};
  const key = JSON.stringify(body);
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => post<BackfillPlan>('/backfills', {...body, dry_run: true}).then(next => { if (!gone) { setPlan(next); setWrong(undefined); } }, error => { if (!gone) { setWrong(error); setPlan(undefined); } }), 250);
    return () => { gone = true; clearTimeout(timer); };
  }, [key]);
  const begin = async () => {
    setBusy(true);
    const made = await attempt(() => post<Backfill>('/backfills', body), made => [`Backfill ${made.id} has begun`, '/backfills/' + made.id]);
    setBusy(false);
    if (made) { close(); go('/backfills/' + made.id); }
  };
  const kind = set?.kind === 'time' ? 'date' : 'text';
  return <Dialog title="Backfill" close={close} actions={<><Button onClick={close}>Not now</Button><Button kind="main" icon="backfill" disabled={busy || !plan || plan.runs === 0} onClick={begin}>{plan?.runs ? `Begin ${plural(plan.runs, 'run')}` : 'Begin'}</Button></>}>
    <form class="form" onSubmit={event => event.preventDefault()}>
      {!wanted?.partitions && <Field label="Partitions"><select autofocus value={name} onChange={event => setName(event.currentTarget.value)}>{sets.map(one => <option key={one.name}>{one.name}</option>)}</select></Field>}
      {wanted?.keys ? <p>{plural(wanted.keys.length, 'partition')}: <b>{wanted.keys[0]}</b>{wanted.keys.length > 1 && <> to <b>{wanted.keys[wanted.keys.length - 1]}</b></>}</p> :
        <div class="pair"><Field label="From" hint={set?.start ? 'the first is ' + set.start.slice(0, 10) : 'the first of all'}><input type={kind} value={from} onInput={event => setFrom(event.currentTarget.value)}/></Field><Field label="To" hint={kind === 'date' ? 'not in it; up to now when empty' : 'the last one'}><input type={kind} value={to} onInput={event => setTo(event.currentTarget.value)}/></Field></div>}
      <div class="field"><span>Which of them</span><Choice label="Which of them" value={which} choose={setWhich} options={[['unfinished', 'Unfinished'], ['missing', 'Missing'], ['failed', 'Failed'], ['all', 'All']]}/></div>
      <div class="pair"><Field label="Partitions a run" hint="0: all in one"><input type="number" min="0" autofocus={!!wanted?.partitions} value={each} onInput={event => setEach(event.currentTarget.value)}/></Field><Field label="Runs at once"><input type="number" min="1" max="64" value={once} onInput={event => setOnce(event.currentTarget.value)}/></Field>
        <Field label="Order"><select value={order} onChange={event => setOrder(event.currentTarget.value)}><option value="asc">Oldest first</option><option value="desc">Newest first</option></select></Field></div>
      <Field label="What" hint="the set’s own selection when empty"><input type="text" value={select} placeholder={set?.select.join(' ')} spellcheck={false} onInput={event => setSelect(event.currentTarget.value)}/></Field>
      <label class="tick"><input type="checkbox" checked={whole} onChange={event => setWhole(event.currentTarget.checked)}/><span>Full refresh</span></label>
      <div class="preview" aria-live="polite">{wrong ? <Wrong error={wrong}/> : !plan ? <span class="soft">Planning…</span> : <><div><b>{plural(plan.partitions, 'partition')} in {plural(plan.runs, 'run')}</b>{plan.left_out > 0 && <span class="soft">, {plan.left_out} need nothing</span>}</div>
        <div class="soft">{plan.estimate.seconds === null ? 'No estimate: none of these has run yet.' : `About ${duration(plan.estimate.seconds * 1000)}${plan.estimate.seconds_per_run === null ? '' : `, ${duration(plan.estimate.seconds_per_run * 1000)} a run`}${plan.estimate.basis ? ` (${plan.estimate.basis})` : ''}`}</div>
        <div class="chips">{plan.first.slice(0, 8).map((one, i) => <span class="chip" key={i}>{one.keys.length > 1 ? `${one.keys[0]} … ${one.keys[one.keys.length - 1]}` : one.keys[0]}</span>)}{plan.runs > 8 && <span class="soft">…</span>}</div></>}</div>
    </form>
  </Dialog>;
}
