//! A workbook of a run: what stands on its cover, and its tables, each on a sheet of its own.

use disparity_core::Date;
use disparity_core::document::{Document, DocumentError, Section, Table};

use crate::view::View;

/// The workbook of a release: `tables` are of that release, `notes` what a reader must know of all of them. It speaks for
/// a day.
///
/// # Errors
/// [`DocumentError`], where something that has no words would stand in it.
pub fn run_document(
    view: View<'_>,
    date: Date,
    tables: Vec<Table>,
    notes: Vec<String>,
) -> Result<Document, DocumentError> {
    let whose = view
        .chosen_names()
        .unwrap_or_else(|| format!("every local authority in {}", view.nation()));
    let indicators = &view.plan.indicators;
    let what = match &indicators[..] {
        [only] => view.indicator(*only).title.clone(),
        several => format!("{} indicators of children’s social care", several.len()),
    };
    let sources = view.sources(indicators);
    let mut document = Document::new(format!("{what}: {whose}"), date)
        .description(format!(
            "Rates and proportions with intervals, what is expected, and comparisons, of {whose}."
        ))
        .about("Areas", whose)
        .about("Dated", date.to_string())
        .about(
            "Intervals",
            format!(
                "A figure is shown with its {} interval. An interval for a ratio that contains 1 is no evidence of a \
                 difference, and with many comparisons some will leave out 1 by chance.",
                view.level()
            ),
        )
        .about(
            "Sources",
            sources.strip_prefix("Source: ").unwrap_or(&sources),
        );
    if let Some(words) = view.says_of_itself() {
        document = document.about("Before you share this", words);
    }
    for note in notes {
        document = document.note(note);
    }
    for table in tables {
        document = document.section(Section::new(table.caption().to_owned()).table(table));
    }
    document.check()?;
    Ok(document)
}
