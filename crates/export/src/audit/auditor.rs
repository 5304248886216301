//! One audit: of each output what follows from its relations, its margins and its estimates.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{Catalogue, Dimension, IndicatorRelations};
use disparity_disclosure::{Conclusion, Question, Threshold};

use super::claims::{Asked, Claims, Known, Sort};
use super::printed::{Key, Names, Output, Place, Told};
use super::report::{AuditedPart, ExposedCount, Exposure};
use super::{AuditedRule, journeys, prior_help};

/// What one audit is made with.
pub(super) struct Auditor<'a> {
    pub(super) names: &'a Names,
    pub(super) catalogue: &'a Catalogue,
    pub(super) relations: &'a IndicatorRelations,
    pub(super) rule: AuditedRule,
}

/// What is exposed, by the counts that it is made of.
pub(super) type Exposed = ((Vec<Key>, Vec<Key>), ExposedCount);

impl Auditor<'_> {
    /// What follows from one output, which goes by the names of the outputs it is made of.
    pub(super) fn part(
        &self,
        output: &Output,
        outputs: Vec<String>,
    ) -> (AuditedPart, Vec<Exposed>) {
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
