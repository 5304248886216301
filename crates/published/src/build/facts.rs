//! Facts gathered from published files, each from the newest release that has it, and written as
//! the built-in tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use disparity_core::{
    AreaCode, CategoryId, Count, Dimension, Dimensions, Period, Reported, Stratum, Symbol,
};

/// What one fact is about: a built-in table, a column of it, and a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FactKey {
    pub(super) table: String,
    pub(super) column: String,
    pub(super) period: Period,
    pub(super) area: AreaCode,
    pub(super) stratum: Stratum,
}

/// A fact, and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fact {
    value: Reported<Count>,
    /// Position in the list of publications; the smaller, the newer.
    publication: usize,
    line: u64,
}

/// A figure that a newer release replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Revision {
    pub(super) publication: usize,
    pub(super) key: FactKey,
    pub(super) value: Count,
}

impl Revision {
    /// The row of `revisions.csv` up to the figure, by the name of the source that stated it.
    pub(super) fn row(&self, source: &str) -> String {
        let key = &self.key;
        format!("{source},{},{},{}", key.period, key.area, key.column)
    }
}

/// Everything gathered so far.
#[derive(Debug, Default)]
pub(super) struct Facts {
    by_key: BTreeMap<FactKey, Fact>,
    /// The table that states each column of everyone; of the same column, the groups may stand in another.
    totals: BTreeMap<String, String>,
    revisions: BTreeSet<Revision>,
}

/// A key that one publication states twice.
#[derive(Debug)]
pub(super) struct StatedTwice {
    pub(super) first_line: u64,
}

impl Facts {
    /// Records a fact. Publications must be given newest first: what a newer one says stands, and an
    /// older figure that differs is kept as a revision, unless the newer release withdrew it.
    pub(super) fn add(
        &mut self,
        publication: usize,
        line: u64,
        key: FactKey,
        value: Reported<Count>,
    ) -> Result<(), StatedTwice> {
        if key.stratum.is_total() && !self.totals.contains_key(&key.column) {
            self.totals.insert(key.column.clone(), key.table.clone());
        }
        match self.by_key.get(&key) {
            None => {
                self.by_key.insert(
                    key,
                    Fact {
                        value,
                        publication,
                        line,
                    },
                );
            }
            Some(known) if known.publication == publication => {
                return Err(StatedTwice {
                    first_line: known.line,
                });
            }
            Some(known) => {
                // What a newer release says does not apply is kept as it was printed; what it withholds
                // is not.
                let replaced = match known.value {
                    Reported::Symbol(symbol) => symbol == Symbol::NotApplicable,
                    Reported::Value(_) => known.value != value,
                };
                if let (true, Reported::Value(old)) = (replaced, value)
                    && key.stratum.is_total()
                {
                    self.revisions.insert(Revision {
                        publication,
                        key,
                        value: old,
                    });
                }
            }
        }
        Ok(())
    }

    /// Figures that a newer release replaced, in order.
    pub(super) fn revisions(&self) -> impl Iterator<Item = &Revision> {
        self.revisions.iter()
    }

    /// Every fact.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&FactKey, Reported<Count>)> {
        self.by_key.iter().map(|(key, fact)| (key, fact.value))
    }

    /// The publication that states a fact, by position.
    pub(super) fn publication_of(&self, key: &FactKey) -> Option<usize> {
        self.by_key.get(key).map(|fact| fact.publication)
    }

    /// The last year of any fact.
    pub(super) fn last_year(&self) -> Option<Period> {
        self.by_key.keys().map(|key| key.period).max()
    }

    /// The value of one fact.
    pub(super) fn get(&self, key: &FactKey) -> Option<Reported<Count>> {
        self.by_key.get(key).map(|fact| fact.value)
    }

    /// What is stated of everyone in an area.
    pub(super) fn total(
        &self,
        column: &str,
        period: Period,
        area: AreaCode,
    ) -> Option<Reported<Count>> {
        self.get(&FactKey {
            table: self.totals.get(column)?.clone(),
            column: column.to_owned(),
            period,
            area,
            stratum: Stratum::TOTAL,
        })
    }

    /// The tables that have facts.
    pub(super) fn tables(&self) -> BTreeSet<&str> {
        self.by_key.keys().map(|key| key.table.as_str()).collect()
    }

    /// The tables that a publication feeds.
    pub(super) fn tables_of(&self, publication: usize) -> BTreeSet<&str> {
        let own = self
            .by_key
            .iter()
            .filter(|(_, fact)| fact.publication == publication);
        own.map(|(key, _)| key.table.as_str()).collect()
    }

    /// Publications that fed each table, by position.
    pub(super) fn publications_of(&self, table: &str) -> BTreeSet<usize> {
        let facts = self
            .by_key
            .iter()
            .filter(|(key, _)| key.table == table)
            .map(|(_, fact)| fact.publication);
        let revised = self
            .revisions
            .iter()
            .filter(|revision| revision.key.table == table)
            .map(|r| r.publication);
        facts.chain(revised).collect()
    }

    /// One table as CSV: year, area, the dimensions it is broken down by, then a column for each
    /// indicator in `order`. An empty figure is one that no release states; an empty group is everyone.
    pub(super) fn write_table(
        &self,
        table: &str,
        order: &[&str],
        dimensions: &Dimensions,
    ) -> String {
        let facts = || self.by_key.iter().filter(|(key, _)| key.table == table);
        let used: Vec<Dimension> = Dimension::ALL
            .into_iter()
            .filter(|d| facts().any(|(key, _)| key.stratum.get(*d) != CategoryId::TOTAL))
            .collect();
        let present: BTreeSet<&str> = facts().map(|(key, _)| key.column.as_str()).collect();
        let columns: Vec<&str> = order
            .iter()
            .copied()
            .filter(|column| present.contains(column))
            .collect();
        let mut rows: BTreeMap<(Period, AreaCode, Stratum), BTreeMap<&str, Reported<Count>>> =
            BTreeMap::new();
        for (key, fact) in facts() {
            rows.entry((key.period, key.area, key.stratum))
                .or_default()
                .insert(&key.column, fact.value);
        }
        let year = if table == "population" {
            "mid_year"
        } else {
            "time_period"
        };
        let mut csv = format!("{year},area_code");
        for name in used
            .iter()
            .map(|d| d.column())
            .chain(columns.iter().copied())
        {
            csv.push(',');
            csv.push_str(name);
        }
        csv.push('\n');
        for ((period, area, stratum), values) in rows {
            // Writing to a String cannot fail.
            let _ = write!(csv, "{period},{area}");
            for dimension in &used {
                csv.push(',');
                let id = stratum.get(*dimension);
                if id != CategoryId::TOTAL {
                    csv.push_str(&dimensions.list(*dimension).get(id).code);
                }
            }
            for column in &columns {
                csv.push(',');
                if let Some(value) = values.get(column) {
                    let _ = write!(csv, "{value}");
                }
            }
            csv.push('\n');
        }
        csv
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(year: u16) -> FactKey {
        FactKey {
            table: "t".into(),
            column: "cla_started".into(),
            period: Period::ending(year).unwrap(),
            area: AreaCode::ENGLAND,
            stratum: Stratum::TOTAL,
        }
    }

    #[test]
    fn the_newest_release_stands_and_the_older_is_a_revision() {
        let mut facts = Facts::default();
        facts.add(0, 2, key(2021), Reported::Value(80_780)).unwrap();
        facts.add(1, 9, key(2021), Reported::Value(80_850)).unwrap();
        assert_eq!(facts.get(&key(2021)), Some(Reported::Value(80_780)));
        assert_eq!(
            facts.revisions().map(|r| r.value).collect::<Vec<_>>(),
            [80_850]
        );
    }

    #[test]
    fn what_a_newer_release_withdrew_is_not_kept_from_an_older_one() {
        let mut facts = Facts::default();
        facts
            .add(0, 2, key(2022), Reported::Symbol(Symbol::Confidential))
            .unwrap();
        facts.add(1, 9, key(2022), Reported::Value(5)).unwrap();
        assert_eq!(
            facts.get(&key(2022)),
            Some(Reported::Symbol(Symbol::Confidential))
        );
        assert_eq!(facts.revisions().count(), 0);
    }

    #[test]
    fn a_release_says_a_thing_once() {
        let mut facts = Facts::default();
        facts.add(0, 2, key(2022), Reported::Value(1)).unwrap();
        assert_eq!(
            facts
                .add(0, 7, key(2022), Reported::Value(1))
                .unwrap_err()
                .first_line,
            2
        );
    }
}
