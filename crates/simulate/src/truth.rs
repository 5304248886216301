//! The planted truth: for each child who really entered care, who had really been helped before.
//! Written from the definitions by plain search, not shared with the code it is meant to check.

use disparity_core::Day;

use crate::life::{CarePeriod, Life};

/// Kinds of help as outputs name them.
pub const KINDS: [&str; 9] = [
    "early_help",
    "referral",
    "cin_episode_any",
    "cin_episode_closed",
    "cin_plan",
    "section_47",
    "cpp",
    "any",
    "none",
];

/// Days on which a child entered care, first of each reporting year, under 18.
#[must_use]
pub fn entries(life: &Life) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for day in life.care.iter().filter_map(CarePeriod::start) {
        let same_year = days
            .last()
            .is_some_and(|last| last.period() == day.period());
        if !same_year && day < life.birth.plus_years(18) {
            days.push(day);
        }
    }
    days
}

/// What is known of an entry besides help, as the truth file names it.
pub const TRAITS: [&str; 8] = [
    "ethnicity_minor",
    "sex",
    "age_band",
    "deprivation_decile",
    "need",
    "legal_status",
    "unaccompanied",
    "first_ever",
];

/// The group of a child who entered care on a day, by one of [`TRAITS`]: age on the day, tenth of the
/// home's neighbourhood, need and legal status at the start of that period of care. Empty for any
/// other word.
#[must_use]
pub fn trait_of(life: &Life, entry: Day, by: &str) -> String {
    let before = life
        .care
        .iter()
        .filter(|period| period.start() < Some(entry));
    let period = life
        .care
        .iter()
        .find(|period| period.start() == Some(entry));
    let yes_no = |yes: bool| if yes { "yes" } else { "no" };
    match by {
        "ethnicity_minor" => life.ethnicity,
        "sex" => life.sex,
        "age_band" => age_band(life.birth, entry),
        "deprivation_decile" if life.unaccompanied => "unknown",
        "deprivation_decile" => return life.decile.to_string(),
        "need" => period.map_or("unknown", |period| period.need),
        "legal_status" => period
            .and_then(|period| period.placements.first())
            .map_or("unknown", |placement| placement.codes[1]),
        "unaccompanied" => yes_no(life.unaccompanied),
        "first_ever" => yes_no(before.count() == 0),
        _ => "",
    }
    .to_owned()
}

/// The band of the age on a day, by the birthdays that had come; that of 29 February comes on the
/// 28th in other years.
fn age_band(birth: Day, on: Day) -> &'static str {
    [
        (16, "16_and_over"),
        (10, "10_to_15"),
        (5, "5_to_9"),
        (1, "1_to_4"),
        (0, "under_1"),
    ]
    .into_iter()
    .find(|(years, _)| birth.plus_years(*years) <= on)
    .map_or("unborn", |(_, band)| band)
}

/// What of a life the files of returns that begin on a day can still show: a case that was over
/// before is in none of them, while one that was open on that day comes with all that happened in it.
/// Early help is a list of its own, which begins earlier.
#[must_use]
pub fn on_file_from(life: &Life, first: Day) -> Life {
    let mut life = life.clone();
    life.cases.retain(|case| match case.closure {
        _ if case.no_further_action => case.referral >= first,
        Some((closed, _)) => closed >= first,
        None => true,
    });
    life
}

/// Whether a child who entered on a day had help of a kind that started at least `lead` days
/// before, and had not ended by the first day of the window (`None`: ever).
#[must_use]
pub fn helped(life: &Life, entry: Day, kind: &str, look_back: Option<u8>, lead: i32) -> bool {
    let first = look_back.map_or(Day(i32::MIN / 2), |years| {
        entry.plus_years(-i32::from(years))
    });
    let limit = entry.plus(-lead);
    let spell = |start: Day, end: Option<Day>| start <= limit && end.is_none_or(|end| end > first);
    let event = |day: Day| day <= limit && day >= first;
    let real = |case: &&crate::life::Case| {
        !case.no_further_action && !matches!(case.closure, Some((_, "RC8" | "RC9")))
    };
    let ended = |case: &crate::life::Case| case.closure.map(|(day, _)| day);
    let any_of = |kinds: &[&str]| {
        kinds
            .iter()
            .any(|kind| helped(life, entry, kind, look_back, lead))
    };
    match kind {
        "early_help" => life
            .early_help
            .iter()
            .any(|(start, end)| spell(*start, *end)),
        "referral" => life.cases.iter().any(|case| event(case.referral)),
        "cin_episode_any" => life
            .cases
            .iter()
            .filter(real)
            .any(|case| spell(case.referral, ended(case))),
        "cin_episode_closed" => {
            let index = life
                .cases
                .iter()
                .find(|c| {
                    !c.no_further_action
                        && c.referral <= entry
                        && ended(c).is_none_or(|end| end >= entry)
                })
                .map(|case| case.referral);
            life.cases.iter().filter(real).any(|case| {
                let closed = ended(case)
                    .is_some_and(|end| end < entry && index.is_none_or(|referral| end <= referral));
                closed && spell(case.referral, ended(case))
            })
        }
        "cin_plan" => life
            .cases
            .iter()
            .flat_map(|case| &case.plans)
            .any(|(start, end)| spell(*start, *end)),
        "section_47" => life
            .cases
            .iter()
            .filter_map(|case| case.enquiry)
            .any(|(day, _)| event(day)),
        "cpp" => life
            .cases
            .iter()
            .flat_map(|case| &case.protection)
            .any(|(start, end, ..)| spell(*start, *end)),
        "any" => any_of(&["early_help", "cin_plan", "cpp"]),
        _ => {
            let assessed = life
                .cases
                .iter()
                .filter(|c| !c.no_further_action)
                .any(|c| spell(c.referral, ended(c)));
            !assessed && !any_of(&["early_help", "referral", "cin_plan", "section_47", "cpp"])
        }
    }
}
