// Areas side by side. What is chosen is in the address:
// `compare.html?areas=hackney,camden,england&indicator=referrals&model=national_rate&against=region`.
(function () {
  'use strict';
  var place = document.getElementById('compare');
  var choices = JSON.parse(place.getAttribute('data-choices'));
  // An authority, its ten neighbours, its region and England.
  var MOST = 13;
  var BRACKETS = 'In brackets: ' + choices.level + ' intervals. Where two overlap much, do not read the difference.';
  var names = {};
  var loaded = {};
  var waiting = {};
  choices.above.forEach(function (area) { names[area[1]] = area[0]; });
  (window.disparityAreas || []).forEach(function (area) { names[area[1]] = area[0]; });

  function unique(slug, at, all) { return all.indexOf(slug) === at; }

  function state() {
    var asked = new URLSearchParams(window.location.search);
    var areas = (asked.get('areas') || '').split(',');
    return {
      areas: areas.filter(function (slug) { return names[slug]; }).filter(unique).slice(0, MOST),
      indicator: asked.get('indicator') || '',
      model: asked.get('model') || '',
      against: asked.get('against') || ''
    };
  }

  function address(chosen) {
    var parts = ['areas', 'indicator', 'model', 'against'].map(function (name) {
      var value = name === 'areas' ? chosen.areas.join(',') : chosen[name];
      return value ? name + '=' + value : '';
    }).filter(Boolean);
    return window.location.pathname + (parts.length ? '?' + parts.join('&') : '');
  }

  function changed(more) { return Object.assign({}, state(), more); }

  // Each area's script says what it holds through this.
  window.disparityCompared = function (found) {
    loaded[found.slug] = found;
    (waiting[found.slug] || []).forEach(function (then) { then(); });
    delete waiting[found.slug];
  };

  function load(slug, then) {
    if (loaded[slug]) { return; }
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

  var chooser = element('div', '', place);
  var out = element('div', '', place);
  var status = element('p', '', chooser);
  status.className = 'govuk-visually-hidden';
  status.setAttribute('role', 'status');

  function heading(words, id) {
    var made = element('h2', words, out);
    made.className = 'govuk-heading-l';
    made.id = id;
  }

  function scrolling(label, parent) {
    var made = element('div', '', parent);
    made.className = 'scroll';
    made.tabIndex = 0;
    made.setAttribute('role', 'region');
    made.setAttribute('aria-label', label);
    return made;
  }

  // A table whose columns are the areas, and others beside them, and whose rows are named by a key.
  function table(caption, areas, rows, beside, folded) {
    if (!rows.length) { return; }
    var parent = out;
    if (folded) {
      var details = element('details', '', out);
      details.className = 'govuk-details';
      var summary = element('summary', '', details);
      summary.className = 'govuk-details__summary';
      element('span', folded, summary).className = 'govuk-details__summary-text';
      parent = element('div', '', details);
      parent.className = 'govuk-details__text';
    }
    var made = element('table', '', scrolling(caption, parent));
    element('span', caption, element('caption', '', made));
    var head = element('tr', '', element('thead', '', made));
    element('td', '', head);
    areas.forEach(function (area) {
      var cell = element('th', '', head);
      cell.scope = 'col';
      if (!area.page) { cell.textContent = area.name; return; }
      element('a', area.name, cell).href = area.page;
    });
    (beside || []).forEach(function (name) { element('th', name, head).scope = 'col'; });
    var body = element('tbody', '', made);
    rows.forEach(function (row) {
      var line = element('tr', '', body);
      element('th', row[0], line).scope = 'row';
      row[1].forEach(function (words) {
        if (!Array.isArray(words)) { element('td', words || 'none', line); return; }
        if (!words.length) { element('td', 'none', line); return; }
        var list = element('ul', '', element('td', '', line));
        words.forEach(function (one) { element('li', one, list); });
      });
    });
    var lines = rows.map(function (row) {
      return [row[0]].concat(row[1].map(function (words) { return Array.isArray(words) ? words.join(' ') : words || 'none'; }));
    });
    var columns = [''].concat(areas.map(function (area) { return area.name; }), beside || []);
    window.disparity.download(parent, caption, [columns].concat(lines));
  }

  // Rows by their keys, in the order of the first area that has them.
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

  // The drawing with its words, as on other pages; `numbers` are its figures for a file.
  function figure(drawn, about, numbers) {
    var made = element('figure', '', out);
    made.className = about.kind;
    element('figcaption', about.title, made);
    var box = scrolling('Chart: ' + about.title, made);
    box.appendChild(drawn.svg);
    var read = element('p', about.description + ' ', made);
    read.className = 'read';
    element('a', 'More on reading such a chart', read).href = 'reading.html#' + about.kind;
    element('p', about.source, made).className = 'source';
    window.disparity.details(box, drawn.svg, drawn.points, about.source);
    window.disparity.hint(read, box);
    window.disparity.download(made, about.title, numbers);
  }

  function of(area, indicator) {
    return area.drawn.filter(function (own) { return own.indicator === indicator; })[0];
  }

  function shownEnds(ends, decimals) {
    var words = function (value) { return Number(value).toLocaleString('en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }); };
    return words(ends[0]) + ' (' + words(ends[1]) + ' to ' + words(ends[2]) + ')';
  }

  function counted(count) { return count === null ? 'no figure' : window.disparity.draw.grouped(count); }

  function rateWords(ends) { return shownEnds(ends, ends[0] < 10 ? 1 : 0); }

  function lowered(words) { return words.indexOf('England') === 0 ? words : words.charAt(0).toLowerCase() + words.slice(1); }

  // Against what is usual, of one indicator and model.
  function position(areas, indicator, model) {
    var with_ = areas.filter(function (area) { return area.region && of(area, indicator); });
    if (!with_.length) { return; }
    var found = with_.map(function (area) {
      var own = of(area, indicator);
      return [area, own, own.expected.filter(function (one) { return model ? one.model === model : one.quoted; })[0]];
    });
    var known = found.filter(function (one) { return one[2]; });
    if (!known.length) { element('p', 'There is no such expectation of this indicator.', out); return; }
    var own = known[0][1];
    var outside = known.filter(function (one) { return one[2].out; }).length;
    var about = {
      kind: 'position',
      title: own.title + ', ' + own.period + ', observed ÷ expected (' + lowered(known[0][2].words) + '): ' +
        (outside || 'none') + ' of ' + known.length + (known.length === 1 ? ' authority' : ' authorities') +
        (outside === 1 ? ' lies' : ' lie') + ' further out than is usual between authorities',
      description: 'Each line is one authority. The dot is what was counted divided by what is expected; 1 is as expected. The thin bar is the ' +
        choices.level + ' interval; the wide grey bar is where ' + choices.level + ' of such ratios ordinarily lie. Filled dots lie outside it.',
      source: own.source
    };
    var drawn = window.disparity.draw.rows(Object.assign({
      heading: own.title + ', ' + own.period, measure: 'Observed ÷ expected; 1 is as expected. Expected: ' + lowered(known[0][2].words),
      mark: choices.mark, ratios: true,
      rows: found.map(function (one) {
        return one[2] ? {
          name: one[0].name, ends: one[2].ratio, usual: one[2].usual, out: one[2].out, words: shownEnds(one[2].ratio, 2),
          details: ['Counted: ' + counted(one[1].count), 'Observed ÷ expected: ' + shownEnds(one[2].ratio, 2), one[2].verdict]
        } : { name: one[0].name };
      })
    }, about));
    figure(drawn, about, [['area', 'indicator', 'time_period', 'model', 'observed', 'ratio', 'conf_low', 'conf_high', 'usual_low', 'usual_high', 'verdict']]
      .concat(known.map(function (one) {
        return [one[0].name, indicator, one[1].period, one[2].model, one[1].count].concat(one[2].ratio, one[2].usual || ['', ''], [one[2].verdict]);
      })));
  }

  // Rates of the last year against a line that the reader chose.
  function rates(areas, indicator, against) {
    var known = areas.filter(function (area) { return of(area, indicator); });
    if (!known.length) { return; }
    var own = of(known[0], indicator);
    var words = { england: 'England', region: names[known[0].region_slug] || 'Region', neighbours: 'Neighbours of ' + known[0].name + ' (median)' };
    var value = { england: own.england, region: own.region, neighbours: own.neighbours }[against];
    var about = {
      kind: 'league',
      title: own.title + ', ' + own.period + ', ' + own.unit + ', with ' + choices.level + ' intervals' + (value ? ', against ' + words[against] : ''),
      description: 'Each line is one area. The dot is its figure; the bar is the interval: the longer the bar, the less the figure says.' +
        (value ? ' The dashed line is ' + words[against] + '.' : ''),
      source: own.source
    };
    var drawn = window.disparity.draw.rows(Object.assign({
      heading: own.title + ', ' + own.period, measure: own.unit + ', with ' + choices.level + ' interval', mark: choices.mark,
      against: value ? { value: value, words: words[against] + ' ' + Number(value.toPrecision(3)) } : null,
      rows: known.map(function (area) {
        var found = of(area, indicator);
        return found.rate ? {
          name: area.name, ends: found.rate, words: rateWords(found.rate),
          details: ['Counted: ' + counted(found.count), 'Figure: ' + rateWords(found.rate) + ' ' + found.unit]
        } : { name: area.name };
      })
    }, about));
    figure(drawn, about, [['area', 'indicator', 'time_period', 'count', 'rate', 'conf_low', 'conf_high']].concat(known.map(function (area) {
      var found = of(area, indicator);
      return [area.name, indicator, found.period, found.count === null ? '' : found.count].concat(found.rate || ['', '', '']);
    })));
  }

  function trends(areas, indicator) {
    var known = areas.filter(function (area) { return of(area, indicator); });
    if (!known.length) { return; }
    var own = of(known[0], indicator);
    var about = {
      kind: 'trend',
      title: own.title + ': the years, with ' + choices.level + ' intervals',
      description: 'Each panel is one area over the years ending 31 March, all on the same axes. The thick line with dots is its own, the band is its ' +
        choices.level + ' interval, and the thin lines are the others. A gap is a year without a figure.',
      source: own.source
    };
    var drawn = window.disparity.draw.panels(Object.assign({
      heading: own.title, measure: own.unit, mark: choices.mark,
      panels: known.map(function (area) {
        return { name: area.name, years: of(area, indicator).years, details: function (year) { return ['Figure: ' + rateWords(year[1]) + ' ' + own.unit]; } };
      })
    }, about));
    figure(drawn, about, [['area', 'indicator', 'time_period', 'rate', 'conf_low', 'conf_high']].concat(known.reduce(function (all, area) {
      return all.concat(of(area, indicator).years.map(function (year) { return [area.name, indicator, year[0]].concat(year[1]); }));
    }, [])));
  }

  function groups(areas, indicator) {
    var known = areas.filter(function (area) { var own = of(area, indicator); return own && own.groups.length; });
    if (!known.length) { element('p', 'No figures by ethnic group are published of this indicator.', out); return; }
    var own = of(known[0], indicator);
    var labels = known.reduce(function (all, area) {
      return all.concat(of(area, indicator).groups.map(function (group) { return group[0]; }));
    }, []).filter(unique);
    var rows = labels.reduce(function (all, label) {
      return all.concat([{ name: label, heads: true }], known.map(function (area) {
        var found = of(area, indicator);
        var group = found.groups.filter(function (one) { return one[0] === label; })[0];
        return group ? { name: area.name, ends: group[1], words: rateWords(group[1]), details: [label + ', ' + found.groups_period, 'Figure: ' + rateWords(group[1])] } : { name: area.name };
      }));
    }, []);
    var about = {
      kind: 'ethnicity',
      title: own.title + ', ' + own.groups_period + ': each ethnic group, with ' + choices.level + ' intervals',
      description: 'Each line is one ethnic group of one area, in the order of the published list. The number of children in each group is ' +
        'estimated from pupils of state-funded schools, and the bar includes how far wrong such estimates have been.' +
        (isFinite(window.disparity.draw.reach(rows)) ? ' A bar that ends in an arrow goes on beyond the axis; its figure stands at the end of the line.' : ''),
      source: own.source
    };
    var drawn = window.disparity.draw.rows(Object.assign({
      heading: own.title + ', ' + own.groups_period, measure: own.unit + ', with ' + choices.level + ' interval', mark: choices.mark, rows: rows
    }, about));
    figure(drawn, about, [['area', 'indicator', 'time_period', 'ethnic_group', 'rate', 'conf_low', 'conf_high']].concat(known.reduce(function (all, area) {
      var found = of(area, indicator);
      return all.concat(found.groups.map(function (group) { return [area.name, indicator, found.groups_period, group[0]].concat(group[1]); }));
    }, [])));
  }

  function titled(row) { return row.title + ', ' + row.period; }

  function show() {
    var chosen = state();
    var areas = chosen.areas.map(function (slug) { return loaded[slug]; }).filter(Boolean);
    out.textContent = '';
    choice(chosen, areas);
    if (!areas.length) { return; }
    var indicator = indicators(areas).filter(function (own) { return own[0] === chosen.indicator; }).concat(indicators(areas))[0];
    if (areas.some(function (area) { return area.findings.length; })) {
      heading('What the figures bear out', 'findings');
      table('What the figures bear out. In brackets: ' + choices.level + ' intervals.', areas, [['In short', areas.map(function (area) { return area.findings; })]]);
    }
    if (indicator) {
      heading('Against what is usual', 'usual');
      position(areas, indicator[0], chosen.model);
    }
    var authorities = areas.filter(function (area) { return area.region; });
    table('Observed ÷ expected, and the verdict. ' + BRACKETS, authorities,
      aligned(authorities, function (area) { return area.expected; }, titled, function (row) { return row.ratio + ' – ' + row.verdict; }));
    heading('Every figure', 'figures');
    if (indicator) { rates(areas, indicator[0], chosen.against || 'england'); }
    table('Rates per 10,000 children, or parts of another count. ' + BRACKETS, areas.concat(),
      aligned(areas, function (area) { return area.rows; }, titled, function (row) { return row.figure + '; ' + row.count + ' counted'; })
        .map(function (line) {
          authorities.forEach(function (area) {
            var own = area.rows.filter(function (row) { return titled(row) === line[0]; })[0];
            line[1].push(own ? own.neighbours : 'no figure');
          });
          return line;
        }),
      authorities.map(function (area) { return 'Neighbours of ' + area.name + ' (median)'; }));
    heading('The years', 'years');
    if (indicator) { trends(areas, indicator[0]); }
    table('Rates over the years. ' + BRACKETS, areas,
      aligned(areas, function (area) { return area.trend; }, function (row) { return row[0] + ', ' + row[1]; }, function (row) { return row[2]; }),
      [], 'The figures of all years as a table');
    heading('Ethnic groups', 'groups');
    if (indicator) { groups(areas, indicator[0]); }
    groupTables(areas);
    heading('Inspection, spend and deprivation', 'facts');
    table('Inspection with its date, spend, deprivation and boundaries', authorities,
      aligned(authorities, function (area) { return area.facts; }, function (row) { return row[0]; }, function (row) { return row[1]; }));
    heading('What must not be missed in the data', 'issues');
    table('What must be said of which figures of each area, warnings first', areas,
      aligned(areas, function (area) { return area.issues; }, function (row) { return row.meaning + ' (' + row.severity + ')'; }, function (row) { return row.of.join('; '); })
        .map(function (line) { return [line[0], line[1].map(function (words) { return words === 'no figure' ? '' : words; })]; }));
  }

  function groupTables(areas) {
    var plain = function (one, area) { return one.caption.replace(', ' + area.name, ''); };
    var titles = areas.reduce(function (all, area) {
      return all.concat(area.groups.map(function (one) { return plain(one, area); }));
    }, []).filter(unique);
    titles.forEach(function (title) {
      table(title + '. ' + BRACKETS, areas, aligned(areas, function (area) {
        var own = area.groups.filter(function (one) { return plain(one, area) === title; })[0];
        return own ? own.rows : [];
      }, function (row) { return row[0]; }, function (row) { return row[2] + '; ' + row[1] + ' counted'; }), [], title.split(', with')[0] + ': the figures as a table');
    });
  }

  function indicators(areas) {
    return areas.reduce(function (all, area) {
      return all.concat(area.drawn.map(function (own) { return [own.indicator, own.title]; }));
    }, []).filter(function (own, at, all) { return all.findIndex(function (other) { return other[0] === own[0]; }) === at; });
  }

  function go(chosen) {
    var to = address(chosen);
    try { window.history.pushState(null, '', to); } catch (refused) { window.location.href = to; return; }
    begin();
  }

  // A choice that is an address: it can be opened in a new tab, or copied.
  function link(parent, words, chosen) {
    var made = element('a', words, element('li', '', parent));
    made.href = address(chosen);
    made.addEventListener('click', function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
      event.preventDefault();
      go(chosen);
    });
  }

  function select(parent, id, words, options, value, name) {
    var box = element('div', '', parent);
    var label = element('label', words, box);
    label.htmlFor = id;
    label.className = 'govuk-label';
    var made = element('select', '', box);
    made.id = id;
    made.className = 'govuk-select';
    options.forEach(function (option) {
      var own = element('option', option[1], made);
      own.value = option[0];
      own.selected = option[0] === value;
    });
    made.addEventListener('change', function () {
      var more = {};
      more[name] = made.value;
      go(changed(more));
      document.getElementById(id).focus();
    });
  }

  var lists = element('div', '', chooser);
  var added = false;

  function choice(chosen, areas) {
    if (!added) {
      added = true;
      var search = document.createElement('div');
      search.className = 'search';
      chooser.insertBefore(search, lists);
      window.disparity.searchBox(search, 'add', 'Add an authority', function (area) {
        var now = state();
        if (now.areas.length < MOST) { go(changed({ areas: now.areas.concat([area[1]]) })); }
        var input = document.getElementById('add');
        window.setTimeout(function () { input.value = ''; }, 0);
      });
    }
    lists.textContent = '';
    status.textContent = chosen.areas.length ? 'Side by side: ' + chosen.areas.map(function (slug) { return names[slug]; }).join(', ') : '';
    if (!chosen.areas.length) {
      element('p', 'Or begin with one of these:', lists);
      var beginning = element('ul', '', lists);
      beginning.className = 'columns';
      (window.disparityAreas || []).forEach(function (area) { link(beginning, area[0], Object.assign({}, chosen, { areas: [area[1]] })); });
      return;
    }
    var list = element('ul', '', lists);
    list.className = 'chosen';
    chosen.areas.forEach(function (slug) {
      var item = element('li', names[slug] + ' ', list);
      var button = element('button', 'Remove', item);
      button.type = 'button';
      button.setAttribute('aria-label', 'Remove ' + names[slug]);
      button.addEventListener('click', function () {
        go(changed({ areas: chosen.areas.filter(function (own) { return own !== slug; }) }));
        document.getElementById('add').focus();
      });
    });
    if (chosen.areas.length >= MOST) { element('p', MOST + ' is the most: remove one before adding another.', lists); }
    var more = element('ul', '', lists);
    more.className = 'choices';
    var first = areas[0];
    var adding = function (words, slugs) {
      var all = chosen.areas.concat(slugs.filter(function (slug) { return names[slug]; })).filter(unique).slice(0, MOST);
      if (all.length > chosen.areas.length) { link(more, words, Object.assign({}, chosen, { areas: all })); }
    };
    if (first) {
      first.neighbours.forEach(function (own) {
        var back = chosen.areas.filter(function (slug) { return slug === 'england' || slug.indexOf('region-') === 0; });
        var room = own[1].slice(0, MOST - 1 - back.length);
        var all = [first.slug].concat(room, back).filter(function (slug) { return names[slug]; }).filter(unique);
        if (all.join() !== chosen.areas.join()) {
          link(more, first.name + ' beside its statistical neighbours of ' + own[0], Object.assign({}, chosen, { areas: all }));
        }
      });
      if (first.region_slug) { adding('Add ' + first.region, [first.region_slug]); }
    }
    adding('Add England', ['england']);
    if (!more.children.length) { lists.removeChild(more); }
    if (!areas.length) { return; }
    switches(chosen, areas);
  }

  function switches(chosen, areas) {
    var all = indicators(areas);
    var own = all.filter(function (one) { return one[0] === chosen.indicator; }).concat(all)[0];
    var box = element('div', '', lists);
    box.className = 'switches';
    select(box, 'indicator', 'Draw', all, own && own[0], 'indicator');
    var models = [];
    areas.forEach(function (area) {
      var drawn = own && of(area, own[0]);
      (drawn ? drawn.expected : []).forEach(function (one) {
        if (!models.some(function (other) { return other[0] === one.model; })) { models.push([one.model, one.words, one.quoted]); }
      });
    });
    var quoted = models.filter(function (one) { return one[2]; })[0];
    if (models.length) { select(box, 'model', 'Expected by', models, chosen.model || (quoted && quoted[0]), 'model'); }
    select(box, 'against', 'Line to read rates against', [['england', 'England'], ['region', 'The first one’s region'],
      ['neighbours', 'The first one’s neighbours (median)'], ['none', 'None']], chosen.against || 'england', 'against');
  }

  function begin() {
    show();
    state().areas.forEach(function (slug) { load(slug, show); });
  }

  place.hidden = false;
  document.querySelector('.no-script').hidden = true;
  window.addEventListener('popstate', begin);
  begin();
}());
