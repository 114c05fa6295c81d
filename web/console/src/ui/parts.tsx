// The parts that screens are put together from.
import type {ComponentChildren, JSX} from 'preact';
import {useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks';
import {ago, instant, moment} from '../format';
import {kApi, type Problem} from '../api';
import {Icon} from './icons';

export function Page({title, crumbs, actions, twin, children, wide, note}: {
  title: string; crumbs?: [string, string][]; actions?: ComponentChildren; twin?: string; children: ComponentChildren; wide?: boolean; note?: ComponentChildren;
}) {
  useEffect(() => { document.title = `${title} · Leat`; }, [title]);
  useEffect(() => {
    const link = document.createElement('link');
    Object.assign(link, {rel: 'alternate', type: 'application/json', href: kApi + (twin ?? location.pathname)});
    document.head.append(link);
    return () => link.remove();
  }, [twin]);
  return <>
    <header class="head">
      <div class="titles">
        {crumbs && <nav class="crumbs" aria-label="Breadcrumbs">{crumbs.map(([name, to], i) => <>{i > 0 && <span aria-hidden="true">/</span>}<a href={to}>{name}</a></>)}</nav>}
        <h1>{title}</h1>
        {note && <div class="note">{note}</div>}
      </div>
      <div class="actions">{actions}{twin && <a class="twin" href={kApi + twin} title="This page as JSON" aria-label="This page as JSON"><Icon name="code"/></a>}</div>
    </header>
    <div class={wide ? 'body wide' : 'body'}>{children}</div>
  </>;
}

export function Button({icon, children, kind = '', ...rest}: {icon?: string; kind?: '' | 'main' | 'bad' | 'plain'} & Omit<JSX.HTMLAttributes<HTMLButtonElement>, 'icon'> & {disabled?: boolean; type?: 'button' | 'submit'}) {
  return <button type="button" class={`button ${kind}`} {...rest}>{icon && <Icon name={icon}/>}{children && <span>{children}</span>}</button>;
}

export function Card({title, actions, children, flush}: {title?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; flush?: boolean}) {
  return <section class="card">
    {(title || actions) && <div class="card-head">{title && <h2>{title}</h2>}<div class="actions">{actions}</div></div>}
    <div class={flush ? 'flush' : 'card-body'}>{children}</div>
  </section>;
}

export function Facts({children}: {children: ComponentChildren}) { return <dl class="facts">{children}</dl>; }
export function Fact({name, children}: {name: string; children: ComponentChildren}) { return <div><dt>{name}</dt><dd>{children}</dd></div>; }

export function Empty({title, children, icon = 'dash'}: {title: string; children?: ComponentChildren; icon?: string}) {
  return <div class="empty"><Icon name={icon} size={22}/><strong>{title}</strong>{children && <div>{children}</div>}</div>;
}

export function Wrong({error, retry}: {error: Problem | undefined; retry?: () => void}) {
  if (!error) return null;
  return <div class="wrong" role="alert"><Icon name="warn"/><span>{error.message}</span>{retry && <Button kind="plain" onClick={retry}>Try again</Button>}</div>;
}

export function Loading({rows = 5}: {rows?: number}) {
  return <div class="loading" role="status" aria-label="Loading">{Array.from({length: rows}, (_, i) => <div key={i}/>)}</div>;
}

/** What data is, or why there is none. */
export function Show<T>({of, children, rows}: {of: {data: T | undefined; error: Problem | undefined; refresh: () => void}; children: (data: T) => ComponentChildren; rows?: number}) {
  if (of.data === undefined) return of.error ? <Wrong error={of.error} retry={of.refresh}/> : <Loading rows={rows}/>;
  return <>{of.error && <Wrong error={of.error} retry={of.refresh}/>}{children(of.data)}</>;
}

let ticking: ReturnType<typeof setInterval> | undefined;
const tickers = new Set<() => void>();
/** An instant as how long ago it was, exact on hover. */
export function Time({at, exact}: {at: string | null | undefined; exact?: boolean}) {
  const [, redraw] = useState(0);
  useEffect(() => {
    const tick = () => redraw(n => n + 1);
    tickers.add(tick);
    ticking ??= setInterval(() => tickers.forEach(each => each()), 10000);
    return () => void tickers.delete(tick);
  }, []);
  if (!at || Number.isNaN(instant(at))) return <span class="soft">–</span>;
  const whole = new Date(instant(at)).toISOString().replace('T', ' ').slice(0, 19) + ' UTC';
  return <time dateTime={new Date(instant(at)).toISOString()} title={exact ? `${ago(at)} · ${whole}` : `${moment(at)} · ${whole}`}>{exact ? moment(at) : ago(at)}</time>;
}

export function Tabs({tabs, value, choose}: {tabs: [string, string, number?][]; value: string; choose: (id: string) => void}) {
  const keys = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    const next = tabs[(tabs.findIndex(tab => tab[0] === value) + step + tabs.length) % tabs.length][0];
    choose(next);
    requestAnimationFrame(() => document.getElementById('tab-' + next)?.focus());
  };
  return <div class="tabs" role="tablist" onKeyDown={keys}>{tabs.map(([id, name, n]) =>
    <button type="button" role="tab" id={'tab-' + id} key={id} aria-selected={id === value} tabIndex={id === value ? 0 : -1} onClick={() => choose(id)}>
      {name}{n !== undefined && n > 0 && <span class="count">{n}</span>}</button>)}</div>;
}

export function Choice({label, options, value, choose}: {label: string; options: [string, string][]; value: string; choose: (id: string) => void}) {
  return <div class="choice" role="group" aria-label={label}>{options.map(([id, name]) =>
    <button type="button" key={id} aria-pressed={id === value} onClick={() => choose(id)}>{name}</button>)}</div>;
}

/** A text that changes the address a moment after the last key. */
export function Search({value, change, label, placeholder, onKeyDown}: {value: string; change: (value: string) => void; label: string; placeholder?: string; onKeyDown?: (event: KeyboardEvent) => void}) {
  const [text, set] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => set(value), [value]);
  return <label class="search"><Icon name="search"/><span class="hidden">{label}</span>
    <input type="search" value={text} placeholder={placeholder ?? label} spellcheck={false} autocomplete="off" data-find
      onInput={event => { const next = event.currentTarget.value; set(next); clearTimeout(timer.current); timer.current = setTimeout(() => change(next), 150); }}
      onKeyDown={event => { if (event.key === 'Enter') { clearTimeout(timer.current); change(text); } onKeyDown?.(event as unknown as KeyboardEvent); }}/></label>;
}

export function Field({label, children, hint}: {label: string; children: ComponentChildren; hint?: ComponentChildren}) {
  return <label class="field"><span>{label}</span>{children}{hint && <small>{hint}</small>}</label>;
}

export function Dialog({title, close, children, actions}: {title: string; close: () => void; children: ComponentChildren; actions?: ComponentChildren}) {
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.showModal();
    return () => before?.focus?.();
  }, []);
  return <dialog ref={box} class="dialog" aria-label={title} onCancel={event => { event.preventDefault(); close(); }}
    onMouseDown={event => { if (event.target === box.current) close(); }}>
    <div class="dialog-box">
      <div class="card-head"><h2>{title}</h2><Button kind="plain" icon="close" aria-label="Close" onClick={close}/></div>
      <div class="dialog-body">{children}</div>
      {actions && <div class="dialog-actions">{actions}</div>}
    </div>
  </dialog>;
}

interface Toast { id: number; text: string; tone: string; to?: string }
let toasts: Toast[] = [];
const shown = new Set<() => void>();
export function say(text: string, tone: 'good' | 'bad' = 'good', to?: string) {
  const toast = {id: Date.now() + Math.random(), text, tone, to};
  toasts = [...toasts.slice(-3), toast];
  shown.forEach(tell => tell());
  setTimeout(() => { toasts = toasts.filter(each => each !== toast); shown.forEach(tell => tell()); }, tone === 'bad' ? 9000 : 5000);
}
export function Toasts() {
  const [, redraw] = useState(0);
  useEffect(() => { const tell = () => redraw(n => n + 1); shown.add(tell); return () => void shown.delete(tell); }, []);
  return <div class="toasts" role="status" aria-live="polite">{toasts.map(each =>
    <div key={each.id} class={`toast ${each.tone}`}><Icon name={each.tone === 'bad' ? 'warn' : 'check'}/><span>{each.text}</span>{each.to && <a href={each.to}>Open</a>}</div>)}</div>;
}
/** Does something that may fail, and says what became of it. */
export async function attempt<T>(doing: () => Promise<T>, done?: string | ((value: T) => [string, string?])): Promise<T | undefined> {
  try {
    const value = await doing();
    if (typeof done === 'string') say(done);
    else if (done) { const [text, to] = done(value); say(text, 'good', to); }
    return value;
  } catch (error) { say((error as Error).message, 'bad'); return undefined; }
}

/** Bars of the last numbers, oldest first. */
export function Bars({values, label, height = 28}: {values: {value: number; tone: string; title: string; to?: string}[]; label: string; height?: number}) {
  const max = Math.max(1, ...values.map(each => each.value)), width = 7;
  return <svg class="bars" width={values.length * width} height={height} role="img" aria-label={label}>
    {values.map((each, i) => {
      const tall = Math.max(3, each.value / max * (height - 2));
      return <rect key={i} class={each.tone} x={i * width} y={height - tall} width={width - 2} height={tall} rx="1.5"><title>{each.title}</title></rect>;
    })}</svg>;
}

/** A list of many rows of one height, of which only those in sight are made. */
export function Rows({total, height, row, tall, label, stick, role = 'region'}: {total: number; height: number; row: (i: number) => ComponentChildren; tall: number; label: string; stick?: boolean; role?: 'region' | 'rowgroup'}) {
  const box = useRef<HTMLDivElement>(null);
  const [at, set] = useState(0);
  useLayoutEffect(() => { if (stick && box.current) box.current.scrollTop = box.current.scrollHeight; }, [total, stick]);
  const view = Math.min(tall, Math.max(height, total * height)), first = Math.max(0, Math.floor(at / height) - 8), last = Math.min(total, Math.ceil((at + view) / height) + 8);
  const rows = [];
  for (let i = first; i < last; ++i) rows.push(row(i));
  return <div class="rows" ref={box} style={{maxHeight: tall + 'px'}} tabIndex={0} role={role} aria-label={label} onScroll={event => set(event.currentTarget.scrollTop)}>
    <div role="presentation" style={{height: total * height + 'px', position: 'relative'}}><div role="presentation" style={{transform: `translateY(${first * height}px)`}}>{rows}</div></div>
  </div>;
}

export function Copy({text, label = 'Copy'}: {text: string; label?: string}) {
  return <Button kind="plain" onClick={() => navigator.clipboard?.writeText(text).then(() => say('Copied'), () => say('The browser does not allow copying here', 'bad'))}>{label}</Button>;
}
export function Key({children}: {children: string}) { return <kbd>{children}</kbd>; }
