# Writes the reference tables of regressions and mixed models from R's own fits: stats, MASS, lme4 and
# sandwich, on the data in models/ (models_data.R writes those).
#   Rscript models.R        (apt-get install r-base-core r-cran-lme4 r-cran-mass r-cran-sandwich)
source("common.R")
suppressMessages({library(lme4); library(MASS); library(sandwich)})
versions <- paste(sapply(c("lme4", "MASS", "sandwich"), function(p) paste(p, packageVersion(p))), collapse = ", ")
R.version.string <- paste0(R.version.string, ", ", versions)

need <- read.csv("models/children_in_need.csv")
need$idaci10 <- 10 * need$idaci
need$record <- seq_len(nrow(need))
few <- read.csv("models/few_events.csv")
few$record <- seq_len(nrow(few))
year2019 <- need[need$year == 2019, ]
data_of <- list(need = need, need2019 = year2019, few = few)

# Figures with an absolute tolerance, told as a relative one.
emit_abs <- function(method, inputs, outputs, tol, why) {
  for (name in names(outputs)) {
    x <- outputs[[name]]
    relative <- if (x == 0) tol else min(tol / abs(x), 0.99)
    emit(method, inputs, setNames(x, name), signif(relative, 3), why)
  }
}
ours <- function(x) sub("factor\\((\\w+)\\)(\\d+)", "\\1[\\2]", x)
named <- function(prefix, x) setNames(as.numeric(x), paste0(prefix, ours(names(x))))

# The formula and the inputs that say the same to the reader of the table.
spec <- function(data, family, terms, effects = NULL, weights = NULL, nagq = NULL) {
  d <- data_of[[data]]
  binomial <- family %in% c("binomial", "quasibinomial")
  response <- if (binomial) {
    if (data == "few") "cbind(events, trials - events)" else "cbind(count, children - count)"
  } else "count"
  exposure <- if (binomial || family == "gaussian") NULL else if (data == "few") "offset(log(exposure))" else "offset(log(children))"
  fixed <- if (length(terms)) ifelse(grepl("^f:", terms), sub("f:(.*)", "factor(\\1)", terms), terms) else NULL
  random <- if (length(effects)) sapply(strsplit(effects, "+", fixed = TRUE), function(e)
    if (length(e) > 1) sprintf("(1 + %s | %s)", e[2], e[1]) else sprintf("(1 | %s)", e)) else NULL
  formula <- as.formula(paste(response, "~", paste(c("1", fixed, exposure, random), collapse = " + ")))
  inputs <- list(data = data, family = family, terms = if (length(terms)) terms else "none")
  if (length(effects)) inputs$effects <- effects
  if (!is.null(weights)) inputs$weights <- weights
  if (!is.null(nagq)) inputs$nagq <- nagq
  list(data = d, formula = formula, inputs = inputs, weights = if (is.null(weights)) NULL else d[[weights]])
}

# ---- regression ------------------------------------------------------------------------------
glm_fit <- function(s, family) {
  control <- glm.control(epsilon = 1e-14, maxit = 100)
  s$data$w_ <- if (is.null(s$weights)) rep(1, nrow(s$data)) else s$weights
  glm(s$formula, family = family, data = s$data, weights = w_, control = control)
}
exact <- "R's own iterations, ended at 1e-14"
cases <- list(
  list("need2019", "poisson", c("idaci10")), list("need2019", "quasipoisson", c("idaci10")),
  list("need2019", "binomial", c("idaci10", "f:region")), list("need", "quasibinomial", c("f:year", "idaci10")),
  list("few", "binomial", c("f:band", "x")), list("few", "poisson", c("f:band", "x"), "weight"))
for (case in cases) {
  s <- spec(case[[1]], case[[2]], case[[3]], weights = if (length(case) > 3) case[[4]])
  fit <- glm_fit(s, case[[2]])
  table <- coef(summary(fit))
  emit("regression", s$inputs, c(named("b:", table[, 1]), named("se:", table[, 2])), 1e-7, exact)
  outputs <- c(deviance = deviance(fit), dispersion = sum(residuals(fit, "pearson")^2) / fit$df.residual)
  if (!grepl("quasi", case[[2]]) && is.null(s$weights)) outputs <- c(outputs, log_lik = as.numeric(logLik(fit)), aic = AIC(fit))
  emit("regression", s$inputs, outputs, 1e-9, exact)
  # In MASS and R a quasi fit's intervals are Student's.
  q <- if (grepl("quasi", case[[2]])) qt(0.975, fit$df.residual) else qnorm(0.975)
  emit("regression", s$inputs, c(low = table[2, 1] - q * table[2, 2], high = table[2, 1] + q * table[2, 2]), 1e-7, exact)
  new <- s$data[3, ]
  p <- predict(fit, new, se.fit = TRUE)
  if (is.null(s$weights)) emit("regression", s$inputs, c(predictor3 = unname(p$fit), predictor3_se = unname(p$se.fit), mean3 = unname(fit$family$linkinv(p$fit))), 1e-7, exact)
}
for (case in list(list("need2019", c("idaci10")), list("few", c("f:band", "x")))) {
  s <- spec(case[[1]], "negative_binomial", case[[2]])
  fit <- glm.nb(s$formula, data = s$data, control = glm.control(epsilon = 1e-14, maxit = 500))
  outputs <- c(named("b:", coef(fit)), named("se:", coef(summary(fit))[, 2]), size = fit$theta, log_lik = fit$twologlik / 2)
  emit("regression", s$inputs, outputs, 1e-6, "glm.nb alternates between size and coefficients until they settle")
}

# ---- robust and clustered errors -------------------------------------------------------------
for (case in cases[c(1, 3, 5, 6)]) {
  s <- spec(case[[1]], case[[2]], case[[3]], weights = if (length(case) > 3) case[[4]])
  fit <- glm_fit(s, case[[2]])
  for (type in c("HC0", "HC1")) {
    inputs <- c(s$inputs, list(type = type))
    emit("robust_errors", inputs, named("se:", sqrt(diag(vcovHC(fit, type = type)))), 1e-7, "sandwich's vcovHC on R's fit")
  }
}
for (case in list(list("need", "poisson", c("f:year", "idaci10"), "area"), list("few", "binomial", c("f:band", "x"), "group"))) {
  s <- spec(case[[1]], case[[2]], case[[3]])
  fit <- glm_fit(s, case[[2]])
  for (type in c("HC0", "HC1")) {
    v <- vcovCL(fit, cluster = s$data[[case[[4]]]], type = type, cadjust = TRUE)
    inputs <- c(s$inputs, list(cluster = case[[4]], type = type))
    emit("clustered_errors", inputs, named("se:", sqrt(diag(v))), 1e-7, "sandwich's vcovCL on R's fit")
  }
}

# ---- leaving a group out of a regression -----------------------------------------------------
for (case in cases[c(1, 2, 3)]) {
  s <- spec(case[[1]], case[[2]], case[[3]])
  for (code in c(1, 40, 100)) {
    own <- s$data$area == code
    rest <- s
    rest$data <- s$data[!own, ]
    fit <- glm_fit(rest, case[[2]])
    x <- model.matrix(delete.response(terms(fit)), s$data[own, ], xlev = fit$xlevels)
    eta <- predict(fit, s$data[own, ])
    size <- if (grepl("binomial", case[[2]])) s$data$children[own] else 1
    mean <- size * fit$family$linkinv(eta)
    slope <- colSums(size * fit$family$mu.eta(eta) * x) / sum(mean)
    outputs <- setNames(c(sum(mean), sqrt(drop(slope %*% vcov(fit) %*% slope))), paste0(c("expected:", "std_error:"), code))
    emit("leave_out", s$inputs, outputs, 1e-7, "R's fit of the other areas")
  }
}

# ---- mixed models ----------------------------------------------------------------------------
# lme4's modes and optimiser are stopped as late as they will be: its defaults end with an error in
# the fourth digit where groups have few events.
tight <- function(s, family, nagq = 1) {
  best <- NULL
  for (tol in c(1e-12, 1e-11, 1e-10, 1e-9, 1e-8)) {
    control <- glmerControl(optimizer = "bobyqa", tolPwrss = tol, calc.derivs = TRUE, check.conv.grad = "ignore",
                            check.conv.singular = "ignore", check.conv.hess = "ignore", optCtrl = list(rhobeg = 0.02, rhoend = 1e-9, maxfun = 1e6))
    fit <- tryCatch(suppressWarnings(glmer(s$formula, data = s$data, family = family, nAGQ = nagq, control = control)), error = function(e) NULL)
    if (is.null(fit)) next
    again <- tryCatch(suppressWarnings(update(fit, start = list(theta = getME(fit, "theta"), fixef = fixef(fit)))), error = function(e) NULL)
    if (!is.null(again) && logLik(again) > logLik(fit)) fit <- again
    return(fit)
  }
  stop("no fit")
}
mixed_outputs <- function(method, s, fit, codes, tolerance = 2e-5) {
  late <- if (s$inputs$nagq == 0) 1e-7 else 1e-8
  emit(method, s$inputs, c(log_lik = as.numeric(logLik(fit))), late, "lme4 with stops as late as it allows")
  spread <- as.data.frame(VarCorr(fit))
  spread <- spread[is.na(spread$var2) & spread$grp != "Residual", ]
  slope <- ifelse(spread$var1 == "(Intercept)", "", paste0("+", spread$var1))
  sds <- setNames(spread$sdcor, paste0("sd:", spread$grp, slope))
  emit_abs(method, s$inputs, c(named("b:", fixef(fit)), sds), tolerance, "lme4's optimiser finds a maximum to about 1e-5")
  errors <- suppressWarnings(sqrt(diag(as.matrix(vcov(fit)))))
  emit(method, s$inputs, named("se:", errors), 2e-3, "lme4 differences its deviance for these")
  modes <- as.data.frame(ranef(fit, condVar = TRUE))
  modes <- modes[modes$term == "(Intercept)" & modes$grpvar != "record" & as.character(modes$grp) %in% codes, ]
  names_ <- paste(modes$grpvar, modes$grp, sep = ":")
  emit_abs(method, s$inputs, setNames(modes$condval, paste0("mode:", names_)), 5 * tolerance, "as the optimiser's error")
  emit_abs(method, s$inputs, setNames(modes$condsd, paste0("condsd:", names_)), 5 * tolerance, "as the optimiser's error")
}
mixed <- list(
  list("need2019", "poisson", NULL, "area", c(0, 1, 5, 25)),
  list("need2019", "poisson", "idaci10", "area", c(0, 1, 9)),
  list("need2019", "binomial", NULL, "area", c(0, 1, 7)),
  list("need2019", "binomial", "idaci10", "area", 1),
  list("need2019", "poisson", "idaci10", c("area", "region"), c(0, 1)),
  list("need", "poisson", c("f:year", "idaci10"), "area", c(0, 1)),
  list("need", "poisson", c("f:year", "idaci10"), c("area", "record"), c(0, 1)),
  list("need", "poisson", c("f:year", "idaci10"), c("area", "region", "record"), 1),
  list("need", "binomial", c("idaci10"), c("area", "year", "record"), 1),
  list("few", "binomial", c("f:band", "x"), "group", c(0, 1, 2, 5, 25)),
  list("few", "poisson", c("f:band", "x"), "group", c(0, 1, 25)),
  list("few", "poisson", c("f:band", "x"), c("group", "record"), c(0, 1)),
  list("few", "poisson", "x", "group+x", c(0, 1)),
  list("few", "binomial", "x", c("group+x", "band"), 1))
fits <- list()
for (case in mixed) for (nagq in case[[5]]) {
  s <- spec(case[[1]], case[[2]], case[[3]], case[[4]], nagq = nagq)
  fit <- tight(s, case[[2]], nagq)
  mixed_outputs("mixed_model", s, fit, c(1, 2, 17, 40))
  fits[[paste(case[[1]], case[[2]], paste(case[[3]], collapse = "+"), paste(case[[4]], collapse = "+"), nagq)]] <- fit
}
for (case in list(list("few", c("f:band", "x"), "group"), list("need", "idaci10", "area"))) {
  s <- spec(case[[1]], "negative_binomial", case[[2]], case[[3]], nagq = 1)
  # The size at which lme4's deviance is least.
  at <- function(log_size) tight(s, negative.binomial(exp(log_size)))
  best <- optimize(function(x) -as.numeric(logLik(at(x))), c(0, 5), tol = 1e-7)
  fit <- at(best$minimum)
  emit_abs("mixed_model", s$inputs, c(named("b:", fixef(fit)), setNames(getME(fit, "theta"), paste0("sd:", case[[3]]))), 5e-5, "lme4's fits of given sizes, the size by optimize")
  emit("mixed_model", s$inputs, c(size = exp(best$minimum)), 1e-3, "the deviance is flat in the size")
  emit("mixed_model", s$inputs, c(log_lik = as.numeric(logLik(fit))), 1e-8, "lme4's fits of given sizes")
}

# ---- linear mixed models ---------------------------------------------------------------------
need$log_rate <- log(need$count / need$children)
need$time <- need$year - 2017
linear <- list(list("idaci10", "area"), list(c("f:year", "idaci10"), c("area", "region")), list("time", "area+time"), list("year", "area+year"))
for (case in linear) for (reml in c(TRUE, FALSE)) {
  s <- spec("need", "gaussian", case[[1]], case[[2]])
  s$inputs$likelihood <- if (reml) "restricted" else "maximum"
  data_of$need <- need
  formula <- update(s$formula, log_rate ~ .)
  if ("year" %in% case[[1]]) {
    # Years as they are leave lme4 an ill-conditioned problem; the same model about 2017 is not.
    reference <- log_rate ~ time + (1 + time | area)
  } else reference <- formula
  fit <- suppressWarnings(lmer(reference, need, REML = reml, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.02, rhoend = 1e-10, maxfun = 1e6), check.conv.grad = "ignore")))
  emit("linear_mixed_model", s$inputs, c(log_lik = as.numeric(logLik(fit))), 1e-8, "lme4's deviance is flat at the end")
  if ("year" %in% case[[1]]) next
  spread <- as.data.frame(VarCorr(fit))
  sds <- spread[is.na(spread$var2), ]
  slope <- ifelse(is.na(sds$var1) | sds$var1 == "(Intercept)", "", paste0("+", sds$var1))
  outputs <- c(named("b:", fixef(fit)), named("se:", sqrt(diag(as.matrix(vcov(fit))))), setNames(sds$sdcor, paste0("sd:", sds$grp, slope)))
  if (any(!is.na(spread$var2))) outputs <- c(outputs, correlation = spread$sdcor[!is.na(spread$var2)])
  emit_abs("linear_mixed_model", s$inputs, outputs, 1e-5, "lme4's optimiser finds a maximum to about 1e-6")
  modes <- as.data.frame(ranef(fit, condVar = TRUE))
  modes <- modes[as.character(modes$grp) %in% c(1, 2, 17) & modes$term == "(Intercept)", ]
  emit_abs("linear_mixed_model", s$inputs, setNames(modes$condval, paste("mode", modes$grpvar, modes$grp, sep = ":")), 2e-5, "as the optimiser's error")
  emit_abs("linear_mixed_model", s$inputs, setNames(modes$condsd, paste("condsd", modes$grpvar, modes$grp, sep = ":")), 2e-5, "as the optimiser's error")
}
s <- spec("need", "gaussian", "idaci10", "area")
fit <- lmer(log_rate ~ idaci10 + (1 | area), need, REML = FALSE)
ci <- suppressMessages(confint(fit, parm = c(".sig01", ".sigma"), method = "profile"))
s$inputs$likelihood <- "maximum"
emit("linear_mixed_model", s$inputs, c(sd_low = ci[1, 1], sd_high = ci[1, 2], residual_low = ci[2, 1], residual_high = ci[2, 2]), 1e-2, "lme4's are profile limits, ours normal on the log scale: alike with 149 areas")

# ---- what is quoted of the spread ------------------------------------------------------------
slack <- "as the optimiser's error in sigma"
profiled <- function(fit) {
  limits <- suppressMessages(suppressWarnings(confint(fit, parm = "theta_", method = "profile", devtol = 1e-6)))
  c(limits[1, 1], limits[1, 2])
}
ratio <- function(sigma) exp(sqrt(2 * sigma^2) * qnorm(0.75))
for (sigma in c(0, 0.193, 0.284, 1.3)) emit("median_ratio", list(sigma = sigma), c(value = ratio(sigma)), 1e-14, "the published formula, evaluated separately")
quoted <- list(list("need2019", "poisson", NULL, "area"), list("need2019", "poisson", "idaci10", "area"), list("need2019", "binomial", NULL, "area"), list("few", "binomial", c("f:band", "x"), "group"))
for (case in quoted) {
  s <- spec(case[[1]], case[[2]], case[[3]], case[[4]], nagq = 1)
  fit <- fits[[paste(case[[1]], case[[2]], paste(case[[3]], collapse = "+"), case[[4]], 1)]]
  sigma <- getME(fit, "theta")
  limits <- profiled(fit)
  emit_abs("spread", s$inputs, c(sigma = unname(sigma), one_sd_ratio = exp(unname(sigma)), median_ratio = ratio(unname(sigma))), 5e-5, slack)
  emit_abs("spread", s$inputs, c(sigma_low = limits[1], sigma_high = limits[2], median_ratio_low = ratio(limits[1]), median_ratio_high = ratio(limits[2])), 5e-4, "lme4 interpolates its profile")
  residual <- if (case[[2]] == "binomial") pi^2 / 3 else {
    x <- getME(fit, "X") %*% fixef(fit) + getME(fit, "offset")
    log(1 + 1 / mean(exp(x + sigma^2 / 2)))
  }
  share <- function(s) unname(s^2 / (s^2 + residual))
  emit("variance_partition", s$inputs, c(share = share(sigma), residual = unname(residual)), 5e-4, slack)
  emit("variance_partition", s$inputs, c(share_low = share(limits[1]), share_high = share(limits[2])), 5e-3, "lme4 interpolates its profile")
}

# ---- the change in variance: value from two fits, interval against a bootstrap of areas ------
for (family in c("poisson", "binomial")) {
  inputs <- list(data = "need2019", family = family, terms = "idaci10", effects = "area", nagq = 1)
  change <- function(d) {
    sd <- function(terms) {
      s <- spec("need2019", family, terms, "area", nagq = 1)
      getME(suppressWarnings(glmer(s$formula, data = d, family = family, nAGQ = 1)), "theta")
    }
    unname(1 - sd("idaci10")^2 / sd(NULL)^2)
  }
  sd <- function(terms) unname(getME(fits[[paste("need2019", family, paste(terms, collapse = "+"), "area", 1)]], "theta"))
  emit("proportional_change", inputs, c(change = 1 - sd("idaci10")^2 / sd(NULL)^2, null = sd(NULL)^2, adjusted = sd("idaci10")^2), 1e-3, slack)
  set.seed(11)
  drawn <- replicate(600, { d <- year2019[sample(nrow(year2019), replace = TRUE), ]; d$area <- seq_len(nrow(d)); change(d) })
  emit_abs("proportional_change", inputs, c(change_low = unname(quantile(drawn, 0.025)), change_high = unname(quantile(drawn, 0.975))), 0.05, "percentiles of 600 bootstrap samples of areas, another way to the same interval")
}

# ---- leaving a group out of a mixed model ----------------------------------------------------
for (case in list(list("need2019", "poisson", "idaci10", "area"), list("need2019", "binomial", "idaci10", "area"), list("few", "binomial", c("f:band", "x"), "group"))) {
  s <- spec(case[[1]], case[[2]], case[[3]], case[[4]], nagq = 1)
  for (code in c(1, 17, 40)) {
    own <- s$data[[case[[4]]]] == code
    rest <- s
    rest$data <- s$data[!own, ]
    fit <- tight(rest, case[[2]])
    eta <- predict(fit, s$data[own, ], re.form = NA)
    sigma <- getME(fit, "theta")
    if (case[[2]] == "poisson") {
      typical <- sum(exp(eta)); average <- typical * exp(sigma^2 / 2)
    } else {
      n <- if (case[[1]] == "few") s$data$trials[own] else s$data$children[own]
      typical <- sum(n * plogis(eta))
      average <- sum(n * sapply(eta, function(e) integrate(function(u) plogis(e + u) * dnorm(u, 0, sigma), -Inf, Inf, rel.tol = 1e-10)$value))
    }
    emit("leave_out_mixed", s$inputs, setNames(c(average, typical), paste0(c("expected:", "typical:"), code)), 5e-5, "lme4's fit of the other groups")
  }
}

# ---- the same, scaled to what all groups had -------------------------------------------------
for (terms in list(NULL, "idaci10")) {
  s <- spec("need2019", "poisson", terms, "area", nagq = 1)
  codes <- sort(unique(year2019$area))
  # How many times each group's figures stand for: all once, or some areas twice.
  for (times in c("once", "some_twice")) {
    stands <- if (times == "once") rep(1, length(codes)) else ifelse(codes %% 3 == 0, 2, 1)
    each <- lapply(codes, function(code) {
      rest <- s
      rest$data <- year2019[year2019$area != code, ]
      fit <- tight(rest, "poisson")
      own <- year2019[year2019$area == code, ]
      list(expected = unname(exp(predict(fit, own, re.form = NA)) * exp(getME(fit, "theta")^2 / 2)), observed = own$count,
           x = c(1, if (length(terms)) own$idaci10), v = as.matrix(vcov(fit, use.hessian = FALSE)))
    })
    expected <- sapply(each, `[[`, "expected")
    factor <- sum(stands * sapply(each, `[[`, "observed")) / sum(stands * expected)
    # The derivative of the log of one expectation over all of them, by each coefficient.
    middle <- colSums(stands * expected * do.call(rbind, lapply(each, `[[`, "x"))) / sum(stands * expected)
    error <- sapply(each, function(one) { d <- one$x - middle; sqrt(max(drop(t(d) %*% one$v %*% d), 0)) })
    some <- match(c(1, 17, 40, 100), codes)
    inputs <- c(s$inputs, times = times)
    emit("leave_out_scaled", inputs, c(factor = factor), 5e-5, "lme4's fits of the other groups")
    emit("leave_out_scaled", inputs, setNames((factor * expected)[some], paste0("expected:", codes[some])), 5e-5, "lme4's fits of the other groups")
    if (length(terms)) emit("leave_out_scaled", inputs, setNames(error[some], paste0("std_error:", codes[some])), 1e-3, "lme4 takes the weights at the modes")
    else emit_abs("leave_out_scaled", inputs, setNames(rep(0, length(some)), paste0("std_error:", codes[some])), 1e-12, "nothing tells the groups apart but their children")
  }
}

# ---- intersections ---------------------------------------------------------------------------
strata <- read.csv("models/strata.csv")
fit_strata <- function(terms) tight(list(formula = as.formula(paste("cbind(events, trials - events) ~", terms, "+ (1 | stratum)")), data = strata), "binomial")
null <- fit_strata("1")
additive <- fit_strata("factor(ethnicity) + factor(age) + factor(sex)")
v0 <- unname(getME(null, "theta")^2); v1 <- unname(getME(additive, "theta")^2)
inputs <- list(data = "strata")
emit("strata_partition", inputs, c(between = v0 / (v0 + pi^2 / 3), beyond_additive = v1 / (v1 + pi^2 / 3), explained = 1 - v1 / v0), 1e-3, slack)
modes <- as.data.frame(ranef(additive, condVar = TRUE))
for (code in c(1, 8, 15, 24)) {
  d <- strata[strata$stratum == code, ]
  outputs <- c(raw = sum(d$events) / sum(d$trials), additive = plogis(unname(predict(additive, d[1, ], re.form = NA))),
               shrunken = plogis(unname(predict(additive, d[1, ]))), interaction = exp(modes$condval[modes$grp == code]))
  names(outputs) <- paste(names(outputs), code, sep = ":")
  emit("strata_partition", inputs, outputs, 1e-4, slack)
}
write_all()
