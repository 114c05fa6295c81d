// Alerts: what is wrong and what was, who is told, what is kept quiet.
import {useState} from 'preact/hooks';
import {call, may, post, useData} from '../api';
import {moment} from '../format';
import {assetPath, setParams, useParam} from '../router';
import type {Alert, AlertRoute, Silence} from '../types';
import {Icon} from '../ui/icons';
import {Button, Card, Choice, Dialog, Empty, Fact, Facts, Field, Page, Show, Tabs, Time, attempt} from '../ui/parts';
import {StatusBadge} from '../ui/state';
import {assetName} from './gantt';

const kinds = ['failure', 'freshness', 'lag', 'row_count', 'test', 'page', 'backfill', 'sensor'];
const kindWord = (kind: string) => kind.replace('_', ' ');

export function Alerts() {
  const [tab, setTab] = useParam('tab', 'alerts');
  const [status, setStatus] = useParam('status', 'open');
  const [id] = useParam('alert');
  const [quiet, setQuiet] = useState<{kind: string; subject: string} | null>(null);
  const alerts = useData<{alerts: Alert[]; total?: number}>(`/alerts?limit=200${status === 'all' ? '' : '&status=' + status}`, 5000);
  const silences = useData<{silences: Silence[]}>('/silences', 8000);
  const routes = useData<{routes: AlertRoute[]}>('/alerts/routes', 30000);
  const end = async (silence: Silence) => { await attempt(() => call(`/silences/${silence.id}`, {method: 'DELETE'}), 'The silence is over'); silences.refresh(); alerts.refresh(); };
  const test = async (route: AlertRoute) => { await attempt(async () => { const answer = await post<{status: string; error: string}>(`/alerts/routes/${encodeURIComponent(route.name)}/test`); if (answer.status !== 'sent') throw new Error(`${route.name}: ${answer.error}`); }, `${route.name} was told`); };
  const chosen = alerts.data?.alerts.find(each => String(each.id) === id);
  return <Page title="Alerts" twin={tab === 'silences' ? '/silences' : tab === 'routes' ? '/alerts/routes' : '/alerts'} actions={may('run') && <Button icon="mute" onClick={() => setQuiet({kind: '', subject: ''})}>Silence…</Button>}>
    <Tabs value={tab} choose={setTab} tabs={[['alerts', 'Alerts', status === 'open' ? alerts.data?.alerts.length : undefined], ['silences', 'Silences', silences.data?.silences.length], ['routes', 'Routes', routes.data?.routes.length]]}/>
    <div role="tabpanel" aria-labelledby={'tab-' + tab}>
    {tab === 'alerts' && <><div class="filters"><Choice label="Status" value={status} choose={setStatus} options={[['open', 'Open'], ['recovered', 'Recovered'], ['all', 'All']]}/></div>
      <Show of={alerts}>{({alerts}) => !alerts.length ? <Empty title={status === 'open' ? 'Nothing is wrong' : 'There are none'} icon="check">{status === 'open' && !routes.data?.routes.length && <>Write <code>alerts:</code> into leat.yml to be told of it when something is.</>}</Empty> : <Card flush><ul class="list">{alerts.map(each => <li key={each.id} class="alert-row"><button type="button" aria-expanded={String(each.id) === id} onClick={() => setParams({alert: String(each.id) === id ? null : String(each.id)})}>
        <StatusBadge status={each.silenced_by ? 'silenced' : each.status === 'recovered' ? 'recovered' : each.severity === 'error' ? 'error' : 'warning'} word={each.silenced_by ? 'Silenced' : each.status === 'recovered' ? 'Recovered' : each.severity === 'error' ? 'Error' : 'Warning'}/><b class="clip">{each.title}</b><span class="soft wide-only">{kindWord(each.kind)}</span><span class="end soft">{each.count > 1 && <span class="chip">{each.count} times</span>}<Time at={each.opened_at}/></span></button>
        {each === chosen && <div class="alert-more"><p>{each.detail}</p>{each.fix && <p class="fix"><Icon name="check"/><span>{each.fix}</span></p>}<Facts>{each.code && <Fact name="Code"><code>{each.code}</code></Fact>}<Fact name="Subject"><a href={/^(model|seed|snapshot|stream|page|test|unit_test|pipe)\./.test(each.subject) ? assetPath(each.subject) : '/runs?find=' + encodeURIComponent(each.subject)}>{assetName(each.subject)}</a></Fact>
          <Fact name="Since"><Time at={each.opened_at} exact/></Fact>{each.recovered_at && <Fact name="Recovered"><Time at={each.recovered_at} exact/></Fact>}{each.job && <Fact name="Job"><a href={'/jobs/' + each.job}>{each.job}</a></Fact>}<Fact name="Told">{each.deliveries.length ? each.deliveries.map((one, i) => <span key={i} title={one.error}>{i > 0 && ', '}{one.route} <span class={one.status === 'failed' ? 'bad-text' : 'soft'}>{one.status}</span></span>) : 'nobody'}</Fact></Facts>
          {may('run') && each.status === 'open' && !each.silenced_by && <Button icon="mute" onClick={() => setQuiet({kind: each.kind, subject: each.subject})}>Silence this</Button>}</div>}</li>)}</ul></Card>}</Show></>}
    {tab === 'silences' && <Show of={silences}>{({silences}) => !silences.length ? <Empty title="Nothing is kept quiet" icon="alerts"/> : <Card flush><div class="table-box"><table><thead><tr><th>What</th><th>Kind</th><th>Until</th><th class="wide-only">Why</th><th class="wide-only">By</th><th/></tr></thead><tbody>{silences.map(each => <tr key={each.id}><td><code>{each.subject || 'anything'}</code></td><td>{each.kind ? kindWord(each.kind) : 'any'}</td><td><Time at={each.until} exact/></td><td class="wide-only">{each.reason}</td><td class="wide-only soft">{each.by}</td><td class="num">{may('run') && <Button onClick={() => end(each)}>End</Button>}</td></tr>)}</tbody></table></div></Card>}</Show>}
    {tab === 'routes' && <Show of={routes}>{({routes}) => !routes.length ? <Empty title="Nobody is told" icon="alerts">Write <code>alerts:</code> into leat.yml: e-mail, Slack, Teams, a webhook, PagerDuty.</Empty> : <Card flush><div class="table-box"><table><thead><tr><th>Route</th><th>Type</th><th>Kinds</th><th class="wide-only">Subjects</th><th class="wide-only">From</th><th/></tr></thead><tbody>{routes.map(each => <tr key={each.name}><td><b>{each.name}</b></td><td>{each.type}</td><td>{each.kinds.length ? each.kinds.map(kindWord).join(', ') : 'every'}</td><td class="wide-only"><code>{each.subjects.join(' ') || '*'}</code></td><td class="wide-only">{each.severity}</td><td class="num">{may('run') && <Button onClick={() => test(each)}>Test</Button>}</td></tr>)}</tbody></table></div></Card>}</Show>}
    </div>
    {quiet && <SilenceDialog {...quiet} close={() => { setQuiet(null); silences.refresh(); alerts.refresh(); }}/>}
  </Page>;
}

function SilenceDialog({kind: first, subject: named, close}: {kind: string; subject: string; close: () => void}) {
  const [kind, setKind] = useState(first);
  const [subject, setSubject] = useState(named || '*');
  const [minutes, setMinutes] = useState('60');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const begin = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const made = await attempt(() => post<Silence>('/silences', {kind, subject, minutes: Number(minutes), reason}), made => [`Quiet until ${moment(made.until)}`]);
    setBusy(false);
    if (made) close();
  };
  return <Dialog title="Silence alerts" close={close} actions={<><Button onClick={close}>Not now</Button><Button kind="main" icon="mute" disabled={busy} onClick={begin as any}>Silence</Button></>}>
    <form class="form" onSubmit={begin}><Field label="Subject" hint="an asset, a schedule; * and ? stand for any"><input type="text" value={subject} spellcheck={false} onInput={event => setSubject(event.currentTarget.value)}/></Field>
      <div class="pair"><Field label="Kind"><select value={kind} onChange={event => setKind(event.currentTarget.value)}><option value="">Any</option>{kinds.map(each => <option key={each} value={each}>{kindWord(each)}</option>)}</select></Field>
        <Field label="For"><select value={minutes} onChange={event => setMinutes(event.currentTarget.value)}>{[['30', '30 minutes'], ['60', 'an hour'], ['240', '4 hours'], ['1440', 'a day'], ['10080', 'a week']].map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select></Field></div>
      <Field label="Why"><input type="text" value={reason} autofocus placeholder="who looks after it, until when" onInput={event => setReason(event.currentTarget.value)}/></Field></form></Dialog>;
}
