// Plants mistakes into the models of a project, one at a time, and asks whether each is found.
// node mistakes.mjs PROGRAM PROJECT_FOLDER TARGET COUNT SEED; prints what is not found, and the sum by kind.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const [program, folder, target, count, seed] = process.argv.slice(2);
let state = Number(seed) >>> 0;
// mulberry32: the same mistakes for the same seed.
const chance = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const any = (list) => list[Math.floor(chance() * list.length)];

const walk = (at) => readdirSync(at, { withFileTypes: true }).flatMap((each) =>
  each.isDirectory() ? walk(join(at, each.name)) : [join(at, each.name)]);
const models = walk(join(folder, 'models')).filter((file) => file.endsWith('.sql'));
const texts = new Map(models.map((file) => [file, readFileSync(file, 'utf8')]));

// The text with comments and templates blanked, so that what is found in it is SQL.
const bare = (text) => text.replace(/\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|--[^\n]*|'[^']*'/gs, (all) => all.replace(/[^\n]/g, '\0'));
const found = (text, pattern) => [...bare(text).matchAll(pattern)];
const put = (text, at, length, by) => text.slice(0, at) + by + text.slice(at + length);
// A misspelling: two letters change places, else one is doubled.
const misspelt = (word) => {
  const at = [...[...word].keys()].filter((i) => i > 0 && i + 1 < word.length && word[i] !== word[i + 1]);
  if (at.length === 0) return word + word.at(-1);
  const i = any(at);
  return word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2);
};
const kFunctions = /\b(count|sum|max|min|coalesce|date_trunc|row_number|rank|dense_rank|lag|round|upper|lower|floor|strftime)\(/g;

// Each takes a model's text and gives it with a mistake, or null where it has no place for one.
const plants = {
  'misspelt column'(text) {
    const hits = found(text, /(?<![\w".])([a-z]\w*)\.([a-z_]{3,})\b(?!\s*\()/g).filter((hit) => text[hit.index - 1] !== '\0');
    const hit = any(hits);
    return hit && put(text, hit.index + hit[1].length + 1, hit[2].length, misspelt(hit[2]));
  },
  'misspelt alias'(text) {
    const hit = any(found(text, /(?<![\w".])([a-z]\w*)\.([a-z_]{3,})\b/g));
    return hit && put(text, hit.index, hit[1].length, hit[1] + 'z');
  },
  'alias left out'(text) {
    const hit = any(found(text, /\0 as ([a-z]\w*)/g).filter((each) => {
      const refs = text.slice(0, each.index).match(/'(\w+)'\) \}\}?$/);
      return new RegExp(`\\b${each[1]}\\.`).test(bare(text)) && (!refs || refs[1] !== each[1]);
    }));
    return hit && put(text, hit.index + 1, hit[0].length - 1, '');
  },
  'misspelt function'(text) {
    const hit = any(found(text, kFunctions));
    return hit && put(text, hit.index, hit[1].length, hit[1] + hit[1].at(-1));
  },
  'wrong number of arguments'(text) {
    const hit = any(found(text, /\bselect\b(?! distinct)/g));
    return hit && put(text, hit.index + 6, 0, ` ${any(["upper('a', 'b')", "date_trunc('month')", 'round()', "coalesce()", "lower()"])} as planted,`);
  },
  'clash of types'(text) {
    const hit = any(found(text, /\bselect\b(?! distinct)/g));
    return hit && put(text, hit.index + 6, 0, ` ${any(['current_date + true', 'case when current_date > 5 then 1 end',
      "case when true then current_date else 1.5 end", 'extract(year from 2024.5)', 'sum(current_date) over ()'])} as planted,`);
  },
  'text compared with a date'(text) {
    const hit = any(found(text, /\bselect\b(?! distinct)/g));
    return hit && put(text, hit.index + 6, 0, ` ${any(["current_date > 'soon'", "current_date = 'May'", "current_date < '2024-13-45'"])} as planted,`);
  },
  'sum of text'(text) {
    const hit = any(found(text, /\bsum\(([\w.]+)\)/g));
    return hit && put(text, hit.index, hit[0].length, `sum(cast(${hit[1]} as varchar))`);
  },
  'group by left out'(text) {
    const hits = found(text, /\bgroup by [^\n)]+/g).filter((each) => /\b(count|sum|max|min)\(/.test(bare(text)));
    const hit = any(hits);
    return hit && put(text, hit.index, hit[0].length, '');
  },
  'bracket left out'(text) {
    const hit = any(found(text, /\)/g));
    return hit && put(text, hit.index, 1, '');
  },
  'misspelt keyword'(text) {
    const hit = any(found(text, /\b(select|from|where|join|group by|left join)\b/g));
    return hit && put(text, hit.index, hit[1].length, misspelt(hit[1].split(' ')[0]) + hit[1].slice(hit[1].split(' ')[0].length));
  },
  'unknown relation'(text) {
    const hit = any([...text.matchAll(/\{\{ (?:ref|source)\((?:'\w+', )?'(\w+)'\) \}\}/g)].filter((each) => !/depends_on/.test(text)));
    return hit && put(text, hit.index, hit[0].length, hit[1] + '_of_nobody');
  },
  'ambiguous name'(text) {
    const keys = found(text, /\bon (\w+)\.(\w+) = (\w+)\.\2\b/g);
    const key = any(keys);
    const from = bare(text).search(/\bfrom\b/);
    const uses = key ? found(text, new RegExp(`\\b(?:${key[1]}|${key[3]})\\.${key[2]}\\b(?! *\\()`, 'g')).filter((each) => each.index < from) : [];
    const use = any(uses);
    return use && put(text, use.index, use[0].length, key[2]);
  },
  'union of other width'(text) {
    return text.trimEnd() + `\nunion all\nselect ${any(['1', "'a'", 'null'])}, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30\n`;
  },
};
// A column that another model asks for under its alias is called otherwise: the mistake is then there.
const renamed = (file, text) => {
  const name = basename(file, '.sql');
  const users = [...texts.values()].flatMap((other) =>
    [...other.matchAll(new RegExp(`ref\\('${name}'\\) \\}\\}(?: as)? ([a-z]\\w*)`, 'g'))].flatMap((hit) =>
      [...bare(other).matchAll(new RegExp(`\\b${hit[1]}\\.([a-z_]+)\\b`, 'g'))].map((use) => use[1])));
  const column = any(users.filter((each) => found(text, new RegExp(`as ${each}\\b`, 'g')).length === 1));
  if (!column) return null;
  const hit = found(text, new RegExp(`as ${column}\\b`, 'g'))[0];
  return put(text, hit.index + 3, column.length, misspelt(column));
};

const check = () => {
  try {
    return JSON.parse(execFileSync(program, ['--project', folder, 'dbt', 'check', '--target', target, '-o', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] }).toString());
  } catch (error) {
    try { return JSON.parse(error.stdout.toString()); } catch { return { mistakes: [], checked: -1, said: error.stderr.toString() }; }
  }
};

const sound = check();
if (sound.mistakes.length > 0 || sound.checked <= 0) {
  console.log('WRONG: a mistake in a project without one', JSON.stringify(sound));
  process.exit(1);
}
const kinds = [...Object.keys(plants), 'renamed above'];
const sums = {};
let missed = 0, planted = 0, placed = 0;
for (let tries = 0; planted < Number(count) && tries < Number(count) * 20; ++tries) {
  const kind = kinds[tries % kinds.length], file = any(models), text = texts.get(file);
  const wrong = kind === 'renamed above' ? renamed(file, text) : plants[kind](text);
  if (!wrong || wrong === text) continue;
  ++planted;
  writeFileSync(file, wrong);
  const report = check();
  writeFileSync(file, text);
  const first = report.mistakes[0];
  const ok = first !== undefined || (report.said && !/LEAT-INTERNAL/.test(report.said) && /LEAT-(JINJA|DBT)/.test(report.said));
  sums[kind] = sums[kind] ?? [0, 0];
  ++sums[kind][1];
  if (ok) ++sums[kind][0];
  // The line that was changed is the line that is named.
  const line = text.split('\n').findIndex((each, i) => each !== wrong.split('\n')[i]) + 1;
  if (first && first.where.includes(`${basename(file)}:${line}:`)) ++placed;
  if (!ok) {
    ++missed;
    console.log(`WRONG not found: ${kind} in ${basename(file)}:${line}: ${wrong.split('\n')[line - 1]}`, JSON.stringify(report.unchecked?.slice(0, 2)));
  }
}
for (const [kind, [good, all]] of Object.entries(sums)) console.log(`${String(good).padStart(4)} of ${String(all).padStart(3)}  ${kind}`);
console.log(`${planted - missed} of ${planted} found; ${placed} at the very line`);
process.exit(missed === 0 ? 0 : 1);
