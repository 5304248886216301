//! Ways in which counts hang together, stated once for every table that is protected. A tie that does
//! not hold between the counts is not added.

use std::collections::BTreeSet;

/// What a number among counts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountRole {
    /// A count that would be published.
    Published,
    /// A count that nobody publishes and that anyone can work out from others.
    Follows,
    /// By how much one count is greater than another, where it is known which is: no count of
    /// anything. It is never shown and needs no protection, and is not below 0.
    Slack,
}

/// Counts between which sums are added.
pub trait Relations {
    /// A count.
    fn count_at(&self, at: usize) -> u32;

    /// Adds a sum that is known to hold.
    fn add_sum(&mut self, total: usize, parts: Vec<usize>);

    /// Adds a number that nobody publishes and that stands where another does; gives its position.
    fn add_beside(&mut self, beside: usize, count: u32, role: CountRole) -> usize;

    /// So many all together.
    fn sum_of(&self, parts: &[usize]) -> u64 {
        parts.iter().map(|at| u64::from(self.count_at(*at))).sum()
    }

    /// What a total has beyond its parts; none if they are more.
    fn left_of(&self, total: usize, parts: &[usize]) -> Option<u32> {
        let left = u64::from(self.count_at(total)).checked_sub(self.sum_of(parts))?;
        u32::try_from(left).ok()
    }

    /// That parts make up a total, if they do.
    fn sum(&mut self, total: usize, parts: Vec<usize>) {
        if !parts.is_empty() && !parts.contains(&total) && self.left_of(total, &parts) == Some(0) {
            self.add_sum(total, parts);
        }
    }

    /// That parts which exclude each other make up a total, or leave a rest that nobody publishes, as
    /// children whose group is not known have no count of their own.
    fn groups(&mut self, total: usize, mut parts: Vec<usize>) {
        if let Some(beside) = parts.first().copied()
            && let Some(rest @ 1..) = self.left_of(total, &parts)
        {
            parts.push(self.add_beside(beside, rest, CountRole::Follows));
        }
        self.sum(total, parts);
    }

    /// That one count is part of another: what lies between is a count that anyone can work out.
    fn within(&mut self, part: usize, whole: usize) {
        self.leaving(vec![part], whole);
    }

    /// That counts which exclude each other are parts of another: what is left beside each of them, and
    /// beside all, is a count that anyone can work out.
    fn subset(&mut self, parts: Vec<usize>, whole: usize) {
        for part in parts.iter().copied() {
            self.within(part, whole);
        }
        if parts.len() > 1 {
            self.leaving(parts, whole);
        }
    }

    /// That counts are parts of another and leave a rest, which may be nothing.
    fn leaving(&mut self, mut parts: Vec<usize>, whole: usize) {
        if let Some(beside) = parts.first().copied()
            && let Some(rest) = self.left_of(whole, &parts)
            && !parts.contains(&whole)
        {
            parts.push(self.add_beside(beside, rest, CountRole::Follows));
            self.sum(whole, parts);
        }
    }

    /// That counts together are no more than another, as something that is shown says.
    fn no_more(&mut self, mut fewer: Vec<usize>, than: usize) {
        if let Some(count) = self.left_of(than, &fewer) {
            fewer.push(self.add_beside(than, count, CountRole::Slack));
            self.add_sum(than, fewer);
        }
    }

    /// That events are as many as the children they are about, or more: as many where no child had two.
    fn events(&mut self, events: usize, children: usize) {
        if self.count_at(events) == self.count_at(children) {
            self.sum(events, vec![children]);
        } else {
            self.no_more(vec![children], events);
        }
    }

    /// Ways in which one count is made up, which may be published or not: a total that is not there
    /// is added where they agree, and a way that does not agree with the total is left out.
    fn made_up_of(&mut self, total: Option<usize>, ways: Vec<Vec<usize>>) {
        let sums: BTreeSet<u64> = ways.iter().map(|parts| self.sum_of(parts)).collect();
        let same = sums.first().filter(|_| sums.len() == 1 && ways.len() > 1);
        let same = same.and_then(|sum| u32::try_from(*sum).ok());
        let beside = ways.iter().flatten().next().copied();
        let total = match (total, same, beside) {
            (Some(total), ..) => total,
            (None, Some(count), Some(beside)) => self.add_beside(beside, count, CountRole::Follows),
            _ => return,
        };
        for parts in ways {
            self.sum(total, parts);
        }
    }

    /// That a stock changes by who came and who left: who was there before and who came are those there
    /// at any point, who are those who left and those there now. Without the year before, the
    /// second alone.
    fn stock_flow(
        &mut self,
        any_point: Option<usize>,
        [ended, stock]: [Option<usize>; 2],
        came: Option<[Option<usize>; 2]>,
    ) {
        let ways = std::iter::once([ended, stock]).chain(came);
        let ways = ways.map(|parts| parts.into_iter().flatten().collect());
        self.made_up_of(any_point, ways.collect());
    }
}
