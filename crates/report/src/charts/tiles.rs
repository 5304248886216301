//! The tile map: one equal tile an authority, so that London is not invisible and Cumberland not
//! enormous. The tile says what the colour says.

use disparity_core::{
    Area, Expected, ExpectedModel, IndicatorId, Levels, Measured, Period, Position, Reported,
    Symbol, Verdict, percent,
};
use plotters::prelude::*;

use super::ratios::faded;
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK, ORANGE};
use super::{Chart, DataTable, Spot, chosen_note, standing_out};
use crate::format::{absence, grouped, ratio, reported};
use crate::view::{Standing, View};

const SIZE: i32 = 46;
const LEFT: i32 = 14;
const TOP: i32 = 66;

/// How a position is drawn: fill, text colour, mark. The further out it lies, the stronger.
struct Look {
    fill: RGBColor,
    ink: RGBColor,
    mark: String,
}

impl Look {
    fn of(position: Position) -> Self {
        let (pale, strong, ink, mark) = if position.is_higher() {
            (RGBColor(0xF9, 0xB3, 0x8F), ORANGE, INK, "▲")
        } else if position.is_lower() {
            (RGBColor(0x6B, 0xAC, 0xE6), DARK_BLUE, WHITE, "▼")
        } else {
            (RGBColor(0xEE, 0xEE, 0xEE), GREY, INK, "")
        };
        let far = position.beyond() > 1;
        Self {
            fill: if far { strong } else { pale },
            ink: if far { ink } else { INK },
            mark: mark.repeat(position.beyond()),
        }
    }
}

struct Tile<'a> {
    area: &'a Area,
    label: &'a str,
    row: i32,
    column: i32,
    ratio: Reported<Measured>,
    verdict: Option<Verdict>,
    standing: Standing,
}

impl Tile<'_> {
    /// Where it lies among authorities.
    fn position(&self) -> Option<Position> {
        self.verdict.map(|verdict| verdict.among)
    }

    /// Its middle.
    fn spot(&self) -> Spot {
        let middle = |start: i32, at: i32| start + at * SIZE + SIZE / 2;
        let at = (middle(LEFT, self.column), middle(TOP, self.row));
        Spot::of(at, &self.area.name)
    }
}

/// What a map holds counts against, in the words around it.
struct Words {
    file: &'static str,
    finding: &'static str,
    number: String,
    measure: String,
}

impl Words {
    fn of(model: ExpectedModel, family: &str) -> Self {
        match model {
            ExpectedModel::Structural(known) => Self {
                file: "map_given_who_lives_there",
                finding: "counted against what is expected given who lives there",
                number: format!(
                    "what a model of all the other authorities expects from {}: 1.00 is as expected",
                    known.words(family)
                ),
                measure: "Observed ÷ expected given who lives there; 1.00 is as expected".into(),
            },
            _ => Self {
                file: "map",
                finding: "counted against what England’s rate would give",
                number:
                    "what England's rate would give with the authority's children: 1.00 is England"
                        .into(),
                measure: "Observed ÷ expected at England’s rate; 1.00 is England".into(),
            },
        }
    }
}

/// Observed against expected on the map of authorities of today; none if nothing is expected.
#[must_use]
pub fn tiles(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
    model: ExpectedModel,
) -> Option<Chart> {
    let own = view.indicator(indicator);
    let tiles = collect(view, indicator, period, model);
    if !tiles.iter().any(|tile| tile.ratio.is_value()) {
        return None;
    }
    let words = Words::of(model, &own.family);
    let heading = format!("{}, {period}", own.title);
    let positions = tiles.iter().filter_map(Tile::position);
    let title = format!("{heading}, {}: {}", words.finding, standing_out(positions));
    let levels = view.levels();
    let further = levels.as_slice().iter().skip(1).zip(["doubled", "tripled"]);
    let further = further.fold(String::new(), |words, (level, times)| {
        format!(
            "{words}, {times} outside those that hold {}",
            percent(*level)
        )
    });
    let description = format!(
        "Each tile is one authority; tiles stand roughly where the authorities lie, grouped by region. The number \
         is the count divided by {}. Marks and colours say whether authorities ordinarily lie so far out: ▲ higher than is \
         usual between authorities (outside the limits that hold {} of them), ▼ lower{further}. A tile without a number has a \
         symbol that says why. Higher or lower is not better or worse.{}",
        words.number,
        view.level(),
        chosen_note(view)
    );
    let width = LEFT * 2 + SIZE * (tiles.iter().map(|tile| tile.column).max().unwrap_or(0) + 1);
    let height = TOP + SIZE * (tiles.iter().map(|tile| tile.row).max().unwrap_or(0) + 1) + 20;
    let size = (width.unsigned_abs().max(760), height.unsigned_abs());
    let svg = svg::draw(&view.watermark(), size, (&title, &description), |canvas| {
        paint(canvas, (&heading, &words.measure), view.levels(), &tiles)
    });
    Some(Chart {
        file: format!("{}_{}.svg", words.file, own.name),
        table: table(view, &format!("{heading}: {}", words.measure), &tiles),
        title,
        description,
        svg,
        source: view.source(indicator),
        spots: tiles.iter().map(Tile::spot).collect(),
    })
}

fn collect(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
    model: ExpectedModel,
) -> Vec<Tile<'_>> {
    let absent = Symbol::NotAvailable;
    let tiles = view.authorities(period).filter_map(|area| {
        let place = view.catalogue.areas.tiles().get(&area.code)?;
        let expected = view.expected(indicator, period, area.code, model);
        Some(Tile {
            area,
            label: &place.label,
            row: i32::from(place.row),
            column: i32::from(place.column),
            ratio: expected.map_or(Reported::Symbol(absent), |row| {
                row.outcome.map(|outcome| outcome.ratio)
            }),
            verdict: expected.and_then(|row: &Expected| row.verdict().value()),
            standing: view.standing(area.code),
        })
    });
    tiles.collect()
}

fn table(view: View<'_>, heading: &str, tiles: &[Tile<'_>]) -> DataTable {
    let place = |code| view.catalogue.areas.name(code);
    let told = tiles
        .iter()
        .filter(|tile| tile.standing != Standing::Background);
    let rows = told.map(|tile| {
        vec![
            tile.area.name.clone(),
            tile.area.region.map(place).unwrap_or_default(),
            reported(&tile.ratio, ratio),
            tile.verdict
                .map_or("not compared".to_owned(), Verdict::words),
        ]
    });
    let level = view.level();
    DataTable {
        caption: format!("{heading}; with {level} interval"),
        columns: [
            "Authority",
            "Region",
            &format!("Observed ÷ expected ({level} interval)"),
            "Against expected, and between authorities",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

fn paint(
    canvas: &Canvas<'_>,
    (heading, measure): (&str, &str),
    levels: Levels,
    tiles: &[Tile<'_>],
) -> Drawn {
    svg::strong(canvas, heading, (LEFT, 18), 15, INK, Anchor::Start)?;
    svg::text(canvas, measure, (LEFT, 38), 13, GREY, Anchor::Start)?;
    let chosen = tiles.iter().any(|tile| tile.standing == Standing::Chosen);
    legend(canvas, levels, chosen)?;
    // The outlines of those that were chosen lie over their neighbours'.
    let chosen = |tile: &&Tile<'_>| tile.standing == Standing::Chosen;
    for tile in tiles.iter().filter(|tile| !chosen(tile)) {
        paint_tile(canvas, tile)?;
    }
    for tile in tiles.iter().filter(chosen) {
        paint_tile(canvas, tile)?;
    }
    Ok(())
}

fn legend(canvas: &Canvas<'_>, levels: Levels, chosen: bool) -> Drawn {
    // The north-west of the grid is sea.
    for (position, i) in Position::all(levels).zip(0..) {
        let look = Look::of(position);
        let y = TOP + 4 + i * 24;
        let (x, side) = (LEFT + 480, 18);
        canvas.draw(&Rectangle::new(
            [(x, y), (x + side, y + side)],
            look.fill.filled(),
        ))?;
        canvas.draw(&Rectangle::new(
            [(x, y), (x + side, y + side)],
            GREY.stroke_width(1),
        ))?;
        svg::text(
            canvas,
            &format!("{} {}", look.mark, position.among_authorities()),
            (x + side + 8, y + side / 2),
            12,
            INK,
            Anchor::Start,
        )?;
    }
    if chosen {
        let words = "◤ outlined: chosen; the others are paler";
        let below = TOP + 4 + 24 * i32::try_from(Position::all(levels).count()).unwrap_or(5) + 9;
        svg::text(canvas, words, (LEFT + 480, below), 12, INK, Anchor::Start)?;
    }
    Ok(())
}

fn paint_tile(canvas: &Canvas<'_>, tile: &Tile<'_>) -> Drawn {
    let (x, y) = (LEFT + tile.column * SIZE, TOP + tile.row * SIZE);
    let look = tile.position().map(Look::of);
    let (fill, ink) = look
        .as_ref()
        .map_or((WHITE, GREY), |look| (look.fill, look.ink));
    // Faded, a dark tile needs dark letters.
    let (fill, ink) = match tile.standing {
        Standing::Background => (faded(fill, tile.standing), INK),
        Standing::Alike | Standing::Chosen => (fill, ink),
    };
    let corners = [(x + 1, y + 1), (x + SIZE - 1, y + SIZE - 1)];
    canvas.draw(&Rectangle::new(corners, fill.filled()))?;
    if tile.standing == Standing::Chosen {
        let [(left, top), (right, bottom)] = corners;
        let outline = [
            (left, top),
            (right, top),
            (right, bottom),
            (left, bottom),
            (left, top),
        ];
        canvas.draw(&PathElement::new(outline.to_vec(), INK.stroke_width(4)))?;
        let corner = vec![(x + 3, y + 3), (x + 14, y + 3), (x + 3, y + 14)];
        canvas.draw(&Polygon::new(corner, INK.filled()))?;
    } else {
        canvas.draw(&Rectangle::new(corners, GREY.stroke_width(1)))?;
    }
    let middle = x + SIZE / 2;
    svg::strong(
        canvas,
        tile.label,
        (middle, y + 11),
        11,
        ink,
        Anchor::Middle,
    )?;
    let figure = match tile.ratio {
        Reported::Value(measured) => grouped(measured.value, 2),
        Reported::Symbol(symbol) => absence(symbol),
    };
    svg::text(canvas, &figure, (middle, y + 24), 11, ink, Anchor::Middle)?;
    svg::text(
        canvas,
        look.as_ref().map_or("", |look| &look.mark),
        (middle, y + 37),
        9,
        ink,
        Anchor::Middle,
    )
}
