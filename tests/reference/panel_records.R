# Panels given as records of units over periods: two-way fixed effects with errors by unit, and within
# and between, from plm, from R's lm with a column for every unit and period, from sandwich and from
# lme4. Writes the panel too, which is invented.
#   Rscript panel_records.R        (apt-get install r-base-core r-cran-plm r-cran-sandwich r-cran-lme4)
source("common.R")
suppressMessages({library(plm); library(sandwich); library(lme4)})
versions <- paste(sapply(c("plm", "sandwich", "lme4"), function(p) paste(p, packageVersion(p))), collapse = ", ")
R.version.string <- paste0(R.version.string, ", ", versions)

# Children in need per 10,000 in 40 authorities over 12 years, what each spent on help the year before in
# units of 20 pounds per child, and children in low-income families in per cent. Spend follows need
# between authorities and lowers it within them; years of one authority go together.
set.seed(20261128)
panel <- expand.grid(year = 2013:2024, area = 101:140)
i <- panel$area - 100; t <- panel$year - 2012
level <- rnorm(40, 0, 60)[i]
panel$help <- round(9 + 0.02 * level + rnorm(40, 0, 1.5)[i] - 0.25 * t + rnorm(nrow(panel), 0, 1), 3)
panel$poor <- round(18 + 0.05 * level + rnorm(40, 0, 3)[i] + 0.3 * t + rnorm(nrow(panel), 0, 1), 2)
carried <- unlist(lapply(1:40, function(a) as.numeric(arima.sim(list(ar = 0.6), 12, sd = 14))))
panel$need <- round(330 + level + rnorm(12, 0, 12)[t] - 2.5 * panel$help + 3 * panel$poor + carried, 2)
panel$weight <- round(runif(nrow(panel), 0.3, 4), 2)
# Not all are there. Authority 140 has 2024 alone; 139 has 2013 alone with which 2012 hangs together; 2012 has
# two records, of which one goes with its authority.
panel <- subset(panel, !(area == 140 & year != 2024) & !(area == 139 & year != 2013))
panel <- panel[-sample(which(panel$area < 139), 70), ]
extra <- panel[panel$area %in% c(103, 139), ][c(1, nrow(panel[panel$area %in% c(103, 139), ])), ]
extra$year <- 2012; extra$area <- c(103, 141); extra$need <- c(401.5, 377.25)
panel <- rbind(panel, extra)
panel <- panel[order(panel$area, panel$year), c("area", "year", "need", "help", "poor", "weight")]
panel$weight[c(8, 90)] <- 0
rownames(panel) <- NULL
write.csv(panel, "models/panel_records.csv", row.names = FALSE)

# What has no other of its unit or its period, again and again until nothing goes.
without <- function(d, periods) repeat {
  n <- nrow(d)
  d <- d[ave(d$area, d$area, FUN = length) > 1, ]
  if (periods) d <- d[ave(d$area, d$year, FUN = length) > 1, ]
  if (nrow(d) == n) return(d)
}
for (case in list(list(c("help", "poor"), TRUE, FALSE), list("help", TRUE, FALSE), list(c("help", "poor"), FALSE, FALSE),
                  list(c("help", "poor"), TRUE, TRUE))) {
  x <- case[[1]]; periods <- case[[2]]; weighted <- case[[3]]
  d <- if (weighted) panel[panel$weight > 0, ] else panel
  all <- nrow(d)
  d <- without(d, periods)
  d$w_ <- if (weighted) d$weight else 1
  effects <- c("factor(area)", if (periods) "factor(year)")
  fit <- lm(reformulate(c(x, effects), "need"), d, weights = w_)
  inside <- lm(reformulate(effects, "need"), d, weights = w_)
  V <- vcovCL(fit, cluster = ~area, type = "HC0", cadjust = TRUE)[x, x, drop = FALSE]
  n <- nrow(d); G <- length(unique(d$area)); T <- length(unique(d$year))
  # fixest counts the covariates, one level of all, and the levels of periods but one.
  k <- length(x) + 1 + if (periods) T - 1 else 0
  given <- list(data = "panel_records", outcome = "need", terms = x, periods = as.integer(periods), weighted = as.integer(weighted))
  b <- coef(fit)[x]
  tell <- function(V, kind, why, tol = 1e-9) {
    se <- sqrt(diag(V)); reach <- qt(0.975, G - 1) * se
    emit("panel_model", c(given, list(small_sample = kind)),
         c(setNames(se, paste0("se:", x)), setNames(b - reach, paste0("low:", x)), setNames(b + reach, paste0("high:", x)),
           setNames(2 * pt(-abs(b / se), G - 1), paste0("p:", x))), tol, why)
  }
  emit("panel_model", c(given, list(small_sample = "all")),
       c(setNames(b, paste0("b:", x)), within = 1 - deviance(fit) / deviance(inside), sd = summary(fit)$sigma,
         free = fit$df.residual, clusters = G, periods = T, records = n, singletons = all - n,
         without_weight = nrow(panel) - all), 1e-9, "lm with a column for every unit and period")
  tell(V, "clusters", "sandwich's vcovCL (HC0) on lm with a column for every unit and period")
  tell(V * (n - 1) / (n - k), "all", "the same times (n - 1) / (n - k), as fixest documents it")
  if (!weighted) {
    p <- plm(reformulate(x, "need"), d, index = c("area", "year"), model = "within", effect = if (periods) "twoways" else "individual")
    A <- vcovHC(p, method = "arellano", type = "HC0", cluster = "group")
    tell(A, "none", "plm's vcovHC with its defaults", 1e-8)
    # Stata's correction in plm: k without any level.
    S <- vcovHC(p, method = "arellano", type = "sss", cluster = "group")
    stopifnot(max(abs(S / (V * (n - 1) / (n - length(x))) - 1)) < 1e-8)
    emit("panel_model", c(given, list(small_sample = "none")), c(setNames(coef(p)[x], paste0("b:", x)), within = unname(r.squared(p))), 1e-9, "plm")
  } else {
    tell(V * (G - 1) / G, "none", "sandwich's vcovCL (HC0) without its factor")
  }
}

# ---- within and between ------------------------------------------------------------------------
for (case in list(list(c("help", "poor"), TRUE, FALSE), list("help", FALSE, FALSE), list(c("help", "poor"), TRUE, TRUE))) {
  x <- case[[1]]; periods <- case[[2]]; weighted <- case[[3]]
  d <- if (weighted) panel[panel$weight > 0, ] else panel
  d$w_ <- if (weighted) d$weight else 1
  for (v in x) {
    m <- ave(d[[v]] * d$w_, d$area, FUN = sum) / ave(d$w_, d$area, FUN = sum)
    d[[paste0(v, "_w")]] <- d[[v]] - m; d[[paste0(v, "_b")]] <- m
  }
  pairs <- c(rbind(paste0(x, "_w"), paste0(x, "_b")))
  f <- reformulate(c(if (periods) "factor(year)", pairs, "(1 | area)"), "need")
  control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-11, maxfun = 1e6))
  fit <- lmer(f, d, weights = w_, REML = TRUE, control = control)
  s <- as.data.frame(VarCorr(fit))$sdcor
  given <- list(data = "panel_records", outcome = "need", terms = x, periods = as.integer(periods), weighted = as.integer(weighted))
  name <- function(v) sub("_w$", " (within)", sub("_b$", " (between)", v))
  # Generalised least squares and its sandwich by unit, written out in full with lme4's variances.
  X <- getME(fit, "X"); y <- d$need; bread <- matrix(0, ncol(X), ncol(X)); meat <- bread; right <- rep(0, ncol(X))
  parts <- lapply(split(seq_len(nrow(d)), d$area), function(i) list(i = i, W = solve(diag(s[2]^2 / d$w_[i], length(i)) + s[1]^2)))
  for (p in parts) { Xi <- X[p$i, , drop = FALSE]; bread <- bread + t(Xi) %*% p$W %*% Xi; right <- right + t(Xi) %*% p$W %*% y[p$i] }
  beta <- drop(solve(bread, right)); names(beta) <- colnames(X)
  stopifnot(max(abs(beta[pairs] / fixef(fit)[pairs] - 1)) < 1e-6)
  for (p in parts) { Xi <- X[p$i, , drop = FALSE]; u <- t(Xi) %*% p$W %*% (y[p$i] - Xi %*% beta); meat <- meat + u %*% t(u) }
  C <- solve(bread) %*% meat %*% solve(bread); dimnames(C) <- list(colnames(X), colnames(X))
  G <- length(parts); n <- nrow(d)
  emit("panel_within_between", c(given, list(small_sample = "all")),
       c(setNames(beta[pairs], paste0("b:", name(pairs))), group_sd = s[1], residual_sd = s[2], clusters = G,
         periods = length(unique(d$year)), records = n, without_weight = nrow(panel) - n), 1e-6, "lme4's fit; its optimiser leaves six digits")
  for (kind in c("none", "clusters", "all")) {
    V <- C * switch(kind, none = 1, clusters = G / (G - 1), all = G / (G - 1) * (n - 1) / (n - ncol(X)))
    L <- matrix(0, length(x), ncol(X), dimnames = list(x, colnames(X)))
    for (v in x) { L[v, paste0(v, "_b")] <- 1; L[v, paste0(v, "_w")] <- -1 }
    gap <- drop(L %*% beta); U <- L %*% V %*% t(L); chi <- drop(gap %*% solve(U) %*% gap)
    emit("panel_within_between", c(given, list(small_sample = kind)),
         c(setNames(sqrt(diag(V))[pairs], paste0("se:", name(pairs))), setNames(gap, paste0("context:", x)),
           setNames(sqrt(diag(U)), paste0("context_se:", x)), chi_square = chi, p = pchisq(chi, length(x), lower.tail = FALSE)),
         1e-5, "the sandwich written out, with lme4's variances")
  }
}
write_all()
