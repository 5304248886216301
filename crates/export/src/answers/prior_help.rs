//! Rows of prior help, as texts, as CSV and as Arrow.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};
use disparity_core::{Catalogue, Journeys};
use disparity_disclosure::{PriorHelpRow, Release};
use rayon::prelude::*;

use crate::arrow::{ArrowTable, field, plain};
use crate::column::{Column, TableView, Value};
use crate::csv::{self, quoted};
use crate::tables::prior_help::{Line, lines, prior_help};

/// Answers that are worked on at once: five rows each.
const ANSWERS: usize = 1 << 13;

/// The columns, by name.
pub const PRIOR_HELP_HEADER: [&str; 29] = [
    "synthetic",
    "time_period",
    "geographic_level",
    "new_la_code",
    "old_la_code",
    "la_name",
    "indicator",
    "look_back_years",
    "lead_days",
    "mode",
    "group_by",
    "group",
    "group_name",
    "entrants",
    "unlinked",
    "incomplete",
    "estimator",
    "headline",
    "numerator",
    "denominator",
    "estimate",
    "conf_low",
    "conf_high",
    "conf_level",
    "unit",
    "method",
    "symbol",
    "looks_back_into",
    "unprotected",
];

/// Answers, and what their keys mean.
#[derive(Debug, Clone, Copy)]
pub struct PriorHelpTable<'a> {
    /// What may be written.
    pub release: &'a Release<Vec<PriorHelpRow>>,
    /// The authorities and the code sets.
    pub journeys: &'a Journeys,
    /// Names of areas and groups.
    pub catalogue: &'a Catalogue,
}

impl<'a> PriorHelpTable<'a> {
    fn columns(self) -> Vec<Column<'a, Line<'a>>> {
        let reason = self.release.policy().reason();
        prior_help(self.release.rows(), self.journeys, self.catalogue, reason)
    }

    /// The rows as texts, for each answer one for each estimator.
    pub fn rows(self) -> impl Iterator<Item = Vec<String>> + 'a {
        let columns = self.columns();
        let chunks = self.release.rows().chunks(ANSWERS);
        chunks.flat_map(move |answers| {
            let lines = lines(answers);
            let values = values(&columns, &lines);
            let texts = |row| {
                let of = columns.iter().zip(&values);
                of.map(|(column, own)| csv::text(&column.kind, own[row]))
                    .collect()
            };
            (0..lines.len()).map(texts).collect::<Vec<Vec<String>>>()
        })
    }

    /// Writes them as CSV.
    ///
    /// # Errors
    /// Those of the output, as themselves, so that a reader who stops reading is known.
    pub fn write_csv(self, mut out: impl Write) -> io::Result<()> {
        let columns = self.columns();
        out.write_all(csv::header(&columns).as_bytes())?;
        let quoted = quoted(&columns);
        let text = |answers: &&'a [PriorHelpRow]| {
            let lines = lines(answers);
            let rows: Vec<usize> = (0..lines.len()).collect();
            csv::chunk(&columns, &values(&columns, &lines), &quoted, &rows)
        };
        let chunks: Vec<&'a [PriorHelpRow]> = self.release.rows().chunks(ANSWERS).collect();
        for some in chunks.chunks(rayon::current_num_threads()) {
            let texts: Vec<String> = some.par_iter().map(text).collect();
            for text in texts {
                out.write_all(text.as_bytes())?;
            }
        }
        out.flush()
    }

    /// The table in memory. Its schema says where children are invented, and why nothing is withheld where nothing is.
    ///
    /// # Errors
    /// [`ArrowError`], if columns and rows do not fit together.
    pub fn arrow(self) -> Result<ArrowTable, ArrowError> {
        let columns = self.columns();
        let synthetic = self.journeys.synthetic.then(|| "true".to_owned());
        let reason = self.release.policy().reason().map(str::to_owned);
        let about = [("synthetic", synthetic), ("unprotected", reason)];
        let about: HashMap<String, String> = about
            .into_iter()
            .filter_map(|(name, said)| Some((name.to_owned(), said?)))
            .collect();
        let fields: Vec<_> = columns.iter().map(field).collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, about));
        let batch = |answers: &'a [PriorHelpRow]| {
            let lines = lines(answers);
            let arrays = columns.iter().map(|column| plain(column, &lines));
            RecordBatch::try_new(Arc::clone(&schema), arrays.collect())
        };
        let batches = self.release.rows().par_chunks(ANSWERS).map(batch);
        Ok(ArrowTable {
            batches: batches.collect::<Result<_, _>>()?,
            schema,
        })
    }
}

fn values<'a>(columns: &[Column<'a, Line<'a>>], lines: &[Line<'a>]) -> Vec<Vec<Value>> {
    let of = |column| TableView::values(column, lines);
    columns.iter().map(of).collect()
}
