//! `disparity journeys`: what came after help, how children came to care, and how well records
//! match, from a store. Counts pass the control before they are shown.

use anyhow::Result;
use disparity_core::Catalogue;
use disparity_core::answers::{GroupBy, JourneyTable};
use disparity_disclosure::{KnownBefore, Policy, protect_journeys};
use disparity_export::{JOURNEY_HEADER, journey_rows};
use disparity_journeys::{ALSO_MATCHED, AskedOfJourneys, JourneyDraft, names_of_journeys};

use crate::args::Format;
use crate::commands::prior_help::{groups, words};
use crate::commands::returns::say_withheld;
use crate::out::{csv_of_rows, print, print_csv, print_json, table};
use crate::policy::{policy, unprotected_note};
use crate::progress::{Bar, PROVING, Progress};
use crate::published::{self, OutputKind};
use crate::remembered::Memory;
use crate::returns_args::JourneysArgs;
use crate::stores::store;

/// Whether a question is within the usual one: any tables of everyone and by broad ethnic group. That is
/// protected whole, whatever of it is asked for: who asks for less is shown what is shown of it beside
/// the rest. By other ways children are told apart in a question of its own: protected beside the
/// usual one, hardly any of it could be shown, and a reader of both may tell more than of either.
fn is_usual(groups: &[GroupBy], policy: &Policy) -> bool {
    let usual = groups.iter().all(|by| GroupBy::BROAD.contains(by));
    if !usual && policy.rule().withhold_to > 0 {
        crate::out::tell(format_args!(
            "protected as a question of its own: publish it, or `journeys` without these --by, not both"
        ));
    }
    usual && policy.rule().withhold_to > 0
}

pub(crate) fn run(args: &JourneysArgs, catalogue: &Catalogue) -> Result<()> {
    let tables = JourneyTable::ALL.map(|table| (table.as_str(), table));
    let wanted = words(&args.tables, &tables, "--table")?;
    let policy = policy(&args.control)?;
    let memory = Memory::of(&args.store, &args.control)?;
    let earlier = memory.outputs(&args.control.published, policy.rule().round_to)?;
    let mut progress = Progress::new(false);
    let journeys = progress.stage("reading the store", || {
        store(&args.store, &catalogue.dimensions)
    })?;
    let shown = groups(&args.groups, &GroupBy::BROAD)?;
    let usual = is_usual(&shown, &policy);
    let mut asked = if usual {
        GroupBy::BROAD.to_vec()
    } else {
        shown.clone()
    };
    asked = published::ways(&earlier, &asked);
    let asked = AskedOfJourneys::new(&journeys, catalogue, asked);
    let is_wanted = |table| wanted.is_empty() || wanted.contains(&table);
    let mut draft = JourneyDraft::default();
    for table in JourneyTable::ALL {
        if usual || is_wanted(table) || !earlier.is_empty() {
            progress.stage(table.as_str(), || asked.draw(table, &mut draft));
        }
    }
    let answers = draft.finish();
    let known = earlier.known_of_journeys(&answers, &journeys, catalogue);
    published::check(&known, &answers.counts)?;
    let kind = OutputKind::Journeys;
    let known = KnownBefore {
        published: &known,
        names: &names_of_journeys(&answers),
        beside: &published::beside(&earlier, kind, &journeys, catalogue, policy.rule())?,
    };
    let bar = Bar::new();
    let watch = |done, all| bar.show(PROVING, done, all);
    let safe = protect_journeys(answers, &catalogue.dimensions, &policy, known, &watch);
    bar.clear();
    say_withheld(safe.how_many(), policy.rule());
    let release = safe.release(|table, by, authority| {
        let also = table == JourneyTable::Matching && ALSO_MATCHED.contains(&by);
        is_wanted(table) && (shown.contains(&by) || also) && !(args.together && authority.is_some())
    });
    let rows = || journey_rows(&release, &journeys, catalogue);
    memory.keep(kind, || {
        Ok(csv_of_rows(&JOURNEY_HEADER, rows())?.into_bytes())
    })?;
    let rows = rows();
    match args.format {
        Format::Text => {
            let note = unprotected_note(release.policy());
            print(&(note + &text(rows, journeys.synthetic)))
        }
        Format::Csv => print_csv(&JOURNEY_HEADER, rows),
        Format::Json => print_json(&JOURNEY_HEADER, rows),
    }
}

/// The lines for people: the columns that tell them apart, and rounded.
fn text(rows: impl Iterator<Item = Vec<String>>, synthetic: bool) -> String {
    const SHOWN: [(usize, &str); 10] = [
        (1, "table"),
        (2, "year"),
        (5, "authority"),
        (6, "measure"),
        (8, "of whom"),
        (9, "count"),
        (10, "of"),
        (11, "estimate"),
        (12, "low"),
        (13, "high"),
    ];
    const ESTIMATE: usize = 11;
    const SYMBOL: usize = 14;
    let note = if synthetic {
        "SYNTHETIC: these children are invented; no figure here is about anyone\n\n"
    } else {
        ""
    };
    let lines = rows.map(|row| {
        let text = |(at, _): (usize, &str)| match row[at].parse::<f64>() {
            // No more digits than there are.
            Ok(value) if at >= ESTIMATE && row[at].len() > 5 => format!("{value:.3}"),
            // An absence stands where the figure would.
            Err(_) if at == ESTIMATE => format!("{} {}", row[at], row[SYMBOL]).trim().to_owned(),
            _ => row[at].clone(),
        };
        SHOWN.map(text).to_vec()
    });
    note.to_owned() + &table(&SHOWN.map(|(_, name)| name), &[5, 6, 7, 8, 9], lines)
}
