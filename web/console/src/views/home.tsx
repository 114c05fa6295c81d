// The overview: what runs and will run, what fails, what is stale.
import {useData} from '../api';
import {duration, instant, plural} from '../format';
import {assetPath, useParam} from '../router';
import type {Alert, Asset, Graph, Project, Schedule} from '../types';
import {Icon} from '../ui/icons';
import {Card, Choice, Empty, Page, Show, Time} from '../ui/parts';
import {Dot, StatusBadge, stateOf, stateWord} from '../ui/state';
import {barsOf, dueOf, useActivity} from './activity';
import {spans, Timeline} from './timeline';

export function Home() {
  const [span, setSpan] = useParam('span', '6h');
  const project = useData<Project>('/project', 5000);
  const graph = useData<Graph>('/graph', 15000);
  const schedules = useData<{schedules: Schedule[]}>('/schedules', 20000);
  const alerts = useData<{alerts: Alert[]}>('/alerts?status=open&limit=20', 15000);
  const activity = useActivity(200, 4000);
  const assets = graph.data?.assets.filter(each => !each.declared) ?? [];
  const by = (want: string) => assets.filter(each => stateOf(each) === want);
  const failing = [...by('error'), ...by('interrupted')], stale = by('stale'), never = by('');
  const jobs = project.data?.jobs;
  const next = (schedules.data?.schedules ?? []).filter(each => each.enabled && each.next.length).sort((a, b) => instant(a.next[0]) - instant(b.next[0]));
  return <Page title="Overview" twin="/project" note={project.data && <span>{project.data.name} on {project.data.target}</span>}>
    <div class="tiles">
      <Tile to="/graph" icon="assets" value={graph.data ? assets.length : undefined} name="assets"/>
      <Tile to="/assets?state=error" icon="cross" tone={failing.length ? 'bad' : ''} value={graph.data ? failing.length : undefined} name="failing"/>
      <Tile to="/assets?state=stale" icon="schedule" tone={stale.length ? 'warn' : ''} value={graph.data ? stale.length : undefined} name="stale"/>
      <Tile to="/runs?status=running" icon="runs" tone={jobs?.running ? 'busy' : ''} value={jobs?.running} name="running"/>
      <Tile to="/runs?status=queued" icon="schedule" value={jobs?.queued} name="waiting"/>
      {alerts.data && <Tile to="/alerts" icon="alerts" tone={alerts.data.alerts.length ? 'bad' : ''} value={alerts.data.alerts.length} name="open alerts"/>}
    </div>
    <Card title="Timeline" actions={<Choice label="How far back" options={spans} value={span} choose={setSpan}/>}>
      <Show of={activity} rows={4}>{entries => <Timeline bars={barsOf(entries)} due={dueOf(schedules.data?.schedules ?? [])} span={span}/>}</Show>
    </Card>
    <div class="columns">
      <Card title="Needs a look" actions={failing.length + stale.length > 0 && <a href="/assets?state=error">All</a>} flush>
        <Show of={graph}>{() => failing.length + stale.length + never.length === 0 ? <Empty title="Everything is as it should be" icon="check"/> :
          <ul class="list">{[...failing, ...stale, ...never].slice(0, 8).map(each => <Needy key={each.id} asset={each}/>)}</ul>}</Show>
      </Card>
      <Card title="Next" actions={<a href="/schedules">Schedules</a>} flush>
        <Show of={schedules}>{() => !next.length ? <Empty title="No schedule is due" icon="schedule">Write <code>schedules:</code> into leat.yml.</Empty> :
          <ul class="list">{next.slice(0, 8).map(each => <li key={each.name}><a href={'/schedules?name=' + encodeURIComponent(each.name)}><Icon name="schedule"/><b>{each.name}</b><code class="soft">{each.cron}</code><span class="end"><Time at={each.next[0]}/></span></a></li>)}</ul>}</Show>
      </Card>
    </div>
    <Card title="Latest runs" actions={<a href="/runs">All runs</a>} flush>
      <Show of={activity}>{entries => !entries.length ? <Empty title="Nothing has run yet" icon="runs">Press <kbd>n</kbd> to run something.</Empty> :
        <ul class="list">{entries.slice(0, 8).map(each => <li key={each.key}><a href={each.to}><Dot status={each.status}/><b>{each.name}</b><span class="soft wide-only clip">{each.note}</span>
          <span class="end">{each.started && each.ended && <span class="soft wide-only">{duration(instant(each.ended) - instant(each.started))}</span>}<StatusBadge status={each.status}/><span class="when"><Time at={each.at}/></span></span></a></li>)}</ul>}</Show>
    </Card>
  </Page>;
}

function Tile({to, icon, value, name, tone = ''}: {to: string; icon: string; value: number | undefined; name: string; tone?: string}) {
  return <a class={'tile ' + tone} href={to}><Icon name={icon}/><b>{value === undefined ? '–' : value.toLocaleString('en-US')}</b><span>{name}</span></a>;
}
function Needy({asset}: {asset: Asset}) {
  return <li><a href={assetPath(asset.id)}><Icon name={asset.kind}/><b>{asset.name}</b><span class="soft wide-only clip">{asset.status === 'error' ? asset.message : asset.tests?.[2] ? plural(asset.tests[2], 'test') + ' fail' : ''}</span>
    <span class="end"><StatusBadge status={stateOf(asset)} word={stateWord(asset)}/></span></a></li>;
}
