// Leat's API, as the console asks it: /api/leat/v1, JSON, the session's token on whatever changes something.
import {useEffect, useRef, useState} from 'preact/hooks';

export const kApi = '/api/leat/v1';

export class Problem extends Error {
  constructor(readonly status: number, readonly title: string, detail: string, readonly retryAfter = 0) { super(detail); }
}

export interface Session {
  authenticated: boolean; user: string; role: '' | 'viewer' | 'operator' | 'admin'; how: string; csrf: string;
  expires_at: string | null; login: {password: boolean; oidc: string | null};
}

let session: Session | null = null;
const watchers = new Set<(session: Session) => void>();

export function setSession(next: Session) {
  // Somebody else now: what was answered to whoever was here before is not theirs.
  if (session && (session.user !== next.user || session.authenticated !== next.authenticated)) {
    early.clear();
    kept.clear();
  }
  session = next;
  watchers.forEach(tell => tell(next));
}
export const currentSession = () => session;

export function useSession(): Session | null {
  const [now, set] = useState(session);
  useEffect(() => {
    watchers.add(set);
    return () => void watchers.delete(set);
  }, []);
  return now;
}

/** What a role may do: viewers look, operators run and cancel, admins do all. */
export const may = (what: 'run' | 'admin') =>
  !session || (what === 'run' ? session.role !== 'viewer' : session.role === 'admin');

export async function loadSession(): Promise<void> {
  setSession(await call<Session>('/session'));
}

// What the first screen will ask for is asked for before anything is drawn.
const early = new Map<string, Promise<Response>>();
export function askEarly(path: string) {
  const asked = fetch(kApi + path, {headers: {Accept: 'application/json'}, credentials: 'same-origin'});
  asked.catch(() => {});
  early.set(path, asked);
}

interface Options { method?: string; body?: unknown; signal?: AbortSignal }

export async function call<T>(path: string, {method = 'GET', body, signal}: Options = {}): Promise<T> {
  const headers: Record<string, string> = {Accept: 'application/json'};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && session?.csrf) headers['X-Leat-CSRF'] = session.csrf;
  let response: Response;
  try {
    const asked = method === 'GET' ? early.get(path) : undefined;
    early.delete(path);
    response = await (asked ?? fetch(kApi + path, {method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: 'same-origin'}));
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', 'The server does not answer. It may be restarting; this page tries again by itself.');
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  let value: any;
  try { value = JSON.parse(text); } catch { value = {}; }
  if (response.ok) return value;
  if (response.status === 401 && session?.authenticated && path !== '/session') setSession({...session, authenticated: false, user: '', role: '', csrf: ''});
  throw new Problem(response.status, value.title ?? '', value.detail || `The server answered ${response.status}.`, Number(response.headers.get('Retry-After') ?? 0));
}

export const post = <T>(path: string, body: unknown = {}) => call<T>(path, {method: 'POST', body});

// What was shown last is shown at once when one comes back, while it is asked for again.
const kept = new Map<string, unknown>();
const kKeptMax = 60;

export interface Data<T> { data: T | undefined; error: Problem | undefined; loading: boolean; refresh: () => void }

/** What is at a path, asked again every so many milliseconds while the page is looked at; null asks nothing. */
export function useData<T>(path: string | null, every = 0): Data<T> {
  const [, redraw] = useState(0);
  const state = useRef<{path: string | null; data?: T; error?: Problem; loading: boolean}>({path: null, loading: false});
  const ask = useRef<() => void>(() => {});
  if (state.current.path !== path)
    state.current = {path, data: path ? kept.get(path) as T | undefined : undefined, loading: path !== null};
  useEffect(() => {
    if (path === null) return;
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined, failures = 0;
    const later = () => {
      if (every > 0) timer = setTimeout(run, Math.min(every * 2 ** Math.min(failures, 4), 60000));
    };
    const run = async () => {
      clearTimeout(timer);
      if (document.hidden && state.current.data !== undefined) return later();
      try {
        const data = await call<T>(path, {signal: control.signal});
        failures = 0;
        if (kept.size >= kKeptMax) kept.delete(kept.keys().next().value!);
        kept.set(path, data);
        state.current = {path, data, loading: false};
      } catch (error) {
        if (control.signal.aborted) return;
        ++failures;
        state.current = {...state.current, error: error as Problem, loading: false};
      }
      redraw(n => n + 1);
      later();
    };
    ask.current = run;
    run();
    const seen = () => { if (!document.hidden && every > 0) run(); };
    document.addEventListener('visibilitychange', seen);
    return () => { control.abort(); clearTimeout(timer); document.removeEventListener('visibilitychange', seen); };
  }, [path, every]);
  const {data, error, loading} = state.current;
  return {data, error, loading, refresh: () => ask.current()};
}
