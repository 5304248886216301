//! Tables that somebody gives, through the same analysis as published figures: described, added up, protected unless
//! their publisher has, and only then analysed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disparity_analysis::{Input, analyse};
use disparity_core::neighbourhoods::Neighbourhoods;
use disparity_core::{
    Catalogue, Counted as CountedNoun, Cube, DenominatorKind, Frequencies, Indicator, IndicatorId,
    IndicatorRelations, Indicators, Issue, Nation, Origin, Plan, Provenance, Results, Source,
};
use disparity_disclosure::{Policy, Release, protect};
use disparity_frames::{
    Beside, Counted, Denominator, Description, Known, Protection, RowsAre, read_table,
};
use disparity_published::load_neighbourhoods;

use crate::args::{Selection, TableArgs};
use crate::builtin;
use crate::hint::Hinted;
use crate::plan::folder;
use crate::progress::Progress;
use crate::stages::Published;

/// Tables with their descriptions, before any is read.
pub(crate) struct Given {
    tables: Vec<(PathBuf, Description, IndicatorId, Beside)>,
    /// Descriptions as they were written, for the manifest.
    texts: Vec<(String, String)>,
}

impl Given {
    /// Reads the descriptions, one for each table.
    pub(crate) fn describe(args: &TableArgs, catalogue: &Catalogue) -> Result<Option<Self>> {
        if args.tables.is_empty() {
            return Ok(None);
        }
        if args.tables.len() != args.describe.len() {
            let message = format!(
                "there are {} tables and {} descriptions",
                args.tables.len(),
                args.describe.len()
            );
            let hint = "give one --describe FILE.toml for each --table, in the same order; `disparity table inspect \
                        FILE` writes one";
            return Err(Hinted::new(message, hint).into());
        }
        let mut given = Self {
            tables: Vec::new(),
            texts: Vec::new(),
        };
        let mut next = u16::try_from(catalogue.indicators.len()).unwrap_or(u16::MAX);
        for (table, file) in args.tables.iter().zip(&args.describe) {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the description `{name}`"))?;
            let description = Description::read(&name, &text)?;
            given.check_name(&description, &name, catalogue)?;
            let own = IndicatorId(next);
            let after = Some(IndicatorId(next + 1));
            // A table of events has no denominator of its own.
            let beside = Beside {
                whole: after.filter(|_| description.denominator != Denominator::Children),
                children: after.filter(|_| description.names_children_of_events()),
            };
            next += 1 + u16::from(beside != Beside::default());
            given.tables.push((table.clone(), description, own, beside));
            given.texts.push((name, text));
        }
        Ok(Some(given))
    }

    fn check_name(&self, own: &Description, file: &str, catalogue: &Catalogue) -> Result<()> {
        let twice = self.tables.iter().zip(&self.texts);
        let twice = twice
            .filter(|((_, other, ..), _)| other.name == own.name)
            .map(|(_, (file, _))| file)
            .next();
        if let Some(other) = twice {
            let message = format!("`{other}` and `{file}` both describe `{}`", own.name);
            let hint = "give one of the indicators another name; rows of one indicator belong into one table";
            return Err(Hinted::new(message, hint).into());
        }
        if catalogue.indicators.id(&own.name).is_some() {
            let message = format!("`{file}` describes `{}`, which is built in", own.name);
            return Err(Hinted::new(message, "give the indicator another name").into());
        }
        Ok(())
    }

    /// The catalogue with the indicators that the tables have.
    pub(crate) fn catalogue(&self, catalogue: &Catalogue) -> Result<Catalogue> {
        let mut list: Vec<Indicator> = catalogue
            .indicators
            .iter()
            .map(|(_, indicator)| indicator.clone())
            .collect();
        for (_, description, _, beside) in &self.tables {
            list.push(indicator(description, beside.whole));
            if let Denominator::Column { title, .. } = &description.denominator {
                let definition = format!(
                    "What `{}` is a part of, from the same table.",
                    description.name
                );
                list.push(beside_it(description, "of", title, definition));
            }
            if beside.children.is_some() {
                let title = format!("{}: children", description.title);
                let definition = format!(
                    "Children who had one or more of `{}` in the year.",
                    description.name
                );
                list.push(beside_it(description, "children", &title, definition));
            }
        }
        Ok(Catalogue {
            indicators: Indicators::new(list)?.with_aliases_of(&catalogue.indicators),
            ..catalogue.clone()
        })
    }

    /// Has a plan compute the indicators of the tables: alone, or beside those that were named.
    pub(crate) fn have_computed(&self, plan: &mut Plan, beside_others: bool) {
        for list in [&mut plan.indicators, &mut plan.compared, &mut plan.modelled] {
            if !beside_others {
                list.clear();
            }
        }
        for (_, _, own, beside) in &self.tables {
            plan.indicators.push(*own);
            plan.compared.push(*own);
            // Models are of counts of children among children.
            if beside.whole.is_none() {
                plan.modelled.push(*own);
            }
        }
        for list in [&mut plan.indicators, &mut plan.compared, &mut plan.modelled] {
            list.sort_unstable();
            list.dedup();
        }
    }

    /// Reads the tables, and adds where they came from to the catalogue.
    fn read(
        &self,
        selection: &Selection,
        published: &Published,
        catalogue: &mut Catalogue,
        progress: &mut Progress,
    ) -> Result<Vec<Counted>> {
        let neighbourhoods = neighbourhoods(selection, catalogue)?;
        let mut counted = Vec::new();
        for ((path, description, ..), (file, text)) in self.tables.iter().zip(&self.texts) {
            let known = Known {
                catalogue,
                populations: published.populations(),
                neighbourhoods: neighbourhoods.as_ref(),
                marks: published.marks(),
            };
            let table =
                progress.stage("reading the table", || read_table(path, description, known))?;
            crate::out::tell(format_args!(
                "{}: {} rows, of {} areas and years",
                path.display(),
                disparity_core::thousands(&table.rows.to_string()),
                table.places().len()
            ));
            let own = table.sha256.clone();
            counted.push(table);
            let described = disparity_export::digest(text.as_bytes());
            catalogue
                .sources
                .extend(sources(path, description, own, (file, described)));
            catalogue.sources.extend(postcodes(description)?);
        }
        for (_, description, own, _) in &self.tables {
            catalogue
                .tables
                .entry(*own)
                .or_default()
                .insert(description.name.clone());
        }
        Ok(counted)
    }

    /// Reads, protects and analyses the tables.
    pub(crate) fn release(
        &self,
        selection: &Selection,
        published: &Published,
        catalogue: &mut Catalogue,
        plan: &Plan,
        policy: Policy,
        progress: &mut Progress,
    ) -> Result<Release<Results>> {
        let counted = self.read(selection, published, catalogue, progress)?;
        let mut issues: Vec<Issue> = Vec::new();
        let mut shown = published.cube().clone();
        let mut records = Cube::default();
        let mut frequencies = Frequencies::new();
        let mut has_records = false;
        for (table, (_, _, own, beside)) in counted.iter().zip(&self.tables) {
            let cube = table.cube(*own, *beside, catalogue, published.populations())?;
            issues.extend(table.issues.iter().cloned());
            match table.protection {
                Protection::Published => shown = shown.merge(cube)?,
                Protection::Records => {
                    has_records = true;
                    frequencies.extend(table.frequencies(*own));
                    records = records.merge(cube)?;
                }
            }
        }
        let catalogue = &*catalogue;
        let compute = |cube: &Cube, provenance: Provenance, progress: &mut Progress| {
            let mut results = progress.stage("computing rates and comparisons", || {
                analyse(Input {
                    cube,
                    populations: published.populations(),
                    catalogue,
                    plan,
                    provenance,
                })
            });
            results.issues.extend(issues.iter().cloned());
            results
        };
        if !has_records {
            let results = compute(&shown, Provenance::Published, progress);
            return Ok(Release::of_published(results)?);
        }
        let synthetic = self.tables.iter().any(|(_, own, ..)| own.invented);
        let of_children =
            |(_, _, own, beside): &(_, _, IndicatorId, Beside)| Some((*own, beside.children?));
        let relations = IndicatorRelations {
            children: self.tables.iter().filter_map(of_children).collect(),
            ..IndicatorRelations::default()
        };
        let safe = progress.stage("withholding small counts", || {
            let (dimensions, areas) = (&catalogue.dimensions, &catalogue.areas);
            protect(&records, dimensions, areas, &relations, (policy, synthetic))
        })?;
        let safe = safe.with_inflations(&frequencies, &relations);
        let (primary, secondary) = (safe.primary(), safe.secondary());
        let release = safe.release(|cube, provenance| -> Result<Results> {
            let cube = cube.merge(shown)?;
            Ok(compute(&cube, provenance, progress))
        })?;
        crate::out::tell(format_args!(
            "{} counts withheld because they are small, {} more so that those cannot be worked out from sums",
            crate::commands::returns::about(primary),
            crate::commands::returns::about(secondary)
        ));
        Ok(release)
    }
}

/// Neighbourhoods, where they are held.
pub(crate) fn neighbourhoods(
    selection: &Selection,
    catalogue: &Catalogue,
) -> Result<Option<Neighbourhoods>> {
    if catalogue.areas.nation() != Nation::England {
        return Ok(None);
    }
    let files = builtin::files(folder(selection)?.as_deref())?;
    Ok(Some(load_neighbourhoods(&files, &catalogue.areas)?))
}

fn indicator(own: &Description, whole: Option<IndicatorId>) -> Indicator {
    Indicator {
        name: own.name.clone(),
        title: own.title.clone(),
        short_title: own.short_title.clone(),
        family: Indicator::OF_A_TABLE.to_owned(),
        timing: own.timing,
        counted: CountedNoun {
            noun: own.counts.clone(),
            repeats: own.rows == RowsAre::Events,
        },
        denominator: whole.map_or(DenominatorKind::Children0To17, DenominatorKind::Indicator),
        headline: true,
        modelled: whole.is_none(),
        decimals: 1,
        comparable: (None, None),
        includes_18_and_over: false,
        definition: own.definition.clone(),
    }
}

/// An indicator that stands beside another in the cube; nothing is computed of it.
fn beside_it(own: &Description, ending: &str, title: &str, definition: String) -> Indicator {
    Indicator {
        name: format!("{}_{ending}", own.name),
        title: title.to_owned(),
        short_title: title.to_owned(),
        counted: CountedNoun {
            noun: "children".to_owned(),
            repeats: false,
        },
        headline: false,
        modelled: false,
        denominator: DenominatorKind::Children0To17,
        definition,
        ..indicator(own, None)
    }
}

/// The list of postcodes that a table's places were looked up in, as a source: another list counts children elsewhere.
fn postcodes(own: &Description) -> Result<Option<Source>> {
    let Some(list) = own.postcodes() else {
        return Ok(None);
    };
    let name = list.file_name().unwrap_or(list.as_os_str());
    let not_said = || Origin::NOT_RECORDED.to_owned();
    // A folder of files has no one digest.
    let sha256 = if list.is_file() {
        let shown = list.display().to_string();
        let bytes = std::fs::read(&list).with_context(|| format!("cannot read `{shown}`"))?;
        disparity_export::digest(&bytes)
    } else {
        not_said()
    };
    Ok(Some(Source {
        id: format!("postcodes-{}", own.name),
        publication: format!("The list of postcodes of {}", own.title),
        table: name.to_string_lossy().into_owned(),
        release: not_said(),
        licence: not_said(),
        origin: Origin::default(),
        sha256,
        tables: Vec::new(),
    }))
}

/// A table and its description as sources of figures.
fn sources(
    path: &Path,
    own: &Description,
    sha256: Option<String>,
    (file, described): (&str, String),
) -> [Source; 2] {
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    };
    let [publication, release, licence, page] = own.source.clone();
    let not_said = || Origin::NOT_RECORDED.to_owned();
    let table = Source {
        id: format!("table-{}", own.name),
        publication: publication
            .unwrap_or_else(|| format!("A table that was given: {}", own.title)),
        table: name(path),
        release: release.unwrap_or_else(not_said),
        licence: licence.unwrap_or_else(not_said),
        origin: Origin {
            page: page.unwrap_or_default(),
            ..Origin::default()
        },
        sha256: sha256.unwrap_or_else(|| "not told of a table of records".to_owned()),
        tables: vec![own.name.clone()],
    };
    let description = Source {
        id: format!("description-{}", own.name),
        publication: format!("The description of {}", name(path)),
        table: name(Path::new(file)),
        release: not_said(),
        licence: not_said(),
        origin: Origin::default(),
        sha256: described,
        tables: Vec::new(),
    };
    [table, description]
}
