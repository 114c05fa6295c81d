// Numbers, sizes and times as people read them.
const whole = new Intl.NumberFormat('en-US');
export const count = (n: number) => whole.format(n);

export function short(n: number): string {
  if (Math.abs(n) < 10000) return count(n);
  for (const [size, unit] of [[1e9, 'B'], [1e6, 'M'], [1e3, 'k']] as const)
    if (Math.abs(n) >= size) return (n / size).toFixed(Math.abs(n) >= size * 100 ? 0 : 1) + unit;
  return count(n);
}

export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  for (; n >= 1000 && at < units.length - 1; ++at) n /= 1000;
  return (at === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + ' ' + units[at];
}

export function duration(ms: number): string {
  if (ms < 1000) return Math.max(0, Math.round(ms)) + ' ms';
  const s = ms / 1000;
  if (s < 60) return (s < 10 ? s.toFixed(1) : Math.round(s)) + ' s';
  const parts: [number, string][] = s < 3600 ? [[60, 'm'], [1, 's']] : s < 86400 ? [[3600, 'h'], [60, 'm']] : [[86400, 'd'], [3600, 'h']];
  const big = Math.floor(s / parts[0][0]), small = Math.floor(s % parts[0][0] / parts[1][0]);
  return `${big}${parts[0][1]}` + (small ? ` ${small}${parts[1][1]}` : '');
}

export const instant = (text: string | null | undefined) => text ? Date.parse(text.includes('T') || text.includes('Z') ? text : text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')) : NaN;

export function ago(text: string | null | undefined, now = Date.now()): string {
  const at = instant(text);
  if (Number.isNaN(at)) return '';
  const ms = now - at;
  if (Math.abs(ms) < 5000) return 'just now';
  return ms > 0 ? duration(floor(ms, ms < 60000 ? 1000 : ms < 3.6e6 ? 60000 : ms < 1.728e8 ? 3.6e6 : 8.64e7)) + ' ago' : 'in ' + duration(floor(-ms, ms > -60000 ? 1000 : 60000));
}
const floor = (ms: number, unit: number) => Math.floor(ms / unit) * unit;

const clock = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});
const day = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short'});
const minute = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
export const clockTime = (text: string) => { const at = instant(text); return Number.isNaN(at) ? '' : clock.format(at); };
export const minuteTime = (at: number) => minute.format(at);
export const dayOf = (at: number) => day.format(at);
export function moment(text: string | null | undefined): string {
  const at = instant(text);
  if (Number.isNaN(at)) return '';
  const year = new Date(at).getFullYear();
  return `${day.format(at)}${year === new Date().getFullYear() ? '' : ' ' + year}, ${minute.format(at)}`;
}
export const plural = (n: number, one: string, many = one + 's') => `${count(n)} ${n === 1 ? one : many}`;
