//! Which role reaches which page. What is not named here is reached by nobody.

use crate::store::Role;

/// Who may reach a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Style, script, the page to sign in.
    Nobody,
    /// Somebody, whatever his roles.
    Somebody,
    /// One of these roles.
    One(&'static [Role]),
}

const ANSWERING: &[Role] = &[Role::Reviewer, Role::Verifier];
/// Where nobody spoke yet.
const FIRST: &[Role] = &[Role::Reviewer];
/// At pictures of what waits, without answering.
const LOOKING: &[Role] = &[
    Role::Operator,
    Role::Reviewer,
    Role::Verifier,
    Role::Auditor,
];
const COUNTING: &[Role] = &[
    Role::Operator,
    Role::Reviewer,
    Role::Verifier,
    Role::Exporter,
    Role::Auditor,
];
const AUDITING: &[Role] = &[Role::Auditor];

/// The pages that a person may open, in the order of the menu.
pub(super) const PAGES: [&str; 7] = [
    "/review",
    "/kinds",
    "/repair",
    "/progress",
    "/sheet",
    "/books",
    "/audit",
];

/// What a path needs, by its first part.
pub(super) fn needs(path: &str) -> Needs {
    let first = path.split('/').nth(1).unwrap_or_default();
    match first {
        "assets" | "sign-in" => Needs::Nobody,
        "review" | "picture" | "card" => Needs::One(ANSWERING),
        "kinds" | "repair" => Needs::One(FIRST),
        "sheet" => Needs::One(LOOKING),
        "progress" | "books" => Needs::One(COUNTING),
        "audit" => Needs::One(AUDITING),
        _ => Needs::Somebody,
    }
}

impl Needs {
    /// Whether a person of these roles has what it needs.
    pub(super) fn met_by(self, roles: &[Role]) -> bool {
        match self {
            Self::Nobody | Self::Somebody => true,
            Self::One(any) => any.iter().any(|role| roles.contains(role)),
        }
    }
}

/// Whether a person of these roles may open a page.
pub(super) fn may(roles: &[Role], path: &str) -> bool {
    needs(path).met_by(roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_reaches_its_own_pages_only() {
        let cases: [(Role, &[&str]); 6] = [
            (Role::Operator, &["/progress", "/sheet", "/books"]),
            (
                Role::Reviewer,
                &[
                    "/review",
                    "/kinds",
                    "/repair",
                    "/progress",
                    "/sheet",
                    "/books",
                ],
            ),
            (
                Role::Verifier,
                &["/review", "/progress", "/sheet", "/books"],
            ),
            (Role::Exporter, &["/progress", "/books"]),
            (Role::Auditor, &["/progress", "/sheet", "/books", "/audit"]),
            (Role::FormEditor, &[]),
        ];
        for (role, pages) in cases {
            let own: Vec<&str> = PAGES.into_iter().filter(|p| may(&[role], p)).collect();
            assert_eq!(own, pages, "{role}");
        }
    }

    #[test]
    fn what_lies_below_a_page_needs_what_the_page_needs() {
        for path in ["/review/answer", "/review/next", "/picture/x", "/card/x"] {
            assert_eq!(needs(path), needs("/review"), "{path}");
        }
        for path in ["/repair/read", "/repair/answer", "/repair/picture/x"] {
            assert_eq!(needs(path), needs("/repair"), "{path}");
        }
        assert_eq!(needs("/sheet/picture/1"), needs("/sheet"));
        assert_eq!(needs("/kinds/screen"), needs("/kinds"));
        assert_eq!(needs("//review"), Needs::Somebody);
    }
}
