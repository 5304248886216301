//! The columns of a needs assessment: what is expected, children, England's rates, assumptions, neighbourhoods.
//!
//! Rows are of one authority and its parts: `part_level` says of what kind, `part_code` which.

mod children;
mod england;
mod expected;
mod neighbourhoods;
mod seen;
mod take;

pub(crate) use children::{children, children_rows};
pub(crate) use england::{assumption_rows, assumptions, england, england_rows};
pub(crate) use expected::expected;
pub(crate) use neighbourhoods::{neighbourhood_rows, neighbourhoods};
pub(crate) use seen::seen;
pub(crate) use take::{change_rows, changes, help, help_rows, spend, spend_rows};

use disparity_core::needs::{NeedsAssessment, Part};
use disparity_core::neighbourhoods::Neighbourhoods;
use disparity_core::{AreaCode, Catalogue, Span};

use super::named;
use super::place::IsPlaced;
use crate::column::{Column, Role};

/// Whose assessment a row is of, and where names come from.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) assessment: &'a NeedsAssessment,
    pub(crate) neighbourhoods: &'a Neighbourhoods,
    pub(crate) catalogue: &'a Catalogue,
}

impl About<'_> {
    /// The code of a part: of a team its place in the list, as `T1`.
    fn code(self, part: Part) -> String {
        match part {
            Part::Authority => self.assessment.authority.to_string(),
            Part::Team(at) => format!("T{}", at + 1),
            Part::Ward(code) | Part::Msoa(code) | Part::Neighbourhood(code) => code.to_string(),
        }
    }

    /// The name of a part.
    fn name(self, part: Part) -> String {
        let areas = &self.catalogue.areas;
        let found = self.assessment.part_name(part, self.neighbourhoods, areas);
        found.unwrap_or_else(|| self.code(part))
    }
}

/// A row with what it is about.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a, R> {
    pub(crate) about: About<'a>,
    pub(crate) row: R,
}

impl<R: Sync> IsPlaced for Of<'_, R> {
    fn span(&self) -> Span {
        Span::year(self.about.assessment.period)
    }

    fn area(&self) -> Option<AreaCode> {
        Some(self.about.assessment.authority)
    }
}

/// `part_level`, `part_code` and `part_name`.
fn part_columns<'a, R: Sync + 'a>(
    rows: &[Of<'a, R>],
    part: fn(&R) -> Part,
) -> [Column<'a, Of<'a, R>>; 3] {
    let part = move |of: &Of<'a, R>| part(&of.row);
    [
        named(
            "part_level",
            Role::Filter,
            "Kind of part of the authority",
            rows,
            move |of| part(of).level().to_owned(),
        ),
        named(
            "part_code",
            Role::Filter,
            "Code of the part; of a team its place in the list",
            rows,
            move |of| of.about.code(part(of)),
        ),
        named(
            "part_name",
            Role::Note,
            "Name of the part",
            rows,
            move |of| of.about.name(part(of)),
        ),
    ]
}
