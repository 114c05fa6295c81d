// What begins by itself: schedules with their next ticks and what became of the last ones, sensors, promises of freshness.
import {may, post, useData} from '../api';
import {duration, moment} from '../format';
import {assetPath, setParams, useParam} from '../router';
import type {Freshness, Job, Schedule, Sensor, Tick} from '../types';
import {Icon} from '../ui/icons';
import {Button, Card, Empty, Fact, Facts, Page, Show, Tabs, Time, attempt} from '../ui/parts';
import {StatusBadge} from '../ui/state';
import {assetName} from './gantt';

export function Schedules() {
  const [tab, setTab] = useParam('tab', 'schedules');
  const [name] = useParam('name');
  const schedules = useData<{schedules: Schedule[]}>('/schedules', 10000);
  const sensors = useData<{sensors: Sensor[]}>('/sensors', 10000);
  const freshness = useData<{freshness: Freshness[]}>('/freshness', 10000);
  const run = (what: string) => attempt(() => post<Job>(`/${what}/run`), job => [`Job ${job.id} is queued`, '/jobs/' + job.id]);
  const chosen = schedules.data?.schedules.find(each => each.name === name);
  return <Page title="Schedules" twin={tab === 'sensors' ? '/sensors' : tab === 'freshness' ? '/freshness' : '/schedules'}>
    <Tabs value={tab} choose={setTab} tabs={[['schedules', 'Schedules', schedules.data?.schedules.length], ['sensors', 'Sensors', sensors.data?.sensors.length], ['freshness', 'Freshness', freshness.data?.freshness.length]]}/>
    <div role="tabpanel" aria-labelledby={'tab-' + tab}>
    {tab === 'schedules' && <Show of={schedules}>{({schedules}) => !schedules.length ? <Empty title="There are no schedules" icon="schedule">Write <code>schedules:</code> into leat.yml: a cron expression, a time zone, what to run.</Empty> : <>
      <Card flush><div class="table-box"><table><thead><tr><th>Schedule</th><th>When</th><th class="wide-only">What</th><th>Next</th><th class="wide-only">Then</th><th/></tr></thead>
        <tbody>{schedules.map(each => <tr key={each.name} aria-current={each.name === name ? 'true' : undefined}>
          <td><button type="button" class="link" aria-expanded={each.name === name} onClick={() => setParams({name: each.name === name ? null : each.name})}><b>{each.name}</b></button>{!each.enabled && <span class="chip">off</span>}</td><td><code>{each.cron}</code> <small class="soft">{each.timezone}</small></td>
          <td class="wide-only"><code>{each.select.join(' ') || 'everything'}</code></td><td>{each.enabled ? <Time at={each.next[0]}/> : <span class="soft">–</span>}</td><td class="wide-only soft">{each.enabled && each.next.slice(1, 3).map(moment).join(' · ')}</td>
          <td class="num">{may('run') && <Button icon="runs" aria-label={`Run now: ${each.name}`} onClick={() => run('schedules/' + encodeURIComponent(each.name))}>Run now</Button>}</td></tr>)}</tbody></table></div></Card>
      {chosen && <Card title={chosen.name}><Facts><Fact name="Next five">{chosen.next.map(at => <div key={at}><Time at={at} exact/> <span class="soft"><Time at={at}/></span></div>)}</Fact>
        <Fact name="Missed ticks">{chosen.missed === 'once' ? 'one run for all of them' : chosen.missed === 'all' ? 'a run for each' : 'are skipped'}</Fact><Fact name="At once">{chosen.concurrency}</Fact><Fact name="Retries">{chosen.retries}</Fact>
        {chosen.priority !== 0 && <Fact name="Priority">{chosen.priority}</Fact>}{chosen.pool && <Fact name="Pool">{chosen.pool}</Fact>}{chosen.timeout_seconds > 0 && <Fact name="Timeout">{duration(chosen.timeout_seconds * 1000)}</Fact>}</Facts></Card>}
      <Ticks name={name}/></>}</Show>}
    {tab === 'sensors' && <Show of={sensors}>{({sensors}) => !sensors.length ? <Empty title="There are no sensors" icon="alerts">Write <code>sensors:</code> into leat.yml: new files, a page that changes, a hook that somebody calls.</Empty> :
      <Card flush><div class="table-box"><table><thead><tr><th>Sensor</th><th>Looks at</th><th>What</th><th>Looked</th><th>Fired</th><th/></tr></thead><tbody>{sensors.map(each => <tr key={each.name}>
        <td><b>{each.name}</b>{!each.enabled && <span class="chip">off</span>}{each.error && <div class="bad-text small">{each.error}</div>}</td><td>{each.type}{each.every_seconds ? <small class="soft"> every {duration(each.every_seconds * 1000)}</small> : ''}{each.hook && <div><code class="small">{each.hook}</code></div>}</td><td><code>{each.select.join(' ') || 'everything'}</code></td>
        <td><Time at={each.last_look_at}/></td><td>{each.last_job ? <a href={'/jobs/' + each.last_job}><Time at={each.last_fired_at}/></a> : <Time at={each.last_fired_at}/>}{each.last_reason && <div class="soft small">{each.last_reason}</div>}</td><td class="num">{may('run') && <Button icon="runs" onClick={() => run('sensors/' + encodeURIComponent(each.name))}>Run now</Button>}</td></tr>)}</tbody></table></div></Card>}</Show>}
    {tab === 'freshness' && <Show of={freshness}>{({freshness}) => !freshness.length ? <Empty title="No asset promises to be fresh" icon="check">Write <code>freshness:</code> into leat.yml, and Leat runs what is needed to keep it.</Empty> :
      <Card flush><div class="table-box"><table><thead><tr><th>Asset</th><th>State</th><th class="num">Age</th><th class="num">Within</th><th class="wide-only">Because of</th><th class="wide-only">Promise</th></tr></thead><tbody>{freshness.map(each => <tr key={each.asset + each.policy}>
        <td><a href={assetPath(each.asset)}><b>{assetName(each.asset)}</b></a></td><td><StatusBadge status={each.status}/>{each.job && <a class="small" href={'/jobs/' + each.job}> job {each.job}</a>}</td><td class="num">{each.age_seconds === null ? 'never built' : duration(each.age_seconds * 1000)}</td><td class="num soft">{duration(each.within_seconds * 1000)}</td>
        <td class="wide-only">{each.stale_because && <a href={assetPath(each.stale_because)}>{assetName(each.stale_because)}</a>}</td><td class="wide-only soft">{each.policy}</td></tr>)}</tbody></table></div></Card>}</Show>}
    </div>
  </Page>;
}

function Ticks({name}: {name: string}) {
  const ticks = useData<{ticks: Tick[]}>(`/ticks?limit=50${name ? '&schedule=' + encodeURIComponent(name) : ''}`, 10000);
  return <Card title={name ? `What became of its ticks` : 'What became of the last ticks'} flush><Show of={ticks}>{({ticks}) => !ticks.length ? <Empty title="No tick was due yet" icon="schedule"/> :
    <ul class="list tight">{ticks.map(each => <li key={each.schedule + each.at} class="pad"><Icon name="schedule"/><b>{each.schedule}</b><Time at={each.at} exact/><span class="end"><StatusBadge status={each.outcome}/>{each.job && <a href={'/jobs/' + each.job}>job {each.job}</a>}</span></li>)}</ul>}</Show></Card>;
}
