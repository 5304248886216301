//! A chart and a table as a page shows them.

use serde::Serialize;

use crate::charts::{Chart, DataTable, Spot};
use crate::format::grouped;

/// A chart in a page.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    /// What it is of: where the page on reading explains such charts.
    kind: &'static str,
    title: String,
    description: String,
    svg: String,
    source: String,
    /// The figures it was drawn from, unless they stand in a table of the page.
    table: Option<Table>,
    /// Where they stand otherwise.
    beside: &'static str,
    /// Where the drawing shows which row of that table: `x,y,row` of each, counted from nought.
    spots: String,
}

impl Figure {
    /// A chart whose figures stand under it.
    pub(super) fn of(kind: &'static str, chart: Chart) -> Self {
        let rows = chart
            .table
            .rows
            .iter()
            .map(|row| (row[0].as_str(), row.get(1)));
        Self {
            spots: spots(&chart.spots, &rows.collect::<Vec<_>>()),
            svg: inline(&chart.svg),
            kind,
            title: chart.title,
            description: chart.description,
            source: chart.source,
            table: (!chart.table.rows.is_empty()).then(|| Table::of(chart.table)),
            beside: "",
        }
    }

    /// A chart whose figures stand in a table of the page, by its name in the page, whose rows begin with these.
    pub(super) fn beside(
        kind: &'static str,
        chart: Chart,
        (table, rows): (&'static str, &[&str]),
    ) -> Self {
        let rows: Vec<_> = rows.iter().map(|row| (*row, None)).collect();
        Self {
            table: None,
            beside: table,
            spots: spots(&chart.spots, &rows),
            ..Self::of(kind, chart)
        }
    }
}

/// The places of a drawing, each with its row by its first field, and its second where the place has one.
fn spots(found: &[Spot], rows: &[(&str, Option<&String>)]) -> String {
    let of = |spot: &Spot| {
        let is_own = |(first, second): &(&str, Option<&String>)| {
            *first == spot.row && (spot.second.is_none() || spot.second.as_ref() == *second)
        };
        let row = rows.iter().position(is_own)?;
        Some(format!("{},{},{row}", spot.at.0, spot.at.1))
    };
    found.iter().filter_map(of).collect::<Vec<_>>().join(" ")
}

/// A table of texts.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// A heading, and whether what stands under it is figures or long sentences.
#[derive(Debug, Serialize)]
struct Column {
    name: String,
    figures: bool,
    long: bool,
}

/// Texts with more letters need room.
const LONG: usize = 40;

impl Table {
    pub(super) fn of(table: DataTable) -> Self {
        let columns = table
            .columns
            .into_iter()
            .enumerate()
            .map(|(at, name)| Column {
                long: table.rows.iter().any(|row| row[at].chars().count() > LONG),
                figures: at > 0 && table.rows.iter().all(|row| is_figure(&row[at])),
                name,
            });
        Self {
            caption: table.caption,
            columns: columns.collect(),
            rows: table.rows,
        }
    }
}

/// Whether a text is a figure, or stands where there is none.
fn is_figure(text: &str) -> bool {
    text.is_empty()
        || text.starts_with(|first: char| first.is_ascii_digit() || "−+[<>".contains(first))
}

/// The drawing without what does not belong inside a page or says nothing there, as a page has several: the prologue,
/// what is so by default, line ends, and digits of sizes that nobody sees.
fn inline(svg: &str) -> String {
    let drawing = svg.find("<svg").map_or("", |at| &svg[at..]);
    let mut text = drawing.replace('\n', "");
    for said in [
        " opacity=\"1\"",
        " font-family=\"sans-serif\"",
        " stroke=\"none\"",
        " stroke-width=\"1\"",
        " text-anchor=\"start\"",
    ] {
        text = text.replace(said, "");
    }
    once(&shortened(&text.replace(" \"/>", "\"/>")))
}

/// The text with one circle where one lies on a white one of the same size.
fn once(text: &str) -> String {
    const UNDER: &str = " fill=\"#FFFFFF\"/><circle ";
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(UNDER) {
        let (before, after) = (&rest[..at], &rest[at + UNDER.len()..]);
        let place = before
            .rfind("<circle ")
            .map_or("", |start| &before[start + 8..]);
        match after.strip_prefix(place).filter(|_| !place.is_empty()) {
            Some(over) => {
                short.push_str(before);
                rest = over;
                if let Some(hollow) = over.strip_prefix(" fill=\"none\"") {
                    short.push_str(" fill=\"#FFFFFF\"");
                    rest = hollow;
                }
            }
            None => {
                short.push_str(&rest[..at + UNDER.len()]);
                rest = after;
            }
        }
    }
    short + rest
}

/// The text with sizes of letters to two decimals.
fn shortened(text: &str) -> String {
    const SIZE: &str = "font-size=\"";
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SIZE) {
        let (before, size) = rest.split_at(at + SIZE.len());
        short.push_str(before);
        let end = size.find('"').unwrap_or(0);
        match size[..end].parse::<f64>() {
            Ok(found) => short.push_str(&grouped(found, 1)),
            Err(_) => short.push_str(&size[..end]),
        }
        rest = &size[end..];
    }
    short + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_the_same_with_fewer_letters() {
        let svg = "<?xml?>\n<svg a=\"b\">\n<text opacity=\"1\" font-size=\"9.67741935483871\" x=\"2\">\n\
                   67 (60 to 74)\n</text>\n<polyline points=\"1,2 3,4 \"/>\n</svg>\n";
        assert_eq!(
            inline(svg),
            "<svg a=\"b\"><text font-size=\"9.7\" x=\"2\">67 (60 to 74)</text><polyline points=\"1,2 3,4\"/></svg>"
        );
    }

    #[test]
    fn a_dot_is_drawn_once() {
        let white = "<circle cx=\"1\" cy=\"2\" r=\"4\" fill=\"#FFFFFF\"/>";
        let filled = "<circle cx=\"1\" cy=\"2\" r=\"4\" fill=\"#12436D\"/>";
        let hollow = "<circle cx=\"1\" cy=\"2\" r=\"4\" fill=\"none\" stroke=\"#6B6B6B\"/>";
        let other = "<circle cx=\"9\" cy=\"2\" r=\"4\" fill=\"#12436D\"/>";
        assert_eq!(
            once(&format!("{white}{filled}{white}")),
            format!("{filled}{white}")
        );
        let whole = hollow.replace("none", "#FFFFFF");
        assert_eq!(
            once(&format!("{white}{hollow}{filled}")),
            format!("{whole}{filled}")
        );
        let apart = format!("{white}{other}");
        assert_eq!(once(&apart), apart);
    }

    #[test]
    fn a_spot_names_the_row_of_a_table() {
        let spot = |row: &str, second: Option<&str>| Spot {
            at: (3, 4),
            row: row.to_owned(),
            second: second.map(str::to_owned),
        };
        let years = ["2024".to_owned(), "2025".to_owned()];
        let rows = [("a", Some(&years[0])), ("a", Some(&years[1])), ("b", None)];
        let found = [spot("a", Some("2025")), spot("c", None), spot("b", None)];
        assert_eq!(spots(&found, &rows), "3,4,1 3,4,2");
    }

    #[test]
    fn figures_are_told_from_words() {
        for text in ["67 (60 to 74)", "[c]", "−3.1%", "", ">99%"] {
            assert!(is_figure(text), "{text}");
        }
        assert!(!is_figure("within what is usual") && !is_figure("Hull"));
    }
}
