//! What these tests read of Markdown: fenced blocks, tables, headings and links.

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    /// Where it begins, from 1.
    pub line: usize,
    /// What stands behind the fence: the language.
    pub info: String,
    /// What is in it.
    pub text: String,
}

/// All fenced blocks, in order. There is no other kind of code block, which could go unnoticed.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in (1..).zip(document.lines()) {
        let fence = fence(line);
        match (&mut open, fence) {
            (None, Some(info)) => {
                open = Some(Block {
                    line: number,
                    info: info.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => block.text.extend([line, "\n"]),
            (None, None) => assert!(
                !line.starts_with("    ") && !line.starts_with('\t'),
                "line {number}: code that is only indented is run by no test"
            ),
        }
    }
    assert!(open.is_none(), "{open:?} does not end");
    blocks
}

/// What stands behind a fence, if the line is one.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let info = line
        .strip_prefix("```")
        .or_else(|| line.strip_prefix("~~~"));
    info.map(str::trim)
}

/// The rows of the one table whose first column is called so, without its head.
pub fn table(document: &str, first_column: &str) -> Vec<Vec<String>> {
    let head = format!("| {first_column} |");
    let mut tables = document
        .split("\n\n")
        .filter(|part| part.starts_with(&head));
    let (Some(table), None) = (tables.next(), tables.next()) else {
        panic!("there is not exactly one table of {first_column:?}")
    };
    let mut lines = table.lines().map(cells);
    let columns = lines.next().unwrap().len();
    let rows: Vec<_> = lines.skip(1).collect();
    for row in &rows {
        assert_eq!(row.len(), columns, "{row:?}");
    }
    rows
}

fn cells(line: &str) -> Vec<String> {
    let line = line
        .strip_prefix('|')
        .and_then(|rest| rest.strip_suffix('|'));
    let cells = line.unwrap().split('|');
    cells.map(|cell| cell.trim().to_owned()).collect()
}

/// What a cell shows as code.
pub fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// What a cell shows as code when that is all it shows.
#[track_caller]
pub fn one_code(cell: &str) -> &str {
    match code(cell)[..] {
        [code] => code,
        _ => panic!("{cell:?} is not one name"),
    }
}

/// The first column of each table, in order.
pub fn first_columns(document: &str) -> Vec<&str> {
    let tables = document.split("\n\n").filter(|part| part.starts_with('|'));
    let heads = tables.map(|table| table.split('|').nth(1).unwrap().trim());
    heads.collect()
}

/// Where links to headings lead, as code hosts name them.
pub fn anchors(document: &str) -> Vec<String> {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
        title
            .chars()
            .filter(kept)
            .collect::<String>()
            .replace(' ', "-")
    };
    headings.map(anchor).collect()
}

/// Where all links lead.
pub fn links(document: &str) -> Vec<&str> {
    let parts = document.split("](").skip(1);
    parts
        .filter_map(|part| Some(part.split_once(')')?.0))
        .collect()
}
