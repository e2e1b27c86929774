// Copies the files that package.json lists under "vendor" from node_modules/ to ../static/vendor/, with the licences of
// everything that may be in them. LICENCES.txt is written last: where it stands, the rest is whole.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const modules = new URL('node_modules/', here);
const target = new URL('../static/vendor/', here);

const readJson = address => JSON.parse(readFileSync(address, 'utf8'));
const packageOf = path => path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/');

// The packages that `names` and all their dependencies come to, each once.
function closure(names, found = new Set()) {
  for (const name of names) {
    const described = new URL(`${name}/package.json`, modules);
    if (found.has(name) || !existsSync(described)) continue;
    found.add(name);
    closure(Object.keys(readJson(described).dependencies ?? {}), found);
  }
  return found;
}

// Name, version, authors and licence of a package, with the text of its licence where it has one.
function licenceOf(name) {
  const folder = new URL(`${name}/`, modules);
  const about = readJson(new URL('package.json', folder));
  const people = [about.author, ...(about.contributors ?? [])].map(who => who?.name ?? who).filter(Boolean);
  const files = readdirSync(folder).filter(file => /^(licen[cs]e|copying|notice)[^.]*(\.(md|txt))?$/i.test(file));
  const heading = `${name} ${about.version}\nLicence: ${about.license ?? 'see below'}\nAuthors: ${people.join(', ') || 'see below'}`;
  return [heading, ...files.map(file => readFileSync(new URL(file, folder), 'utf8').trim())].join('\n\n');
}

const { vendor } = readJson(new URL('package.json', here));
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, source] of Object.entries(vendor)) {
  // The source map is not copied; a browser's tools would only miss it.
  const text = readFileSync(new URL(source, modules), 'utf8').replace(/^\/[/*][#@] sourceMappingURL=.*$/gm, '');
  writeFileSync(new URL(name, target), text);
}
const licences = [...closure(Object.values(vendor).map(packageOf))].sort().map(licenceOf);
writeFileSync(new URL('LICENCES.txt', target), licences.join(`\n\n${'-'.repeat(72)}\n\n`) + '\n');
