//! Lines of the tables of journeys as they may be shown.

use disparity_core::answers::{
    ChanceAmong, Figure, Group, GroupBy, JourneyAnswers, JourneyCountKey, JourneyLine,
    JourneyTable, YearKey,
};
use disparity_core::{Dimensions, Reported, Symbol};
use disparity_stats::Level;

use super::counts::{Before, HowMany, KnownBefore, ProtectedCounts, protect_counts};
use super::proportion::{Proportion, reported, share};
use crate::release::{Policy, Release};
use crate::suppression::Watch;

/// Lines of which it is decided what may be shown.
pub struct ProtectedJourneys {
    lines: JourneyLines,
    policy: Policy,
}

/// The lines of tables, with the counts that may be shown. Rows are made as they are asked for, as there
/// may be millions.
#[derive(Clone)]
pub struct JourneyLines {
    lines: Vec<JourneyLine>,
    absent: Vec<(YearKey, usize)>,
    measures: Vec<String>,
    counts: ProtectedCounts<JourneyCountKey>,
}

/// A row of a table as it may be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JourneyRow<'a> {
    /// The table.
    pub table: JourneyTable,
    /// The year, by its end.
    pub year: u16,
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// What is measured.
    pub measure: &'a str,
    /// Of whom.
    pub group: Group,
    /// How many.
    pub numerator: Reported<u32>,
    /// Of how many; none of a count by itself.
    pub denominator: Option<Reported<u32>>,
    /// What share or chance that is, at the 95% level.
    pub estimate: Reported<Proportion>,
}

/// Protects lines of tables, all together, for those who know what earlier outputs show of these counts. On
/// the way it tells how many small counts are proven safe, of
/// how many.
#[must_use]
pub fn protect_journeys(
    asked: JourneyAnswers,
    dimensions: &Dimensions,
    policy: &Policy,
    known: KnownBefore<'_>,
    watch: Watch,
) -> ProtectedJourneys {
    let JourneyAnswers {
        counts,
        lines,
        absent,
        measures,
    } = asked;
    let before = Before {
        question: None,
        known,
    };
    let counts = protect_counts(counts, dimensions, policy.rule(), before, watch);
    ProtectedJourneys {
        lines: JourneyLines {
            lines,
            absent,
            measures,
            counts,
        },
        policy: policy.clone(),
    }
}

impl ProtectedJourneys {
    /// How many counts are withheld.
    #[must_use]
    pub const fn how_many(&self) -> HowMany {
        self.lines.counts.how_many()
    }

    /// What may be written: of the tables, ways of telling children apart and authorities that are asked
    /// for.
    #[must_use]
    pub fn release(
        self,
        is_asked: impl Fn(JourneyTable, GroupBy, Option<usize>) -> bool,
    ) -> Release<JourneyLines> {
        let mut lines = self.lines;
        lines
            .lines
            .retain(|line| is_asked(line.table, line.group.by, line.authority));
        lines
            .absent
            .retain(|(key, _)| is_asked(JourneyTable::Published, key.group.by, key.authority));
        Release::new(lines, self.policy)
    }
}

impl Release<JourneyLines> {
    /// The rows, table by table.
    pub fn rows(&self) -> impl Iterator<Item = JourneyRow<'_>> {
        let all = self.content();
        let rows = all.lines.iter().map(|line| all.row(line));
        rows.chain(all.absent.iter().map(|one| all.absent_row(one)))
    }
}

impl JourneyLines {
    fn row(&self, line: &JourneyLine) -> JourneyRow<'_> {
        const UNTOLD: Symbol = Symbol::NotAvailable;
        let whole = self.counts.at(line.whole);
        // How many, of how many, and what share or chance that is.
        let (numerator, denominator, estimate) = match &line.figure {
            // A count by itself has no estimate, and no reason for that but its own.
            Figure::Count => {
                let none = whole.and_then(|_| Reported::Symbol(Symbol::NotApplicable));
                (whole, None, none)
            }
            Figure::Share(part) => {
                let part = self.counts.at(*part);
                (part, Some(whole), share(part, whole, self.counts.rule()))
            }
            Figure::Chance(part, chance) => (
                self.counts.at(*part),
                Some(whole),
                self.chance(chance, *part, line.whole),
            ),
            Figure::Untold => {
                let none = Reported::Symbol(UNTOLD);
                (Reported::Symbol(UNTOLD), Some(whole), none)
            }
        };
        JourneyRow {
            table: line.table,
            year: line.year,
            authority: line.authority,
            measure: &self.measures[line.measure],
            group: line.group,
            numerator,
            denominator,
            estimate,
        }
    }

    /// The row of a count that is not there.
    fn absent_row(&self, (key, measure): &(YearKey, usize)) -> JourneyRow<'_> {
        JourneyRow {
            table: JourneyTable::Published,
            year: key.period.year(),
            authority: key.authority,
            measure: &self.measures[*measure],
            group: key.group,
            numerator: Reported::Symbol(Symbol::NotAvailable),
            denominator: None,
            estimate: Reported::Symbol(Symbol::NotAvailable),
        }
    }

    /// The chance of a part of the watched, who are the whole.
    fn chance(&self, chance: &ChanceAmong, part: usize, whole: usize) -> Reported<Proportion> {
        let (safe, rule) = (&self.counts, self.counts.rule());
        let count = |at: usize| safe.at(at).value().map(f64::from);
        let happened: Option<f64> = chance.of_cause.iter().map(|at| count(*at)).sum();
        let (Some(happened), Some(own), Some(watched)) = (happened, count(part), count(whole))
        else {
            return Reported::Symbol(Symbol::Confidential);
        };
        if safe.is_small(chance.rest) || !safe.is_exact() {
            return Reported::Symbol(Symbol::Confidential);
        }
        let Some(found) = chance.found else {
            return Reported::Symbol(Symbol::NotAvailable);
        };
        match found.interval(Level::P95) {
            Ok(interval) if found.effective >= f64::from(rule.least_for_rate) => {
                // It had happened to so many, and something else to so many others.
                let certain = (own / watched, 1.0 - (happened - own) / watched);
                let found = (found.value, interval);
                Reported::Value(reported(found, (watched, certain), rule))
            }
            _ => Reported::Symbol(Symbol::Unreliable),
        }
    }
}
