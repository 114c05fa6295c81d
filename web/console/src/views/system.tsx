// The server itself: what runs, since when, how much waits.
import {useSession, useData} from '../api';
import {count, duration, instant} from '../format';
import type {Project} from '../types';
import {Icon} from '../ui/icons';
import {Card, Fact, Facts, Page, Show, Time} from '../ui/parts';

export function System() {
  const project = useData<Project>('/project', 5000);
  const session = useSession();
  return <Page title="System" twin="/project"><Show of={project}>{it => <>
    <Card title="Server"><Facts><Fact name="Version">{it.version}</Fact><Fact name="Project">{it.name}</Fact><Fact name="Target">{it.target} <span class="soft">{it.engine}</span></Fact><Fact name="Up since"><Time at={it.started_at} exact/> <span class="soft">{duration(instant(it.now) - instant(it.started_at))}</span></Fact>
      <Fact name="Connections">{it.connections}</Fact><Fact name="Schedules">{it.schedules}</Fact></Facts></Card>
    <Card title="Jobs"><Facts>{['queued', 'running', 'succeeded', 'failed', 'cancelled'].map(each => <Fact key={each} name={each}><a href={'/runs?status=' + each}>{count(it.jobs[each] ?? 0)}</a></Fact>)}</Facts></Card>
    <Card title="You"><Facts><Fact name="Name">{session?.user || 'whoever is on this machine'}</Fact><Fact name="May">{session?.role === 'viewer' ? 'look' : session?.role === 'operator' ? 'look, run and cancel' : 'do everything'}</Fact>{session?.expires_at && <Fact name="Logged in until"><Time at={session.expires_at} exact/></Fact>}</Facts></Card>
    <Card title="For programs" flush><ul class="list">
      {[['/api/leat/v1/openapi.json', 'OpenAPI', 'Leat’s own API: whatever these pages show'], ['/metrics', 'Metrics', 'OpenMetrics, for Prometheus'], ['/health', 'Health', 'whether the server answers'], ['/api/public/v1/health', 'Airbyte’s API', 'for Airflow, Dagster, Prefect']].map(([to, name, note]) => <li key={to}><a href={to} target="_blank" rel="noreferrer"><Icon name="code"/><b>{name}</b><span class="soft wide-only">{note}</span><code class="end soft clip">{to}</code></a></li>)}</ul></Card>
  </>}</Show></Page>;
}
