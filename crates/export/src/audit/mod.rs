//! An audit of outputs: what somebody concludes of withheld counts who has nothing but the files.
//!
//! 1. `read` takes in the counts of each output by what they are of, so that a count which stands in two
//!    outputs is one, and what rates and bounds beside them say.
//! 2. `prior_help`, `journeys` and this file claim how counts hang together, by the names of columns
//!    and what stands in them; `claims` looks which of that the shown numbers bear out.
//! 3. [`ReaderKnowledge`](disparity_disclosure::ReaderKnowledge) finds what follows: of each output alone,
//!    then of all together.
//!
//! The relations are stated here a second time on purpose: an audit that shared them with the protection
//! would forget what that forgets. Only those of published indicators, which are data, are given.

mod claims;
mod estimates;
mod journeys;
mod printed;
mod prior_help;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use disparity_core::{Catalogue, Dimension, IndicatorRelations};
use disparity_disclosure::{Conclusion, Question, Threshold};

use claims::{Asked, Claims, Known, Sort};
use printed::{Key, Names, Output, Place, Told};
pub use read::AuditError;

/// The rule that outputs were made by, as far as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditedRule {
    /// Counts from 1 to this are withheld.
    pub withhold_to: u32,
    /// Shown counts are rounded to a multiple of this.
    pub round_to: u32,
}

/// Outputs to audit.
#[derive(Debug, Clone, Default)]
pub struct AuditedOutputs {
    names: Names,
    outputs: Vec<Output>,
}

/// How a count is exposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// It stands there.
    Shown,
    /// It has one value.
    Told,
    /// It is between 1 and the greatest that is withheld.
    Narrowed,
    /// It has one value if whatever is withheld is at least one.
    IfSomebody,
}

impl Exposure {
    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Told => "told",
            Self::Narrowed => "narrowed",
            Self::IfSomebody => "told_if_somebody",
        }
    }
}

/// A small count that a reader can work out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedCount {
    /// The outputs that it takes.
    pub outputs: Vec<String>,
    /// First and last year.
    pub years: (u16, u16),
    /// Code of the authority; empty for all together.
    pub area: String,
    /// Way of telling children apart.
    pub group_by: String,
    /// The group.
    pub group: String,
    /// What is counted, in words.
    pub what: String,
    /// The least that it must be.
    pub least: u64,
    /// The most.
    pub most: u64,
    /// How it is exposed.
    pub exposure: Exposure,
    /// Whether it takes what is only likely: that what holds of everyone holds of the group.
    pub likely: bool,
}

/// What one output, or several together, show and withhold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditedPart {
    /// How the outputs were named.
    pub outputs: Vec<String>,
    /// Which of our outputs are in it.
    pub kinds: Vec<&'static str>,
    /// Why nothing is withheld, if that is said.
    pub unprotected: Option<String>,
    /// Whether the children are invented.
    pub synthetic: bool,
    /// Counts that are shown.
    pub shown: usize,
    /// Counts that are withheld.
    pub withheld: usize,
    /// Of those, the ones that are surely small, as far as a reader can know.
    pub surely_small: usize,
    /// Of those, the ones that are surely above.
    pub surely_above: usize,
    /// Counts that are one number in one output and another in another.
    pub differ: usize,
    /// Relations that were used.
    pub relations: usize,
    /// Relations that what is shown contradicts.
    pub contradicted: usize,
    /// Numbers asked about, withheld counts and what is left beside parts.
    pub asked: usize,
    /// Of those, proven to be in doubt.
    pub in_doubt: usize,
    /// Of those, neither proven nor exposed.
    pub not_proven: usize,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditReport {
    /// Each output alone, and all together where there are several.
    pub parts: Vec<AuditedPart>,
    /// What is exposed; once, by the fewest outputs.
    pub exposed: Vec<ExposedCount>,
}

impl AuditedOutputs {
    /// Reads a file, or every CSV and Parquet of ours in a folder, as one output.
    ///
    /// # Errors
    /// [`AuditError`] naming the file.
    pub fn read(&mut self, path: &Path, catalogue: &Catalogue) -> Result<(), AuditError> {
        let output = read::read(path, &mut self.names, catalogue)?;
        self.outputs.push(output);
        Ok(())
    }

    /// What somebody can work out who has these outputs: of each alone, and of all together.
    #[must_use]
    pub fn audit(
        &self,
        rule: AuditedRule,
        catalogue: &Catalogue,
        relations: &IndicatorRelations,
    ) -> AuditReport {
        let mut report = AuditReport::default();
        let auditor = Auditor {
            names: &self.names,
            catalogue,
            relations,
            rule,
        };
        let mut known: BTreeSet<(Vec<Key>, Vec<Key>)> = BTreeSet::new();
        let several = (self.outputs.len() > 1).then(|| together(&self.outputs));
        for output in self.outputs.iter().chain(&several) {
            let names = match &several {
                Some(all) if std::ptr::eq(all, output) => {
                    self.outputs.iter().map(|own| own.name.clone()).collect()
                }
                _ => vec![output.name.clone()],
            };
            let (part, exposed) = auditor.part(output, names);
            for (of, exposed) in exposed {
                if known.insert(of) {
                    report.exposed.push(exposed);
                }
            }
            report.parts.push(part);
        }
        report
    }
}

/// All outputs as one.
fn together(outputs: &[Output]) -> Output {
    let mut all = Output::default();
    for output in outputs {
        for (key, told) in &output.counts {
            all.tell(*key, *told);
        }
        all.kinds.extend(&output.kinds);
        all.synthetic |= output.synthetic;
    }
    all
}

/// What one audit is made with.
struct Auditor<'a> {
    names: &'a Names,
    catalogue: &'a Catalogue,
    relations: &'a IndicatorRelations,
    rule: AuditedRule,
}

/// What is exposed, by the counts that it is made of.
type Exposed = ((Vec<Key>, Vec<Key>), ExposedCount);

impl Auditor<'_> {
    fn part(&self, output: &Output, outputs: Vec<String>) -> (AuditedPart, Vec<Exposed>) {
        let small = Threshold::up_to(self.rule.withhold_to);
        let mut claims = Claims::new(&output.counts, self.rule.round_to.into());
        prior_help::relate(&mut claims, self.names);
        journeys::relate(&mut claims, self.names, self.catalogue, self.relations);
        self.margins(&mut claims);
        let known = claims.known(true);
        let numbers: Vec<usize> = known.asked.iter().map(|(_, number)| *number).collect();
        let worked = known.knowledge.work_out(&numbers, Question::IsSmall, small);
        let mut part = AuditedPart {
            kinds: kinds(output),
            outputs,
            unprotected: output.unprotected.clone(),
            synthetic: output.synthetic,
            relations: known.used,
            contradicted: known.contradicted + worked.contradicted,
            asked: numbers.len(),
            ..AuditedPart::default()
        };
        for told in output.counts.values().filter(|told| !told.unprinted) {
            part.shown += usize::from(told.shown.is_some());
            part.withheld += usize::from(told.shown.is_none() && told.withheld);
            part.differ += usize::from(told.differs);
        }
        let mut found: BTreeMap<usize, (Exposure, u64, u64)> = BTreeMap::new();
        for (n, one) in worked.counts.iter().enumerate() {
            if let Asked::Count(at) = &known.asked[n].0
                && !claims.told[*at].1.unprinted
            {
                let most = one.most.unwrap_or(u64::MAX);
                part.surely_small += usize::from(one.least >= 1 && most <= small.at_most.into());
                part.surely_above += usize::from(one.least > small.at_most.into());
            }
            match (one.is, one.most) {
                (Conclusion::Exposed, Some(most)) => {
                    let how = if one.least == most {
                        Exposure::Told
                    } else {
                        Exposure::Narrowed
                    };
                    found.insert(n, (how, one.least, most));
                }
                (Conclusion::InDoubt, _) => part.in_doubt += 1,
                _ => part.not_proven += 1,
            }
        }
        Self::if_somebody(&claims, &known, &mut found, small);
        let likely = Self::only_likely(&claims, &known, &found, small);
        let mut exposed = self.shown(&claims, &part.outputs);
        for (n, (how, least, most)) in found {
            let likely = likely.contains(&n);
            exposed.push(self.exposed(
                &claims,
                &known.asked[n].0,
                (how, least, most, likely),
                &part.outputs,
            ));
        }
        (part, exposed)
    }

    /// What follows for somebody who takes it that whatever is withheld is at least one, wherever
    /// something is shown of the same children.
    fn if_somebody(
        claims: &Claims<'_>,
        known: &Known,
        found: &mut BTreeMap<usize, (Exposure, u64, u64)>,
        small: Threshold,
    ) {
        let shown = claims.told.iter().filter(|(_, told)| told.shown.is_some());
        let places: BTreeSet<Place> = shown.map(|(key, _)| key.place).collect();
        let mut taking = known.knowledge.clone();
        for (asked, number) in &known.asked {
            if let Asked::Count(at) = asked
                && !claims.told[*at].1.unprinted
                && places.contains(&claims.told[*at].0.place)
            {
                taking.is_at_least(*number, 1);
            }
        }
        let left: Vec<usize> = (0..known.asked.len())
            .filter(|n| !found.contains_key(n))
            .collect();
        let numbers: Vec<usize> = left.iter().map(|n| known.asked[*n].1).collect();
        let worked = taking.work_out(&numbers, Question::Which, small);
        for (n, one) in left.into_iter().zip(worked.counts) {
            if one.is == Conclusion::Exposed {
                found.insert(n, (Exposure::IfSomebody, one.least, one.least));
            }
        }
    }

    /// Which of what is exposed is not so without what is only likely.
    fn only_likely(
        claims: &Claims<'_>,
        known: &Known,
        found: &BTreeMap<usize, (Exposure, u64, u64)>,
        small: Threshold,
    ) -> BTreeSet<usize> {
        let told = found
            .iter()
            .filter(|(_, (how, ..))| *how != Exposure::IfSomebody);
        let told: Vec<usize> = told.map(|(n, _)| *n).collect();
        if told.is_empty() {
            return BTreeSet::new();
        }
        let without = claims.known(false);
        let places: BTreeMap<&Asked, usize> = without
            .asked
            .iter()
            .map(|(asked, number)| (asked, *number))
            .collect();
        let numbers = told.iter().map(|n| places.get(&known.asked[*n].0).copied());
        let numbers: Vec<Option<usize>> = numbers.collect();
        let asked: Vec<usize> = numbers.iter().flatten().copied().collect();
        let mut worked = without
            .knowledge
            .work_out(&asked, Question::IsSmall, small)
            .counts
            .into_iter();
        let mut likely = BTreeSet::new();
        for (n, number) in told.into_iter().zip(numbers) {
            let certain = number.is_some()
                && worked
                    .next()
                    .is_some_and(|one| one.is == Conclusion::Exposed);
            if !certain {
                likely.insert(n);
            }
        }
        likely
    }

    /// Small counts that are shown as they are.
    fn shown(&self, claims: &Claims<'_>, outputs: &[String]) -> Vec<Exposed> {
        if self.rule.round_to > 1 {
            return Vec::new();
        }
        let small = |told: &Told| {
            told.shown
                .filter(|n| (1..=u64::from(self.rule.withhold_to)).contains(n))
        };
        let those = claims.told.iter().enumerate();
        those
            .filter_map(|(at, (_, told))| Some((at, small(told)?)))
            .map(|(at, n)| {
                self.exposed(
                    claims,
                    &Asked::Count(at),
                    (Exposure::Shown, n, n, false),
                    outputs,
                )
            })
            .collect()
    }

    fn exposed(
        &self,
        claims: &Claims<'_>,
        asked: &Asked,
        (exposure, least, most, likely): (Exposure, u64, u64, bool),
        outputs: &[String],
    ) -> Exposed {
        let keys = |list: &[usize]| list.iter().map(|at| claims.told[*at].0).collect::<Vec<_>>();
        let (up, off) = match asked {
            Asked::Count(at) => (keys(&[*at]), vec![]),
            Asked::Rest { up, off } => (keys(up), keys(off)),
        };
        let place = up.first().or(off.first()).map(|key| key.place);
        let word = |of: fn(Place) -> u32| {
            place.map_or_else(String::new, |place| self.names.word(of(place)).to_owned())
        };
        let words = |list: &[Key]| {
            let words: BTreeSet<String> = list
                .iter()
                .map(|key| {
                    let own = self.names.word(key.what);
                    if Some(key.place) == place {
                        own.to_owned()
                    } else {
                        format!(
                            "{own} ({}, {})",
                            self.names.word(key.place.group),
                            key.place.years.1
                        )
                    }
                })
                .collect();
            words.into_iter().collect::<Vec<_>>().join(" + ")
        };
        let what = if off.is_empty() {
            words(&up)
        } else {
            format!("{} less {}", words(&up), words(&off))
        };
        let count = ExposedCount {
            outputs: outputs.to_vec(),
            years: place.map_or((0, 0), |place| place.years),
            area: word(|place| place.area),
            group_by: word(|place| place.by),
            group: word(|place| place.group),
            what,
            least,
            most,
            exposure,
            likely,
        };
        ((up, off), count)
    }

    /// The kind of output that a count is of.
    fn class(&self, key: &Key) -> String {
        let word = self.names.word(key.what);
        word.split(':').next().unwrap_or("").to_owned()
    }

    /// Groups make up everyone, detailed ethnic groups their broad one, authorities all together, and
    /// years those that are put together.
    fn margins(&self, claims: &mut Claims<'_>) {
        let keys: Vec<(Key, usize)> = claims.keys().collect();
        // The groups that there are of a way.
        let mut groups: BTreeMap<(String, u32), BTreeSet<u32>> = BTreeMap::new();
        for (key, _) in &keys {
            let way = groups.entry((self.class(key), key.place.by)).or_default();
            way.insert(key.place.group);
        }
        let everyone = self.names.find("total").zip(self.names.find("Total"));
        let mut by_way: BTreeMap<(Key, u32), Vec<(u32, usize)>> = BTreeMap::new();
        for (key, at) in &keys {
            let place = key.place;
            if let Some((by, group)) = everyone.filter(|(by, _)| place.by != *by) {
                let place = Place { by, group, ..place };
                let whole = Key { place, ..*key };
                let parts = by_way.entry((whole, key.place.by)).or_default();
                parts.push((key.place.group, *at));
            }
        }
        for ((whole, by), parts) in by_way {
            if let Some(at) = claims.at(&whole) {
                let class = self.class(&whole);
                let complete = groups[&(class.clone(), by)].len() == parts.len();
                self.groups(claims, (at, &class), by, &parts, complete);
            }
        }
        self.detailed(claims, &keys);
        self.authorities(claims, &keys);
        years(claims, &keys);
    }

    fn detailed(&self, claims: &mut Claims<'_>, keys: &[(Key, usize)]) {
        let broad = self.broad_groups();
        let mut wholes: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (key, at) in keys {
            if let Some((by, group)) = broad.get(&(key.place.by, key.place.group)).copied() {
                let place = Place {
                    by,
                    group,
                    ..key.place
                };
                wholes.entry(Key { place, ..*key }).or_default().push(*at);
            }
        }
        for (whole, parts) in wholes {
            if let Some(at) = claims.at(&whole) {
                let group = whole.place.group;
                let many = broad.values().filter(|(_, own)| *own == group).count();
                let all = parts.len() == many;
                let sort = if all { Sort::Exact } else { Sort::NoMore };
                let family = format!("detailed {} {}", self.class(&whole), self.names.word(group));
                claims.add(&family, vec![at], parts, sort);
            }
        }
    }

    fn authorities(&self, claims: &mut Claims<'_>, keys: &[(Key, usize)]) {
        let Some(area) = self.names.find("") else {
            return;
        };
        let mut areas: BTreeSet<u32> = BTreeSet::new();
        let mut wholes: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (key, at) in keys.iter().filter(|(key, _)| key.place.area != area) {
            areas.insert(key.place.area);
            let place = Place { area, ..key.place };
            wholes.entry(Key { place, ..*key }).or_default().push(*at);
        }
        for (whole, parts) in wholes {
            if let Some(at) = claims.at(&whole) {
                let all = parts.len() == areas.len();
                let sort = if all { Sort::Likely } else { Sort::NoMore };
                let family = format!("authorities {}|{:?}", self.class(&whole), whole.place.years);
                claims.add(&family, vec![at], parts, sort);
            }
        }
    }

    /// That groups make up everyone, or are within everyone where some of them are not there.
    fn groups(
        &self,
        claims: &mut Claims<'_>,
        (whole, class): (usize, &str),
        by: u32,
        parts: &[(u32, usize)],
        complete: bool,
    ) {
        let way = self.names.word(by);
        let all: Vec<usize> = parts.iter().map(|(_, at)| *at).collect();
        let family = format!("groups {class} {way}");
        if way == "unaccompanied" {
            // Everyone is everyone else where unaccompanied children are counted apart.
            let others = parts
                .iter()
                .filter(|(group, _)| self.names.word(*group) != "Unaccompanied");
            let others: Vec<usize> = others.map(|(_, at)| *at).collect();
            if complete {
                claims.add(&family, vec![whole], all, Sort::Likely);
                claims.add(
                    &format!("{family} apart"),
                    vec![whole],
                    others,
                    Sort::Likely,
                );
            }
        } else {
            let sort = if complete { Sort::Exact } else { Sort::NoMore };
            claims.add(&family, vec![whole], all, sort);
        }
    }

    /// The broad ethnic group of each detailed one, by way and name.
    fn broad_groups(&self) -> BTreeMap<(u32, u32), (u32, u32)> {
        let [major, minor] = [Dimension::EthnicityMajor, Dimension::EthnicityMinor];
        let (broad, detailed) = (
            self.catalogue.dimensions.list(major),
            self.catalogue.dimensions.list(minor),
        );
        let of = |category: &disparity_core::Category| {
            let parent = broad.get(broad.id(category.parent.as_deref()?)?);
            let find = |word: &str| self.names.find(word);
            let own = (find(minor.column())?, find(&category.label)?);
            Some((own, (find(major.column())?, find(&parent.label)?)))
        };
        detailed
            .iter()
            .filter_map(|(_, category)| of(category))
            .collect()
    }
}

/// Years that are put together are the sum of each, where those are there.
fn years(claims: &mut Claims<'_>, keys: &[(Key, usize)]) {
    type Spans = Vec<((u16, u16), usize)>;
    let mut all: BTreeMap<Key, Spans> = BTreeMap::new();
    for (key, at) in keys {
        let years = (0, 0);
        let place = Place { years, ..key.place };
        let own = all.entry(Key { place, ..*key }).or_default();
        own.push((key.place.years, *at));
    }
    for spans in all.into_values() {
        for ((from, to), whole) in spans.iter().filter(|((from, to), _)| from < to) {
            let each = spans
                .iter()
                .filter(|((a, b), _)| a == b && from <= a && a <= to);
            let each: Vec<usize> = each.map(|(_, at)| *at).collect();
            let complete = each.len() == usize::from(to - from) + 1;
            let sort = if complete { Sort::Exact } else { Sort::NoMore };
            if !each.is_empty() {
                claims.add("years", vec![*whole], each, sort);
            }
        }
    }
}

fn kinds(output: &Output) -> Vec<&'static str> {
    let kinds: BTreeSet<&'static str> = output.kinds.iter().copied().collect();
    kinds.into_iter().collect()
}

/// The columns of what is exposed, for machines.
pub const AUDIT_HEADER: [&str; 12] = [
    "outputs",
    "time_period",
    "area_code",
    "area_name",
    "group_by",
    "group",
    "count",
    "least",
    "most",
    "exposed",
    "most_likely",
    "of_outputs",
];

/// One row of them; `name` is that of the area.
#[must_use]
pub fn audit_row(one: &ExposedCount, name: &str) -> Vec<String> {
    vec![
        one.outputs.join("; "),
        one.span(),
        one.area.clone(),
        name.to_owned(),
        one.group_by.clone(),
        one.group.clone(),
        one.what.clone(),
        one.least.to_string(),
        one.most.to_string(),
        one.exposure.as_str().to_owned(),
        one.likely.to_string(),
        one.outputs.len().to_string(),
    ]
}

impl ExposedCount {
    /// Its year, or the first and the last of its years.
    #[must_use]
    pub fn span(&self) -> String {
        let (from, to) = self.years;
        if from == to {
            to.to_string()
        } else {
            format!("{from}-{to}")
        }
    }
}

#[cfg(test)]
mod tests;
