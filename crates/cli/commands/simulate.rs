//! `disparity simulate`: invented children as real returns, with the planted truth beside them.

use anyhow::Result;
use disparity_core::{Catalogue, GeographicLevel};
use disparity_simulate::{
    AuthorityMargins, Mess, Switch, World, files, lives, manifest, postcode_lookup,
    safeguarding_files, truth,
};

use crate::hint::Hinted;
use crate::out::print;
use crate::place::{Output, SIMULATE};
use crate::progress::Bar;
use crate::returns_args::SimulateArgs;

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

/// Authorities of today in code order, as large and as deprived as the built-in figures say.
fn world(args: &SimulateArgs, catalogue: &Catalogue) -> Result<World> {
    let mut world = World::new(args.authorities, args.years.max(1), args.seed);
    let codes = catalogue
        .areas
        .entities()
        .filter(|area| {
            area.level == GeographicLevel::LocalAuthority && area.valid_to.is_none() && !area.tiny
        })
        .filter_map(|area| Some((area.code, area.old_la_code.clone()?)));
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
        .take(args.authorities)
        .map(|(code, old)| {
            let mut margins = AuthorityMargins::like_england(&old);
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
    if world.authorities.len() < args.authorities {
        return Err(Hinted::new(
            format!("there are only {} authorities", world.authorities.len()),
            "ask for fewer",
        )
        .into());
    }
    (world.last_year, world.children_per_year) = (args.last_year, args.children);
    (world.ethnic_gap, world.care) = (args.ethnic_gap, args.care);
    world.mess = mess(args)?;
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
        if args.ssd {
            for file in safeguarding_files(&world, at, &lives) {
                write(&file.path, &file.bytes)?;
            }
        }
    }
    write("returns/manifest.toml", manifest(&world).as_bytes())?;
    write("returns/postcodes.csv", postcode_lookup().as_bytes())?;
    output.write_list()?;
    output.finish(None)?;
    bar.clear();
    print(&format!(
        "SYNTHETIC: invented children, nothing here is about anyone\n\
         Wrote {children} children of {} authorities over {} years ({:.1} MB) to {}\n\
         \x20 returns/   what the authorities would have returned; read it with `disparity returns check`\n\
         \x20 truth/     what really happened before each entry to care\n",
        world.authorities.len(),
        world.years,
        bytes as f64 / 1e6,
        args.out.display()
    ))
}
