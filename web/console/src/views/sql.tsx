// The SQL pad: one query at a time, read only, bounded.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {Problem, post, useData} from '../api';
import {count, duration} from '../format';
import {setParams, useParam} from '../router';
import type {Answer, Tables} from '../types';
import {Icon} from '../ui/icons';
import {Button, Card, Empty, Page, Rows, Search, Show, Wrong, say} from '../ui/parts';

const kRow = 28, kHistory = 30;

function csv(answer: Answer): string {
  const cell = (value: string | null) => value === null ? '' : /[",\n\r]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
  return [answer.columns.map(each => cell(each.name)), ...answer.rows.map(row => row.map(cell))].map(row => row.join(',')).join('\r\n') + '\r\n';
}
function history(): string[] { try { return JSON.parse(localStorage.getItem('leat.sql') ?? '[]'); } catch { return []; } }
function remember(sql: string) { try { localStorage.setItem('leat.sql', JSON.stringify([sql, ...history().filter(each => each !== sql)].slice(0, kHistory))); } catch { /* it is not kept, then */ } }

export function AnswerTable({answer, tall = 460}: {answer: Answer; tall?: number}) {
  const widths = useMemo(() => answer.columns.map((column, i) => {
    let longest = column.name.length + 2;
    for (let row = 0; row < Math.min(100, answer.rows.length); ++row) longest = Math.max(longest, answer.rows[row][i]?.length ?? 4);
    return Math.min(340, Math.max(64, longest * 7.6 + 26));
  }), [answer]);
  const template = widths.map(width => width + 'px').join(' '), total = widths.reduce((a, b) => a + b, 0);
  if (!answer.columns.length) return <Empty title="No columns"/>;
  return <div class="answer" tabIndex={0} role="region" aria-label="Result"><div style={{minWidth: total + 'px'}} role="table" aria-rowcount={answer.rows.length}>
    <div class="answer-head" role="row" style={{gridTemplateColumns: template}}>{answer.columns.map((column, i) => <span key={i} role="columnheader" class={column.number ? 'num' : ''} title={column.type}>{column.name}</span>)}</div>
    <Rows total={answer.rows.length} height={kRow} tall={tall} label="Rows" role="rowgroup" row={i => <div class="answer-row" role="row" key={i} style={{gridTemplateColumns: template}}>{answer.rows[i].map((value, k) =>
      <span key={k} role="cell" class={answer.columns[k].number ? 'num' : ''} title={value ?? 'null'}>{value === null ? <i>null</i> : value.slice(0, 300)}</span>)}</div>}/></div></div>;
}

export function SqlPad() {
  const [sql, keep] = useParam('sql');
  const [find] = useParam('find');
  const [text, setText] = useState(sql);
  const [answer, setAnswer] = useState<Answer>();
  const [wrong, setWrong] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const tables = useData<Tables>('/sql/tables');
  const ask = async (explain = false) => {
    const box = area.current!, part = box.value.slice(box.selectionStart, box.selectionEnd).trim(), query = part || box.value;
    if (!query.trim()) return;
    keep(box.value);
    setBusy(true);
    setWrong(undefined);
    try {
      setAnswer(await post<Answer>('/sql', {sql: query, limit: 2000, explain}));
      remember(box.value.trim());
    } catch (error) { setWrong(error as Problem); }
    setBusy(false);
  };
  useEffect(() => { if (sql) ask(); else area.current?.focus(); }, []);
  const put = (words: string) => {
    const box = area.current!, at = box.selectionStart;
    const next = box.value ? box.value.slice(0, at) + words + box.value.slice(box.selectionEnd) : `select * from ${words} limit 100`;
    setText(next);
    box.focus();
    requestAnimationFrame(() => { box.selectionStart = box.selectionEnd = box.value ? at + words.length : next.length; });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); ask(); }
    if (event.key === 'Escape') area.current?.blur();
  };
  const save = () => {
    const link = Object.assign(document.createElement('a'), {href: URL.createObjectURL(new Blob([csv(answer!)], {type: 'text/csv'})), download: 'result.csv'});
    link.click();
    URL.revokeObjectURL(link.href);
    say(`${count(answer!.rows.length)} rows are saved`);
  };
  const listed = (tables.data?.tables ?? []).filter(each => `${each.schema}.${each.name} ${each.columns.map(column => column.name).join(' ')}`.toLowerCase().includes(find.toLowerCase()));
  const schemas = [...new Set(listed.map(each => each.schema))];
  return <Page title="SQL" wide twin="/sql/tables" note={<span>It reads only, and never sees half of a load.</span>}>
    <div class="pad-view">
      <aside class="tree" aria-label="Tables"><Search value={find} change={value => setParams({find: value || null})} label="Find a table or column"/>
        <Show of={tables}>{() => <div class="scroll">{schemas.map(schema => <details key={schema} open={schema !== '_leat'}><summary>{schema}</summary>{listed.filter(each => each.schema === schema).map(each => <details key={each.name} class="table"><summary><Icon name="assets" size={12}/>{each.name}</summary>
          <button type="button" class="link small" onClick={() => put(`${schema}.${each.name}`)}>Put its name in</button><ul>{each.columns.map(column => <li key={column.name}><button type="button" onClick={() => put(column.name)}>{column.name}</button><small>{column.type.toLowerCase()}</small></li>)}</ul></details>)}</details>)}</div>}</Show></aside>
      <div class="pad-main">
        <div class="editor"><label class="hidden" for="sql">Query</label><textarea id="sql" ref={area} value={text} spellcheck={false} rows={7} placeholder="select …" onInput={event => setText(event.currentTarget.value)} onKeyDown={keys as any}/>
          <div class="editor-bar"><Button kind="main" icon="runs" disabled={busy} onClick={() => ask()}>{busy ? 'Asking…' : 'Ask'}</Button><Button disabled={busy} onClick={() => ask(true)}>Explain</Button><kbd>Ctrl</kbd><kbd>Enter</kbd>
            <span class="grow"/>{answer && !answer.columns.every(each => each.name === 'QUERY PLAN') && <Button kind="plain" onClick={save}>CSV</Button>}
            <label class="pick"><span class="hidden">Queries before</span><select value="" onChange={event => { setText(event.currentTarget.value); event.currentTarget.value = ''; }}><option value="">Before…</option>{history().map(each => <option key={each} value={each}>{each.slice(0, 70)}</option>)}</select></label></div></div>
        <Wrong error={wrong}/>
        {answer ? answer.columns[0]?.name === 'QUERY PLAN' ? <Card flush><pre class="code" tabIndex={0}>{answer.rows.map(row => row.join('')).join('\n')}</pre></Card> :
          <Card title={<span aria-live="polite">{count(answer.rows.length)}{answer.more ? '+' : ''} rows in {duration(answer.took_ms)}</span>} flush><AnswerTable answer={answer} tall={Math.max(240, innerHeight - 470)}/></Card> : !wrong && <Empty title="Ask something" icon="sql">Choose a table on the left, or write a query. <kbd>Ctrl</kbd> <kbd>Enter</kbd> asks; with a part selected, only that part.</Empty>}
      </div>
    </div>
  </Page>;
}
