// The table of rows: sorted by a click on a column's name, and narrowed by words.
'use strict';

const FILTER_FROM_ROWS = 10;

function improveTable(region) {
  const table = region.querySelector('table.rows');
  if (!table) return;
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.textContent = cell.textContent;
    cell.replaceChildren(button);
    button.addEventListener('click', () => sortBy(table, cell, column));
  });
  if (body.rows.length < FILTER_FROM_ROWS) return;
  const label = document.createElement('label');
  const input = document.createElement('input');
  const told = document.createElement('span');
  label.className = 'narrow';
  input.type = 'search';
  told.className = 'quiet';
  told.setAttribute('role', 'status');
  label.append('Rows with ', input);
  const line = document.createElement('p');
  line.className = 'inline';
  line.append(label, told);
  table.closest('.scroll').before(line);
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
      left += row.hidden ? 0 : 1;
    }
    told.textContent = words.length ? `${left} of ${body.rows.length} shown` : '';
  });
}

function sortBy(table, cell, column) {
  const down = cell.getAttribute('aria-sort') === 'ascending';
  for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
  cell.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const order = new Intl.Collator('en', { numeric: true });
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => order.compare(a.cells[column].textContent, b.cells[column].textContent) * (down ? -1 : 1));
  table.tBodies[0].append(...rows);
}
