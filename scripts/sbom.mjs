// sbom.mjs PROGRAM: prints a CycloneDX 1.5 bill of materials of a built program as JSON.
//
// What is in it: the npm packages that scripts/setup.sh pins by version and SHA-512 and that are shipped or compiled
// in, and the Debian packages that own the libraries the program is linked with, as dpkg knows them here.
import {createHash} from 'node:crypto';
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, realpathSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const deps = process.env.LEAT_DEPS ?? join(root, '.deps');
const program = process.argv[2];
const output = (command, ...words) => execFileSync(command, words, {encoding: 'utf8'});

// What of each pinned package users get; the others build or test.
const shipped = {
  'duckdb-bindings': 'lib/leat/libduckdb.so',
  'echarts': 'compiled into the program',
  'us-atlas': 'compiled into the program',
  'world-atlas': 'compiled into the program',
};

function pinned() {
  const script = readFileSync(join(root, 'scripts/setup.sh'), 'utf8').replace(/\\\n\s*/g, ' ');
  const variables = Object.fromEntries([...script.matchAll(/(bindings\w*)=(\S+)/g)].map((found) => [found[1], found[2]]));
  const value = (text) => text.startsWith('$') ? variables[text.slice(1)] : text;
  const rows = [...script.matchAll(/^npm_unpack (\S+) (\S+) (\S+)\s+"\$deps\/npm\/([\w-]+)"/gm)];
  return rows.filter((row) => shipped[row[4]]).map((row) => {
    const [name, version, sum, folder] = [value(row[1]), row[2], value(row[3]), row[4]];
    const manifest = join(deps, 'npm', folder, 'package.json');
    const license = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).license : undefined;
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    return {
      'type': 'library', 'bom-ref': purl, name, version, purl,
      'hashes': [{alg: 'SHA-512', content: Buffer.from(sum, 'base64').toString('hex')}],
      ...(typeof license === 'string' && {licenses: [{license: {id: license}}]}),
      'properties': [{name: 'leat:shipped', value: shipped[folder]}],
    };
  });
}

// What of the console's packages (web/console) ends up in the program: the rest only builds it.
function console_packages() {
  const {packages} = JSON.parse(readFileSync(join(root, 'web/console/package-lock.json'), 'utf8'));
  return ['preact'].map((name) => {
    const {version, integrity, license} = packages[`node_modules/${name}`];
    const purl = `pkg:npm/${name}@${version}`;
    return {
      'type': 'library', 'bom-ref': purl, name, version, purl,
      'hashes': [{alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')}],
      'licenses': [{license: {id: license}}],
      'properties': [{name: 'leat:shipped', value: 'compiled into the program'}],
    };
  });
}

function owner(path) {
  for (const each of [realpathSync(path), realpathSync(path).replace(/^\/usr/, '')]) {
    try {
      return execFileSync('dpkg', ['-S', each], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).split(':')[0];
    } catch { /* dpkg may know the file by its other name */ }
  }
  return undefined;
}

function linked() {
  const direct = new Set([...output('objdump', '-p', program).matchAll(/NEEDED\s+(\S+)/g)].map((found) => found[1]));
  const packages = new Map();
  for (const [, library, path] of output('ldd', program).matchAll(/^\s*(\S+) => (\S+)/gm)) {
    const name = owner(path);
    if (name) packages.set(name, packages.get(name) || direct.has(library));
  }
  if (existsSync('/usr/include/CLI/CLI.hpp')) packages.set('libcli11-dev', 'header');
  return [...packages].sort().map(([name, isDirect]) => {
    const [version, architecture] = output('dpkg-query', '-W', '-f', '${Version} ${Architecture}', name).split(' ');
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-12`;
    return {
      'type': 'library', 'bom-ref': purl, name, version, purl,
      'properties': [{name: 'leat:linked', value: isDirect === 'header' ? 'compiled into the program' : isDirect ? 'by the program' : 'by a library of it'}],
    };
  });
}

const version = output(program, '--version').trim();
const components = [...pinned(), ...console_packages(), ...linked()];
const bytes = createHash('sha256').update(JSON.stringify([version, components])).digest();
bytes[6] = (bytes[6] & 0x0f) | 0x50;
bytes[8] = (bytes[8] & 0x3f) | 0x80;
const hex = bytes.toString('hex');
const reference = `pkg:generic/leat@${version}`;
process.stdout.write(JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  serialNumber: `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`,
  version: 1,
  metadata: {
    timestamp: new Date(Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000)) * 1000).toISOString(),
    component: {
      'type': 'application', 'bom-ref': reference, 'name': 'leat', version, 'purl': reference,
      'licenses': [{license: {id: 'Apache-2.0'}}],
    },
  },
  components,
  dependencies: [
    {ref: reference, dependsOn: components.filter((each) => each.properties[0].value !== 'by a library of it')
      .map((each) => each['bom-ref'])},
  ],
}, null, 1) + '\n');
