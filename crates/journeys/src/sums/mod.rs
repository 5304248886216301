//! What the journeys of some authorities add up to: all that answers are made of, and no record of a child.
//!
//! Children of different authorities are different children, so that authorities can be added up one at a time, on as many
//! machines as there are, and put together afterwards. [`Sums::merge`] does not mind in which order.
//!
//! These are counts that nobody has protected: they are kept where the returns are kept.

mod wire;

use std::collections::BTreeMap;

use disparity_core::answers::{GroupBy, PriorHelp, PriorHelpKey};
use disparity_core::journeys::{Authority, CodeSets, Journeys, Wanted};
use disparity_core::{Dimensions, Period, Stratum};

use crate::cohort::{NotEntries, entries};
use crate::indicators::{CountKey, Repeats, counts_and_repeats};
use crate::matching::{linked_of, match_rates};
use crate::prior_help::{Gathered, PriorHelpParams, answers, pieces};

/// Who entered care, and how many of them are linked to a record of need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entered {
    /// Entries into care.
    pub entries: u64,
    /// Starts of care that are none.
    pub not: NotEntries,
    /// Entrants who are linked, of all.
    pub linked: u32,
    /// All entrants.
    pub entrants: u32,
}

impl Entered {
    /// Of journeys.
    #[must_use]
    pub fn of(journeys: &Journeys, dimensions: &Dimensions) -> Self {
        let (all, not) = entries(journeys, dimensions);
        let rates = match_rates(journeys, &all, &[GroupBy::Total]);
        let everyone = rates
            .iter()
            .find(|(key, _)| key.authority.is_none() && key.period.is_none());
        let (linked, entrants) = everyone.map_or((0, 0), |(_, matches)| linked_of(matches));
        Self {
            entries: all.len() as u64,
            not,
            linked,
            entrants,
        }
    }

    /// Counts others as well.
    fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.not.add(other.not);
        self.linked += other.linked;
        self.entrants += other.entrants;
    }
}

/// What is added up for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Questions {
    /// Questions about prior help.
    pub help: Vec<PriorHelpParams>,
    /// Whether the published indicators are counted.
    pub indicators: bool,
}

impl Questions {
    /// What of journeys is looked at.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        match self.help.split_first() {
            Some((first, rest)) if !self.indicators => {
                let together = PriorHelpParams {
                    kinds: self.help.iter().flat_map(|own| own.kinds.clone()).collect(),
                    groups: self
                        .help
                        .iter()
                        .flat_map(|own| own.groups.clone())
                        .collect(),
                    include_unaccompanied: first.include_unaccompanied
                        && rest.iter().all(|own| own.include_unaccompanied),
                    ..first.clone()
                };
                together.wanted()
            }
            _ => Wanted::everything(),
        }
    }
}

/// One authority's part.
#[derive(Debug, Clone)]
struct Own {
    authority: Authority,
    children: u64,
    /// For each question what its answers are made of; no key names the authority.
    help: Vec<BTreeMap<PriorHelpKey, Gathered>>,
    counts: BTreeMap<(&'static str, Period, Stratum), u32>,
    repeats: BTreeMap<(&'static str, Period), Vec<u32>>,
}

/// What the journeys of some authorities add up to.
#[derive(Debug, Clone)]
pub struct Sums {
    synthetic: bool,
    codes: CodeSets,
    questions: Questions,
    entered: Entered,
    /// By three-digit code.
    authorities: BTreeMap<String, Own>,
}

/// Sums that cannot be put together, or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SumsError {
    /// Two parts hold the same authority: its children would be counted twice.
    #[error("authority {0} is in two parts")]
    SameAuthority(String),
    /// Two parts number their codes differently.
    #[error("the parts were built with different code lists")]
    CodeSets,
    /// Some are of invented children and some are not.
    #[error("some of the parts are of invented children, and some are not")]
    Synthetic,
    /// Two parts answer different questions.
    #[error("the parts were asked different questions")]
    Questions,
    /// Bytes that are no sums of this version.
    #[error("these are no sums of this version of the program")]
    Bytes,
}

impl Sums {
    /// Adds up journeys.
    #[must_use]
    pub fn of(journeys: &Journeys, dimensions: &Dimensions, questions: &Questions) -> Self {
        let mut authorities: Vec<Own> = journeys
            .authorities()
            .iter()
            .enumerate()
            .map(|(at, authority)| Own {
                authority: authority.clone(),
                children: journeys.children_of(at).len() as u64,
                help: vec![BTreeMap::new(); questions.help.len()],
                counts: BTreeMap::new(),
                repeats: BTreeMap::new(),
            })
            .collect();
        for (question, params) in questions.help.iter().enumerate() {
            for (key, gathered) in pieces(journeys, dimensions, params) {
                let Some(at) = key.authority else { continue };
                let key = PriorHelpKey {
                    authority: None,
                    ..key
                };
                let own = &mut authorities[at].help[question];
                own.entry(key).or_default().merge(&gathered);
            }
        }
        if questions.indicators {
            let (counts, repeats) = counts_and_repeats(journeys, dimensions);
            for ((name, at, period, stratum), count) in counts {
                let own = &mut authorities[at].counts;
                own.insert((name, period, stratum), count);
            }
            for ((name, at, period), by_times) in repeats {
                authorities[at].repeats.insert((name, period), by_times);
            }
        }
        Self {
            synthetic: journeys.synthetic,
            codes: journeys.codes().clone(),
            questions: questions.clone(),
            entered: Entered::of(journeys, dimensions),
            authorities: authorities
                .into_iter()
                .map(|own| (own.authority.old_la_code.clone(), own))
                .collect(),
        }
    }

    /// Adds those of other authorities.
    ///
    /// # Errors
    /// [`SumsError`] where an authority is in both, and where they do not go together.
    pub fn merge(&mut self, other: Self) -> Result<(), SumsError> {
        if self.questions != other.questions {
            return Err(SumsError::Questions);
        }
        if self.codes != other.codes {
            return Err(SumsError::CodeSets);
        }
        if self.synthetic != other.synthetic {
            return Err(SumsError::Synthetic);
        }
        let twice = other.authorities.keys();
        if let Some(code) = twice
            .into_iter()
            .find(|own| self.authorities.contains_key(*own))
        {
            return Err(SumsError::SameAuthority(code.clone()));
        }
        self.entered.add(&other.entered);
        self.authorities.extend(other.authorities);
        Ok(())
    }

    /// The authorities with their coverage and the code sets, as journeys of no child. The authorities stand in the order
    /// of their codes, as they do where they are read together.
    #[must_use]
    pub fn headings(&self) -> Journeys {
        let mut journeys = Journeys::new(self.codes.clone(), self.synthetic);
        for own in self.authorities.values() {
            journeys.push_authority(own.authority.clone());
        }
        journeys
    }

    /// Who entered care.
    #[must_use]
    pub const fn entered(&self) -> &Entered {
        &self.entered
    }

    /// How many children an authority has, by its position.
    #[must_use]
    pub fn children_of(&self, authority: usize) -> u64 {
        let own = self.authorities.values().nth(authority);
        own.map_or(0, |own| own.children)
    }

    /// Answers a question about prior help that was asked when these were added up; none of another.
    #[must_use]
    pub fn prior_help(
        &self,
        dimensions: &Dimensions,
        params: &PriorHelpParams,
    ) -> Option<Vec<PriorHelp>> {
        let question = self.questions.help.iter().position(|own| own == params)?;
        let parts = self
            .authorities
            .values()
            .enumerate()
            .flat_map(|(at, own)| {
                let with = move |(key, gathered): (&PriorHelpKey, &Gathered)| {
                    let key = PriorHelpKey {
                        authority: Some(at),
                        ..*key
                    };
                    (key, gathered.clone())
                };
                own.help[question].iter().map(with)
            })
            .collect();
        Some(answers(parts, &self.headings(), dimensions, params))
    }

    /// Counts of the published indicators, and how many events children had; nothing, if they were not wanted.
    #[must_use]
    pub fn counts_and_repeats(&self) -> (BTreeMap<CountKey, u32>, Repeats) {
        let (mut counts, mut repeats) = (BTreeMap::new(), Repeats::new());
        for (at, own) in self.authorities.values().enumerate() {
            let own_counts = own.counts.iter();
            counts.extend(
                own_counts.map(|((name, period, stratum), count)| {
                    ((*name, at, *period, *stratum), *count)
                }),
            );
            let own_repeats = own.repeats.iter();
            repeats.extend(
                own_repeats
                    .map(|((name, period), by_times)| ((*name, at, *period), by_times.clone())),
            );
        }
        (counts, repeats)
    }
}

#[cfg(test)]
mod tests;
