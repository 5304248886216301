//! Answers from records as rows of texts: which columns they have, once, for every format.

mod earlier;
mod journeys;
mod prior_help;
mod survey;

use disparity_core::{Catalogue, Journeys, Period};

pub use earlier::{EarlierError, EarlierOutputs, EarlierQuestion};
pub use journeys::{JOURNEY_HEADER, journey_rows};
pub use prior_help::{PRIOR_HELP_HEADER, PriorHelpTable};
pub use survey::{SURVEY_HEADER, survey_rows};

/// Level, code, old code and name of an authority, or of all that are loaded.
#[must_use]
pub fn la_name(
    journeys: &Journeys,
    catalogue: &Catalogue,
    authority: Option<usize>,
) -> [String; 4] {
    let Some(authority) = authority.and_then(|at| journeys.authorities().get(at)) else {
        return [
            "Loaded authorities".into(),
            String::new(),
            String::new(),
            "All loaded authorities".into(),
        ];
    };
    let code = authority
        .area
        .map_or_else(String::new, |area| area.to_string());
    let name = authority.area.map_or_else(
        || authority.old_la_code.clone(),
        |area| catalogue.areas.name(area),
    );
    [
        "Local authority".into(),
        code,
        authority.old_la_code.clone(),
        name,
    ]
}

/// Years of entry that are put together.
#[must_use]
pub fn span(from: Period, to: Period) -> String {
    if from == to {
        to.to_string()
    } else {
        format!("{from}-{to}")
    }
}
