# Kaplan-Meier and Aalen-Johansen: survival's survfit, prodlim's standard errors of competing risks.
source("common.R")
library(survival)
library(prodlim)
LIMITS <- "prop.test without continuity correction of those watched to the horizon"

# Remission under 6-mercaptopurine and placebo (Freireich 1963), acute myelogenous leukaemia (Miller 1997), the first
# patients with advanced lung cancer (Loprinzi 1994) and the veterans on the standard treatment (Prentice 1973).
gehan <- MASS::gehan
sets <- list(
  list(time = gehan$time[gehan$treat == "6-MP"], event = gehan$cens[gehan$treat == "6-MP"], at = c(6, 10, 23, 35)),
  list(time = gehan$time[gehan$treat == "control"], event = gehan$cens[gehan$treat == "control"], at = c(5, 12, 22)),
  list(time = aml$time, event = aml$status, at = c(12, 48, 100)),
  list(time = lung$time[1:80], event = lung$status[1:80] - 1, at = c(180, 365, 730)),
  list(time = veteran$time[1:69], event = veteran$status[1:69], at = c(30, 180, 400)))
for (s in sets) for (h in s$at) for (l in c(0.95, 0.998)) {
  fit <- survfit(Surv(s$time, s$event) ~ 1, conf.type = "log-log", conf.int = l)
  found <- summary(fit, times = h)
  # How long an event could have been seen plays no part but in whether there is a figure at all.
  given <- list(time = s$time, cause = s$event, horizon = h, level = l)
  emit("kaplan_meier", given, c(value = 1 - found$surv), 1e-12, "survival's survfit")
  if (found$surv > 0) {
    emit("kaplan_meier", given, c(std_error = found$std.err), 1e-10, "survival's survfit, Greenwood's variance")
    emit("kaplan_meier", given, c(low = 1 - found$upper, high = 1 - found$lower), 1e-9, "survival's survfit, log-log limits")
  }
}
# Without a variance: nobody, everybody, and those who are left of many.
share <- function(x, n, l) suppressWarnings(prop.test(x, n, conf.level = l, correct = FALSE)$conf.int[1:2])
for (l in c(0.95, 0.998)) for (s in list(
  list(time = rep(60, 20), cause = rep(0, 20), x = 0, n = 20), list(time = 1:10, cause = rep(1, 10), x = 10, n = 10),
  list(time = c(1:15, rep(60, 5)), cause = rep(0, 20), x = 0, n = 5),
  list(time = c(1:15, rep(40, 5)), cause = rep(0:1, c(15, 5)), x = 5, n = 5)))
  emit("kaplan_meier", list(time = s$time, cause = s$cause, horizon = 50, level = l), vlh(s$x / s$n, share(s$x, s$n, l)), 1e-10, LIMITS)

# Competing causes: a few subjects with ties, and progression to a malignancy or death before it (Kyle 1993).
m <- mgus2[1:80, ]
first <- with(m, ifelse(pstat == 1, ptime, futime)); cause <- with(m, ifelse(pstat == 1, 1, 2 * death))
few <- list(time = c(1, 2, 3, 4, 4, 5, 7, 7, 8, 9, 10, 12, 12, 15, 15, 18, 20, 20, 20, 20),
            cause = c(1, 2, 0, 1, 1, 0, 2, 1, 0, 1, 2, 1, 0, 2, 1, 0, 0, 0, 0, 0))
sets <- list(c(few, list(at = c(4, 13, 20))), list(time = first, cause = cause, at = c(24, 60, 120)))
for (s in sets) for (h in s$at) for (k in 1:2) {
  states <- survfit(Surv(s$time, factor(s$cause, 0:2)) ~ 1)
  value <- summary(states, times = h)$pstate[1, k + 1]
  competing <- prodlim(Hist(time, cause) ~ 1, data = data.frame(time = s$time, cause = s$cause))
  se <- competing$se.cuminc[[as.character(k)]][max(which(competing$time <= h))]
  z <- qnorm(0.975); S <- 1 - value
  given <- list(time = s$time, cause = s$cause, of = k, horizon = h, level = 0.95)
  emit("cumulative_incidence", given, c(value = value), 1e-12, "survival's survfit of states")
  emit("cumulative_incidence", given, c(std_error = se), 1e-10, "prodlim's standard error")
  if (value == 0) {
    # Those still watched without any event, by the chance that there was none.
    left <- sum(s$time > h | (s$time == h & s$cause == 0)) / summary(states, times = h)$pstate[1, 1]
    emit("cumulative_incidence", given, lh(share(0, left, 0.95)), 1e-10, LIMITS)
  } else emit("cumulative_incidence", given, setNames(1 - S^exp(c(-1, 1) * z * se / (S * -log(S))), c("low", "high")), 1e-9,
       "log-log limits of survival's value and prodlim's standard error")
}
write_all()
