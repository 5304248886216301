//! What is decided of a table as a whole: totals beside parts, groups that no row has, counts that a publisher withheld.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AreaCode, CategoryId, DecileShares, Dimension, Issue, IssueCode, Period, Reported, Stratum,
};

use super::once::child_twice;
use super::plan::Plan;
use crate::describe::{Absent, Protection, RowsAre};
use crate::error::{TableError, Wrong};
use crate::margins::{Disagreement, Found, Patterns, resolve};
use crate::tally::{Pattern, Tally, bit};

impl Plan<'_> {
    /// Children whom several workers met.
    pub(super) fn check_children(&self, tally: &Tally, wrong: &mut Wrong) {
        if self.description.rows == RowsAre::Children && self.child.is_some() && wrong.is_empty() {
            let named = self.description.child.as_deref().unwrap_or_default();
            if tally.times().values().any(|times| times.len() > 1) {
                wrong.add(child_twice(self.file, 0, named));
            }
        }
    }

    /// Counts by year, area and group, totals beside parts decided and groups that no row has filled in.
    pub(super) fn resolved(
        &self,
        tally: &Tally,
        wrong: &mut Wrong,
        issues: &mut Vec<Issue>,
    ) -> BTreeMap<(Period, AreaCode, Stratum), Found> {
        let dimensions = &self.known.catalogue.dimensions;
        let groups = |margin: Option<Dimension>| match margin {
            None => vec![0],
            Some(dimension) => dimensions
                .list(dimension)
                .iter()
                .map(|(id, _)| id.0)
                .collect(),
        };
        let is_published = self.description.protection == Protection::Published;
        let patterns = match self.description.rows {
            RowsAre::Counts => Patterns::TotalsBesideParts,
            RowsAre::Children | RowsAre::Events => Patterns::Add,
        };
        let mut differ: u64 = 0;
        let mut cells = resolve(tally, (dimensions, patterns), groups, |own| {
            if is_published {
                differ += 1;
            } else {
                wrong.add(self.disagreement(&own));
            }
        });
        if differ > 0 {
            let what = format!(
                "{differ} totals of {} are not what their parts add up to; the totals are used",
                self.file
            );
            let mut issue = Issue::new(IssueCode::TotalsOfTable, what);
            issue.rows = differ;
            issues.push(issue);
        }
        if !is_published && cells.values().any(|own| is_withheld(own.count)) {
            let what = "some counts are withheld (c or low), and nobody is said to have protected the others";
            let hint = "if the publisher of the table has, say protection = \"published\"; otherwise give the counts";
            wrong.add(TableError::of_file(self.file, what, hint));
        }
        let fills = self.description.absent == Absent::Zero
            || matches!(self.description.rows, RowsAre::Children | RowsAre::Events);
        if fills {
            self.fill(&mut cells);
        }
        self.fill_empty_deciles(&mut cells);
        self.check_ages(&cells, wrong);
        cells
    }

    /// That no age is counted in two bands.
    fn check_ages(&self, cells: &BTreeMap<(Period, AreaCode, Stratum), Found>, wrong: &mut Wrong) {
        let dimensions = &self.known.catalogue.dimensions;
        let band = |code: &str| dimensions.stratum(Dimension::AgeBand, code);
        let [Some(all), Some(first), Some(rest)] = ["0_to_4", "under_1", "1_to_4"].map(band) else {
            return;
        };
        let places: BTreeSet<(Period, AreaCode)> = cells
            .keys()
            .map(|(period, area, _)| (*period, *area))
            .collect();
        for (period, area) in places {
            let has = |stratum: Stratum| cells.contains_key(&(period, area, stratum));
            if has(all) && (has(first) || has(rest)) {
                let what = format!(
                    "{} in {period} has an age band 0 to 4 beside bands or years within it",
                    self.known.catalogue.areas.name(area)
                );
                let hint = "keep one of them: say \"skip\" for the other under [codes.age]";
                wrong.add(TableError::of_file(self.file, what, hint));
            }
        }
    }

    /// That rows are in no group of a dimension. Of records it is not told how many: it may be a child or two.
    pub(super) fn unnamed(&self, tally: &Tally) -> Vec<Issue> {
        let is_published = self.description.protection == Protection::Published;
        let said = tally.unnamed.iter().map(|(dimension, rows)| {
            let (many, told) = if is_published {
                (rows.to_string(), *rows)
            } else {
                ("some".to_owned(), 1)
            };
            let what = format!(
                "{many} rows of {} have no {} that is known: they are among everyone and in no group",
                self.file,
                dimension.column().replace('_', " ")
            );
            let mut issue = Issue::new(IssueCode::GroupNotKnown, what);
            issue.rows = told;
            issue
        });
        said.collect()
    }

    /// Of a table of neighbourhoods, writes 0 for tenths in which nobody of an area lives.
    fn fill_empty_deciles(&self, cells: &mut BTreeMap<(Period, AreaCode, Stratum), Found>) {
        if self.is_of_areas() {
            return;
        }
        let catalogue = self.known.catalogue;
        let dimension = Dimension::DeprivationDecile;
        let places: BTreeSet<(Period, AreaCode)> = cells
            .keys()
            .filter(|(_, _, stratum)| stratum.only() == Some(dimension))
            .map(|(period, area, _)| (*period, *area))
            .collect();
        let mut shares = DecileShares::new(catalogue);
        for (period, area) in places {
            for (id, _) in catalogue.dimensions.list(dimension).iter() {
                let stratum = Stratum::TOTAL.with(dimension, id);
                let children = shares.children(self.known.populations, period, area, stratum);
                if children.is_some_and(|own| own.denominator.value == Reported::Value(0.0)) {
                    cells
                        .entry((period, area, stratum))
                        .or_insert(self.nobody());
                }
            }
        }
    }

    fn nobody(&self) -> Found {
        Found {
            count: Reported::Value(0),
            whole: self.whole.map(|_| Reported::Value(0)),
        }
    }

    /// Writes 0 for groups that other areas or years have; of deciles for all ten.
    fn fill(&self, cells: &mut BTreeMap<(Period, AreaCode, Stratum), Found>) {
        let mut strata: BTreeSet<Stratum> = cells.keys().map(|(_, _, stratum)| *stratum).collect();
        let decile = Dimension::DeprivationDecile;
        if strata.iter().any(|stratum| stratum.only() == Some(decile)) {
            let all = self.known.catalogue.dimensions.list(decile).iter();
            strata.extend(all.map(|(id, _)| Stratum::TOTAL.with(decile, id)));
        }
        // What an area and year has no rows by is not known there.
        let broken: BTreeSet<(Period, AreaCode, Option<Dimension>)> = cells
            .keys()
            .map(|(period, area, stratum)| (*period, *area, stratum.by()))
            .collect();
        let zero = self.nobody();
        for (period, area, by) in broken {
            for stratum in strata.iter().filter(|own| own.by() == by) {
                cells.entry((period, area, *stratum)).or_insert(zero);
            }
        }
    }

    fn disagreement(&self, own: &Disagreement) -> TableError {
        let dimensions = &self.known.catalogue.dimensions;
        let area = self.known.catalogue.areas.name(own.area);
        let of = own.margin.map_or_else(String::new, |dimension| {
            let id = CategoryId(own.group);
            format!(" of {}", dimensions.list(dimension).get(id).label)
        });
        let by = |pattern: Pattern| {
            let broken = Dimension::ALL
                .into_iter()
                .filter(|one| pattern & bit(*one) != 0);
            let names: Vec<String> = broken.map(|one| one.column().replace('_', " ")).collect();
            if names.is_empty() {
                "rows of everyone".to_owned()
            } else {
                format!("rows by {}", names.join(" and "))
            }
        };
        let what = format!(
            "{} of {area} in {}{of} add up to {}, but {} to {}",
            by(own.parts.0),
            own.period,
            own.parts.1,
            by(own.total.0),
            own.total.1
        );
        let hint = "check for rows that are missing or there twice; if the publisher has rounded them, say \
                    protection = \"published\"";
        TableError::of_file(self.file, what, hint)
    }
}

fn is_withheld(count: Reported<u64>) -> bool {
    matches!(count, Reported::Symbol(symbol) if symbol.is_withheld())
}
