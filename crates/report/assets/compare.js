// Authorities side by side. What is chosen is in the address: `compare.html?areas=hackney,camden`.
(function () {
  'use strict';
  var MOST = 6;
  var place = document.getElementById('compare');
  var names = {};
  var loaded = {};
  var waiting = {};
  (window.disparityAreas || []).forEach(function (area) { names[area[1]] = area[0]; });

  function chosen() {
    var asked = new URLSearchParams(window.location.search).get('areas') || '';
    return asked.split(',').filter(function (slug, at, all) { return names[slug] && all.indexOf(slug) === at; }).slice(0, MOST);
  }

  function address(slugs) {
    return window.location.pathname + (slugs.length ? '?areas=' + slugs.join(',') : '');
  }

  // Each authority's script says what it holds through this.
  window.disparityCompared = function (found) {
    loaded[found.slug] = found;
    (waiting[found.slug] || []).forEach(function (then) { then(); });
    delete waiting[found.slug];
  };

  function load(slug, then) {
    if (loaded[slug]) { then(); return; }
    if (waiting[slug]) { waiting[slug].push(then); return; }
    waiting[slug] = [then];
    var script = document.createElement('script');
    script.src = 'data/' + slug + '.js';
    document.head.appendChild(script);
  }

  function element(tag, words, parent) {
    var made = document.createElement(tag);
    if (words) { made.textContent = words; }
    if (parent) { parent.appendChild(made); }
    return made;
  }

  // A table whose columns are the authorities, and other areas beside them, and whose rows are named by a key.
  function table(title, level, areas, rows, beside) {
    if (!rows.length) { return; }
    element('h2', title, place).className = 'govuk-heading-l';
    var scroll = element('div', '', place);
    scroll.className = 'scroll';
    scroll.tabIndex = 0;
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', title);
    var made = element('table', '', scroll);
    element('span', level, element('caption', '', made));
    var head = element('tr', '', element('thead', '', made));
    element('td', '', head);
    areas.forEach(function (area) {
      var cell = element('th', '', head);
      cell.scope = 'col';
      var link = element('a', area.name, cell);
      link.href = 'authority/' + area.slug + '.html';
    });
    (beside || []).forEach(function (name) { element('th', name, head).scope = 'col'; });
    var body = element('tbody', '', made);
    rows.forEach(function (row) {
      var line = element('tr', '', body);
      element('th', row[0], line).scope = 'row';
      row[1].forEach(function (words) {
        if (!Array.isArray(words)) { element('td', words || 'none', line); return; }
        var list = element('ul', '', element('td', '', line));
        words.forEach(function (one) { element('li', one, list); });
      });
    });
  }

  // Rows by their keys, in the order of the first authority that has them.
  function aligned(areas, rows, key, words) {
    var keys = [];
    areas.forEach(function (area) {
      rows(area).forEach(function (row) { if (keys.indexOf(key(row)) < 0) { keys.push(key(row)); } });
    });
    return keys.map(function (name) {
      return [name, areas.map(function (area) {
        var own = rows(area).filter(function (row) { return key(row) === name; })[0];
        return own ? words(own) : 'no figure';
      })];
    });
  }

  // The figure of a region, of England or of the neighbours' median, as an authority's own row has it.
  function of(areas, title, region, field) {
    var found = '';
    areas.forEach(function (area) {
      if (found || (region !== null && area.region !== region)) { return; }
      area.rows.forEach(function (row) { if (titled(row) === title) { found = row[field]; } });
    });
    return found || 'no figure';
  }

  function titled(row) { return row.title + ', ' + row.period; }

  function show() {
    var slugs = chosen();
    var areas = slugs.map(function (slug) { return loaded[slug]; }).filter(Boolean);
    place.textContent = '';
    choice(slugs);
    if (!areas.length) { return; }
    var brackets = 'In brackets: intervals. Where two overlap much, do not read the difference.';
    table('Findings', 'What the figures bear out', areas, [['In short', areas.map(function (area) { return area.findings; })]]);
    table('Against what is usual', 'Observed ÷ expected, and the verdict. ' + brackets, areas,
      aligned(areas, function (area) { return area.expected; }, titled, function (row) { return row.ratio + ' – ' + row.verdict; }));
    var regions = areas.map(function (area) { return area.region; }).filter(function (name, at, all) { return all.indexOf(name) === at; });
    var figures = aligned(areas, function (area) { return area.rows; }, titled, function (row) { return row.figure + '; ' + row.count + ' counted'; });
    figures.forEach(function (line) {
      regions.forEach(function (name) { line[1].push(of(areas, line[0], name, 'region')); });
      line[1].push(of(areas, line[0], null, 'england'));
      areas.forEach(function (area) { line[1].push(of([area], line[0], null, 'neighbours')); });
    });
    table('Every figure', 'Rates per 10,000 children, or parts of another count. ' + brackets, areas, figures,
      regions.concat(['England'], areas.map(function (area) { return 'Neighbours of ' + area.name + ' (median)'; })));
    table('The years', 'Rates over the years. ' + brackets, areas,
      aligned(areas, function (area) { return area.trend; }, function (row) { return row[0] + ', ' + row[1]; }, function (row) { return row[2]; }));
    var groups = [];
    areas.forEach(function (area) {
      area.groups.forEach(function (one) {
        var title = one.caption.replace(', ' + area.name, '');
        if (groups.indexOf(title) < 0) { groups.push(title); }
      });
    });
    groups.forEach(function (title) {
      table(title, title + '. ' + brackets, areas, aligned(areas, function (area) {
        var own = area.groups.filter(function (one) { return one.caption.replace(', ' + area.name, '') === title; })[0];
        return own ? own.rows : [];
      }, function (row) { return row[0]; }, function (row) { return row[2] + '; ' + row[1] + ' counted'; }));
    });
    table('About the authorities', 'Inspection, spend, deprivation, boundaries', areas,
      aligned(areas, function (area) { return area.facts; }, function (row) { return row[0]; }, function (row) { return row[1]; }));
  }

  function go(slugs) {
    window.history.pushState(null, '', address(slugs));
    begin();
  }

  function choice(slugs) {
    var search = element('div', '', place);
    search.className = 'search';
    window.disparity.searchBox(search, 'add', slugs.length < MOST ? 'Add an authority' : 'Six is the most: remove one first', function (area) {
      if (slugs.indexOf(area[1]) < 0 && slugs.length < MOST) { go(slugs.concat([area[1]])); }
    });
    if (!slugs.length) { return; }
    var list = element('ul', '', place);
    list.className = 'chosen';
    slugs.forEach(function (slug) {
      var item = element('li', names[slug] + ' ', list);
      var button = element('button', 'Remove', item);
      button.type = 'button';
      button.setAttribute('aria-label', 'Remove ' + names[slug]);
      button.addEventListener('click', function () {
        go(slugs.filter(function (own) { return own !== slug; }));
      });
    });
    var first = loaded[slugs[0]];
    if (first && slugs.length === 1 && first.neighbours.length) {
      var add = element('button', 'Add its five closest statistical neighbours', place);
      add.type = 'button';
      add.className = 'plain-button';
      add.addEventListener('click', function () { go(slugs.concat(first.neighbours.slice(0, MOST - 1))); });
    }
  }

  function begin() {
    var slugs = chosen();
    show();
    slugs.forEach(function (slug) { load(slug, show); });
  }

  place.hidden = false;
  document.querySelector('.no-script').hidden = true;
  window.addEventListener('popstate', begin);
  begin();
}());
