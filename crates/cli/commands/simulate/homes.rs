//! Homes of invented children in the neighbourhoods of real authorities.

use anyhow::Result;
use disparity_core::AreaCode;
use disparity_core::needs::Assumptions;
use disparity_core::neighbourhoods::RESIDENT_GROUPS;
use disparity_needs::England;
use disparity_published::{load_group_errors, load_neighbourhoods};
use disparity_simulate::{HomeArea, MOST_HOME_AREAS, World, let_differ, miss};

use crate::args::{Models, Selection};
use crate::builtin;
use crate::commands::needs::{inputs, need};
use crate::hint::Hinted;
use crate::plan::PlanFile;
use crate::progress::Progress;
use crate::returns_args::{HomesArgs, SimulateArgs};
use crate::stages::Published;

/// As few draws as may be, of which one is used.
const DRAWS: u32 = 100;
/// Added to the seed, so that a world is not one of the draws that it will be held against.
const OF_WORLDS: u64 = 0x4845_494d;

/// Gives children homes: in neighbourhoods of their authorities, by one draw of what England's rates would give.
pub(super) fn give(
    world: &mut World,
    codes: &[(AreaCode, String)],
    args: &SimulateArgs,
) -> Result<()> {
    let asked = &args.homes;
    let group = sound(asked)?;
    let mut progress = Progress::new(false);
    let selection = Selection {
        indicators: disparity_core::needs::Need::INDICATORS
            .map(str::to_owned)
            .to_vec(),
        models: Some(Models::Latest),
        ..Selection::default()
    };
    let published = Published::load(&selection, &mut progress)?;
    let catalogue = published.catalogue();
    let need = need(&asked.homes_need, catalogue)?;
    let files = builtin::files(None)?;
    let neighbourhoods = load_neighbourhoods(&files, &catalogue.areas)?;
    let errors = load_group_errors(&files)?;
    let mut plan = PlanFile::read(&selection)?.resolve(&selection, &[], catalogue)?;
    plan.authorities = Some(codes.iter().map(|(code, _)| *code).collect());
    let results = published.release_expected(&plan, &mut progress)?;
    let inputs = inputs(&published, results.results(), &neighbourhoods, &errors);
    let assumptions = Assumptions {
        draws: DRAWS,
        seed: args.seed ^ OF_WORLDS,
        ..Assumptions::default()
    };
    let england = England::new(inputs, assumptions, None)?;
    let mut number = 0;
    for ((code, _), margins) in codes.iter().zip(&mut world.authorities) {
        for own in england.draw_neighbourhoods(*code, need, asked.homes_gradient)? {
            let area = HomeArea::new(own.code, own.decile, own.groups, number);
            margins.homes.push(area);
            number += 1;
        }
        let_differ(
            &mut margins.homes,
            asked.homes_differ,
            args.seed ^ u64::from(number),
        );
        if let Some(group) = group {
            let adjoining = neighbourhoods.adjoining(*code).iter();
            let adjoining: Vec<[usize; 2]> = adjoining.map(|pair| pair.between).collect();
            let how = (asked.missed_part, asked.missed_seen);
            miss(&mut margins.homes, &adjoining, group, how);
        }
    }
    if number > MOST_HOME_AREAS {
        let message =
            format!("there are postcodes for {MOST_HOME_AREAS} neighbourhoods, not for {number}");
        return Err(Hinted::new(message, "invent fewer authorities").into());
    }
    world.no_home = asked.no_home;
    Ok(())
}

/// The place of the group that is missed, if one is; an error where a number cannot be meant.
fn sound(asked: &HomesArgs) -> Result<Option<usize>> {
    let numbers = [
        ("--homes-differ", asked.homes_differ, 0.0..=3.0, "0 to 3"),
        (
            "--homes-gradient",
            asked.homes_gradient,
            -5.0..=5.0,
            "-5 to 5",
        ),
        ("--no-home", asked.no_home, 0.0..=1.0, "0 to 1"),
        ("--missed-seen", asked.missed_seen, 0.0..=1.0, "0 to 1"),
        ("--missed-part", asked.missed_part, 0.0..=1.0, "0 to 1"),
    ];
    for (option, value, range, words) in numbers {
        if !range.contains(&value) {
            let message = format!("{option} cannot be {value}");
            return Err(Hinted::new(message, format!("give a number from {words}")).into());
        }
    }
    let Some(word) = &asked.missed else {
        return Ok(None);
    };
    let place = RESIDENT_GROUPS.iter().position(|own| own == word);
    if place.is_none() {
        let message = format!("no broad ethnic group is called {word:?}");
        let hint = format!("use one of {}", RESIDENT_GROUPS.join(", "));
        return Err(Hinted::new(message, hint).into());
    }
    Ok(place)
}
