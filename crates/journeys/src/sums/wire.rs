//! Sums as bytes, for another process of the same version: codes and keys as small numbers.

use std::collections::BTreeMap;

use disparity_core::answers::{Group, GroupBy, HelpKind, LookBack, Mode, PriorHelpKey};
use disparity_core::journeys::{
    Authority, Code, CodeSet, CodeSetId, CodeSets, Continued, Coverage, Covered, SpellKind,
};
use disparity_core::{CategoryId, Day, Dimension, Period, Stratum};
use serde::{Deserialize, Serialize};

use super::{Entered, Own, Questions, Sums, SumsError};
use crate::cohort::NotEntries;
use crate::indicators::{INDICATORS, PLAN_INDICATORS};
use crate::prior_help::{Gathered, GatheredNumbers, PriorHelpParams, Years};

/// What the bytes begin with: the layout, which changes with what is added up.
const MARK: &str = concat!("disparity sums 1 ", env!("CARGO_PKG_VERSION"));

/// Everything.
#[derive(Serialize, Deserialize)]
struct Written {
    mark: String,
    synthetic: bool,
    codes: Vec<Vec<WrittenCode>>,
    questions: Vec<WrittenQuestion>,
    indicators: bool,
    /// Entries, the five kinds of those that are none, linked, entrants.
    entered: [u64; 8],
    authorities: Vec<WrittenAuthority>,
}

/// Code, label, group, first and last year.
type WrittenCode = (String, String, String, u16, u16);

/// First and last day after, in days since 1970.
type Span = (i32, i32);

#[derive(Serialize, Deserialize)]
struct WrittenQuestion {
    kinds: Vec<u8>,
    look_backs: Vec<Option<u8>>,
    leads: Vec<u16>,
    modes: Vec<u8>,
    groups: Vec<u8>,
    pooled: Option<u8>,
    include_unaccompanied: bool,
    by_authority: bool,
}

#[derive(Serialize, Deserialize)]
struct WrittenAuthority {
    code: String,
    area: Option<String>,
    extract: i32,
    coverage: Vec<Vec<Span>>,
    continued: Option<(i32, Vec<String>, bool)>,
    children: u64,
    help: Vec<Vec<(WrittenKey, GatheredNumbers)>>,
    counts: Vec<(u8, u16, [u8; Dimension::ALL.len()], u32)>,
    repeats: Vec<(u8, u16, Vec<u32>)>,
}

/// Years, way and group, kind, look-back, lead and mode.
type WrittenKey = (u16, u16, u8, u8, u8, Option<u8>, u16, u8);

impl Sums {
    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let written = Written {
            mark: MARK.to_owned(),
            synthetic: self.synthetic,
            codes: CodeSetId::ALL
                .map(|id| {
                    self.codes
                        .set(id)
                        .iter()
                        .map(|(_, code)| of_code(code))
                        .collect()
                })
                .to_vec(),
            questions: self.questions.help.iter().map(of_question).collect(),
            indicators: self.questions.indicators,
            entered: of_entered(&self.entered),
            authorities: self.authorities.values().map(of_authority).collect(),
        };
        // Writing to memory fails for nothing that is in there.
        postcard::to_allocvec(&written).unwrap_or_default()
    }

    /// From bytes.
    ///
    /// # Errors
    /// [`SumsError::Bytes`] of anything but what [`Self::to_bytes`] of this version made, and
    /// [`SumsError::SameAuthority`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SumsError> {
        // Another version may have put anything behind its mark.
        let (mark, _) = postcard::take_from_bytes::<String>(bytes).map_err(|_| SumsError::Bytes)?;
        if mark != MARK {
            return Err(SumsError::Bytes);
        }
        let (written, rest) =
            postcard::take_from_bytes::<Written>(bytes).map_err(|_| SumsError::Bytes)?;
        if !rest.is_empty() {
            return Err(SumsError::Bytes);
        }
        read(written).ok_or(SumsError::Bytes)?
    }
}

fn read(written: Written) -> Option<Result<Sums, SumsError>> {
    let sets: Option<Vec<CodeSet>> = written.codes.into_iter().map(code_set).collect();
    let help: Option<Vec<PriorHelpParams>> = written.questions.iter().map(question).collect();
    let mut authorities = BTreeMap::new();
    let many = written.questions.len();
    for own in written.authorities {
        let code = own.code.clone();
        let own = authority(own).filter(|own| own.help.len() == many)?;
        if authorities.insert(code.clone(), own).is_some() {
            return Some(Err(SumsError::SameAuthority(code)));
        }
    }
    Some(Ok(Sums {
        synthetic: written.synthetic,
        codes: CodeSets::new(sets?.try_into().ok()?),
        questions: Questions {
            help: help?,
            indicators: written.indicators,
        },
        entered: entered(written.entered)?,
        authorities,
    }))
}

fn of_code(code: &Code) -> WrittenCode {
    let (first, last) = code.valid;
    (
        code.code.clone(),
        code.label.clone(),
        code.group.clone(),
        first,
        last,
    )
}

fn code_set(written: Vec<WrittenCode>) -> Option<CodeSet> {
    let code = |(code, label, group, first, last)| Code {
        code,
        label,
        group,
        valid: (first, last),
    };
    CodeSet::new(written.into_iter().map(code).collect())
}

const fn of_entered(own: &Entered) -> [u64; 8] {
    let not = &own.not;
    [
        own.entries,
        not.left_truncated,
        not.start_inferred,
        not.second_in_year,
        not.adult,
        not.not_covered,
        own.linked as u64,
        own.entrants as u64,
    ]
}

fn entered(written: [u64; 8]) -> Option<Entered> {
    let [
        entries,
        left_truncated,
        start_inferred,
        second_in_year,
        adult,
        not_covered,
        linked,
        entrants,
    ] = written;
    Some(Entered {
        entries,
        not: NotEntries {
            left_truncated,
            start_inferred,
            second_in_year,
            adult,
            not_covered,
        },
        linked: linked.try_into().ok()?,
        entrants: entrants.try_into().ok()?,
    })
}

/// The place of a value in the list of all.
fn place<T: PartialEq>(all: &[T], value: &T) -> u8 {
    let found = all.iter().position(|own| own == value).unwrap_or_default();
    u8::try_from(found).unwrap_or_default()
}

fn at<T: Copy>(all: &[T], place: u8) -> Option<T> {
    all.get(usize::from(place)).copied()
}

fn each<T: Copy>(all: &[T], places: &[u8]) -> Option<Vec<T>> {
    places.iter().map(|place| at(all, *place)).collect()
}

const fn of_look_back(own: LookBack) -> Option<u8> {
    match own {
        LookBack::Years(years) => Some(years),
        LookBack::Ever => None,
    }
}

fn look_back(written: Option<u8>) -> LookBack {
    written.map_or(LookBack::Ever, LookBack::Years)
}

fn of_question(own: &PriorHelpParams) -> WrittenQuestion {
    let places = |kinds: &[HelpKind]| {
        kinds
            .iter()
            .map(|kind| place(&HelpKind::ALL, kind))
            .collect()
    };
    WrittenQuestion {
        kinds: places(&own.kinds),
        look_backs: own
            .look_backs
            .iter()
            .map(|own| of_look_back(*own))
            .collect(),
        leads: own.leads.clone(),
        modes: own
            .modes
            .iter()
            .map(|mode| place(&Mode::ALL, mode))
            .collect(),
        groups: own
            .groups
            .iter()
            .map(|by| place(&GroupBy::ALL, by))
            .collect(),
        pooled: match own.years {
            Years::Each => None,
            Years::Pooled(years) => Some(years),
        },
        include_unaccompanied: own.include_unaccompanied,
        by_authority: own.by_authority,
    }
}

fn question(written: &WrittenQuestion) -> Option<PriorHelpParams> {
    Some(PriorHelpParams {
        kinds: each(&HelpKind::ALL, &written.kinds)?,
        look_backs: written
            .look_backs
            .iter()
            .map(|own| look_back(*own))
            .collect(),
        leads: written.leads.clone(),
        modes: each(&Mode::ALL, &written.modes)?,
        groups: each(&GroupBy::ALL, &written.groups)?,
        years: written.pooled.map_or(Years::Each, Years::Pooled),
        include_unaccompanied: written.include_unaccompanied,
        by_authority: written.by_authority,
    })
}

fn of_key(key: &PriorHelpKey) -> WrittenKey {
    (
        key.from.year(),
        key.to.year(),
        place(&GroupBy::ALL, &key.group.by),
        key.group.code,
        place(&HelpKind::ALL, &key.kind),
        of_look_back(key.look_back),
        key.lead,
        place(&Mode::ALL, &key.mode),
    )
}

fn key((from, to, by, code, kind, back, lead, mode): WrittenKey) -> Option<PriorHelpKey> {
    Some(PriorHelpKey {
        authority: None,
        from: Period::ending(from)?,
        to: Period::ending(to)?,
        group: Group {
            by: at(&GroupBy::ALL, by)?,
            code,
        },
        kind: at(&HelpKind::ALL, kind)?,
        look_back: look_back(back),
        lead,
        mode: at(&Mode::ALL, mode)?,
    })
}

/// The names of everything that is counted.
fn names() -> Vec<&'static str> {
    let first = INDICATORS.into_iter().map(|(name, _)| name);
    first.chain(PLAN_INDICATORS).collect()
}

fn of_authority(own: &Own) -> WrittenAuthority {
    let names = names();
    let spans = |kind: SpellKind| {
        let spans = own.authority.coverage.of(kind).spans();
        spans.iter().map(|(from, to)| (from.0, to.0)).collect()
    };
    let one = |(key, gathered): (&PriorHelpKey, &Gathered)| (of_key(key), gathered.numbers());
    WrittenAuthority {
        code: own.authority.old_la_code.clone(),
        area: own.authority.area.map(|area| area.to_string()),
        extract: own.authority.extract.0,
        coverage: SpellKind::ALL.map(spans).to_vec(),
        continued: own.authority.continued.as_ref().map(|continued| {
            let predecessors = continued.predecessors.clone();
            (continued.from.0, predecessors, continued.whole)
        }),
        children: own.children,
        help: own
            .help
            .iter()
            .map(|own| own.iter().map(one).collect())
            .collect(),
        counts: own
            .counts
            .iter()
            .map(|((name, period, stratum), count)| {
                let groups = Dimension::ALL.map(|dimension| stratum.get(dimension).0);
                (place(&names, name), period.year(), groups, *count)
            })
            .collect(),
        repeats: own
            .repeats
            .iter()
            .map(|((name, period), by_times)| {
                (place(&names, name), period.year(), by_times.clone())
            })
            .collect(),
    }
}

fn authority(written: WrittenAuthority) -> Option<Own> {
    let names = names();
    let mut coverage = Coverage::default();
    for (kind, spans) in SpellKind::ALL.into_iter().zip(written.coverage) {
        let spans = spans.into_iter().map(|(from, to)| (Day(from), Day(to)));
        coverage.set(kind, Covered::new(spans.collect()));
    }
    let area = written.area.map(|area| area.parse().ok());
    let one = |(own, numbers)| Some((key(own)?, Gathered::of_numbers(numbers)));
    let counts = written
        .counts
        .into_iter()
        .map(|(name, year, groups, count)| {
            let groups = Dimension::ALL.into_iter().zip(groups);
            let stratum = groups.fold(Stratum::TOTAL, |all, (dimension, group)| {
                all.with(dimension, CategoryId(group))
            });
            Some(((at(&names, name)?, Period::ending(year)?, stratum), count))
        });
    let repeats = written.repeats.into_iter();
    let repeats = repeats
        .map(|(name, year, by_times)| Some(((at(&names, name)?, Period::ending(year)?), by_times)));
    Some(Own {
        authority: Authority {
            old_la_code: written.code,
            area: match area {
                None => None,
                Some(area) => Some(area?),
            },
            coverage,
            extract: Day(written.extract),
            continued: written
                .continued
                .map(|(from, predecessors, whole)| Continued {
                    from: Day(from),
                    predecessors,
                    whole,
                }),
        },
        children: written.children,
        help: written
            .help
            .into_iter()
            .map(|own| own.into_iter().map(one).collect())
            .collect::<Option<_>>()?,
        counts: counts.collect::<Option<_>>()?,
        repeats: repeats.collect::<Option<_>>()?,
    })
}
