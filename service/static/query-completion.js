// Completion in the editor: our prefixes, and the classes and properties of the release's own VoID and ontology.
'use strict';

const MOST_SUGGESTIONS = 40;
const NO_TERMS = { prefixes: {}, classes: [], properties: [] };

// The name of a term under the prefixes that we give out, else its IRI in brackets.
function shortName(prefixes, iri) {
  for (const [name, namespace] of Object.entries(prefixes)) {
    const local = iri.slice(namespace.length);
    if (iri.startsWith(namespace) && /^[A-Za-z_][\w-]*$/.test(local)) return `${name}:${local}`;
  }
  return `<${iri}>`;
}

// The IRIs of those terms that begin with what is typed, then of those that hold it in their label or name.
function matching(list, token) {
  const namespace = token.tokenPrefixUri ?? '';
  const typed = (token.autocompletionString || token.string).trim().toLowerCase();
  const words = typed.slice(namespace.length);
  const inside = list.filter(term => term.iri.startsWith(namespace));
  const starts = inside.filter(term => term.iri.toLowerCase().startsWith(typed));
  const holds = inside.filter(term => !starts.includes(term) && `${term.label} ${term.iri}`.toLowerCase().includes(words));
  return [...starts, ...holds].slice(0, MOST_SUGGESTIONS).map(term => term.iri);
}

function drawHint(place, text, term) {
  place.append(text);
  if (!term) return;
  const about = document.createElement('span');
  about.className = 'hint-about';
  about.textContent = term.count ? `${term.label}, ${term.count.toLocaleString('en')}` : term.label;
  place.append(' ', about);
  place.title = term.definition;
}

// A completer of terms in the place of YASGUI's `name`, which asks another host.
function termCompleter(name, list, ready) {
  let terms = NO_TERMS;
  ready.then(found => { terms = found; });
  const known = new Map();
  Yasqe.forkAutocompleter(name, {
    name: `own-${name}`,
    autoShow: false,  // see completeWhileTyping
    persistenceId: null,
    get: (_editor, token) => ready.then(() => (token ? matching(terms[list], token) : [])),
    postProcessSuggestion: (_editor, token, iri) => {
      const inside = token.tokenPrefixUri && iri.startsWith(token.tokenPrefixUri);
      const text = inside ? token.tokenPrefix + iri.slice(token.tokenPrefixUri.length) : shortName(terms.prefixes, iri);
      known.set(text, terms[list].find(term => term.iri === iri));
      return text;
    },
    postprocessHints: (editor, hints) => hints.filter(hint => hint.text !== editor.getCompleteToken().string)
      .map(hint => ({ ...hint, render: (place, _all, own) => drawHint(place, own.text, known.get(own.text)) })),
  }, false);
}

// Sets what every new editor completes from `address`.
function registerCompleters(address) {
  const ready = fetch(address).then(answer => answer.json()).catch(() => NO_TERMS);
  termCompleter('property', 'properties', ready);
  termCompleter('class', 'classes', ready);
  Yasqe.forkAutocompleter('prefixes', {
    name: 'own-prefixes',
    persistenceId: null,
    get: () => ready.then(terms => Object.entries(terms.prefixes).map(([name, iri]) => `${name}: <${iri}>`)),
  }, false);
  for (const name of ['property', 'class', 'prefixes']) delete Yasqe.Autocompleters[name];
  Yasqe.defaults.autocompleters = ['own-prefixes', 'variables', 'own-property', 'own-class'];
}

// Names are offered as they are typed; elsewhere Enter would take a suggestion where a new line was meant.
function completeWhileTyping(yasqe) {
  yasqe.on('change', (_editor, change) => {
    if (change.origin === '+input' && /[\w:]$/.test(change.text.at(-1)) && /^<|:/.test(yasqe.getCompleteToken().string)) {
      for (const name of ['own-property', 'own-class']) yasqe.autocompleters[name].autocomplete(false);
    }
  });
  yasqe.on('autocompletionShown', (_editor, list) => list.hints.setAttribute('aria-label', 'Suggestions'));
}
