//! Names of elements of the census, of all years and of converters that use their own.

/// Elements that are read, with the name shown in diagnostics; a column of the reading each.
pub(super) const ELEMENTS: &[&str] = &[
    "LAchildID",
    "UPN",
    "FormerUPN",
    "UPNunknown",
    "PersonBirthDate",
    "ExpectedPersonBirthDate",
    "GenderCurrent",
    "Sex",
    "PersonDeathDate",
    "Ethnicity",
    "Disability",
    "CINreferralDate",
    "ReferralSource",
    "PrimaryNeedCode",
    "CINclosureDate",
    "ReasonForClosure",
    "DateOfInitialCPC",
    "ReferralNFA",
    "AssessmentActualStartDate",
    "AssessmentAuthorisationDate",
    "AssessmentFactors",
    "CINPlanStartDate",
    "CINPlanEndDate",
    "S47ActualStartDate",
    "ICPCnotRequired",
    "CPPstartDate",
    "CPPendDate",
    "InitialCategoryOfAbuse",
    "LatestCategoryOfAbuse",
    "NumberOfPreviousCPP",
    "CPPreviewDate",
    "Year",
    "ReferenceDate",
    "LEA",
    "Collection",
    "AssessmentInternalReviewDate",
    "InitialCPCtarget",
    "DateTime",
];

/// Names outside the census's own, as an open-source converter writes them, and what they stand for.
pub(super) const NONSTANDARD: &[(&str, &str)] = &[
    ("dateofinitialicpc", "DateOfInitialCPC"),
    ("upnunknowntype", "UPNunknown"),
    ("icpcrequired", "ICPCnotRequired"),
];

/// The module of pre-proceedings (2026 on) and a degraded birth: passed over, as nothing here counts them.
pub(super) const PROCEEDINGS: [&str; 11] = [
    "ppstartdate",
    "lbpsentdate",
    "fgdmmeetingoffer",
    "fgdmmeetingfac",
    "initialppmeetingdate",
    "reviewmeetingscount",
    "stepdecisiondate",
    "ppoutcome",
    "courtappdate",
    "letterinitcpdate",
    "personschoolyear",
];

/// Elements that hold others.
pub(super) fn is_structure(name: &str) -> bool {
    const STRUCTURE: [&str; 25] = [
        "message",
        "header",
        "collectiondetails",
        "source",
        "content",
        "cbdslevels",
        "cbdslevel",
        "children",
        "child",
        "childidentifiers",
        "childcharacteristics",
        "disabilities",
        "cindetails",
        "assessments",
        "factorsidentifiedatassessment",
        "cinplandates",
        "section47",
        "childprotectionplans",
        "reviews",
        "cindetailscollection",
        "sourcelevel",
        "softwarecode",
        "release",
        "serialno",
        "preproceedingsandfgdm",
    ];
    STRUCTURE.contains(&name)
}
