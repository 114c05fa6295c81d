// The frame of every screen: the way round, the command palette, keys, who is logged in.
import {useEffect, useState} from 'preact/hooks';
import {call, loadSession, may, setSession, useData, useSession} from './api';
import {listenKeys, Palette} from './palette';
import {RunDialog} from './run_dialog';
import {useRoute} from './router';
import {chooseLook, look, onLook} from './theme';
import type {Alert, Project} from './types';
import {Icon} from './ui/icons';
import {Button, Dialog, Empty, Page, Toasts} from './ui/parts';
import {Alerts} from './views/alerts';
import {AssetPage} from './views/asset';
import {Assets} from './views/assets';
import {BackfillPage, Backfills} from './views/backfills';
import {ConnectionPage, Connections} from './views/connections';
import {DeadLetters} from './views/dead_letters';
import {GraphView} from './views/graph';
import {Home} from './views/home';
import {LineageView} from './views/lineage';
import {Login} from './views/login';
import {PartitionsPage, PartitionSets} from './views/partitions';
import {ReportsView} from './views/reports';
import {JobPage, RunPage} from './views/run';
import {Runs} from './views/runs';
import {Schedules} from './views/schedules';
import {SqlPad} from './views/sql';
import {System} from './views/system';

export const places: {to: string; name: string; icon: string; key: string; group: string}[] = [
  {to: '/', name: 'Overview', icon: 'home', key: 'h', group: ''},
  {to: '/graph', name: 'Graph', icon: 'graph', key: 'g', group: 'Assets'},
  {to: '/assets', name: 'Catalogue', icon: 'assets', key: 'a', group: 'Assets'},
  {to: '/lineage', name: 'Column lineage', icon: 'lineage', key: 'l', group: 'Assets'},
  {to: '/runs', name: 'Runs', icon: 'runs', key: 'r', group: 'Work'},
  {to: '/schedules', name: 'Schedules', icon: 'schedule', key: 's', group: 'Work'},
  {to: '/partitions', name: 'Partitions', icon: 'partitions', key: 'p', group: 'Work'},
  {to: '/backfills', name: 'Backfills', icon: 'backfill', key: 'b', group: 'Work'},
  {to: '/connections', name: 'Connections', icon: 'connection', key: 'c', group: 'Data'},
  {to: '/dead-letters', name: 'Dead letters', icon: 'letters', key: 'd', group: 'Data'},
  {to: '/sql', name: 'SQL', icon: 'sql', key: 'q', group: 'Data'},
  {to: '/reports', name: 'Reports and docs', icon: 'reports', key: 'o', group: 'Data'},
  {to: '/alerts', name: 'Alerts', icon: 'alerts', key: 'e', group: 'Watch'},
  {to: '/system', name: 'System', icon: 'system', key: 'y', group: 'Watch'},
];

function screen(path: string) {
  const [, first, ...rest] = path.split('/');
  const id = decodeURIComponent(rest.join('/'));
  switch (first) {
    case '': return <Home/>;
    case 'graph': return <GraphView/>;
    case 'assets': return id ? <AssetPage key={id} id={id}/> : <Assets/>;
    case 'lineage': return <LineageView/>;
    case 'runs': return id ? <RunPage key={id} id={id}/> : <Runs/>;
    case 'jobs': return id ? <JobPage key={id} id={id}/> : <Runs/>;
    case 'schedules': return <Schedules/>;
    case 'partitions': return id ? <PartitionsPage key={id} name={id}/> : <PartitionSets/>;
    case 'backfills': return id ? <BackfillPage key={id} id={id}/> : <Backfills/>;
    case 'connections': return id ? <ConnectionPage key={id} name={id}/> : <Connections/>;
    case 'dead-letters': return <DeadLetters/>;
    case 'sql': return <SqlPad/>;
    case 'reports': return <ReportsView/>;
    case 'alerts': return <Alerts/>;
    case 'system': return <System/>;
    default: return <Page title="No such page"><Empty title="There is no such page" icon="search"><a href="/">To the overview</a></Empty></Page>;
  }
}

function LookButton() {
  const [now, set] = useState(look());
  useEffect(() => onLook(() => set(look())), []);
  const next = now === 'dark' ? 'light' : 'dark';
  return <Button kind="plain" icon={now === 'dark' ? 'sun' : 'moon'} aria-label={`Show in ${next}`} title={`Show in ${next}`} onClick={() => chooseLook(next)}/>;
}

function Nav({path, project, close}: {path: string; project: Project | undefined; close: () => void}) {
  const session = useSession();
  const alerts = useData<{alerts: Alert[]; total?: number}>('/alerts?status=open&limit=50', 30000);
  const open = alerts.data?.alerts.filter(each => !each.silenced_by).length ?? 0;
  const groups = [...new Set(places.map(each => each.group))];
  const leave = async () => { await call('/session', {method: 'DELETE'}); await loadSession(); };
  return <nav class="side" aria-label="Main" onClick={event => { if ((event.target as Element).closest('a')) close(); }}>
    <a class="brand" href="/"><span class="mark" aria-hidden="true"><Icon name="stream" size={15}/></span><span><b>{project?.title || project?.name || 'Leat'}</b>{project && <small>{project.target}</small>}</span></a>
    <div class="places">{groups.map(group => <div key={group}>
      {group && <h2>{group}</h2>}
      <ul>{places.filter(each => each.group === group).map(each => {
        const here = each.to === '/' ? path === '/' : path === each.to || path.startsWith(each.to + '/') || (each.to === '/runs' && path.startsWith('/jobs/'));
        return <li key={each.to}><a href={each.to} aria-current={here ? 'page' : undefined}><Icon name={each.icon}/>{each.name}
          {each.to === '/alerts' && open > 0 && <span class="count bad">{open}</span>}
          {each.to === '/runs' && (project?.jobs.running ?? 0) > 0 && <span class="count busy">{project!.jobs.running}</span>}</a></li>;
      })}</ul></div>)}</div>
    <div class="foot">{session && session.how !== 'local' && session.user && <span class="who" title={session.role}>{session.user}</span>}
      {session && session.how !== 'local' && session.user && <Button kind="plain" icon="logout" aria-label="Log out" title="Log out" onClick={leave}/>}
      <LookButton/></div>
  </nav>;
}

export function App() {
  const {path} = useRoute();
  const session = useSession();
  const [ready, setReady] = useState(false);
  const [drawer, setDrawer] = useState(false);
  const [over, setOver] = useState<'' | 'palette' | 'run' | 'keys'>('');
  const project = useData<Project>(ready && session?.authenticated ? '/project' : null, 10000);
  useEffect(() => {
    loadSession().catch(() => setSession({authenticated: true, user: '', role: 'admin', how: 'local', csrf: '', expires_at: null, login: {password: false, oidc: null}})).then(() => setReady(true));
  }, []);
  useEffect(() => listenKeys(setOver), []);
  useEffect(() => { document.querySelector('main')?.focus({preventScroll: true}); }, [path]);
  if (!ready) return <div class="start" role="status" aria-label="Loading"/>;
  if (session && !session.authenticated) return <><Login session={session}/><Toasts/></>;
  return <div class={drawer ? 'frame drawer' : 'frame'}>
    <a class="skip" href="#main" onClick={event => { event.preventDefault(); document.querySelector('main')?.focus(); }}>To the content</a>
    <div class="top"><Button kind="plain" icon="menu" aria-label="Menu" aria-expanded={drawer} onClick={() => setDrawer(!drawer)}/>
      <a class="brand" href="/"><b>{project.data?.title || project.data?.name || 'Leat'}</b></a>
      <Button kind="plain" icon="search" aria-label="Search" onClick={() => setOver('palette')}/></div>
    <Nav path={path} project={project.data} close={() => setDrawer(false)}/>
    <div class="shade" onClick={() => setDrawer(false)}/>
    <main id="main" tabIndex={-1}>
      <div class="tools"><button type="button" class="jump" onClick={() => setOver('palette')}><Icon name="search"/><span>Jump to…</span><kbd>/</kbd></button>
        {may('run') && <Button icon="runs" onClick={() => setOver('run')}>Run…</Button>}</div>
      {screen(path)}
    </main>
    {over === 'palette' && <Palette close={() => setOver('')} run={() => setOver('run')}/>}
    {over === 'run' && <RunDialog close={() => setOver('')}/>}
    {over === 'keys' && <KeysDialog close={() => setOver('')}/>}
    <Toasts/>
  </div>;
}

function KeysDialog({close}: {close: () => void}) {
  return <Dialog title="Keys" close={close}><dl class="keys">
    <dt><kbd>/</kbd> or <kbd>Ctrl</kbd> <kbd>K</kbd></dt><dd>Jump to a page or an asset</dd>
    <dt><kbd>f</kbd></dt><dd>Into this page's filter</dd>
    <dt><kbd>n</kbd></dt><dd>Run something</dd>
    <dt><kbd>t</kbd></dt><dd>Light or dark</dd>
    {places.map(each => <><dt><kbd>g</kbd> <kbd>{each.key}</kbd></dt><dd>{each.name}</dd></>)}
    <dt>In the graph</dt><dd>Arrows go along the edges, <kbd>Enter</kbd> opens, <kbd>Space</kbd> unfolds a group, <kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> zoom</dd>
  </dl></Dialog>;
}
