// Line icons on a grid of 16, drawn for the console.
const paths: Record<string, string> = {
  home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5V13h8V6.5M6.8 13V9.6h2.4V13',
  graph: 'M3 4.5h3v3H3zM10 2.5h3v3h-3zM10 10.5h3v3h-3zM6 6h2v-2h2M8 6v6h2',
  assets: 'M2.5 3.5h11M2.5 8h11M2.5 12.5h11',
  runs: 'M5 3.2v9.6L12.6 8z',
  schedule: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3l2.2 1.6',
  partitions: 'M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z',
  backfill: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3M8 5.4V8l1.8 1.2',
  connection: 'M6.5 9.5l3-3M7 4.6l1.4-1.4a3 3 0 0 1 4.3 4.3L11.3 9M9 11.4l-1.4 1.4a3 3 0 0 1-4.3-4.3L4.7 7',
  letters: 'M2.5 4h11v8.5h-11zM2.5 4.5 8 9l5.5-4.5',
  sql: 'M2.5 3.5h11v9h-11zM5 6.5l1.8 1.7L5 9.9M8.4 10h2.6',
  lineage: 'M4 3.5h3M4 12.5h3M9.5 8H13M7 3.5c2.5 0 0 4.500 2.5 4.5M7 12.500c2.5 0 0-4.500 2.5-4.500M2.500 3.500h.01M2.500 12.500h.01',
  reports: 'M3 13V9M6.3 13V3.500M9.700 13V6.500M13 13v-3',
  alerts: 'M4 11V7.500a4 4 0 0 1 8 0V11l1 1H3zM7 13.500h2',
  system: 'M2.500 3.500h11v3.500h-11zM2.500 9.500h11V13h-11zM4.500 5.250h.01M4.500 11.250h.01',
  search: 'M7.200 2.800a4.400 4.400 0 1 0 0 8.800 4.400 4.400 0 0 0 0-8.800zM10.500 10.500l3 3',
  sun: 'M8 5.400a2.600 2.600 0 1 0 0 5.200 2.600 2.600 0 0 0 0-5.200zM8 1.800v1.400M8 12.800v1.400M1.800 8h1.400M12.800 8h1.400M3.600 3.600l1 1M11.400 11.400l1 1M12.400 3.600l-1 1M4.600 11.400l-1 1',
  moon: 'M13 9.600A5.500 5.500 0 0 1 6.400 3 5.500 5.500 0 1 0 13 9.600z',
  menu: 'M2.500 4.500h11M2.500 8h11M2.500 11.500h11',
  close: 'M4 4l8 8M12 4l-8 8',
  stop: 'M4.500 4.500h7v7h-7z',
  retry: 'M13 8a5 5 0 1 1-1.600-3.700M13 2.500v3h-3',
  right: 'M6 3.500 10.500 8 6 12.500',
  down: 'M3.500 6 8 10.500 12.500 6',
  plus: 'M8 3v10M3 8h10',
  check: 'M3.500 8.500 6.500 11.500 12.500 5',
  cross: 'M4.500 4.500l7 7M11.500 4.500l-7 7',
  warn: 'M8 2.800 14 13H2zM8 6.500v3M8 11.300h.01',
  dash: 'M4 8h8',
  pause: 'M5.500 4v8M10.500 4v8',
  open: 'M9.500 3H13v3.500M13 3 7.500 8.500M11.500 9.500V13H3V4.500h3.500',
  fit: 'M2.500 5.500v-3h3M10.500 2.500h3v3M13.500 10.500v3h-3M5.500 13.500h-3v-3',
  code: 'M5.500 4.500 2 8l3.500 3.500M10.500 4.500 14 8l-3.500 3.500',
  logout: 'M9.500 3H3v10h6.500M6.500 8H14M11.500 5.500 14 8l-2.500 2.500',
  mute: 'M4 11V7.500a4 4 0 0 1 6.500-3.100M12 7.500V11M3 12h8.500M2.500 2.500l11 11',
  stream: 'M2.500 5.500c2-2 3.700 2 5.700 0s3.300-.500 5.300 0M2.500 10.500c2-2 3.700 2 5.700 0s3.300-.500 5.300 0',
  model: 'M8 2.200 13.200 5v6L8 13.800 2.800 11V5zM2.800 5 8 8l5.200-3M8 8v5.800',
  seed: 'M8 13.500V8M8 8c0-3-2-4.500-4.500-4.500C3.500 6.500 5 8 8 8zM8 9.500c0-2.500 1.500-4 4.500-4 0 2.500-1.500 4-4.500 4z',
  page: 'M3.500 2.500h6l3 3v8h-9zM9.500 2.500v3h3M6 8.500h4M6 11h4',
  test: 'M6 2.500h4M7 2.500V7l-3.500 6.500h9L9 7V2.500',
  source: 'M8 2.500c3 0 5 .900 5 2s-2 2-5 2-5-.900-5-2 2-2 5-2zM3 4.500v7c0 1.100 2 2 5 2s5-.900 5-2v-7M3 8c0 1.100 2 2 5 2s5-.900 5-2',
  exposure: 'M1.800 8S4 4 8 4s6.200 4 6.200 4-2.200 4-6.200 4-6.200-4-6.200-4zM8 6.300a1.700 1.700 0 1 0 0 3.400 1.700 1.700 0 0 0 0-3.400z',
};
paths.snapshot = paths.schedule;
paths.pipe = paths.stream;
paths.unit_test = paths.test;

export function Icon({name, size = 16}: {name: string; size?: number}) {
  return <svg class="icon" width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d={paths[name] ?? paths.dash}/></svg>;
}
export const iconPath = (name: string) => paths[name] ?? paths.dash;
