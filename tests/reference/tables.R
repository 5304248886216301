# Tables that add up: fits to margins from R's Poisson regressions with the starting cells as offset, which
# are of the same cells by another way (Newton's method), held against R's own loglin; and rounding from
# integer programmes.
#   Rscript tables.R        (apt-get install r-base-core r-cran-lpsolve)
source("common.R")
suppressMessages(library(lpSolve))
R.version.string <- paste0(R.version.string, ", lpSolve ", packageVersion("lpSolve"))

# A table of these margins: the fitted cells of a Poisson regression of any table with those margins, on a
# level for each place of each margin, with the logarithm of the starting cells as offset.
fitted_to <- function(start, target, margins) {
  d <- as.data.frame(as.table(target)); d$start <- as.vector(start)
  axes <- names(d)[seq_along(dim(target))]
  terms <- sapply(margins, function(m) paste(axes[m], collapse = "*"))
  d$Freq <- as.numeric(d$Freq); use <- d$start > 0
  fit <- suppressWarnings(glm(reformulate(terms, "Freq"), poisson, d[use, ], offset = log(start), control = list(epsilon = 1e-15, maxit = 100)))
  cells <- array(0, dim(target)); cells[use] <- fitted(fit)
  check <- loglin(target, margins, start = start, fit = TRUE, eps = 1e-12, iter = 1e5, print = FALSE)$fit
  stopifnot(max(abs(check - cells)) < 1e-7 * max(cells))
  cells
}
# Our cells run along the last axis fastest.
flat <- function(a) if (is.null(dim(a))) as.vector(a) else as.vector(aperm(a, rev(seq_along(dim(a)))))
raked <- function(start, target, margins, why) {
  cells <- fitted_to(start, target, margins)
  given <- list(shape = dim(start), start = flat(start))
  for (i in seq_along(margins)) {
    given[[paste0("axes", i)]] <- margins[[i]] - 1
    given[[paste0("totals", i)]] <- flat(apply(target, margins[[i]], sum))
  }
  emit("iterative_proportional_fitting", given, setNames(flat(cells), paste0("c", seq_along(cells))), 1e-8, why)
}

# Six neighbourhoods by five groups of all ages, to children by neighbourhood and children by group.
people <- matrix(c(1210, 30, 180, 95, 12, 640, 45, 410, 230, 30, 1500, 20, 15, 8, 3, 300, 80, 720, 310, 44,
                   990, 61, 77, 160, 25, 1105, 12, 3, 40, 9), 6, byrow = TRUE)
n <- c(331, 402, 270, 515, 288, 240)
target <- outer(n, c(1120, 96, 520, 260, 50)) / sum(n)
raked(people, target, list(1, 2), "a Poisson regression of R with the starting cells as offset")
# The same of two ages, to children by neighbourhood and age and by group and age.
ages <- array(c(people, people * c(0.7, 1.1, 0.9, 1.3, 1, 0.8)), c(6, 5, 2)); ages <- aperm(ages, c(1, 3, 2))
na <- cbind(n * c(0.3, 0.4, 0.35, 0.45, 0.5, 0.25), n * (1 - c(0.3, 0.4, 0.35, 0.45, 0.5, 0.25)))
shares <- rbind(c(0.5, 0.06, 0.27, 0.14, 0.03), c(0.6, 0.04, 0.23, 0.11, 0.02))
target <- array(0, c(6, 2, 5)); for (a in 1:2) target[, a, ] <- outer(na[, a], shares[a, ])
raked(ages, target, list(c(1, 2), c(2, 3)), "a Poisson regression of R with the starting cells as offset")
# Published tables: departments, sexes and admissions without an association of all three; fathers' and
# sons' occupations where nobody has his father's.
raked(array(1, dim(UCBAdmissions)), unclass(UCBAdmissions), list(c(1, 2), c(1, 3), c(2, 3)), "R's UCBAdmissions: no three-way association")
moved <- unclass(occupationalStatus); diag(moved) <- 0; start <- 1 * (row(moved) != col(moved))
raked(start, moved, list(1, 2), "R's occupationalStatus: quasi-independence, the diagonal left out")
# By hand: a cell that has to be 0.
emit("iterative_proportional_fitting", list(shape = c(2, 2), start = c(1, 1, 0, 1), axes1 = 0, totals1 = c(2, 3), axes2 = 1, totals2 = c(2, 3)),
     c(c1 = 2, c2 = 0, c3 = 0, c4 = 3, forced = 1), 1e-12, "by hand: row 2 needs all of column 2")

# ---- rounding ------------------------------------------------------------------------------------
# Whole numbers of the given total with the smallest sum of squared differences: each is the figure rounded
# down or up, so a programme with one choice of 0 or 1 for each.
nearest <- function(v, total) {
  down <- floor(v); r <- v - down
  found <- lp("min", (1 - r)^2 - r^2, rbind(rep(1, length(v))), "=", total - sum(down), all.bin = TRUE)
  stopifnot(found$status == 0)
  down + found$solution
}
rounded <- function(values, parents, places, why) {
  units <- rep(NA, length(values)); v <- values * 10^places
  units[is.na(parents)] <- floor(v[is.na(parents)] + 0.5)
  for (node in seq_along(values)) {
    own <- which(parents == node)
    if (length(own)) units[own] <- nearest(v[own], units[node])
  }
  emit("controlled_rounding", list(values = values, parents = ifelse(is.na(parents), -1, parents - 1), places = places),
       setNames(units, paste0("u", seq_along(units))), 0, why)
}
lp_why <- "lpSolve: of each total's parts the whole numbers with the smallest squared differences"
set.seed(15)
for (places in c(0, 1)) {
  leaves <- round(rgamma(24, 2, 0.2), 4)
  mid <- tapply(leaves, rep(1:6, each = 4), sum); top <- tapply(mid, rep(1:2, each = 3), sum)
  rounded(c(sum(leaves), top, mid, leaves), c(NA, 1, 1, rep(2:3, each = 3), rep(4:9, each = 4)), places, lp_why)
}
# Balinski and Young (2001), table of the census of 1791: 120 seats by Hamilton's method.
states <- c(Virginia = 630560, Massachusetts = 475327, Pennsylvania = 432879, NorthCarolina = 353523, NewYork = 331589, Maryland = 278514,
            Connecticut = 236841, SouthCarolina = 206236, NewJersey = 179570, NewHampshire = 141822, Vermont = 85533, Georgia = 70835,
            Kentucky = 68705, RhodeIsland = 68446, Delaware = 55540)
seats <- c(21, 16, 14, 12, 11, 9, 8, 7, 6, 5, 3, 2, 2, 2, 2)
quotas <- 120 * states / sum(states)
stopifnot(sum(states) == 3615920, all(nearest(quotas, 120) == seats))
emit("controlled_rounding", list(values = unname(c(120, quotas)), parents = c(-1, rep(0, 15)), places = 0),
     setNames(c(120, seats), paste0("u", 1:16)), 0, "the bill of 1792, by Hamilton's method (Balinski and Young 2001)")
write_all()
