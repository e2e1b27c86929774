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

// The first token that the editor's own grammar does not allow, and what it would; the engine's parser looks further ahead.
function firstFault(yasqe) {
  for (let line = 0; line < yasqe.lineCount(); line += 1) {
    const token = yasqe.getLineTokens(line, true).find(each => each.type !== 'ws' && each.state.OK === false);
    if (!token) continue;
    return { line, from: token.start, to: token.end, text: token.string, expected: token.state.possibleCurrent ?? [] };
  }
  return null;
}

// The keys of the editor; Tab must lead out of it for those who have no mouse.
function editorKeys(run) {
  return { Tab: false, 'Shift-Tab': false, 'Ctrl-S': false, 'Ctrl-Enter': run, 'Cmd-Enter': run };
}

// The tooltip that the editor would show has markup with a style of its own, and only for a mouse.
function quietTooltips(holder) {
  holder.querySelectorAll('.parseErrorIcon').forEach(icon => {
    icon.onmouseover = null;
    icon.title = 'The query cannot be read beyond this line so far';
  });
}

function drawEditor(holder, box, run) {
  const yasqe = new Yasqe(holder, {
    value: box.value, persistenceId: null, consumeShareLink: null, createShareableLink: null, showQueryButton: false,
    resizeable: false, editorHeight: 'auto', viewportMargin: Infinity, extraKeys: editorKeys(run),
  });
  completeWhileTyping(yasqe);
  yasqe.getInputField().setAttribute('aria-label', 'SPARQL query');
  yasqe.getInputField().setAttribute('aria-describedby', 'editor-keys');
  yasqe.on('change', () => { box.value = yasqe.getValue(); });
  yasqe.on('changes', () => quietTooltips(holder));
  quietTooltips(holder);
  return yasqe;
}

// Marks one fault at a time: `mark` gives the editor's own place when that is earlier than the one told, else null.
function faultMarks(yasqe) {
  let marked = null;
  const clear = () => {
    marked?.clear();
    marked = null;
    for (let line = 0; line < yasqe.lineCount(); line += 1) yasqe.removeLineClass(line, 'background', 'query-error-line');
  };
  const mark = (line, column) => {
    clear();
    const text = yasqe.getLine(line - 1) ?? '';
    const told = { line: line - 1, from: Math.min(unitsBefore(text, column), Math.max(text.length - 1, 0)) };
    const own = firstFault(yasqe);
    const earlier = own && (own.line < told.line || (own.line === told.line && own.from < told.from)) ? own : null;
    const place = earlier ?? { ...told, to: told.from + 1 };
    yasqe.addLineClass(place.line, 'background', 'query-error-line');
    const from = { line: place.line, ch: place.from };
    marked = yasqe.getDoc().markText(from, { line: place.line, ch: place.to }, { className: 'query-error' });
    yasqe.getDoc().setCursor(from);
    return earlier;
  };
  return { clear, mark };
}

function yasqeEditor(form, box) {
  registerCompleters(form.dataset.terms);
  const holder = document.createElement('div');
  holder.className = 'query-editor';
  box.closest('p').after(holder);
  let run = () => {};
  const yasqe = drawEditor(holder, box, () => run());
  return {
    holder,
    get: () => yasqe.getValue(),
    set: text => yasqe.setValue(text),
    focus: () => yasqe.focus(),
    refresh: () => yasqe.refresh(),
    ...faultMarks(yasqe),
    onChange: action => yasqe.on('change', action),
    onRun: action => { run = action; },
  };
}
