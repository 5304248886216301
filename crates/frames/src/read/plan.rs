//! What of a table is where, and what it is looked up in.

use std::collections::BTreeSet;

use disparity_core::{Catalogue, Period, edition_in_force};

use super::Known;
use crate::describe::{Denominator, Description, GroupColumn, RowsAre, Where};
use crate::error::{TableError, TableErrors};
use crate::meaning::places::{Gazetteer, Place};
use crate::meaning::{Fault, periods};
use crate::postcodes::Postcodes;
use crate::source::Source;

/// What of a batch is where, and what it is looked up in.
pub(super) struct Plan<'a> {
    pub(super) description: &'a Description,
    pub(super) known: Known<'a>,
    pub(super) source: &'a Source,
    pub(super) file: &'a str,
    /// Places of the columns in the file.
    pub(super) columns: Vec<usize>,
    pub(super) place: Option<(Where, usize)>,
    pub(super) period: Option<(bool, usize)>,
    pub(super) count: Option<usize>,
    pub(super) whole: Option<usize>,
    pub(super) child: Option<usize>,
    pub(super) groups: Vec<(&'a GroupColumn, usize)>,
    pub(super) editions: BTreeSet<u16>,
    pub(super) fixed_period: Option<Period>,
    pub(super) fixed_area: Option<Place>,
    pub(super) postcodes: Option<Postcodes>,
}

impl<'a> Plan<'a> {
    pub(super) fn of(
        description: &'a Description,
        source: &'a Source,
        known: Known<'a>,
    ) -> Result<Self, TableErrors> {
        let wanted = description.wanted();
        let columns = source.places(&wanted)?;
        // Every name is among those wanted.
        let at = |name: &str| {
            wanted
                .iter()
                .position(|own| *own == name)
                .unwrap_or_default()
        };
        if let Some(vintage) = &description.symbols
            && !known.marks.knows(vintage)
        {
            let vintages: Vec<&str> = known.marks.vintages().collect();
            let what = format!("no symbols are known as {vintage:?}");
            let hint = format!("use one of {}", vintages.join(", "));
            return Err(TableError::of_file(&description.file, what, hint).into());
        }
        let editions = known.catalogue.context.editions();
        let gazetteer = known.gazetteer();
        let said = |fault: Fault| {
            TableErrors::from(TableError::of_file(
                &description.file,
                fault.what,
                fault.hint,
            ))
        };
        let fixed = &description.fixed;
        let fixed_period = fixed
            .period
            .as_deref()
            .map(|text| periods::period(Some(text)));
        let fixed_area = fixed.area.as_deref();
        let fixed_area = fixed_area.map(|text| gazetteer.place(Where::Area, Some(text)));
        let fixed_area = fixed_area.transpose().map_err(said)?;
        check_index(description, known.catalogue)?;
        let postcodes = description.postcodes.as_ref();
        let postcodes = postcodes
            .map(|list| Postcodes::read(list, &description.file))
            .transpose()?;
        Ok(Self {
            description,
            known,
            source,
            file: &source.name,
            columns,
            place: description
                .place
                .as_ref()
                .map(|(how, name)| (*how, at(name))),
            period: description
                .period
                .as_ref()
                .map(|(name, dates)| (*dates, at(name))),
            count: description.count.as_deref().map(at),
            whole: match &description.denominator {
                Denominator::Children => None,
                Denominator::Column { column, .. } => Some(at(column)),
            },
            child: description.child.as_deref().map(at),
            groups: description
                .groups
                .iter()
                .map(|own| (own, at(&own.column)))
                .collect(),
            fixed_period: fixed_period.transpose().map_err(said)?,
            fixed_area,
            postcodes,
            editions,
        })
    }

    /// Whether each row is a count of a whole area, so that there is no other of the same year and groups.
    pub(super) fn stand_alone(&self) -> bool {
        self.description.rows == RowsAre::Counts && self.is_of_areas()
    }

    /// Whether rows are of whole areas, and not of neighbourhoods.
    pub(super) fn is_of_areas(&self) -> bool {
        matches!(self.place, None | Some((Where::Area, _)))
    }

    /// The column of places.
    pub(super) fn place_column(&self) -> &str {
        let place = self.description.place.as_ref();
        place.map_or("", |(_, name)| name)
    }

    pub(super) fn gazetteer(&self) -> Gazetteer<'_> {
        self.known.gazetteer()
    }

    /// Whether a year's deciles are of the index that the description names.
    pub(super) fn has_index(&self, period: Period) -> Result<(), Fault> {
        let Some(index) = self.description.index() else {
            return Ok(());
        };
        let name = self.known.catalogue.areas.nation().overall_index();
        match edition_in_force(&self.editions, period) {
            Some(year) if index == format!("{name}_{year}") => Ok(()),
            Some(year) => Err(Fault::new(
                format!("deciles of {index} cannot be divided by children of {period}"),
                format!(
                    "children of that year are by decile of {name}_{year}: give those, or leave the years out"
                ),
            )),
            None => Err(Fault::new(
                format!("no children by decile are held of {period}"),
                "leave the column of deciles out",
            )),
        }
    }
}

/// Deciles are of an index of the nation: a rank or a tenth of another nation's neighbourhoods is another thing.
fn check_index(description: &Description, catalogue: &Catalogue) -> Result<(), TableErrors> {
    let Some(index) = description.index() else {
        return Ok(());
    };
    let name = catalogue.areas.nation().overall_index();
    let held: Vec<String> = catalogue
        .context
        .editions()
        .iter()
        .map(|year| format!("{name}_{year}"))
        .collect();
    if held.iter().any(|own| own == index) {
        return Ok(());
    }
    let what = format!(
        "deciles of {index:?} are not those of an index of {} that is held",
        catalogue.areas.nation()
    );
    let hint = format!(
        "use one of {}; tenths of another nation’s neighbourhoods are others",
        held.join(", ")
    );
    Err(TableError::of_file(&description.file, what, hint).into())
}
