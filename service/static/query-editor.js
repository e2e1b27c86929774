// The editor: YASGUI's (Yasqe) where its files are installed, else the text area itself, behind the same few functions.
'use strict';

function plainEditor(box) {
  return {
    get: () => box.value,
    set: text => { box.value = text; },
    focus: () => box.focus(),
    clear: () => {},
    mark: (line, column) => {
      const lines = box.value.split('\n');
      const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
      const at = before + unitsBefore(lines[line - 1] ?? '', column);
      box.focus();
      box.setSelectionRange(at, Math.min(at + 1, box.value.length));
    },
    onChange: action => box.addEventListener('input', action),
    onRun: action => box.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); action(); }
    }),
  };
}

// How many UTF-16 units stand before a column that counts characters from 1.
function unitsBefore(text, column) {
  return [...text].slice(0, column - 1).join('').length;
}

// Completion from the release's own terms. `ready` promises {prefixes, classes, properties}.
function registerCompleters(ready) {
  let terms = { prefixes: {}, classes: [], properties: [] };
  ready.then(found => { terms = found; });
  const known = new Map();
  const shorten = iri => {
    for (const [name, namespace] of Object.entries(terms.prefixes)) {
      const local = iri.slice(namespace.length);
      if (iri.startsWith(namespace) && /^[A-Za-z_][\w-]*$/.test(local)) return `${name}:${local}`;
    }
    return `<${iri}>`;
  };
  const matching = (list, token) => {
    const typed = (token.autocompletionString || token.string).trim();
    const words = (token.tokenPrefixUri ? typed.slice(token.tokenPrefixUri.length) : typed).toLowerCase();
    const inside = list.filter(term => term.iri.startsWith(token.tokenPrefixUri ?? ''));
    const starts = inside.filter(term => term.iri.toLowerCase().startsWith(typed.toLowerCase()));
    const holds = inside.filter(term => !starts.includes(term) && (term.label.toLowerCase().includes(words) || term.iri.toLowerCase().includes(words)));
    return [...starts, ...holds].slice(0, 40).map(term => term.iri);
  };
  const completer = (name, list) => Yasqe.forkAutocompleter(name, {
    name: `own-${name}`,
    autoShow: false,  // see completeWhileTyping
    persistenceId: null,
    get: (_editor, token) => ready.then(() => (token ? matching(terms[list], token) : [])),
    postProcessSuggestion: (_editor, token, iri) => {
      const text = token.tokenPrefixUri && iri.startsWith(token.tokenPrefixUri)
        ? token.tokenPrefix + iri.slice(token.tokenPrefixUri.length) : shorten(iri);
      known.set(text, terms[list].find(term => term.iri === iri));
      return text;
    },
    postprocessHints: (editor, hints) => hints.filter(hint => hint.text !== editor.getCompleteToken().string).map(hint => ({
      ...hint,
      render: (place, _all, own) => drawHint(place, own.text, known.get(own.text)),
    })),
  }, false);
  completer('property', 'properties');
  completer('class', 'classes');
  Yasqe.forkAutocompleter('prefixes', {
    name: 'own-prefixes',
    persistenceId: null,
    get: () => ready.then(() => Object.entries(terms.prefixes).map(([name, iri]) => `${name}: <${iri}>`)),
  }, false);
  // Those that come with it ask other hosts or offer the whole world's prefixes.
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

// The first token that the editor's own grammar does not allow, and what it would; the engine's parser looks further ahead.
function firstFault(yasqe) {
  for (let line = 0; line < yasqe.lineCount(); line += 1) {
    const token = yasqe.getLineTokens(line, true).find(each => each.type !== 'ws' && each.state.OK === false);
    if (token) return { line, from: token.start, to: token.end, text: token.string, expected: token.state.possibleCurrent ?? [] };
  }
  return null;
}

function yasqeEditor(form, box) {
  registerCompleters(fetch(form.dataset.terms).then(answer => answer.json()).catch(() => ({ prefixes: {}, classes: [], properties: [] })));
  const holder = document.createElement('div');
  holder.className = 'query-editor';
  box.closest('p').after(holder);
  let run = () => {};
  const yasqe = new Yasqe(holder, {
    value: box.value, persistenceId: null, consumeShareLink: null, createShareableLink: null, showQueryButton: false,
    resizeable: false, editorHeight: 'auto', viewportMargin: Infinity,
    // Tab must lead out of the editor for those who have no mouse.
    extraKeys: { Tab: false, 'Shift-Tab': false, 'Ctrl-Enter': () => run(), 'Cmd-Enter': () => run(), 'Ctrl-S': false },
  });
  completeWhileTyping(yasqe);
  const input = yasqe.getInputField();
  input.setAttribute('aria-label', 'SPARQL query');
  input.setAttribute('aria-describedby', 'editor-keys');
  yasqe.on('autocompletionShown', (_editor, list) => list.hints.setAttribute('aria-label', 'Suggestions'));
  yasqe.on('change', () => { box.value = yasqe.getValue(); });
  // The tooltip that it would show has markup with a style of its own, and only for a mouse.
  const quiet = () => holder.querySelectorAll('.parseErrorIcon').forEach(icon => {
    icon.onmouseover = null;
    icon.title = 'The query cannot be read beyond this line so far';
  });
  yasqe.on('changes', quiet);
  quiet();
  let marks = [];
  const clear = () => {
    marks.forEach(mark => mark.clear());
    marks = [];
    for (let line = 0; line < yasqe.lineCount(); line += 1) yasqe.removeLineClass(line, 'background', 'query-error-line');
  };
  return {
    holder,
    get: () => yasqe.getValue(),
    set: text => yasqe.setValue(text),
    focus: () => yasqe.focus(),
    refresh: () => yasqe.refresh(),
    clear,
    mark: (line, column) => {
      clear();
      const text = yasqe.getLine(line - 1) ?? '';
      const told = { line: line - 1, from: Math.min(unitsBefore(text, column), Math.max(text.length - 1, 0)) };
      const own = firstFault(yasqe);
      const earlier = own && (own.line < told.line || (own.line === told.line && own.from < told.from)) ? own : null;
      const place = earlier ?? { ...told, to: told.from + 1 };
      yasqe.addLineClass(place.line, 'background', 'query-error-line');
      marks = [yasqe.getDoc().markText({ line: place.line, ch: place.from }, { line: place.line, ch: place.to }, { className: 'query-error' })];
      yasqe.getDoc().setCursor({ line: place.line, ch: place.from });
      return earlier;
    },
    onChange: action => yasqe.on('change', action),
    onRun: action => { run = action; },
  };
}
