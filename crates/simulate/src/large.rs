//! Journeys of millions of spells without files, for measuring speed. The spells have the shape of
//! real ones; nothing about them is meant to be true.

use disparity_core::journeys::{
    Authority, BirthPrecision, ChildRecord, CodeSets, Coverage, Covered, Journeys, JourneysError,
    LinkOutcome, Spell, SpellFlags, SpellKind,
};
use disparity_core::{AreaCode, CategoryId, Day};

use crate::draws::Draws;

/// About so many spells over authorities and twenty years; a third of the children enter care.
///
/// # Errors
/// [`JourneysError`] if there would be more spells than offsets can number.
pub fn large_journeys(
    codes: CodeSets,
    areas: &[(String, AreaCode)],
    spells: usize,
    seed: u64,
) -> Result<Journeys, JourneysError> {
    let mut journeys = Journeys::new(codes, true);
    let (first, last) = (Day(12_874), Day(20_179));
    let each = spells / areas.len().max(1);
    for (number, (old_la_code, area)) in areas.iter().enumerate() {
        let mut draws = Draws::new(seed, number as u64 + 1);
        let mut coverage = Coverage::default();
        for kind in SpellKind::ALL {
            coverage.set(kind, Covered::new(vec![(first, last.plus(1))]));
        }
        journeys.push_authority(Authority {
            old_la_code: old_la_code.clone(),
            area: Some(*area),
            coverage,
            extract: last,
            continued: None,
        });
        let mut made = 0;
        let mut own: Vec<Spell> = Vec::new();
        while made < each {
            let birth = Day(draws.between(first.0 - 5000, last.0 - 400));
            let record = ChildRecord {
                birth: Some(birth),
                birth_precision: BirthPrecision::Day,
                sex: CategoryId(1 + u8::from(draws.chance(0.5))),
                ethnicity: CategoryId(u8::try_from(draws.between(1, 19)).unwrap_or(1)),
                unaccompanied: Some(false),
                link: LinkOutcome::Confirmed,
                ..ChildRecord::default()
            };
            own.clear();
            let decile = u8::try_from(draws.between(1, 10)).unwrap_or(1);
            let mut day = Day(draws.between(birth.0.max(first.0), last.0 - 1));
            for _ in 0..draws.between(1, 3) {
                let end = day.plus(draws.between(30, 700));
                let mut push = |kind, start: Day, end: Day| {
                    let mut spell = Spell::new(kind, start, end);
                    spell.decile = Some(decile);
                    own.push(spell);
                };
                push(SpellKind::Referral, day, day);
                push(SpellKind::CinEpisode, day, end);
                if draws.chance(0.6) {
                    push(SpellKind::CinPlan, day.plus(40), end);
                }
                if draws.chance(0.3) {
                    push(SpellKind::Section47, day.plus(5), day.plus(5));
                    push(SpellKind::ProtectionPlan, day.plus(20), end);
                }
                day = end.plus(draws.between(30, 900));
                if day >= last {
                    break;
                }
            }
            if draws.chance(0.5) && day < last && day < birth.plus_years(18) {
                let mut care = Spell::new(SpellKind::Care, day, day.plus(draws.between(10, 2000)));
                (care.decile, care.flags) = (Some(decile), SpellFlags::START_KNOWN);
                own.push(care);
            }
            made += own.len();
            journeys.push_child(&record, &mut own)?;
        }
    }
    Ok(journeys)
}
