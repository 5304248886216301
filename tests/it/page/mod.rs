//! Every number on the page is the one in the files: each table of the page is gone through cell by
//! cell, the numbers of a cell are read as they are printed, and each must be the figure of the files
//! to the last digit that is shown. A table that nobody knows, and a number that nobody asked the files
//! for, are failures.

mod axes;
pub(crate) mod captions;
pub(crate) mod files;
pub(crate) mod tables;

use std::fmt::Write as _;

use files::Run;

/// A table of the page.
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// The text of every piece between two marks.
fn between<'t>(text: &'t str, open: &'t str, close: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| rest.split_once(close).map(|(piece, _)| piece))
}

/// A cell's text, its tags gone and its entities read.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    for (entity, c) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, c);
    }
    text.trim().to_owned()
}

/// What is in the cells of a row, whichever tag they have.
fn cells(row: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut rest = row;
    while let Some(at) = ["<th", "<td"].iter().filter_map(|tag| rest.find(tag)).min() {
        let tag = &rest[at + 1..at + 3];
        let start = at + rest[at..].find('>').unwrap() + 1;
        let end = start + rest[start..].find(&format!("</{tag}>")).unwrap();
        cells.push(plain(&rest[start..end]));
        rest = &rest[end..];
    }
    cells
}

pub(crate) fn tables(page: &str) -> Vec<Table> {
    let table = |html: &str| {
        let (head, body) = html.split_once("</thead>").unwrap();
        Table {
            caption: plain(between(head, "<caption>", "</caption>").next().unwrap()),
            header: cells(head.split_once("<thead>").unwrap().1),
            rows: between(body, "<tr", "</tr>").map(cells).collect(),
        }
    };
    between(page, "<table", "</table>").map(table).collect()
}

/// A number as it is printed: its value and how many decimals it shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shown {
    pub(crate) value: f64,
    decimals: i32,
}

impl Shown {
    /// Whether a figure is this one once it is rounded as it is shown.
    fn is(self, figure: f64) -> bool {
        let half = 0.5 * 10_f64.powi(-self.decimals);
        (self.value - figure).abs() <= half * (1.0 + 1e-6) + 1e-9 * figure.abs()
    }
}

/// The numbers of a text in order: `−3.1% (−4.0% to −2.2%)` has three.
pub(crate) fn numbers(text: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    let mut digits = String::new();
    let mut negative = false;
    let mut before = ' ';
    for c in text.chars().chain([' ']) {
        let part = c.is_ascii_digit() || (!digits.is_empty() && (c == ',' || c == '.'));
        if part {
            if digits.is_empty() {
                negative = before == '−' || before == '-';
            }
            if c != ',' {
                digits.push(c);
            }
        } else if !digits.is_empty() {
            let text = digits.trim_end_matches('.');
            let decimals = text.split_once('.').map_or(0, |(_, part)| part.len());
            let value: f64 = text.parse().unwrap();
            found.push(Shown {
                value: if negative { -value } else { value },
                decimals: i32::try_from(decimals).unwrap(),
            });
            digits.clear();
        }
        before = c;
    }
    found
}

/// What went right and wrong on the way.
#[derive(Default)]
pub(crate) struct Walk {
    pub(crate) right: usize,
    pub(crate) wrong: String,
}

impl Walk {
    /// Holds the numbers of a cell against figures of the files; a cell without a number must have the
    /// symbol of the files.
    pub(crate) fn cell(&mut self, place: &str, cell: &str, figures: &Found) {
        let (shown, same) = match figures {
            Found::Symbol(symbol) => (1, cell == format!("[{symbol}]")),
            Found::Nothing => (1, cell.is_empty()),
            Found::Words(words) => (1, cell == words),
            Found::Figures(figures) => {
                let shown = numbers(cell);
                let all = shown.len() == figures.len()
                    && shown.iter().zip(figures).all(|(shown, own)| shown.is(*own));
                (shown.len(), all)
            }
        };
        if same {
            self.right += shown;
        } else {
            let _ = writeln!(self.wrong, "{place}: {cell:?} is not {figures:?}");
        }
    }
}

/// What the files have for a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// Numbers in the order in which they are printed.
    Figures(Vec<f64>),
    /// Why there is none.
    Symbol(String),
    /// Nothing is said.
    Nothing,
    /// Words that must be the same.
    Words(String),
}

#[test]
fn every_number_on_the_page_is_in_the_files() {
    let folder = crate::outputs::run();
    let run = Run::read(&folder);
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap();
    let mut walk = Walk::default();
    for table in tables(&page) {
        tables::check(&run, &table, &mut walk);
    }
    let of_tables = walk.right;
    for figure in between(&page, "<figcaption>", "</figcaption>") {
        captions::check(&run, &plain(figure), &mut walk);
    }
    let wrong = walk.wrong.lines().count();
    crate::support::say(&format!(
        "page: {} of {} figures are those of the files",
        walk.right,
        walk.right + wrong
    ));
    assert!(walk.wrong.is_empty(), "{}", walk.wrong);
    // Every authority has its indicators with intervals, and the charts their tables.
    assert!(of_tables > 8_000, "{of_tables}");
    assert!(walk.right > of_tables + 20);
}

#[test]
fn a_wrong_number_is_found() {
    let figures = Found::Figures(vec![66.6, 59.7, 74.1]);
    let right = |cell: &str| {
        let mut walk = Walk::default();
        walk.cell("", cell, &figures);
        walk.right == 3 && walk.wrong.is_empty()
    };
    assert!(right("67 (60 to 74)"));
    assert!(right("66.6 (59.7 to 74.1)"));
    assert!(!right("66 (60 to 74)"));
    assert!(!right("67 (60 to 75)"));
    assert!(!right("67 (60)"));
    assert!(!right("[x]"));
    let change = numbers("−3.1% (−4.0% to +2.2%), 1,234.5");
    let values: Vec<f64> = change.iter().map(|shown| shown.value).collect();
    assert_eq!(values, [-3.1, -4.0, 2.2, 1234.5]);
}
