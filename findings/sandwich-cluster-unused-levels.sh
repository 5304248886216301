#!/bin/sh
# R's sandwich counts, as clusters of vcovCL(), the levels of the factor and not the clusters that records are in. Whoever
# leaves some authorities out of a panel and keeps the factor as it was gets standard errors that are too small, without
# a warning: the small-sample factor is G/(G-1) with G too large. plm and a sandwich written out have the clusters that
# are there; droplevels() on the records mends it.
#
# Seen on 28 November 2026 with sandwich 3.0-2 and zoo 1.8-11 (Debian 12), R 4.2.2, 12 areas of which two were left out:
#   10 areas, 12 levels: standard error 0.137178
#   10 areas, 10 levels: standard error 0.138442
#   squared ratio 0.981818; (12/11)/(10/9) = 0.981818
# The product counts the clusters that have records, and its figures of R (crates/needs/src/tests/help_panel.R) are of those. Exits 1
# if this changes.
# Needs R (r-base-core).
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
chmod 755 "$home"; cd "$home"
apt-get --quiet=2 download r-cran-sandwich=3.0-2-1 r-cran-zoo=1.8-11-1 >/dev/null 2>&1
for package in ./*.deb; do dpkg -x "$package" .; done
cat > seen.R <<'R'
.libPaths("usr/lib/R/site-library")
suppressMessages(library(sandwich))
stopifnot(startsWith(path.package("sandwich"), getwd()) || path.package("sandwich") == "usr/lib/R/site-library/sandwich")
set.seed(1)
all <- data.frame(area = factor(rep(sprintf("a%02d", 1:12), each = 5)), spend = rnorm(60))
all$need <- all$spend + rnorm(12)[all$area] + rnorm(60)
kept <- all[!all$area %in% c("a03", "a07"), ]
error <- function(records) {
  fit <- lm(need ~ spend, data = records)
  sqrt(vcovCL(fit, cluster = ~area, type = "HC0")["spend", "spend"])
}
before <- error(kept)
after <- error(droplevels(kept))
cat(sprintf("10 areas, 12 levels: standard error %.6f\n", before))
cat(sprintf("10 areas, 10 levels: standard error %.6f\n", after))
cat(sprintf("squared ratio %.6f; (12/11)/(10/9) = %.6f\n", (before / after)^2, (12 / 11) / (10 / 9)))
R
Rscript seen.R | tee seen.txt
grep -qx '10 areas, 12 levels: standard error 0.137178' seen.txt
grep -qx '10 areas, 10 levels: standard error 0.138442' seen.txt
grep -qx 'squared ratio 0.981818; (12/11)/(10/9) = 0.981818' seen.txt
