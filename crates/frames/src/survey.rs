//! A survey, a row for each respondent or for each answer, to counts of answers.

mod count;
mod describe;

use std::path::Path;

use disparity_core::SurveyCounts;

pub use self::describe::SurveyDescription;
use crate::error::{TableError, TableErrors, Wrong};
use crate::read::Known;
use crate::source::Source;
use count::Answers;

/// Reads a survey and counts its answers: of everyone, by each group and by area, and by group within areas never, as
/// such counts are too small to say anything.
///
/// # Errors
/// A file that cannot be read, a column that is not there, an area that is none, an answer that nobody was asked for in
/// the description's list, a weight that is no positive number, and a respondent who answers a question twice: each with
/// its row.
pub fn read_survey(
    path: &Path,
    description: &SurveyDescription,
    known: Known<'_>,
) -> Result<SurveyCounts, TableErrors> {
    let source = Source::open(path, description.sheet.as_deref())?;
    let wanted = description.wanted();
    let columns = source.places(&wanted)?;
    let mut wrong = Wrong::default();
    let mut answers = Answers::new(description, &wanted, known);
    for part in 0..source.parts() {
        let read = source.read(part, &columns, &mut |batch| {
            for row in 0..batch.rows {
                answers.row(&source.name, &batch, row, &mut wrong);
            }
            Ok(())
        });
        read.map_err(|error| source.located(error.into()))?;
    }
    if wrong.is_empty() && answers.is_empty() {
        let what = "the survey has a heading but nobody who was asked anything";
        wrong.add(TableError::of_file(
            &source.name,
            what,
            "give a survey with rows",
        ));
    }
    match wrong.into_errors() {
        Some(errors) => Err(source.located(errors)),
        None => Ok(answers.counts()),
    }
}
