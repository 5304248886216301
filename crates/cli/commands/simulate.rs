//! `disparity simulate`: invented children as real returns, with the planted truth beside them.

use anyhow::Result;
use disparity_core::{Area, AreaCode, Catalogue, GeographicLevel};
use disparity_simulate::{
    AuthorityMargins, Mess, Switch, World, files, home_lookup, homes_truth, lives, manifest,
    postcode_lookup, safeguarding_files, safeguarding_manifest, truth,
};

use crate::hint::Hinted;
use crate::out::print;
use crate::place::{Output, SIMULATE};
use crate::plan::find_authority;
use crate::progress::Bar;
use crate::returns_args::SimulateArgs;

mod homes;

fn mess(args: &SimulateArgs) -> Result<Mess> {
    let mut on = Vec::new();
    for word in &args.mess {
        if word == "all" {
            on.extend(Switch::ALL);
            continue;
        }
        let found = Switch::ALL.iter().find(|switch| switch.as_str() == word);
        let words: Vec<&str> = Switch::ALL.iter().map(|switch| switch.as_str()).collect();
        on.push(*found.ok_or_else(|| {
            Hinted::new(
                format!("unknown mess {word:?}"),
                format!("use all, or some of {}", words.join(", ")),
            )
        })?);
    }
    Ok(Mess {
        on,
        linkage_loss: args.linkage_loss.clamp(0.0, 1.0),
        missing_census: args.missing_census.clone(),
    })
}

/// The authorities that were named, or the first of today in code order; each with its three-digit code.
fn codes(args: &SimulateArgs, catalogue: &Catalogue) -> Result<Vec<(AreaCode, String)>> {
    let areas = &catalogue.areas;
    let with_old = |area: &Area| Some((area.code, area.old_la_code.clone()?));
    if args.names.is_empty() {
        let today = areas.entities().filter(|area| {
            area.level == GeographicLevel::LocalAuthority && area.valid_to.is_none() && !area.tiny
        });
        let codes: Vec<_> = today.filter_map(with_old).take(args.authorities).collect();
        if codes.len() < args.authorities {
            let message = format!("there are only {} authorities", codes.len());
            return Err(Hinted::new(message, "ask for fewer").into());
        }
        return Ok(codes);
    }
    let mut codes: Vec<(AreaCode, String)> = Vec::new();
    for name in &args.names {
        let code = find_authority(name, areas)?;
        let area = areas.entity(code).and_then(|code| areas.get(code));
        let Some(found) = area.and_then(with_old) else {
            let message = format!(
                "returns of {} would have no three-digit code",
                areas.name(code)
            );
            return Err(Hinted::new(message, "name another authority").into());
        };
        if !codes.contains(&found) {
            codes.push(found);
        }
    }
    Ok(codes)
}

/// Authorities as large and as deprived as the built-in figures say.
fn world(args: &SimulateArgs, catalogue: &Catalogue) -> Result<World> {
    let codes = codes(args, catalogue)?;
    let mut world = World::new(codes.len(), args.years.max(1), args.seed);
    let deciles = |code| {
        catalogue
            .context
            .children_by_decile
            .iter()
            .filter(|((_, area), _)| *area == code)
            .map(|(_, counts)| *counts)
            .next_back()
    };
    let mean = {
        let all: Vec<f64> = catalogue
            .context
            .children_by_decile
            .values()
            .map(|counts| counts.iter().sum())
            .filter(|n| *n < 1e6)
            .collect();
        if all.is_empty() {
            1.0
        } else {
            all.iter().sum::<f64>() / all.len() as f64
        }
    };
    world.authorities = codes
        .iter()
        .map(|(code, old)| {
            let code = *code;
            let mut margins = AuthorityMargins::like_england(old);
            if let Some(counts) = deciles(code) {
                // Help follows deprivation: children of the most deprived tenth are likelier to be known.
                let total: f64 = counts.iter().sum();
                margins.weight = (total / mean).clamp(0.2, 4.0);
                for (at, (weight, count)) in margins.deciles.iter_mut().zip(counts).enumerate() {
                    *weight = count * 1.25_f64.powi(9 - i32::try_from(at).unwrap_or(9));
                }
            }
            margins
        })
        .collect();
    (world.last_year, world.children_per_year) = (args.last_year, args.children);
    (world.ethnic_gap, world.care) = (args.ethnic_gap, args.care);
    world.mess = mess(args)?;
    if args.homes.homes {
        homes::give(&mut world, &codes, args)?;
    }
    Ok(world)
}

/// Writes the world.
pub(crate) fn simulate(args: &SimulateArgs, catalogue: &Catalogue) -> Result<()> {
    let world = world(args, catalogue)?;
    let mut output = Output::prepare(&args.out, SIMULATE, None)?;
    let mut write = |name: &str, bytes: &[u8]| output.write(name, bytes);
    let bar = Bar::new();
    let (mut children, mut bytes) = (0, 0);
    for (at, authority) in world.authorities.iter().enumerate() {
        bar.show("inventing children", at, world.authorities.len());
        let lives = lives(&world, at);
        children += lives.len();
        let all = files(&world, at, &lives);
        bytes += all.iter().map(|file| file.bytes.len()).sum::<usize>();
        if world.mess.has(Switch::Zip) {
            let members: Vec<(&str, &[u8])> = all
                .iter()
                .map(|f| (f.path.as_str(), f.bytes.as_slice()))
                .collect();
            write(
                &format!("returns/{}.zip", authority.old_la_code),
                &disparity_returns::zip_of(&members)?,
            )?;
        } else {
            for file in &all {
                if world.mess.has(Switch::Gzip) {
                    write(
                        &format!("returns/{}.gz", file.path),
                        &disparity_returns::gzip(&file.bytes)?,
                    )?;
                } else {
                    write(&format!("returns/{}", file.path), &file.bytes)?;
                }
            }
        }
        write(
            &format!("truth/{}.csv", authority.old_la_code),
            truth(&world, at, &lives).as_bytes(),
        )?;
        if args.homes.homes {
            let name = format!("truth/homes_{}.csv", authority.old_la_code);
            write(&name, homes_truth(&world, at).as_bytes())?;
        }
        if args.ssd {
            for file in safeguarding_files(&world, at, &lives) {
                write(&file.path, &file.bytes)?;
            }
        }
    }
    write("returns/manifest.toml", manifest(&world).as_bytes())?;
    let lookup = if args.homes.homes {
        home_lookup(&world)
    } else {
        postcode_lookup()
    };
    write("returns/postcodes.csv", lookup.as_bytes())?;
    if args.homes.homes && args.ssd {
        write("ssd/postcodes.csv", lookup.as_bytes())?;
        write(
            "ssd/manifest.toml",
            safeguarding_manifest(&world).as_bytes(),
        )?;
    }
    output.write_list()?;
    output.finish(None)?;
    bar.clear();
    print(&format!(
        "SYNTHETIC: invented children, nothing here is about anyone\n\
         Wrote {children} children of {} authorities over {} years ({:.1} MB) to {}\n\
         \x20 returns/   what the authorities would have returned; read it with `disparity returns check`\n\
         \x20 truth/     what really happened before each entry to care{}\n",
        world.authorities.len(),
        world.years,
        bytes as f64 / 1e6,
        args.out.display(),
        if args.homes.homes {
            ", and whom authorities see of each neighbourhood"
        } else {
            ""
        }
    ))
}
