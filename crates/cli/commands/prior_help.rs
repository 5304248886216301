//! `disparity prior-help`: who was helped before care, from a store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use disparity_core::answers::{GroupBy, HelpKind, LookBack, Mode, PriorHelp, PriorHelpKey};
use disparity_core::journeys::Authority;
use disparity_core::{Catalogue, Day, Journeys, Reported};
use disparity_disclosure::{
    Beside, KnownBefore, Policy, PriorHelpRow, Proportion, Release, protect_prior_help,
    unprotected_prior_help,
};
use disparity_export::{
    ArrowTable, EarlierOutputs, PRIOR_HELP_HEADER, PriorHelpTable, la_name, span,
};
use disparity_journeys::{
    Entered, PriorHelpParams, Questions, Sums, Years, names_of_prior_help, prior_help_answers,
    supported,
};

use crate::args::Format;
use crate::commands::returns::say_withheld;
use crate::hint::Hinted;
use crate::out::{paragraph, print, print_as, print_csv, print_json, table};
use crate::policy::{policy, unprotected_note};
use crate::progress::{Bar, PROVING, Progress};
use crate::published::{self, OutputKind};
use crate::remembered::Memory;
use crate::returns_args::{ControlArgs, PriorHelpArgs};
use crate::stores::{Children, add_up, refuse_control, store, store_of, stores_in};

/// Words of an option to values, or the words there are.
pub(crate) fn words<T: Copy>(
    typed: &[String],
    known: &[(&'static str, T)],
    option: &str,
) -> Result<Vec<T>> {
    typed
        .iter()
        .map(|word| {
            let found = known.iter().find(|(name, _)| name == word);
            found.map(|(_, value)| *value).ok_or_else(|| {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                Hinted::new(
                    format!("{option} cannot be {word:?}"),
                    format!("use one of {}", names.join(", ")),
                )
                .into()
            })
        })
        .collect()
}

pub(crate) fn groups(typed: &[String], default: &[GroupBy]) -> Result<Vec<GroupBy>> {
    let mut found = words(typed, &GroupBy::ALL.map(|by| (by.as_str(), by)), "--by")?;
    if typed.is_empty() {
        return Ok(default.to_vec());
    }
    if !found.contains(&GroupBy::Total) {
        found.insert(0, GroupBy::Total);
    }
    Ok(found)
}

pub(crate) fn look_backs(typed: &[String]) -> Result<Vec<LookBack>> {
    let each = typed.iter().map(|word| {
        let usual = |back: &LookBack| !matches!(back, LookBack::Years(0 | 26..));
        LookBack::from_word(word).filter(usual).ok_or_else(|| {
            Hinted::new(
                format!("--look-back cannot be {word:?}"),
                "use a number of years from 1 to 25, or ever",
            )
            .into()
        })
    });
    each.collect()
}

pub(crate) fn params(args: &PriorHelpArgs) -> Result<PriorHelpParams> {
    let kinds = words(
        &args.kinds,
        &HelpKind::ALL.map(|kind| (kind.as_str(), kind)),
        "--kind",
    )?;
    let look_backs = look_backs(&args.look_backs)?;
    let shortest = look_backs.iter().filter_map(|back| match back {
        LookBack::Years(years) => Some(u16::from(*years)),
        LookBack::Ever => None,
    });
    if let (Some(lead), Some(years)) = (args.leads.iter().max(), shortest.min())
        && *lead >= years * 365
    {
        return Err(Hinted::new(
            format!("--lead {lead} leaves nothing of a look-back of {years} years"),
            "give a lead that is shorter than every look-back",
        )
        .into());
    }
    Ok(PriorHelpParams {
        kinds: if kinds.is_empty() {
            HelpKind::ALL.to_vec()
        } else {
            kinds
        },
        look_backs,
        leads: args.leads.clone(),
        modes: words(
            &args.modes,
            &Mode::ALL.map(|mode| (mode.as_str(), mode)),
            "--mode",
        )?,
        groups: groups(&args.groups, &GroupBy::ALL)?,
        years: if args.pool == 0 {
            Years::Each
        } else {
            Years::Pooled(args.pool)
        },
        include_unaccompanied: args.include_unaccompanied,
        by_authority: !args.together,
    })
}

/// A question about prior help, of whom, and how answers are protected.
pub(crate) struct Asked<'a> {
    pub(crate) store: &'a Path,
    pub(crate) params: &'a PriorHelpParams,
    pub(crate) control: &'a ControlArgs,
    /// Whether to go on where few entrants are linked, or nothing lies within the files.
    pub(crate) force: bool,
}

impl<'a> Asked<'a> {
    fn of(args: &'a PriorHelpArgs, params: &'a PriorHelpParams) -> Self {
        Self {
            store: &args.store,
            params,
            control: &args.control,
            force: args.force,
        }
    }
}

/// What may be shown of the answers to a question, and what it was asked of.
pub(crate) struct Answered {
    pub(crate) journeys: Journeys,
    pub(crate) release: Release<Vec<PriorHelpRow>>,
    pub(crate) memory: Memory,
}

/// Remembers a release, if that was asked for, before anybody is shown it.
pub(crate) fn keep(memory: Memory, table: PriorHelpTable<'_>) -> Result<()> {
    memory.keep(OutputKind::PriorHelp, || {
        let mut text = Vec::new();
        table.write_csv(&mut text)?;
        Ok(text)
    })
}

/// What `disparity prior-help` prints as CSV, as a table in memory: of a store, or of what was added up of several.
pub(crate) fn table_of(
    args: &PriorHelpArgs,
    sums: Option<&Sums>,
    catalogue: &Catalogue,
) -> Result<ArrowTable> {
    let params = params(args)?;
    let asked = Asked::of(args, &params);
    let mut progress = Progress::new(false);
    let answered = match sums {
        None => answer(&asked, catalogue, &mut progress)?,
        Some(sums) => {
            let memory = Memory::of(asked.store, asked.control)?;
            answer_of_sums(sums, &asked, (catalogue, memory), &mut progress)?
        }
    };
    let Answered {
        journeys,
        release,
        memory,
    } = answered;
    let table = PriorHelpTable {
        release: &release,
        journeys: &journeys,
        catalogue,
    };
    keep(memory, table)?;
    Ok(table.arrow()?)
}

pub(crate) fn run(args: &PriorHelpArgs, catalogue: &Catalogue) -> Result<()> {
    let params = params(args)?;
    if args.supported {
        let dimensions = &catalogue.dimensions;
        let journeys = match stores_in(&args.store)? {
            None => store_of(&args.store, dimensions, &params.wanted())?,
            Some(stores) => add_up(&stores, dimensions, &Questions::default())?.headings(),
        };
        return print_supported(&journeys, catalogue, args.format);
    }
    let asked = Asked::of(args, &params);
    let answered = answer(&asked, catalogue, &mut Progress::new(false))?;
    tell(answered, args.format, catalogue)
}

/// Remembers answers, if that was asked for, and prints them.
fn tell(answered: Answered, format: Format, catalogue: &Catalogue) -> Result<()> {
    let Answered {
        journeys,
        release,
        memory,
    } = answered;
    let table = PriorHelpTable {
        release: &release,
        journeys: &journeys,
        catalogue,
    };
    keep(memory, table)?;
    match format {
        Format::Csv => print_as(|out| table.write_csv(out)),
        Format::Json => print_json(&PRIOR_HELP_HEADER, table.rows()),
        Format::Text => {
            let note = unprotected_note(release.policy());
            print(&(note + &text(release.rows(), &journeys, catalogue)))
        }
    }
}

/// Answers a question through the gate.
pub(crate) fn answer(
    asked: &Asked<'_>,
    catalogue: &Catalogue,
    progress: &mut Progress,
) -> Result<Answered> {
    let Some(stores) = stores_in(asked.store)? else {
        return answer_of_one(asked, catalogue, progress);
    };
    refuse_control(asked.control)?;
    let policy = policy(asked.control)?;
    let questions = Questions {
        help: questions(asked.params, &policy),
        indicators: false,
    };
    let sums = progress.stage("reading the stores", || {
        add_up(&stores, &catalogue.dimensions, &questions)
    })?;
    let memory = Memory::of(asked.store, asked.control)?;
    answer_of_sums(&sums, asked, (catalogue, memory), progress)
}

/// The questions that are protected one after the other to answer one.
pub(crate) fn questions(params: &PriorHelpParams, policy: &Policy) -> Vec<PriorHelpParams> {
    // With nothing withheld there is nothing to know before.
    if policy.rule().withhold_to == 0 {
        vec![params.clone()]
    } else {
        params.questions()
    }
}

/// The same of what several stores add up to.
pub(crate) fn answer_of_sums(
    sums: &Sums,
    asked: &Asked<'_>,
    (catalogue, memory): (&Catalogue, Memory),
    progress: &mut Progress,
) -> Result<Answered> {
    let policy = policy(asked.control)?;
    let headings = sums.headings();
    let children = Children::Sums(sums, &headings);
    check(children, catalogue, asked.params, asked.force)?;
    let protecting = Protecting {
        children,
        params: asked.params,
        policy: &policy,
        catalogue,
        before: &Before::default(),
    };
    let release = protecting.answer(progress)?;
    Ok(Answered {
        journeys: headings,
        release,
        memory,
    })
}

fn answer_of_one(
    asked: &Asked<'_>,
    catalogue: &Catalogue,
    progress: &mut Progress,
) -> Result<Answered> {
    let params = asked.params;
    let policy = policy(asked.control)?;
    let memory = Memory::of(asked.store, asked.control)?;
    let earlier = memory.outputs(&asked.control.published, policy.rule().round_to)?;
    let before = published::question(&earlier, params.include_unaccompanied)?;
    let mut all_asked = questions(params, &policy);
    all_asked.extend(before.as_ref().map(|(_, params)| params.clone()));
    let wanted = Questions {
        help: all_asked,
        indicators: false,
    };
    let others = earlier.has_journeys() || earlier.has_run();
    let journeys = progress.stage("reading the store", || {
        let dimensions = &catalogue.dimensions;
        if others {
            return store(asked.store, dimensions);
        }
        store_of(asked.store, dimensions, &wanted.wanted())
    })?;
    let children = Children::Records(&journeys);
    check(children, catalogue, params, asked.force)?;
    let mut answers = before
        .as_ref()
        .map_or_else(BTreeMap::new, |(question, params)| {
            progress.stage("looking back for earlier outputs", || {
                published::answers(&journeys, catalogue, (question, params))
            })
        });
    if earlier.has_run() {
        answers.extend(published::of_run(&journeys, catalogue));
    }
    let kind = OutputKind::PriorHelp;
    let beside = published::beside(&earlier, kind, &journeys, catalogue, policy.rule())?;
    let protecting = Protecting {
        children,
        params,
        policy: &policy,
        catalogue,
        before: &Before {
            earlier,
            answers,
            beside,
        },
    };
    let release = protecting.answer(progress)?;
    Ok(Answered {
        journeys,
        release,
        memory,
    })
}

/// What readers have already, and what this store says of it.
#[derive(Default)]
struct Before {
    earlier: EarlierOutputs,
    answers: BTreeMap<PriorHelpKey, PriorHelp>,
    beside: Vec<Beside>,
}

impl Before {
    fn is_nothing(&self) -> bool {
        self.earlier.is_empty() && self.answers.is_empty() && self.beside.is_empty()
    }
}

/// A question of children, beside what is known before.
struct Protecting<'a> {
    children: Children<'a>,
    params: &'a PriorHelpParams,
    policy: &'a Policy,
    catalogue: &'a Catalogue,
    before: &'a Before,
}

impl Protecting<'_> {
    fn answer(&self, progress: &mut Progress) -> Result<Release<Vec<PriorHelpRow>>> {
        let (catalogue, before) = (self.catalogue, self.before);
        let dimensions = &catalogue.dimensions;
        if let (Some(reason), true) = (self.policy.reason(), before.is_nothing()) {
            let own = progress.stage("looking back", || {
                self.children.prior_help(dimensions, self.params)
            })?;
            return Ok(unprotected_prior_help(&own, reason));
        }
        let mut answers: BTreeMap<PriorHelpKey, PriorHelp> = BTreeMap::new();
        let (mut shown, mut spans) = (None, BTreeSet::new());
        for question in questions(self.params, self.policy) {
            let own = progress.stage("looking back", || {
                self.children.prior_help(dimensions, &question)
            })?;
            spans = own
                .iter()
                .map(|answer| (answer.key.from, answer.key.to))
                .collect();
            answers.extend(own.into_iter().map(|answer| (answer.key, answer)));
            let mut all = before.answers.clone();
            all.extend(&answers);
            let all = all.into_values().collect();
            let all = prior_help_answers(all, |key| answers.contains_key(key));
            let headings = self.children.headings();
            let known = before
                .earlier
                .known_of_prior_help(&all, headings, catalogue);
            if shown.is_none() {
                published::check(&known, &all.counts)?;
            }
            let known = KnownBefore {
                published: &known,
                names: &names_of_prior_help(&all),
                beside: &before.beside,
            };
            let bar = Bar::new();
            let watch = |done, all| bar.show(PROVING, done, all);
            let (policy, knowing) = (self.policy, (shown.as_ref(), known));
            let safe = protect_prior_help(all, dimensions, policy, knowing, &watch);
            shown = Some(safe);
            bar.clear();
        }
        let safe = shown.context("nothing was asked about help before care")?;
        say_withheld(safe.how_many(), self.policy.rule());
        Ok(safe.release(|key| self.params.asks(key) && spans.contains(&(key.from, key.to))))
    }
}

/// Refuses where the identifiers of the returns plainly do not go together, or nothing covers the
/// window at all.
fn check(
    children: Children<'_>,
    catalogue: &Catalogue,
    params: &PriorHelpParams,
    force: bool,
) -> Result<()> {
    let journeys = children.headings();
    let Entered {
        entries,
        not,
        linked,
        entrants,
    } = children.entered(&catalogue.dimensions);
    crate::out::tell(format_args!(
        "{entries} entries into care; not among them are starts of care: {} that came before the first file, {} worked out, \
         {} second in a year, {} aged 18 or over, {} on days that no care return covers",
        not.left_truncated, not.start_inferred, not.second_in_year, not.adult, not.not_covered
    ));
    if entrants > 0 && linked * 10 < entrants * 7 && !force {
        let message = format!(
            "LINKAGE_POOR: {linked} of {entrants} children entering care match a record of need"
        );
        return Err(Hinted::new(message, "check that the returns use the same identifiers; --force shows prior help all the same").into());
    }
    // Starts of care that no return covers are seen by none of the kinds either.
    if !force && (entrants > 0 || not.not_covered > 0) {
        check_window(journeys, params)?;
    } else if entries == 0 {
        crate::out::tell(format_args!(
            "nobody entered care on a day that the care returns cover: there is nobody to look back from"
        ));
    }
    Ok(())
}

/// Refuses where no look-back that is asked for lies within the files for any kind and any entrant;
/// where others do, says of each kind which of them do not.
fn check_window(journeys: &Journeys, params: &PriorHelpParams) -> Result<()> {
    let asked: Vec<u8> = params
        .look_backs
        .iter()
        .filter_map(|back| match back {
            LookBack::Years(years) => Some(*years),
            LookBack::Ever => None,
        })
        .collect();
    // A child found in some of the authorities before a change of boundaries is seen further back
    // than one who is in none of them.
    let partly = |own: &Authority| own.continued.as_ref().is_some_and(|c| !c.whole);
    if journeys.authorities().iter().any(partly) {
        return Ok(());
    }
    let supported = supported(journeys);
    // Whoever entered on the last day of a year has the longest past in the files.
    let most = |kind: HelpKind| -> u8 {
        let rows = supported.iter().filter(|row| row.kind == kind);
        let years = rows.filter_map(|row| {
            let (last, from) = (Day::last_of(row.period), row.covered_from?);
            (0..=25)
                .rev()
                .find(|years| from <= last.plus_years(-i32::from(*years)))
        });
        years.max().unwrap_or(0)
    };
    let kinds: Vec<(HelpKind, u8)> = params.kinds.iter().map(|k| (*k, most(*k))).collect();
    let beyond = |most: u8| asked.iter().copied().filter(|years| *years > most).min();
    let longest = kinds.iter().map(|(_, most)| *most).max().unwrap_or(0);
    let some_within = asked.iter().any(|years| *years <= longest);
    if let (Some(shortest), false) = (beyond(longest), some_within)
        && !params.look_backs.contains(&LookBack::Ever)
    {
        let message = too_short("", longest, shortest);
        let hint = if longest == 0 {
            "load returns of more years; `--supported` says what is covered, --force shows what there is".to_owned()
        } else {
            format!(
                "use --look-back {longest}, or load returns of more years; --force shows what there is"
            )
        };
        return Err(Hinted::new(message, hint).into());
    }
    for (kind, most) in kinds {
        if let Some(shortest) = beyond(most) {
            let kind = format!("{}: ", kind.as_str());
            let message = too_short(&kind, most, shortest);
            crate::out::tell(format_args!(
                "{message}: of that look-back nobody's whole window is seen"
            ));
        }
    }
    Ok(())
}

fn too_short(kind: &str, most: u8, asked: u8) -> String {
    format!(
        "WINDOW_TOO_SHORT: {kind}the files look back {most} whole years at most, {asked} are asked for"
    )
}

fn percent(value: Reported<f64>) -> String {
    match value {
        Reported::Value(v) => format!("{:.1}%", v * 100.0),
        Reported::Symbol(symbol) => symbol.to_string(),
    }
}

/// In per cent to one decimal; what is told to fewer digits has none.
fn in_percent(value: f64) -> String {
    let whole = (value * 100.0).round();
    if (value * 100.0 - whole).abs() < 1e-9 {
        format!("{whole}")
    } else {
        to_tenths(value)
    }
}

/// In per cent to one decimal.
fn to_tenths(value: f64) -> String {
    format!("{:.1}", value * 100.0)
}

/// An estimate with its limits, each as it is to be written.
fn percent_ci(value: Reported<Proportion>, write: fn(f64) -> String) -> String {
    match value {
        Reported::Value(p) => {
            let [value, low, high] = [p.value, p.interval.low, p.interval.high].map(write);
            format!("{value}% ({low}–{high})")
        }
        Reported::Symbol(symbol) => symbol.to_string(),
    }
}

fn text(rows: &[PriorHelpRow], journeys: &Journeys, catalogue: &Catalogue) -> String {
    let mut text = String::new();
    if journeys.synthetic {
        text.push_str("SYNTHETIC: these children are invented; no figure here is about anyone\n\n");
    }
    let header = [
        "authority",
        "years",
        "back",
        "lead",
        "of whom",
        "prior help",
        "entered",
        "unlinked",
        "observed",
        "helped",
        "rate (95%)",
        "at least",
        "at most",
        "Kaplan–Meier (95%)",
        "age-standardised",
    ];
    let lines = rows.iter().map(|row| {
        let [_, _, _, name] = la_name(journeys, catalogue, row.key.authority);
        vec![
            name,
            span(row.key.from, row.key.to),
            row.key.look_back.word(),
            row.key.lead.to_string(),
            row.key
                .group
                .label(&catalogue.dimensions, journeys.codes())
                .into(),
            row.key.kind.as_str().into(),
            row.entrants.to_string(),
            row.unlinked.to_string(),
            row.observed.to_string(),
            row.helped.to_string(),
            if row.headline_withheld {
                "see KM".into()
            } else {
                percent_ci(row.complete_window, to_tenths)
            },
            percent(row.lower_bound),
            percent(row.upper_bound),
            percent_ci(row.kaplan_meier, in_percent),
            percent_ci(row.age_standardised, in_percent),
        ]
    });
    text.push_str(&table(&header, &[6, 7, 8, 9, 10, 11, 12, 13, 14], lines));
    text.push('\n');
    text.push_str(&paragraph(
        "rate: among entrants whose whole window the files cover; see KM: less than half are covered, or their rate \
         contradicts what is certain of all. c: withheld, u: fewer than 10, x: cannot be told",
    ));
    text
}

fn print_supported(journeys: &Journeys, catalogue: &Catalogue, format: Format) -> Result<()> {
    let header = [
        "la_name",
        "old_la_code",
        "kind",
        "year_of_entry",
        "whole_years_of_look_back",
        "covered_from",
    ];
    let rows = supported(journeys).into_iter().map(|row| {
        let [_, _, old, name] = la_name(journeys, catalogue, Some(row.authority));
        vec![
            name,
            old,
            row.kind.as_str().into(),
            row.period.to_string(),
            row.years
                .map_or_else(|| "x".into(), |years| years.to_string()),
            row.covered_from
                .map(|day| day.to_string())
                .unwrap_or_default(),
        ]
    });
    match format {
        Format::Csv => print_csv(&header, rows),
        _ => print(&table(&header, &[4], rows)),
    }
}
