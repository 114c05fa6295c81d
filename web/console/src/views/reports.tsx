// Reports and docs: what the project has made for people to read.
import {useData} from '../api';
import {useParam} from '../router';
import type {Reports} from '../types';
import {Icon} from '../ui/icons';
import {Card, Empty, Page, Show, Time} from '../ui/parts';
import {StatusBadge, stateOf, stateWord} from '../ui/state';

export function ReportsView() {
  const [shown] = useParam('page');
  const all = useData<Reports>('/reports', 15000);
  const page = all.data?.pages.find(each => each.name === shown), address = shown === 'docs' ? all.data?.docs : page?.url;
  return <Page title={shown ? page?.name ?? 'Docs' : 'Reports and docs'} twin="/reports" wide={!!address} crumbs={shown ? [['Reports and docs', '/reports']] : undefined}
    note={page && <><StatusBadge status={stateOf(page)} word={stateWord(page)}/><span class="soft">built <Time at={page.built_at}/></span></>}
    actions={address && <a class="button" href={address} target="_blank" rel="noreferrer"><Icon name="open"/><span>In a window of its own</span></a>}>
    <Show of={all}>{it => address ? <iframe class="report" src={address} title={shown} sandbox="allow-scripts allow-popups allow-downloads allow-popups-to-escape-sandbox"/> : <>
      <Card title={it.title || 'Reports'} flush>{it.pages.length ? <ul class="list">{it.pages.map(each => <li key={each.id}><a href={each.url ? '/reports?page=' + encodeURIComponent(each.name) : `/assets/${encodeURIComponent(each.id)}`}><Icon name="page"/><b>{each.name}</b><span class="soft wide-only clip">{each.message}</span><span class="end"><StatusBadge status={stateOf(each)} word={each.url ? stateWord(each) : 'Not built yet'}/><span class="when soft"><Time at={each.built_at}/></span></span></a></li>)}</ul> :
        <Empty title="The project has no pages" icon="page">Markdown files in <code>pages/</code> become reports.</Empty>}</Card>
      <Card title="Docs" flush>{it.docs ? <ul class="list"><li><a href="/reports?page=docs"><Icon name="assets"/><b>Models, columns and lineage</b><span class="soft wide-only">the docs site of the dbt project</span></a></li></ul> :
        <Empty title="The docs were not generated yet" icon="assets"><code>leat dbt docs generate</code> makes them.</Empty>}</Card></>}</Show>
  </Page>;
}
