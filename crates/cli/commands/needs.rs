//! `disparity needs`: a population needs assessment of an authority, in a folder.

use std::path::Path;

use anyhow::{Context, Result};
use disparity_core::needs::take::{HelpQuestion, TakeAssumptions};
use disparity_core::needs::{Need, SeenAgainstExpected, SeenLevel, SeenQuestion, SeenTable, Way};
use disparity_core::neighbourhoods::{
    Boundaries, Footprints, GroupEstimateErrors, Neighbourhood, Neighbourhoods, TeamSize,
};
use disparity_core::{AreaCode, Catalogue, Date, Nation, NeighbourModel, Period, Results};
use disparity_disclosure::{Policy, Release, protect_seen};
use disparity_documents::Format;
use disparity_export::{Manifest, NeedsReleases, Written, footprint_outlines, footprints_geojson};
use disparity_needs::{England, Inputs, seen_counts, teams};
use disparity_published::{
    load_group_errors, load_neighbourhoods, read_boundaries, read_footprints, read_seen,
};

use disparity_report::{NeedsOptions, NeedsView, needs_document};

use crate::args::{Models, Selection};
use crate::builtin;
use crate::hint::Hinted;
use crate::homes;
use crate::needs_args::NeedsArgs;
use crate::out::{print, tell, wrapped};
use crate::place::{NEEDS, Output};
use crate::plan::{PlanFile, find_authority, folder};
use crate::policy::usual_or;
use crate::progress::{Bar, PROVING, Progress};
use crate::side_by_side::{cores, each};
use crate::stages::Published;

/// The outlines of footprints, where boundaries were given.
const OUTLINES: &str = "footprints.geojson";

/// What lists the files of an assessment.
const MANIFEST: &str = "manifest.json";

/// Writes the assessments.
pub(crate) fn needs(args: &NeedsArgs) -> Result<bool> {
    let mut progress = Progress::new(args.timings);
    let selection = selection(args);
    let file = PlanFile::read(&selection)?;
    let assumed = file.needs().assumptions(&args.assume)?;
    let options = file.needs().options()?;
    let size = file.needs().team_size(args.team_size)?;
    let mut output = Output::prepare(&args.out, NEEDS, None)?;
    let published = Published::load_with(&args.names, &selection, &mut progress)?;
    let catalogue = published.catalogue();
    if catalogue.areas.nation() != Nation::England {
        let message = format!("needs of {} are not assessed", catalogue.areas.nation());
        let hint = "its figures are children looked after alone, of no age, group or neighbourhood; `disparity authority` \
                    shows them";
        return Err(Hinted::new(message, hint).into());
    }
    let (neighbourhoods, errors) = progress.stage("reading neighbourhoods", || {
        let files = builtin::files(folder(&selection)?.as_deref())?;
        let neighbourhoods = load_neighbourhoods(&files, &catalogue.areas)?;
        anyhow::Ok((neighbourhoods, load_group_errors(&files)?))
    })?;
    let authorities = authorities(args, catalogue, &neighbourhoods)?;
    let footprints = footprints(args, &authorities, &neighbourhoods, catalogue)?;
    let mut plan = file.resolve(&selection, &[], catalogue)?;
    plan.authorities = Some(authorities.clone());
    let period: Option<Period> = args.period.as_deref().map(str::parse).transpose()?;
    let results = published.release_expected(&plan, &mut progress)?;
    let england = progress.stage("fitting England’s rates", || {
        let inputs = inputs(&published, results.results(), &neighbourhoods, &errors);
        England::new(inputs, assumed.needs, period)
    })?;
    let help = progress.stage("asking what goes with spend on help", || {
        england.help_question(&assumed.take)
    })?;
    let formats = if args.formats.is_empty() {
        Format::ALL.to_vec()
    } else {
        args.formats.clone()
    };
    let writing = Writing {
        england: &england,
        help: &help,
        costs: &assumed.take,
        model: plan.neighbours,
        formats: &formats,
        // Of several assessments each has a thread already.
        threads: if authorities.len() == 1 { cores() } else { 1 },
        options: &options,
        under_served_below: assumed.under_served_below.unwrap_or(SeenQuestion::BELOW),
        date: args.date.or_else(|| newest(catalogue)),
        neighbourhoods: &neighbourhoods,
        catalogue,
        size,
    };
    let made = match authorities.as_slice() {
        [one] => {
            let staged = output.staged().to_owned();
            let boundaries = boundaries(args, neighbourhoods.of(*one))?;
            let seen = seen(args, (*one, england.period()), &neighbourhoods, catalogue)?;
            let given = Given {
                footprints,
                boundaries,
                seen,
            };
            let made = progress.stage("assessing", || writing.write(*one, given, &staged))?;
            Made::One(made)
        }
        several => {
            Made::Several(progress.stage("assessing", || writing.write_each(several, &mut output))?)
        }
    };
    let folder = output.finish(None)?;
    print(&summary(&folder, &formats, &made))?;
    Ok(true)
}

/// The figures that an assessment is made from: its needs, as models of every authority have them.
fn selection(args: &NeedsArgs) -> Selection {
    let names = Need::INDICATORS.into_iter().map(str::to_owned);
    Selection {
        indicators: names.collect(),
        periods: args.period.iter().cloned().collect(),
        models: Some(Models::Latest),
        nation: None,
        plan: args.plan.clone(),
        data: args.data.clone(),
    }
}

pub(crate) fn inputs<'a>(
    published: &'a Published,
    results: &'a Results,
    neighbourhoods: &'a Neighbourhoods,
    group_errors: &'a GroupEstimateErrors,
) -> Inputs<'a> {
    Inputs {
        cube: published.cube(),
        populations: published.populations(),
        catalogue: published.catalogue(),
        results,
        neighbourhoods,
        group_errors,
    }
}

/// The authorities that were asked for, each once.
fn authorities(
    args: &NeedsArgs,
    catalogue: &Catalogue,
    neighbourhoods: &Neighbourhoods,
) -> Result<Vec<AreaCode>> {
    if args.all {
        return Ok(neighbourhoods.authorities().collect());
    }
    let mut found: Vec<AreaCode> = Vec::new();
    for name in &args.names {
        let code = find_authority(name, &catalogue.areas)?;
        let code = catalogue.areas.entity(code).unwrap_or(code);
        if neighbourhoods.of(code).is_empty() {
            let message = format!(
                "{} is no authority of today: its neighbourhoods are now those of others",
                catalogue.areas.name(code)
            );
            let hint = "`disparity codes areas` lists what came after it";
            return Err(Hinted::new(message, hint).into());
        }
        if !found.contains(&code) {
            found.push(code);
        }
    }
    Ok(found)
}

/// A file that a user gives, by the name it was given under.
pub(crate) fn given(path: &Path) -> Result<(String, Vec<u8>)> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{shown}`"))?;
    Ok((shown, bytes))
}

/// The footprints of a file, if one was named.
fn footprints(
    args: &NeedsArgs,
    authorities: &[AreaCode],
    neighbourhoods: &Neighbourhoods,
    catalogue: &Catalogue,
) -> Result<Option<Footprints>> {
    let Some(path) = &args.footprints else {
        return Ok(None);
    };
    let [authority] = authorities else {
        let message = "--footprints is of one authority, and several were named";
        return Err(Hinted::new(message, "assess them one by one").into());
    };
    let (shown, bytes) = given(path)?;
    let areas = &catalogue.areas;
    let found = read_footprints(
        &shown,
        &bytes,
        neighbourhoods,
        areas,
        *authority,
        args.map_2011,
    )?;
    for (old, into) in &found.mapped {
        let codes: Vec<String> = into.iter().map(ToString::to_string).collect();
        tell(format_args!(
            "{old} of 2011 is taken to be {}",
            codes.join(" and ")
        ));
    }
    Ok(Some(found.footprints))
}

/// What a user gives of an authority.
#[derive(Default)]
struct Given {
    footprints: Option<Footprints>,
    boundaries: Option<Boundaries>,
    seen: Option<Seen>,
}

/// Counts that a user gives, and what is asked of them.
struct Seen {
    table: SeenTable,
    need: Need,
    policy: Policy,
    /// Whether the children are invented.
    synthetic: bool,
}

/// The counts of a file or of a store, if one was named.
fn seen(
    args: &NeedsArgs,
    (authority, period): (AreaCode, Period),
    neighbourhoods: &Neighbourhoods,
    catalogue: &Catalogue,
) -> Result<Option<Seen>> {
    if args.seen.is_none() && args.returns.is_none() {
        return Ok(None);
    }
    let need = need(&args.seen_need, catalogue)?;
    let policy = usual_or(args.unprotected.as_deref())?;
    let (table, synthetic) = match (&args.seen, &args.returns) {
        (Some(path), _) => {
            let table = seen_table(args, path, authority, (neighbourhoods, catalogue))?;
            (table, false)
        }
        (None, Some(store)) => {
            let asked = homes::Asked {
                authority,
                need,
                period,
                level: args.seen_level.unwrap_or(SeenLevel::Neighbourhood),
            };
            homes::count(store, asked, neighbourhoods, catalogue)?
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(Seen {
        table,
        need,
        policy,
        synthetic,
    }))
}

/// The counts of a file.
fn seen_table(
    args: &NeedsArgs,
    path: &Path,
    authority: AreaCode,
    (neighbourhoods, catalogue): (&Neighbourhoods, &Catalogue),
) -> Result<SeenTable> {
    let (shown, bytes) = given(path)?;
    let areas = &catalogue.areas;
    let found = read_seen(
        &shown,
        &bytes,
        neighbourhoods,
        areas,
        authority,
        args.map_2011,
    )?;
    for (old, into) in &found.mapped {
        tell(format_args!("{old} of 2011 is taken to be {into}"));
    }
    Ok(found.table)
}

/// A need by its word.
pub(crate) fn need(word: &str, catalogue: &Catalogue) -> Result<Need> {
    // Nobody can have seen an allowance.
    let mut all = Need::all(&catalogue.indicators);
    all.retain(|own| *own != Need::FamilyHelpAllowance);
    let words: Vec<&str> = all
        .iter()
        .map(|own| own.word(&catalogue.indicators))
        .collect();
    match words.iter().position(|own| *own == word) {
        Some(at) => Ok(all[at]),
        None => {
            let hint = format!("use one of {}", words.join(", "));
            Err(Hinted::new(format!("no need is called {word:?}"), hint).into())
        }
    }
}

/// The boundaries of a file, if one was named.
fn boundaries(args: &NeedsArgs, own: &[Neighbourhood]) -> Result<Option<Boundaries>> {
    let Some(path) = &args.boundaries else {
        return Ok(None);
    };
    let (shown, bytes) = given(path)?;
    let found = read_boundaries(&shown, &bytes, own)
        .map_err(|error| Hinted::new(error.to_string(), error.advice))?;
    Ok(Some(found))
}

/// The day on which the newest figures were fetched.
pub(crate) fn newest(catalogue: &Catalogue) -> Option<Date> {
    let sources = catalogue.sources.iter();
    sources.filter_map(|source| source.origin.retrieved).max()
}

/// What every assessment is written from.
#[derive(Clone, Copy)]
struct Writing<'a> {
    england: &'a England<'a>,
    help: &'a HelpQuestion,
    costs: &'a TakeAssumptions,
    model: NeighbourModel,
    formats: &'a [Format],
    /// How many documents of an assessment are made at a time.
    threads: usize,
    options: &'a NeedsOptions,
    under_served_below: f64,
    /// None where no source says when it was fetched.
    date: Option<Date>,
    neighbourhoods: &'a Neighbourhoods,
    catalogue: &'a Catalogue,
    size: TeamSize,
}

/// What was written, and the findings it opens with.
struct Assessed {
    written: Written,
    findings: Vec<String>,
    /// Whether children who were counted are invented.
    synthetic: bool,
}

/// What a run made.
enum Made {
    /// One assessment.
    One(Assessed),
    /// So many.
    Several(usize),
}

impl Writing<'_> {
    /// Writes one assessment into a folder that exists, with its manifest.
    fn write(self, authority: AreaCode, given: Given, folder: &Path) -> Result<Assessed> {
        let proposed = || teams::propose(self.neighbourhoods, authority, self.size);
        let footprints = given.footprints.or_else(proposed);
        let assessment = self.england.assess(authority, footprints.as_ref())?;
        let release = Release::of_published_needs(assessment)?;
        let mut take = self.england.take(authority, self.model, self.costs)?;
        take.help = Some(self.help.clone());
        let take = Release::of_published_take(take)?;
        let seen = given
            .seen
            .as_ref()
            .map(|seen| self.against(seen, footprints.as_ref()))
            .transpose()?;
        let releases = NeedsReleases {
            assessment: &release,
            take: Some(&take),
            seen: seen.as_ref(),
        };
        let manifest = Manifest::of_needs(releases, self.catalogue);
        let mut written = disparity_export::write_needs(
            releases,
            self.neighbourhoods,
            self.catalogue,
            &manifest,
            folder,
        )?;
        let (findings, documents) =
            self.write_documents(releases, given.boundaries.as_ref(), folder)?;
        written.extend(documents);
        let manifest = manifest.with_outputs(written.clone());
        let record = disparity_export::write_manifest(&manifest, folder)?;
        written.insert(MANIFEST.to_owned(), record);
        let synthetic = given.seen.is_some_and(|seen| seen.synthetic);
        Ok(Assessed {
            written,
            findings,
            synthetic,
        })
    }

    /// Writes what is to be read, and outlines of teams where there are boundaries; also says what was found.
    fn write_documents(
        self,
        releases: NeedsReleases<'_>,
        boundaries: Option<&Boundaries>,
        folder: &Path,
    ) -> Result<(Vec<String>, Written)> {
        let put = |name: String, bytes: &[u8]| -> Result<_> {
            let record = disparity_export::write_file(&folder.join(&name), bytes)?;
            Ok((name, record))
        };
        let mut written = Written::new();
        let footprints = releases.assessment.assessment().footprints.as_ref();
        let outlines = footprints
            .zip(boundaries)
            .map(|(footprints, boundaries)| footprint_outlines(footprints, boundaries));
        let geojson = outlines
            .as_ref()
            .and_then(|own| footprints_geojson(releases.assessment, own, self.catalogue));
        if let Some(geojson) = geojson {
            written.extend([put(OUTLINES.to_owned(), geojson.as_bytes())?]);
        }
        let mut view = NeedsView::new(releases.assessment, self.catalogue, self.neighbourhoods);
        if let Some(take) = releases.take {
            view = view.with_take(take);
        }
        if let Some(seen) = releases.seen {
            view = view.with_seen(seen);
        }
        if let Some(outlines) = &outlines {
            view = view.with_outlines(outlines);
        }
        let Some(date) = self.date else {
            let message = "no source says when it was fetched, so the document has no date";
            return Err(Hinted::new(message, "give one with --date YYYY-MM-DD").into());
        };
        let document = needs_document(view, date, self.options)?;
        written.extend(each(self.threads, self.formats, |format| {
            put(
                format!("needs.{}", format.ending()),
                &format.write(&document)?,
            )
        })?);
        let findings = document.findings.iter().map(ToString::to_string).collect();
        Ok((findings, written))
    }

    /// Holds counts that were given against what is expected, behind the gate.
    fn against(
        self,
        seen: &Seen,
        footprints: Option<&Footprints>,
    ) -> Result<Release<SeenAgainstExpected>> {
        let counts = seen_counts(&seen.table, self.neighbourhoods, footprints)?;
        let bar = Bar::new();
        let watch = |done, all| bar.show(PROVING, done, all);
        let from_homes = counts.from_homes.is_some();
        let protected = protect_seen(counts, &seen.policy, seen.synthetic, &watch);
        // Not all children have a home here, so that how many an authority sees of all is not asked of homes.
        let ways: &[Way] = if from_homes {
            &[Way::Benchmarked]
        } else {
            &Way::ALL
        };
        let question = SeenQuestion {
            need: seen.need,
            ways,
            under_served_below: self.under_served_below,
        };
        let released = protected.release(|counts, provenance| {
            self.england
                .against(counts, footprints, question, provenance)
        })?;
        Ok(released)
    }

    /// Writes each into a folder of its own; how many there are.
    fn write_each(self, authorities: &[AreaCode], output: &mut Output) -> Result<usize> {
        let staged = output.staged();
        let made = each(cores(), authorities, |authority| {
            let name = folder_name(&self.catalogue.areas.name(*authority));
            let folder = staged.join(&name);
            std::fs::create_dir(&folder)
                .with_context(|| format!("cannot make the folder for `{name}`"))?;
            let made = self.write(*authority, Given::default(), &folder)?;
            Ok((name, made.written))
        })?;
        for (name, written) in made {
            output.list(&name, written);
        }
        output.write_list()?;
        Ok(authorities.len())
    }
}

/// A name of letters, digits and dashes.
fn folder_name(name: &str) -> String {
    let plain = name.replace(['\'', '’'], "").to_lowercase();
    let words = plain.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Says what was found and what was made.
fn summary(folder: &Path, formats: &[Format], made: &Made) -> String {
    let documents: Vec<String> = formats
        .iter()
        .map(|own| format!("needs.{}", own.ending()))
        .collect();
    let documents = documents.join(", ");
    match made {
        Made::Several(number) => format!(
            "Wrote {number} assessments to {}, each in a folder of its own:\n  {documents} and tidy tables\n",
            folder.display()
        ),
        Made::One(made) => {
            let note = if made.synthetic {
                "SYNTHETIC: the children who were counted are invented; what was seen is about nobody\n\n"
            } else {
                ""
            };
            let found: String = made
                .findings
                .iter()
                .map(|own| wrapped("- ", 2, own) + "\n")
                .collect();
            format!(
                "{note}{found}Wrote {}\n\
                 \x20 {documents}\n\
                 \x20                  these findings, tables, methods and caveats\n\
                 \x20 needs_expected   expected numbers of every neighbourhood, ward and team\n\
                 \x20 needs_children   children by age, ethnic group and deprivation\n\
                 \x20 needs_take       children and cost if rates met other levels\n\
                 \x20 manifest.json    inputs, assumptions and digests\n\
                 Every table as .parquet and as .csv; columns.csv says what each column is\n",
                folder.display()
            )
        }
    }
}
