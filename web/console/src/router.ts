// Where we are: the address is the whole state of a view. Links are plain anchors; a click on one of ours is a step
// in the history instead of a new document.
import {useEffect, useState} from 'preact/hooks';

export interface Route { path: string; params: URLSearchParams }

function read(): Route { return {path: decodeURI(location.pathname), params: new URLSearchParams(location.search)}; }

let route = read();
const listeners = new Set<() => void>();

function changed() {
  route = read();
  listeners.forEach(tell => tell());
}

export function go(to: string, replace = false) {
  if (to === location.pathname + location.search) return;
  if (replace) history.replaceState(null, '', to); else history.pushState(null, '', to);
  const before = route.path;
  changed();
  if (route.path !== before && !replace) scrollTo(0, 0);
}

export function useRoute(): Route {
  const [, redraw] = useState(0);
  useEffect(() => {
    const tell = () => redraw(n => n + 1);
    listeners.add(tell);
    return () => void listeners.delete(tell);
  }, []);
  return route;
}

/** The address with other parameters; null and "" take one away. */
export function withParams(changes: Record<string, string | null>, path = location.pathname): string {
  const params = new URLSearchParams(path === location.pathname ? location.search : '');
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value); else params.delete(name);
  }
  const query = params.toString().replace(/%2C/g, ',').replace(/%3A/g, ':').replace(/%2F/g, '/');
  return path + (query ? '?' + query : '');
}

export function setParams(changes: Record<string, string | null>, replace = true) { go(withParams(changes), replace); }

/** A parameter of the address, and how to set it. */
export function useParam(name: string, otherwise = ''): [string, (value: string) => void] {
  const {params} = useRoute();
  return [params.get(name) ?? otherwise, value => setParams({[name]: value === otherwise ? null : value})];
}

export function listen() {
  addEventListener('popstate', changed);
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.('a');
    const href = link?.getAttribute('href');
    if (!link || !href?.startsWith('/') || link.target || /^\/(api|reports\/(site|docs)|metrics|health)/.test(href)) return;
    event.preventDefault();
    go(href);
  });
}

export const assetPath = (id: string) => '/assets/' + encodeURIComponent(id).replace(/%2F/g, '/');
