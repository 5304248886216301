//! From a folder of published files to the built-in tables.
//!
//! 1. Which files, and what they are: `codelists/publications.csv`.
//! 2. Which column of which file feeds which indicator: `codelists/columns.csv` ([`rules`], [`ees`]).
//! 3. Counts go into [`facts`], newest release first; ages, neighbourhoods, neighbours, inspections
//!    and spending have layouts of their own.
//!    Lines of statements of spending are added up as `codelists/spend_lines.csv` says ([`spend`]).
//! 4. Tables are written in this project's schema with the digest of every source ([`provenance`]).
//!
//! Nothing is written to disk: the result is files in memory. Nothing is estimated but counts that a
//! publisher gives as a rate alone ([`implied`]) or as a rank alone ([`low_income`]), in columns that
//! say so.

mod add;
mod ages;
mod changes;
mod context;
mod ees;
mod facts;
mod geography;
mod implied;
mod layouts;
mod low_income;
mod neighbourhoods;
mod places;
mod provenance;
mod pupils;
mod rules;
mod spend;
mod wales;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use disparity_core::{AreaCode, Areas, Nation, Period, Reported, Symbol, Warned};

use self::ages::NomisTable;
use self::changes::Changes;
use self::ees::{Gathered, PublishedRate};
use self::facts::Facts;
use self::neighbourhoods::{Neighbourhoods, Vintage};
use self::places::Places;
use crate::codelists::{COLUMNS, CodeLists, SPEND_LINES};
use crate::error::LoadErrors;
use crate::files::Files;
use crate::table::Table;

pub(crate) use self::add::add;
pub use self::add::{Added, AddedIndicator, AddedRelease, PrintedRates, SumApart};
use self::provenance::ENGLAND;
pub(crate) use self::provenance::digest;
pub use self::provenance::{SOURCES, Sources, SourcesError, TableRecord};
pub(crate) use self::rules::CountTable;

/// Children by age, up to 16.
const NOMIS: [&str; 5] = [
    "ons-nomis-0-4",
    "ons-nomis-5-9",
    "ons-nomis-10-14",
    "ons-nomis-15",
    "ons-nomis-16",
];

/// The published files that building needs, by their path in the folder of published files.
///
/// # Errors
/// [`LoadErrors`] if the code lists cannot be read.
pub fn source_paths(code_lists: &Files) -> Result<Vec<String>, LoadErrors> {
    Ok(CodeLists::read(code_lists)?
        .publications
        .into_iter()
        .map(|publication| publication.path)
        .collect())
}

/// Compiles published files into the built-in tables, `sources.toml` and `README.md`.
///
/// # Errors
/// Every bad row of the first file that has any.
pub fn build(code_lists: &Files, published: &Files) -> Result<Warned<Files>, LoadErrors> {
    let lists = CodeLists::read(code_lists)?;
    let areas = lists.areas();
    let rules_table = Table::read_own(COLUMNS, code_lists.get(COLUMNS)?)?;
    let rules = rules::read_rules(&rules_table, &lists)?;
    let spend_lines = Table::read_own(SPEND_LINES, code_lists.get(SPEND_LINES)?)?;
    let spend_lines = spend::SpendLines::read(&spend_lines)?;
    let builder = Builder {
        lists: &lists,
        areas: &areas,
        published,
        tables: BTreeMap::new(),
        fed: BTreeMap::new(),
    };
    let wales = CodeLists::read_of(code_lists, Nation::Wales)?;
    builder.build(&rules, &spend_lines, &wales)
}

/// The built-in tables that hold counts of indicators.
///
/// # Errors
/// [`LoadErrors`] if `columns.csv` cannot be read.
pub(crate) fn count_tables(
    files: &Files,
    lists: &CodeLists,
) -> Result<Vec<CountTable>, LoadErrors> {
    let table = Table::read_own(COLUMNS, files.get(COLUMNS)?)?;
    let rules = rules::read_rules(&table, lists)?;
    Ok(rules::count_tables(&rules, &lists.indicators))
}

/// What a build has made so far.
struct Builder<'a> {
    lists: &'a CodeLists,
    areas: &'a Areas,
    published: &'a Files,
    /// Finished tables by name.
    tables: BTreeMap<String, String>,
    /// Publications that fed each table, by position.
    fed: BTreeMap<String, BTreeSet<usize>>,
}

impl Builder<'_> {
    fn build(
        mut self,
        rules: &[rules::Rule],
        spend_lines: &spend::SpendLines,
        wales: &CodeLists,
    ) -> Result<Warned<Files>, LoadErrors> {
        let mut into = Gathered::default();
        for (position, publication) in self.lists.publications.iter().enumerate() {
            let own: Vec<&rules::Rule> = rules
                .iter()
                .filter(|rule| rule.source == publication.id)
                .collect();
            if own.is_empty() {
                continue;
            }
            let table = self.open(&publication.id)?;
            ees::read(
                &table,
                position,
                publication,
                &own,
                self.lists,
                self.areas,
                &mut into,
            )?;
        }
        let Gathered {
            mut facts,
            rates,
            only_rates,
            issues,
        } = into;
        implied::add(&mut facts, &only_rates, self.lists, self.areas);
        self.counts(&facts);
        self.revisions(&facts);
        self.rates(&rates, &facts);
        let districts = self.ages(&facts)?;
        self.neighbourhoods(&districts)?;
        self.ethnic_groups()?;
        self.context()?;
        self.spend_by_service(spend_lines)?;
        self.wales(wales)?;
        Ok(Warned {
            output: self.finish(),
            issues,
        })
    }

    fn position(&self, id: &str) -> usize {
        self.lists
            .publications
            .iter()
            .position(|publication| publication.id == id)
            .unwrap_or(usize::MAX)
    }

    fn path<'b>(&'b self, id: &'b str) -> &'b str {
        self.lists
            .publications
            .get(self.position(id))
            .map_or(id, |publication| publication.path.as_str())
    }

    fn open(&self, id: &str) -> Result<Table, LoadErrors> {
        let bytes = self.published.get(self.path(id))?;
        match self.lists.publications.get(self.position(id)) {
            Some(publication) => layouts::open(publication, bytes, self.areas),
            None => Table::read(id, bytes),
        }
    }

    fn put(&mut self, name: &str, csv: String, from: &[&str]) {
        let from = from.iter().map(|id| self.position(id)).collect();
        self.insert(name, csv, from);
    }

    fn insert(&mut self, name: &str, csv: String, from: BTreeSet<usize>) {
        self.insert_into(ENGLAND, name, csv, from);
    }

    fn insert_into(&mut self, folder: &str, name: &str, csv: String, from: BTreeSet<usize>) {
        let name = format!("{folder}/{name}.csv");
        self.fed.insert(name.clone(), from);
        self.tables.insert(name, csv);
    }

    fn counts(&mut self, facts: &Facts) {
        let order = rules::column_order(&self.lists.indicators);
        for table in facts.tables() {
            let csv = facts.write_table(table, &order, &self.lists.dimensions);
            self.insert(table, csv, facts.publications_of(table));
        }
    }

    fn revisions(&mut self, facts: &Facts) {
        let id = |position: usize| self.lists.publications[position].id.as_str();
        let mut csv = "source,time_period,area_code,indicator,count\n".to_owned();
        for revision in facts.revisions() {
            let row = revision.row(id(revision.publication));
            let _ = writeln!(csv, "{row},{}", revision.value);
        }
        let from = facts
            .revisions()
            .map(|revision| revision.publication)
            .collect();
        self.insert("revisions", csv, from);
    }

    /// Published rates: one row a year and area, one column an indicator, one table a release. A rate
    /// of a count that the newest release withholds would give it away, and is left out.
    fn rates(&mut self, rates: &BTreeSet<PublishedRate>, facts: &Facts) {
        let withheld = Reported::Symbol(Symbol::Confidential);
        let shown = |rate: &&PublishedRate| {
            facts.total(&rate.indicator, rate.period, rate.area) != Some(withheld)
        };
        let rates: BTreeSet<&PublishedRate> = rates.iter().filter(shown).collect();
        let tables: BTreeSet<&str> = rates.iter().map(|rate| rate.table.as_str()).collect();
        for table in tables {
            let own = || rates.iter().copied().filter(|rate| rate.table == table);
            let indicators: BTreeSet<&str> = own().map(|rate| rate.indicator.as_str()).collect();
            let columns: Vec<&str> = rules::column_order(&self.lists.indicators)
                .into_iter()
                .filter(|name| indicators.contains(name))
                .collect();
            let mut rows: BTreeMap<(Period, AreaCode), BTreeMap<&str, &str>> = BTreeMap::new();
            for rate in own() {
                rows.entry((rate.period, rate.area))
                    .or_default()
                    .insert(&rate.indicator, &rate.rate);
            }
            let mut csv = format!("time_period,area_code,{}\n", columns.join(","));
            for ((period, area), values) in rows {
                let fields: Vec<&str> = columns
                    .iter()
                    .map(|column| values.get(column).copied().unwrap_or_default())
                    .collect();
                let _ = writeln!(csv, "{period},{area},{}", fields.join(","));
            }
            let from = own().map(|rate| rate.publication).collect();
            self.insert(table, csv, from);
        }
    }

    /// Writes the age tables and returns the districts of 2019 and their authorities.
    fn ages(&mut self, facts: &Facts) -> Result<Districts, LoadErrors> {
        let history = self.open("ons-ltla-history")?;
        let upper = self.open("ons-ltla23-lookup")?;
        let districts =
            |column| geography::districts_to_authorities(&history, &upper, column, self.areas);
        let (in_2019, in_2021, in_2024) = (
            districts("ltla19_code")?,
            districts("ltla21_code")?,
            districts("ltla24_code")?,
        );
        let single = ages::single_years(
            &self.open("ons-mye-2020-ltla")?,
            &self.open("ons-mye-2024")?,
            &in_2021,
            self.areas,
        )?;
        let read = |id: &str| {
            NomisTable::read(
                self.path(id),
                self.published.get(self.path(id))?,
                self.areas,
            )
        };
        let [a, b, c, d, e] = NOMIS;
        let nomis = [read(a)?, read(b)?, read(c)?, read(d)?, read(e)?];
        let bands = ages::bands(&nomis, facts, &single, self.areas)?;
        self.put(
            "children_by_single_year",
            ages::write_single_years(&single),
            &[
                "ons-mye-2020-ltla",
                "ons-mye-2024",
                "ons-ltla-history",
                "ons-ltla23-lookup",
            ],
        );
        let mut from = NOMIS.to_vec();
        from.extend([
            "dfe-cin-2022-population",
            "dfe-cin-2025-population",
            "ons-mye-2020-ltla",
            "ons-mye-2024",
        ]);
        self.put("children_by_age_band", ages::write_bands(&bands), &from);
        Ok(Districts { in_2019, in_2024 })
    }

    fn neighbourhoods(&mut self, districts: &Districts) -> Result<(), LoadErrors> {
        let ages: Vec<String> = (0..18).map(|age| format!("age_{age}")).collect();
        let ages: Vec<&str> = ages.iter().map(String::as_str).collect();
        let deciles_2019 = self.open("iod-2019-deciles")?;
        let in_2011 = Neighbourhoods::read(&Vintage {
            deciles: &deciles_2019,
            lsoa: "LSOA code (2011)",
            district: "Local Authority District code (2019)",
            children: neighbourhoods::children_by_lsoa(
                &self.open("ons-sape-2020")?,
                "lsoa11_code",
                &ages,
            )?,
            districts: &districts.in_2019,
        })?;
        let deciles_2025 = self.open("iod-2025-deciles")?;
        let census = neighbourhoods::children_by_lsoa(
            &self.open("ons-census-2021")?,
            "lsoa21_code",
            &["Aged 15 years and under"],
        )?;
        let in_2021 = Neighbourhoods::read(&Vintage {
            deciles: &deciles_2025,
            lsoa: "LSOA code (2021)",
            district: "Local Authority District code (2024)",
            children: census.clone(),
            districts: &districts.in_2024,
        })?;
        let [imd_2019, idaci_2019] = in_2011.by_decile(self.areas);
        let [imd_2025, idaci_2025] = in_2021.by_decile(self.areas);
        let dependants = neighbourhoods::children_by_lsoa(
            &self.open("iod-2019-populations")?,
            "LSOA code (2011)",
            &["Dependent Children aged 0-15: mid 2015 (excluding prisoners)"],
        )?;
        let income_2019 = in_2011.income(
            &self.open("iod-2019-numerators")?,
            "lsoa11_code",
            &dependants,
            self.areas,
        )?;
        let income_2025 = in_2021.income(
            &self.open("iod-2025-numerators")?,
            "lsoa21_code",
            &census,
            self.areas,
        )?;
        let lookups = ["ons-ltla-history", "ons-ltla23-lookup"];
        let with = |own: &[&'static str]| own.iter().copied().chain(lookups).collect::<Vec<_>>();
        self.put(
            "neighbourhoods_2011",
            in_2011.write("children_0_17"),
            &with(&["iod-2019-deciles", "ons-sape-2020"]),
        );
        self.places(&in_2011, &in_2021, &census, &districts.in_2024)?;
        let tables = [
            ("idaci_2019", &idaci_2019),
            ("idaci_2025", &idaci_2025),
            ("imd_2019", &imd_2019),
            ("imd_2025", &imd_2025),
        ];
        self.put(
            "children_by_decile",
            neighbourhoods::write_deciles(&tables),
            &with(&[
                "iod-2019-deciles",
                "ons-sape-2020",
                "iod-2025-deciles",
                "ons-census-2021",
            ]),
        );
        self.put(
            "children_in_low_income_families",
            neighbourhoods::write_income(&[
                ("idaci_2019", &income_2019),
                ("idaci_2025", &income_2025),
            ]),
            &with(&[
                "iod-2019-deciles",
                "iod-2019-numerators",
                "iod-2019-populations",
                "iod-2025-deciles",
                "iod-2025-numerators",
                "ons-census-2021",
            ]),
        );
        Ok(())
    }

    /// Neighbourhoods of 2021 with their names, residents and borders, and what became of those of 2011.
    fn places(
        &mut self,
        in_2011: &Neighbourhoods,
        in_2021: &Neighbourhoods,
        census: &BTreeMap<String, u32>,
        districts: &BTreeMap<String, AreaCode>,
    ) -> Result<(), LoadErrors> {
        let [names, wards] = [
            self.open("ons-lsoa21-names")?,
            self.open("ons-lsoa21-lookup")?,
        ];
        let places = Places::read(&names, &wards, districts)?;
        let changes = Changes::read(&self.open("ons-lsoa11-lsoa21-lookup")?)?;
        let made = places::Made {
            in_2021,
            in_2011,
            places: &places,
            changes: &changes,
            residents: &places::residents(&self.open("ons-census-2021-ts021")?)?,
            children_2011: &places::by_age(&self.open("ons-sape-2020")?)?,
            census,
        };
        self.put(
            "neighbourhoods_2021",
            made.write()?,
            &[
                "iod-2025-deciles",
                "iod-2019-deciles",
                "ons-census-2021",
                "ons-census-2021-ts021",
                "ons-sape-2020",
                "ons-lsoa11-lsoa21-lookup",
                "ons-lsoa21-names",
                "ons-lsoa21-lookup",
                "ons-ltla-history",
                "ons-ltla23-lookup",
            ],
        );
        let lookups = [
            "ons-lsoa21-names",
            "ons-lsoa21-lookup",
            "ons-ltla-history",
            "ons-ltla23-lookup",
        ];
        let from = [&lookups[..1], &lookups[1..2], &lookups[1..]];
        for ((table, csv), from) in places.write().into_iter().zip(from) {
            self.put(table, csv, from);
        }
        let borders = places::borders(&self.open("ons-lsoa21-borders")?, in_2021)?;
        let from = [
            "ons-lsoa21-borders",
            "iod-2025-deciles",
            "ons-ltla-history",
            "ons-ltla23-lookup",
        ];
        self.put("neighbourhood_borders", borders, &from);
        self.put(
            "neighbourhoods_2011_to_2021",
            changes.write(),
            &["ons-lsoa11-lsoa21-lookup"],
        );
        Ok(())
    }

    /// Ethnic groups of primary pupils, and of children at the census.
    fn ethnic_groups(&mut self) -> Result<(), LoadErrors> {
        let primary = pupils::primary(&self.open("dfe-spc-primary-2025")?, self.areas)?;
        self.put("primary_pupils", primary, &["dfe-spc-primary-2025"]);
        let census = pupils::census(&self.open("ons-census-2021-rm032")?, self.areas)?;
        let from = ["ons-census-2021-rm032"];
        self.put("census_2021_children_10_17", census, &from);
        Ok(())
    }

    fn context(&mut self) -> Result<(), LoadErrors> {
        let (newest, older) = (
            self.open("dfe-neighbours-2025")?,
            self.open("dfe-neighbours-2021")?,
        );
        let lists: Vec<(Period, &Table, &str, &str)> = [
            (2025, &newest, "old_la_code", "SN_1"),
            (2021, &older, "LA num", "SN1"),
        ]
        .into_iter()
        .filter_map(|(year, table, own, first)| Some((Period::ending(year)?, table, own, first)))
        .collect();
        let neighbours = context::neighbours(&lists, self.areas)?;
        self.put(
            "neighbours",
            neighbours,
            &["dfe-neighbours-2025", "dfe-neighbours-2021"],
        );
        let (history, latest) = (self.open("ofsted-history-2025")?, self.open("ofsted-2025")?);
        let inspections = context::inspections(&[&history, &latest], self.areas)?;
        self.put(
            "inspections",
            inspections,
            &["ofsted-history-2025", "ofsted-2025"],
        );
        let (total, part) = (
            self.open("dfe-spend-2025")?,
            self.open("dfe-spend-cla-2025")?,
        );
        let spend = context::spend(&total, &part, self.lists, self.areas)?;
        self.put("spend", spend, &["dfe-spend-2025", "dfe-spend-cla-2025"]);
        Ok(())
    }

    fn spend_by_service(&mut self, lines: &spend::SpendLines) -> Result<(), LoadErrors> {
        let ids = spend::STATEMENTS.map(|statement| statement.id);
        let mut tables = Vec::with_capacity(ids.len());
        for id in ids {
            let path = self.path(id);
            let bytes = layouts::bytes(path, self.published.get(path)?)?;
            tables.push(Table::read(path, &spend::as_utf8(&bytes))?);
        }
        let csv = spend::write(&tables, lines, self.lists, self.areas)?;
        self.put("spend_by_service", csv, &ids);
        Ok(())
    }

    fn wales(&mut self, lists: &CodeLists) -> Result<(), LoadErrors> {
        for (name, csv, from) in wales::tables(&|id| self.open(id), lists)? {
            let from = from.iter().map(|id| self.position(id)).collect();
            self.insert_into(wales::FOLDER, name, csv, from);
        }
        Ok(())
    }

    fn finish(self) -> Files {
        let mut files = Files::default();
        let sources = Sources::describe(
            &self.lists.publications,
            self.published,
            &self.tables,
            &self.fed,
        );
        files.insert(SOURCES, sources.to_toml().into_bytes());
        files.insert("README.md", sources.to_markdown().into_bytes());
        for (name, csv) in self.tables {
            files.insert(name, csv.into_bytes());
        }
        files
    }
}

/// Districts of two years and the authorities they belong to today.
struct Districts {
    in_2019: BTreeMap<String, AreaCode>,
    in_2024: BTreeMap<String, AreaCode>,
}
