//! What the user may type about child-level returns, and nothing else.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use disparity_disclosure::Rule;

use crate::args::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum ReturnsCommand {
    /// Read a folder of returns and say everything that is odd about them
    Check {
        #[command(flatten)]
        read: ReadArgs,
        /// Folder for `sources.csv` and `diagnostics.csv`
        #[arg(long, value_name = "DIR", default_value = "returns-check")]
        out: PathBuf,
    },
    /// Read a folder of returns, link them and keep the journeys as Parquet
    Build {
        #[command(flatten)]
        read: ReadArgs,
        /// Folder for the store; it holds records of children
        #[arg(long, value_name = "STORE")]
        out: PathBuf,
        /// Make a store for each authority, in folders of STORE: memory holds as many authorities as there
        /// are cores, and `prior-help`, `site` and `run --returns` of STORE answer for all together
        #[arg(long, conflicts_with = "identifiers")]
        apart: bool,
    },
    /// Say what was released from a store, as far as it was asked to remember that
    Inspect {
        /// Store that `disparity returns build` made
        store: PathBuf,
    },
}

/// How returns are read.
#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// Folder of returns, or one file; a `manifest.toml` in it says what the files do not
    pub(crate) dir: PathBuf,
    /// Authority of files that do not say, by three-digit code or name
    #[arg(long, value_name = "CODE")]
    pub(crate) la: Option<String>,
    /// Year in which the period ends, for files that do not say
    #[arg(long, value_name = "YEAR")]
    pub(crate) year: Option<u16>,
    /// Encoding of files that are not clear: utf-8, utf-16 or windows-1252
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Order of day and month where dates have slashes: dmy or mdy
    #[arg(long, value_name = "ORDER", default_value = "dmy")]
    pub(crate) date_order: String,
    /// First day from which early help records are complete
    #[arg(long, value_name = "DATE")]
    pub(crate) early_help_from: Option<String>,
    /// First day from which other extracts (safeguarding dataset, data interface) are complete
    #[arg(long, value_name = "DATE")]
    pub(crate) coverage_start: Option<String>,
    /// Day that counts as today; nothing can have started later [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Take care that starts on the day other care ended as a new period
    #[arg(long)]
    pub(crate) same_day_restart_new: bool,
    /// Part of the rows that may be in error before the command fails
    #[arg(long, value_name = "PART", default_value_t = 0.05)]
    pub(crate) max_row_errors: f64,
    /// After a change of boundaries: look children of the new authorities up in the records of the
    /// old one, whose identifiers they kept; quoted, such as "928>940,941"; repeat for several
    #[arg(long = "la-continuity", value_name = "OLD>NEW")]
    pub(crate) continuity: Vec<String>,
    /// File for the identifiers of the children that diagnostics call by number; it is written for
    /// its owner only, and holds what identifies children: keep it where the returns are kept
    #[arg(long, value_name = "FILE")]
    pub(crate) identifiers: Option<PathBuf>,
}

/// How counts of children are protected on their way out.
#[derive(Debug, Args)]
pub(crate) struct ControlArgs {
    /// Withhold counts from 1 to this, and others that would give them away
    #[arg(long, value_name = "COUNT", default_value_t = Rule::DEFAULT.withhold_to)]
    pub(crate) withhold_to: u32,
    /// Withhold as well that none of a group has something, or all of it, which the Department for
    /// Education shows
    #[arg(long)]
    pub(crate) hide_zeros: bool,
    /// Round what remains to the nearest multiple of this
    #[arg(long, value_name = "BASE", default_value_t = Rule::DEFAULT.round_to)]
    pub(crate) round_to: u32,
    /// Withhold nothing, for an authority's own analysts on their own returns: say why, which is printed
    /// with the figures
    #[arg(long, value_name = "WHY", conflicts_with_all = ["withhold_to", "hide_zeros", "round_to"])]
    pub(crate) unprotected: Option<String>,
    /// Earlier output of the same store that readers have as well, of `prior-help`, `journeys` or
    /// `run --returns`, as a file or a folder: what it shows is known, and what it withholds is not
    /// given away; repeat for several
    #[arg(long, value_name = "PATH", conflicts_with_all = ["unprotected", "round_to"])]
    pub(crate) published: Vec<PathBuf>,
    /// Remember beside the store what this shows (in `STORE.released`, for its owner only): whatever is
    /// released from the store from then on is protected beside it, without being told
    #[arg(long, conflicts_with_all = ["unprotected", "round_to"])]
    pub(crate) remember: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub(crate) struct PriorHelpArgs {
    /// Store that `disparity returns build` made
    pub(crate) store: PathBuf,
    /// Kind of help; repeat for several [default: all]
    #[arg(long = "kind", value_name = "KIND")]
    pub(crate) kinds: Vec<String>,
    /// Years to look back, or `ever`; repeat for several
    #[arg(long = "look-back", value_name = "YEARS", default_value = "5")]
    pub(crate) look_backs: Vec<String>,
    /// Days before entry after which a start no longer counts; repeat for several
    #[arg(long = "lead", value_name = "DAYS", default_value = "1")]
    pub(crate) leads: Vec<u16>,
    /// What counts: overlap, started, ended or active; repeat for several
    #[arg(long = "mode", value_name = "MODE", default_value = "overlap")]
    pub(crate) modes: Vec<String>,
    /// How to tell entrants apart; repeat for several [default: total and every way]
    #[arg(long = "by", value_name = "WAY")]
    pub(crate) groups: Vec<String>,
    /// Latest years of entry to put together; 0 for each year by itself
    #[arg(long, value_name = "YEARS", default_value_t = 5)]
    pub(crate) pool: u8,
    /// Put unaccompanied children among the others
    #[arg(long)]
    pub(crate) include_unaccompanied: bool,
    /// All authorities together only
    #[arg(long)]
    pub(crate) together: bool,
    /// Show how far back each authority and year can be asked instead
    #[arg(long)]
    pub(crate) supported: bool,
    #[command(flatten)]
    pub(crate) control: ControlArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Go on where fewer than 70% of entrants are linked
    #[arg(long)]
    pub(crate) force: bool,
}

/// Who was helped before entering care, for a site.
#[derive(Debug, Args)]
#[command(next_help_heading = "Help before care (with --returns)")]
pub(crate) struct SiteHelpArgs {
    /// Store of linked journeys: pages about who was helped before entering care, as `disparity prior-help`
    /// answers its usual question; all other pages stay those of the published figures
    #[arg(long, value_name = "STORE")]
    pub(crate) returns: Option<PathBuf>,
    /// Years to look back, or `ever`; repeat for several
    #[arg(long = "look-back", value_name = "YEARS", default_value = "5")]
    pub(crate) look_backs: Vec<String>,
    /// Go on where fewer than 70% of entrants are linked, or the files do not look back so far
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) control: ControlArgs,
}

impl SiteHelpArgs {
    /// The first option that asks something of a store, where none is named.
    pub(crate) fn without_store(&self) -> Option<&'static str> {
        let control = &self.control;
        let asked = [
            (self.force, "--force"),
            (self.look_backs != ["5"], "--look-back"),
            (
                control.withhold_to != Rule::DEFAULT.withhold_to,
                "--withhold-to",
            ),
            (control.hide_zeros, "--hide-zeros"),
            (control.round_to != Rule::DEFAULT.round_to, "--round-to"),
            (control.unprotected.is_some(), "--unprotected"),
            (!control.published.is_empty(), "--published"),
            (control.remember, "--remember"),
        ];
        let found = asked.into_iter().find(|(asked, _)| *asked);
        found
            .filter(|_| self.returns.is_none())
            .map(|(_, name)| name)
    }
}

#[derive(Debug, Args)]
pub(crate) struct JourneysArgs {
    /// Store that `disparity returns build` made
    pub(crate) store: PathBuf,
    /// Table: recurrence, later-need, transitions, incidence, ways, known-days, matching or published; repeat for several [default: all]
    #[arg(long = "table", value_name = "NAME")]
    pub(crate) tables: Vec<String>,
    /// How to tell children apart; repeat for several [default: total and broad ethnic group]
    #[arg(long = "by", value_name = "WAY")]
    pub(crate) groups: Vec<String>,
    /// All authorities together only
    #[arg(long)]
    pub(crate) together: bool,
    #[command(flatten)]
    pub(crate) control: ControlArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Say which withheld counts of outputs can be worked out by whoever has them.
///
/// Reads only what any reader can: CSV and Parquet of `prior-help`, `journeys` and `run --returns`. It
/// writes every withheld count as a number that is not known, with what must hold between counts, and
/// looks for other whole numbers that agree with all that is shown. Exit code 0: nothing is exposed;
/// 1: something is; 2: it could not run.
///
/// It cannot know: what else readers have, of one child for instance; other outputs of the same
/// records that are not named; relations that nobody has stated; what figures say that are made of
/// single children (Kaplan-Meier and Aalen-Johansen estimates, standardised shares), charts, pages, and
/// tables of a run other than `estimates`; and whether what holds of everyone in a year holds of a
/// group, which it takes to be so and then says "most likely". What it calls not proven is not safe: the
/// search ended first.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Output as CSV, or a folder of what is published together; several are audited each alone
    /// and then together
    #[arg(value_name = "FOLDER", required = true)]
    pub(crate) outputs: Vec<PathBuf>,
    /// Counts from 1 to this were to be withheld
    #[arg(long, value_name = "COUNT", default_value_t = Rule::DEFAULT.withhold_to)]
    pub(crate) withhold_to: u32,
    /// What is shown was rounded to the nearest multiple of this
    #[arg(long, value_name = "BASE", default_value_t = Rule::DEFAULT.round_to)]
    pub(crate) round_to: u32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Where invented children have their homes, and who is missed there.
#[derive(Debug, Args)]
pub(crate) struct HomesArgs {
    /// Give children homes in the neighbourhoods of their authority, as many as England's rates would give for who
    /// lives there; write a lookup of their postcodes beside the returns, and what was planted into `truth/`
    #[arg(long)]
    pub(crate) homes: bool,
    /// With --homes: what those rates are of
    #[arg(
        long,
        value_name = "NEED",
        requires = "homes",
        default_value = "cin_at_31_march"
    )]
    pub(crate) homes_need: String,
    /// With --homes: how much neighbourhoods differ from what is expected of them (coefficient of variation)
    #[arg(long, value_name = "CV", requires = "homes", default_value_t = 0.2)]
    pub(crate) homes_differ: f64,
    /// With --homes: what the logarithm of England's gradient by deprivation is multiplied by
    #[arg(long, value_name = "FACTOR", requires = "homes", default_value_t = 1.0)]
    pub(crate) homes_gradient: f64,
    /// With --homes: share of children whose home is not recorded
    #[arg(long, value_name = "PART", requires = "homes", default_value_t = 0.0)]
    pub(crate) no_home: f64,
    /// With --homes: ethnic group (white, mixed, asian, black or other) that authorities miss in one part of town
    #[arg(long, value_name = "GROUP", requires = "homes")]
    pub(crate) missed: Option<String>,
    /// With --missed: share of the group's children there whom they do see
    #[arg(long, value_name = "PART", requires = "missed", default_value_t = 0.25)]
    pub(crate) missed_seen: f64,
    /// With --missed: share of all neighbourhoods that the part of town has
    #[arg(long, value_name = "PART", requires = "missed", default_value_t = 0.2)]
    pub(crate) missed_part: f64,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Authority to invent children of, by name or code, instead of the first ones; repeat for several
    #[arg(
        long = "authority",
        value_name = "NAME",
        conflicts_with = "authorities"
    )]
    pub(crate) names: Vec<String>,
    /// How many authorities
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) authorities: usize,
    /// How many years of returns
    #[arg(long, value_name = "Y", default_value_t = 6)]
    pub(crate) years: u16,
    /// The last of them, by the year in which it ends
    #[arg(long, value_name = "YEAR", default_value_t = 2025)]
    pub(crate) last_year: u16,
    /// Seed; the same seed gives the same children
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Children who become known to an average authority in a year
    #[arg(long, value_name = "COUNT", default_value_t = 300)]
    pub(crate) children: u32,
    /// Factor on the chance of a plan for children of Black and of Asian ethnic groups
    #[arg(long, value_name = "FACTOR", default_value_t = 0.6)]
    pub(crate) ethnic_gap: f64,
    /// Chance that a case leads to care
    #[arg(long, value_name = "CHANCE", default_value_t = 0.12)]
    pub(crate) care: f64,
    /// What is made to go wrong; repeat for several; `all` for everything
    #[arg(long = "mess", value_name = "WORD")]
    pub(crate) mess: Vec<String>,
    /// Part of the care records of Black and Asian ethnic groups whose identifier leads nowhere
    #[arg(long, value_name = "PART", default_value_t = 0.0)]
    pub(crate) linkage_loss: f64,
    /// Year for which no census is written; repeat for several
    #[arg(long = "missing-census", value_name = "YEAR")]
    pub(crate) missing_census: Vec<u16>,
    /// Write the safeguarding dataset as well, under `ssd/`
    #[arg(long)]
    pub(crate) ssd: bool,
    #[command(flatten)]
    pub(crate) homes: HomesArgs,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}
