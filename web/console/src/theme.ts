// Light or dark: as the system has it, until somebody chooses.
export type Look = 'light' | 'dark';
const system = matchMedia('(prefers-color-scheme: dark)');
const watchers = new Set<() => void>();

function kept(): Look | null {
  try { const value = localStorage.getItem('leat.theme'); return value === 'light' || value === 'dark' ? value : null; } catch { return null; }
}
export const look = (): Look => kept() ?? (system.matches ? 'dark' : 'light');
function apply() {
  document.documentElement.dataset.theme = look();
  watchers.forEach(tell => tell());
}
export function startTheme() { apply(); system.addEventListener('change', apply); }
export function chooseLook(next: Look) {
  try { localStorage.setItem('leat.theme', next); } catch { /* it is not kept, then */ }
  apply();
}
export function onLook(tell: () => void) { watchers.add(tell); return () => void watchers.delete(tell); }
/** A colour of the theme, for canvases. */
export const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
