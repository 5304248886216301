//! The site: a folder of pages that open from a disk, need nothing from elsewhere and work without scripts.
//!
//! 1. [`Site`] knows which pages there are ([`SitePage`]) and fills one in at a time, so that several can be written at
//!    once and none is held longer than that. Pages depend on the release alone.
//! 2. A room for each kind of page says what stands on it: [`england`], [`authority`], [`indicator`], [`groups`],
//!    [`given`], [`prior`], [`quality`], [`compare`]; [`counted`] has those of Wales. The words are in `templates/site/`. [`tidy`] writes the figures behind a page.
//! 3. [`findings`] and [`prior_words`] are the sentences that a page opens with; [`words`] marks their figures with the rows they are of.
//! 4. [`assets`] are the style sheets and scripts, vendored with their licences.

mod assets;
mod authority;
mod compare;
mod counted;
mod england;
mod figure;
mod findings;
mod given;
mod groups;
mod indicator;
mod links;
mod prior;
mod prior_words;
mod quality;
mod tidy;
mod words;

use disparity_core::{Area, IndicatorId, Period, Provenance, Unit};
use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;

use crate::charts::SHOWN;
use crate::format::{beyond_usual, certainty};
use crate::page::{RenderError, charted, definitions, environment, sources};
use crate::view::{Standing, View};
pub use links::SitePage;
pub use prior::{PriorHelpAuthority, PriorHelpCover, PriorHelpView};

/// A file of the site: its name, with `/` between the parts, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// Its name from the top of the site.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// A statistical method that figures were made with, for the page about methods.
#[derive(Debug, Clone, Serialize)]
pub struct SiteMethod {
    /// Its name, as the `method` column has it.
    pub name: String,
    /// What it computes.
    pub title: String,
    /// What kind of method it is.
    pub group: String,
}

/// The site of a release.
#[derive(Debug)]
pub struct Site<'a> {
    view: View<'a>,
    /// The indicators with charts on every authority's page.
    charted: Vec<IndicatorId>,
    /// The last year of any of them.
    period: Option<Period>,
    /// The authorities with a page, by name: those that were chosen, or all of the last year.
    authorities: Vec<&'a Area>,
    /// The indicators with a page: those that are compared and have a figure for England.
    indicators: Vec<IndicatorId>,
    /// Those that a model of everything known was fitted to in their last year.
    given: Vec<IndicatorId>,
    /// Who was helped before entering care, from a store.
    prior: Option<PriorHelpView<'a>>,
    methods: Vec<SiteMethod>,
    environment: Environment<'static>,
}

/// Every template of the site with its name.
const TEMPLATES: [(&str, &str); 15] = [
    ("base", include_str!("../../templates/site/base.html")),
    ("macros", include_str!("../../templates/site/macros.html")),
    ("england", include_str!("../../templates/site/england.html")),
    ("nation", include_str!("../../templates/site/nation.html")),
    (
        "authority_of_nation",
        include_str!("../../templates/site/authority_of_nation.html"),
    ),
    (
        "authority",
        include_str!("../../templates/site/authority.html"),
    ),
    (
        "indicator",
        include_str!("../../templates/site/indicator.html"),
    ),
    ("groups", include_str!("../../templates/site/groups.html")),
    ("given", include_str!("../../templates/site/given.html")),
    (
        "given_of",
        include_str!("../../templates/site/given_of.html"),
    ),
    ("compare", include_str!("../../templates/site/compare.html")),
    ("quality", include_str!("../../templates/site/quality.html")),
    (
        "prior_help",
        include_str!("../../templates/site/prior_help.html"),
    ),
    ("reading", include_str!("../../templates/site/reading.html")),
    ("methods", include_str!("../../templates/site/methods.html")),
];

/// What every page is framed with.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mark or an entry that a page has or has not"
)]
struct Frame<'a> {
    /// The way to the top of the site.
    root: &'static str,
    /// Where the figures behind the page are as a table; empty for a page without.
    csv: String,
    /// Which part of the navigation the page is in.
    part: &'static str,
    version: &'static str,
    /// The level of every interval: `95%`.
    level: String,
    certainty: String,
    usual: String,
    synthetic: bool,
    unprotected: Option<&'a str>,
    unpublished: bool,
    /// Whether there are models.
    given: bool,
    /// Whether there is a page about help before care.
    prior: bool,
    indicators: Vec<Link>,
}

/// A page by its title.
#[derive(Debug, Clone, Serialize)]
struct Link {
    title: String,
    address: String,
}

#[derive(Debug, Serialize)]
struct Context<'a, C> {
    frame: Frame<'a>,
    page: C,
}

/// What stands on pages that are words alone.
#[derive(Debug, Serialize)]
struct Words {}

/// What stands on the page about methods.
#[derive(Debug, Serialize)]
struct Methods<'a> {
    used: &'a [SiteMethod],
    definitions: Vec<crate::page::Definition>,
    sources: Vec<crate::page::SourceLine>,
    assets: &'static [assets::Vendored],
}

impl<'a> Site<'a> {
    /// The site of a release. `methods` are those that its figures were made with.
    ///
    /// # Errors
    /// [`RenderError`] if a template cannot be read.
    pub fn new(view: View<'a>, methods: Vec<SiteMethod>) -> Result<Self, RenderError> {
        let charted = charted(view);
        let period = charted.iter().filter_map(|id| view.last_period(*id)).max();
        let indicators = indicators(view);
        Ok(Self {
            view,
            authorities: period.map_or_else(Vec::new, |period| authorities(view, period)),
            given: given_who_lives_there(view, &indicators),
            indicators,
            period,
            charted,
            prior: None,
            methods,
            environment: environment(&TEMPLATES, view.nation())?,
        })
    }

    /// The same site with pages about who was helped before entering care. Its other pages stay as they are.
    #[must_use]
    pub fn with_prior_help(self, help: PriorHelpView<'a>) -> Self {
        Self {
            prior: Some(help),
            ..self
        }
    }

    /// The files that are to stand beside the pages about help before care, each with whose answers it has: the
    /// position of the authority in the store, none for all together.
    #[must_use]
    pub fn prior_help_files(&self) -> Vec<(String, Option<usize>)> {
        let pages = self
            .prior
            .iter()
            .flat_map(|help| prior::pages(*help).into_iter().map(|page| (*help, page)));
        pages
            .filter_map(|(help, page)| {
                Some((tidy::address(page, self.view)?, prior::whose(help, page)))
            })
            .collect()
    }

    /// Every page, authorities in code order after England.
    #[must_use]
    pub fn pages(&self) -> Vec<SitePage<'a>> {
        let mut pages = vec![SitePage::England];
        pages.extend(self.authorities.iter().copied().map(SitePage::Authority));
        pages.extend(self.indicators.iter().copied().map(SitePage::Indicator));
        if counted::are_pages_of(self.view.nation()) {
            // Nothing is published that the other pages could show.
            pages.extend([SitePage::Quality, SitePage::Reading, SitePage::Methods]);
            return pages;
        }
        pages.push(SitePage::Groups);
        if !self.given.is_empty() {
            pages.push(SitePage::Given);
        }
        pages.extend(self.given.iter().copied().map(SitePage::GivenOf));
        pages.extend(self.prior.into_iter().flat_map(prior::pages));
        pages.extend([
            SitePage::Compare,
            SitePage::Quality,
            SitePage::Reading,
            SitePage::Methods,
        ]);
        pages
    }

    /// The files of one page.
    ///
    /// # Errors
    /// [`RenderError`] if the template and its data do not fit.
    pub fn files(&self, page: SitePage<'a>) -> Result<Vec<SiteFile>, RenderError> {
        let mut files: Vec<SiteFile> = tidy::file(self, page).into_iter().collect();
        let text = match page {
            SitePage::England if counted::are_pages_of(self.view.nation()) => {
                self.fill(page, "nation", counted::nation(self))
            }
            SitePage::England => self.fill(page, "england", england::england(self)),
            SitePage::Authority(area) if counted::are_pages_of(self.view.nation()) => {
                self.fill(page, "authority_of_nation", counted::authority(self, area))
            }
            SitePage::Authority(area) => {
                let parts = authority::Parts::of(self, area);
                files.push(compare::script(self, &parts));
                self.fill(page, "authority", authority::authority(self, parts))
            }
            SitePage::Indicator(id) => self.fill(page, "indicator", indicator::indicator(self, id)),
            SitePage::Groups => self.fill(page, "groups", groups::groups(self)),
            SitePage::Given => self.fill(page, "given", given::given(self)),
            SitePage::GivenOf(id) => self.fill(page, "given_of", given::of_indicator(self, id)),
            SitePage::Compare => {
                files.extend(compare::scripts_above(self));
                self.fill(page, "compare", compare::compare(self))
            }
            SitePage::PriorHelp | SitePage::PriorHelpOf(..) => {
                self.fill(page, "prior_help", prior::prior_help(self, page))
            }
            SitePage::Quality => self.fill(page, "quality", quality::quality(self)),
            SitePage::Reading => self.fill(page, "reading", Words {}),
            SitePage::Methods => self.fill(page, "methods", self.methods()),
        }?;
        files.push(SiteFile {
            name: page.address(self.view),
            text,
        });
        Ok(files)
    }

    /// What pages share: style sheets, scripts, licences, and the list that the search looks into.
    #[must_use]
    pub fn shared(&self) -> Vec<SiteFile> {
        let mut files = assets::files();
        files.push(england::search_list(self));
        files
    }

    fn fill<C: Serialize>(
        &self,
        page: SitePage<'_>,
        template: &str,
        content: C,
    ) -> Result<String, RenderError> {
        let context = Context {
            frame: self.frame(page),
            page: content,
        };
        let template = self
            .environment
            .get_template(template)
            .map_err(RenderError)?;
        template
            .render(Value::from(Serde(&context)))
            .map_err(RenderError)
    }

    fn frame(&self, page: SitePage<'_>) -> Frame<'a> {
        let view = self.view;
        // What must be said of a page is said of the release that it shows.
        let is_prior = matches!(page, SitePage::PriorHelp | SitePage::PriorHelpOf(..));
        let help = self.prior.filter(|_| is_prior);
        Frame {
            root: page.root(),
            csv: tidy::address(page, view).unwrap_or_default(),
            part: match page {
                SitePage::England => "england",
                SitePage::Authority(_) => "authority",
                SitePage::Indicator(_) => "indicator",
                SitePage::Groups => "groups",
                SitePage::Given | SitePage::GivenOf(_) => "given",
                SitePage::Compare => "compare",
                SitePage::PriorHelp | SitePage::PriorHelpOf(..) => "prior",
                SitePage::Quality => "quality",
                SitePage::Reading => "reading",
                SitePage::Methods => "methods",
            },
            version: env!("CARGO_PKG_VERSION"),
            level: view.level(),
            certainty: certainty(view.levels()),
            usual: beyond_usual(view.levels()),
            synthetic: help.map_or(view.is_synthetic(), |help| help.synthetic),
            unprotected: match help {
                Some(help) => help.release.policy().reason(),
                None => view.unprotected(),
            },
            unpublished: is_prior || view.results().provenance != Provenance::Published,
            given: !self.given.is_empty(),
            prior: self.prior.is_some(),
            indicators: self.indicators.iter().map(|id| self.link(*id)).collect(),
        }
    }

    /// The page of an indicator by its short title.
    fn link(&self, id: IndicatorId) -> Link {
        Link {
            title: self.view.indicator(id).short_title.clone(),
            address: SitePage::Indicator(id).address(self.view),
        }
    }

    fn methods(&self) -> Methods<'_> {
        Methods {
            used: &self.methods,
            definitions: definitions(self.view),
            sources: sources(self.view),
            assets: &assets::VENDORED,
        }
    }
}

/// The authorities that were chosen, or all of a year, by name.
fn authorities(view: View<'_>, period: Period) -> Vec<&Area> {
    let told = |area: &&Area| view.standing(area.code) != Standing::Background;
    let mut areas: Vec<&Area> = view.authorities(period).filter(told).collect();
    areas.sort_by(|a, b| a.name.cmp(&b.name));
    areas
}

/// The indicators that are compared and have a figure for England.
fn indicators(view: View<'_>) -> Vec<IndicatorId> {
    let compared = view.plan.compared.iter().copied();
    compared
        .filter(|id| view.last_period(*id).is_some())
        .collect()
}

/// The rates that a model of everything known was fitted to in their last year.
fn given_who_lives_there(view: View<'_>, indicators: &[IndicatorId]) -> Vec<IndicatorId> {
    let is_rate = |id: &IndicatorId| view.indicator(*id).unit() == Unit::Per10k;
    let has_fit = |id: &IndicatorId| {
        let period = view.last_period(*id);
        period.is_some_and(|period| view.fit(*id, period, SHOWN).is_some())
    };
    let all = indicators.iter().copied().filter(is_rate);
    all.filter(has_fit).collect()
}
