# Panels of measurements: fixed effects and within-and-between regression, from R's lm with a column
# for every area and year, sandwich's clustered errors and lme4's mixed model. Writes the panel too,
# which is invented.
#   Rscript panel.R        (apt-get install r-base-core r-cran-lme4 r-cran-sandwich)
source("common.R")
suppressMessages({library(lme4); library(sandwich)})
versions <- paste(sapply(c("lme4", "sandwich"), function(p) paste(p, packageVersion(p))), collapse = ", ")
R.version.string <- paste0(R.version.string, ", ", versions)

# Log rates of 45 areas over 9 years, not all of them there: spend follows need between areas, and lowers
# the rate; errors of one area go together.
set.seed(20261127)
panel <- expand.grid(year = 2016:2024, area = 1:45)
need <- rnorm(45, 0, 0.4)[panel$area]
panel$spend <- round(1.5 + 0.35 * need + rnorm(45, 0, 0.3)[panel$area] + 0.05 * (panel$year - 2020) + rnorm(nrow(panel), 0, 0.2), 4)
panel$turnover <- round(pmax(1, 15 + 4 * need + rnorm(45, 0, 3)[panel$area] + rnorm(nrow(panel), 0, 3)), 2)
# Some authorities were inspected and found wanting, from that year on.
from <- sample(2017:2030, 45, replace = TRUE)[panel$area]
panel$inspected <- as.integer(panel$year >= from)
shock <- unlist(lapply(1:45, function(a) as.numeric(arima.sim(list(ar = 0.6), 9, sd = 0.08))))
year <- rnorm(9, 0, 0.06)[panel$year - 2015]
panel$log_rate <- round(-5 + need + year - 0.15 * panel$spend + 0.004 * panel$turnover + 0.05 * panel$inspected + shock, 6)
panel$weight <- round(runif(nrow(panel), 0.5, 3), 2)
panel$london <- as.integer(panel$area <= 12)
panel <- panel[-sample(nrow(panel), 60), c("area", "year", "log_rate", "spend", "turnover", "inspected", "london", "weight")]
panel$weight[c(5, 77)] <- 0
write.csv(panel, "models/panel.csv", row.names = FALSE)
# Two sets of areas that share no year: one year of each is no parameter.
apart <- subset(panel, (area <= 20 & year <= 2019) | (area > 20 & year >= 2020))

lm_why <- "lm with a column for every area and year"
for (case in list(list("panel", "area", NULL), list("panel", c("area", "year"), NULL), list("panel", c("area", "year"), "weight"),
                  list("panel", "year", NULL), list("apart", c("area", "year"), NULL))) {
  d <- if (case[[1]] == "apart") apart else panel
  effects <- case[[2]]; x <- c("spend", "turnover", "inspected")
  d$w_ <- if (is.null(case[[3]])) rep(1, nrow(d)) else d[[case[[3]]]]
  if (any(d$w_ == 0)) d <- d[d$w_ > 0, ]
  f <- as.formula(paste("log_rate ~", paste(x, collapse = " + "), "+", paste0("factor(", effects, ")", collapse = " + ")))
  fit <- lm(f, d, weights = w_)
  given <- list(data = case[[1]], terms = x, effects = effects)
  if (!is.null(case[[3]])) given$weights <- case[[3]]
  table <- coef(summary(fit))[x, ]
  inside <- lm(as.formula(paste("log_rate ~", paste0("factor(", effects, ")", collapse = " + "))), d, weights = w_)
  limits <- confint(fit)["spend", ]
  emit("fixed_effects", given, c(setNames(table[, 1], paste0("b:", x)), setNames(table[, 2], paste0("se:", x)),
       low = limits[[1]], high = limits[[2]], free = fit$df.residual, sd = summary(fit)$sigma,
       within = 1 - deviance(fit) / deviance(inside), residual3 = unname(residuals(fit)[3])), 1e-8, lm_why)
  n <- nobs(fit)
  # Effects that lie within the clusters do not count: columns, the level of all, and the others' levels.
  others <- sum(grepl("^factor", names(na.omit(coef(fit)))))
  own <- function(e) length(unique(d[[e]])) - 1
  k_of <- function(clusters) 1 + length(x) + if (setequal(effects, "area")) { if ("area" %in% clusters) 0 else own("area") }
    else if (setequal(effects, "year")) { if ("year" %in% clusters) 0 else own("year") }
    else if (all(c("area", "year") %in% clusters)) 0
    else if ("area" %in% clusters) others - own("area") else own("area")
  for (clusters in list("area", "year", c("area", "year"))) {
    v <- vcovCL(fit, cluster = d[clusters], type = "HC0", cadjust = TRUE)
    se <- sqrt(diag(v))[x]
    # sandwich's HC1 counts every column in k; as written, only those beyond the clusters.
    corrected <- se * sqrt((n - 1) / (n - k_of(clusters)))
    for (type in c("HC0", "HC1"))
      emit("fixed_effects", c(given, list(cluster = clusters, type = type)),
           setNames(if (type == "HC0") se else corrected, paste0("se:", x)), 1e-7, "sandwich's vcovCL on R's lm with a column for every area and year")
  }
}

# ---- within and between ------------------------------------------------------------------------
for (case in list(list(c("spend", "turnover"), c("f:year", "london")), list("spend", "none"))) {
  x <- case[[1]]; others <- case[[2]]; d <- panel
  for (v in x) { m <- ave(d[[v]], d$area); d[[paste0(v, "_w")]] <- d[[v]] - m; d[[paste0(v, "_b")]] <- m }
  pairs <- c(rbind(paste0(x, "_w"), paste0(x, "_b")))
  terms <- c(if (!identical(others, "none")) sub("f:year", "factor(year)", others), pairs)
  control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-11, maxfun = 1e6))
  fit <- lmer(as.formula(paste("log_rate ~", paste(terms, collapse = " + "), "+ (1 | area)")), d, REML = TRUE, control = control)
  given <- list(data = "panel", terms = x, others = others)
  name <- function(v) sub("_w$", " (within)", sub("_b$", " (between)", v))
  b <- fixef(fit)[pairs]; V <- as.matrix(vcov(fit))[pairs, pairs]; s <- as.data.frame(VarCorr(fit))$sdcor
  emit("within_between", given, c(setNames(b, paste0("b:", name(pairs))), setNames(sqrt(diag(V)), paste0("se:", name(pairs))),
       group_sd = s[1], residual_sd = s[2]), 1e-5, "lme4's fit; its optimiser leaves five digits")
  # Errors by area: the sandwich of generalised least squares with lme4's variances, written out in full.
  X <- getME(fit, "X"); y <- d$log_rate; bread <- matrix(0, ncol(X), ncol(X)); meat <- bread; right <- rep(0, ncol(X))
  parts <- lapply(split(seq_len(nrow(d)), d$area), function(i) list(i = i, W = solve(diag(s[2]^2, length(i)) + s[1]^2)))
  for (p in parts) { Xi <- X[p$i, , drop = FALSE]; bread <- bread + t(Xi) %*% p$W %*% Xi; right <- right + t(Xi) %*% p$W %*% y[p$i] }
  beta <- solve(bread, right)
  for (p in parts) { Xi <- X[p$i, , drop = FALSE]; u <- t(Xi) %*% p$W %*% (y[p$i] - Xi %*% beta); meat <- meat + u %*% t(u) }
  G <- length(parts); n <- nrow(d); C <- solve(bread) %*% meat %*% solve(bread) * G / (G - 1); dimnames(C) <- list(colnames(X), colnames(X))
  context <- function(V) {
    L <- matrix(0, length(x), length(pairs)); for (i in seq_along(x)) { L[i, 2 * i] <- 1; L[i, 2 * i - 1] <- -1 }
    gap <- drop(L %*% b); U <- L %*% V %*% t(L); w <- drop(gap %*% solve(U) %*% gap)
    c(setNames(gap, paste0("context:", x)), setNames(sqrt(diag(U)), paste0("context_se:", x)), chi_square = w, p = pchisq(w, length(x), lower.tail = FALSE))
  }
  emit("within_between", given, context(V), 1e-4, "linear combinations of lme4's fit")
  C <- C[pairs, pairs]
  for (type in c("HC0", "HC1")) {
    U <- if (type == "HC0") C else C * (n - 1) / (n - ncol(X))
    emit("within_between", c(given, list(type = type)), c(setNames(sqrt(diag(U)), paste0("se:", name(pairs))), context(U)), 1e-4, "the sandwich written out, with lme4's variances")
  }
}
write_all()
