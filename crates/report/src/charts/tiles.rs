//! The tile map: one equal tile an authority, so that London is not invisible and Cumberland not
//! enormous. The tile says what the colour says.

use disparity_core::{
    Area, Expected, ExpectedModel, IndicatorId, Levels, Measured, Nation, Period, Position,
    Reported, Symbol, Verdict, percent,
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
pub(super) struct Look {
    pub(super) fill: RGBColor,
    pub(super) ink: RGBColor,
    pub(super) mark: String,
}

impl Look {
    pub(super) fn of(position: Position) -> Self {
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

pub(super) struct Tile<'a> {
    pub(super) area: &'a Area,
    label: &'a str,
    row: i32,
    column: i32,
    pub(super) ratio: Reported<Measured>,
    verdict: Option<Verdict>,
    pub(super) standing: Standing,
}

impl Tile<'_> {
    /// Where it lies among authorities.
    pub(super) fn position(&self) -> Option<Position> {
        self.verdict.map(|verdict| verdict.among)
    }

    /// Its middle.
    fn spot(&self, layout: Layout) -> Spot {
        let middle = |start: i32, at: i32| start + at * layout.size + layout.size / 2;
        let at = (middle(LEFT, self.column), middle(layout.top, self.row));
        Spot::of(at, &self.area.name)
    }
}

/// What a map holds counts against, in the words around it.
struct Words {
    file: &'static str,
    finding: String,
    number: String,
    measure: String,
}

impl Words {
    fn of(model: ExpectedModel, family: &str, nation: Nation) -> Self {
        let whose = nation.possessive();
        match model {
            ExpectedModel::Structural(known) => Self {
                file: "map_given_who_lives_there",
                finding: "counted against what is expected given who lives there".into(),
                number: format!(
                    "what a model of all the other authorities expects from {}: 1.00 is as expected",
                    known.words(family)
                ),
                measure: "Observed ÷ expected given who lives there; 1.00 is as expected".into(),
            },
            _ => Self {
                file: "map",
                finding: format!("counted against what {whose} rate would give"),
                number: format!(
                    "what {} rate would give with the authority's children: 1.00 is {nation}",
                    whose.replace('’', "'")
                ),
                measure: format!("Observed ÷ expected at {whose} rate; 1.00 is {nation}"),
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
    let words = Words::of(model, &own.family, view.nation());
    let heading = format!("{}, {period}", own.title);
    let positions = tiles.iter().filter_map(Tile::position);
    let title = format!("{heading}, {}: {}", words.finding, standing_out(positions));
    let levels = view.levels();
    let without = match view.boundaries() {
        Some(boundaries) => super::areas::without(&tiles, boundaries),
        None => "A tile without a number has a symbol that says why.".to_owned(),
    };
    let further = levels.as_slice().iter().skip(1).zip(["doubled", "tripled"]);
    let further = further.fold(String::new(), |words, (level, times)| {
        format!(
            "{words}, {times} outside those that hold {}",
            percent(*level)
        )
    });
    let (place, number) = match view.boundaries() {
        Some(_) => (
            "Each area is one authority within its boundaries; London is drawn again, larger, beside the map. Its ratio, \
             in the table,",
            "; areas that are lower are hatched, too, as marks stand only where there is room",
        ),
        None => (
            if view
                .catalogue
                .areas
                .iter()
                .any(|area| area.region.is_some())
            {
                "Each tile is one authority; tiles stand roughly where the authorities lie, grouped by region. The number"
            } else {
                "Each tile is one authority; tiles stand roughly where the authorities lie. The number"
            },
            "",
        ),
    };
    let description = format!(
        "{place} is the count divided by {}. Marks and colours say whether authorities ordinarily lie so far out: ▲ higher than is \
         usual between authorities (outside the limits that hold {} of them), ▼ lower{further}{number}. {without} Higher or lower is not better or worse.{}",
        words.number,
        view.level(),
        chosen_note(view)
    );
    let layout = Layout::of(view, &tiles);
    let svg = match view.boundaries() {
        Some(boundaries) => {
            let around = (heading.as_str(), words.measure.as_str());
            super::areas::draw(view, (&title, &description), around, &tiles, boundaries)?
        }
        None => draw(
            view,
            (&title, &description),
            (&heading, &words.measure),
            &tiles,
            layout,
        ),
    };
    Some(Chart {
        file: format!("{}_{}.svg", words.file, own.name),
        table: table(view, &format!("{heading}: {}", words.measure), &tiles),
        title,
        description,
        svg,
        source: match view.boundaries() {
            Some(_) => view.source(indicator) + " Boundaries as given.",
            None => view.source(indicator),
        },
        spots: match view.boundaries() {
            Some(_) => vec![],
            None => tiles.iter().map(|tile| tile.spot(layout)).collect(),
        },
    })
}

/// How tiles are laid out.
#[derive(Clone, Copy)]
struct Layout {
    /// How large each is.
    size: i32,
    /// Where the first row begins.
    top: i32,
    /// Where the legend stands.
    legend: (i32, i32),
    /// How wide and how high the drawing is.
    canvas: (i32, i32),
}

/// The legend needs so much room to the right of its corner.
const LEGEND: i32 = 300;
const LEGEND_ROW: i32 = 24;

impl Layout {
    fn of(view: View<'_>, tiles: &[Tile<'_>]) -> Self {
        let columns = tiles.iter().map(|tile| tile.column).max().unwrap_or(0) + 1;
        let rows = tiles.iter().map(|tile| tile.row).max().unwrap_or(0) + 1;
        let (wide, size) = if view.width() == View::USUAL_WIDTH {
            ((LEFT * 2 + SIZE * columns).max(760), SIZE)
        } else {
            let size = (view.width() - LEFT * 2) / columns;
            (view.width(), size.min(SIZE))
        };
        // The north-west of the grid is sea; where the legend does not fit beside the north, it stands above.
        let beside = LEFT + size * 480 / SIZE;
        let lines = i32::try_from(Position::all(view.levels()).count()).unwrap_or(5) + 1;
        let (top, legend) = if beside + LEGEND <= wide {
            (TOP, (beside, TOP + 4))
        } else {
            (TOP + lines * LEGEND_ROW + 8, (LEFT, TOP))
        };
        Self {
            size,
            top,
            legend,
            canvas: (wide, top + size * rows + 20),
        }
    }
}

fn draw(
    view: View<'_>,
    words: (&str, &str),
    heading: (&str, &str),
    tiles: &[Tile<'_>],
    layout: Layout,
) -> String {
    let (wide, high) = layout.canvas;
    let canvas = (wide.unsigned_abs(), high.unsigned_abs());
    svg::draw(&view.watermark(), canvas, words, |canvas| {
        paint(canvas, heading, view.levels(), tiles, layout)
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
    layout: Layout,
) -> Drawn {
    svg::strong(canvas, heading, (LEFT, 18), 15, INK, Anchor::Start)?;
    svg::text(canvas, measure, (LEFT, 38), 13, GREY, Anchor::Start)?;
    let chosen = tiles.iter().any(|tile| tile.standing == Standing::Chosen);
    legend(canvas, levels, chosen, layout.legend, fill_box)?;
    // The outlines of those that were chosen lie over their neighbours'.
    let chosen = |tile: &&Tile<'_>| tile.standing == Standing::Chosen;
    for tile in tiles.iter().filter(|tile| !chosen(tile)) {
        paint_tile(canvas, tile, layout)?;
    }
    for tile in tiles.iter().filter(chosen) {
        paint_tile(canvas, tile, layout)?;
    }
    Ok(())
}

/// What a ground of a look means in the legend.
fn fill_box(canvas: &Canvas<'_>, look: &Look, corners: [(i32, i32); 2]) -> Drawn {
    canvas.draw(&Rectangle::new(corners, look.fill.filled()))
}

/// What grounds and marks mean, from a corner downwards. `fill` fills a box as the map fills an area.
pub(super) fn legend(
    canvas: &Canvas<'_>,
    levels: Levels,
    chosen: bool,
    (x, top): (i32, i32),
    fill: fn(&Canvas<'_>, &Look, [(i32, i32); 2]) -> Drawn,
) -> Drawn {
    for (position, i) in Position::all(levels).zip(0..) {
        let look = Look::of(position);
        let y = top + i * LEGEND_ROW;
        let side = 18;
        let corners = [(x, y), (x + side, y + side)];
        fill(canvas, &look, corners)?;
        canvas.draw(&Rectangle::new(corners, GREY.stroke_width(1)))?;
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
        let words = "Outlined: chosen; the others are paler";
        let rows = i32::try_from(Position::all(levels).count()).unwrap_or(5);
        let below = top + LEGEND_ROW * rows + 9;
        svg::text(canvas, words, (x, below), 12, INK, Anchor::Start)?;
    }
    Ok(())
}

fn paint_tile(canvas: &Canvas<'_>, tile: &Tile<'_>, layout: Layout) -> Drawn {
    let size = layout.size;
    let (x, y) = (LEFT + tile.column * size, layout.top + tile.row * size);
    // Three lines share the height of a tile.
    let line = |usual: i32| y + usual * size / SIZE;
    let look = tile.position().map(Look::of);
    let (fill, ink) = look
        .as_ref()
        .map_or((WHITE, GREY), |look| (look.fill, look.ink));
    // Faded, a dark tile needs dark letters.
    let (fill, ink) = match tile.standing {
        Standing::Background => (faded(fill, tile.standing), INK),
        Standing::Alike | Standing::Chosen => (fill, ink),
    };
    let corners = [(x + 1, y + 1), (x + size - 1, y + size - 1)];
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
    let middle = x + size / 2;
    svg::strong(
        canvas,
        tile.label,
        (middle, line(11)),
        11,
        ink,
        Anchor::Middle,
    )?;
    let figure = match tile.ratio {
        Reported::Value(measured) => grouped(measured.value, 2),
        Reported::Symbol(symbol) => absence(symbol),
    };
    svg::text(canvas, &figure, (middle, line(24)), 11, ink, Anchor::Middle)?;
    svg::text(
        canvas,
        look.as_ref().map_or("", |look| &look.mark),
        (middle, line(37)),
        9,
        ink,
        Anchor::Middle,
    )
}
