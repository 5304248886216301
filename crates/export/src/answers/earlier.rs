//! Earlier outputs of answers from records, read back: what a reader of them knows of counts that are
//! to be written again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use disparity_core::answers::{
    CellCount, Figure, GroupBy, HelpKind, JourneyAnswers, JourneyTable, LookBack, Mode,
    PriorHelpAnswers, PriorHelpKey, PriorHelpPlaces,
};
use disparity_core::{Catalogue, CellKey, Cube, Dimension, Journeys, Period, Reported, Symbol};
use disparity_disclosure::{PublishedCell, PublishedCount};

use super::{la_name, span};
use crate::rows::{Row, RowsError, Table, digest_of, each_row};

/// What cannot be read as an earlier output.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// A file that cannot be opened, or is not what its name says.
    #[error("cannot read `{}`: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// The latest year of a run, without the years before it.
    #[error("`{}` holds the latest year of a run and not the others", .path.display())]
    LatestOnly {
        /// The file or folder.
        path: PathBuf,
    },
    /// A word in a column that this program does not know.
    #[error("an earlier output says {word:?}, which this program does not know")]
    Word {
        /// The word.
        word: String,
    },
    /// Nothing there has the columns of an output with counts of children.
    #[error("`{}` holds no output of `prior-help`, `journeys` or `run --returns`", .path.display())]
    NothingOfOurs {
        /// The file or folder.
        path: PathBuf,
    },
}

/// The texts that name an answer about prior help: years, old code of the authority, indicator,
/// look-back, lead, mode, way of telling apart, group.
type PriorHelpName = [String; 8];

/// The columns that they stand in.
const NAMING: [&str; 8] = [
    "time_period",
    "old_la_code",
    "indicator",
    "look_back_years",
    "lead_days",
    "mode",
    "group_by",
    "group",
];

/// The texts that name a line of a table: table, year, old code of the authority, measure, way, group.
type LineName = [String; 6];

impl From<RowsError> for EarlierError {
    fn from(RowsError { path, reason }: RowsError) -> Self {
        Self::File { path, reason }
    }
}

/// The texts that name a count of a run: year, code of the authority, indicator, way, group.
type CellName = [String; 5];

/// What is printed of one answer about prior help.
#[derive(Debug, Clone, Copy, Default)]
struct Printed {
    entrants: Option<Reported<u32>>,
    unlinked: Option<Reported<u32>>,
    incomplete: Option<Reported<u32>>,
    helped: Option<Reported<u32>>,
    observed: Option<Reported<u32>>,
    /// Of those observed or not, watched for any time.
    watched: Option<Reported<u32>>,
    lower: Option<f64>,
    upper: Option<f64>,
}

impl Printed {
    /// What is printed of the counts at these places, and what follows from it at once.
    fn counts(
        &self,
        kind: HelpKind,
        places: &PriorHelpPlaces,
    ) -> [(Option<usize>, Option<Reported<u32>>); 7] {
        let value = |told: Option<Reported<u32>>| told.and_then(Reported::value);
        let both = value(self.observed).zip(value(self.incomplete));
        let linked = both.map(|(observed, incomplete)| observed + incomplete);
        let unwatched = match self.watched {
            Some(Reported::Value(watched)) => linked
                .and_then(|linked| linked.checked_sub(watched))
                .map(Reported::Value),
            other => other,
        };
        // The bounds tell of how many not fully observed there is help on record.
        let bound = if kind == HelpKind::None {
            self.upper
        } else {
            self.lower
        };
        let partly = bound.zip(linked).zip(value(self.helped));
        let partly = partly.and_then(|((bound, linked), helped)| {
            whole(bound * f64::from(linked))
                .checked_sub(helped)
                .map(Reported::Value)
        });
        [
            (Some(places.entrants), self.entrants),
            (Some(places.unlinked), self.unlinked),
            (Some(places.incomplete), self.incomplete),
            (Some(places.observed), self.observed),
            (Some(places.helped), self.helped),
            (Some(places.incomplete_yes), partly),
            (places.unwatched, unwatched),
        ]
    }
}

/// What earlier outputs show and withhold.
#[derive(Debug, Clone, Default)]
pub struct EarlierOutputs {
    /// What each file says of an answer: what one shows another may withhold.
    prior_help: BTreeMap<PriorHelpName, Vec<Printed>>,
    /// Numerator and denominator of a line as each file has them.
    journeys: BTreeMap<LineName, Vec<[Option<Reported<u32>>; 2]>>,
    /// Numerator and denominator of a cell as each table of estimates has them.
    run: BTreeMap<CellName, Vec<[Option<Reported<u32>>; 2]>>,
    /// The digest of every file that was read.
    digests: BTreeSet<String>,
}

/// A question about prior help that earlier outputs answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierQuestion {
    /// Kinds of help.
    pub kinds: BTreeSet<HelpKind>,
    /// Look-backs.
    pub look_backs: BTreeSet<LookBack>,
    /// Leads in days.
    pub leads: BTreeSet<u16>,
    /// Modes.
    pub modes: BTreeSet<Mode>,
    /// Ways of telling entrants apart.
    pub groups: BTreeSet<GroupBy>,
    /// First and last year of entry.
    pub years: BTreeSet<(Period, Period)>,
}

impl EarlierOutputs {
    /// Reads a file, or every CSV and Parquet of ours in a folder, beside what was read before.
    ///
    /// # Errors
    /// [`EarlierError`] naming the file.
    pub fn read(&mut self, path: &Path) -> Result<(), EarlierError> {
        // Several rows tell of one answer, each of another estimator; each file by itself.
        let mut answers: BTreeMap<PathBuf, BTreeMap<PriorHelpName, Printed>> = BTreeMap::new();
        let (mut latest, mut whole) = (false, false);
        let mut files: BTreeSet<PathBuf> = BTreeSet::new();
        let mut note = |file: &Path| {
            if !files.contains(file) {
                files.insert(file.to_owned());
            }
        };
        let found = each_row(path, |file, table, row| {
            note(file);
            match table {
                Table::PriorHelp => {
                    if !answers.contains_key(file) {
                        answers.insert(file.to_owned(), BTreeMap::new());
                    }
                    if let Some(own) = answers.get_mut(file) {
                        add_prior_help(own, row);
                    }
                }
                Table::Journeys => self.add_line(row),
                Table::Estimates => {
                    let stem = file.file_stem().and_then(|stem| stem.to_str());
                    let is_latest = stem.is_some_and(|stem| stem.ends_with("_latest"));
                    *(if is_latest { &mut latest } else { &mut whole }) = true;
                    self.add_cell(row);
                }
            }
        })?;
        for file in &files {
            self.digests.insert(digest_of(file)?);
        }
        for own in answers.into_values() {
            self.take(own);
        }
        let path = path.to_owned();
        if found.is_empty() {
            return Err(EarlierError::NothingOfOurs { path });
        }
        if latest && !whole {
            return Err(EarlierError::LatestOnly { path });
        }
        Ok(())
    }

    /// Takes in a line of a table of journeys.
    fn add_line(&mut self, row: Row<'_>) {
        let name = [
            "table",
            "time_period",
            "old_la_code",
            "measure",
            "group_by",
            "group",
        ]
        .map(|name| row(name).to_owned());
        let counts = ["numerator", "denominator"].map(|name| count(row(name)));
        self.journeys.entry(name).or_default().push(counts);
    }

    /// Takes in a row of the estimates of a run: of everyone, or of a group that one dimension tells apart.
    fn add_cell(&mut self, row: Row<'_>) {
        let apart = Dimension::ALL.into_iter();
        let apart: Vec<Dimension> = apart
            .filter(|dimension| !["Total", ""].contains(&row(dimension.column())))
            .collect();
        let (by, group) = match apart[..] {
            [] => ("", ""),
            [one] => (one.column(), row(one.column())),
            _ => return,
        };
        let name = [
            row("time_period"),
            row("new_la_code"),
            row("indicator"),
            by,
            group,
        ];
        let counts = ["numerator", "denominator"].map(|name| {
            let text = row(name);
            count(text.strip_suffix(".0").unwrap_or(text))
        });
        let name = name.map(str::to_owned);
        self.run.entry(name).or_default().push(counts);
    }

    /// Takes in the answers of a file.
    fn take(&mut self, answers: BTreeMap<PriorHelpName, Printed>) {
        for (name, printed) in answers {
            self.prior_help.entry(name).or_default().push(printed);
        }
    }

    /// The question about prior help that is answered, all outputs together.
    ///
    /// # Errors
    /// [`EarlierError::Word`] for a word that this program does not know.
    pub fn question(&self) -> Result<Option<EarlierQuestion>, EarlierError> {
        fn known<T>(word: &str, value: Option<T>) -> Result<T, EarlierError> {
            let word = word.to_owned();
            value.ok_or(EarlierError::Word { word })
        }
        let mut all = EarlierQuestion::default();
        for [years, _, indicator, look_back, lead, mode, by, _] in self.prior_help.keys() {
            let kind = indicator.strip_prefix("prior_help_").unwrap_or(indicator);
            let (from, to) = years.split_once('-').unwrap_or((years, years));
            let year = |text: &str| known(text, text.parse().ok().and_then(Period::ending));
            all.kinds.insert(known(kind, HelpKind::from_word(kind))?);
            let back = known(look_back, LookBack::from_word(look_back))?;
            all.look_backs.insert(back);
            all.leads.insert(known(lead, lead.parse().ok())?);
            all.modes.insert(known(mode, Mode::from_word(mode))?);
            all.groups.insert(known(by, GroupBy::from_word(by))?);
            all.years.insert((year(from)?, year(to)?));
        }
        Ok((!all.years.is_empty()).then_some(all))
    }

    /// How many counts they show and withhold, each in every row in which it stands.
    #[must_use]
    pub fn how_many(&self) -> (usize, usize) {
        let lines = self.journeys.values().chain(self.run.values());
        let of_lines = lines.flatten().flatten().copied();
        let of_help = self.prior_help.values().flatten().flat_map(|own| {
            [
                own.entrants,
                own.unlinked,
                own.incomplete,
                own.helped,
                own.observed,
            ]
        });
        let mut all = (0, 0);
        for told in of_lines.chain(of_help).flatten() {
            match told {
                Reported::Value(_) => all.0 += 1,
                Reported::Symbol(_) => all.1 += 1,
            }
        }
        all
    }

    /// The digest (SHA-256) of every file that was read, in order.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        self.digests.iter().cloned().collect()
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prior_help.is_empty() && self.journeys.is_empty() && self.run.is_empty()
    }

    /// Whether there are tables of `journeys` among them.
    #[must_use]
    pub fn has_journeys(&self) -> bool {
        !self.journeys.is_empty()
    }

    /// Whether there are runs among them.
    #[must_use]
    pub fn has_run(&self) -> bool {
        !self.run.is_empty()
    }

    /// What is known of the counts of a cube of records: those of children that have a name in the estimates
    /// of a run.
    #[must_use]
    pub fn known_of_run(&self, cube: &Cube, catalogue: &Catalogue) -> Vec<PublishedCell> {
        let mut known = Vec::new();
        if self.run.is_empty() {
            return known;
        }
        for key in cube.cells().iter().map(|cell| cell.key) {
            let Some(printed) = self.run.get(&cell_name(&key, catalogue)) else {
                continue;
            };
            for counts in printed {
                let parts = [CellCount::Numerator, CellCount::Denominator];
                let told = parts.into_iter().zip(*counts);
                known.extend(told.filter_map(|(part, told)| Some(((key, part), told?))));
            }
        }
        known
    }

    /// Ways of telling children apart in tables of journeys; without those in which the table of matching
    /// is printed whatever is asked for (`also_matched`).
    #[must_use]
    pub fn ways_of_journeys(&self, also_matched: &[GroupBy]) -> BTreeSet<GroupBy> {
        let names = self.journeys.keys();
        let asked = names.filter_map(|[table, _, _, _, by, _]| {
            let by = GroupBy::from_word(by)?;
            let also = table == JourneyTable::Matching.as_str() && also_matched.contains(&by);
            (!also).then_some(by)
        });
        asked.collect()
    }

    /// What is known of the counts of answers about prior help.
    #[must_use]
    pub fn known_of_prior_help(
        &self,
        asked: &PriorHelpAnswers,
        journeys: &Journeys,
        catalogue: &Catalogue,
    ) -> Vec<PublishedCount> {
        if self.prior_help.is_empty() {
            return Vec::new();
        }
        let mut known = Vec::new();
        for (key, places) in &asked.places {
            let name = name_of(key, journeys, catalogue);
            for printed in self.prior_help.get(&name).into_iter().flatten() {
                let told = printed.counts(key.kind, places).into_iter();
                known.extend(told.filter_map(|(at, told)| at.zip(told)));
            }
        }
        known
    }

    /// What is known of the counts of tables of journeys.
    #[must_use]
    pub fn known_of_journeys(
        &self,
        asked: &JourneyAnswers,
        journeys: &Journeys,
        catalogue: &Catalogue,
    ) -> Vec<PublishedCount> {
        if self.journeys.is_empty() {
            return Vec::new();
        }
        let (dimensions, codes) = (&catalogue.dimensions, journeys.codes());
        let mut known = Vec::new();
        for line in &asked.lines {
            let [_, _, old, _] = la_name(journeys, catalogue, line.authority);
            let name = [
                line.table.as_str().to_owned(),
                line.year.to_string(),
                old,
                asked.measures[line.measure].clone(),
                line.group.by.as_str().to_owned(),
                line.group.label(dimensions, codes).to_owned(),
            ];
            let (part, whole) = match &line.figure {
                Figure::Count => (Some(line.whole), None),
                Figure::Share(part) | Figure::Chance(part, _) => (Some(*part), Some(line.whole)),
                Figure::Untold => (None, Some(line.whole)),
            };
            for [numerator, denominator] in self.journeys.get(&name).into_iter().flatten() {
                known.extend(part.zip(*numerator));
                known.extend(whole.zip(*denominator));
            }
        }
        known
    }
}

/// Takes in what a row tells of an answer about prior help.
fn add_prior_help(answers: &mut BTreeMap<PriorHelpName, Printed>, text: Row<'_>) {
    let name = NAMING.map(|name| text(name).to_owned());
    let own = answers.entry(name).or_default();
    own.entrants = count(text("entrants"));
    own.unlinked = count(text("unlinked"));
    own.incomplete = count(text("incomplete"));
    match text("estimator") {
        "complete_window" => {
            own.helped = count(text("numerator"));
            own.observed = count(text("denominator"));
        }
        "reverse_kaplan_meier" => own.watched = count(text("denominator")),
        "lower_bound" => own.lower = text("estimate").parse().ok(),
        "upper_bound" => own.upper = text("estimate").parse().ok(),
        _ => {}
    }
}

/// The texts that name a cell, as the table of estimates has them.
fn cell_name(key: &CellKey, catalogue: &Catalogue) -> CellName {
    let (by, group) = key.stratum.only().map_or(("", ""), |dimension| {
        let list = catalogue.dimensions.list(dimension);
        let label = list.get(key.stratum.get(dimension)).label.as_str();
        (dimension.column(), label)
    });
    [
        key.period.to_string(),
        key.area.to_string(),
        catalogue.indicators.get(key.indicator).name.clone(),
        by.to_owned(),
        group.to_owned(),
    ]
}

/// The texts that name an answer about prior help.
fn name_of(key: &PriorHelpKey, journeys: &Journeys, catalogue: &Catalogue) -> PriorHelpName {
    let [_, _, old, _] = la_name(journeys, catalogue, key.authority);
    let group = key.group.code(&catalogue.dimensions, journeys.codes());
    [
        span(key.from, key.to),
        old,
        format!("prior_help_{}", key.kind.as_str()),
        key.look_back.word(),
        key.lead.to_string(),
        key.mode.as_str().to_owned(),
        key.group.by.as_str().to_owned(),
        group.to_owned(),
    ]
}

/// A count as it is printed, or that it is withheld.
fn count(text: &str) -> Option<Reported<u32>> {
    match text {
        "c" => Some(Reported::Symbol(Symbol::Confidential)),
        text => text.parse().ok().map(Reported::Value),
    }
}

/// The count that a product of a share and a count is, up to rounding.
fn whole(product: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count, rounded"
    )]
    let count = product.round().clamp(0.0, f64::from(u32::MAX)) as u32;
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One answer as two outputs have it, of which the later withholds what the earlier shows.
    #[test]
    fn what_one_output_shows_is_known_whatever_another_withholds() {
        let row = |estimator: &str, helped: &str, observed: &str| {
            let name = [
                "2024",
                "301",
                "prior_help_any",
                "5",
                "1",
                "overlap",
                "total",
                "total",
            ];
            let columns = NAMING
                .into_iter()
                .chain(["estimator", "numerator", "denominator"]);
            let values = name.into_iter().chain([estimator, helped, observed]);
            let values: Vec<(&str, String)> = columns.zip(values.map(str::to_owned)).collect();
            values
        };
        let mut all = EarlierOutputs::default();
        for helped in ["12", "c"] {
            let mut answers = BTreeMap::new();
            for estimator in ["complete_window", "lower_bound"] {
                let row = row(estimator, helped, "40");
                let text = |name: &str| {
                    let found = row.iter().find(|(column, _)| *column == name);
                    found.map_or("", |(_, value)| value.as_str())
                };
                add_prior_help(&mut answers, &text);
            }
            all.take(answers);
        }
        let [both] = all.prior_help.values().collect::<Vec<_>>()[..] else {
            panic!("{all:?}");
        };
        let helped: Vec<_> = both.iter().map(|one| one.helped).collect();
        let withheld = Reported::Symbol(Symbol::Confidential);
        assert_eq!(helped, [Some(Reported::Value(12)), Some(withheld)]);
        let question = all.question().unwrap().unwrap();
        assert!(question.kinds.iter().eq(&[HelpKind::Any]));
    }

    /// A number that cannot be worked out is none, not nobody.
    #[test]
    fn what_does_not_follow_is_not_known() {
        let printed = Printed {
            helped: Some(Reported::Value(9)),
            observed: Some(Reported::Value(10)),
            incomplete: Some(Reported::Value(10)),
            watched: Some(Reported::Value(21)),
            lower: Some(0.4),
            ..Printed::default()
        };
        let places = PriorHelpPlaces {
            entrants: 0,
            unlinked: 1,
            observed: 2,
            helped: 3,
            not_helped: 4,
            incomplete: 5,
            incomplete_yes: 6,
            incomplete_no: 7,
            unwatched: Some(8),
        };
        let known = |printed: Printed, at: usize| {
            let told = printed.counts(HelpKind::Any, &places).into_iter();
            told.filter_map(|(place, told)| place.zip(told))
                .find_map(|(place, told)| (place == at).then_some(told))
        };
        // Of 20 linked 8 were helped, which is fewer than 9; and 21 of them were watched.
        assert_eq!((known(printed, 6), known(printed, 8)), (None, None));
        let right = Printed {
            watched: Some(Reported::Value(17)),
            lower: Some(0.6),
            ..printed
        };
        let [partly, unwatched] = [6, 8].map(|at| known(right, at));
        assert_eq!(partly, Some(Reported::Value(3)));
        assert_eq!(unwatched, Some(Reported::Value(3)));
    }
}
