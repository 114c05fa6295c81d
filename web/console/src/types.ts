// The shapes of Leat's API, as /api/leat/v1/openapi.json describes them.
export type Status = 'success' | 'warning' | 'unchanged' | 'skipped' | 'interrupted' | 'error' | 'running' | 'queued' |
  'succeeded' | 'failed' | 'cancelled' | '';

export interface Asset {
  id: string; name: string; kind: string; group: string; schema?: string; materialized?: string; tags?: string[];
  declared?: boolean; upstream: number[]; status?: Status; built_at?: string; finished_at?: string; run?: string;
  message?: string; rows?: number; took_ms?: number; stale?: boolean; at_work?: boolean; tests?: [number, number, number, number];
}
export interface Graph { version: number; problem: string; assets: Asset[] }
export interface AssetStep { run: string; status: Status; message: string; finished_at: string; rows: number; took_ms: number }
export interface AssetDetail extends Omit<Asset, 'upstream'> {
  description: string; package: string; file: string; code: string; relation: string;
  upstream: Asset[]; downstream: Asset[]; checks: Asset[]; history: AssetStep[];
}
export interface Column { name: string; type: string; description: string; tests: string[] }
export interface LineageEdge { from: [string, string]; to: [string, string]; itself: boolean; distance: number }
export interface Lineage { asset: string; columns: string[]; edges: LineageEdge[]; gap: string | null; assets?: {asset: string; columns: string[]}[] }

export interface Job {
  id: number; kind: string; name: string; status: Status; priority: number; pool: string; attempt: number; attempts_max: number;
  interruptions: number; created_at: string; due_at: string | null; started_at: string | null; finished_at: string | null;
  run_id: string; rows: number; bytes: number; error: string;
  what: {select?: string[]; exclude?: string[]; kinds?: string[]; full_refresh?: boolean; from?: string; to?: string};
  attempts?: {number: number; run_id: string; status: Status; error: string; started_at: string; finished_at: string | null}[];
  steps?: {asset: string; status: Status}[];
}
export interface Run {
  id: string; command: string; target: string; status: Status; started_at: string; finished_at: string | null; steps: number;
  failed: number; unchanged: number; job: number | null; kind: string; name: string;
}
export interface Step {
  asset: string; kind: string; status: Status; message?: string; rows?: number; took_ms?: number; started_at: string; finished_at?: string;
}
export type RunDetail = Omit<Run, 'steps'> & {steps: Step[]};
export interface LogEvent { row: number; at: string; level: string; event: string; fields: Record<string, string | number | boolean> }

export interface Schedule {
  name: string; cron: string; timezone: string; enabled: boolean; next: string[]; select: string[]; exclude: string[]; missed: string;
  concurrency: number; retries: number; priority: number; pool: string; timeout_seconds: number; full_refresh: boolean;
}
export interface Tick { schedule: string; at: string; outcome: string; job: number | null }
export interface Sensor {
  name: string; type: string; enabled: boolean; select: string[]; every_seconds: number | null; last_look_at: string | null;
  last_fired_at: string | null; last_job: number | null; last_reason: string; error: string; hook: string | null;
}
export interface Freshness {
  asset: string; policy: string; within_seconds: number; age_seconds: number | null; built_at: string | null;
  status: 'fresh' | 'due' | 'stale' | 'unknown'; since: string | null; stale_because: string | null; job: number | null;
}

export interface Load {
  at: string; status: string; error: string; rows_read: number; rows_inserted: number; rows_updated: number; rows_unchanged: number;
  rows_rejected: number; bytes: number; took_ms: number;
}
export interface Stream { name: string; table: string; mode: string; cursor: string; primary_key: string[]; loads: Load[] }
export interface Connection {
  name: string; source: string; schema: string; destination: string; streams: Stream[];
  schema_changes: {at: string; stream: string; change: string; column: string; detail: string}[];
  lag: {at: string; bytes: number; seconds: number; held_bytes: number} | null;
  facts?: {stream: string; state: string; state_at: string; dead_letters: number}[]; problem?: string;
}
export interface Letter { id: string; rejected_at: string; connection: string; stream: string; field: string; reason: string; record: string }
export interface Letters {
  dead_letters: Letter[]; total: number;
  groups: {connection: string; stream: string; field: string; reason: string; count: number; newest_at: string}[];
}
export interface Answer { columns: {name: string; type: string; number: boolean}[]; rows: (string | null)[][]; more: boolean; took_ms: number }
export interface Tables { tables: {schema: string; name: string; columns: {name: string; type: string}[]}[] }
export interface Reports { title: string; pages: (Omit<Asset, 'upstream'> & {url: string | null})[]; docs: string | null }
export interface Project {
  name: string; title: string; target: string; engine: string; version: string; started_at: string; now: string;
  jobs: Record<string, number>; schedules: number; connections: number; has_dbt: boolean; has_pages: boolean;
}

export type PartitionState = 'missing' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
export interface PartitionSet {
  name: string; kind: 'time' | 'list'; select: string[]; exclude: string[]; window: string | null; timezone: string | null;
  start: string | null; end: string | null; count: number; states: Record<PartitionState, number>;
}
export interface Cell { key: string; from: string | null; to: string | null; state: PartitionState; job: number | null; backfill: number | null; updated_at: string | null }
export interface NewBackfill {
  partitions: string; from?: string; to?: string; keys?: string[]; which: string; partitions_per_run: number; concurrency: number;
  order: string; select?: string[]; exclude?: string[]; full_refresh?: boolean; retries?: number; dry_run?: boolean;
}
export interface BackfillPlan {
  partitions: number; runs: number; left_out: number; first: {keys: string[]; from: string | null; to: string | null}[];
  estimate: {seconds_per_run: number | null; seconds: number | null; basis: string};
}
export interface Backfill {
  id: number; partitions: string; status: Status; request: NewBackfill; created_at: string; finished_at: string | null;
  runs: Record<string, number>; partition_count: number; estimate_seconds: number | null;
  jobs?: {job: number; keys: string[]; from: string | null; to: string | null; status: Status; started_at: string | null; finished_at: string | null; error: string}[];
}
export interface Alert {
  id: number; kind: string; subject: string; severity: 'warning' | 'error'; status: 'open' | 'recovered'; title: string; detail: string;
  code: string; fix: string; opened_at: string; updated_at: string; recovered_at: string | null; count: number; job: number | null;
  silenced_by: number | null; deliveries: {route: string; at: string; status: string; error: string}[];
}
export interface Silence { id: number; kind: string; subject: string; until: string; reason: string; by: string; created_at: string }
export interface AlertRoute { name: string; type: string; kinds: string[]; subjects: string[]; severity: string }
