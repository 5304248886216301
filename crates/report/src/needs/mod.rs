//! A needs assessment as a document: findings in sentences, tables and pictures.
//!
//! [`needs_document`] makes the [`Document`] that every format is written from. `sentences.rs` makes its sentences, so
//! that a page, a document, a workbook and a terminal say the same; `rounded.rs` rounds figures of parts so that they add
//! up to their authority's; `layout.rs` places neighbourhoods on a grid, `outlines.rs` draws boundaries that were given;
//! the other files are its sections and pictures.
//!
//! What is expected is drawn as it stands: nothing is computed here but sums, shares and their rounding.

mod basis;
mod dots;
mod expected;
mod frame;
mod layout;
mod names;
mod options;
mod outlines;
mod people;
mod rounded;
mod seen;
pub mod sentences;
mod take;
mod tiles;

#[cfg(test)]
mod tests;

use disparity_core::document::{Document, DocumentError, Section};
use disparity_core::needs::take::Take;
use disparity_core::needs::{NeedsAssessment, SeenAgainstExpected};
use disparity_core::neighbourhoods::{Neighbourhoods, Outlines};
use disparity_core::{Catalogue, Date};
use disparity_disclosure::Release;

pub use options::{NeedsOptions, NeedsSection};

use crate::view::Watermark;

/// A needs assessment with what its keys mean.
#[derive(Debug, Clone, Copy)]
pub struct NeedsView<'a> {
    release: &'a Release<NeedsAssessment>,
    take: Option<&'a Release<Take>>,
    seen: Option<&'a Release<SeenAgainstExpected>>,
    outlines: Option<&'a Outlines>,
    /// What indicators, authorities and groups are called, and where figures come from.
    pub catalogue: &'a Catalogue,
    /// What neighbourhoods, middle layer areas and wards are called, and where they are.
    pub neighbourhoods: &'a Neighbourhoods,
}

impl<'a> NeedsView<'a> {
    /// A view of a release.
    #[must_use]
    pub const fn new(
        release: &'a Release<NeedsAssessment>,
        catalogue: &'a Catalogue,
        neighbourhoods: &'a Neighbourhoods,
    ) -> Self {
        Self {
            release,
            take: None,
            seen: None,
            outlines: None,
            catalogue,
            neighbourhoods,
        }
    }

    /// With what it would take.
    #[must_use]
    pub const fn with_take(self, take: &'a Release<Take>) -> Self {
        Self {
            take: Some(take),
            ..self
        }
    }

    /// With what was seen beside what is expected.
    #[must_use]
    pub const fn with_seen(self, seen: &'a Release<SeenAgainstExpected>) -> Self {
        Self {
            seen: Some(seen),
            ..self
        }
    }

    /// With the outlines of its teams, to be drawn as a map.
    #[must_use]
    pub const fn with_outlines(self, outlines: &'a Outlines) -> Self {
        Self {
            outlines: Some(outlines),
            ..self
        }
    }

    /// What was seen, if counts were given.
    fn seen(&self) -> Option<&'a SeenAgainstExpected> {
        self.seen.map(Release::seen)
    }

    /// What it would take, if that was asked.
    fn take(&self) -> Option<&'a Take> {
        self.take.map(Release::take)
    }

    /// The assessment.
    #[must_use]
    pub const fn assessment(&self) -> &'a NeedsAssessment {
        self.release.assessment()
    }

    /// What drawings and the head of the document say of themselves.
    fn watermark(&self) -> Watermark {
        match self.seen {
            Some(seen) => Watermark::of(seen.seen().provenance, seen.policy()),
            None => Watermark::of(self.assessment().provenance, self.release.policy()),
        }
    }
}

/// The needs assessment of an authority as a document that speaks for a day.
///
/// What the figures rest on (assumptions, limits, methods, sources, what must be said of them) is always in it: without
/// those they cannot be read. [`NeedsOptions`] chooses among the other sections.
///
/// # Errors
/// [`DocumentError`], where something that has no words would stand in it, such as an empty title or team.
pub fn needs_document(
    view: NeedsView<'_>,
    date: Date,
    options: &NeedsOptions,
) -> Result<Document, DocumentError> {
    let authority = view.authority();
    let year = view.assessment().period.year();
    let title = options.title.clone();
    let title = title.unwrap_or_else(|| format!("Children’s needs in {authority}"));
    let mut document = Document::new(title, date)
        .subtitle(format!("Population needs assessment for the year to 31 March {year}"))
        .description(format!(
            "How many children live in {authority} and its neighbourhoods, how many of them would be expected to be in \
             need, and how certain that is."
        ))
        .about("Area", authority)
        .about("Figures up to", format!("31 March {year}"))
        .about("Dated", date.to_string())
        .about("What these figures are", sentences::what_they_are(view))
        .about("Intervals", sentences::intervals(view));
    if let Some(words) = view.watermark().words() {
        document = document.about("Before you share this", words);
    }
    for finding in sentences::findings(view) {
        document = document.finding(finding);
    }
    for section in NeedsSection::ALL {
        if options.sections.contains(&section) {
            document.sections.extend(made(view, section, options)?);
        }
    }
    document.sections.extend(basis::sections(view)?);
    document.check()?;
    Ok(document)
}

/// A section under its heading; none where there is nothing to put into it.
fn made(
    view: NeedsView<'_>,
    section: NeedsSection,
    options: &NeedsOptions,
) -> Result<Option<Section>, DocumentError> {
    let heading = options.heading(section);
    let empty = Section::new(heading);
    Ok(match section {
        NeedsSection::People => Some(people::section(view, empty)?),
        NeedsSection::Expected => Some(expected::of_authority(view, empty)?),
        NeedsSection::Teams => expected::by_team(view, empty)?,
        NeedsSection::Wards => expected::by_ward(view, empty)?,
        NeedsSection::MiddleLayerAreas => expected::by_msoa(view, empty)?,
        NeedsSection::Seen => seen::section(view, empty)?,
        NeedsSection::Take => take::of_changes(view, empty)?,
        NeedsSection::Spend => take::of_spend(view, empty)?,
        NeedsSection::Neighbourhoods => expected::by_neighbourhood(view, empty)?,
    })
}
