// Every link of the project's Markdown leads to a file that is there and, behind #, to one of its headings.
// links.mjs ROOT: prints each link that leads nowhere; exit code 1 then.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = resolve(process.argv[2] ?? '.')
const left = new Set(['.git', '.deps', 'build', 'node_modules', 'site', 'target', '.leat'])
function* markdown(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !left.has(entry.name)) yield* markdown(path)
    else if (entry.isFile() && entry.name.endsWith('.md')) yield path
  }
}
// Code is no prose: fenced blocks keep their lines, spans are blanked.
const prose = text => text.replace(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?\n\1\2/gm, all => all.replace(/[^\n]/g, '')).replace(/(`+)[^`][\s\S]*?\1/g, all => all.replace(/[^\n]/g, ' '))
const slug = heading => heading.trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-')
const anchors = new Map()
function anchorsOf(path) {
  if (!anchors.has(path)) {
    const seen = new Set()
    const text = readFileSync(path, 'utf8').replace(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?\n\1\2/gm, '')
    for (const [, heading] of text.matchAll(/^#{1,6} +(.*)$/gm)) {
      const base = slug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'))
      let name = base
      for (let n = 1; seen.has(name); ++n) name = `${base}-${n}`
      seen.add(name)
    }
    for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) seen.add(id)
    anchors.set(path, seen)
  }
  return anchors.get(path)
}

let links = 0, wrong = 0
for (const path of markdown(root)) {
  const text = prose(readFileSync(path, 'utf8'))
  const isPage = /\/(pages|queries|partials)\//.test(path) // Evidence's pages link to pages, not to files
  if (isPage) continue
  for (const match of text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)) {
    const link = match[1].replace(/^<|>$/g, '')
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue
    ++links
    const [file, anchor] = link.split('#')
    const target = file ? resolve(dirname(path), decodeURIComponent(file)) : path
    const line = text.slice(0, match.index).split('\n').length
    const tell = why => { ++wrong; console.log(`${relative(root, path)}:${line}: ${link}: ${why}`) }
    if (!existsSync(target)) tell('there is no such file')
    else if (anchor && statSync(target).isFile() && target.endsWith('.md') && !anchorsOf(target).has(anchor)) tell('the file has no such heading')
  }
}
console.log(`${links} links, ${wrong} lead nowhere`)
process.exit(wrong || links < 50 ? 1 : 0)
