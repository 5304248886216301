// What is better with a script: the search, and tables that sort and filter. Every page is whole without it.
(function () {
  'use strict';
  document.documentElement.classList.add('with-script');
  var root = document.body.getAttribute('data-root') || '';

  // A name without case, accents, punctuation and words that people leave out.
  function folded(text) {
    return text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/&/g, ' and ')
      .replace(/['’.]/g, '').replace(/[^a-z0-9]+/g, ' ').trim();
  }

  // The areas that answer to what was typed: those whose name begins so before those that hold it or were called so.
  function found(typed) {
    var text = folded(typed);
    var ranked = [];
    (window.disparityAreas || []).forEach(function (area) {
      var name = folded(area[0]);
      var also = folded(area[3]);
      var rank = name.indexOf(text) === 0 ? 0 : (' ' + name).indexOf(' ' + text) >= 0 ? 1
        : (' ' + also).indexOf(' ' + text) >= 0 ? 2 : name.indexOf(text) >= 0 || also.indexOf(text) >= 0 ? 3 : -1;
      if (text && rank >= 0) { ranked.push([rank, area]); }
    });
    ranked.sort(function (a, b) { return a[0] - b[0] || a[1][0].localeCompare(b[1][0]); });
    return ranked.slice(0, 12).map(function (one) { return one[1]; });
  }

  function escaped(text) {
    return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  }

  // A search box for authorities; `chosen` is told which one was taken.
  function searchBox(place, id, words, chosen) {
    var label = document.createElement('label');
    label.htmlFor = id;
    label.textContent = words;
    var box = document.createElement('div');
    place.appendChild(label);
    place.appendChild(box);
    window.accessibleAutocomplete({
      element: box,
      id: id,
      autoselect: true,
      confirmOnBlur: false,
      showNoOptionsFound: true,
      minLength: 1,
      source: function (typed, show) { show(found(typed)); },
      templates: {
        inputValue: function (area) { return area ? area[0] : ''; },
        suggestion: function (area) {
          if (typeof area === 'string') { return escaped(area); }
          var more = [area[2], area[3]].filter(Boolean).join('; ');
          return escaped(area[0]) + ' <span class="also">' + escaped(more) + '</span>';
        }
      },
      onConfirm: function (area) { if (area) { chosen(area); } }
    });
  }

  // The number that a cell begins with; what has none sorts last.
  function figure(cell) {
    var match = cell.textContent.replace(/,/g, '').replace('−', '-').match(/-?\d+(\.\d+)?/);
    return match ? parseFloat(match[0]) : NaN;
  }

  function sortable(table) {
    var body = table.tBodies[0];
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    var status = document.createElement('div');
    status.className = 'govuk-visually-hidden';
    status.setAttribute('role', 'status');
    table.parentNode.parentNode.insertBefore(status, table.parentNode.nextSibling);
    heads.forEach(function (head, column) {
      var button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.textContent = '';
      head.appendChild(button);
      head.setAttribute('aria-sort', 'none');
      button.addEventListener('click', function () {
        var falling = head.classList.contains('n');
        var way = head.getAttribute('aria-sort');
        way = way === 'none' ? (falling ? 'descending' : 'ascending') : way === 'ascending' ? 'descending' : 'ascending';
        var sign = way === 'ascending' ? 1 : -1;
        var rows = Array.prototype.slice.call(body.rows);
        rows.map(function (row, at) { return [row, at]; }).sort(function (a, b) {
          var one = a[0].cells[column];
          var other = b[0].cells[column];
          if (!falling) { return sign * one.textContent.localeCompare(other.textContent) || a[1] - b[1]; }
          var x = figure(one);
          var y = figure(other);
          if (isNaN(x) || isNaN(y)) { return (isNaN(x) ? 1 : 0) - (isNaN(y) ? 1 : 0) || a[1] - b[1]; }
          return sign * (x - y) || a[1] - b[1];
        }).forEach(function (one) { body.appendChild(one[0]); });
        heads.forEach(function (own) { own.setAttribute('aria-sort', own === head ? way : 'none'); });
        status.textContent = 'Sorted by ' + button.textContent + ', ' + way;
      });
    });
  }

  function filtered(table, at) {
    var place = document.createElement('div');
    var label = document.createElement('label');
    var input = document.createElement('input');
    var count = document.createElement('span');
    // In how many cells of a row to look; in all where it does not say.
    var cells = Number(table.getAttribute('data-filter-cells'));
    place.className = 'filter';
    input.className = 'govuk-input';
    input.type = 'text';
    input.id = 'filter-' + at;
    label.htmlFor = input.id;
    label.className = 'govuk-label';
    label.textContent = table.getAttribute('data-filter');
    count.className = 'count';
    count.setAttribute('role', 'status');
    [label, input, count].forEach(function (part) { place.appendChild(part); });
    table.parentNode.parentNode.insertBefore(place, table.parentNode);
    input.addEventListener('input', function () {
      var text = folded(input.value);
      var shown = 0;
      Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
        var words = cells ? Array.prototype.slice.call(row.cells, 0, cells).map(function (cell) { return cell.textContent; }).join(' ') : row.textContent;
        var has = folded(words).indexOf(text) >= 0;
        row.hidden = !has;
        if (has) { shown += 1; }
      });
      count.textContent = text ? shown + ' of ' + table.tBodies[0].rows.length + ' rows' : '';
    });
  }

  // A link that saves rows as a table for a spreadsheet; nothing is sent anywhere.
  function download(place, title, rows) {
    var cell = function (value) {
      var text = String(value === null || value === undefined ? '' : value);
      return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    };
    var text = rows.map(function (row) { return row.map(cell).join(','); }).join('\r\n') + '\r\n';
    var line = document.createElement('p');
    line.className = 'source only-here';
    var link = document.createElement('a');
    link.textContent = 'Download these figures (CSV)';
    link.download = folded(title).split(' ').slice(0, 8).join('_') + '.csv';
    link.href = URL.createObjectURL(new Blob(['\ufeff' + text], { type: 'text/csv' }));
    var more = document.createElement('span');
    more.className = 'govuk-visually-hidden';
    more.textContent = ': ' + title;
    link.appendChild(more);
    line.appendChild(link);
    place.appendChild(line);
  }

  window.disparity = { root: root, searchBox: searchBox, download: download };
  var search = document.getElementById('search');
  if (search && window.accessibleAutocomplete) {
    search.hidden = false;
    searchBox(search, 'find', 'Find an authority by any of its names', function (area) {
      window.location.href = root + 'authority/' + area[1] + '.html';
    });
  }
  // A page without a file of its figures has its tables, as they were written.
  if (!document.querySelector('main a[download]')) {
    Array.prototype.forEach.call(document.querySelectorAll('main .scroll table'), function (table) {
      var rows = Array.prototype.map.call(table.rows, function (row) {
        return Array.prototype.map.call(row.cells, function (cell) { return cell.textContent.trim(); });
      });
      var place = document.createElement('div');
      table.parentNode.parentNode.insertBefore(place, table.parentNode.nextSibling);
      download(place, table.caption.textContent, rows);
    });
  }
  Array.prototype.forEach.call(document.querySelectorAll('table[data-sortable]'), sortable);
  Array.prototype.forEach.call(document.querySelectorAll('table[data-filter]'), filtered);
}());
