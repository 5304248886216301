//! `disparity chart`: one chart, or several, for a report or a slide.

use anyhow::{Context, Result};
use disparity_core::neighbourhoods::Boundaries;
use disparity_core::{Area, ModelYears, Period, Plan};
use disparity_export::{Manifest, Written};
use disparity_published::read_authority_boundaries;
use disparity_report::charts::Kind;
use disparity_report::{Chart, Numerals, View};
use std::path::Path;

use super::needs::given;
use crate::args::{ChartArgs, Drawing};
use crate::hint::Hinted;
use crate::out::{paragraph, print, wrapped};
use crate::place::{CHARTS, Output};
use crate::plan::PlanFile;
use crate::progress::Progress;
use crate::stages::Published;
use crate::years::Unheld;

/// Draws the charts; false where of some year that was asked for there are no figures.
pub(crate) fn chart(args: &ChartArgs) -> Result<bool> {
    let kinds = kinds(&args.kinds);
    let width = width(args)?;
    if args.boundaries.is_some() && !kinds.iter().any(|kind| kind.is_map()) {
        return Err(Hinted::new(
            "boundaries are for maps, and no map was asked for",
            "add `map` or `map-given-who-lives-there`, or leave --boundaries out",
        )
        .into());
    }
    let output = Output::prepare(&args.out, CHARTS, None)?;
    let mut progress = Progress::new(false);
    let published = Published::load_with(&args.authorities, &args.selection, &mut progress)?;
    let catalogue = published.catalogue();
    let file = PlanFile::read(&args.selection)?;
    let mut plan = file.resolve(&args.selection, &args.authorities, catalogue)?;
    plan.indicators.clone_from(&plan.compared);
    if !file.names_models(&args.selection) {
        plan.model_years = model_years(&kinds, &plan);
    }
    let named = file.names_indicators(&args.selection);
    let unheld = Unheld::of(&plan, named, published.cube(), catalogue, None);
    unheld.say();
    if unheld.empty {
        return Ok(false);
    }
    let release = published.release(&plan, &mut progress)?;
    let mut view = View::new(&release, catalogue, &plan).with_width(width);
    let boundaries = boundaries(args, view)?;
    if let Some(boundaries) = &boundaries {
        view = view.with_boundaries(boundaries);
    }
    let numerals = Numerals::ALL
        .into_iter()
        .find(|own| own.word() == args.numbers);
    let numerals = numerals.unwrap_or_default();
    let charts = drawn(view, &kinds).into_iter();
    let charts: Vec<Chart> = charts.map(|chart| chart.with_numerals(numerals)).collect();
    if charts.is_empty() {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        return Err(Hinted::new(
            format!("there are no figures for {}", words.join(", ")),
            "a trend and a position need --authority; other indicators and years: disparity codes indicators",
        )
        .into());
    }
    let manifest = Manifest::of_drawn("chart", &release, catalogue, &plan);
    let mut written = Written::new();
    for chart in &charts {
        written.extend(write(chart, args, output.staged())?);
    }
    disparity_export::write_manifest(&manifest.with_outputs(written), output.staged())?;
    let folder = output.finish(None)?;
    print(&summary(&folder, &charts, args))?;
    Ok(!unheld.failed)
}

/// The drawings that can be laid out, in their own units: what is narrower has no room for names, and in what is wider
/// letters are too small to read.
const NARROWEST: f32 = 640.0;
const WIDEST: f32 = 1400.0;

/// How wide drawings are, in their own units, so that in print their letters are as large as was asked.
fn width(args: &ChartArgs) -> Result<i32> {
    let Some(size) = args.font_size else {
        return Ok(View::USUAL_WIDTH);
    };
    // 72 points are an inch.
    let points = args.width / 25.4 * 72.0;
    let letters = 12.0;
    let width = letters * points / size;
    if !(NARROWEST..=WIDEST).contains(&width) {
        let (least, most) = (letters * points / WIDEST, letters * points / NARROWEST);
        return Err(Hinted::new(
            format!(
                "letters of {size} pt do not go with a drawing {} mm wide",
                args.width
            ),
            format!(
                "at that width write --font-size {:.1} to {:.1}; a larger --width has room for larger letters",
                (least * 10.0).ceil() / 10.0,
                (most * 10.0).floor() / 10.0
            ),
        )
        .into());
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds above")]
    Ok(width.round() as i32)
}

/// The boundaries of authorities, if a file of them was named.
fn boundaries(args: &ChartArgs, view: View<'_>) -> Result<Option<Boundaries>> {
    let Some(path) = &args.boundaries else {
        return Ok(None);
    };
    let (shown, bytes) = given(path)?;
    let compared = view.plan.compared.iter();
    let last = compared
        .filter_map(|indicator| view.last_period(*indicator))
        .max();
    let own: Vec<_> = last
        .into_iter()
        .flat_map(|last| view.authorities(last))
        .map(|area| area.code)
        .collect();
    let found = read_authority_boundaries(&shown, &bytes, &own, &view.catalogue.areas)
        .map_err(|error| Hinted::new(error.to_string(), error.advice))?;
    Ok(Some(found))
}

/// The kinds that were asked for, each once.
fn kinds(words: &[String]) -> Vec<Kind> {
    let all = words.iter().any(|word| word == "all");
    let mut kinds = Kind::ALL.to_vec();
    kinds.retain(|kind| all || words.iter().any(|word| word == kind.word()));
    kinds
}

/// The years for which models are fitted: those that are drawn.
fn model_years(kinds: &[Kind], plan: &Plan) -> ModelYears {
    if !kinds.iter().any(|kind| kind.needs_models()) {
        ModelYears::None
    } else if plan.periods.is_some() {
        ModelYears::All
    } else {
        ModelYears::Latest
    }
}

/// Every chart of the indicators, the last year or those that were asked for, and the areas.
fn drawn(view: View<'_>, kinds: &[Kind]) -> Vec<Chart> {
    let areas = &view.catalogue.areas;
    let chosen = view.plan.authorities.iter().flatten();
    let chosen: Vec<&Area> = chosen.filter_map(|code| areas.get(*code)).collect();
    let mut charts: Vec<Chart> = Vec::new();
    for indicator in &view.plan.compared {
        let is_first = Some(indicator) == view.plan.compared.first();
        for kind in kinds
            .iter()
            .filter(|kind| is_first || !kind.is_of_all_indicators())
        {
            let places: Vec<Option<&Area>> = if kind.is_of_one_area() && !chosen.is_empty() {
                chosen.iter().copied().map(Some).collect()
            } else {
                vec![None]
            };
            let years = view.periods(*indicator);
            let every = view.plan.periods.is_some() && !kind.is_of_all_years();
            for place in places {
                let of = |period: &Period| kind.draw(view, (*indicator, *period), place);
                if every {
                    let dated = |period: &Period| Some(dated(of(period)?, *period));
                    charts.extend(years.iter().filter_map(dated));
                } else {
                    // Not every kind has figures of the last year.
                    charts.extend(years.iter().rev().find_map(of));
                }
            }
        }
    }
    charts
}

/// What the files of a chart are called, but for their endings.
fn name_of(chart: &Chart) -> &str {
    chart.file.trim_end_matches(".svg")
}

/// A chart whose file says of which year it is.
fn dated(mut chart: Chart, period: Period) -> Chart {
    chart.file = format!("{}_{}.svg", name_of(&chart), period.year());
    chart
}

/// Writes a chart in every format that was asked for, its figures, and its words.
fn write(chart: &Chart, args: &ChartArgs, folder: &Path) -> Result<Written> {
    let name = name_of(chart);
    let title = args.title.as_deref().unwrap_or(&chart.title);
    let svg = chart.alone(args.title.as_deref());
    let mut written = Written::new();
    let mut put = |extension: &str, bytes: &[u8]| -> Result<()> {
        let file = format!("{name}.{extension}");
        let record = disparity_export::write_file(&folder.join(&file), bytes)?;
        written.insert(file, record);
        Ok(())
    };
    let mut formats = args.format.clone();
    formats.sort_unstable();
    formats.dedup();
    for format in formats {
        let drawing = || format!("cannot draw `{name}`");
        match format {
            Drawing::Svg => put("svg", svg.as_bytes())?,
            Drawing::Png => {
                let png = disparity_prints::png(&svg, args.width, args.dpi);
                put("png", &png.with_context(drawing)?)?;
            }
            Drawing::Pdf => {
                let words = (title, chart.description.as_str());
                let pdf = disparity_prints::pdf(&svg, args.width, words);
                put("pdf", &pdf.with_context(drawing)?)?;
            }
        }
    }
    let header: Vec<&str> = chart.table.columns.iter().map(String::as_str).collect();
    let mut csv = Vec::new();
    disparity_export::write_csv_rows(&mut csv, &header, chart.table.rows.iter().cloned())?;
    put("csv", &csv)?;
    put("txt", words(title, chart).as_bytes())?;
    Ok(written)
}

/// What stands for a chart where it is not seen.
fn words(title: &str, chart: &Chart) -> String {
    format!("{title}\n\n{}\n\n{}\n", chart.description, chart.source)
}

fn summary(folder: &Path, charts: &[Chart], args: &ChartArgs) -> String {
    let mut text = paragraph(&format!(
        "Wrote {}: of each chart the drawing, its figures (.csv), and its title, alternative text and source (.txt)",
        folder.display()
    ));
    for chart in charts {
        let name = name_of(chart);
        let title = args.title.as_deref().unwrap_or(&chart.title);
        text += &wrapped("  ", 4, &format!("{name}: {title}"));
    }
    text
}
