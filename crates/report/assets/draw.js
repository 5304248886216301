// Drawings of what a reader chose, in the style of the drawings of the other pages: rows with intervals, and small
// panels of years. Nothing is told by colour alone, and each is told in words too.
(function () {
  'use strict';
  var INK = '#1A1A1A', GREY = '#6B6B6B', PALE = '#DDDDDD', BLUE = '#12436D', ORANGE = '#F46A25', BAR = '#CFD6DC';
  var WIDTH = 900;

  function made(parent, tag, attributes, words) {
    var own = document.createElementNS('http://www.w3.org/2000/svg', tag);
    Object.keys(attributes).forEach(function (name) { own.setAttribute(name, attributes[name]); });
    if (words) { own.textContent = words; }
    parent.appendChild(own);
    return own;
  }

  function canvas(height, title, description, mark) {
    var svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 ' + WIDTH + ' ' + height);
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', title);
    made(svg, 'title', {}, title);
    made(svg, 'desc', {}, description);
    made(svg, 'rect', { x: 0, y: 0, width: WIDTH, height: height, fill: '#FFFFFF' });
    if (mark) { text(svg, mark, WIDTH - 9, 14, { size: 12, at: 'end', fill: '#b10e1e', bold: true }); }
    return svg;
  }

  function text(svg, words, x, y, how) {
    var look = how || {};
    made(svg, 'text', {
      x: x, y: y, dy: '0.35em', 'font-size': look.size || 12, 'text-anchor': look.at || 'start', fill: look.fill || INK,
      'font-weight': look.bold ? 'bold' : 'normal'
    }, words);
  }

  function line(svg, from, to, stroke, width, dash) {
    var about = { x1: from[0], y1: from[1], x2: to[0], y2: to[1], stroke: stroke, 'stroke-width': width };
    if (dash) { about['stroke-dasharray'] = dash; }
    made(svg, 'line', about);
  }

  function grouped(value) { return Number(value).toLocaleString('en-GB', { maximumFractionDigits: 4 }); }

  // How far an axis must go: to the end of the longest interval, unless that would make the others unreadable.
  function reach(rows, ratios) {
    var high = rows.filter(function (row) { return row.ends; }).map(function (row) { return row.ends[2]; })
      .sort(function (a, b) { return a - b; });
    var usual = high[Math.floor(high.length * 0.85)];
    return !ratios && high.length > 7 && high[high.length - 1] > 2 * usual ? usual * 1.1 : Infinity;
  }

  // A scale from values to pixels with its ticks: from nought, or of ratios, on which twice and half lie equally far from 1.
  function scale(values, start, end, ratios) {
    var finite = values.filter(function (value) { return isFinite(value) && (!ratios || value > 0); });
    if (ratios) {
      var low = Math.min.apply(null, finite.concat([0.8])) * 0.97;
      var high = Math.max.apply(null, finite.concat([1.25])) * 1.03;
      var all = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100];
      return {
        ticks: all.filter(function (tick) { return tick >= low && tick <= high; }),
        at: function (value) { return start + (Math.log(Math.max(value, low)) - Math.log(low)) / (Math.log(high) - Math.log(low)) * (end - start); },
        covers: function (value) { return value >= low && value <= high; }
      };
    }
    var most = Math.max.apply(null, finite.concat([0])) || 1;
    var size = Math.pow(10, Math.floor(Math.log10(most / 5)));
    var step = [1, 2, 2.5, 5, 10].map(function (times) { return times * size; }).filter(function (own) { return own >= most / 5; })[0];
    var top = Math.ceil(most / step) * step;
    var ticks = [];
    for (var i = 0; i * step <= top * 1.0001; i += 1) { ticks.push(Number((i * step).toPrecision(6))); }
    return {
      ticks: ticks,
      at: function (value) { return start + Math.min(value / top, 1) * (end - start); },
      covers: function (value) { return value <= top; }
    };
  }

  function ends(rows) {
    return rows.reduce(function (all, row) { return all.concat(row.ends || [], row.usual || []); }, []);
  }

  // Rows, each a name, `ends` (a figure and its interval), perhaps `usual` (between which most such figures lie), `out`
  // (whether it lies outside), and `words` at its end. A row of a name alone heads those that follow.
  function rows(about) {
    var TOP = 84, ROW = 30, LABELS = 270, RIGHT = WIDTH - 170;
    var height = TOP + about.rows.length * ROW + 34;
    var svg = canvas(height, about.title, about.description, about.mark);
    text(svg, about.heading, 12, 18, { size: 16, bold: true });
    text(svg, about.measure, 12, 38, { size: 13, fill: GREY });
    var line1 = about.against ? [about.against.value] : [];
    var most = reach(about.rows, about.ratios);
    var own = scale(ends(about.rows).concat(line1).map(function (end) { return Math.min(end, most); }), LABELS + 14, RIGHT, about.ratios);
    var bottom = height - 30;
    own.ticks.forEach(function (tick) {
      var is1 = about.ratios && tick === 1;
      line(svg, [own.at(tick), TOP - 8], [own.at(tick), bottom], is1 ? INK : PALE, is1 ? 2 : 1);
      text(svg, grouped(tick), own.at(tick), TOP - 17, { at: 'middle', fill: GREY });
    });
    if (about.against) {
      var x = own.at(about.against.value);
      line(svg, [x, TOP - 8], [x, bottom], INK, 2, '6 4');
      text(svg, about.against.words, x, bottom + 15, { at: 'middle' });
    }
    var points = [];
    about.rows.forEach(function (row, place) {
      var y = TOP + ROW * place + ROW / 2;
      if (!row.ends && row.heads) { text(svg, row.name, 12, y + 4, { size: 13, bold: true, fill: BLUE }); return; }
      text(svg, row.name, LABELS, y, { size: 13, at: 'end', bold: row.strong });
      if (!row.ends) { text(svg, row.words || 'no figure', LABELS + 14, y, { fill: GREY }); return; }
      if (row.usual) {
        made(svg, 'rect', { x: own.at(row.usual[0]), y: y - 8, width: Math.max(1, own.at(row.usual[1]) - own.at(row.usual[0])), height: 16, fill: BAR });
      }
      var colour = row.out ? (row.ends[0] > 1 ? ORANGE : BLUE) : about.ratios ? GREY : BLUE;
      line(svg, [own.at(row.ends[1]), y], [own.at(row.ends[2]), y], colour, 3);
      // What goes on beyond the axis ends in an arrow; its figure stands at the end of the row.
      if (!own.covers(row.ends[2])) {
        var tip = own.at(row.ends[2]) + 9;
        made(svg, 'polygon', { points: [tip, y, tip - 8, y - 5, tip - 8, y + 5].join(' '), fill: colour });
      }
      if (!own.covers(row.ends[1])) {
        var back = own.at(row.ends[1]) - 9;
        made(svg, 'polygon', { points: [back, y, back + 8, y - 5, back + 8, y + 5].join(' '), fill: colour });
      }
      if (own.covers(row.ends[0])) {
        made(svg, 'circle', { cx: own.at(row.ends[0]), cy: y, r: 6, fill: row.out || !about.ratios ? colour : '#FFFFFF', stroke: colour, 'stroke-width': 2 });
      }
      if (row.words) { text(svg, row.words, WIDTH - 12, y, { at: 'end' }); }
      points.push({ x: own.at(row.ends[0]), y: y, title: row.name, lines: row.details || [] });
    });
    return { svg: svg, points: points };
  }

  // A panel for each area on the same axes: its own line with dots and its interval as a band, the lines of the others
  // thin behind it.
  function panels(about) {
    var ACROSS = 2, BOX = [WIDTH / ACROSS, 220], HEAD = 62;
    var height = HEAD + Math.ceil(about.panels.length / ACROSS) * BOX[1] + 8;
    var svg = canvas(height, about.title, about.description, about.mark);
    text(svg, about.heading, 12, 18, { size: 16, bold: true });
    text(svg, about.measure, 12, 38, { size: 13, fill: GREY });
    var years = about.panels.reduce(function (all, own) { return all.concat(own.years); }, []);
    var at = years.map(function (year) { return year[0]; });
    var first = Math.min.apply(null, at), last = Math.max.apply(null, at);
    var high = years.map(function (year) { return year[1][2]; });
    var points = [];
    about.panels.forEach(function (own, place) {
      var x0 = (place % ACROSS) * BOX[0], y0 = HEAD + Math.floor(place / ACROSS) * BOX[1];
      var left = x0 + 50, right = x0 + BOX[0] - 18, top = y0 + 30, bottom = y0 + BOX[1] - 30;
      var vertical = scale(high, bottom, top);
      var across = function (year) { return left + (last > first ? (year - first) / (last - first) : 0.5) * (right - left); };
      text(svg, own.name, x0 + 12, y0 + 12, { size: 13, bold: true });
      vertical.ticks.forEach(function (tick) {
        line(svg, [left, vertical.at(tick)], [right, vertical.at(tick)], PALE, 1);
        text(svg, grouped(tick), left - 7, vertical.at(tick), { size: 11, at: 'end', fill: GREY });
      });
      for (var year = last; year >= first; year -= Math.max(2, Math.ceil((last - first) / 5))) {
        text(svg, String(year), across(year), bottom + 14, { size: 11, at: 'middle', fill: GREY });
      }
      about.panels.forEach(function (other) {
        if (other !== own) { path(svg, other.years, across, vertical, GREY, 0.75); }
      });
      runs(own.years).forEach(function (run) {
        var over = run.map(function (year) { return across(year[0]) + ',' + vertical.at(year[1][2]); });
        var under = run.map(function (year) { return across(year[0]) + ',' + vertical.at(year[1][1]); }).reverse();
        made(svg, 'polygon', { points: over.concat(under).join(' '), fill: BLUE, 'fill-opacity': 0.18 });
      });
      path(svg, own.years, across, vertical, BLUE, 3);
      own.years.forEach(function (year) {
        made(svg, 'circle', { cx: across(year[0]), cy: vertical.at(year[1][0]), r: 3, fill: BLUE });
        points.push({ x: across(year[0]), y: vertical.at(year[1][0]), title: own.name + ', ' + year[0], lines: own.details(year) });
      });
      if (!own.years.length) { text(svg, 'no figures', left + 14, (top + bottom) / 2, { fill: GREY }); }
    });
    return { svg: svg, points: points };
  }

  // Years that follow one another: a gap ends a line.
  function runs(years) {
    return years.reduce(function (all, year) {
      var run = all[all.length - 1];
      if (run && run[run.length - 1][0] === year[0] - 1) { run.push(year); } else { all.push([year]); }
      return all;
    }, []);
  }

  function path(svg, years, across, vertical, stroke, width) {
    runs(years).forEach(function (run) {
      var points = run.map(function (year) { return across(year[0]).toFixed(1) + ',' + vertical.at(year[1][0]).toFixed(1); });
      made(svg, 'polyline', { points: points.join(' '), fill: 'none', stroke: stroke, 'stroke-width': width });
    });
  }

  window.disparity.draw = { rows: rows, panels: panels, grouped: grouped, reach: reach };
}());
