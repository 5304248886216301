//! A store of returns to counts by the neighbourhood of the home, for a needs assessment; and who has no place.

use std::path::Path;

use anyhow::Result;
use disparity_core::journeys::{CodeSetId, SpellKind, Wanted};
use disparity_core::needs::{FromHomes, Need, SeenGroup, SeenLevel, SeenTable};
use disparity_core::neighbourhoods::{Neighbourhoods, RESIDENT_GROUPS};
use disparity_core::{AreaCode, Catalogue, Period};
use disparity_journeys::{Placing, SeenAtHome, seen_at_home};

use crate::hint::Hinted;
use crate::out::{table, tell};
use crate::stores::store_of;

/// Needs that are counts of children whom a store can place, and what their spells are.
const PLACED: [(&str, SpellKind); 3] = [
    ("cin_at_31_march", SpellKind::CinEpisode),
    ("cpp_at_31_march", SpellKind::ProtectionPlan),
    ("cla_at_31_march", SpellKind::Care),
];

/// Which children of a store are counted.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) authority: AreaCode,
    pub(crate) need: Need,
    pub(crate) period: Period,
    pub(crate) level: SeenLevel,
}

/// Counts children of an authority by where their homes are, and says on standard error, which is for whoever holds the
/// records, how many have no place and why. Says besides whether the children are invented.
pub(crate) fn count(
    path: &Path,
    asked: Asked,
    neighbourhoods: &Neighbourhoods,
    catalogue: &Catalogue,
) -> Result<(SeenTable, bool)> {
    let word = asked.need.word(&catalogue.indicators);
    let Some((indicator, kind)) = PLACED.into_iter().find(|(own, _)| *own == word) else {
        let message = format!("a store cannot say where children of `{word}` live");
        let hint = format!(
            "use one of {} with --seen-need",
            PLACED.map(|own| own.0).join(", ")
        );
        return Err(Hinted::new(message, hint).into());
    };
    let wanted = Wanted {
        codes: vec![CodeSetId::ReasonForClosure, CodeSetId::ReasonCeased],
        home: true,
        people: true,
        status: true,
        stated: true,
        ..Wanted::days_of([kind])
    };
    let journeys = store_of(path, &catalogue.dimensions, &wanted)?;
    let name = catalogue.areas.name(asked.authority);
    let own = journeys.authorities().iter();
    let Some(at) = own
        .clone()
        .position(|own| own.area == Some(asked.authority))
    else {
        let there: Vec<String> = own
            .filter_map(|own| own.area)
            .map(|area| catalogue.areas.name(area))
            .collect();
        let message = format!("the store `{}` has no children of {name}", path.display());
        return Err(Hinted::new(message, format!("it has those of {}", there.join(", "))).into());
    };
    let found = seen_at_home(
        &journeys,
        &catalogue.dimensions,
        neighbourhoods,
        (at, asked.authority),
        (indicator, asked.period),
        asked.level,
    );
    let Some(found) = found else {
        let message = format!(
            "the returns of {name} in `{}` do not cover `{indicator}` for {}",
            path.display(),
            asked.period
        );
        let hint = "choose a year that they cover with --period, or another --seen-need";
        return Err(Hinted::new(message, hint).into());
    };
    say(&found, indicator, &name);
    let all = placing_of(&found, SeenGroup::All);
    match all.known() {
        Some(known) if known >= FromHomes::LEAST_KNOWN => Ok((found.table, journeys.synthetic)),
        _ => {
            let message = format!(
                "of too few children counted in `{indicator}` a home is known: fewer than {:.0} in 100, so that children \
                 who are missed could not be told from homes that are not recorded",
                FromHomes::LEAST_KNOWN * 100.0
            );
            let hint = "homes come from HOME_POST of the care return and from addresses of the safeguarding dataset and the \
                        data interface (the census has none), looked up in a directory of postcodes that lies beside \
                        the returns as the store is built; or try --seen-need cla_at_31_march, or give a table of counts \
                        with --seen";
            Err(Hinted::new(message, hint).into())
        }
    }
}

fn placing_of(found: &SeenAtHome, group: SeenGroup) -> Placing {
    found.placing.get(&group).copied().unwrap_or_default()
}

/// Says where homes are, and how many children have none, of everyone and by group.
fn say(found: &SeenAtHome, indicator: &str, name: &str) {
    let groups = SeenGroup::ALL
        .into_iter()
        .filter(|own| *own == SeenGroup::All || placing_of(found, *own).counted > 0);
    let rows = groups.map(|group| {
        let own = placing_of(found, group);
        let word = match group {
            SeenGroup::All => "all".to_owned(),
            SeenGroup::Of(at) => RESIDENT_GROUPS[usize::from(at)].to_owned(),
            SeenGroup::Unknown => "not recorded".to_owned(),
        };
        let share = own
            .known()
            .map_or_else(String::new, |known| format!("{:.0}%", known * 100.0));
        let counts = [
            own.counted,
            own.here,
            own.elsewhere,
            own.outside,
            own.unaccompanied,
            own.blank,
            own.unknown,
            own.redrawn,
        ];
        let counts = counts.map(|count| count.to_string());
        [word].into_iter().chain(counts).chain([share]).collect()
    });
    let header = [
        "group",
        "counted",
        "home here",
        "elsewhere in England",
        "outside England",
        "none, unaccompanied",
        "none recorded",
        "not told by its postcode",
        "redrawn since 2011",
        "home known",
    ];
    let lines = table(&header, &[1, 2, 3, 4, 5, 6, 7, 8, 9], rows);
    tell(format_args!(
        "Where children of {name} counted in `{indicator}` have their homes (for you, who hold the records; it is in no \
         output):\n{lines}"
    ));
    let merged = placing_of(found, SeenGroup::All).merged;
    if merged > 0 {
        tell(format_args!(
            "{merged} of those here are in neighbourhoods of 2011 that were merged into one in 2021"
        ));
    }
}
