# Whether spend on help goes with children in need the year after, from R's lm with a column for every
# authority and year, sandwich and lme4: the figures that tests hold ours against.
#   Rscript help_panel.R                      an invented panel: writes help_panel.csv and help_panel_expected.csv
#   Rscript help_panel.R ROOT FILE            the built-in tables under ROOT/data/england: writes FILE
# (apt-get install r-base-core r-cran-sandwich r-cran-lme4)
suppressMessages({library(sandwich); library(lme4)})
given <- commandArgs(trailingOnly = TRUE)

invented <- function() {
  set.seed(20261128)
  d <- expand.grid(year = 2012:2025, area = sprintf("E06000%03d", 101:131))
  a <- as.integer(d$area); t <- d$year - 2011
  d$children <- round(exp(rnorm(31, 10.4, 0.5)))[a] + 37 * t
  level <- rnorm(31, 0, 60)[a]
  d$help <- round(d$children * (160 * 1.02^t + 0.4 * level + rnorm(31, 0, 15)[a] + rnorm(nrow(d), 0, 40)))
  # Children in need follow what was spent the year before.
  before <- c(NA, head(d$help / d$children / 20, -1)); before[d$year == 2012] <- 9
  d$cin <- rpois(nrow(d), d$children / 10000 * (340 + level + rnorm(14, 0, 12)[t] - 2.5 * before + rnorm(nrow(d), 0, 6)))
  # Not all is known: a count, spend, children; an authority that begins late; one that is tiny.
  d$cin[c(20, 77, 200)] <- NA
  d$help[c(31, 201, 202)] <- NA
  d$children[120] <- NA
  d <- subset(d, !(area == "E06000130" & year < 2019))
  d$tiny <- as.integer(d$area == "E06000131")
  d$help[d$tiny == 1] <- d$help[d$tiny == 1] * 10
  write.csv(d, "help_panel.csv", row.names = FALSE, quote = FALSE, na = "")
  d
}

builtin <- function(root) {
  table <- function(name) read.csv(file.path(root, "data/england", paste0(name, ".csv")), na.strings = c("", "c", "x", "z", "u", "low"))
  s <- table("spend_by_service"); p <- table("population"); n <- table("children_in_need")
  s <- data.frame(area = s$area_code, year = s$financial_year_ending,
                  help = s$family_support_pounds + s$childrens_centres_pounds + s$young_people_pounds)
  p <- data.frame(area = p$area_code, year = p$mid_year + 1, children = p$children_0_17)
  n <- data.frame(area = n$area_code, year = n$time_period, cin = n$cin_at_31_march)
  d <- merge(merge(s, p, all = TRUE), n, all = TRUE)
  d$tiny <- as.integer(d$area %in% c("E09000001", "E06000053"))
  d
}

d <- if (length(given) == 2) builtin(given[1]) else invented()
d <- subset(d, tiny == 0)
d$rate <- 10000 * d$cin / d$children
at <- function(by) d$rate[match(paste(d$area, d$year + by), paste(d$area, d$year))]
d$after <- at(1); d$before <- at(-1)
d$per_child <- d$help / d$children
d <- d[!is.na(d$per_child), ]
england <- tapply(d$help, d$year, sum) / tapply(d$children, d$year, sum)
last <- max(d$year[!is.na(d$after)])
index <- setNames(1.02^(2011:2025 - 2011), 2011:2025)

rows <- list()
tell <- function(model, b, se, G, n, years) {
  rows[[model]] <<- data.frame(model, effect = b, std_error = se, low = b - qt(0.975, G - 1) * se, high = b + qt(0.975, G - 1) * se,
                               authorities = G, records = n, first = min(years), last = max(years))
}
levels_of_both <- function(model, y, x, w = NULL, keep = TRUE) {
  e <- data.frame(area = d$area, year = d$year, y, x, w = if (is.null(w)) 1 else w)[keep & is.finite(y) & is.finite(x), ]
  years <- e$year
  repeat { # what has no other of its authority or year
    before <- nrow(e)
    e <- e[ave(e$y, e$area, FUN = length) > 1, ]; e <- e[ave(e$y, e$year, FUN = length) > 1, ]
    if (nrow(e) == before) break
  }
  fit <- lm(y ~ x + factor(area) + factor(year), e, weights = w)
  n <- nrow(e); G <- length(unique(e$area)); k <- 1 + 1 + length(unique(e$year)) - 1
  V <- vcovCL(fit, cluster = as.character(e$area), type = "HC0", cadjust = TRUE)["x", "x"] * (n - 1) / (n - k)
  tell(model, coef(fit)[["x"]], sqrt(V), G, n, years)
}
x <- d$per_child / 20
levels_of_both("fixed_effects", d$after, x)
levels_of_both("fixed_effects_deflated", d$after, x * index[["2025"]] / index[as.character(d$year)])
levels_of_both("fixed_effects_relative_to_england", d$after, d$per_child / england[as.character(d$year)] * england[[as.character(last)]] / 20)
levels_of_both("fixed_effects_logarithms", log(d$after), log(d$per_child))
levels_of_both("fixed_effects_to_2016", d$after, x, keep = d$year <= 2016)
levels_of_both("fixed_effects_from_2017", d$after, x, keep = d$year > 2016)
levels_of_both("fixed_effects_by_children", d$after, x, w = d$children)
levels_of_both("fixed_effects_need_before", d$before, x)

# Within and between: generalised least squares and its sandwich by authority, written out with lme4's variances.
e <- data.frame(area = d$area, year = d$year, y = d$after, x)[is.finite(d$after) & is.finite(x), ]
e$b <- ave(e$x, e$area); e$w <- e$x - e$b
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-12, maxfun = 1e6))
fit <- lmer(y ~ factor(year) + w + b + (1 | area), e, REML = TRUE, control = control)
s <- as.data.frame(VarCorr(fit))$sdcor
X <- getME(fit, "X"); bread <- matrix(0, ncol(X), ncol(X)); meat <- bread; right <- rep(0, ncol(X))
parts <- lapply(split(seq_len(nrow(e)), as.character(e$area)), function(i) list(i = i, W = solve(diag(s[2]^2, length(i)) + s[1]^2)))
for (p in parts) { Xi <- X[p$i, , drop = FALSE]; bread <- bread + t(Xi) %*% p$W %*% Xi; right <- right + t(Xi) %*% p$W %*% e$y[p$i] }
beta <- drop(solve(bread, right)); names(beta) <- colnames(X)
for (p in parts) { Xi <- X[p$i, , drop = FALSE]; u <- t(Xi) %*% p$W %*% (e$y[p$i] - Xi %*% beta); meat <- meat + u %*% t(u) }
G <- length(parts); n <- nrow(e)
C <- solve(bread) %*% meat %*% solve(bread) * G / (G - 1) * (n - 1) / (n - ncol(X)); dimnames(C) <- list(colnames(X), colnames(X))
tell("within", beta[["w"]], sqrt(C["w", "w"]), G, n, e$year)
tell("between", beta[["b"]], sqrt(C["b", "b"]), G, n, e$year)

path <- file(if (length(given) == 2) given[2] else "help_panel_expected.csv", "w")
versions <- paste(sapply(c("sandwich", "lme4"), function(p) paste(p, packageVersion(p))), collapse = ", ")
writeLines(paste0("# written by help_panel.R with ", R.version.string, ", ", versions), path)
write.csv(format(do.call(rbind, rows), digits = 15, trim = TRUE), path, row.names = FALSE, quote = FALSE)
close(path)
