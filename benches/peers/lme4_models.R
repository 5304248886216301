# lme4 on the inputs that `cargo bench --bench models` wrote: one line per task, with seconds, the
# log-likelihood and the estimates (coefficients, then standard deviations), at lme4's own settings.
# "quick" leaves out what takes minutes.
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
quick <- length(arguments) > 1 && arguments[2] == "quick"
suppressMessages(library(lme4))
read <- function(name) read.csv(file.path(folder, name))
say <- function(task, work) {
  seconds <- system.time(fit <- suppressWarnings(suppressMessages(work())))[["elapsed"]]
  spread <- as.data.frame(VarCorr(fit))
  # Effects in the order of the formula, not of their sizes.
  sds <- spread$sdcor[is.na(spread$var2)]
  names(sds) <- spread$grp[is.na(spread$var2)]
  if (all(c("authority", "region", "record") %in% names(sds))) sds <- sds[c("authority", "region", "record")]
  figures <- paste(format(c(fixef(fit), sds), digits = 15, trim = TRUE), collapse = ",")
  cat(paste(task, format(seconds, digits = 6), format(as.numeric(logLik(fit)), digits = 15), figures, sep = "\t"), "\n", sep = "")
}
cells <- read("cells.csv")
records <- read("records.csv")
for (name in c("authority", "decile", "ethnicity", "age")) {
  cells[[name]] <- factor(cells[[name]])
  records[[name]] <- factor(records[[name]])
}
panel <- read("panel.csv")
panel$time <- panel$year - 6
panel$year <- factor(panel$year)
panel$record <- factor(seq_len(nrow(panel)))
of_cells <- cbind(events, trials - events) ~ decile + ethnicity + age + (1 | authority)
of_counts <- count ~ year + poor + offset(log(children)) + (1 | authority) + (1 | region) + (1 | record)

say("30,600 cells, 17 coefficients, 153 authorities: joint", function() glmer(of_cells, cells, binomial, nAGQ = 0))
say("30,600 cells, 17 coefficients, 153 authorities: Laplace", function() glmer(of_cells, cells, binomial))
say("1,989 counts, 14 coefficients, authorities in regions, each record: Laplace", function() glmer(of_counts, panel, poisson))
say("1,989 log rates, intercept and slope of each authority: restricted",
    function() lmer(log(count / children) ~ year + poor + (1 + time | authority), panel))
if (!quick) {
  say("190,000 records of children, the same model: Laplace",
      function() glmer(events ~ decile + ethnicity + age + (1 | authority), records, binomial))
  # As anyone would: a fit for each authority without it.
  task <- "153 authorities left out in turn, 1,989 counts: Laplace"
  formula <- count ~ year + poor + offset(log(children)) + (1 | authority)
  seconds <- system.time({
    whole <- suppressWarnings(suppressMessages(glmer(formula, panel, poisson)))
    expected <- sapply(unique(panel$authority), function(code) {
      own <- panel$authority == code
      fit <- suppressWarnings(suppressMessages(glmer(formula, panel[!own, ], poisson)))
      sum(exp(predict(fit, panel[own, ], re.form = NA)))
    })
  })[["elapsed"]]
  cat(paste(task, format(seconds, digits = 6), format(as.numeric(logLik(whole)), digits = 15), format(sum(expected), digits = 15), sep = "\t"), "\n", sep = "")
}
