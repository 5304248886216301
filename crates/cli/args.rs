//! What the user may type, and nothing else: no defaults that need the world, no work.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Children's social care in England by local authority: rates with intervals, expected versus
/// actual, comparisons and contrasts, from published figures that are built in.
///
/// Without a command it analyses every authority, year and indicator and writes tables, charts and
/// a page to `out`.
#[derive(Debug, Parser)]
#[command(
    name = "disparity",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Print tables as wide as they need; otherwise they fit the terminal, or 80 columns
    #[arg(long, global = true)]
    pub(crate) wide: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Analyse and write tables, charts and a page (the same as no command)
    Run(RunArgs),
    /// Write a site to read and to pass on: a page for each authority and indicator, in a folder
    Site(SiteArgs),
    /// Show a folder of pages (of `site`, `run` or `needs`) in the browser, to this machine only; Ctrl-C stops it
    Serve(ServeArgs),
    /// Show one authority's figures beside its neighbours, region and England
    Authority(AuthorityArgs),
    /// Compare one authority with others on every indicator
    Compare(CompareArgs),
    /// Draw a chart for a report or a slide, as SVG, PNG or PDF, with its figures beside it
    Chart(ChartArgs),
    /// Assess the needs of an authority's children by neighbourhood, ward and team
    Needs(crate::needs_args::NeedsArgs),
    /// Explain a statistical method, or list them all
    Method {
        /// Name of the method, as the `method` column has it
        name: Option<String>,
    },
    /// List the codes: areas, indicators, groups, symbols, issues
    Codes {
        /// Which list
        #[arg(value_enum)]
        list: Option<CodeListName>,
    },
    /// Count the answers to a survey of your own: shares with intervals, by group and area
    Survey(SurveyArgs),
    /// Build, list or verify the built-in figures
    #[command(subcommand)]
    Data(DataCommand),
    /// Ask the tables of a run and the built-in ones in SQL; without a question, list them
    Query(QueryArgs),
    /// Look at a table of your own, to describe it for `run --table`
    #[command(subcommand)]
    Table(TableCommand),
    /// Read child-level statutory returns: check them, or build a store of linked journeys
    #[command(subcommand)]
    Returns(crate::returns_args::ReturnsCommand),
    /// Show who was helped before entering care, from a store
    PriorHelp(crate::returns_args::PriorHelpArgs),
    /// Show re-referral, steps up and down, ways to care and match rates, from a store
    Journeys(crate::returns_args::JourneysArgs),
    /// Say which withheld counts of outputs can be worked out by whoever has them
    Audit(crate::returns_args::AuditArgs),
    /// Invent children and write the returns they would have made, with the truth beside
    Simulate(crate::returns_args::SimulateArgs),
}

/// What to analyse.
#[derive(Debug, Default, Clone, Args)]
pub(crate) struct Selection {
    /// Indicator to compute, by its name; repeat for several [default: all]
    #[arg(long = "indicator", value_name = "NAME")]
    pub(crate) indicators: Vec<String>,
    /// Year, or range of years such as 2018-2025; repeat for several [default: all]
    #[arg(long = "period", value_name = "YEAR")]
    pub(crate) periods: Vec<String>,
    /// Years to fit models of authorities to [default: all; latest for one authority and for a site]
    #[arg(long, value_enum, value_name = "YEARS")]
    pub(crate) models: Option<Models>,
    /// Nation whose figures to read [default: england; the other, where only there an area is called so]
    #[arg(long, value_enum, value_name = "NATION")]
    pub(crate) nation: Option<NationName>,
    /// Plan in TOML; what is typed beside it wins
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Folder with tables laid out like the built-in ones, to use instead of them; `built-in` for those of the program
    /// [default: what `data add --remember` named, or those of the program]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Default, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option that is typed or not"
)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Authority to write, by name or code; repeat for several [default: all]
    #[arg(long = "authority", value_name = "NAME")]
    pub(crate) authorities: Vec<String>,
    /// Store of linked journeys to analyse instead of the published figures
    #[arg(long, value_name = "STORE", group = "own")]
    pub(crate) returns: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) own: TableArgs,
    /// With --returns or --table: withhold nothing, for an authority's own analysts on their own records; say why,
    /// which stands on the page and in every chart and table
    #[arg(long, value_name = "WHY", requires = "own")]
    pub(crate) unprotected: Option<String>,
    /// With --returns: earlier output of the same store that readers have as well, of `run --returns`,
    /// `prior-help` or `journeys`, as a file or a folder: what it shows is known, and what it withholds is
    /// not given away; repeat for several
    #[arg(
        long,
        value_name = "PATH",
        requires = "returns",
        conflicts_with = "unprotected"
    )]
    pub(crate) published: Vec<PathBuf>,
    /// With --returns: remember beside the store what this shows (in `STORE.released`, for its owner only):
    /// whatever is released from the store from then on is protected beside it, without being told
    #[arg(long, requires = "returns", conflicts_with = "unprotected")]
    pub(crate) remember: bool,
    /// Folder to write to; a folder that holds an earlier run is replaced
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Write long tables whole as CSV too, not only their latest year; Parquet is always whole
    #[arg(long)]
    pub(crate) csv: bool,
    /// Write a workbook too, as .xlsx and .ods: what was asked, of the latest years unless years were asked, one
    /// table a sheet, that can be used without sight
    #[arg(long)]
    pub(crate) workbook: bool,
    /// Say on standard error how long each stage took
    #[arg(long)]
    pub(crate) timings: bool,
}

#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    /// Question in SQL (SQLite's), such as "SELECT numerator, estimate FROM estimates LIMIT 5"; `sum`, `avg` and `total` over
    /// an absent value are absent
    #[arg(value_name = "SQL")]
    pub(crate) sql: Option<String>,
    /// Folder of a run [default: out, if it is there]
    #[arg(long, value_name = "DIR")]
    pub(crate) from: Option<PathBuf>,
    /// Write the answer to a Parquet file instead of printing it
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    pub(crate) parquet: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct SurveyArgs {
    /// Survey: a row for each respondent, or for each answer; .csv, .parquet, .arrow, .ndjson or a workbook
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What its columns are, in TOML: title, questions (columns) or question, answer and respondent; groups, area, weight;
    /// unsure and unanswered (lists of answers)
    #[arg(long, value_name = "FILE")]
    pub(crate) describe: PathBuf,
    /// Withhold nothing, for those who may see every answer; say why, which is printed with the figures
    #[arg(long, value_name = "WHY")]
    pub(crate) unprotected: Option<String>,
    /// Confidence level of the intervals, such as 0.95
    #[arg(long, value_name = "LEVEL", default_value = "0.95")]
    pub(crate) level: f64,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Tables of one's own, each with its description.
#[derive(Debug, Default, Clone, Args)]
pub(crate) struct TableArgs {
    /// Table of your own to analyse: .csv, .parquet (or a folder of them), .arrow, .ndjson or a workbook; repeat for
    /// several
    #[arg(
        long = "table",
        value_name = "FILE",
        requires = "describe",
        group = "own"
    )]
    pub(crate) tables: Vec<PathBuf>,
    /// What its columns are, in TOML (`disparity table inspect FILE` writes one); one for each --table
    #[arg(long, value_name = "FILE", requires = "tables")]
    pub(crate) describe: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SiteArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Authority to write a page of, by name or code; repeat for several [default: all]
    #[arg(long = "authority", value_name = "NAME")]
    pub(crate) authorities: Vec<String>,
    /// Folder to write to; a folder that holds an earlier site is replaced
    #[arg(long, value_name = "DIR", default_value = "site")]
    pub(crate) out: PathBuf,
    /// Say on standard error how long each stage took
    #[arg(long)]
    pub(crate) timings: bool,
    #[command(flatten)]
    pub(crate) help: crate::returns_args::SiteHelpArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Folder to show; nothing outside it is read, and nothing is written
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Port of this machine (127.0.0.1) to answer on [default: one that is free]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// Do not open the browser
    #[arg(long)]
    pub(crate) no_open: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AuthorityArgs {
    /// Name or code of the authority
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Name or code of the authority; those that follow stand beside it
    #[arg(required = true, value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// `neighbours`, `region`, `england`, or names of authorities; repeat for several
    /// [default: neighbours, where one authority is named]
    #[arg(long = "with", value_name = "WHOM")]
    pub(crate) with: Vec<String>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ChartArgs {
    /// What to draw; several, or `all`
    #[arg(required = true, value_name = "KIND", value_parser = kinds())]
    pub(crate) kinds: Vec<String>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Authority to mark, or to draw where a chart is of one area; repeat for several [default: England]
    #[arg(long = "authority", value_name = "NAME")]
    pub(crate) authorities: Vec<String>,
    /// What to write; repeat for several
    #[arg(long, value_enum, default_value = "svg")]
    pub(crate) format: Vec<Drawing>,
    /// How wide a picture or a page is, in millimetres
    #[arg(long, value_name = "MM", default_value = "170", value_parser = millimetres)]
    pub(crate) width: f32,
    /// Dots per inch of a picture
    #[arg(long, value_name = "DPI", default_value_t = 300, value_parser = clap::value_parser!(u16).range(36..=1200))]
    pub(crate) dpi: u16,
    /// How large the letters of axes and labels are in print, in points, at that width: what is drawn is laid out anew
    /// around them [default: as in a drawing 900 units wide, 6.4 at 170 mm]
    #[arg(long, value_name = "PT", value_parser = points)]
    pub(crate) font_size: Option<f32>,
    /// How the numbers of the drawing are written; the words stay English, and the figures beside it as programs read them
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = numerals())]
    pub(crate) numbers: String,
    /// GeoJSON of counties and unitary authorities (in degrees, with their codes), to draw maps of instead of tiles
    #[arg(long, value_name = "FILE")]
    pub(crate) boundaries: Option<PathBuf>,
    /// Another title
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// Folder to write to; a folder that holds earlier charts is replaced
    #[arg(long, value_name = "DIR", default_value = "charts")]
    pub(crate) out: PathBuf,
}

/// The names of charts, each with what it shows.
fn kinds() -> clap::builder::PossibleValuesParser {
    let each = disparity_report::charts::Kind::ALL
        .map(|kind| clap::builder::PossibleValue::new(kind.word()).help(kind.shows()));
    let all = clap::builder::PossibleValue::new("all").help("every kind");
    clap::builder::PossibleValuesParser::new(each.into_iter().chain([all]))
}

/// The languages of numbers, each as it writes them.
fn numerals() -> clap::builder::PossibleValuesParser {
    let each = disparity_report::Numerals::ALL
        .map(|own| clap::builder::PossibleValue::new(own.word()).help(own.of("1,234.5")));
    clap::builder::PossibleValuesParser::new(each)
}

/// A size that letters can have.
fn points(typed: &str) -> Result<f32, String> {
    match typed.parse::<f32>() {
        Ok(size) if (1.0..=200.0).contains(&size) => Ok(size),
        _ => Err("write a size of letters in points, such as 8".to_owned()),
    }
}

/// A width that a page can have.
fn millimetres(typed: &str) -> Result<f32, String> {
    match typed.parse::<f32>() {
        Ok(width) if (20.0..=2000.0).contains(&width) => Ok(width),
        _ => Err("write a width of 20 to 2000 millimetres, such as 170".to_owned()),
    }
}

/// How a drawing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Drawing {
    /// For pages, and for programs that draw
    Svg,
    /// A picture
    Png,
    /// A page whose text is text
    Pdf,
}

/// Whose figures are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NationName {
    /// England: the Department for Education's figures
    England,
    /// Wales: the Welsh Government's, of children looked after; every count rounded to the nearest 5
    Wales,
    /// Both, each in a folder of its own; they are not pooled
    Both,
}

/// For which years models of authorities are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Models {
    /// None
    None,
    /// The latest year of each indicator
    Latest,
    /// Every year, and the last five together
    All,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    #[default]
    Text,
    /// JSON, full precision
    Json,
    /// CSV, full precision
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CodeListName {
    /// Areas with their codes and dates
    Areas,
    /// Indicators with their definitions
    Indicators,
    /// Groups of every breakdown
    Groups,
    /// Symbols for absent figures
    Symbols,
    /// Issue codes
    Issues,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TableCommand {
    /// Propose a description of a table from its content, with what is unsure
    Inspect {
        /// Table: .csv, .parquet (or a folder of them), .arrow, .ndjson or a workbook
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Sheet of a workbook that has several
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Compile published files into the built-in tables
    Build {
        /// Folder of published files
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Folder that holds `codelists/` and receives the tables
        #[arg(long, value_name = "DIR", default_value = "data")]
        to: PathBuf,
    },
    /// Add files of a newer release to the tables, in a folder for `--data`
    Add {
        /// Files as they were published; the newer first where two state the same
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Folder for the tables; where it has some already, they are added to, else the built-in ones are
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// The source whose columns the files have, by its name in `data list`, where their figures do not tell
        #[arg(long, value_name = "SOURCE")]
        like: Option<String>,
        /// Use these tables from now on, in every command, without --data
        #[arg(long)]
        remember: bool,
    },
    /// Forget the tables that `data add --remember` named: those of the program are used again
    Forget,
    /// List the built-in tables and their sources
    List,
    /// Check the built-in tables against their digests and against the rates that were printed
    Verify {
        /// Folder with tables laid out like the built-in ones, to check instead of them
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// List every printed rate that is not reproduced
        #[arg(long)]
        all: bool,
    },
}
