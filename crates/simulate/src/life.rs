//! The lives of invented children: what really happened, day by day, before any return is written.

use disparity_core::{AreaCode, Day};

use crate::draws::Draws;
use crate::homes::HomeDraw;
use crate::world::{AuthorityMargins, ETHNIC_CODES, World};

const CATEGORIES: [&str; 5] = ["NEG", "EMO", "PHY", "SAB", "MUL"];

const NEEDS: [&str; 6] = ["N1", "N2", "N3", "N4", "N5", "N6"];

const SOURCES: [&str; 8] = ["1A", "2A", "3A", "3E", "5A", "6", "8", "9"];

/// One case: from a referral to its closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Referral.
    pub referral: Day,
    /// Whether nothing came of it.
    pub no_further_action: bool,
    /// Source, as coded.
    pub source: &'static str,
    /// Need, as coded.
    pub need: &'static str,
    /// Closure and its reason.
    pub closure: Option<(Day, &'static str)>,
    /// Assessment: start, end, factors.
    pub assessment: Option<(Day, Day, [&'static str; 2])>,
    /// Section 47 enquiry, and the conference it led to.
    pub enquiry: Option<(Day, Option<Day>)>,
    /// Child in need plans.
    pub plans: Vec<(Day, Option<Day>)>,
    /// Protection plans, with the category and how many came before.
    pub protection: Vec<(Day, Option<Day>, &'static str, u8)>,
}

/// One placement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// First day.
    pub start: Day,
    /// Last day.
    pub end: Option<Day>,
    /// Reason for the new episode, legal status, placement.
    pub codes: [&'static str; 3],
    /// Reason it ceased.
    pub ceased: &'static str,
}

/// One period of care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarePeriod {
    /// Placements without a break.
    pub placements: Vec<Placement>,
    /// Category of need.
    pub need: &'static str,
}

impl CarePeriod {
    /// The day on which the child entered care; none without a placement.
    #[must_use]
    pub fn start(&self) -> Option<Day> {
        self.placements.first().map(|p| p.start)
    }
}

/// One child's life as far as the authority knew it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Identifier, unique within the authority and used again in others.
    pub id: String,
    /// Birth.
    pub birth: Day,
    /// `male` or `female`.
    pub sex: &'static str,
    /// Ethnic group, as coded.
    pub ethnicity: &'static str,
    /// Tenth of neighbourhoods, 1 to 10.
    pub decile: u8,
    /// Home.
    pub postcode: String,
    /// Its neighbourhood, in a world that has them.
    pub home: Option<AreaCode>,
    /// Pupil number.
    pub upn: String,
    /// Whether unaccompanied.
    pub unaccompanied: bool,
    /// Cases, earliest first.
    pub cases: Vec<Case>,
    /// Periods of care, earliest first.
    pub care: Vec<CarePeriod>,
    /// Early help.
    pub early_help: Vec<(Day, Option<Day>)>,
}

/// The last day that anything is simulated for.
#[must_use]
pub fn last_day(world: &World) -> Day {
    Day::last_of_year(world.last_year)
}

/// The first day covered by returns.
#[must_use]
pub fn first_day(world: &World) -> Day {
    Day::last_of_year(world.last_year - world.years).plus(1)
}

/// Every child of one authority.
#[must_use]
pub fn lives(world: &World, authority: usize) -> Vec<Life> {
    let margins = &world.authorities[authority];
    let mut draws = Draws::new(world.seed, authority as u64 + 1);
    let (start, end) = (
        first_day(world).plus_years(-i32::from(world.years_before)),
        last_day(world),
    );
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of children"
    )]
    let count = (f64::from(world.children_per_year)
        * margins.weight
        * f64::from(world.years + world.years_before)) as u32;
    let mut homes = HomeDraw::new(world, authority);
    (0..count)
        .filter_map(|number| {
            let days = (start, end);
            life(world, (margins, homes.as_mut()), &mut draws, number, days)
        })
        .collect()
}

/// One child; none if the authority never gets to know of it.
fn life(
    world: &World,
    (margins, homes): (&AuthorityMargins, Option<&mut HomeDraw<'_>>),
    draws: &mut Draws,
    number: u32,
    (start, end): (Day, Day),
) -> Option<Life> {
    let first = Day(draws.between(start.0, end.0));
    let unaccompanied = draws.chance(world.unaccompanied);
    let age_days = if unaccompanied {
        draws.between(15 * 365, 17 * 365)
    } else if draws.chance(0.12) {
        draws.between(-120, 300)
    } else {
        draws.between(300, 17 * 365)
    };
    let home = homes.map(|homes| homes.draw(draws));
    let is_seen = home.as_ref().is_none_or(|home| home.is_seen);
    let decile = match &home {
        Some(home) => usize::from(home.decile),
        None => draws.weighted(&margins.deciles) + 1,
    };
    let mut life = Life {
        id: format!("{}", 100_000 + number * 3),
        birth: first.plus(-age_days),
        sex: if draws.chance(0.5) || unaccompanied {
            "male"
        } else {
            "female"
        },
        ethnicity: match &home {
            Some(home) => home.ethnicity,
            None => ETHNIC_CODES[draws.weighted(&margins.ethnicity)],
        },
        decile: u8::try_from(decile).unwrap_or(1),
        home: home.as_ref().map(|home| home.code),
        postcode: home.map_or_else(|| postcode(decile, draws), |home| home.postcode),
        upn: upn(&margins.old_la_code, number),
        unaccompanied,
        cases: vec![],
        care: vec![],
        early_help: vec![],
    };
    let adult = life.birth.plus_years(18);
    if unaccompanied || draws.chance(world.straight_to_care) {
        straight_to_care(&mut life, draws, first, adult.min(end));
        return is_seen.then_some(life);
    }
    let mut day = first;
    while day < adult && day <= end && life.cases.len() < 6 {
        let back = one_case(world, &mut life, draws, day, adult);
        match back {
            Some(next) if draws.chance(world.return_after_closure) => {
                day = next.plus(draws.between(20, 900));
            }
            _ => break,
        }
    }
    is_seen.then_some(life)
}

/// Letters that the second part of a postcode may have.
pub(crate) const LETTERS: [char; 10] = ['A', 'B', 'D', 'E', 'F', 'G', 'H', 'J', 'L', 'N'];

/// A valid postcode whose area tells the tenth, so that a lookup can be written beside.
fn postcode(decile: usize, draws: &mut Draws) -> String {
    let letter = |n: i32| LETTERS[usize::try_from(n).unwrap_or(0) % 10];
    let (a, b, c) = (
        draws.between(0, 9),
        draws.between(0, 9),
        draws.between(0, 9),
    );
    format!("ZZ{decile} {a}{}{}", letter(b), letter(c))
}

/// Every postcode of one tenth, for the lookup.
#[must_use]
pub fn postcodes(decile: u8) -> Vec<String> {
    let mut all = Vec::with_capacity(1000);
    for digit in 0..10 {
        for b in LETTERS {
            for c in LETTERS {
                all.push(format!("ZZ{decile} {digit}{b}{c}"));
            }
        }
    }
    all
}

fn upn(la: &str, number: u32) -> String {
    const CHECK: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
    let body = format!("{la}{number:08}{}", number % 10);
    let sum: usize = body
        .bytes()
        .zip(2..)
        .map(|(digit, weight)| usize::from(digit.saturating_sub(b'0')) * weight)
        .sum();
    format!("{}{body}", char::from(CHECK[sum % 23]))
}

fn straight_to_care(life: &mut Life, draws: &mut Draws, day: Day, limit: Day) {
    let need = if life.unaccompanied { "N8" } else { "N1" };
    let status = if life.unaccompanied { "V2" } else { "L1" };
    // A child referred before birth enters care at birth, or is born too late to be seen to.
    let entry = day.max(life.birth);
    let care = (entry <= limit).then(|| care_period(draws, entry, limit, need, status));
    let out = care.as_ref().and_then(|(_, out)| *out);
    life.cases.push(Case {
        referral: day,
        no_further_action: false,
        source: "6",
        need,
        closure: out.map(|out| (out.plus(draws.between(0, 30)), "RC7")),
        assessment: None,
        enquiry: None,
        plans: vec![],
        protection: vec![],
    });
    life.care.extend(care.map(|(period, _)| period));
}

/// A case from a referral on; returns the day it closed.
fn one_case(
    world: &World,
    life: &mut Life,
    draws: &mut Draws,
    day: Day,
    adult: Day,
) -> Option<Day> {
    let gap = if life.ethnicity.starts_with('B')
        || matches!(life.ethnicity, "AIND" | "APKN" | "ABAN" | "AOTH" | "CHNE")
    {
        world.ethnic_gap
    } else {
        1.0
    };
    if draws.chance(world.early_help) {
        let from = day.plus(-draws.between(1, 500)).max(life.birth);
        let to = from.plus(draws.between(20, 400));
        let overlaps = life
            .early_help
            .last()
            .is_some_and(|(_, end)| end.is_none_or(|end| end >= from));
        if from < day && !overlaps {
            life.early_help.push((from, Some(to)));
        }
    }
    let mut case = Case {
        referral: day,
        no_further_action: draws.chance(0.08),
        source: SOURCES[draws.weighted(&[2.0, 3.0, 1.5, 1.0, 1.5, 4.0, 1.0, 0.5])],
        need: NEEDS[draws.weighted(&[6.0, 1.0, 0.5, 1.0, 1.5, 0.5])],
        closure: None,
        assessment: None,
        enquiry: None,
        plans: vec![],
        protection: vec![],
    };
    if case.no_further_action {
        life.cases.push(case);
        return Some(day);
    }
    let assessed = day.plus(draws.between(10, 45));
    let factor = |n: i32| {
        ["3B", "4B", "2B", "16A", "17A", "1B", "15A", "10A"][usize::try_from(n).unwrap_or(0) % 8]
    };
    let first = draws.between(0, 7);
    case.assessment = Some((
        day.plus(draws.between(0, 5)),
        assessed,
        [factor(first), factor(first + 1)],
    ));
    if draws.chance(0.3) {
        let closed = assessed.plus(draws.between(0, 5));
        case.closure = Some((closed, if draws.chance(0.3) { "RC9" } else { "RC8" }));
        life.cases.push(case);
        return Some(closed);
    }
    let mut closed = assessed.plus(draws.between(40, 500));
    plans(world, draws, &mut case, assessed, &mut closed, gap, life);
    if draws.chance(world.care) {
        closed = into_care(life, draws, &mut case, assessed, closed, adult)?;
    }
    if closed >= adult {
        case.closure = Some((adult, "RC6"));
        trim(&mut case, adult);
        life.cases.push(case);
        return None;
    }
    trim(&mut case, closed);
    case.closure = Some((closed, "RC7"));
    life.cases.push(case);
    Some(closed)
}

/// Nothing of a case outlives it.
fn trim(case: &mut Case, day: Day) {
    case.plans.retain(|(start, _)| *start <= day);
    case.protection.retain(|(start, ..)| *start <= day);
    case.enquiry = case.enquiry.filter(|(start, _)| *start <= day);
    case.enquiry = case
        .enquiry
        .map(|(start, held)| (start, held.filter(|held| *held <= day)));
    for (_, end) in &mut case.plans {
        *end = Some(end.map_or(day, |end| end.min(day)));
    }
    for (_, end, ..) in &mut case.protection {
        *end = Some(end.map_or(day, |end| end.min(day)));
    }
}

fn plans(
    world: &World,
    draws: &mut Draws,
    case: &mut Case,
    assessed: Day,
    closed: &mut Day,
    gap: f64,
    life: &Life,
) {
    if draws.chance(world.cin_plan * gap) {
        let start = assessed.plus(draws.between(0, 10));
        // Some plans start and end on one day; they count as having happened.
        let end = if draws.chance(0.02) {
            start
        } else {
            start.plus(draws.between(20, 400))
        };
        case.plans.push((start, Some(end.min(*closed).max(start))));
    }
    if !draws.chance(0.4) {
        return;
    }
    let enquiry = case.referral.plus(draws.between(1, 40));
    let conference = enquiry.plus(draws.between(5, 15));
    let planned = draws.chance(world.protection_plan * gap);
    case.enquiry = Some((enquiry, planned.then_some(conference)));
    if !planned {
        return;
    }
    let before = life
        .cases
        .iter()
        .map(|case| case.protection.len())
        .sum::<usize>();
    let end = conference.plus(draws.between(90, 500));
    *closed = (*closed).max(end.plus(draws.between(0, 60)));
    // A child in need plan ends when a protection plan starts.
    for (start, plan_end) in &mut case.plans {
        if *start < conference {
            *plan_end = Some(plan_end.map_or(conference, |e| e.min(conference)));
        }
    }
    case.plans.retain(|(start, _)| *start < conference);
    let category = CATEGORIES[draws.weighted(&[5.0, 4.0, 1.0, 0.5, 0.3])];
    case.protection.push((
        conference,
        Some(end),
        category,
        u8::try_from(before).unwrap_or(9),
    ));
    if draws.chance(0.5) {
        case.plans.push((
            end,
            Some(end.plus(draws.between(20, 150)).min(*closed).max(end)),
        ));
    }
}

fn into_care(
    life: &mut Life,
    draws: &mut Draws,
    case: &mut Case,
    assessed: Day,
    closed: Day,
    adult: Day,
) -> Option<Day> {
    let mut entry = Day(draws.between(assessed.0, closed.0.max(assessed.0)));
    // Some plans start on the very day of entry: the edge that lead days are about.
    if let (Some((start, ..)), true) = (case.protection.last(), draws.chance(0.08)) {
        entry = *start;
    }
    if entry >= adult || entry < life.birth {
        return Some(closed);
    }
    let status = ["C1", "V2", "V2", "L2"][usize::try_from(draws.between(0, 3)).unwrap_or(0)];
    let (period, out) = care_period(draws, entry, adult, case.need, status);
    for (_, end, ..) in &mut case.protection {
        *end = Some(end.map_or(entry, |e| e.min(entry)));
    }
    case.protection.retain(|(start, ..)| *start <= entry);
    for (start, end, ..) in &mut case.protection {
        *end = Some(end.map_or(entry, |e| e.max(*start)));
    }
    for (start, end) in &mut case.plans {
        *end = Some(end.map_or(entry, |e| e.min(entry)).max(*start));
    }
    case.plans.retain(|(start, _)| *start <= entry);
    life.care.push(period);
    out.map(|out| out.plus(draws.between(0, 60)).max(entry))
        .or(Some(Day::OPEN.min(adult)))
}

/// A period of one to three placements; returns the day it ended, if before adulthood.
fn care_period(
    draws: &mut Draws,
    start: Day,
    limit: Day,
    need: &'static str,
    status: &'static str,
) -> (CarePeriod, Option<Day>) {
    let length = if draws.chance(0.4) {
        draws.between(5, 200)
    } else {
        draws.between(200, 2500)
    };
    let end = start.plus(length.max(1)).min(limit);
    let grown = start.plus(length.max(1)) >= limit;
    let mut placements = Vec::new();
    let (mut from, count) = (start, draws.between(1, 3));
    for number in 1..=count {
        let last = number == count || end.since(from) < 20;
        let to = if last {
            end
        } else {
            from.plus(draws.between(5, end.since(from) - 10))
        };
        let new = if number == 1 {
            "S"
        } else {
            ["P", "T", "L"][usize::try_from(draws.between(0, 2)).unwrap_or(0)]
        };
        let ceased = if !last {
            "X1"
        } else if grown {
            "E17"
        } else {
            ["E4A", "E4B", "E13"][usize::try_from(draws.between(0, 2)).unwrap_or(0)]
        };
        let place = ["U6", "U3", "K2", "U4"][usize::try_from(draws.between(0, 3)).unwrap_or(0)];
        placements.push(Placement {
            start: from,
            end: Some(to),
            codes: [new, status, place],
            ceased,
        });
        if last {
            break;
        }
        from = to;
    }
    (CarePeriod { placements, need }, (!grown).then_some(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_in_care_or_helped_early_before_birth_and_some_are_referred() {
        let world = World::new(2, 5, 7);
        let (mut unborn, mut at_birth) = (0, 0);
        for authority in 0..world.authorities.len() {
            for life in lives(&world, authority) {
                let early = life.early_help.iter().map(|(start, _)| *start);
                let care = life.care.iter().filter_map(CarePeriod::start);
                for start in early.chain(care.clone()) {
                    assert!(start >= life.birth, "{life:?}");
                }
                let referred = life.cases.first().is_some_and(|c| c.referral < life.birth);
                unborn += u32::from(referred);
                at_birth += care
                    .filter(|start| referred && *start == life.birth)
                    .count();
            }
        }
        assert!(unborn > 20 && at_birth > 0, "{unborn} {at_birth}");
    }
}
