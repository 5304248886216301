//! What may be typed after `disparity needs`, and the part of a plan that is about it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use disparity_core::did_you_mean;
use disparity_core::needs::Assumptions;
use disparity_core::neighbourhoods::{TeamSize, TeamSizeError};
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
    /// Map neighbourhoods of 2011 in that file to those of 2021
    #[arg(long, requires = "footprints")]
    pub(crate) map_2011: bool,
    /// GeoJSON of boundaries of neighbourhoods (LSOA 2021, in degrees), to write the outlines of teams as GeoJSON
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
    team_size: Option<String>,
    assumptions: BTreeMap<String, f64>,
}

/// Changes one assumption.
type Set = fn(&mut Assumptions, f64);

/// The assumptions that can be changed, by name.
const ASSUMPTIONS: [(&str, Set); 6] = [
    ("draws", |all, value| all.draws = whole(value)),
    ("seed", |all, value| all.seed = u64::from(whole(value))),
    ("spread", |all, value| all.spread = Some(value)),
    ("group_error", |all, value| all.group_error = value),
    ("family_help_share", |all, value| {
        all.family_help_share = value;
    }),
    ("early_help_share", |all, value| {
        all.early_help_share = value;
    }),
];

/// The names of whole numbers among them.
const WHOLE: [&str; 2] = ["draws", "seed"];

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
    pub(crate) fn assumptions(&self, typed: &[String]) -> Result<Assumptions> {
        let mut all = Assumptions::default();
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
        Ok(all)
    }
}

fn set(all: &mut Assumptions, name: &str, value: f64) -> Result<()> {
    let Some((_, set)) = ASSUMPTIONS.iter().find(|(own, _)| *own == name) else {
        let names = ASSUMPTIONS.map(|(own, _)| own);
        let hint = did_you_mean(name, names.into_iter())
            .unwrap_or_else(|| format!("use one of {}", names.join(", ")));
        return Err(Hinted::new(format!("no assumption is called {name:?}"), hint).into());
    };
    if WHOLE.contains(&name) && (value.fract() != 0.0 || !(0.0..=4e9).contains(&value)) {
        let message = format!("`{name}` cannot be {value}");
        return Err(Hinted::new(message, "give a whole number up to 4,000,000,000").into());
    }
    set(all, value);
    Ok(())
}
