// The documentation as a site, built by Leat's own page engine: docs_site.mjs LEAT FOLDER
// Every Markdown file of docs/, the examples' READMEs and the papers beside README.md become pages; links between them
// lead from page to page, what leads to a file of the sources stands as text. Every link of the built site is followed;
// one that leads nowhere ends it with 1. The site is FOLDER/site.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const [leat, folder] = [resolve(process.argv[2]), resolve(process.argv[3])]

// ---- which files are pages, and where ------------------------------------------------------------------------------

function* files(start, ending) {
  for (const entry of readdirSync(start, { withFileTypes: true })) {
    const path = join(start, entry.name)
    if (entry.isDirectory()) yield* files(path, ending)
    else if (entry.name.endsWith(ending)) yield path
  }
}
const routes = new Map() // a file of the project → its page
for (const file of files(join(root, 'docs'), '.md')) {
  const route = relative(join(root, 'docs'), file).replace(/\.md$/, '')
  routes.set(file, route === 'README' ? 'index' : route)
}
for (const name of ['CHANGELOG', 'ARCHITECTURE', 'CONTRIBUTING']) routes.set(join(root, `${name}.md`), name.toLowerCase())
for (const example of readdirSync(join(root, 'examples'))) {
  const readme = join(root, 'examples', example, 'README.md')
  if (existsSync(readme)) routes.set(readme, `examples/${example}`)
}

// ---- a file of Markdown as a page ----------------------------------------------------------------------------------

const code = /(^ *(?:`{3,}|~{3,})[^\n]*\n[\s\S]*?\n *(?:`{3,}|~{3,}) *$|`+[^`][\s\S]*?`+)/gm
const images = new Set()
function address(file, link) {
  const [path, anchor] = link.split('#')
  const target = path ? resolve(dirname(file), decodeURIComponent(path)) : file
  const page = routes.get(target) ?? routes.get(join(target, 'README.md'))
  if (page) return `/${page}${anchor ? `#${anchor}` : ''}`
  if (/\.(webp|png|svg)$/.test(target) && existsSync(target)) {
    images.add(target)
    return `/images/${basename(target)}`
  }
  return ''
}
// Outside of code nothing is an expression or a component; links lead to pages.
const prose = (file, text) => text.replace(/\{/g, '&#123;').replace(/<(?=[A-Z])/g, '&lt;')
const linked = (file, text) => text.replace(/(!?)\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g, (all, mark, words, link) => {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return all
  const to = address(file, link)
  return to ? `${mark}[${words}](${to})` : words
})
const pictured = (file, text) => text.replace(/(<img src=")([^"]+)"/g, (all, tag, link) => `${tag}${address(file, link)}"`)
const page = (file, text) => pictured(file, linked(file, text.split(code).map((part, i) => (i % 2 ? part : prose(file, part))).join('')))

rmSync(folder, { recursive: true, force: true })
for (const [file, route] of routes) {
  const to = join(folder, 'pages', `${route}.md`)
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, page(file, readFileSync(file, 'utf8')))
}
mkdirSync(join(folder, 'static/images'), { recursive: true })
for (const image of images) cpSync(image, join(folder, 'static/images', basename(image)))
writeFileSync(join(folder, 'leat.yml'),
  'name: docs\ntarget: none\ntargets: {none: {type: duckdb, path: ".leat/none.duckdb"}}\npages: {folder: pages, output: site, title: Leat}\n')

// ---- built, and every link followed --------------------------------------------------------------------------------

const built = spawnSync(leat, ['--project', folder, 'pages', 'build'], { encoding: 'utf8' })
if (built.status !== 0) {
  console.log(built.stdout + built.stderr)
  process.exit(1)
}
const site = join(folder, 'site')
const texts = new Map([...files(site, '.html')].map(file => [file, readFileSync(file, 'utf8')]))
let links = 0, wrong = 0
for (const [file, text] of texts) {
  for (const [, link] of text.matchAll(/ (?:href|src)="([^"]*)"/g)) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue
    ++links
    const [path, anchor] = link.split('#')
    const target = path ? resolve(dirname(file), decodeURIComponent(path)) : file
    const why = !existsSync(target) ? 'there is no such file' : anchor && !texts.get(target)?.includes(`id="${anchor}"`) ? 'the page has no such heading' : ''
    if (!why) continue
    ++wrong
    console.log(`${relative(site, file)}: ${link}: ${why}`)
  }
}
console.log(`${texts.size} pages, ${links} links, ${wrong} lead nowhere: ${join(site, 'index.html')}`)
process.exit(wrong || texts.size < routes.size ? 1 : 0)
