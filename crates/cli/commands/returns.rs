//! `disparity returns`: check a folder of returns, or build a store from it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use disparity_core::{Areas, Catalogue, Day};
use disparity_disclosure::{HowMany, Rule};
use disparity_returns::{
    ChildRef, DateOrder, Encoding, Input, Manifest, Options, Outcome, Severity, discover,
    read_returns, read_text,
};

use crate::hint::Hinted;
use crate::out::{csv_of_rows, print, table};
use crate::place::{Beside, CHECK, Output, STORE};
use crate::progress::Bar;
use crate::returns_args::ReadArgs;

/// Today, from the clock: the one place where reading returns asks it.
fn today() -> Day {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let days = now.map_or(0, |since| since.as_secs() / 86_400);
    Day(i32::try_from(days).unwrap_or(0))
}

/// A day as typed.
fn day(text: &str, option: &str) -> Result<Day> {
    Day::parse(text).map_err(|_| {
        Hinted::new(
            format!("{option} cannot be {text:?}"),
            "give a day such as 2020-04-01",
        )
        .into()
    })
}

fn options(args: &ReadArgs, areas: &Areas) -> Result<Options> {
    let mut options = Options::new(
        args.as_of
            .as_deref()
            .map_or_else(|| Ok(today()), |text| day(text, "--as-of"))?,
    );
    if let Some(la) = &args.la {
        // A code that the list does not have is an authority's all the same: a new one's, perhaps.
        let is_code = la.len() == 3 && la.bytes().all(|b| b.is_ascii_digit());
        options.la = match areas.find(la) {
            Ok(area) => area.old_la_code.clone(),
            Err(_) if is_code => Some(la.clone()),
            Err(error) => return Err(Hinted::new(error.to_string(), error.hint()).into()),
        };
    }
    options.year = args.year;
    if let Some(word) = &args.encoding {
        let hint = "use utf-8, utf-16 or windows-1252";
        options.encoding = Some(
            Encoding::from_word(word)
                .ok_or_else(|| Hinted::new(format!("unknown encoding {word:?}"), hint))?,
        );
    }
    options.date_order = match args.date_order.as_str() {
        "dmy" => DateOrder::DayFirst,
        "mdy" => DateOrder::MonthFirst,
        other => {
            return Err(Hinted::new(
                format!("--date-order cannot be {other:?}"),
                "use dmy or mdy",
            )
            .into());
        }
    };
    options.early_help_from = args
        .early_help_from
        .as_deref()
        .map(|text| day(text, "--early-help-from"))
        .transpose()?;
    options.extract_from = args
        .coverage_start
        .as_deref()
        .map(|text| day(text, "--coverage-start"))
        .transpose()?;
    options.same_day_restart_is_new = args.same_day_restart_new;
    options.max_row_errors = args.max_row_errors;
    options.continuity = args
        .continuity
        .iter()
        .map(|text| {
            text.parse().map_err(|_| {
                Hinted::new(
                    format!("--la-continuity cannot be {text:?}"),
                    "give three-digit codes such as \"928>940,941\", in quotes",
                )
                .into()
            })
        })
        .collect::<Result<_>>()?;
    Ok(options)
}

/// The manifest of the folder or, if it has none, the only one further down: what it says, that the
/// children are invented above all, must not be lost because the folder above was named.
fn manifest(dir: &Path, inputs: &[Input]) -> Result<Manifest> {
    const NAMES: [&str; 2] = ["manifest.toml", "manifest.json"];
    let own = NAMES.iter().map(|name| dir.join(name));
    let own = own.into_iter().find(|path| path.is_file());
    let below: Vec<&str> = inputs
        .iter()
        .map(|input| input.name.as_str())
        .filter(|name| NAMES.iter().any(|own| name.ends_with(&format!("/{own}"))))
        .collect();
    let path = match (own, below.as_slice()) {
        (Some(path), _) => path,
        (None, []) => return Ok(Manifest::default()),
        (None, [one]) => dir.join(one),
        (None, [first, second, ..]) => {
            return Err(Hinted::new(
                format!(
                    "`{}` has no manifest, and folders in it have several: `{first}`, `{second}`",
                    dir.display()
                ),
                "name one of those folders, or put one manifest into the folder you name",
            )
            .into());
        }
    };
    let text = read_text(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Manifest::parse(&text).with_context(|| format!("in `{}`", path.display()))
}

/// What was read, how, and from how many files.
struct Read {
    outcome: Outcome,
    options: Options,
    files: usize,
}

impl Read {
    /// Says on standard error that there is no child in what was read, if there is none.
    fn says_nothing(&self, dir: &Path) -> bool {
        if !self.outcome.journeys.children().is_empty() {
            return false;
        }
        let dir = dir.display();
        let (what, hint) = match self.files {
            0 => (
                format!("`{dir}` holds no files"),
                "name the folder that holds the returns",
            ),
            files => (
                format!("there is no child in the {files} files of `{dir}`"),
                "name the folder that holds the returns; above is said of each file why it was not read",
            ),
        };
        crate::out::tell(format_args!("{what}: nothing was read\nhint: {hint}"));
        true
    }
}

/// Files that are to be read, and how.
pub(super) struct Returns {
    pub(super) inputs: Vec<Input>,
    pub(super) manifest: Manifest,
    pub(super) options: Options,
}

impl Returns {
    pub(super) fn find(args: &ReadArgs, catalogue: &Catalogue) -> Result<Self> {
        let options = options(args, &catalogue.areas)?;
        let inputs = discover(&args.dir).map_err(|error| {
            Hinted::new(
                format!("cannot read `{}`: {error}", args.dir.display()),
                "name the folder that holds the returns",
            )
        })?;
        let manifest = manifest(&args.dir, &inputs)?;
        Ok(Self {
            inputs,
            manifest,
            options,
        })
    }
}

fn read(args: &ReadArgs, catalogue: &Catalogue) -> Result<Read> {
    let Returns {
        inputs,
        manifest,
        options,
    } = Returns::find(args, catalogue)?;
    let files = inputs.len();
    let bar = Bar::new();
    let outcome = read_returns(
        inputs,
        &manifest,
        &catalogue.areas,
        &catalogue.dimensions,
        &options,
        &|what, done, all| bar.show(what, done, all),
    )?;
    bar.clear();
    Ok(Read {
        outcome,
        options,
        files,
    })
}

/// Says and writes what was found; false if the returns cannot be used as they are.
pub(crate) fn check(args: &ReadArgs, out: &Path, catalogue: &Catalogue) -> Result<bool> {
    let identifiers = Identifiers::prepare(args, out)?;
    let mut output = Output::prepare(out, CHECK, identifiers.within())?;
    let read = read(args, catalogue)?;
    if read.files == 0 {
        return Ok(!read.says_nothing(&args.dir));
    }
    let Read {
        outcome, options, ..
    } = &read;
    output.write("sources.csv", sources_csv(outcome)?.as_bytes())?;
    output.write("diagnostics.csv", diagnostics_csv(outcome)?.as_bytes())?;
    let text = identifiers_csv(outcome)?;
    if let Some(name) = identifiers.within() {
        output.write(name, text.as_bytes())?;
    }
    output.write_list()?;
    identifiers.place(output, &text)?;
    print(&summary(outcome))?;
    print(&format!(
        "\nWrote {0}/sources.csv and {0}/diagnostics.csv\n",
        out.display()
    ))?;
    let nothing = read.says_nothing(&args.dir);
    Ok(!nothing && !outcome.failed(options.max_row_errors))
}

/// Builds the store; false if the returns had errors, though what could be read is in it, and if nothing
/// was read, of which no store is made.
pub(crate) fn build(args: &ReadArgs, out: &Path, catalogue: &Catalogue) -> Result<bool> {
    let identifiers = Identifiers::prepare(args, out)?;
    let output = Output::prepare(out, STORE, identifiers.within())?;
    let read = read(args, catalogue)?;
    let Read {
        outcome, options, ..
    } = &read;
    if outcome.journeys.children().is_empty() {
        if read.files > 0 {
            print(&summary(outcome))?;
        }
        return Ok(!read.says_nothing(&args.dir));
    }
    let bar = Bar::new();
    let text = identifiers_csv(outcome)?;
    let beside = identifiers.within().map(|name| (name, text.as_bytes()));
    write_store(outcome, catalogue, &output, beside, &|what, done, all| {
        bar.show(what, done, all);
    })?;
    bar.clear();
    identifiers.place(output, &text)?;
    print(&summary(outcome))?;
    print(&format!(
        "\nWrote the store `{}`: records of children, to be kept where the returns are kept\n",
        out.display()
    ))?;
    Ok(!outcome.failed(options.max_row_errors))
}

/// Writes a store with what was odd, and another file beside it.
pub(super) fn write_store(
    outcome: &Outcome,
    catalogue: &Catalogue,
    output: &Output,
    beside: Option<(&str, &[u8])>,
    progress: disparity_returns::Progress<'_>,
) -> Result<()> {
    let diagnostics = diagnostics_csv(outcome)?;
    let mut all = vec![("diagnostics.csv", diagnostics.as_bytes())];
    all.extend(beside);
    let (journeys, sources) = (&outcome.journeys, &outcome.sources);
    let (dimensions, folder) = (&catalogue.dimensions, output.staged());
    disparity_returns::store::write_store(journeys, sources, dimensions, folder, &all, progress)?;
    Ok(())
}

fn sources_csv(outcome: &Outcome) -> Result<String> {
    let header = [
        "file",
        "family",
        "table",
        "authorities",
        "year",
        "rows_read",
        "rows_kept",
        "parts",
        "used",
        "encoding",
        "sha256",
    ];
    let rows = outcome.sources.iter().map(|s| {
        let years = if s.row_years.is_empty() {
            s.year.map(|year| year.to_string()).unwrap_or_default()
        } else {
            s.row_years
                .iter()
                .map(|(year, _)| year.to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        vec![
            s.name.clone(),
            s.format.to_string(),
            s.table.clone(),
            s.las.join(" "),
            years,
            s.rows_read.to_string(),
            s.rows_kept.to_string(),
            s.parts.to_string(),
            s.used.to_string(),
            s.encoding.clone(),
            s.sha256.clone(),
        ]
    });
    csv_of_rows(&header, rows)
}

/// The way back from the numbers of children to their identifiers.
fn identifiers_csv(outcome: &Outcome) -> Result<String> {
    let rows = (1_usize..).zip(outcome.diagnostics.children());
    let rows = rows.map(|(number, child)| {
        vec![
            format!("child {number}"),
            child.la.clone(),
            child.id.clone(),
        ]
    });
    csv_of_rows(&["child", "old_la_code", "identifier"], rows)
}

/// Where the identifiers of children go.
enum Identifiers {
    /// Nobody asked for them.
    Nowhere,
    /// Into the folder of the output, under this name.
    Within(String),
    /// Somewhere else.
    Beside(Beside),
}

impl Identifiers {
    fn prepare(args: &ReadArgs, out: &Path) -> Result<Self> {
        let Some(path) = &args.identifiers else {
            return Ok(Self::Nowhere);
        };
        // As they are on the disk, or as they will be.
        let real = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
        let above = path.parent().filter(|above| !above.as_os_str().is_empty());
        let above = real(above.unwrap_or(Path::new(".")));
        let (above, out) = (above.unwrap_or_default(), real(out)?);
        match (above.strip_prefix(&out), path.file_name()) {
            (Ok(within), Some(name)) => {
                let name = within.join(name).to_string_lossy().replace('\\', "/");
                Ok(Self::Within(name))
            }
            _ => Ok(Self::Beside(Beside::prepare(path)?)),
        }
    }

    fn within(&self) -> Option<&str> {
        match self {
            Self::Within(name) => Some(name),
            _ => None,
        }
    }

    /// Puts the folder in place, and the identifiers that its numbers of children stand for.
    fn place(self, output: Output, text: &str) -> Result<()> {
        let told = match self {
            Self::Nowhere => {
                output.finish(None)?;
                return Ok(());
            }
            Self::Within(name) => output.finish(None)?.join(name),
            Self::Beside(beside) => {
                beside.write(text.as_bytes())?;
                let path = beside.shown().to_owned();
                output.finish(Some(beside))?;
                path
            }
        };
        crate::out::tell(format_args!(
            "Wrote {}: identifiers of children, to be kept where the returns are kept",
            told.display()
        ));
        Ok(())
    }
}

fn diagnostics_csv(outcome: &Outcome) -> Result<String> {
    let header = [
        "severity", "code", "file", "line", "column", "child", "value", "message", "meaning",
        "remedy", "count",
    ];
    let children = outcome.diagnostics.children();
    let numbers: std::collections::BTreeMap<&ChildRef, usize> =
        children.into_iter().zip(1..).collect();
    let mut rows = Vec::new();
    for (code, .., tally) in outcome.diagnostics.tallies() {
        for example in &tally.examples {
            let number = example.child.as_ref().and_then(|child| numbers.get(child));
            rows.push(vec![
                code.severity().as_str().to_owned(),
                code.as_str().to_owned(),
                example.file.clone(),
                example.line.to_string(),
                example.column.clone(),
                number.map_or_else(String::new, |number| format!("child {number}")),
                example.value.clone(),
                example.message.clone(),
                code.meaning().to_owned(),
                code.remedy().to_owned(),
                tally.count.to_string(),
            ]);
        }
    }
    csv_of_rows(&header, rows)
}

fn summary(outcome: &Outcome) -> String {
    let mut text = String::new();
    if outcome.journeys.synthetic {
        text.push_str("SYNTHETIC: these children are invented\n\n");
    }
    let mut kinds: std::collections::BTreeMap<(&str, &str), (u64, u64, u64)> =
        std::collections::BTreeMap::new();
    for source in &outcome.sources {
        let entry = kinds
            .entry((source.format.as_str(), &source.table))
            .or_default();
        *entry = (
            entry.0 + 1,
            entry.1 + source.rows_read,
            entry.2 + source.rows_kept,
        );
    }
    let rows = kinds
        .into_iter()
        .map(|((family, name), (files, read, kept))| {
            vec![
                family.to_owned(),
                name.to_owned(),
                files.to_string(),
                read.to_string(),
                kept.to_string(),
            ]
        });
    text.push_str(&table(
        &["return", "table", "files", "rows", "kept"],
        &[2, 3, 4],
        rows,
    ));
    let journeys = &outcome.journeys;
    let _ = writeln!(
        text,
        "\n{} authorities, {} children, {} spells and events, {} postcodes in the lookup",
        journeys.authorities().len(),
        journeys.children().len(),
        journeys.spells().len(),
        outcome.postcodes
    );
    text.push_str(&diagnostics_text(outcome));
    text
}

/// One line for each kind of oddity: how often, and the first place.
fn diagnostics_text(outcome: &Outcome) -> String {
    let mut text = String::new();
    for severity in [
        Severity::FileError,
        Severity::RowError,
        Severity::Warning,
        Severity::Note,
    ] {
        let mut codes: std::collections::BTreeMap<
            _,
            (u64, usize, Option<&disparity_returns::Diagnostic>),
        > = std::collections::BTreeMap::new();
        for (code, _, _, tally) in outcome
            .diagnostics
            .tallies()
            .filter(|(code, ..)| code.severity() == severity)
        {
            let entry = codes.entry(code).or_default();
            entry.0 += tally.count;
            entry.1 += 1;
            entry.2 = entry.2.or(tally.examples.first());
        }
        if !codes.is_empty() {
            let _ = writeln!(text, "\n{}s", severity.as_str());
        }
        for (code, (count, _, first)) in codes {
            let _ = write!(text, "  {} × {count}: {}", code.as_str(), code.meaning());
            if let Some(first) = first {
                let line = if first.line > 0 {
                    format!(":{}", first.line)
                } else {
                    String::new()
                };
                let _ = write!(text, "; first at {}{line}", first.file);
                if !first.column.is_empty() {
                    let _ = write!(text, ", {}", first.column);
                }
                if !first.message.is_empty() {
                    let _ = write!(text, " ({})", first.message);
                }
            }
            text.push('\n');
            if severity >= Severity::Warning {
                let _ = writeln!(text, "    hint: {}", code.remedy());
            }
        }
    }
    text
}

/// Says how many counts are withheld to protect others, and why; in tens, as who knows it of a few counts
/// knows which of them are small.
pub(crate) fn say_withheld(how_many: HowMany, settings: Rule) {
    let HowMany {
        above,
        all_above,
        given_up,
    } = how_many;
    let most = settings.withhold_to;
    if above > 0 {
        crate::out::tell(format_args!(
            "withheld beside the counts of 1 to {most}, so that none of those can be worked out from sums: {} of {} \
             counts above {most} that are protected together, printed or not",
            about(above),
            about(all_above)
        ));
    }
    if !settings.hide_zeros && most > 0 {
        crate::out::tell(format_args!(
            "none of a group, and all of it, are shown, as the Department for Education does; --hide-zeros withholds them"
        ));
    }
    say_given_up(given_up);
}

/// A number of counts in tens.
pub(crate) fn about(n: usize) -> String {
    match (n, (n + 5) / 10 * 10) {
        (0, _) => "no".to_owned(),
        (_, 0) => "fewer than 10".to_owned(),
        (_, tens) => format!("about {tens}"),
    }
}

/// Says how many counts were withheld because too much was asked for at once.
pub(crate) fn say_given_up(given_up: usize) {
    if given_up > 0 {
        crate::out::tell(format_args!(
            "WITHHELD_IN_BLOCKS: {given_up} counts are withheld beyond what is known to be needed, because so many \
             hang together that small ones could not be proven safe; ask for fewer look-backs, leads or authorities at once"
        ));
    }
}
