// Details of the points of a chart: on pointing, on touch and with arrow keys. They say what the table beside the chart
// says; Escape closes them. Where a page is of all authorities, one that is chosen is marked in every chart and table,
// and the choice is in the address.
(function () {
  'use strict';
  var NEAR = 24;
  var all = [];

  function element(tag, words, parent) {
    var made = document.createElement(tag);
    if (words) { made.textContent = words; }
    if (parent) { parent.appendChild(made); }
    return made;
  }

  // A ring around a point, which is nowhere as yet.
  function ring(svg, name) {
    var made = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    made.setAttribute('r', name === 'mark' ? 9 : 11);
    made.setAttribute('class', name);
    svg.appendChild(made);
    put(made, null);
    return made;
  }

  function put(made, point) {
    made.setAttribute('visibility', point ? 'visible' : 'hidden');
    if (!point) { return; }
    made.setAttribute('cx', point.x);
    made.setAttribute('cy', point.y);
  }

  // Gives a drawing's points details. `box` is what scrolls, and can be focused; each point has its place in the
  // drawing (`x`, `y`), a `title` and `lines`.
  function details(box, svg, points, source) {
    if (!points.length) { return; }
    var size = svg.viewBox.baseVal.width ? svg.viewBox.baseVal : { width: Number(svg.getAttribute('width')), height: Number(svg.getAttribute('height')) };
    var tip = element('div', '', box);
    tip.className = 'tip';
    tip.setAttribute('role', 'status');
    tip.hidden = true;
    var mark = ring(svg, 'mark');
    var shown = -1;
    // After Escape the arrow keys scroll, until the chart is left.
    var resting = false;
    var own = { points: points, svg: svg, hide: hide, rest: function () { resting = shown >= 0; hide(); } };
    box.setAttribute('data-details', points.length);

    function factor() { return svg.getBoundingClientRect().width / size.width; }

    function show(at) {
      var point = points[at];
      if (!point) { hide(); return; }
      all.forEach(function (other) { if (other !== own) { other.hide(); } });
      shown = at;
      tip.textContent = '';
      element('strong', point.title, tip);
      point.lines.forEach(function (words) { element('span', words, tip); });
      if (source) { element('span', source, tip).className = 'also'; }
      var times = factor();
      var x = point.x * times;
      var y = point.y * times;
      put(mark, point);
      tip.hidden = false;
      var room = box.clientWidth;
      var left = Math.max(box.scrollLeft + 4, Math.min(x + 14, box.scrollLeft + room - tip.offsetWidth - 4));
      var below = y + 14;
      tip.style.left = left + 'px';
      tip.style.top = (below + tip.offsetHeight > svg.getBoundingClientRect().height ? Math.max(0, y - tip.offsetHeight - 14) : below) + 'px';
    }

    function hide() {
      shown = -1;
      tip.hidden = true;
      put(mark, null);
    }

    function nearest(event) {
      var place = svg.getBoundingClientRect();
      var times = factor();
      var best = -1, far = Infinity;
      points.forEach(function (point, at) {
        var away = Math.hypot(point.x * times - (event.clientX - place.left), point.y * times - (event.clientY - place.top));
        if (away < far) { far = away; best = at; }
      });
      return far <= NEAR ? best : -1;
    }

    svg.addEventListener('pointermove', function (event) {
      var at = nearest(event);
      if (at >= 0 && at !== shown) { show(at); }
    });
    svg.addEventListener('pointerdown', function (event) {
      var at = nearest(event);
      if (at >= 0) { show(at); } else { hide(); }
    });
    box.addEventListener('pointerleave', function (event) {
      // A finger leaves whenever it is lifted.
      if (event.pointerType !== 'touch' && document.activeElement !== box) { hide(); }
    });
    box.addEventListener('blur', function () { resting = false; hide(); });
    box.addEventListener('keydown', function (event) {
      var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.target !== box || !step || resting || event.altKey || event.ctrlKey || event.metaKey) { return; }
      event.preventDefault();
      show(shown < 0 ? (step > 0 ? 0 : points.length - 1) : Math.max(0, Math.min(points.length - 1, shown + step)));
      mark.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    all.push(own);
  }

  document.addEventListener('pointerdown', function (event) {
    all.forEach(function (own) { if (!own.svg.contains(event.target)) { own.hide(); } });
  });
  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') { all.forEach(function (own) { own.rest(); }); }
  });

  // What a row of a table says: each cell under its heading.
  function told(table, row) {
    var heads = Array.prototype.map.call(table.tHead.rows[0].cells, function (head) { return head.textContent; });
    return Array.prototype.slice.call(row.cells, 1).map(function (cell, at) {
      return cell.textContent ? heads[at + 1] + ': ' + cell.textContent : '';
    }).filter(Boolean);
  }

  // The points of a drawing that was made before: where each is, and of which row of which table of the page it is.
  Array.prototype.forEach.call(document.querySelectorAll('figure[data-points]'), function (figure) {
    var beside = figure.getAttribute('data-table');
    var table = beside ? document.querySelector('table[data-name="' + beside + '"], figure.' + beside + ' details table') : figure.querySelector('details table');
    var svg = figure.querySelector('svg');
    if (!table || !svg) { return; }
    // The order that it was written in, however it is sorted later.
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var points = figure.getAttribute('data-points').split(' ').map(function (one) {
      var parts = one.split(',');
      var row = rows[Number(parts[2])];
      return { x: Number(parts[0]), y: Number(parts[1]), title: row.cells[0].textContent, lines: told(table, row) };
    });
    var source = figure.querySelector('.source');
    details(svg.closest('.scroll'), svg, points, source && source.textContent);
    hint(figure.querySelector('.read'), svg.closest('.scroll'));
  });

  // Said once of all charts of a page; each names it as its description.
  function hint(before, box) {
    box.setAttribute('aria-describedby', 'chart-hint');
    if (document.getElementById('chart-hint')) { return; }
    var words = 'Point at a chart or touch it to see the figures of a point; in a chart that has the focus, arrow keys go from point to point, and Escape ends that.';
    var made = element('p', words);
    made.className = 'read only-here';
    made.id = 'chart-hint';
    before.parentNode.insertBefore(made, before.nextSibling);
  }

  // One authority of all, marked wherever the page has it.
  function highlighted(place) {
    var said = element('p', '');
    said.setAttribute('role', 'status');
    var wanted = new URLSearchParams(window.location.search).get('highlight');
    var areas = window.disparityAreas || [];
    var rings = all.map(function (own) { return [own, ring(own.svg, 'highlight')]; });
    function show(area) {
      var name = area ? area[0] : '';
      rings.forEach(function (one) {
        put(one[1], name ? one[0].points.filter(function (point) { return point.title === name; })[0] : null);
      });
      var line = null;
      Array.prototype.forEach.call(document.querySelectorAll('main tbody tr'), function (row) {
        var is = Boolean(name) && row.cells[0].textContent === name;
        row.classList.toggle('own', is);
        if (is && !line) { line = row; }
      });
      said.textContent = '';
      if (!area) { return; }
      element('a', name, said).href = window.disparity.root + 'authority/' + area[1] + '.html';
      said.appendChild(document.createTextNode(line ? ': ' + told(line.closest('table'), line).join('; ') + '. ' : ': no figure here. '));
      var end = element('button', 'Take the mark away', said);
      end.type = 'button';
      end.className = 'plain-button';
      end.addEventListener('click', function () { go(null); place.querySelector('input').focus(); });
    }
    function go(area) {
      var address = window.location.pathname + (area ? '?highlight=' + area[1] : '') + window.location.hash;
      window.history.replaceState(null, '', address);
      show(area);
    }
    place.hidden = false;
    window.disparity.searchBox(place, 'highlight', 'Mark an authority in every chart and table of this page', go);
    place.parentNode.insertBefore(said, place.nextSibling);
    show(areas.filter(function (area) { return area[1] === wanted; })[0]);
  }

  var place = document.getElementById('mark');
  if (place) { highlighted(place); }

  window.disparity.details = details;
  window.disparity.hint = hint;
}());
