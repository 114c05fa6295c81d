// The asset graph: what follows what, how it stands, chosen by dbt's selection language.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {may, useData} from '../api';
import {duration, plural, short} from '../format';
import {GraphCanvas} from '../graph/canvas';
import {groupOf, model, type By} from '../graph/model';
import {assetPath, go, setParams, useParam} from '../router';
import {RunDialog} from '../run_dialog';
import {onLook} from '../theme';
import type {Asset, Graph} from '../types';
import {Icon} from '../ui/icons';
import {Button, Choice, Copy, Empty, Fact, Facts, Loading, Page, Search, Time, Wrong} from '../ui/parts';
import {StatusBadge, stateOf, stateWord, toneOf} from '../ui/state';

const kFlatMax = 160; // more assets than these begin folded

export function GraphView() {
  const [select] = useParam('select');
  const [focus] = useParam('focus');
  const [byParam] = useParam('by');
  const [openParam] = useParam('open');
  const [running, setRunning] = useState<string | null>(null);
  const query = select ? '?select=' + encodeURIComponent(select) : '';
  const graph = useData<Graph>('/graph' + query, 4000);
  const assets = graph.data?.assets;
  const by: By = (byParam || (assets && assets.length > kFlatMax ? 'group' : 'none')) as By;
  const open = useMemo(() => new Set(openParam ? openParam.split(',').map(decodeURIComponent) : []), [openParam]);
  const nodes = useMemo(() => assets ? model(assets, by, open) : [], [assets, by, open]);
  // What there is and what follows what; states change more often than that.
  const shape = useMemo(() => nodes.map(node => node.key + '<' + node.upstream.join()).join('|'), [nodes]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<GraphCanvas>();
  const keep = useRef<string | null>(null);
  const toggle = (name: string) => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    keep.current = next.has(name) ? null : 'group:' + name;
    setParams({open: [...next].map(each => encodeURIComponent(each)).join(',') || null, by: byParam || by});
  };
  const act = useRef({toggle, nodes});
  act.current = {toggle, nodes};
  useEffect(() => {
    if (!canvas.current) return;
    const made = new GraphCanvas(canvas.current, {
      select: at => setParams({focus: at >= 0 ? act.current.nodes[at].key : null}),
      open: at => { const node = act.current.nodes[at]; if (node.asset !== undefined) go(assetPath(node.key)); },
      toggle: at => act.current.toggle(act.current.nodes[at].name),
    });
    made.drawn = () => { performance.mark('graph-drawn'); document.documentElement.dataset.graph = 'drawn'; };
    drawing.current = made;
    (canvas.current as any).graph = made;
    const forget = onLook(() => made.restyle());
    return () => { forget(); made.end(); delete document.documentElement.dataset.graph; };
  }, [assets === undefined || nodes.length === 0]);
  useEffect(() => {
    if (!nodes.length) return;
    drawing.current?.show(nodes, focus, keep.current);
    if (focus) drawing.current?.selectKey(focus, true);
    keep.current = null;
  }, [shape, assets === undefined]);
  useEffect(() => { drawing.current?.restate(nodes); }, [nodes]);
  useEffect(() => { if (drawing.current) drawing.current.selectKey(focus, false); }, [focus]);
  // An asset that is looked for and folded away is unfolded.
  useEffect(() => {
    if (!focus || !assets || by === 'none' || nodes.some(node => node.key === focus)) return;
    const asset = assets.find(each => each.id === focus);
    if (asset) setParams({open: [...open, groupOf(asset, by)].map(encodeURIComponent).join(','), by});
  }, [focus, assets, by]);

  const chosen = nodes.find(node => node.key === focus);
  const asset = chosen?.asset !== undefined ? assets![chosen.asset] : undefined;
  const keys = (event: KeyboardEvent) => {
    const made = drawing.current!;
    if (event.key.startsWith('Arrow')) {
      event.preventDefault();
      const next = made.neighbour(made.selected, event.key);
      if (next >= 0) { setParams({focus: nodes[next].key}); made.select(next, true); }
    } else if (event.key === 'Enter' && chosen) { if (asset) go(assetPath(asset.id)); else toggle(chosen.name); }
    else if (event.key === ' ' && chosen) { event.preventDefault(); if (!asset) toggle(chosen.name); else if (by !== 'none') toggle(groupOf(asset, by)); }
    else if (event.key === 'Escape') setParams({focus: null});
    else if (event.key === '+' || event.key === '=') made.zoom(1.25);
    else if (event.key === '-') made.zoom(0.8);
    else if (event.key === '0') made.fit();
    else return;
    event.stopPropagation();
  };
  const problem = graph.error && graph.error.status === 400 ? graph.error : undefined;
  return <Page title="Graph" wide twin={'/graph' + query}
    note={assets && <span>{plural(assets.length, 'asset')}{by !== 'none' && nodes.length !== assets.length && <>, {plural(nodes.length, 'box', 'boxes')}</>}</span>}
    actions={may('run') && <Button icon="runs" disabled={!assets?.length} onClick={() => setRunning(select)}>Run these</Button>}>
    <div class="graph-bar">
      <Search value={select} change={value => setParams({select: value.trim() || null, focus: null})} label="Select assets" placeholder="Select: orders+, tag:daily, +page:index …"/>
      <Choice label="Fold by" value={by} choose={id => setParams({by: id, open: null})} options={[['none', 'All'], ['group', 'Folder'], ['schema', 'Schema'], ['kind', 'Kind']]}/>
      {by !== 'none' && open.size > 0 && <Button kind="plain" onClick={() => setParams({open: null})}>Fold all</Button>}
    </div>
    {problem && <Wrong error={problem}/>}
    {graph.data?.problem && <div class="wrong" role="alert"><Icon name="warn"/><span>The project can’t be read as it is now; this is the last graph. {graph.data.problem}</span></div>}
    {graph.error && !problem && <Wrong error={graph.error} retry={graph.refresh}/>}
    {!assets && !graph.error && <Loading rows={8}/>}
    {assets && !assets.length && <Empty title="Nothing is selected" icon="graph">{select ? <>No asset fits <code>{select}</code>.</> : 'The project has no assets yet.'}</Empty>}
    {assets && nodes.length > 0 && <div class={chosen ? 'graph with-panel' : 'graph'}>
      <div class="graph-stage">
        <canvas ref={canvas} tabIndex={0} role="application" aria-label="Asset graph. Arrow keys go along the edges, Enter opens, Space folds." aria-describedby="graph-said" onKeyDown={keys as any}/>
        <div class="graph-tools"><Button kind="plain" icon="plus" aria-label="Zoom in" onClick={() => drawing.current?.zoom(1.3)}/><Button kind="plain" icon="dash" aria-label="Zoom out" onClick={() => drawing.current?.zoom(0.77)}/><Button kind="plain" icon="fit" aria-label="Show all" onClick={() => drawing.current?.fit()}/></div>
        <div class="graph-legend" aria-hidden="true">{([['good', 'fresh'], ['warn', 'stale or warning'], ['bad', 'failed'], ['busy', 'running'], ['idle', 'never run']] as const).map(([tone, word]) => <span key={tone}><i class={'dot ' + tone}/>{word}</span>)}</div>
        <p id="graph-said" class="hidden" aria-live="polite">{chosen ? `${chosen.name}, ${chosen.note}, ${asset ? stateWord(asset) : plural(chosen.members.length, 'asset')}; ${plural(chosen.upstream.length, 'edge')} in, ${chosen.downstream.length} out` : 'Nothing is selected'}</p>
      </div>
      {chosen && <Panel key={chosen.key} name={chosen.name} asset={asset} members={chosen.members.map(i => assets[i])} toggle={() => toggle(chosen.name)} run={setRunning}
        up={chosen.upstream.map(i => nodes[i])} down={chosen.downstream.map(i => nodes[i])}/>}
    </div>}
    {running !== null && <RunDialog wanted={{select: running}} close={() => setRunning(null)}/>}
  </Page>;
}

/** How an asset is selected by its name: streams and pages by their method. */
export function selectorOf(asset: Pick<Asset, 'kind' | 'name' | 'group' | 'id'>): string {
  return asset.kind === 'stream' || asset.kind === 'page' ? `${asset.kind}:${asset.name}` : asset.kind === 'source' || asset.kind === 'exposure' ? `${asset.kind}:${asset.name}` : asset.name;
}

function Panel({name, asset, members, toggle, run, up, down}: {name: string; asset?: Asset; members: Asset[]; toggle: () => void; run: (select: string) => void;
  up: {key: string; name: string; tone: string}[]; down: {key: string; name: string; tone: string}[]}) {
  const word = asset && selectorOf(asset);
  const list = (title: string, all: typeof up) => all.length > 0 && <div><h3>{title}</h3><ul class="links">{all.slice(0, 12).map(each =>
    <li key={each.key}><button type="button" onClick={() => setParams({focus: each.key})}><i class={'dot ' + each.tone}/>{each.name}</button></li>)}{all.length > 12 && <li class="soft">and {all.length - 12} more</li>}</ul></div>;
  return <aside class="panel" aria-label={name}>
    <div class="panel-head"><h2>{name}</h2><Button kind="plain" icon="close" aria-label="Close" onClick={() => setParams({focus: null})}/></div>
    {asset ? <>
      <div class="row"><StatusBadge status={stateOf(asset)} word={stateWord(asset)}/><span class="chip"><Icon name={asset.kind} size={12}/>{asset.materialized || asset.kind}</span></div>
      <Facts>
        <Fact name="Built"><Time at={asset.built_at}/></Fact>
        {asset.rows !== undefined && <Fact name="Rows">{short(asset.rows)}</Fact>}
        {asset.took_ms !== undefined && <Fact name="Took">{duration(asset.took_ms)}</Fact>}
        {asset.tests && <Fact name="Tests">{asset.tests[0]} of {asset.tests.reduce((a, b) => a + b)} pass</Fact>}
        <Fact name="In">{asset.group}</Fact>
      </Facts>
      {asset.message && asset.status === 'error' && <p class="said bad">{asset.message}</p>}
      <div class="row"><a class="button" href={assetPath(asset.id)}><Icon name="open"/><span>Open</span></a>
        {may('run') && !asset.declared && <><Button icon="runs" onClick={() => run(word!)}>Run</Button><Button onClick={() => run(word + '+')}>with what is below</Button></>}</div>
      <div class="row"><Button kind="plain" onClick={() => setParams({select: `+${word}+`, focus: asset.id})}>Only what is around it</Button><Copy text={word!} label="Copy selector"/></div>
    </> : <><p class="soft">{plural(members.length, 'asset')}</p><div class="row"><Button icon="plus" onClick={toggle}>Unfold</Button></div>
      <ul class="links">{members.slice(0, 14).map(each => <li key={each.id}><a href={assetPath(each.id)}><i class={'dot ' + toneOf(stateOf(each))}/>{each.name}</a></li>)}{members.length > 14 && <li class="soft">and {members.length - 14} more</li>}</ul></>}
    {list('Made of', up)}{list('Feeds', down)}
  </aside>;
}
