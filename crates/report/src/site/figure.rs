//! A chart and a table as a page shows them.

use serde::Serialize;

use crate::charts::{Chart, DataTable};
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
}

impl Figure {
    /// A chart whose figures stand under it.
    pub(super) fn of(kind: &'static str, chart: Chart) -> Self {
        Self {
            svg: inline(&chart.svg),
            kind,
            title: chart.title,
            description: chart.description,
            source: chart.source,
            table: (!chart.table.rows.is_empty()).then(|| Table::of(chart.table)),
            beside: "",
        }
    }

    /// A chart whose figures stand in a table of the page, by its name in the page.
    pub(super) fn beside(kind: &'static str, chart: Chart, table: &'static str) -> Self {
        Self {
            table: None,
            beside: table,
            ..Self::of(kind, chart)
        }
    }
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
    ] {
        text = text.replace(said, "");
    }
    shortened(&text.replace(" \"/>", "\"/>"))
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
    fn figures_are_told_from_words() {
        for text in ["67 (60 to 74)", "[c]", "−3.1%", "", ">99%"] {
            assert!(is_figure(text), "{text}");
        }
        assert!(!is_figure("within what is usual") && !is_figure("Hull"));
    }
}
