//! The choice where the counts of several blocks add up to totals of all, as those of authorities do: first each block by
//! itself, as if nobody knew the totals, and then each of its alternatives balanced in other blocks, so that totals stay
//! what they are. A child more in one authority is a child fewer in another: found in a hundredth of the time that a
//! search through all authorities takes.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Mutex;

use disparity_core::Sums;
use rayon::prelude::*;

use super::choice::{Choice, cheapest_of};
use super::choose::IN_VAIN;
use crate::alternatives::cheapest::Search;
use crate::alternatives::{Alternative, Least, Proven, wrong_sums};
use crate::system::blocks::NONE;
use crate::system::spread::Spread;
use crate::system::{Blocks, Cell, Counts, SumsOf};

/// So many blocks are tried one by one to balance an alternative.
const TRIED: usize = 3;

/// In so many an alternative is mirrored, which takes next to no time.
const MIRRORED: usize = 12;

/// In so many blocks beside its own a proof of a small count is looked for, time after time.
const BESIDE: [usize; 4] = [0, 1, 3, 8];

/// So many alternatives are balanced at once, and one of each block: more, and what one asks for comes too late for another.
const AT_ONCE: usize = 32;

/// A count, or a sum, and what is added to it.
type Change = (usize, i64);

/// The counts of a block, in order, and the sums within it.
#[derive(Default)]
struct Block {
    cells: Vec<usize>,
    sums: Vec<usize>,
}

/// Withholds what each block asks for by itself and what balances that in others; gives the alternatives that hold in all.
pub(super) fn choose(choice: &mut Choice, blocks: &Blocks) -> Vec<Alternative> {
    let apart = apart(choice.counts, blocks);
    let found: Vec<(Vec<usize>, Vec<Alternative>)> = apart
        .par_iter()
        .map(|block| by_itself(choice, block))
        .collect();
    for at in found.iter().flat_map(|(hidden, _)| hidden) {
        choice.hidden[*at] = true;
    }
    // In turn, so that what one block asks of others comes as early as what they ask themselves.
    let most = found.iter().map(|(_, own)| own.len()).max().unwrap_or(0);
    let in_turn = (0..most).flat_map(|at| found.iter().filter_map(move |(_, own)| own.get(at)));
    let in_turn: Vec<&Alternative> = in_turn.collect();
    let spread = Spread::new(choice.counts.sums, blocks);
    let idle = Mutex::new(Vec::new());
    let mut proofs = Vec::new();
    for some in in_turn.chunks(AT_ONCE.max(found.len())) {
        let now = &*choice;
        let balanced: Vec<Option<Alternative>> = some
            .par_iter()
            .map(|other| {
                if now.new_by(other).is_empty() {
                    return None;
                }
                let ready = idle.lock().ok().and_then(|mut idle| idle.pop());
                let mut search = ready.unwrap_or_else(|| Search::over(now.counts, &spread));
                let found = balance(now, (blocks, &spread), &mut search, other);
                if let Ok(mut idle) = idle.lock() {
                    idle.push(search);
                }
                found
            })
            .collect();
        for other in balanced.into_iter().flatten() {
            choice.take(&other);
            proofs.push(other);
        }
    }
    drop(idle);
    proofs.extend(prove_left_over(choice, (blocks, &spread), IN_VAIN));
    proofs
}

/// Withholds what the small counts that are left ask for, each looked for in its own block and few others.
pub(super) fn prove_left(choice: &mut Choice, blocks: &Blocks, in_vain: usize) -> Vec<Alternative> {
    if choice.left().is_empty() {
        return vec![];
    }
    let spread = Spread::new(choice.counts.sums, blocks);
    prove_left_over(choice, (blocks, &spread), in_vain)
}

fn prove_left_over(
    choice: &mut Choice,
    (blocks, spread): (&Blocks, &Spread),
    in_vain: usize,
) -> Vec<Alternative> {
    let search = Search::over(choice.counts, spread);
    choice.prove(search, in_vain, |choice, search, (cell, asked)| {
        let wrong = wrong_sums(choice.counts.of_cell, [(cell, 1)].into_iter());
        let others = beside(choice, spread, (blocks.own(cell), &wrong), Least::Nothing);
        proof_among(choice, blocks, search, (cell, asked), &others)
    })
}

/// The counts of each block, and the sums within it; those of no block come together as one.
fn apart(counts: Counts, blocks: &Blocks) -> Vec<Block> {
    let mut all: BTreeMap<u32, Block> = BTreeMap::new();
    for at in 0..counts.cells.len() {
        all.entry(blocks.own(at)).or_default().cells.push(at);
    }
    for sum in (0..counts.sums.len()).filter(|sum| blocks.hold(counts.sums, *sum)) {
        let own = blocks.own(counts.sums.total(sum));
        all.entry(own).or_default().sums.push(sum);
    }
    all.into_values().collect()
}

/// What a block asks for by itself, and the alternatives that ask for it.
fn by_itself(choice: &Choice, block: &Block) -> (Vec<usize>, Vec<Alternative>) {
    let all = choice.counts;
    let place = |at: usize| block.cells.binary_search(&at).unwrap_or_default();
    let cells: Vec<Cell> = block.cells.iter().map(|at| all.cells[*at]).collect();
    let mut sums = Sums::default();
    for sum in &block.sums {
        let parts = all.sums.parts(*sum).map(place);
        sums.add(place(all.sums.total(*sum)), parts);
    }
    let counts = Counts {
        cells: &cells,
        sums: &sums,
        of_cell: &SumsOf::new(cells.len(), &sums),
        threshold: all.threshold,
    };
    let losses = block.cells.iter().map(|at| choice.losses[*at]).collect();
    let hidden = block.cells.iter().map(|at| choice.hidden[*at]).collect();
    let mut own = Choice::new(counts, losses, hidden);
    let found = own.prove(Search::new(counts), IN_VAIN, Choice::cheapest_proof);
    let hidden = block.cells.iter().zip(&own.hidden);
    let hidden = hidden.filter(|(_, hidden)| **hidden).map(|(at, _)| *at);
    let others = found.iter().map(|other| {
        let changes = other.changes();
        Alternative::new(changes.map(|(at, by)| (block.cells[at], by)))
    });
    (hidden.collect(), others.collect())
}

/// An alternative of one block with what balances it in others, or another one that proves something that it proves.
fn balance(
    choice: &Choice,
    (blocks, spread): (&Blocks, &Spread),
    search: &mut Search,
    other: &Alternative,
) -> Option<Alternative> {
    let counts = choice.counts;
    let least = if other.keeps(counts.cells, Least::One) {
        Least::One
    } else {
        Least::Nothing
    };
    let changes: Vec<Change> = other.changes().collect();
    let wrong = wrong_sums(counts.of_cell, other.changes());
    if wrong.is_empty() {
        return Some(other.clone());
    }
    let own = blocks.own(other.moved().next()?);
    let others = beside(choice, spread, (own, &wrong), least);
    for block in others.iter().take(MIRRORED) {
        if let Some(balanced) = mirrored(choice, spread, (&changes, &wrong), *block, least) {
            return Some(balanced);
        }
    }
    let one_by_one = others.iter().take(TRIED).map(|block| {
        search.among([*block]);
        choice.cheapest(search, &changes, least)
    });
    if let Some(balanced) = cheapest_of(one_by_one) {
        return Some(balanced);
    }
    let left = choice.new_by(other).into_iter();
    let (cell, more) = left.min_by_key(|(at, _)| Reverse(counts.cells[*at].count))?;
    let more = more.beyond(choice.proven[cell]);
    let asked = if more.has(Proven::ANOTHER) {
        Proven::ANOTHER
    } else {
        Proven::DOUBT
    };
    proof_among(choice, blocks, search, (cell, asked), &others)
}

/// A proof of something of a small count in its own block and the fewest others where there is one.
fn proof_among(
    choice: &Choice,
    blocks: &Blocks,
    search: &mut Search,
    asked: (usize, Proven),
    others: &[u32],
) -> Option<Alternative> {
    let own = blocks.own(asked.0);
    let many = BESIDE.iter().copied().filter(|many| *many <= others.len());
    many.filter(|many| own != NONE || *many > 0)
        .find_map(|many| {
            search.among(std::iter::once(own).chain(others[..many].iter().copied()));
            choice.cheapest_proof(search, asked)
        })
}

/// Other blocks than one that puts sums wrong, by how many of those each could set right with what is withheld already.
fn beside(
    choice: &Choice,
    spread: &Spread,
    (own, wrong): (u32, &[Change]),
    least: Least,
) -> Vec<u32> {
    let mut fit = vec![None; spread.blocks];
    for (sum, wrong) in wrong {
        for (block, at, sign) in spread.of(*sum).all() {
            if block != NONE && block != own {
                let may = choice.can_move(at, -wrong * i64::from(sign), least);
                *fit[block as usize].get_or_insert(0) += usize::from(may);
            }
        }
    }
    let fit = (0..).zip(fit);
    let mut fit: Vec<(u32, usize)> = fit.filter_map(|(block, fit)| Some((block, fit?))).collect();
    fit.sort_by_key(|(block, fit)| (Reverse(*fit), block.wrapping_sub(own)));
    fit.into_iter().map(|(block, _)| block).collect()
}

/// An alternative of one block with the same counts of another moved the other way, and what follows there for counts that
/// are in one sum only; nothing where one of those is shown or would be below its least.
fn mirrored(
    choice: &Choice,
    spread: &Spread,
    (moved, wrong): (&[Change], &[Change]),
    block: u32,
    least: Least,
) -> Option<Alternative> {
    let counts = choice.counts;
    let mut back: BTreeMap<usize, i64> = BTreeMap::new();
    for (sum, wrong) in wrong {
        let mut own = spread.of(*sum).of(block);
        let ((at, sign), None) = (own.next()?, own.next()) else {
            return None;
        };
        let by = -wrong * i64::from(sign);
        if !choice.can_move(at, by, least) || back.insert(at, by).is_some_and(|before| before != by)
        {
            return None;
        }
    }
    let within = wrong_sums(counts.of_cell, back.iter().map(|(at, by)| (*at, *by)));
    for (sum, wrong) in within
        .into_iter()
        .filter(|(sum, _)| spread.of(*sum).is_empty())
    {
        let (rest, sign) = counts.sums.signed(sum).find(|(at, _)| {
            let is_alone = counts.of_cell.of(*at).nth(1).is_none();
            is_alone && !counts.cells[*at].is_published() && !back.contains_key(at)
        })?;
        let by = -wrong * i64::from(sign);
        if !choice.can_move(rest, by, least) {
            return None;
        }
        back.insert(rest, by);
    }
    let both = Alternative::new(moved.iter().copied().chain(back));
    both.agrees(counts.of_cell).then_some(both)
}
