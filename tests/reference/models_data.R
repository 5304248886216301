# Writes the data that the reference fits of the models are made on, into models/. Run from this
# folder with the published files beside the checkout:
#   Rscript models_data.R ../../../shared/data
# English figures: Department for Education, children in need 2013 to 2022 (release of 2022); income
# deprivation affecting children from the Indices of Deprivation 2019. Crown copyright, Open
# Government Licence v3.0. Simulated figures: seeds below.

folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(...) read.csv(file.path(folder, ...), fileEncoding = "UTF-8-BOM", check.names = FALSE)
number <- function(x) suppressWarnings(as.numeric(gsub(",", "", x)))

# Children in income-deprived families over children, by upper-tier authority of 2019. Where the
# number of an area is withheld because it is small, it is taken to be 3.
people <- read("deprivation", "File_6_-_IoD2019_Population_Denominators.csv")[, c(1, 3, 6)]
names(people) <- c("lsoa", "district", "children")
poor <- read("deprivation", "iod2019_england_lsoa11_income_numerators.csv")[, c(1, 3)]
names(poor) <- c("lsoa", "poor")
areas <- merge(people, poor, by = "lsoa")
areas$poor[is.na(areas$poor)] <- 3
areas$children <- number(areas$children)
lookup <- read("lookups", "lookup_ltla19_utla19.csv")
areas$authority <- lookup$utla19_code[match(areas$district, lookup$ltla19_code)]
score <- aggregate(cbind(poor, children) ~ authority, areas, sum)
score$idaci <- score$poor / score$children

need <- read("cin", "ees2022", "b1_children_in_need_2013_to_2022.csv")
need <- need[need$geographic_level == "Local authority", ]
need$count <- number(need$At31_episodes)
need$children <- round(need$count / number(need$At31_episodes_rate) * 1e4)
# Buckinghamshire's code changed and its area did not.
old <- ifelse(need$new_la_code == "E06000060", "E10000002", need$new_la_code)
need$idaci <- round(score$idaci[match(old, score$authority)], 6)
need <- need[!is.na(need$count) & !is.na(need$children) & need$count > 0 & !is.na(need$idaci), ]
need$area <- as.integer(factor(need$new_la_code))
need$region <- as.integer(factor(need$region_code))
panel <- need[order(need$area, need$time_period), c("area", "region", "time_period", "count", "children", "idaci")]
names(panel)[3] <- "year"
write.csv(panel, "models/children_in_need.csv", row.names = FALSE)

# Few events in small groups, as in an authority's own neighbourhoods: 40 groups of 3 to 7 records.
set.seed(20250331)
size <- sample(3:7, 40, replace = TRUE)
few <- data.frame(group = rep(1:40, size))
few$band <- sample(1:3, nrow(few), replace = TRUE)
few$x <- round(rnorm(nrow(few)), 3)
few$trials <- sample(4:25, nrow(few), replace = TRUE)
effect <- rnorm(40, 0, 0.7)[few$group]
few$events <- rbinom(nrow(few), few$trials, plogis(-1.2 + 0.4 * (few$band == 2) - 0.3 * (few$band == 3) + 0.5 * few$x + effect))
few$exposure <- round(rgamma(nrow(few), 3, 0.1), 1)
few$count <- rnbinom(nrow(few), size = 2.5, mu = few$exposure * exp(-2.2 + 0.3 * few$x + 0.6 * effect))
few$weight <- sample(c(1, 1, 2, 0.5), nrow(few), replace = TRUE)
write.csv(few, "models/few_events.csv", row.names = FALSE)

# Intersections: 4 ethnic groups, 3 ages and 2 sexes in 5 places each.
set.seed(20250401)
strata <- expand.grid(place = 1:5, sex = 1:2, age = 1:3, ethnicity = 1:4)
strata$stratum <- with(strata, (ethnicity - 1) * 6 + (age - 1) * 2 + sex)
beyond <- rnorm(24, 0, 0.25)
strata$trials <- sample(200:900, nrow(strata), replace = TRUE)
strata$events <- with(strata, rbinom(nrow(strata), trials,
  plogis(-2.6 + c(0, 0.3, -0.4, 0.15)[ethnicity] + c(0, 0.2, 0.5)[age] - 0.1 * (sex == 2) + beyond[stratum])))
write.csv(strata, "models/strata.csv", row.names = FALSE)

# Totals of 150 areas with their children by decile of deprivation.
set.seed(20250403)
lean <- rnorm(150, 0, 0.8)
total <- 40000 * exp(rnorm(150, 0, 0.5))
children <- t(sapply(1:150, function(i) {
  share <- exp(lean[i] * (0:9 - 4.5) / 4.5 + rnorm(10, 0, 0.3))
  round(total[i] * share / sum(share))
}))
rate <- 0.014 * exp(-0.24 * 0:9)
mean <- drop(children %*% rate)
deciles <- data.frame(count = rnbinom(150, mu = mean, size = mean / 1.5), children)
names(deciles)[-1] <- paste0("d", 1:10)
write.csv(deciles, "models/deciles.csv", row.names = FALSE)
