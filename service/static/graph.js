// Lets a reader explore the neighbourhood drawn on an entity's page. The library is fetched when it is asked for;
// without it, or without this script, the drawing and the table below it say the same.
(() => {
  'use strict';
  const figure = document.getElementById('neighbourhood');
  if (!figure || !figure.dataset.library) return;
  const drawn = figure.querySelector('.drawn');
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let cy = null;

  const make = (name, properties = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...inside);
    return element;
  };
  const button = (words, action) => {
    const made = make('button', { type: 'button', textContent: words });
    made.addEventListener('click', action);
    return made;
  };

  const start = button('Explore this picture', open);
  const told = make('p', { className: 'quiet' });
  told.setAttribute('role', 'status');
  const panel = make('div', { hidden: true });
  figure.prepend(make('p', { className: 'tools' }, start), told, panel);
  const canvas = make('div', { className: 'canvas', tabIndex: 0 });
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-label', 'Neighbourhood. Arrow keys move from thing to thing, Enter adds what claims join to it, ' +
    'plus and minus zoom, zero shows all.');
  const chosen = make('div', { className: 'chosen' });
  const tools = make('p', { className: 'tools' }, button('Closer', () => zoom(1.25)), button('Farther', () => zoom(0.8)),
    button('Show all', () => cy.fit(undefined, 30)), button('Back to the drawing', close));
  panel.append(tools, canvas, chosen);

  const read = async thing => {
    const answer = await fetch(figure.dataset.source + encodeURIComponent(thing), { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };
  const load = () => new Promise((done, failed) => {
    if (window.cytoscape) return done();
    const script = make('script', { src: figure.dataset.library });
    script.addEventListener('load', done);
    script.addEventListener('error', failed);
    document.head.append(script);
  });

  async function open() {
    start.disabled = true;
    told.textContent = 'Fetching the picture …';
    try {
      const [found] = await Promise.all([read(figure.dataset.thing), load()]);
      drawn.hidden = start.hidden = true;
      panel.hidden = false;
      draw(found);
    } catch {
      told.textContent = 'The picture to explore could not be fetched. The drawing and the table below say the same.';
    }
    start.disabled = false;
  }

  function close() {
    cy.destroy();
    cy = null;
    panel.hidden = true;
    drawn.hidden = start.hidden = false;
    told.textContent = '';
    start.focus();
  }

  function draw(found) {
    // The library would write a style of its own, which the page's policy refuses; caretrace.css has that rule.
    const own = '__________cytoscape_stylesheet';
    if (!document.getElementById(own)) document.head.append(make('meta', { id: own }));
    cy = window.cytoscape({ container: canvas, elements: [], style: style(), userZoomingEnabled: false, minZoom: 0.2, maxZoom: 3 });
    cy.on('tap', 'node', event => choose(event.target));
    cy.on('dbltap', 'node', event => expand(event.target));
    add(found, null);
    choose(cy.getElementById(found.thing));
    canvas.focus({ preventScroll: true });
  }

  function colour(kind) {
    const probe = make('span', { className: `kind-${kind}` });
    figure.append(probe);
    const found = getComputedStyle(probe).getPropertyValue('--kind').trim();
    probe.remove();
    return found || page('--accent');
  }
  const page = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function style() {
    const [ink, quiet, paper, edge] = ['--ink', '--quiet', '--paper', '--edge'].map(page);
    const words = { 'font-family': getComputedStyle(document.body).fontFamily, 'text-wrap': 'wrap', 'text-background-color': paper,
      'text-background-opacity': 0.85 };
    return [
      { selector: 'node', style: { ...words, label: 'data(name)', color: ink, 'font-size': 13, 'text-max-width': 130,
        'text-valign': 'bottom', 'text-margin-y': 4, width: 22, height: 22, 'background-color': node => colour(node.data('kind')), 'border-width': 1, 'border-color': paper } },
      { selector: 'node[?corners]', style: { shape: 'polygon', 'shape-polygon-points': 'data(corners)' } },
      { selector: 'node.middle', style: { width: 34, height: 34, 'font-weight': 'bold' } },
      { selector: 'node.chosen', style: { 'border-width': 4, 'border-color': ink } },
      { selector: 'edge', style: { ...words, label: 'data(says)', color: quiet, 'font-size': 11, 'font-style': 'italic', width: 1.5,
        'line-color': edge, 'target-arrow-color': edge, 'target-arrow-shape': 'triangle', 'curve-style': 'bezier' } },
      { selector: 'edge[denied > 0]', style: { 'line-style': 'dashed' } },
    ];
  }

  // The shapes of kinds that the drawing does not have join its legend.
  const legend = figure.querySelector('.legend');
  const known = new Set([...legend.children].map(item => item.textContent.trim()));
  function explain(kind, points) {
    const words = kind.replaceAll('-', ' ');
    if (known.has(words)) return;
    known.add(words);
    const svg = (name, attributes) => {
      const element = document.createElementNS('http://www.w3.org/2000/svg', name);
      Object.entries(attributes).forEach(pair => element.setAttribute(...pair));
      return element;
    };
    const picture = svg('svg', { viewBox: '-10 -10 20 20', 'aria-hidden': true });
    picture.append(points.length ? svg('polygon', { class: `dot kind-${kind}`, points: points.map(part => 8 * part).join(' ') }) :
      svg('circle', { class: `dot kind-${kind}`, r: 8 }));
    legend.append(make('li', {}, picture, ` ${words}`));
  }

  // Adds what was found; what is new stands around `from`, or around the middle of the picture.
  function add(found, from) {
    const before = cy.nodes().length;
    const fresh = found.nodes.filter(node => cy.getElementById(node.id).empty());
    for (const { points, ...node } of fresh) {
      explain(node.kind, points);
      const data = { ...node, corners: points.length ? points.join(' ') : null };
      cy.add({ group: 'nodes', data, classes: node.id === figure.dataset.thing ? 'middle' : '' });
    }
    for (const edge of found.edges) {
      const id = `${edge.source} ${edge.predicate} ${edge.target}`;
      if (cy.getElementById(id).empty()) cy.add({ group: 'edges', data: { ...edge, id } });
    }
    cy.getElementById(found.thing).data({ read: true, links: found.links });
    place(found.thing, fresh.map(node => node.id), from);
    const nothing = from && cy.nodes().length === before;
    told.textContent = `${cy.nodes().length} things, ${cy.edges().length} pairs that claims join${nothing ? '; nothing new' : ''}.`;
  }

  function place(thing, fresh, from) {
    const middle = from ? from.position() : { x: 0, y: 0 };
    const around = fresh.filter(id => id !== thing);
    const away = from && cy.getElementById(figure.dataset.thing).position();
    const turn = away ? Math.atan2(middle.y - away.y, middle.x - away.x) : 0;
    const spread = from ? Math.PI * 1.2 : Math.PI * 2;
    around.forEach((id, n) => {
      const angle = turn + (from ? spread * ((n + 0.5) / around.length - 0.5) : spread * n / around.length);
      const far = (from ? 170 : 190) + (n % 2) * 60;
      cy.getElementById(id).position({ x: middle.x + 1.5 * far * Math.cos(angle), y: middle.y + far * Math.sin(angle) });
    });
    if (still.matches) cy.fit(undefined, 30);
    else cy.animate({ fit: { padding: 30 }, duration: 300 });
  }

  async function expand(node) {
    if (node.data('read')) return;
    told.textContent = `Fetching what claims join to ${node.data('name')} …`;
    try {
      add(await read(node.id()), node);
      choose(node);
    } catch {
      told.textContent = 'It could not be fetched. Try again.';
    }
  }

  function choose(node) {
    cy.nodes().removeClass('chosen');
    node.addClass('chosen');
    const { name, kind, page: address } = node.data();
    const head = make('p', {}, make('span', { className: `kind kind-${kind}`, textContent: kind }), ' ',
      make('a', { href: address, textContent: name }));
    head.setAttribute('role', 'status');
    const pairs = make('ul', { className: 'plain' }, ...node.connectedEdges().map(line));
    const more = button(`Add what claims join to ${name}`, () => expand(node));
    chosen.replaceChildren(head, pairs, ...(node.data('read') ? [] : [more]));
  }

  function line(edge) {
    const { says, claims, denied, publishers } = edge.data();
    const count = [claims && `${claims} ${claims === 1 ? 'claim' : 'claims'}`, denied && `${denied} against`].filter(Boolean).join(', ');
    const ends = new URLSearchParams({ subject: edge.source().id(), object: edge.target().id() });
    return make('li', {}, `${edge.source().data('name')} `, make('span', { className: 'predicate', textContent: says }),
      ` ${edge.target().data('name')}: `, make('a', { href: `${figure.dataset.said}?${ends}`, textContent: count }),
      ` of ${publishers} ${publishers === 1 ? 'publisher' : 'publishers'}`);
  }

  function zoom(factor) {
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }

  // The nearest thing in the direction of an arrow key: what lies far to its side counts as farther.
  function nearest(from, right, down) {
    const here = from.position();
    let best = null, least = Infinity;
    cy.nodes().forEach(node => {
      const x = node.position('x') - here.x, y = node.position('y') - here.y;
      const ahead = x * right + y * down, aside = Math.abs(x * down) + Math.abs(y * right);
      const far = ahead + 2 * aside;
      if (ahead > 1 && far < least) [best, least] = [node, far];
    });
    return best;
  }

  const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  canvas.addEventListener('keydown', event => {
    if (!cy || event.ctrlKey || event.altKey || event.metaKey) return;
    const now = cy.nodes('.chosen').first();
    const actions = { Enter: () => expand(now), '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8),
      0: () => cy.fit(undefined, 30), Escape: close };
    const next = ARROWS[event.key] && nearest(now, ...ARROWS[event.key]);
    if (next) {
      choose(next);
      const seen = next.renderedPosition();
      if (seen.x < 40 || seen.y < 40 || seen.x > cy.width() - 40 || seen.y > cy.height() - 40) cy.center(next);
    } else if (actions[event.key]) actions[event.key]();
    if (ARROWS[event.key] || actions[event.key]) event.preventDefault();
  });

  dark.addEventListener('change', () => cy && cy.style(style()));
})();
