//! What may be typed after `disparity needs`, and the part of a plan that is about it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use disparity_core::needs::take::TakeAssumptions;
use disparity_core::needs::{Assumptions, SeenLevel};
use disparity_core::neighbourhoods::{TeamSize, TeamSizeError};
use disparity_core::{Date, Period, did_you_mean};
use disparity_documents::Format;
use disparity_report::{NeedsOptions, NeedsSection};
use serde::Deserialize;

use crate::hint::Hinted;

/// What to assess.
#[derive(Debug, Args)]
pub(crate) struct NeedsArgs {
    /// Name or code of the authority; several are each assessed into a folder of their own
    #[arg(required_unless_present = "all", value_name = "AUTHORITY")]
    pub(crate) names: Vec<String>,
    /// Every authority of today, each into a folder of its own
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
    /// Year to assess [default: the latest one published]
    #[arg(long, value_name = "YEAR")]
    pub(crate) period: Option<String>,
    /// Residents of a team that is proposed, fewest and most [default: 30000-50000]
    #[arg(long, value_name = "SIZE")]
    pub(crate) team_size: Option<TeamSize>,
    /// CSV of your own teams instead: a column of codes of neighbourhoods, wards or middle layer areas
    /// (`lsoa21_code`, `ward24_code`, `msoa`, `code`) and a column of names (`team`)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["all", "team_size"])]
    pub(crate) footprints: Option<PathBuf>,
    /// Map neighbourhoods of 2011 in the files that are given to those of 2021
    #[arg(long)]
    pub(crate) map_2011: bool,
    /// CSV of children seen in each neighbourhood, middle layer area or ward (`lsoa`, `msoa` or `ward`; `count`; perhaps
    /// `ethnic_group`), to hold against what is expected; small counts are withheld
    #[arg(long, value_name = "FILE", conflicts_with = "all", group = "counts")]
    pub(crate) seen: Option<PathBuf>,
    /// Store of returns (`disparity returns build`) whose children are counted by the neighbourhood of their home,
    /// instead of a table of counts; refused where fewer than 70 in 100 have a home that is known
    #[arg(long, value_name = "STORE", conflicts_with = "all", group = "counts")]
    pub(crate) returns: Option<PathBuf>,
    /// With --returns: count by neighbourhood, middle layer area or ward [default: lsoa]
    #[arg(long, value_name = "LEVEL", requires = "returns", value_parser = level)]
    pub(crate) seen_level: Option<SeenLevel>,
    /// What the children seen are: an indicator, or `family_help_plans`
    #[arg(
        long,
        value_name = "NEED",
        requires = "counts",
        default_value = "cin_at_31_march"
    )]
    pub(crate) seen_need: String,
    /// With --seen or --returns: withhold nothing, for an authority's own analysts; say why, which stands on every
    /// page and in every table
    #[arg(long, value_name = "WHY", requires = "counts")]
    pub(crate) unprotected: Option<String>,
    /// GeoJSON of boundaries of neighbourhoods (LSOA 2021, in degrees), to draw teams as a map and write their
    /// outlines as GeoJSON
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub(crate) boundaries: Option<PathBuf>,
    /// Assumption and its value, such as `early_help_share=0.02`; repeat for several
    #[arg(long = "assume", value_name = "NAME=VALUE")]
    pub(crate) assume: Vec<String>,
    /// Plan in TOML, whose `[needs]` has assumptions, title and sections; what is typed beside it wins
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Folder with tables laid out like the built-in ones, to use instead of them
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// What to write beside the tables; repeat for several [default: all]
    #[arg(long = "format", value_name = "FORMAT", value_parser = format)]
    pub(crate) formats: Vec<Format>,
    /// Day that the document bears [default: the day on which the newest figures in it were fetched]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// Folder to write to; a folder that holds an earlier assessment is replaced
    #[arg(long, value_name = "DIR", default_value = "needs")]
    pub(crate) out: PathBuf,
    /// Say on standard error how long each stage took
    #[arg(long)]
    pub(crate) timings: bool,
}

/// The part of a plan that is about needs. Every field may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NeedsPlan {
    title: Option<String>,
    sections: Option<Vec<String>>,
    headings: BTreeMap<String, String>,
    team_size: Option<String>,
    assumptions: BTreeMap<String, f64>,
    deflator: BTreeMap<String, f64>,
}

/// A level by its word.
fn level(text: &str) -> Result<SeenLevel, String> {
    const ALL: [SeenLevel; 3] = [SeenLevel::Neighbourhood, SeenLevel::Msoa, SeenLevel::Ward];
    let found = ALL.into_iter().find(|own| own.as_str() == text);
    found.ok_or_else(|| format!("use one of {}", ALL.map(SeenLevel::as_str).join(", ")))
}

/// A format by the ending of its files.
fn format(text: &str) -> Result<Format, String> {
    let found = Format::ALL.into_iter().find(|own| own.ending() == text);
    found.ok_or_else(|| format!("use one of {}", Format::ALL.map(Format::ending).join(", ")))
}

/// What is assumed: of needs, and of what it would take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assumed {
    pub(crate) needs: Assumptions,
    pub(crate) take: TakeAssumptions,
    /// Children are under-served where fewer are seen than this share of what is expected.
    pub(crate) under_served_below: Option<f64>,
}

/// Changes one assumption.
type Set = fn(&mut Assumed, f64);

/// The assumptions that can be changed, by name.
const ASSUMPTIONS: [(&str, Set); 15] = [
    ("under_served_below", |all, value| {
        all.under_served_below = Some(value);
    }),
    ("draws", |all, value| all.needs.draws = whole(value)),
    ("seed", |all, value| {
        all.needs.seed = u64::from(whole(value));
    }),
    ("spread", |all, value| all.needs.spread = Some(value)),
    ("group_error", |all, value| all.needs.group_error = value),
    ("family_help_share", |all, value| {
        all.needs.family_help_share = value;
    }),
    ("early_help_share", |all, value| {
        all.needs.early_help_share = value;
    }),
    ("looked_after_cost", |all, value| {
        all.take.looked_after.pounds = value;
    }),
    ("looked_after_cost_spread", |all, value| {
        all.take.looked_after.spread = value;
    }),
    ("looked_after_rate", |all, value| {
        all.take.looked_after.chosen_rate = Some(value);
    }),
    ("in_need_cost", |all, value| all.take.in_need.pounds = value),
    ("in_need_cost_spread", |all, value| {
        all.take.in_need.spread = value;
    }),
    ("in_need_rate", |all, value| {
        all.take.in_need.chosen_rate = Some(value);
    }),
    ("inflation", |all, value| all.take.inflation = value),
    ("price_year", |all, value| {
        all.take.price_year = u16::try_from(whole(value)).ok().and_then(Period::ending);
    }),
];

/// The names of whole numbers among them.
const WHOLE: [&str; 3] = ["draws", "seed", "price_year"];

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number of 32 bits"
)]
fn whole(value: f64) -> u32 {
    value as u32
}

impl NeedsPlan {
    /// The size of teams: typed, of the plan, or the Review's.
    pub(crate) fn team_size(&self, typed: Option<TeamSize>) -> Result<TeamSize> {
        match (typed, &self.team_size) {
            (Some(size), _) => Ok(size),
            (None, None) => Ok(TeamSize::FAMILY_HELP),
            (None, Some(text)) => text.parse().map_err(|error: TeamSizeError| {
                let message = format!("`team_size` in the plan: {error}");
                Hinted::new(message, "write it as \"30000-50000\"").into()
            }),
        }
    }

    /// The assumptions of the plan, then those that were typed.
    pub(crate) fn assumptions(&self, typed: &[String]) -> Result<Assumed> {
        let mut all = Assumed::default();
        for (name, value) in &self.assumptions {
            set(&mut all, name, *value)?;
        }
        for text in typed {
            let read = text
                .split_once('=')
                .and_then(|(name, value)| Some((name.trim(), value.trim().parse().ok()?)));
            let Some((name, value)) = read else {
                let message = format!("{text:?} is not an assumption with its value");
                return Err(Hinted::new(message, "write it as `early_help_share=0.02`").into());
            };
            set(&mut all, name, value)?;
        }
        for (year, index) in &self.deflator {
            let year = year.parse::<Period>().map_err(|error| {
                let message = format!("`deflator` in the plan: {error}");
                Hinted::new(
                    message,
                    "write it as \"2024-25\" = 1.02, one line a financial year",
                )
            })?;
            all.take.deflator.insert(year, *index);
        }
        Ok(all)
    }

    /// What the document has, and under which headings.
    pub(crate) fn options(&self) -> Result<NeedsOptions> {
        let known = NeedsSection::ALL.map(NeedsSection::word).join(", ");
        let section = |word: &String| {
            NeedsSection::from_word(word).ok_or_else(|| {
                let message = format!("no section of a needs assessment is called {word:?}");
                Hinted::new(message, format!("use some of {known}"))
            })
        };
        let mut options = NeedsOptions {
            title: self.title.clone(),
            ..NeedsOptions::default()
        };
        if let Some(words) = &self.sections {
            options.sections = words.iter().map(section).collect::<Result<_, _>>()?;
        }
        for (word, heading) in &self.headings {
            options.headings.insert(section(word)?, heading.clone());
        }
        Ok(options)
    }
}

fn set(all: &mut Assumed, name: &str, value: f64) -> Result<()> {
    let Some((_, set)) = ASSUMPTIONS.iter().find(|(own, _)| *own == name) else {
        let names = ASSUMPTIONS.map(|(own, _)| own);
        let hint =
            did_you_mean(name, names).unwrap_or_else(|| format!("use one of {}", names.join(", ")));
        return Err(Hinted::new(format!("no assumption is called {name:?}"), hint).into());
    };
    if WHOLE.contains(&name) && (value.fract() != 0.0 || !(0.0..=4e9).contains(&value)) {
        let message = format!("`{name}` cannot be {value}");
        return Err(Hinted::new(message, "give a whole number up to 4,000,000,000").into());
    }
    set(all, value);
    Ok(())
}
