//! Which todos of a list one looks at. Not here: the addresses' pages, and showing them.

/// See the module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those that are not completed.
    Active,
    /// Those that are.
    Completed,
}

impl Filter {
    /// All filters, in the order in which the page offers them.
    pub const EACH: [Self; 3] = [Self::All, Self::Active, Self::Completed];

    /// What it is called on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Active => "Active",
            Self::Completed => "Completed",
        }
    }

    /// What follows the list's address in its own.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Active => "/active",
            Self::Completed => "/completed",
        }
    }

    /// The filter that an address is of.
    pub fn of_path(path: &str) -> Self {
        let is_of = |filter: &Self| !filter.suffix().is_empty() && path.ends_with(filter.suffix());
        Self::EACH.into_iter().find(is_of).unwrap_or_default()
    }

    /// Whether it shows a todo that is completed, or is not.
    pub fn shows(self, completed: bool) -> bool {
        match self {
            Self::All => true,
            Self::Active => !completed,
            Self::Completed => completed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_filter_and_any_other_shows_all() {
        for filter in Filter::EACH {
            assert_eq!(
                Filter::of_path(&format!("/lists/7{}", filter.suffix())),
                filter
            );
        }
        assert_eq!(Filter::of_path("/lists/active/"), Filter::All);
        assert_eq!(Filter::of_path(""), Filter::All);
    }

    #[test]
    fn every_todo_is_in_all_and_in_one_other() {
        for completed in [false, true] {
            let shown = Filter::EACH.map(|filter| filter.shows(completed));
            assert_eq!(shown, [true, !completed, completed]);
        }
    }
}
