// The query page with a script: the same answers as without, in place, with progress, cancel, marks and copy buttons.
'use strict';

const MAX_ADDRESS_CHARS = 6000;
const MAX_RAW_CHARS = 200000;
const PAUSE_MS = 500;
const MAX_EXPECTED = 10;
// What the editor's grammar calls by names of its own, in words (SPARQL 1.1 section 19.8).
const GRAMMAR = {
  VAR1: 'a variable', VAR2: 'a variable', IRI_REF: 'an IRI', PNAME_LN: 'a name such as ct:Claim', PNAME_NS: 'a prefix',
  NIL: '()', BLANK_NODE_LABEL: 'a nameless node', ANON: 'a nameless node', STRING_LITERAL1: 'text in quotes',
  STRING_LITERAL2: 'text in quotes', STRING_LITERAL_LONG1: 'text in quotes', STRING_LITERAL_LONG2: 'text in quotes',
  INTEGER: 'a number', DECIMAL: 'a number', DOUBLE: 'a number',
  INTEGER_POSITIVE: 'a number', DECIMAL_POSITIVE: 'a number', DOUBLE_POSITIVE: 'a number', INTEGER_NEGATIVE: 'a number',
  DECIMAL_NEGATIVE: 'a number', DOUBLE_NEGATIVE: 'a number', TRUE: 'true', FALSE: 'false',
};

const form = document.getElementById('query-form');
const box = document.getElementById('query');
const outcome = document.getElementById('outcome');
let running = null;
let editor;
let shown = location.search;

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const cancel = element('button', { type: 'button', className: 'second', hidden: true, textContent: 'Cancel' });
const clock = element('span', { className: 'quiet clock', ariaHidden: 'true' });
const told = element('span', { className: 'quiet' });
told.setAttribute('role', 'status');
form.querySelector('.run').append(cancel, clock, told);

// What a page that is no query page says: too many requests, or a proxy's own words.
function problemOf(page) {
  const words = name => page.querySelector(`main ${name}`)?.textContent;
  return element('div', { className: 'error', role: 'alert' },
    element('h2', { textContent: words('h1') ?? 'No answer' }),
    element('p', { textContent: words('p') ?? 'The service sent no page. Run the query again later.' }));
}

function showOutcome(page) {
  const found = page.getElementById('outcome');
  if (found) {
    outcome.replaceChildren(...found.childNodes);
    document.getElementById('programs').replaceChildren(...page.getElementById('programs').childNodes);
  } else {
    outcome.replaceChildren(problemOf(page));
  }
  improve(document);
  markError();
}

function markError() {
  editor.clear();
  const { line, column } = outcome.querySelector('.error')?.dataset ?? {};
  if (!line) return;
  const earlier = editor.mark(Number(line), Number(column));
  if (!earlier) return;
  const expected = [...new Set(earlier.expected.map(name => GRAMMAR[name] ?? name))];
  const some = expected.slice(0, MAX_EXPECTED).join(', ') + (expected.length > MAX_EXPECTED ? ' …' : '');
  const place = `“${earlier.text}” in line ${earlier.line + 1}, column ${earlier.from + 1}`;
  outcome.querySelector('.error').append(element('p', {
    textContent: `The editor stumbles earlier, at ${place}.${some && ` Allowed there: ${some}.`}` }));
}

function report() {
  const total = outcome.querySelector('.total')?.textContent ?? outcome.querySelector('.lead')?.textContent;
  return total ? `${total}.` : outcome.querySelector('.error') ? 'No answer; the reason stands below.' : 'Done.';
}

async function run() {
  running?.abort();
  const mine = running = new AbortController();
  const timeout = form.elements.timeout?.value;
  const asked = new URLSearchParams({ query: editor.get(), ...(timeout && { timeout }) });
  const address = `${form.action}?${asked}`;
  const short = address.length <= MAX_ADDRESS_CHARS;
  const began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  const ticking = setInterval(() => { clock.textContent = seconds(); }, 100);
  cancel.hidden = false;
  told.textContent = 'Running';
  outcome.setAttribute('aria-busy', 'true');
  try {
    const options = { headers: { Accept: 'text/html' }, signal: mine.signal };
    const answer = await (short ? fetch(address, options)
      : fetch(form.action, { ...options, method: 'POST', body: asked }));
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (mine !== running) return;
    showOutcome(page);
    told.textContent = report();
    if (short && address !== location.href) history.pushState(null, '', address);
    shown = location.search;
  } catch (error) {
    if (mine !== running) return;
    told.textContent = error.name === 'AbortError' ? `Cancelled after ${seconds()}.`
      : 'The service did not answer. Look at the connection and run the query again.';
  } finally {
    clearInterval(ticking);
    if (mine === running) {
      running = null;
      cancel.hidden = true;
      clock.textContent = '';
      outcome.removeAttribute('aria-busy');
    }
  }
}

function copyButton(source, text) {
  const button = element('button', { type: 'button', className: 'second copier', textContent: 'Copy' });
  button.setAttribute('aria-label', `Copy ${source.closest('details')?.querySelector('summary')?.textContent ?? 'the link'}`);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = 'Selected';
    }
  });
  source.after(button);
}

// What a fresh part of the page gets: copy buttons, a better table, the raw answer on demand.
function improve(part) {
  for (const place of part.querySelectorAll('.copy:not(.copied)')) {
    place.classList.add('copied');
    copyButton(place, () => place.href ?? place.textContent);
  }
  for (const region of part.querySelectorAll('#result:not(.improved)')) {
    region.classList.add('improved');
    improveTable(region);
    for (const raw of region.querySelectorAll('details.raw')) {
      raw.hidden = false;
      raw.addEventListener('toggle', () => loadRaw(raw), { once: true });
    }
  }
}

async function loadRaw(raw) {
  const place = raw.querySelector('code');
  try {
    const text = await (await fetch(raw.dataset.source)).text();
    place.textContent = text.slice(0, MAX_RAW_CHARS) + (text.length > MAX_RAW_CHARS ? '\n… download the whole' : '');
  } catch {
    place.textContent = 'The service did not answer.';
  }
}

// The programs and the permanent link are of the query as it stands, run or not.
let waiting = 0;
async function refreshPrograms() {
  const query = editor.get();
  try {
    const answer = await fetch(form.dataset.programs, { method: 'POST', body: new URLSearchParams({ query }) });
    if (!answer.ok || query !== editor.get()) return;
    const place = document.getElementById('programs');
    const open = [...place.querySelectorAll('details')].map(part => part.open);
    place.replaceChildren(...new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes);
    place.querySelectorAll('details').forEach((part, number) => { part.open = open[number]; });
    improve(place);
  } catch { /* they stay those of the last query */ }
}

function plainToggle(rich) {
  const button = element('button', { type: 'button', className: 'second' });
  const keys = element('p', {
    className: 'quiet', id: 'editor-keys', textContent: 'Ctrl and Space complete, Ctrl and Enter run, Tab leads on.' });
  const plain = plainEditor(box);
  const choose = simple => {
    if (simple) box.value = rich.get(); else rich.set(box.value);
    box.hidden = !simple;
    rich.holder.hidden = simple;
    editor = simple ? plain : rich;
    button.textContent = simple ? 'Editor with colours' : 'Plain text box';
    if (!simple) rich.refresh();
    try { localStorage.setItem('caretrace-plain', simple ? '1' : ''); } catch { /* not kept */ }
  };
  let kept = '';
  try { kept = localStorage.getItem('caretrace-plain'); } catch { /* not kept */ }
  choose(Boolean(kept));
  button.addEventListener('click', () => { choose(editor === rich); editor.focus(); });
  rich.holder.after(keys);
  cancel.before(button);
  plain.onRun(run);
  plain.onChange(changed);
}

function changed() {
  editor?.clear();
  clearTimeout(waiting);
  waiting = setTimeout(refreshPrograms, PAUSE_MS);
}

function start() {
  const rich = typeof Yasqe === 'undefined' ? null : yasqeEditor(form, box);
  editor = rich ?? plainEditor(box);
  box.required = false;
  if (rich) plainToggle(rich);
  (rich ?? editor).onRun(run);
  (rich ?? editor).onChange(changed);
  form.addEventListener('submit', event => {
    box.value = editor.get();
    if (form.elements.format.value) return;  // a download: the browser does it
    event.preventDefault();
    run();
  });
  cancel.addEventListener('click', () => running?.abort());
  form.querySelector('label[for=query]').addEventListener('click', () => editor.focus());
  document.getElementById('examples')?.addEventListener('click', event => {
    const example = event.target.closest('a.example');
    if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    editor.set(example.parentElement.querySelector('pre').textContent);
    document.getElementById('question').textContent = example.textContent;
    document.getElementById('question').scrollIntoView({ block: 'start' });
    run();
  });
  // A jump within the page is told in the same way; only another query is another page.
  addEventListener('popstate', () => { if (location.search !== shown) location.reload(); });
  improve(document);
  markError();
}

start();
