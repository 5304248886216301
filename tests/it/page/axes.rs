//! What a chart draws lies where its figures lie: every dot and both ends of every interval. None of the
//! built-in figures needs a bar that is cut; how one is marked is tested where it is drawn.

use super::files::{Run, TOTAL};
use super::{between, tables};

/// A dot and the bar through it.
#[derive(Debug)]
struct Drawn {
    dot: f64,
    bar: [f64; 2],
}

fn attribute(tag: &str, name: &str) -> f64 {
    let open = format!(" {name}=\"");
    let value = between(tag, &open, "\"").next();
    value.unwrap_or_else(|| panic!("{tag}")).parse().unwrap()
}

/// The dots of a chart of rows from the top, each with its bar.
fn drawn(svg: &str) -> Vec<Drawn> {
    let mut bars: Vec<(f64, [f64; 2])> = Vec::new();
    for points in between(svg, "points=\"", "\"") {
        let ends: Vec<f64> = points
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().unwrap())
            .collect();
        if let [x1, y1, x2, y2] = ends.as_slice()
            && (y1 - y2).abs() < 1e-9
        {
            bars.push((*y1, [*x1, *x2]));
        }
    }
    // A dot is two circles, the first of which hides what is under it.
    let circles: Vec<&str> = svg.split("<circle").skip(1).collect();
    circles
        .chunks(2)
        .map(|pair| {
            let y = attribute(pair[0], "cy");
            let bar = bars.iter().find(|bar| (bar.0 - y).abs() < 1e-9);
            Drawn {
                dot: attribute(pair[0], "cx"),
                bar: bar
                    .unwrap_or_else(|| panic!("no bar through {}", pair[0]))
                    .1,
            }
        })
        .collect()
}

/// Holds what is drawn against figures with their intervals, in the same order, on a scale that the first
/// and the furthest dot tell.
fn check(name: &str, svg: &str, figures: &[[f64; 3]]) {
    let drawn = drawn(svg);
    assert_eq!(drawn.len(), figures.len(), "{name}");
    let first = figures[0][0];
    let far = |i: &usize| (figures[*i][0] - first).abs();
    let other = (0..figures.len())
        .max_by(|a, b| far(a).total_cmp(&far(b)))
        .unwrap();
    let per = (drawn[other].dot - drawn[0].dot) / (figures[other][0] - first);
    let place = |value: f64| drawn[0].dot + per * (value - first);
    for (own, [value, low, high]) in drawn.iter().zip(figures) {
        // Pixels are whole, and so are those that the scale was found from.
        let near = |drawn: f64, value: f64| (drawn - place(value)).abs() <= 2.0;
        assert!(
            near(own.dot, *value) && near(own.bar[0], *low) && near(own.bar[1], *high),
            "{name}: {value} ({low} to {high}) is drawn at {own:?}"
        );
    }
}

#[test]
fn what_is_drawn_lies_where_its_figures_lie() {
    let folder = crate::outputs::run();
    let run = Run::read(&folder);
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap();
    let svg = |name: &str| std::fs::read_to_string(folder.join("charts").join(name)).unwrap();
    let mut charts = 0;
    for table in tables(&page) {
        let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
        let kind = match header.as_slice() {
            ["Authority", "Region", "Count", ..] => "league",
            ["Authority", "Region", "Ratio (95% interval)", ..] => "caterpillar",
            ["Ethnic group", ..] => "ethnicity",
            _ => continue,
        };
        let own = run.titled(&table.caption);
        let year = super::tables::year(&table.caption);
        let figure = |row: &Vec<String>| -> Option<[f64; 3]> {
            let columns = ["estimate", "conf_low", "conf_high"];
            let found = match kind {
                "ethnicity" => {
                    let group = [row[0].as_str(), "Total", "Total", "Total", "Total"];
                    Run::england(&run.estimates, &own.name, year, &group)?
                }
                _ => {
                    let key = (own.name.as_str(), year, run.code(&row[0]));
                    if kind == "caterpillar" {
                        let found = Run::authority(&run.effects, key, &["structural_full"])?;
                        let ln = |column| Some(found.number(column)?.ln());
                        return Some([ln("ratio")?, ln("conf_low")?, ln("conf_high")?]);
                    }
                    Run::authority(&run.estimates, key, &TOTAL)?
                }
            };
            let of = |at: usize| found.number(columns[at]);
            Some([of(0)?, of(1)?, of(2)?])
        };
        let figures: Vec<[f64; 3]> = table.rows.iter().filter_map(figure).collect();
        let file = match kind {
            "ethnicity" => format!("ethnicity_{}_E92000001.svg", own.name),
            kind => format!("{kind}_{}.svg", own.name),
        };
        check(&file, &svg(&file), &figures);
        charts += 1;
    }
    assert!(charts >= 5, "{charts}");
}
