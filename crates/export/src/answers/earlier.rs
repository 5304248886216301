//! Earlier outputs of answers from records, read back: what a reader of them knows of counts that are
//! to be written again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use disparity_core::answers::{Figure, HelpKind, JourneyAnswers, PriorHelpAnswers, PriorHelpKey};
use disparity_core::{Catalogue, Journeys, Period, Reported, Symbol};
use disparity_disclosure::PublishedCount;

use super::journeys::JOURNEY_HEADER;
use super::prior_help::PRIOR_HELP_HEADER;
use super::{la_name, span};

/// What cannot be read as an earlier output.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// A file that cannot be opened or is no CSV.
    #[error("cannot read `{}`: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: csv::Error,
    },
    /// Nothing there has the columns of `prior-help` or `journeys`.
    #[error("`{}` holds no CSV of `prior-help` or `journeys`", .path.display())]
    NothingOfOurs {
        /// The file or folder.
        path: PathBuf,
    },
}

/// The texts that name an answer about prior help: years, old code of the authority, indicator,
/// look-back, lead, mode, way of telling apart, group.
type PriorHelpName = [String; 8];

/// The texts that name a line of a table: table, year, old code of the authority, measure, way, group.
type LineName = [String; 6];

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

/// What earlier outputs show and withhold.
#[derive(Debug, Clone, Default)]
pub struct EarlierOutputs {
    prior_help: BTreeMap<PriorHelpName, Printed>,
    journeys: BTreeMap<LineName, [Option<Reported<u32>>; 2]>,
}

/// A question about prior help that an earlier output answers, in the words of its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierQuestion {
    /// Kinds of help.
    pub kinds: BTreeSet<String>,
    /// Look-backs.
    pub look_backs: BTreeSet<String>,
    /// Leads in days.
    pub leads: BTreeSet<String>,
    /// Modes.
    pub modes: BTreeSet<String>,
    /// Ways of telling entrants apart.
    pub groups: BTreeSet<String>,
    /// First and last year of entry.
    pub years: BTreeSet<(Period, Period)>,
}

impl EarlierOutputs {
    /// Reads a file, or every CSV of ours in a folder, beside what was read before.
    ///
    /// # Errors
    /// [`EarlierError`] naming the file.
    pub fn read(&mut self, path: &Path) -> Result<(), EarlierError> {
        let mut files = vec![path.to_owned()];
        if let Ok(entries) = std::fs::read_dir(path) {
            let entries = entries.filter_map(|entry| Some(entry.ok()?.path()));
            files = entries
                .filter(|file| file.extension().is_some_and(|end| end == "csv"))
                .collect();
            files.sort();
        }
        let mut found = false;
        for file in &files {
            let failed = |source| EarlierError::File {
                path: file.clone(),
                source,
            };
            found |= self.read_file(file).map_err(failed)?;
        }
        if found {
            Ok(())
        } else {
            let path = path.to_owned();
            Err(EarlierError::NothingOfOurs { path })
        }
    }

    /// Whether a file is an output of ours, which is then taken in.
    fn read_file(&mut self, path: &Path) -> Result<bool, csv::Error> {
        let mut reader = csv::Reader::from_path(path)?;
        let header = reader.headers()?.clone();
        let columns: BTreeMap<&str, usize> = header.iter().zip(0..).collect();
        let has = |names: &[&str]| names.iter().all(|name| columns.contains_key(name));
        // Columns that were added since are not asked for.
        let (is_help, is_journeys) = (has(&PRIOR_HELP_HEADER[..28]), has(&JOURNEY_HEADER[..15]));
        for row in reader.records() {
            let row = row?;
            let text = |name: &str| columns.get(name).and_then(|at| row.get(*at)).unwrap_or("");
            if is_help {
                self.add_prior_help(&text);
            } else if is_journeys {
                let name = [
                    "table",
                    "time_period",
                    "old_la_code",
                    "measure",
                    "group_by",
                    "group",
                ]
                .map(|name| text(name).to_owned());
                let counts = ["numerator", "denominator"].map(|name| count(text(name)));
                self.journeys.insert(name, counts);
            }
        }
        Ok(is_help || is_journeys)
    }

    fn add_prior_help<'r>(&mut self, text: &impl Fn(&str) -> &'r str) {
        let name = [
            "time_period",
            "old_la_code",
            "indicator",
            "look_back_years",
            "lead_days",
            "mode",
            "group_by",
            "group",
        ]
        .map(|name| text(name).to_owned());
        let own = self.prior_help.entry(name).or_default();
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

    /// Questions about prior help that were answered, those of the same years together.
    #[must_use]
    pub fn questions(&self) -> Option<EarlierQuestion> {
        let mut all = EarlierQuestion::default();
        for [years, _, indicator, look_back, lead, mode, by, _] in self.prior_help.keys() {
            let kind = indicator.strip_prefix("prior_help_").unwrap_or(indicator);
            let period = |text: &str| Period::ending(text.parse().ok()?);
            let (from, to) = years.split_once('-').unwrap_or((years, years));
            let (Some(from), Some(to)) = (period(from), period(to)) else {
                continue;
            };
            all.kinds.insert(kind.to_owned());
            all.look_backs.insert(look_back.clone());
            all.leads.insert(lead.clone());
            all.modes.insert(mode.clone());
            all.groups.insert(by.clone());
            all.years.insert((from, to));
        }
        (!all.years.is_empty()).then_some(all)
    }

    /// Ways of telling children apart in tables of journeys.
    #[must_use]
    pub fn ways_of_journeys(&self) -> BTreeSet<&str> {
        self.journeys.keys().map(|name| name[4].as_str()).collect()
    }

    /// What is known of the counts of answers about prior help.
    #[must_use]
    pub fn known_of_prior_help(
        &self,
        asked: &PriorHelpAnswers,
        journeys: &Journeys,
        catalogue: &Catalogue,
    ) -> Vec<PublishedCount> {
        let mut known = Vec::new();
        for (key, places) in &asked.places {
            let name = name_of(key, journeys, catalogue);
            let Some(own) = self.prior_help.get(&name) else {
                continue;
            };
            let value = |told: Option<Reported<u32>>| told.and_then(Reported::value);
            let both = value(own.observed).zip(value(own.incomplete));
            let linked = both.map(|(observed, incomplete)| observed + incomplete);
            let unwatched = match own.watched {
                Some(Reported::Value(watched)) => {
                    linked.map(|linked| Reported::Value(linked.saturating_sub(watched)))
                }
                other => other,
            };
            // The bounds tell of how many not fully observed there is help on record.
            let bound = if key.kind == HelpKind::None {
                own.upper
            } else {
                own.lower
            };
            let partly = bound.zip(linked).zip(value(own.helped));
            let partly = partly.map(|((bound, linked), helped)| {
                Reported::Value(whole(bound * f64::from(linked)).saturating_sub(helped))
            });
            for (at, told) in [
                (Some(places.entrants), own.entrants),
                (Some(places.unlinked), own.unlinked),
                (Some(places.incomplete), own.incomplete),
                (Some(places.observed), own.observed),
                (Some(places.helped), own.helped),
                (Some(places.incomplete_yes), partly),
                (places.unwatched, unwatched),
            ] {
                known.extend(at.zip(told));
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
            let Some([numerator, denominator]) = self.journeys.get(&name) else {
                continue;
            };
            let (part, whole) = match &line.figure {
                Figure::Count => (Some(line.whole), None),
                Figure::Share(part) | Figure::Chance(part, _) => (Some(*part), Some(line.whole)),
                Figure::Untold => (None, Some(line.whole)),
            };
            known.extend(part.zip(*numerator));
            known.extend(whole.zip(*denominator));
        }
        known
    }
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
