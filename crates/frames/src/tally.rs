//! Rows added up: by area and year, of everyone and by each group, with every symbol counted beside the sum.
//!
//! Tallies of two parts of a table are merged into that of both ([`Tally::merge`]); in which order does not matter.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use disparity_core::{AreaCode, Count, Dimension, Dimensions, Period, Reported, Symbol};

/// A sum of numbers of which some may be absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    /// The numbers that are there.
    pub(crate) value: u64,
    /// The rows, with those that have a symbol.
    pub(crate) rows: u64,
}

/// How often each symbol stands in place of a number, in the order of [`Symbol::ALL`].
pub(crate) type Symbols = [u64; Symbol::ALL.len()];

/// Sums of one measure by area, year and group, with symbols beside them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    values: Vec<Sum>,
    symbols: BTreeMap<usize, Symbols>,
}

impl Sums {
    fn add(&mut self, at: usize, number: Reported<Count>) {
        if self.values.len() <= at {
            self.values.resize(at + 1, Sum::default());
        }
        let own = &mut self.values[at];
        own.rows += 1;
        match number {
            Reported::Value(value) => own.value += u64::from(value),
            Reported::Symbol(symbol) => {
                self.symbols.entry(at).or_default()[place_of(symbol)] += 1;
            }
        }
    }

    /// Adds numbers, each at the place of its slot and its group; ones where there are none.
    fn add_all(
        &mut self,
        slots: &[u32],
        groups: Option<&[u8]>,
        stride: usize,
        all: usize,
        numbers: Option<&[Count]>,
    ) {
        if self.values.len() < all * stride {
            self.values.resize(all * stride, Sum::default());
        }
        let values = &mut self.values[..];
        let mut add = |at: usize, number: Count| {
            let own = &mut values[at];
            own.rows += 1;
            own.value += u64::from(number);
        };
        let number = |row: usize| numbers.map_or(1, |all| all[row]);
        match groups {
            None => {
                for (row, slot) in slots.iter().enumerate() {
                    add(*slot as usize * stride, number(row));
                }
            }
            Some(groups) => {
                for (row, (slot, group)) in slots.iter().zip(groups).enumerate() {
                    add(*slot as usize * stride + usize::from(*group), number(row));
                }
            }
        }
    }

    /// Adds other sums, each at the place that its own becomes here.
    fn merge(&mut self, other: &Self, to: impl Fn(usize) -> usize) {
        for (at, sum) in other
            .values
            .iter()
            .enumerate()
            .filter(|(_, sum)| sum.rows > 0)
        {
            let here = to(at);
            if self.values.len() <= here {
                self.values.resize(here + 1, Sum::default());
            }
            self.values[here].value += sum.value;
            self.values[here].rows += sum.rows;
            if let Some(symbols) = other.symbols.get(&at) {
                let own = self.symbols.entry(here).or_default();
                own.iter_mut()
                    .zip(symbols)
                    .for_each(|(own, more)| *own += more);
            }
        }
    }

    /// The sum at a place: a symbol, if any part of it is one; none where no row is of it.
    fn at(&self, at: usize) -> Option<Reported<u64>> {
        let sum = self.values.get(at).filter(|sum| sum.rows > 0)?;
        let strongest = self.symbols.get(&at).and_then(|symbols| {
            let counted = Symbol::ALL
                .into_iter()
                .zip(symbols)
                .filter(|(_, rows)| **rows > 0);
            counted.map(|(symbol, _)| symbol).max()
        });
        Some(match strongest {
            Some(symbol) => Reported::Symbol(symbol),
            None => Reported::Value(sum.value),
        })
    }
}

fn place_of(symbol: Symbol) -> usize {
    Symbol::ALL
        .iter()
        .position(|own| *own == symbol)
        .unwrap_or_default()
}

/// What a row is broken down by: a bit for each dimension, in the order of [`Dimension::ALL`].
pub(crate) type Pattern = u8;

/// The bit of a dimension.
pub(crate) const fn bit(dimension: Dimension) -> Pattern {
    1 << dimension as u8
}

/// Everyone, or the groups of one dimension.
pub(crate) type Margin = Option<Dimension>;

/// A row that is ready to be added.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Where and when, as [`Tally::slot`] numbers it.
    pub(crate) slot: u32,
    pub(crate) pattern: Pattern,
    /// The group in each dimension; 0 for none.
    pub(crate) groups: [u8; Dimension::ALL.len()],
    pub(crate) count: Reported<Count>,
    /// What the count is a part of, if the table says.
    pub(crate) whole: Option<Reported<Count>>,
}

/// Rows that are broken down alike, column by column.
#[derive(Debug, Default)]
pub(crate) struct Alike {
    pub(crate) pattern: Pattern,
    pub(crate) slots: Vec<u32>,
    /// The group of each row in each dimension that rows are broken down by, and the broad group of a detailed one.
    pub(crate) groups: [Option<Vec<u8>>; Dimension::ALL.len()],
    /// How many of them are in no group of a dimension: 0 stands for their group.
    pub(crate) unnamed: [u64; Dimension::ALL.len()],
}

/// What the rows of one pattern add up to, by margin.
#[derive(Debug, Clone)]
struct Broken {
    pattern: Pattern,
    margins: Vec<(Margin, Measures)>,
}

/// Sums of what was counted, and of what it is a part of.
#[derive(Debug, Clone, Default)]
struct Measures {
    counts: Sums,
    wholes: Sums,
}

impl Broken {
    /// Everyone, each dimension that rows are broken down by, and with detailed ethnic groups the broad ones.
    fn new(pattern: Pattern) -> Self {
        let detailed = pattern & bit(Dimension::EthnicityMinor) != 0;
        let has = |own: &Dimension| {
            pattern & bit(*own) != 0 || detailed && *own == Dimension::EthnicityMajor
        };
        let groups = Dimension::ALL.into_iter().filter(has).map(Some);
        Self {
            pattern,
            margins: std::iter::once(None)
                .chain(groups)
                .map(|margin| (margin, Measures::default()))
                .collect(),
        }
    }
}

/// Rows added up.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Places that each dimension takes for its groups.
    strides: [usize; Dimension::ALL.len()],
    slots: HashMap<(AreaCode, Period), u32>,
    patterns: Vec<Broken>,
    /// The pattern of the last row: as a rule that of the next.
    last: usize,
    /// How often each child was met, by area and year.
    children: HashMap<(u32, Arc<str>), u32>,
    /// Rows of which no group is known in a dimension.
    pub(crate) unnamed: BTreeMap<Dimension, u64>,
    /// All rows that were added.
    pub(crate) rows: u64,
}

impl Tally {
    /// Nothing yet, of groups of these lists.
    pub(crate) fn new(dimensions: &Dimensions) -> Self {
        let places = |own: Dimension| dimensions.list(own).iter().count() + 1;
        Self {
            strides: Dimension::ALL.map(places),
            slots: HashMap::new(),
            patterns: Vec::new(),
            last: 0,
            children: HashMap::new(),
            unnamed: BTreeMap::new(),
            rows: 0,
        }
    }

    /// The number of an area in a year.
    pub(crate) fn slot(&mut self, area: AreaCode, period: Period) -> u32 {
        let next = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        *self.slots.entry((area, period)).or_insert(next)
    }

    fn stride(&self, margin: Margin) -> usize {
        margin.map_or(1, |dimension| self.strides[dimension as usize])
    }

    /// The place of a pattern among those that were met.
    fn pattern(&mut self, pattern: Pattern) -> usize {
        let found = self.patterns.iter().position(|own| own.pattern == pattern);
        found.unwrap_or_else(|| {
            self.patterns.push(Broken::new(pattern));
            self.patterns.len() - 1
        })
    }

    /// Adds a row to everyone and to each of its groups.
    pub(crate) fn add(&mut self, row: &Row) {
        self.rows += 1;
        let is_last = |own: &Broken| own.pattern == row.pattern;
        if !self.patterns.get(self.last).is_some_and(is_last) {
            self.last = self.pattern(row.pattern);
        }
        let strides = self.strides;
        for (margin, sums) in &mut self.patterns[self.last].margins {
            let at = match margin {
                None => row.slot as usize,
                Some(dimension) => match row.groups[*dimension as usize] {
                    0 => continue,
                    group => row.slot as usize * strides[*dimension as usize] + usize::from(group),
                },
            };
            sums.counts.add(at, row.count);
            if let Some(whole) = row.whole {
                sums.wholes.add(at, whole);
            }
        }
    }

    /// Adds rows that are broken down alike; each is one where there are no counts.
    pub(crate) fn add_alike(
        &mut self,
        rows: &Alike,
        counts: Option<&[Count]>,
        wholes: Option<&[Count]>,
    ) {
        self.rows += rows.slots.len() as u64;
        for (dimension, more) in Dimension::ALL.into_iter().zip(rows.unnamed) {
            if more > 0 {
                *self.unnamed.entry(dimension).or_default() += more;
            }
        }
        let slots = self.slots.len();
        let strides = self.strides;
        let place = self.pattern(rows.pattern);
        for (margin, sums) in &mut self.patterns[place].margins {
            let groups = margin.and_then(|own| rows.groups[own as usize].as_deref());
            let stride = margin.map_or(1, |own| strides[own as usize]);
            sums.counts
                .add_all(&rows.slots, groups, stride, slots, counts);
            if wholes.is_some() {
                sums.wholes
                    .add_all(&rows.slots, groups, stride, slots, wholes);
            }
        }
    }

    /// Counts a child; returns whether it was there before in the area and year.
    pub(crate) fn meet(&mut self, slot: u32, child: Arc<str>) -> bool {
        let times = self.children.entry((slot, child)).or_default();
        *times += 1;
        *times > 1
    }

    /// Adds what another part of the table has.
    pub(crate) fn merge(&mut self, other: Self) {
        let mut slots = vec![0; other.slots.len()];
        let mut theirs: Vec<_> = other.slots.into_iter().collect();
        theirs.sort_unstable();
        for ((area, period), slot) in theirs {
            slots[slot as usize] = self.slot(area, period);
        }
        for theirs in other.patterns {
            let own = self.pattern(theirs.pattern);
            for (place, (margin, sums)) in theirs.margins.into_iter().enumerate() {
                let stride = self.stride(margin);
                let mine = &mut self.patterns[own].margins[place].1;
                let to = |at: usize| slots[at / stride] as usize * stride + at % stride;
                mine.counts.merge(&sums.counts, to);
                mine.wholes.merge(&sums.wholes, to);
            }
        }
        let mut children: Vec<_> = other.children.into_iter().collect();
        children.sort_unstable();
        for ((slot, child), times) in children {
            *self
                .children
                .entry((slots[slot as usize], child))
                .or_default() += times;
        }
        for (dimension, rows) in other.unnamed {
            *self.unnamed.entry(dimension).or_default() += rows;
        }
        self.rows += other.rows;
    }

    /// Areas and years with their numbers, in order.
    pub(crate) fn places(&self) -> BTreeMap<(AreaCode, Period), u32> {
        self.slots.iter().map(|(key, slot)| (*key, *slot)).collect()
    }

    /// Whether no row was added.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// What rows of each pattern say of a group at a place, counts and wholes; patterns broken down least come first.
    pub(crate) fn found(
        &self,
        margin: Margin,
        slot: u32,
        group: u8,
    ) -> Vec<(Pattern, Reported<u64>, Option<Reported<u64>>)> {
        let at = slot as usize * self.stride(margin) + usize::from(group);
        let mut found: Vec<_> = self
            .sums(margin)
            .filter_map(|(pattern, sums)| Some((pattern, sums.counts.at(at)?, sums.wholes.at(at))))
            .collect();
        found.sort_by_key(|(pattern, ..)| (pattern.count_ones(), *pattern));
        found
    }

    fn sums(&self, margin: Margin) -> impl Iterator<Item = (Pattern, &Measures)> {
        self.patterns.iter().filter_map(move |own| {
            let mut margins = own.margins.iter();
            let (_, sums) = margins.find(|(other, _)| *other == margin)?;
            Some((own.pattern, sums))
        })
    }

    /// The margins that any row is broken down by.
    pub(crate) fn margins(&self) -> Vec<Margin> {
        let all = std::iter::once(None).chain(Dimension::ALL.map(Some));
        all.filter(|margin| self.sums(*margin).next().is_some())
            .collect()
    }

    /// By area and year, children by how many events they had: at place k those with k + 1.
    pub(crate) fn times(&self) -> BTreeMap<u32, Vec<Count>> {
        let mut met: Vec<(u32, u32)> = self
            .children
            .iter()
            .map(|((slot, _), times)| (*slot, *times))
            .collect();
        met.sort_unstable();
        let mut by_slot: BTreeMap<u32, Vec<Count>> = BTreeMap::new();
        for (slot, times) in met {
            let own = by_slot.entry(slot).or_default();
            // Times are in order, so that the last place is the largest so far.
            own.resize(own.len().max(times as usize), 0);
            if let Some(children) = own.last_mut() {
                *children += 1;
            }
        }
        by_slot
    }
}

#[cfg(test)]
mod tests;
