//! The counts of a cube and the sums that hold between them: groups, areas, parts and wholes, and what
//! is known of how indicators hang together. Decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::answers::{CellCount, SharedName};
use disparity_core::{
    AreaCode, Areas, Basis, Cell, CellKey, Count, CountRole, Cube, Dimension, Dimensions,
    GeographicLevel, IndicatorId, Partition, Relations, Reported, StockFlow, Stratum, Sums, Symbol,
};

use super::{KnownOfCube, NamedCell, PublishedCell};
use crate::beside::join;
use crate::system::blocks::{NONE, Steps};
use crate::system::{Blocks, Cell as Exposed, Kind, Same};

/// The cells of a cube as counts, and every sum between them.
pub(crate) struct Table {
    pub(crate) cells: Vec<Exposed>,
    /// Where each count is of.
    of: Vec<AreaCode>,
    pub(crate) sums: Sums,
    pub(crate) numerators: BTreeMap<CellKey, usize>,
    pub(crate) denominators: BTreeMap<CellKey, usize>,
}

impl Table {
    pub(crate) fn new(cube: &Cube) -> Self {
        let mut table = Self {
            cells: vec![],
            of: vec![],
            sums: Sums::default(),
            numerators: BTreeMap::new(),
            denominators: BTreeMap::new(),
        };
        for cell in cube.cells() {
            if let Reported::Value(count) = cell.numerator {
                let at = table.count(cell.key.area, Exposed::published(count));
                table.numerators.insert(cell.key, at);
            }
        }
        table
    }

    /// Where each count is of.
    pub(super) fn areas(&self) -> &[AreaCode] {
        &self.of
    }

    /// The position of a count of a cell.
    fn place(&self, (key, count): &(CellKey, CellCount)) -> Option<usize> {
        let counts = match count {
            CellCount::Numerator => &self.numerators,
            CellCount::Denominator => &self.denominators,
        };
        counts.get(key).copied()
    }

    /// The positions of counts that other outputs have as well.
    pub(super) fn named(&self, names: &[NamedCell]) -> Vec<(SharedName, usize)> {
        let places = names.iter();
        places
            .filter_map(|(name, cell)| Some((name.clone(), self.place(cell)?)))
            .collect()
    }

    /// What earlier outputs show is known, and what they withhold is withheld again; of a number that is
    /// another one now nothing is known.
    pub(super) fn know(&mut self, published: &[PublishedCell]) {
        for (cell, told) in published {
            let Some(at) = self.place(cell) else { continue };
            let own = &mut self.cells[at];
            match told {
                Reported::Value(count) if *count == own.count => own.kind = Kind::Shown,
                Reported::Symbol(Symbol::Confidential) if own.kind == Kind::Published => {
                    own.kind = Kind::Withheld;
                }
                Reported::Value(_) | Reported::Symbol(_) => {}
            }
        }
    }

    /// Takes the counts of other outputs in behind these, each where it is of.
    pub(super) fn join(&mut self, known: KnownOfCube<'_>) -> Same {
        let names = self.named(known.names);
        for (authority, _) in known.beside.iter().flat_map(|other| &other.stands) {
            let area = authority.and_then(|at| known.authorities.get(at).copied().flatten());
            self.of.push(area.unwrap_or(AreaCode::ENGLAND));
        }
        join(&mut self.cells, &mut self.sums, &names, known.beside)
    }

    fn count(&mut self, of: AreaCode, cell: Exposed) -> usize {
        self.cells.push(cell);
        self.of.push(of);
        self.cells.len() - 1
    }

    /// The counts of each whole, by what tells them apart in it.
    fn grouped<T>(&self, of: impl Fn(&CellKey) -> (CellKey, T)) -> Vec<Vec<(T, usize)>> {
        let mut found: BTreeMap<CellKey, Vec<(T, usize)>> = BTreeMap::new();
        for (key, at) in &self.numerators {
            let (whole, part) = of(key);
            found.entry(whole).or_default().push((part, *at));
        }
        found.into_values().collect()
    }

    /// Groups of a dimension make up everyone, and detailed ethnic groups their broad one.
    pub(crate) fn add_strata(&mut self, dimensions: &Dimensions) {
        let everyone = |key: &CellKey| {
            let stratum = Stratum::TOTAL;
            (CellKey { stratum, ..*key }, key.stratum)
        };
        for list in self.grouped(everyone) {
            let find =
                |stratum: Stratum| list.iter().find(|(s, _)| *s == stratum).map(|(_, at)| *at);
            let Some(total) = find(Stratum::TOTAL) else {
                continue;
            };
            for dimension in Dimension::ALL {
                let parts: Vec<usize> = list
                    .iter()
                    .filter(|(s, _)| s.by() == Some(dimension))
                    .map(|(_, at)| *at)
                    .collect();
                self.groups(total, parts);
            }
            for (id, _) in dimensions.list(Dimension::EthnicityMajor).iter() {
                let Some(broad) = find(Stratum::TOTAL.with(Dimension::EthnicityMajor, id)) else {
                    continue;
                };
                let code = &dimensions.list(Dimension::EthnicityMajor).get(id).code;
                let minor = dimensions.list(Dimension::EthnicityMinor);
                let is_part = |s: Stratum| {
                    s.by() == Some(Dimension::EthnicityMinor)
                        && minor
                            .get(s.get(Dimension::EthnicityMinor))
                            .parent
                            .as_deref()
                            == Some(code)
                };
                let parts: Vec<usize> = list
                    .iter()
                    .filter(|(s, _)| is_part(*s))
                    .map(|(_, at)| *at)
                    .collect();
                self.sum(broad, parts);
            }
        }
    }

    /// Authorities make up their region, their part of London and the nation.
    pub(crate) fn add_areas(&mut self, areas: &Areas) {
        let nation = areas.nation().code();
        let everywhere = |key: &CellKey| {
            let area = nation;
            (CellKey { area, ..*key }, key.area)
        };
        let is_authority = |code: AreaCode| {
            let area = areas.get(code);
            area.is_some_and(|area| area.level == GeographicLevel::LocalAuthority)
        };
        let is_in = |code: AreaCode, whole: AreaCode| {
            let area = areas.get(code);
            area.is_some_and(|area| area.above().any(|above| above == whole))
        };
        for list in self.grouped(everywhere) {
            for (whole, total) in list.iter().filter(|(whole, _)| !is_authority(*whole)) {
                let parts: Vec<usize> = list
                    .iter()
                    .filter(|(area, _)| is_authority(*area) && is_in(*area, *whole))
                    .map(|(_, at)| *at)
                    .collect();
                self.sum(*total, parts);
            }
        }
    }

    /// A part and its complement make up the whole; whoever has two of the three has the third.
    pub(crate) fn add_denominators(&mut self, cube: &Cube) {
        let mut wholes: BTreeMap<(IndicatorId, CellKey), usize> = BTreeMap::new();
        for cell in cube.cells() {
            let Some((whole, id)) = whole_of(cell) else {
                continue;
            };
            let own = CellKey {
                indicator: id,
                ..cell.key
            };
            // The whole is a cell of its own if its indicator is in the cube with the same count.
            let known = self
                .numerators
                .get(&own)
                .copied()
                .filter(|at| self.cells[*at].count == whole);
            let at = known.unwrap_or_else(|| {
                *wholes
                    .entry((id, cell.key))
                    .or_insert_with(|| self.count(cell.key.area, Exposed::published(whole)))
            });
            // Whether or not its part is known, a whole is a count of children.
            self.denominators.insert(cell.key, at);
            let Some(part) = self.numerators.get(&cell.key).copied() else {
                continue;
            };
            if let Some(rest) = whole.checked_sub(self.cells[part].count) {
                let complement = self.count(cell.key.area, Exposed::follows(rest));
                self.sums.add(at, [part, complement]);
            }
        }
    }

    /// Indicators that make up another, each beside the whole it is a proportion of.
    pub(crate) fn add_bands(&mut self, partitions: &[Partition]) {
        for Partition { whole, of } in partitions {
            let mut found: BTreeMap<(CellKey, usize), Vec<usize>> = BTreeMap::new();
            for (key, part) in &self.numerators {
                if let Some(total) = self
                    .denominators
                    .get(key)
                    .filter(|_| of.contains(&key.indicator))
                {
                    let key = CellKey {
                        indicator: *whole,
                        ..*key
                    };
                    found.entry((key, *total)).or_default().push(*part);
                }
            }
            for ((_, total), parts) in found {
                self.groups(total, parts);
            }
        }
    }

    /// Indicators that contain others: what is left beside one of them, and beside all of them, is a
    /// count that anyone can work out.
    pub(crate) fn add_subsets(&mut self, subsets: &[Partition]) {
        for Partition { whole, of } in subsets {
            for key in self.of_indicator(*whole) {
                let total = self.numerators[&key];
                let parts = of.iter().filter_map(|id| self.at(*id, key));
                let parts: Vec<usize> = parts.collect();
                self.subset(parts, total);
            }
        }
    }

    /// Events, of which there are as many as children or more: a shown count of events bounds a withheld
    /// one of children from above, and the other way about.
    pub(crate) fn add_children(&mut self, pairs: &[(IndicatorId, IndicatorId)]) {
        for (events, indicator) in pairs.iter().copied() {
            for key in self.of_indicator(events) {
                if let Some(children) = self.at(indicator, key) {
                    self.events(self.numerators[&key], children);
                }
            }
        }
    }

    /// Stocks of two years and what came and left between them.
    pub(crate) fn add_stock_flows(&mut self, stock_flows: &[StockFlow]) {
        for flow in stock_flows {
            let here = [flow.stock, flow.started, flow.ended];
            let here = here.into_iter().chain(flow.any_point);
            let places: BTreeSet<CellKey> = here
                .flat_map(|indicator| self.of_indicator(indicator))
                .map(|key| CellKey {
                    indicator: flow.stock,
                    ..key
                })
                .collect();
            for key in places {
                self.add_stock_flow(*flow, key);
            }
        }
    }

    fn of_indicator(&self, indicator: IndicatorId) -> Vec<CellKey> {
        let keys = self.numerators.keys();
        keys.filter(|key| key.indicator == indicator)
            .copied()
            .collect()
    }

    fn at(&self, indicator: IndicatorId, key: CellKey) -> Option<usize> {
        let key = CellKey { indicator, ..key };
        self.numerators.get(&key).copied()
    }

    fn add_stock_flow(&mut self, flow: StockFlow, key: CellKey) {
        // A year that was not counted is no year without anybody; and ages change from one to the next.
        let stock_before = key.period.earlier(1).and_then(|period| {
            let before = CellKey { period, ..key };
            let everyone = CellKey {
                stratum: Stratum::TOTAL,
                ..before
            };
            let counted = self.numerators.contains_key(&everyone)
                && key.stratum.by() != Some(Dimension::AgeBand);
            counted.then(|| self.at(flow.stock, before))
        });
        let at = |indicator| self.at(indicator, key);
        let any_point = flow.any_point.and_then(at);
        let went = [flow.ended, flow.stock].map(at);
        let came = stock_before.map(|before| [at(flow.started), before]);
        self.stock_flow(any_point, went, came);
    }

    /// An authority's counts hang together more than those of several do; what is of a region or the
    /// country ties them to one another, and is given up first.
    pub(crate) fn blocks(&self, areas: &Areas) -> Blocks {
        let mut number: BTreeMap<AreaCode, u32> = BTreeMap::new();
        let steps = self.of.iter().map(|area| {
            let authority = areas.get(*area).is_some_and(|area| area.region.is_some());
            let own = if authority {
                let next = u32::try_from(number.len()).unwrap_or(NONE - 1);
                *number.entry(*area).or_insert(next)
            } else {
                NONE
            };
            let tie = if own == NONE { 0 } else { NONE };
            Steps {
                asks: [0, NONE, NONE, own],
                is_in: [tie, NONE, NONE, own],
            }
        });
        Blocks::new(steps.collect())
    }
}

impl Relations for Table {
    fn count_at(&self, at: usize) -> Count {
        self.cells[at].count
    }

    fn add_sum(&mut self, total: usize, parts: Vec<usize>) {
        self.sums.add(total, parts);
    }

    fn add_beside(&mut self, beside: usize, count: u32, role: CountRole) -> usize {
        self.count(self.of[beside], Exposed::new(count, Kind::of(role)))
    }
}

/// The count of children or events that a proportion is a part of.
fn whole_of(cell: &Cell) -> Option<(Count, IndicatorId)> {
    let (Basis::Indicator(id), Reported::Value(value)) =
        (cell.denominator.basis, cell.denominator.value)
    else {
        return None;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a count"
    )]
    let whole = ((0.0..=f64::from(Count::MAX)).contains(&value) && value.fract() == 0.0)
        .then_some(value as Count);
    whole.map(|whole| (whole, id))
}
